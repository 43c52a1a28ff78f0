"""Takes pictures of every panel in light and dark, with a sample fleet: `python tests/console/screenshots.py`."""

import asyncio
import os
import sys
import tempfile
from collections.abc import Awaitable, Callable
from datetime import datetime
from pathlib import Path

ROOT = Path(__file__).parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "tests/plugins")]
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ.setdefault("QT_API", "pyside6")

import numpy  # noqa: E402
from PySide6.QtCore import Qt  # noqa: E402 - the platform has to be chosen first
from PySide6.QtGui import QImage  # noqa: E402
from PySide6.QtWidgets import QApplication, QWidget  # noqa: E402
from qasync import QEventLoop  # noqa: E402
from scripted_engine import KEY, ScriptedEngine  # noqa: E402
from window_rest import at_rest  # noqa: E402

from orchestrator.console.clock import now  # noqa: E402
from orchestrator.console.engine_link import EngineLink  # noqa: E402
from orchestrator.console.furnishing import furnish  # noqa: E402
from orchestrator.console.panels.timeline import TimelinePanel  # noqa: E402
from orchestrator.console.settings import ConsoleSettings  # noqa: E402
from orchestrator.console.store import ConsoleStore  # noqa: E402
from orchestrator.console.tasks import TaskOwner  # noqa: E402
from orchestrator.console.theme.theme import Theme, ThemeMode  # noqa: E402
from orchestrator.console.window import ConsoleWindow  # noqa: E402
from orchestrator.contract.states import JobStatus  # noqa: E402

SETTLING_S = 1.2
_NO_DITHER = Qt.ImageConversionFlag.AvoidDither | Qt.ImageConversionFlag.ThresholdDither
PANELS = ("dashboard", "jobs", "failures", "questions", "robots", "schedules", "workflows", "metrics", "wall")


