"""`botswain logs`: the newest lines of the orchestrator's own log."""

import asyncio
import json
from typing import Annotated

import typer

from orchestrator.cli.connection import connected, run_async
from orchestrator.cli.options import Connect, DataDir, Key
from orchestrator.cli.output import AsJson, at_text, error_console, plain, say
from orchestrator.client.client import OrchestratorClient
from orchestrator.client.errors import ConnectionBrokenError
from orchestrator.contract.api.logs import LogLine
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
        cursor, trouble = 0, ""
        async with connected(connect, key, data_dir) as client:
            while True:
                try:
                    cursor = await _tell(client, cursor)
                    trouble = ""
                except ConnectionBrokenError as error:
                    if not cursor:
                        raise
                    if str(error) != trouble:  # said once, then it is tried again quietly
                        trouble = str(error)
                        error_console().print(f"{error} Trying again.", style="dim")
                if not follow:
                    return
                await asyncio.sleep(_EVERY_S)

    async def _tell(client: OrchestratorClient, cursor: int) -> int:
        page = await client.log.page(
            after=cursor, limit=5_000 if cursor else limit, level=level.value, channel=channel, job=job, robot=robot,
            text=text,
        )  # fmt: skip
        for line in page.lines:
            typer.echo(json.dumps(plain(line), ensure_ascii=False) if as_json else line_of(line))
        if not (page.lines or cursor or follow or as_json):
            say("Nothing was logged. `botswain settings set log_level=debug` makes the orchestrator say more.")
        return page.cursor

    run_async(ask())


def line_of(line: LogLine) -> str:
    """One line for a person, as the log itself has it; the traceback of an error below it."""
    error = line.fields.get("Error")
    below = f"\n{error}" if isinstance(error, str) else ""
    return f"{at_text(line.at)} {line.level.upper():<8} {line.logger}: {line.message}{below}"
