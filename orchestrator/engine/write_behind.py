"""Brings changes into the store a moment later, for what is true in memory first: alerts and notices."""

import logging
from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, TypeVar

from orchestrator.engine.clock import Clock, Wakeup, sleep
from orchestrator.engine.errors import StorageError

logger = logging.getLogger(__name__)

T = TypeVar("T")

RETRY_S = 5.0
SAFETY_TICK_S = 60.0


class WriteBehind(Generic[T]):
    """Holds the newest version of each thing until it is stored; while the store takes nothing, it tries again."""

    def __init__(
        self, clock: Clock, *, save: Callable[[Sequence[T]], Awaitable[None]], name_of: Callable[[T], str]
    ) -> None:
        self._clock = clock
        self._save = save
        self._name_of = name_of
        self._unsaved: dict[str, T] = {}
        self._wakeup = Wakeup(clock)

    def put(self, thing: T) -> None:
        """Store this version soon; a version of the same thing that waits is replaced."""
        self._unsaved[self._name_of(thing)] = thing
        self._wakeup.ring()

    async def run(self) -> None:
        """Store until cancelled."""
        while True:
            while not await self.flush():
                await sleep(self._clock, RETRY_S)
            await self._wakeup.wait(SAFETY_TICK_S)

    async def flush(self) -> bool:
        """Store what waits; False when the store does not take it, which is then kept for the next try."""
        batch = dict(self._unsaved)
        if not batch:
            return True
        try:
            await self._save(tuple(batch.values()))
        except StorageError as error:
            logger.info("%d changes wait for the store: %s", len(batch), error)
            return False
        for name, saved in batch.items():
            if self._unsaved.get(name) is saved:
                del self._unsaved[name]
        return not self._unsaved
