"""How the window goes on after its first paint: what takes longer is loaded beside it, and built in."""

import asyncio
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QApplication

from orchestrator.console.chosen_engine import Engine
from orchestrator.console.doorbell import DOORBELL, Doorbell, doorbell_name, ring
from orchestrator.console.rooms import load_room
from orchestrator.console.window import ConsoleWindow

if TYPE_CHECKING:
    from orchestrator.console.desk import Desk


async def open_console(app: QApplication, window: ConsoleWindow, choose: Callable[[], Engine]) -> bool:
    """Furnish the window, and stay until it is closed; raises what `choose` raises, on a thread.

    False when there is a window for this engine already: that one comes to the front instead.
    """
    closed = asyncio.Event()
    window.closing.connect(closed.set)
    if not window.isVisible():
        closed.set()
    signals = _close_on_signals(asyncio.get_running_loop(), closed)
    try:
        desk = await asyncio.to_thread(_load_desk, window.room)
        engine = await asyncio.to_thread(choose)
        if closed.is_set():
            return True
        name = doorbell_name(window.settings.path, engine)
        if ring(name):
            return False
        with _heard(name, window):
            await desk(app, engine, window).run(closed)
        return True
    finally:
        signals()
        window.hide()


@contextmanager
def _heard(name: str, window: ConsoleWindow) -> Iterator[None]:
    """A second start finds the window, and sees in its settings that there may be one, before it paints its own."""
    bell = Doorbell(name, window)
    bell.rung.connect(window.bring_back)
    window.closing.connect(bell.close)
    window.settings.set_text(DOORBELL, name)
    window.settings.flush()
    try:
        yield
    finally:
        bell.close()
        window.settings.set_text(DOORBELL, "")
        window.settings.flush()


def _load_desk(room: str) -> "type[Desk]":
    """Most of a second, on a thread: the frame moves and closes meanwhile."""
    from orchestrator.console.desk import Desk  # noqa: PLC0415 - the first paint does not wait for it

    load_room(room)
    return Desk


def _close_on_signals(loop: asyncio.AbstractEventLoop, closed: asyncio.Event) -> Callable[[], None]:
    """Ctrl+C and SIGTERM close the window in order."""
    handled: list[signal.Signals] = []
    for number in (signal.SIGINT, signal.SIGTERM):
        try:
            loop.add_signal_handler(number, closed.set)
        except (NotImplementedError, RuntimeError, ValueError):
            # Windows' loops know no handlers, and only the main thread may set them.
            continue
        handled.append(number)

    def remove() -> None:
        for number in handled:
            loop.remove_signal_handler(number)

    return remove
