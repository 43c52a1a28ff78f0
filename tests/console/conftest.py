"""An offscreen window system, a qasync loop for coroutines, and settings that stay in the test's folder."""

import asyncio
import gc
import os
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ.setdefault("QT_API", "pyside6")

import qasync
from PySide6.QtWidgets import QApplication
from scripted_engine import KEY, ScriptedEngine

from orchestrator.console.clock import now as real_now
from orchestrator.console.engine_link import EngineLink
from orchestrator.console.furnishing import furnish
from orchestrator.console.settings import ConsoleSettings
from orchestrator.console.store import ConsoleStore
from orchestrator.console.tasks import TaskOwner
from orchestrator.console.theme.theme import Theme, ThemeMode
from orchestrator.console.window import ConsoleWindow

HERE = Path(__file__).parent


def _qasync_loop() -> asyncio.AbstractEventLoop:
    app = QApplication.instance() or QApplication([])
    loop: asyncio.AbstractEventLoop = qasync.QEventLoop(app)
    return loop


def pytest_asyncio_loop_factories(
    config: pytest.Config,
    item: pytest.Item,
) -> Mapping[str, Callable[[], asyncio.AbstractEventLoop]]:
    """Coroutines under tests/console run on Qt's loop, all others on asyncio's own."""
    if HERE in item.path.parents:
        return {"qasync": _qasync_loop}
    return {"asyncio": asyncio.new_event_loop}


@pytest.fixture(autouse=True)
def _collect_on_this_thread(qapp: QApplication) -> Iterator[None]:
    """Widgets in reference cycles die on Qt's thread, as `console.collector` sees to in the program."""
    gc.disable()
    yield
    gc.collect()
    gc.enable()


@pytest.fixture
def theme(qapp: QApplication) -> Iterator[Theme]:
    """The light theme, applied; the next test starts from it again."""
    theme = Theme(ThemeMode.LIGHT)
    theme.apply(qapp)
    yield theme
    theme.deleteLater()


@pytest.fixture
def settings(tmp_path: Path) -> ConsoleSettings:
    """Settings in a file of the test's own."""
    return ConsoleSettings(tmp_path / "console.ini")


@pytest.fixture
def now() -> datetime:
    """The time at which these tests take place."""
    return datetime(2026, 11, 21, 14, 0, tzinfo=UTC)


@pytest.fixture
def engine() -> Iterator[ScriptedEngine]:
    """A scripted engine with the sample fleet, on a port of its own."""
    with ScriptedEngine() as engine:
        yield engine


async def until(condition: Callable[[], object], limit_s: float = 60.0) -> None:
    """Let Qt and the coroutines work until the condition holds; TimeoutError names what never came."""
    async with asyncio.timeout(limit_s):
        while not condition():  # noqa: ASYNC110 - what is waited for are states of widgets, which have no asyncio event
            await asyncio.sleep(0.01)


@pytest.fixture
def wait_until() -> Callable[..., object]:
    """`await wait_until(lambda: ...)`: the tests' only way to wait for the window."""
    return until


@pytest.fixture
def open_window(
    qapp: QApplication, theme: Theme, settings: ConsoleSettings, engine: ScriptedEngine, tmp_path: Path
) -> Callable[[], AbstractAsyncContextManager[ConsoleWindow]]:
    """`async with open_window() as window:` the whole window, connected to the scripted engine.

    It opens and closes inside the test's own coroutine: between the phases of a test the loop rests while pytest-qt
    has Qt work, and coroutines that were woken then would find no running loop.
    """
    qapp.setQuitOnLastWindowClosed(False)

    @asynccontextmanager
    async def opened() -> AsyncIterator[ConsoleWindow]:
        tasks, store = TaskOwner(), ConsoleStore()
        link = EngineLink(store, tasks, real_now)
        window = ConsoleWindow(theme, settings)
        furnish(window, store=store, link=link, tasks=tasks, clock=real_now, folder=tmp_path)
        window.show()
        link.connect(engine.url, KEY)
        try:
            await until(lambda: store.is_connected and store.info is not None)
            yield window
        finally:
            window.close()
            await tasks.close()
            await link.close()
            window.deleteLater()
            await asyncio.sleep(0.05)

    return opened
