"""Compares the window with its pictures in tests/console/goldens, or takes them anew (`make goldens`).

A process of its own with one clock, one zone, one density and the bundled fonts, so that the same window is always the
same picture. Without arguments every picture is compared, and so are spoiled windows, which must not pass; what
differs is kept beside `--failed`. With `--take` the pictures are written anew; look at them before you commit.
"""

import argparse
import os
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "tests/plugins"), str(HERE)]
os.environ.update(
    {
        "QT_QPA_PLATFORM": "offscreen",
        "QT_API": "pyside6",
        "QT_SCALE_FACTOR": "1",
        "QT_FONT_DPI": "96",
        "FONTCONFIG_FILE": str(HERE / "goldens" / "fonts.conf"),
        "TZ": "UTC",
        "LC_ALL": "C.UTF-8",
    }
)
time.tzset()

import numpy  # noqa: E402 - the zone and the platform have to be chosen first
import scripted_desk  # noqa: E402

NOW = datetime(2026, 11, 20, 14, 3, 9, tzinfo=UTC)
scripted_desk.stand_still(NOW)

from PySide6.QtGui import QImage  # noqa: E402
from PySide6.QtWidgets import QApplication, QLabel, QWidget  # noqa: E402
from screenshots import Studio, run, with_few_colours  # type: ignore[import-not-found]  # noqa: E402
from scripted_engine import ScriptedEngine  # noqa: E402
from window_rest import at_rest  # noqa: E402

from orchestrator.console.store import ConsoleStore  # noqa: E402
from orchestrator.console.theme.theme import Theme, ThemeMode  # noqa: E402
from orchestrator.contract.states import JobStatus  # noqa: E402

FOLDER = HERE / "goldens"
DIALOGS = (
    ("schedules", "schedule.new"),
    ("schedules", "schedule.forecast"),
    ("questions", "question.next"),
    ("jobs", "job.new"),
    ("robots", "robot.enrol"),
    ("dashboard", "window.keys"),
)
ROBOTS_URL = "ws://192.0.2.7:8765"
"""The engine's own port is another one each time."""
FAR = 48
"""So much another value of one channel is another colour; less is how edges of letters are rounded."""
MOST_OTHER_PIXELS = 40
"""A letter more or less is about as many; a control that moves by one pixel is hundreds."""


@dataclass
class Verdict:
    """What differs from its picture, and which spoiled windows were taken for good ones."""

    failed: dict[str, str] = field(default_factory=dict)
    passed_spoiled: list[str] = field(default_factory=list)
    pictures: int = 0
    spoiled: int = 0


class Comparison:
    """Takes or compares, as asked."""

    def __init__(self, failed: Path, *, take: bool) -> None:
        self._failed, self._take = failed, take
        self.verdict = Verdict()

    def look(self, name: str, widget: QWidget) -> None:
        """One picture."""
        self.verdict.pictures += 1
        picture = _grab(widget)
        if self._take:
            picture.save(str(FOLDER / f"{name}.png"), quality=0)
            return
        trouble = difference(picture, QImage(str(FOLDER / f"{name}.png")))
        if trouble:
            self.verdict.failed[name] = trouble
            self._failed.mkdir(parents=True, exist_ok=True)
            picture.save(str(self._failed / f"{name}.png"))

    def spoil(self, name: str, widget: QWidget) -> None:
        """The same window with a control moved a little, then without it: neither may pass."""
        if self._take:
            return
        golden = QImage(str(FOLDER / f"{name}.png"))
        control = _some_control(widget)
        ways: tuple[tuple[str, Callable[[], None]], ...] = (
            ("moved", lambda: control.move(control.x() + 2, control.y())),
            ("gone", control.hide),
        )
        for way, spoil in ways:
            spoil()
            self.verdict.spoiled += 1
            if not difference(_grab(widget), golden):
                self.verdict.passed_spoiled.append(f"{name}: {type(control).__name__} {way}")
        control.show()


def difference(picture: QImage, golden: QImage) -> str:
    """What is different, in words; empty when nothing is that a person would see."""
    if golden.isNull():
        return "there is no such picture yet: make goldens"
    if picture.size() != golden.size():
        return f"it is {picture.width()} x {picture.height()}, not {golden.width()} x {golden.height()}"
    apart = numpy.abs(_pixels(picture) - _pixels(golden)).max(axis=2) > FAR
    number = int(apart.sum())
    if number <= MOST_OTHER_PIXELS:
        return ""
    rows, columns = numpy.nonzero(apart)
    return f"{number} pixels differ between ({columns.min()}, {rows.min()}) and ({columns.max()}, {rows.max()})"


def _pixels(picture: QImage) -> "numpy.ndarray[tuple[int, ...], numpy.dtype[numpy.int16]]":
    full = picture.convertToFormat(QImage.Format.Format_RGB32)
    shape = (full.height(), full.width(), 4)
    return numpy.frombuffer(full.constBits(), dtype=numpy.uint8).reshape(shape)[:, :, :3].astype(numpy.int16)


