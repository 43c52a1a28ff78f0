"""Takes the pictures of the console during the real demo: `python tests/console/demo_pictures.py [FOLDER]`.

Runs `botswain demo` with its engine, robots, browsers and site, opens the window on it, and grabs the screen when
Job Discovery has come to the wanted step; once for each look. Without a display it starts an Xvfb of its own.
"""

import asyncio
import os
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from orchestrator.client.client import OrchestratorClient

ROOT = Path(__file__).parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "tests/plugins"), str(Path(__file__).parent)]

SIZE = (1380, 880)
WANTED_STEP = "details"
WORKFLOW = "Job Discovery"
READY_WITHIN_S, STEP_WITHIN_S, STOP_WITHIN_S = 60.0, 90.0, 30.0
SETTLING_S = 1.2


@contextmanager
def display() -> Iterator[None]:
    """A display for the window: the one that is there, or an Xvfb that ends with the pictures."""
    if os.environ.get("DISPLAY"):
        yield
        return
    reading, writing = os.pipe()
    command = ["Xvfb", "-displayfd", str(writing), "-screen", "0", f"{SIZE[0]}x{SIZE[1]}x24", "-nolisten", "tcp"]
    server = subprocess.Popen(command, pass_fds=(writing,), stderr=subprocess.DEVNULL)
    os.close(writing)
    try:
        with os.fdopen(reading) as pipe:
            os.environ["DISPLAY"] = f":{pipe.readline().strip()}"
        yield
    finally:
        del os.environ["DISPLAY"]
        server.terminate()
        server.wait(STOP_WITHIN_S)


@asynccontextmanager
async def running_demo(folder: Path) -> AsyncIterator[None]:
    """`botswain demo` without a window, until the pictures are taken."""
    command = (sys.executable, "-m", "orchestrator.cli.main", "demo", "--headless", "--data-dir", str(folder))
    with (folder.parent / f"{folder.name}.log").open("wb") as log:
        demo = await asyncio.to_thread(subprocess.Popen, command, stdout=log, stderr=log, cwd=ROOT)
    try:
        yield
    finally:
        demo.terminate()
        await asyncio.to_thread(demo.wait, STOP_WITHIN_S)


async def until(condition: Callable[[], object], limit_s: float) -> None:
    """Let Qt and the coroutines work until the condition holds."""
    async with asyncio.timeout(limit_s):
        while not condition():  # noqa: ASYNC110 - widgets and files have no asyncio event
            await asyncio.sleep(0.05)


async def fill_queue(client: "OrchestratorClient", job_id: str) -> None:
    """A queue is worth looking at when something stands in it: the demo's job some more times."""
    from orchestrator.contract.api.jobs import SubmitRequest  # noqa: PLC0415
    from orchestrator.contract.states import JobPriority  # noqa: PLC0415

    detail = await client.job(job_id)
    for priority in (JobPriority.NORMAL, JobPriority.LOW, JobPriority.HIGH, JobPriority.CRITICAL):
        request = SubmitRequest(
            workflow=WORKFLOW, variables=detail.variables, priority=priority, submitted_by="demo pictures"
        )
        await client.submit(request)


async def take(mode: str, folder: Path, target: Path) -> None:
    """One run of the demo, one picture."""
    from PySide6.QtWidgets import QApplication  # noqa: PLC0415 - the display has to be there first
    from screenshots import with_few_colours  # type: ignore[import-not-found]  # noqa: PLC0415 - a script beside this one

    from orchestrator.client.endpoint import Endpoint  # noqa: PLC0415
    from orchestrator.console.clock import now  # noqa: PLC0415
    from orchestrator.console.engine_link import EngineLink  # noqa: PLC0415
    from orchestrator.console.furnishing import furnish  # noqa: PLC0415
    from orchestrator.console.settings import ConsoleSettings  # noqa: PLC0415
    from orchestrator.console.store import ConsoleStore  # noqa: PLC0415
    from orchestrator.console.tasks import TaskOwner  # noqa: PLC0415
    from orchestrator.console.theme.theme import Theme, ThemeMode  # noqa: PLC0415
    from orchestrator.console.window import ConsoleWindow  # noqa: PLC0415
    from orchestrator.contract.states import StepStatus  # noqa: PLC0415

    app = QApplication.instance()
    assert isinstance(app, QApplication)
    theme, tasks, store = Theme(ThemeMode(mode)), TaskOwner(), ConsoleStore()
    theme.apply(app)
    link = EngineLink(store, tasks, now)
    settings = ConsoleSettings(folder.parent / f"{mode}.ini")
    window = ConsoleWindow(theme, settings)
    furnish(window, store=store, link=link, tasks=tasks, clock=now, folder=folder.parent / "robots")
    window.setGeometry(0, 0, *SIZE)
    window.show()
    window.show_panel("jobs")

    def wanted_job() -> str:
        found = [job for job in store.jobs.values() if job.workflow_name == WORKFLOW]
        return min(found, key=lambda job: job.created_at).job_id if found else ""

    def has_come() -> bool:
        step = store.steps.get(wanted_job(), {}).get(WANTED_STEP)
        return step is not None and step.status is StepStatus.RUNNING

    async with running_demo(folder):
        await until(lambda: Endpoint.of(folder), READY_WITHIN_S)
        endpoint = Endpoint.of(folder)
        assert endpoint is not None
        link.connect(endpoint.url, endpoint.key)
        await until(wanted_job, STEP_WITHIN_S)
        await fill_queue(link.client, wanted_job())
        window.bench.navigator.open_job(wanted_job())
        window.detail.job.tabs.setCurrentIndex(1)
        await until(has_come, STEP_WITHIN_S)
        await until(lambda: window.jobs.model.total, STEP_WITHIN_S)
        window.jobs.model.refresh()
        await asyncio.sleep(SETTLING_S)
        picture = with_few_colours(window.screen().grabWindow(window.winId()).toImage())
        picture.save(str(target / f"demo-{mode}.png"))
        window.close()
        await link.close()
        await tasks.close()


async def main(target: Path) -> None:
    """Light, then dark."""
    with tempfile.TemporaryDirectory(prefix="botswain-pictures-") as scratch:
        for mode in ("light", "dark"):
            folder = Path(scratch) / mode
            folder.mkdir()
            await take(mode, folder, target)


if __name__ == "__main__":
    os.environ["QT_QPA_PLATFORM"] = "xcb"
    with display():
        from screenshots import run

        chosen = Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "docs/images"
        chosen.mkdir(parents=True, exist_ok=True)
        run(lambda: main(chosen))
