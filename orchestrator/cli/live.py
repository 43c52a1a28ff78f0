"""`botswain watch`, `take-over`, `hand-back`: seeing what a run's browser shows, and acting in it."""

import asyncio
import getpass
import webbrowser
from collections.abc import AsyncIterator
from contextlib import aclosing, asynccontextmanager, suppress
from pathlib import Path
from typing import Annotated

import typer

from orchestrator.cli.connection import COMMAND_LINE, find_address, run_async
from orchestrator.cli.job_ids import full_id, short_id
from orchestrator.cli.lengths import seconds
from orchestrator.cli.options import Connect, DataDir, Key
from orchestrator.cli.output import AsJson, at_text, say, write_json
from orchestrator.client.client import OrchestratorClient
from orchestrator.client.live import LiveFrame
from orchestrator.contract.api.live import LeaseView, LookView, PassView
from orchestrator.contract.errors import UserError
from orchestrator.contract.live import Then, ViewWish

JobArgument = Annotated[str, typer.Argument(metavar="JOB", help="Id of the job, or the end of it.")]
As = Annotated[
    str | None, typer.Option("--as", metavar="NAME", help="Your name, for the audit; else the one of your account.")
]
Open = Annotated[bool, typer.Option("--open", help="Open the live page in this machine's web browser.")]


