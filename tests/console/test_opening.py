"""How the window opens: a frame that can be used at once, and everything else as soon as it is there."""

import asyncio
import subprocess
import sys
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel

from orchestrator.console.chosen_engine import Engine, EngineChoiceError, chosen_engine
from orchestrator.console.clock import now
from orchestrator.console.doorbell import Doorbell, doorbell_name
from orchestrator.console.engine_link import EngineLink
from orchestrator.console.furnishing import furnish
from orchestrator.console.settings import ConsoleSettings
from orchestrator.console.store import ConsoleStore
from orchestrator.console.tasks import TaskOwner
from orchestrator.console.theme.theme import Theme
from orchestrator.console.window import ConsoleWindow

pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints")
HEAVY = (
    "asyncio",
    "pydantic",
    "httpx",
    "websockets",
    "numpy",
    "pyqtgraph",
    "yaml",
    "orchestrator.contract",
    "orchestrator.client",
)


@contextmanager
def frame(theme: Theme, settings: ConsoleSettings) -> Iterator[ConsoleWindow]:
    window = ConsoleWindow(theme, settings)
    try:
        yield window
    finally:
        window.close()
        window.deleteLater()


def furnished(window: ConsoleWindow, folder: Path) -> None:
    tasks, store = TaskOwner(), ConsoleStore()
    furnish(window, store=store, link=EngineLink(store, tasks, now), tasks=tasks, clock=now, folder=folder)


def words(window: ConsoleWindow) -> list[str]:
    return [
        each.text() for each in window.findChildren(QLabel) if each.isVisible() and each.property("role") == "title"
    ]


@pytest.mark.feature("C01")
async def test_where_one_goes_before_the_rooms_are_there_is_where_one_is_then(
    theme: Theme, settings: ConsoleSettings, tmp_path: Path, wait_until: Callable[..., Awaitable[None]]
) -> None:
    with frame(theme, settings) as window:
        window.show()
        assert words(window) == ["Dashboard"]
        window.activateWindow()
        await wait_until(window.isActiveWindow)
        QTest.keyClick(window, Qt.Key.Key_6, Qt.KeyboardModifier.ControlModifier)
        await wait_until(lambda: words(window) == ["Schedules"])
        furnished(window, tmp_path)
        assert window.current_panel.key == window.room == "schedules"
        assert words(window) == ["Schedules"]


async def test_the_frame_stands_where_the_window_stood(theme: Theme, settings: ConsoleSettings, tmp_path: Path) -> None:
    with frame(theme, settings) as window:
        furnished(window, tmp_path)
        window.show()
        window.resize(1120, 700)
        window.show_panel("robots")
        assert window.close()
    with frame(theme, settings) as again:
        again.show()
        assert (again.width(), again.height(), again.room) == (1120, 700, "robots")


async def test_the_frame_closes_before_anything_else_is_there(theme: Theme, settings: ConsoleSettings) -> None:
    with frame(theme, settings) as window:
        painted, closed = asyncio.Event(), asyncio.Event()
        window.painted.connect(painted.set)
        window.closing.connect(closed.set)
        window.show()
        async with asyncio.timeout(10):
            await painted.wait()
        assert window.close()
        assert closed.is_set()


def test_the_frame_waits_for_nothing_heavy() -> None:
    """What is loaded before the first paint is what a person waits for."""
    code = "import sys, orchestrator.console.app, orchestrator.console.frame; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True).stdout
    assert [name for name in loaded.split() if name.startswith(HEAVY)] == []


def rings(name: str) -> bool:
    """Whether a second start found the window."""
    code = f"import sys; from orchestrator.console.doorbell import ring; sys.exit(not ring({name!r}))"
    return subprocess.run([sys.executable, "-c", code], timeout=60, check=False).returncode == 0


@pytest.mark.qt_log_ignore("propagateSizeHints", "does not support raise")
async def test_a_second_start_brings_the_hidden_window_to_the_front(
    theme: Theme, settings: ConsoleSettings, tmp_path: Path
) -> None:
    name = doorbell_name(settings.path, Engine(data_dir=tmp_path))
    assert not await asyncio.to_thread(rings, name)
    with frame(theme, settings) as window:
        window.showMaximized()
        window.hide()
        bell, rung = Doorbell(name, window), asyncio.Event()
        bell.rung.connect(window.bring_back)
        bell.rung.connect(rung.set)
        assert await asyncio.to_thread(rings, name)
        async with asyncio.timeout(10):
            await rung.wait()
        assert window.isVisible()
        assert window.isMaximized(), "as large as it was"
        bell.close()
        assert not await asyncio.to_thread(rings, name), "what ends is no window to go to"


def test_windows_of_two_orchestrators_stand_side_by_side(tmp_path: Path) -> None:
    engines = Engine(data_dir=tmp_path), Engine(url="http://there:8765", data_dir=tmp_path), Engine(data_dir=Path())
    assert len({doorbell_name(tmp_path / "console.ini", each) for each in engines}) == 3


@pytest.mark.usefixtures("qapp")
def test_parts_that_are_built_while_the_sheet_is_off_wear_it_afterwards(qapp: QApplication, theme: Theme) -> None:
    sheet = qapp.styleSheet()
    with theme.undressed(qapp):
        assert not qapp.styleSheet()
    assert qapp.styleSheet() == sheet != ""


def test_an_orchestrator_elsewhere_wants_a_key(tmp_path: Path) -> None:
    with pytest.raises(EngineChoiceError, match="--key"):
        chosen_engine("there:8765", None, tmp_path)
    assert chosen_engine("there:8765/", "k", tmp_path).url == "http://there:8765"
    (tmp_path / "endpoint.json").write_text("{")
    with pytest.raises(EngineChoiceError, match="damaged"):
        chosen_engine("there:8765", None, tmp_path)