def _grab(widget: QWidget) -> QImage:
    """With few colours, as the pictures are kept: rare ones become their neighbours, the same way each time."""
    picture: QImage = with_few_colours(widget.grab().toImage())
    return picture


def _has_tiles(panel: QWidget, wanted: int) -> bool:
    return len(getattr(panel, "tiles", ())) >= wanted


def _is_told(store: ConsoleStore) -> bool:
    return store.info is not None


def _some_control(widget: QWidget) -> QWidget:
    """The largest one that stands in a panel or dialog itself, no higher than a control is."""
    found = [each for each in widget.findChildren(QWidget) if each.isVisible() and _is_named(each)]
    return max(
        (each for each in found if each.width() >= 20 and 20 <= each.height() <= 120),
        key=lambda each: each.width() * each.height(),
    )


def _is_named(widget: QWidget) -> bool:
    return bool(widget.accessibleName() or (isinstance(widget, QLabel) and widget.text()))


async def stations(studio: Studio) -> AsyncIterator[tuple[str, QWidget]]:
    """Every panel that the rail has, what the detail pane shows, and the main dialogs."""
    window = studio.window
    for key, panel in window.panels.items():
        window.show_panel(key)
        wanted = _on_show(studio.engine) if key == "wall" else 0
        await at_rest(window, partial(_has_tiles, panel, wanted))
        yield key, window
    async for name in _details(studio):
        yield name, window.detail
    window.detail.close_pane()
    for key, command in DIALOGS:
        window.show_panel(key)
        await at_rest(window)
        window.commands.run(command)
        await at_rest(window)
        box = QApplication.activeModalWidget()
        assert box is not None, command
        yield command.replace(".", "-"), box
        box.close()
    window.show_panel("jobs")
    window.palette_box.open()
    await at_rest(window)
    yield "palette", window.palette_box
    window.palette_box.hide()


async def _details(studio: Studio) -> AsyncIterator[str]:
    window, jobs = studio.window, studio.engine.fleet.jobs.values()
    failed = next(each for each in jobs if each.status is JobStatus.FAILED and each.error and each.error.call_log)
    running = next(each for each in jobs if each.status is JobStatus.RUNNING)
    window.show_panel("jobs")
    for name, job, tab in (("job", failed, 0), ("steps", running, 1)):
        window.bench.navigator.open_job(job.job_id)
        window.detail.job.tabs.setCurrentIndex(tab)
        await at_rest(window)
        yield name
    window.bench.navigator.open_robot("rb-web-01")
    await at_rest(window)
    yield "robot"
    failures = window.bench.concerns.failures.value
    assert failures is not None
    window.bench.navigator.open_failure(failures.items[0].fingerprint)
    await at_rest(window)
    yield "failure"


def _on_show(engine: ScriptedEngine) -> int:
    return len(engine.wall._jobs())


async def compare(comparison: Comparison) -> None:
    """Both looks, one window each."""
    app = QApplication.instance()
    assert isinstance(app, QApplication)
    app.setCursorFlashTime(0)
    with ScriptedEngine() as engine, tempfile.TemporaryDirectory() as folder:
        engine.desk.robots_url = ROBOTS_URL
        for mode in (ThemeMode.LIGHT, ThemeMode.DARK):
            theme = Theme(mode)
            theme.apply(app)
            studio = Studio(theme, engine, FOLDER, Path(folder) / f"{mode}.ini", lambda: NOW)
            studio.window.resize(studio.window.minimumSize())
            studio.window.show()
            await at_rest(studio.window, partial(_is_told, studio.window.store))
            async for name, widget in stations(studio):
                comparison.look(f"{name}-{mode}", widget)
                if mode is ThemeMode.LIGHT:
                    comparison.spoil(f"{name}-{mode}", widget)
            await studio.close()


def main() -> int:
    """0: every picture is as it was (or was taken), and every spoiled one was seen."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--take", action="store_true", help="write the pictures anew")
    parser.add_argument("--failed", type=Path, default=Path("goldens-failed"), help="where to keep what differs")
    options = parser.parse_args()
    comparison = Comparison(options.failed, take=options.take)
    if options.take:
        for former in FOLDER.glob("*.png"):
            former.unlink()
    run(lambda: compare(comparison))
    verdict = comparison.verdict
    for name, trouble in verdict.failed.items():
        sys.stdout.write(f"{name}: {trouble}\n")
    for name in verdict.passed_spoiled:
        sys.stdout.write(f"a spoiled window was not seen: {name}\n")
    sys.stdout.write(f"{verdict.pictures} pictures, {len(verdict.failed)} differ; {verdict.spoiled} spoiled\n")
    return 1 if verdict.failed or verdict.passed_spoiled else 0


if __name__ == "__main__":
    sys.exit(main())
