"""Sees when the event loop was blocked: a beat each second on the loop, and a thread that looks whether it comes."""

import logging
import sys
import threading
import time
import traceback
from collections import deque
from collections.abc import Callable

from orchestrator.domain.alerts import AlertKind
from orchestrator.domain.resources import Level
from orchestrator.domain.stalls import duration
from orchestrator.engine.alerts import AlertDesk
from orchestrator.engine.clock import Clock, sleep

logger = logging.getLogger(__name__)

BEAT_S = 1.0
BLOCKED_S = 10.0
"""A beat that comes so much too late is worth an alert."""
LAGS_KEPT = 60


class BlockWatch:
    """Measures how late the loop wakes; while it is blocked, its thread writes into the log where.

    A blocked loop can tell nothing by itself: the thread can, and afterwards the late beat does. A process that was
    stopped or a machine that slept looks the same from here; then the thread was away too, and stays silent.
    """

    def __init__(
        self, alerts: AlertDesk, clock: Clock, *, blocked_s: float = BLOCKED_S, with_thread: bool = True
    ) -> None:
        self._alerts = alerts
        self._clock = clock
        self._blocked_s = blocked_s
        self._with_thread = with_thread
        self._lags: deque[float] = deque(maxlen=LAGS_KEPT)

    @property
    def lag_s(self) -> float:
        """The longest delay of the last minute."""
        return max(self._lags, default=0.0)

    async def run(self) -> None:
        """Beat until cancelled."""
        guard = _Guard(self._blocked_s) if self._with_thread else None
        try:
            while True:
                slept_s = self._clock.monotonic()
                await sleep(self._clock, BEAT_S)
                lag_s = max(0.0, self._clock.monotonic() - slept_s - BEAT_S)
                self._lags.append(lag_s)
                if guard is not None:
                    guard.beat()
                if lag_s >= self._blocked_s:
                    self._tell(lag_s, guard.where if guard is not None else "")
        finally:
            if guard is not None:
                guard.end()

    def _tell(self, lag_s: float, where: str) -> None:
        message = f"The engine did not react for {duration(lag_s)}: something blocked it, or the process was stopped."
        self._alerts.happened(
            AlertKind.ENGINE, "event-loop", Level.WARNING, message, details={"lag_s": lag_s, "where": where}
        )


class _Guard:
    """A thread that looks at the loop's thread when the beat stays away."""

    def __init__(self, blocked_s: float, log: Callable[[str], None] | None = None) -> None:
        self._blocked_s = blocked_s
        self._log = log or (lambda text: logger.warning("The event loop is blocked here:\n%s", text))
        self._watched = threading.get_ident()
        self._beat_s = time.monotonic()
        self._ended = threading.Event()
        self.where = ""
        """The line in which the loop was last seen blocked."""
        self._thread = threading.Thread(target=self._watch, name="block-watch", daemon=True)
        self._thread.start()

    def beat(self) -> None:
        """The loop lives."""
        self._beat_s = time.monotonic()

    def end(self) -> None:
        """Let the thread end."""
        self._ended.set()

    def _watch(self) -> None:
        told_for, looked_s = 0.0, time.monotonic()
        while not self._ended.wait(self._blocked_s / 4):
            now_s, beat_s = time.monotonic(), self._beat_s
            was_away = now_s - looked_s > self._blocked_s
            looked_s = now_s
            if was_away or now_s - beat_s < self._blocked_s or told_for == beat_s:
                continue
            told_for = beat_s
            self._tell()

    def _tell(self) -> None:
        frame = sys._current_frames().get(self._watched)  # noqa: SLF001  the documented way to another thread's stack
        stack = traceback.extract_stack(frame) if frame is not None else None
        if stack:
            self.where = f"{stack[-1].filename}:{stack[-1].lineno} in {stack[-1].name}"
            self._log("".join(stack.format()))
