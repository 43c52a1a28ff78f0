"""How the window opens: its frame is painted first, and what takes longer is loaded beside it."""

import asyncio
import signal
from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QApplication

from orchestrator.console.chosen_engine import Engine
from orchestrator.console.rooms import load_room
from orchestrator.console.settings import ConsoleSettings
from orchestrator.console.theme.theme import Theme
from orchestrator.console.window import ConsoleWindow

if TYPE_CHECKING:
    from orchestrator.console.desk import Desk

_PAINTED_WITHIN_S = 1.0
"""A window that opens minimised is not painted."""


async def open_console(app: QApplication, choose: Callable[[], Engine], settings: ConsoleSettings) -> None:
    """Show the window, furnish it, and stay until it is closed; raises what `choose` raises, on a thread."""
    theme = Theme(settings.theme)
    theme.apply(app)
    window = ConsoleWindow(theme, settings)
    closed, painted = asyncio.Event(), asyncio.Event()
    window.closing.connect(closed.set)
    window.painted.connect(painted.set)
    signals = _close_on_signals(asyncio.get_running_loop(), closed)
    try:
        window.show()
        with suppress(TimeoutError):
            async with asyncio.timeout(_PAINTED_WITHIN_S):
                await painted.wait()
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
