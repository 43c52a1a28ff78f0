"""Asks for the figures of a stretch of time again and again, while somebody looks at them."""

from PySide6.QtCore import QObject, QTimer, Signal

from orchestrator.console.operations import reason_of
from orchestrator.console.workbench import Workbench
from orchestrator.contract.api.figures import MetricsView

RANGES = (("900", "15m"), ("3600", "1h"), ("86400", "24h"), ("604800", "7d"))
_FASTEST_S, _SLOWEST_S = 1.0, 20.0


class FigureFeed(QObject):
    """`arrived(MetricsView)` once a second for a quarter of an hour, more rarely for a week; nothing while stopped."""

    arrived = Signal(object)
    failed = Signal(str)

    def __init__(self, bench: Workbench, key: str, parent: QObject) -> None:
        super().__init__(parent)
        self._bench, self._key = bench, f"figures.{key}"
        self._window_s = 3_600.0
        self._timer = QTimer(self, singleShot=True)
        self._timer.timeout.connect(self.ask)
        self._is_running = False

    def set_window(self, window_s: float) -> None:
        """Another stretch, up to now."""
        self._window_s = window_s
        if self._is_running:
            self.ask()

    def start(self) -> None:
        """Ask now, and go on."""
        self._is_running = True
        self.ask()

    def stop(self) -> None:
        """Rest; an answer on the way is dropped."""
        self._is_running = False
        self._timer.stop()
        self._bench.tasks.cancel(self._key)

    def ask(self) -> None:
        """Ask once, out of turn."""
        self._timer.stop()
        if self._is_running and self._bench.store.is_connected:
            self._bench.tasks.start(self._ask(), key=self._key, on_error=self._failed)

    async def _ask(self) -> None:
        view: MetricsView = await self._bench.link.client.metrics(window_s=self._window_s)
        self.arrived.emit(view)
        self._again()

    def _failed(self, error: Exception) -> None:
        self.failed.emit(reason_of(error))
        self._again()

    def _again(self) -> None:
        pause_s = min(max(self._window_s / 900, _FASTEST_S), _SLOWEST_S)
        if self._is_running:
            self._timer.start(round(pause_s * 1000))
