"""`botswain logs`: the newest lines of the orchestrator's own log."""

import asyncio
import json
from collections.abc import AsyncGenerator, Awaitable, Callable
from typing import Annotated

import typer

from orchestrator.cli.connection import connected, run_async
from orchestrator.cli.options import Connect, DataDir, Key
from orchestrator.cli.output import AsJson, at_text, error_console, plain, say
from orchestrator.client.errors import UnreachableError
from orchestrator.contract.api.logs import LogLine, LogPage
from orchestrator.contract.results import LogLevel

_EVERY_S = 1.0


def logs(
    *,
    follow: Annotated[bool, typer.Option("--follow", "-f", help="Go on until Ctrl+C, also across restarts.")] = False,
    limit: Annotated[int, typer.Option("--limit", "-n", min=1, max=5_000, help="Lines to begin with.")] = 100,
    level: Annotated[LogLevel, typer.Option(help="The lowest level.", case_sensitive=False)] = LogLevel.DEBUG,
    channel: Annotated[
        str, typer.Option("--channel", metavar="PART", help="Only this part: scheduler, dispatcher, store, ...")
    ] = "",
    job: Annotated[str, typer.Option("--job", metavar="JOB", help="Only lines that name this job.")] = "",
    robot: Annotated[str, typer.Option("--robot", metavar="ROBOT", help="Only lines that name this robot.")] = "",
    text: Annotated[str, typer.Option("--text", help="Only lines with this in them.")] = "",
    connect: Connect = None,
    key: Key = None,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Print the newest lines of the orchestrator's own log, of robots see `botswain robot NAME logs`.

    It keeps 5,000 lines in memory, of the level that `botswain settings` names (log_level, debug).

    Examples:  botswain logs  |  botswain logs -f --level warning  |  botswain logs --channel scheduler --json
    """

    async def ask() -> None:
        async with connected(connect, key, data_dir) as client:

            async def read(cursor: int) -> LogPage:
                return await client.log.page(
                    after=cursor, limit=5_000 if cursor else limit, level=level.value, channel=channel, job=job,
                    robot=robot, text=text,
                )  # fmt: skip

            async for page in pages(read, every_s=_EVERY_S if follow else None):
                for line in page.lines:
                    typer.echo(json.dumps(plain(line), ensure_ascii=False) if as_json else line_of(line))
                if not (page.lines or follow or as_json):
                    say("Nothing was logged. `botswain settings set log_level=debug` makes the orchestrator say more.")

    run_async(ask())


async def pages(read: Callable[[int], Awaitable[LogPage]], *, every_s: float | None) -> AsyncGenerator[LogPage, None]:
    """The newest lines, and with `every_s` what comes behind them, also from an orchestrator that was away meanwhile.

    Raises ClientError when nobody answers the first time.
    """
    page, trouble = await read(0), ""
    yield page
    while every_s is not None:
        await asyncio.sleep(every_s)
        try:
            page = await read(page.cursor)
        except UnreachableError as error:
            if str(error) != trouble:  # said once, then it is tried again quietly
                trouble = str(error)
                error_console().print(f"{error} Trying again.", style="dim")
            continue
        trouble = ""
        yield page


def line_of(line: LogLine) -> str:
    """One line for a person, as the log itself has it; the traceback of an error below it."""
    error = line.fields.get("Error")
    below = f"\n{error}" if isinstance(error, str) else ""
    return f"{at_text(line.at)} {line.level.upper():<8} {line.logger}: {line.message}{below}"
