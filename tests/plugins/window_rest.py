"""When a window is at rest: nothing is asked of the engine, nothing is about to be drawn."""

import asyncio
from collections.abc import Callable

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication

from orchestrator.console.charts.time_series import TimeChart
from orchestrator.console.widgets.live_tile import LiveTile
from orchestrator.console.window import ConsoleWindow

LASTING = {"link.listen", "wall.watch"}
"""The streams that never end."""
_SOON_MS = 500
_CALM_TURNS = 3


def _nothing_more() -> object:
    return True


async def at_rest(window: ConsoleWindow, when: Callable[[], object] = _nothing_more, limit_s: float = 300.0) -> None:
    """Wait until it is, and `when` holds; answers raise questions, so it has to be calm several times in a row."""
    calm = 0
    async with asyncio.timeout(limit_s):
        while calm < _CALM_TURNS:
            calm = 0 if is_busy(window) or not when() else calm + 1
            await asyncio.sleep(0.01)


def is_busy(window: ConsoleWindow) -> bool:
    """A question on its way, a pause that will end in one, a chart or a live picture that is still to come."""
    if set(window.bench.tasks._tasks) - LASTING:
        return True
    roots = [window, *(each for each in QApplication.topLevelWidgets() if each.isVisible() and each is not window)]
    timers = [timer for root in roots for timer in root.findChildren(QTimer)]
    if any(each.isActive() and each.isSingleShot() and each.interval() <= _SOON_MS for each in timers):
        return True
    charts = any(each.isVisible() and each._plot is None for each in window.findChildren(TimeChart))
    return charts or any(
        each.isVisible() and each.picture.image.isNull() and bool(each.picture.words)
        for each in window.findChildren(LiveTile)
    )
