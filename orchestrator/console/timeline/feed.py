"""Asks for the timeline of a stretch, again while it reaches up to now, and for moments."""

from datetime import UTC, datetime

from PySide6.QtCore import QObject, QTimer, Signal

from orchestrator.console.operations import reason_of
from orchestrator.console.timeline.span import Span
from orchestrator.console.workbench import Workbench
from orchestrator.contract.api.timeline import MomentView, TimelineView

_KEY, _MOMENT_KEY = "timeline", "timeline.moment"
_SETTLE_MS = 180
"""After the last turn of the wheel."""
_FASTEST_S, _SLOWEST_S = 3.0, 60.0


class TimelineFeed(QObject):
    """`arrived(TimelineView)` and `opened(MomentView)`; nothing while stopped."""

    arrived = Signal(object)
    failed = Signal(str)
    opened = Signal(object)
    not_opened = Signal(str)

    def __init__(self, bench: Workbench, span: Span, parent: QObject) -> None:
        super().__init__(parent)
        self._bench, self._span = bench, span
        self._is_running = False
        self._follows = True
        self._timer = QTimer(self, singleShot=True)
        self._timer.timeout.connect(self._due)

    @property
    def span(self) -> Span:
        """The stretch that is asked for."""
        return self._span

    @property
    def follows(self) -> bool:
        """True while the stretch ends now."""
        return self._follows

    def watch(self, span: Span, *, follows: bool) -> None:
        """Another stretch, soon: whoever turns the wheel is not done yet."""
        self._span, self._follows = span, follows
        if self._is_running:
            self._timer.start(_SETTLE_MS)

    def start(self) -> None:
        """Ask now, and go on."""
        self._is_running = True
        self.ask()

    def stop(self) -> None:
        """Rest; an answer on the way is dropped."""
        self._is_running = False
        self._timer.stop()
        self._bench.tasks.cancel(_KEY)

    def ask(self) -> None:
        """Ask once, out of turn."""
        self._timer.stop()
        if self._is_running and self._bench.store.is_connected:
            if self._follows:
                self._span = self._span.ending(self._bench.clock().timestamp())
            self._bench.tasks.start(self._ask(), key=_KEY, on_error=self._failed)

    def open(self, at: float) -> None:
        """Ask for a moment."""
        self._bench.tasks.start(self._open(datetime.fromtimestamp(at, UTC)), key=_MOMENT_KEY, on_error=self._not_opened)

    async def _ask(self) -> None:
        view: TimelineView = await self._bench.link.client.timeline.over(self._span.since, self._span.until)
        self.arrived.emit(view)
        self._again()

    async def _open(self, at: datetime) -> None:
        view: MomentView = await self._bench.link.client.timeline.at(at)
        self.opened.emit(view)

    def _due(self) -> None:
        self.ask()

    def _failed(self, error: Exception) -> None:
        self.failed.emit(reason_of(error))
        self._again()

    def _not_opened(self, error: Exception) -> None:
        self.not_opened.emit(reason_of(error))

    def _again(self) -> None:
        """What has passed does not change any more, but for runs that go on: a window behind now is asked once."""
        if self._is_running and self._follows:
            pause_s = min(max(self._span.length_s / 1_200, _FASTEST_S), _SLOWEST_S)
            self._timer.start(round(pause_s * 1000))
