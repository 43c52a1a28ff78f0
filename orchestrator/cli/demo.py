"""`botswain demo`: engine, robots and a marketplace to work on, two real workflows, and a check of what they gave."""

import asyncio
import sys
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Annotated

import typer
from rich.text import Text

from orchestrator.cli.connection import run_async
from orchestrator.cli.console_window import has_display
from orchestrator.cli.demo_work import DemoWork, Finished
from orchestrator.cli.local import LocalOrchestrator, local_orchestrator, while_robots_live
from orchestrator.cli.output import count_text, error_console, say
from orchestrator.cli.progress import progress_view
from orchestrator.cli.results import show_result, show_rows
from orchestrator.contract.errors import UserError
from orchestrator.fleet.console import ConsoleWindow
from orchestrator.fleet.demo_site import DemoSite, demo_site
from orchestrator.fleet.errors import FleetError, StartError, TooLateError
from orchestrator.fleet.race import unless

EXIT_FAILED = 1
_WORK_LIMIT_S = 900.0
_SHOWN_JOBS = 15
_TABLES = {
    "jobs": ("The best jobs", ("title", "client", "level", "budget_usd", "score", "id")),
    "results": ("Proposals on the site", ("job_url", "confirmation", "verified", "status")),
    "invalid": ("Proposals that were sorted out", ("reasons",)),
}


def demo(
    *,
    headless: Annotated[bool, typer.Option("--headless", help="Stay in the terminal, with a display too.")] = False,
    robots: Annotated[int, typer.Option(min=1, max=8, help="Robot processes to start.")] = 2,
    data_dir: Annotated[
        Path | None,
        typer.Option("--data-dir", metavar="DIR", help="An empty folder for everything.  [default: a new one]"),
    ] = None,
    keep_open: Annotated[
        bool, typer.Option("--keep-open", help="Without a window: go on running afterwards, until Ctrl+C.")
    ] = False,
) -> None:
    """See Botswain at work: an engine, two robots with real browsers, and a marketplace to work on.

    Runs Job Discovery and then Proposal Submission against the bundled demo site, shows how they go, and compares
    what they gave with the site's own data: exit code 0 only if it is right. With a display the console window opens
    and stays until you close it.

    Examples:  botswain demo  |  botswain demo --headless --robots 3 --data-dir ./demo
    """
    folder = _fresh_folder(data_dir)
    mistakes = run_async(_demo(folder, robots=robots, wants_window=has_display() and not headless, keep_open=keep_open))
    if mistakes:
        sys.exit(EXIT_FAILED)


async def _demo(folder: Path, *, robots: int, wants_window: bool, keep_open: bool) -> list[str]:
    _tell(f"Starting the demo site, an engine and {count_text(robots, 'robot')} ...")
    async with (
        demo_site(folder) as site,
        local_orchestrator(folder, robots=robots, slots=1) as local,
        _window(local, wanted=wants_window) as window,
    ):
        _tell(f"The marketplace is at {site.url}, the orchestrator at {local.client.base_url}.")
        mistakes = await unless(_worked(local, site), _closed_early(window))
        if window is not None:
            _tell("The console stays open; close its window to end the demo.")
            await window.closed()
        elif keep_open:
            _tell(f"Everything goes on running until Ctrl+C; try `botswain jobs --data-dir {folder}`.")
            await asyncio.Event().wait()
        _tell("Stopping everything ...")
    return mistakes


async def _worked(local: LocalOrchestrator, site: DemoSite) -> list[str]:
    """Run both workflows, show what they gave, and say what is wrong with it."""
    work = DemoWork(local=local, site_url=site.url)
    try:
        async with asyncio.timeout(_WORK_LIMIT_S):
            with progress_view() as progress:
                finished = await while_robots_live(local, work.run(progress))
            mistakes = await work.mistakes(finished)
    except TimeoutError:
        raise TooLateError(f"The demo has not ended within {_WORK_LIMIT_S:.0f} s; see {local.folder}.") from None
    for each in finished:
        _show(each)
    _show_verdict(local.folder, finished, mistakes)
    return mistakes


def _show(finished: Finished) -> None:
    say("")
    show_result(finished.detail, tables=False)
    for name, value in finished.outputs.items():
        if name in _TABLES and value:
            title, columns = _TABLES[name]
            say(f"\n{title}", style="bold")
            show_rows(value, columns=columns, most=_SHOWN_JOBS)


def _show_verdict(folder: Path, finished: tuple[Finished, ...], mistakes: list[str]) -> None:
    say("")
    for each in finished:
        files = count_text(len(each.files), "file")
        say(f"{each.detail.job.workflow_name}: result {each.result_file}, {files} in {each.folder}")
    say(f"Logs: {folder / 'logs'}    Database: {folder / 'botswain.db'}")
    say("")
    for mistake in mistakes:
        say(f"WRONG  {mistake}", style="red")
    if not mistakes:
        say("RIGHT  What the workflows gave is what the demo site's own data says.", style="green")


@asynccontextmanager
async def _window(local: LocalOrchestrator, *, wanted: bool) -> AsyncIterator[ConsoleWindow | None]:
    if not wanted:
        yield None
        return
    async with ConsoleWindow.open(local.client.base_url, local.client.key, local.folder) as window:
        yield window


async def _closed_early(window: ConsoleWindow | None) -> FleetError:
    if window is None:
        await asyncio.Event().wait()
    else:
        try:
            await window.closed()
        except StartError as error:
            return FleetError(f"{error} The demo works without a window too: `botswain demo --headless`.")
    return FleetError("The console was closed before the demo was through; everything it started is stopped.")


def _fresh_folder(data_dir: Path | None) -> Path:
    if data_dir is None:
        return Path(tempfile.mkdtemp(prefix="botswain-demo-"))
    folder = data_dir.expanduser().absolute()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        is_used = any(folder.iterdir())
    except OSError as error:
        raise UserError(f"--data-dir: {data_dir} cannot be used: {error.strerror}.", field="--data-dir") from None
    if is_used:
        raise UserError(f"--data-dir: {data_dir} is not empty; the demo wants a folder of its own.", field="--data-dir")
    return folder


def _tell(text: str) -> None:
    error_console().print(Text(text, style="dim"), soft_wrap=True)
