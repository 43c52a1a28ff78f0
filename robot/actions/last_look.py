"""A look at a run's pages shortly before its time is up: afterwards they are closed, and nobody would know why."""

import asyncio
from collections.abc import Awaitable, Callable

from orchestrator.contract.results import Artifact

BEFORE_S = 3.0
SHARE = 0.3
"""A short run is looked at when this much of its time is left."""
NEARLY_S = 0.01

Look = Callable[[], Awaitable[tuple[Artifact, ...]]]


class LastLook:
    """Looks once beside a run, when little of its time is left; until then it costs a timer."""

    def __init__(self, look: Look, left_s: Callable[[], float]) -> None:
        """`left_s` may grow meanwhile."""
        self._look = look
        self._left_s = left_s
        self._before_s = 0.0
        self._timer: asyncio.TimerHandle | None = None
        self._looking: asyncio.Task[None] | None = None
        self.seen: tuple[Artifact, ...] = ()

    def begin(self) -> None:
        """The run begins."""
        self._before_s = min(BEFORE_S, self._left_s() * SHARE)
        self._wait()

    async def end(self) -> None:
        """The run has ended; does not raise."""
        if self._timer is not None:
            self._timer.cancel()
        if self._looking is not None:
            self._looking.cancel()
            await asyncio.wait({self._looking})

    def _wait(self) -> None:
        loop, more_s = asyncio.get_running_loop(), self._left_s() - self._before_s
        if more_s > NEARLY_S:
            self._timer = loop.call_later(more_s, self._wait)
        else:
            self._looking = loop.create_task(self._see())

    async def _see(self) -> None:
        self.seen = await self._look()
