"""How the window goes on after its first paint: what takes longer is loaded beside it, and built in."""

import asyncio
import signal
from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QApplication

from orchestrator.console.chosen_engine import Engine
from orchestrator.console.rooms import load_room
from orchestrator.console.window import ConsoleWindow

if TYPE_CHECKING:
    from orchestrator.console.desk import Desk


async def open_console(app: QApplication, window: ConsoleWindow, choose: Callable[[], Engine]) -> None:
    """Furnish the window, and stay until it is closed; raises what `choose` raises, on a thread."""
    closed = asyncio.Event()
    window.closing.connect(closed.set)
    if not window.isVisible():
        closed.set()
    signals = _close_on_signals(asyncio.get_running_loop(), closed)
    try:
        desk = await asyncio.to_thread(_load_desk, window.room)
        engine = await asyncio.to_thread(choose)
        if not closed.is_set():
            await desk(app, engine, window).run(closed)
    finally:
        signals()
        window.hide()


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
