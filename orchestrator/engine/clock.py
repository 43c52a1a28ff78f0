"""Where the engine's time comes from: wall time for people, monotonic time for rules, timers for waiting."""

import asyncio
import time
from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Protocol


class Timer(Protocol):
    """A call that is going to happen."""

    def cancel(self) -> None:
        """Make it not happen."""
        ...


class Clock(Protocol):
    """The time, and a way to wait for it."""

    def now(self) -> datetime:
        """The wall time, aware, UTC: for stamps and for due times that people gave."""
        ...

    def monotonic(self) -> float:
        """Seconds that never jump: for leases, deadlines and durations."""
        ...

    def call_later(self, delay_s: float, callback: Callable[[], None]) -> Timer:
        """Call back on the event loop, once, after so many monotonic seconds."""
        ...


class SystemClock:
    """The machine's clocks."""

    def now(self) -> datetime:
        return datetime.now(UTC)  # noqa: TID251  the one place where the engine reads it

    def monotonic(self) -> float:
        return time.monotonic()

    def call_later(self, delay_s: float, callback: Callable[[], None]) -> Timer:
        return asyncio.get_running_loop().call_later(max(0.0, delay_s), callback)


@dataclass(slots=True)
class Pulse:
    """When a loop last went to sleep, and for how long at most: one that sleeps longer stands still."""

    at_s: float
    within_s: float = 0.0

    def beat(self, now_s: float, within_s: float) -> None:
        """The loop waits again, at most so long."""
        self.at_s, self.within_s = now_s, within_s


PULSE: ContextVar[Pulse | None] = ContextVar("pulse", default=None)
"""The pulse of the loop that the running task belongs to."""


class Wakeup:
    """A bell for one waiting loop: rung by events, and by the clock as a safety net."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._rung = False
        self._waiter: asyncio.Future[None] | None = None

    def ring(self) -> None:
        """Wake the loop, or keep it from falling asleep."""
        self._rung = True
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)

    async def wait(self, timeout_s: float) -> bool:
        """Wait until it rings (True) or the time is up (False); a ring is heard once."""
        if (pulse := PULSE.get()) is not None:
            pulse.beat(self._clock.monotonic(), timeout_s)
        if not self._rung:
            self._waiter = asyncio.get_running_loop().create_future()
            timer = self._clock.call_later(timeout_s, self._end_wait)
            try:
                await self._waiter
            finally:
                timer.cancel()
                self._waiter = None
        rung, self._rung = self._rung, False
        return rung

    def _end_wait(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)


async def sleep(clock: Clock, seconds: float) -> None:
    """Wait by the given clock."""
    await Wakeup(clock).wait(seconds)