class Studio:
    """One window, one look, many pictures."""

    def __init__(
        self,
        theme: Theme,
        engine: ScriptedEngine,
        folder: Path,
        settings: Path,
        clock: Callable[[], datetime] = now,
    ) -> None:
        self.tasks = TaskOwner()
        store = ConsoleStore()
        self.link = EngineLink(store, self.tasks, clock)
        self.theme, self.engine, self.folder = theme, engine, folder
        self.window = ConsoleWindow(theme, ConsoleSettings(settings))
        furnish(
            self.window, store=store, link=self.link, tasks=self.tasks, clock=clock, folder=settings.parent / "robots"
        )
        self.link.connect(engine.url, KEY)

    async def shoot(self, name: str, widget: QWidget | None = None) -> None:
        """Let it settle, then keep the picture with few colours, so that it stays small."""
        await at_rest(self.window)
        picture = with_few_colours((widget or self.window).grab().toImage())
        self.folder.mkdir(parents=True, exist_ok=True)
        picture.save(str(self.folder / f"console-{name}-{self.theme.tokens.name}.png"))

    async def panels(self) -> None:
        """Each panel, then a job and a robot in the detail pane, dialogs, the palette."""
        self.window.show()
        await asyncio.sleep(SETTLING_S)
        await at_rest(self.window)
        for key in PANELS:
            self.window.show_panel(key)
            await self.shoot(key)
        await self._timeline()
        await self._failure()
        await self._details()
        await self._boxes()
        await self._editor()

    async def _timeline(self) -> None:
        window = self.window
        window.show_panel("timeline")
        panel = window.current_panel
        assert isinstance(panel, TimelinePanel)
        await at_rest(window)
        span = panel.chart.span
        panel.open_moment(span.begin + 0.72 * span.length_s)
        await self.shoot("timeline")
        panel.close_moment()

    async def _failure(self) -> None:
        window = self.window
        window.show_panel("failures")
        found = window.bench.concerns.failures.value
        assert found is not None
        window.bench.navigator.open_failure(found.items[0].fingerprint)
        await self.shoot("failure")
        window.detail.close_pane()

    async def _details(self) -> None:
        window, jobs = self.window, self.engine.fleet.jobs
        failed = next(j for j in jobs.values() if j.status is JobStatus.FAILED and j.error and j.error.call_log)
        running = next(j for j in jobs.values() if j.status is JobStatus.RUNNING)
        done = next(j for j in jobs.values() if j.status is JobStatus.COMPLETED)
        window.show_panel("jobs")
        for name, job, tab in (("job", failed, 0), ("steps", running, 1), ("log", failed, 2), ("data", done, 3)):
            window.bench.navigator.open_job(job.job_id)
            window.detail.job.tabs.setCurrentIndex(tab)
            await self.shoot(name)
        window.show_panel("robots")
        window.bench.navigator.open_robot("rb-web-01")
        await self.shoot("robot")
        window.detail.close_pane()

    async def _boxes(self) -> None:
        window = self.window
        window.show_panel("schedules")
        window.bench.settings.set_text("zone", "Europe/Berlin")  # the preview is of that zone
        window.commands.run("schedule.new")
        await self._dialog("schedule")
        window.commands.run("schedule.forecast")
        await self._dialog("forecast")
        window.commands.run("question.next")
        await self._dialog("answer")
        window.commands.run("job.new")
        await self._dialog("submit")
        window.commands.run("robot.enrol")
        await self._dialog("enrol")
        window.commands.run("window.keys")
        await self._dialog("keys")
        window.show_panel("jobs")
        window.palette_box.open()
        await self.shoot("palette")
        window.palette_box.hide()

    async def _editor(self) -> None:
        editors = self.window.groups.editor
        editors.new()
        editor = editors.open_editors[""]
        editor.resize(1400, 900)  # the screen of a machine without one is small
        editor.session.type_text((ROOT / "resources/workflows/job-discovery.yaml").read_text(encoding="utf-8"))
        editor.session.check_now()
        editor.choose(["best_first"])
        await self.shoot("editor", editor)
        editor.discard()

    async def _dialog(self, name: str) -> None:
        await at_rest(self.window)
        box = QApplication.activeModalWidget()
        assert box is not None, name
        await self.shoot(name, box)
        box.close()

    async def close(self) -> None:
        """Hang up."""
        self.window.close()
        await self.link.close()
        await self.tasks.close()


def with_few_colours(picture: QImage) -> QImage:
    """The picture in its 256 most frequent colours, at a third of the size and no difference to the eye."""
    full = picture.convertToFormat(QImage.Format.Format_RGB32)
    pixels = numpy.frombuffer(full.constBits(), dtype=numpy.uint32)
    colours, counts = numpy.unique(pixels, return_counts=True)
    frequent = [int(colour) for colour in colours[numpy.argsort(-counts)[:256]]]
    return full.convertToFormat(QImage.Format.Format_Indexed8, frequent, _NO_DITHER)


async def main(folder: Path, modes: list[ThemeMode]) -> None:
    """Light, then dark."""
    app = QApplication.instance()
    assert isinstance(app, QApplication)
    with ScriptedEngine() as engine, tempfile.TemporaryDirectory() as settings:
        for mode in modes:
            theme = Theme(mode)
            theme.apply(app)
            studio = Studio(theme, engine, folder, Path(settings) / f"{mode}.ini")
            await studio.panels()
            await studio.close()


def run(work: Callable[[], Awaitable[None]]) -> None:
    """On Qt's loop."""
    app = QApplication(["screenshots"])
    app.setQuitOnLastWindowClosed(False)
    with QEventLoop(app) as loop:
        loop.run_until_complete(work())


if __name__ == "__main__":
    target = Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "docs/images"
    wanted = [ThemeMode(word) for word in sys.argv[2:]] or [ThemeMode.LIGHT, ThemeMode.DARK]
    run(lambda: main(target, wanted))
