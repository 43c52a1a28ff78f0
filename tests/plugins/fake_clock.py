"""A clock that a test moves: timers fire in their order while it advances, and nothing waits in real time."""

import asyncio
import heapq
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count

ROUNDS = 30
"""Turns of the event loop that everything ready gets after each timer, at most."""


@dataclass(order=True, slots=True)
class FakeTimer:
    at_s: float
    number: int
    callback: Callable[[], None] = field(compare=False)
    is_cancelled: bool = field(default=False, compare=False)

    def cancel(self) -> None:
        self.is_cancelled = True


class FakeClock:
    """Wall and monotonic time that move together under `advance`; `jump` moves the wall alone."""

    def __init__(self, start: datetime = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)) -> None:
        self._now = start
        self._now_s = 1_000.0
        self._timers: list[FakeTimer] = []
        self._numbers = count()

    def now(self) -> datetime:
        return self._now

    def monotonic(self) -> float:
        return self._now_s

    def call_later(self, delay_s: float, callback: Callable[[], None]) -> FakeTimer:
        timer = FakeTimer(self._now_s + max(0.0, delay_s), next(self._numbers), callback)
        heapq.heappush(self._timers, timer)
        return timer

    async def advance(self, seconds: float) -> None:
        """Let time pass, timer by timer, and let everything that becomes ready run."""
        await settle()
        end_s = self._now_s + seconds
        while self._timers and self._timers[0].at_s <= end_s:
            timer = heapq.heappop(self._timers)
            if not timer.is_cancelled:
                self._pass(timer.at_s - self._now_s)
                timer.callback()
                await settle()
        self._pass(end_s - self._now_s)
        await settle()

    async def stand_still_for(self, seconds: float) -> None:
        """Time passes while nothing of this process runs, as after SIGSTOP; late timers then fire at once."""
        self._pass(seconds)
        await self.advance(0)

    def jump(self, seconds: float) -> None:
        """Somebody sets the wall clock."""
        self._now += timedelta(seconds=seconds)

    def _pass(self, seconds: float) -> None:
        if seconds > 0:
            self._now += timedelta(seconds=seconds)
            self._now_s += seconds


async def settle() -> None:
    """Let everything that is ready run; a turn after which nothing is ready is the last."""
    ready = asyncio.get_running_loop()._ready  # type: ignore[attr-defined]
    for _ in range(ROUNDS):
        await asyncio.sleep(0)
        if not ready:
            return


class ClockTimer:
    """The scheduler's timer on a fake clock."""

    def __init__(self, clock: FakeClock) -> None:
        self._clock = clock
        self._timers: dict[str, FakeTimer] = {}

    def start(self) -> None:
        self.stop()

    def stop(self) -> None:
        for name in tuple(self._timers):
            self.forget(name)

    def ring_at(self, name: str, at: datetime, ring: Callable[[], None]) -> None:
        self.forget(name)
        self._timers[name] = self._clock.call_later((at - self._clock.now()).total_seconds(), ring)

    def forget(self, name: str) -> None:
        if timer := self._timers.pop(name, None):
            timer.cancel()