def watch(
    job: JobArgument,
    *,
    frame: Annotated[Path | None, typer.Option(metavar="FILE", help="Write one picture (JPEG) and end.")] = None,
    frames: Annotated[Path | None, typer.Option(metavar="DIR", help="Write every frame into a folder.")] = None,
    count: Annotated[int | None, typer.Option(min=1, help="End after so many frames.")] = None,
    duration: Annotated[str | None, typer.Option("--for", metavar="TIME", help="End after this time: 30s, 5m.")] = None,
    rate: Annotated[float, typer.Option(min=0.1, max=10, help="Frames a second, at most.")] = 5.0,
    width: Annotated[int, typer.Option(min=80, max=1_920, help="Pixels of a frame, at most.")] = 1_280,
    quality: Annotated[int, typer.Option(min=10, max=95, help="Of the JPEG.")] = 70,
    open_page: Open = False,
    connect: Connect = None,
    key: Key = None,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Watch a run: the address of its live page, what happens, and frames as files if wanted; until it ends.

    Nothing is captured while nobody watches.

    Examples:  botswain watch 9f31c2aa --open  |  botswain watch 9f31c2aa --frame now.jpg
    """
    limit_s = seconds(duration, option="--for") if duration is not None else None
    wish = ViewWish(rate=rate, width=width, quality=quality)

    async def look() -> None:
        async with _client(connect, key, data_dir, None) as client:
            job_id = await full_id(client, job)
            if frame is not None:
                _write(frame, await client.live.frame(job_id, width=width, quality=quality), option="--frame")
                say(f"Written to {frame}.")
                return
            await _show_page(client, job_id, may_act=False, is_open=open_page, as_json=as_json)
            with suppress(TimeoutError):
                async with asyncio.timeout(limit_s):
                    await _follow(client, job_id, wish, frames=frames, count=count, as_json=as_json)

    run_async(look())


def take_over(
    job: JobArgument,
    *,
    reason: Annotated[str, typer.Option(help="Why, for the audit.")] = "",
    duration: Annotated[str, typer.Option("--for", metavar="TIME", help="Then the run goes on by itself.")] = "15m",
    force: Annotated[bool, typer.Option("--force", help="Also from somebody else who has it.")] = False,
    name: As = None,
    open_page: Open = False,
    connect: Connect = None,
    key: Key = None,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Take a run over: it stops at its next step, and you click and type in its page until you hand it back.

    Example:  botswain take-over 9f31c2aa --for 10m --reason "code from the telephone" --open
    """
    limit_s = seconds(duration, option="--for")

    async def take() -> tuple[LeaseView, PassView]:
        async with _client(connect, key, data_dir, name) as client:
            job_id = await full_id(client, job)
            lease = await client.live.take_over(job_id, reason=reason, limit_s=limit_s, force=force)
            return lease, await client.live.page(job_id, may_act=True, takes=True)

    lease, page = run_async(take())
    if as_json:
        write_json({"lease": lease.model_dump(mode="json"), "page": page.model_dump(mode="json")})
        return
    stands = "It stands." if lease.is_held else "It stops as soon as its step lets it."
    say(f"{lease.holder} has job {short_id(lease.job_id)} until {at_text(lease.until)}. {stands}")
    say(f"Act in its page:  {page.url}")
    say(f"Then:             botswain hand-back {short_id(lease.job_id)}")
    if open_page:
        webbrowser.open(page.url)


def hand_back(
    job: JobArgument,
    *,
    then: Annotated[
        Then,
        typer.Option(
            help="`continue` from where it stands (a step that failed meanwhile runs again), `skip` the step that "
            "waits since you did its work, or let it `fail`."
        ),
    ] = Then.CONTINUE,
    note: Annotated[str, typer.Option(help="Kept in the audit, and told to the run.")] = "",
    force: Annotated[bool, typer.Option("--force", help="Also for somebody else who has it.")] = False,
    name: As = None,
    connect: Connect = None,
    key: Key = None,
    data_dir: DataDir = None,
) -> None:
    """Hand a run back that you took over, or whose step waits for you (`human.solve`); it goes on.

    Example:  botswain hand-back 9f31c2aa --then skip --note "filled the form by hand"
    """

    async def give() -> str:
        async with _client(connect, key, data_dir, name) as client:
            job_id = await full_id(client, job)
            return (await client.live.hand_back(job_id, then=then, note=note, force=force)).job_id

    say(f"Job {short_id(run_async(give()))} goes on.")


@asynccontextmanager
async def _client(
    connect: str | None, key: str | None, data_dir: Path | None, name: str | None
) -> AsyncIterator[OrchestratorClient]:
    """A client in a person's own name: the audit says who was in a run's page."""
    address = find_address(connect, key, data_dir)
    async with OrchestratorClient(address.url, address.key, actor=name or _account()) as client:
        yield client


def _account() -> str:
    try:
        name = getpass.getuser()
    except (OSError, KeyError, ImportError):  # an account without a name, as in some containers
        return COMMAND_LINE
    return name if name.isascii() and name.isprintable() else COMMAND_LINE


async def _show_page(client: OrchestratorClient, job_id: str, *, may_act: bool, is_open: bool, as_json: bool) -> None:
    page = await client.live.page(job_id, may_act=may_act)
    if not as_json:
        say(f"Live page:  {page.url}")
    if is_open:
        webbrowser.open(page.url)


async def _follow(
    client: OrchestratorClient, job_id: str, wish: ViewWish, *, frames: Path | None, count: int | None, as_json: bool
) -> None:
    seen, told = 0, ""
    async with aclosing(client.live.watch(job_id, wish)) as news:
        async for each in news:
            if isinstance(each, LiveFrame):
                seen += 1
                if frames is not None:
                    _write(frames / f"{seen:05d}.jpg", each.jpeg, option="--frames")
                if as_json:
                    typer.echo(each.view.model_dump_json())
            elif as_json:
                typer.echo(each.model_dump_json())
            elif (line := _line(each)) != told:
                say(line)
                told = line
            if count is not None and seen >= count:
                return


def _line(look: LookView) -> str:
    parts = [look.status.replace("_", " "), f"step {look.step}" if look.step else ""]
    if look.holder:
        parts.append(f"{look.holder} has it")
    if look.parked:
        parts.append(f"waits before {', '.join(look.parked)}")
    parts.append(look.problem.rstrip("."))
    return " · ".join(filter(None, parts))


def _write(path: Path, content: bytes, *, option: str) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    except OSError as error:
        raise UserError(f"{option}: {path} cannot be written: {error.strerror}.", field=option) from None
