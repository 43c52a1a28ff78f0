"""Keeps the index for searching close behind the store, at a pace that jobs do not notice.

The index follows the rows by their numbers: what has just been written and a database of before there was an index
are the same work, in slices, and a restart goes on where the last slice ended.
"""

import logging
from collections.abc import Mapping

from orchestrator.domain.events import JobChanged, LogsArrived
from orchestrator.engine.bus import EventBus
from orchestrator.engine.clock import Clock, Wakeup, sleep
from orchestrator.engine.errors import StorageError
from orchestrator.engine.ports.search import Feed, FeedState, SearchStore

SETTLE_S = 1.0
"""After the first news, so that what comes together is taken in together."""
SAFETY_TICK_S = 60.0
RETRY_S = 30.0
"""After a look that the store refused."""
ROWS_AT_ONCE = 1_000
REST = 1.0
"""Rest after each slice, in times of what the slice took: half of a processor at most."""
BUSY_REST = 24.0
"""The same while jobs come in by the hundred: a twenty-fifth of a processor."""
BUSY_JOBS_PER_S = 100.0
LONGEST_REST_S = 5.0

logger = logging.getLogger(__name__)


class SearchIndexer:
    """The loop that takes rows into the index, and how far it is."""

    def __init__(self, store: SearchStore, bus: EventBus, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._wakeup = Wakeup(clock)
        bus.subscribe(JobChanged, lambda _: self._wakeup.ring())
        bus.subscribe(LogsArrived, lambda _: self._wakeup.ring())
        self._states: Mapping[Feed, FeedState] = {}
        self._jobs_seen: tuple[float, int] | None = None
        self._was_behind = False

    @property
    def share(self) -> float:
        """How much of what is stored can be found, 0 to 1, as of the last look."""
        if not self._states:
            return 0.0
        whole = sum(state.newest - max(0, state.oldest - 1) for state in self._states.values())
        left = sum(state.newest - max(state.indexed, state.oldest - 1) for state in self._states.values())
        return 1.0 if whole <= 0 else max(0.0, min(1.0, 1.0 - left / whole))

    async def run(self) -> None:
        """Index until cancelled; a start has other things to do first."""
        await sleep(self._clock, SETTLE_S)
        while True:
            try:
                rest_s = await self.step()
            except StorageError as error:
                logger.info("Searching finds what is new a little later: %s", error)
                rest_s = RETRY_S
            if rest_s is None:
                await self._wakeup.wait(SAFETY_TICK_S)
                rest_s = SETTLE_S
            await sleep(self._clock, rest_s)

    async def step(self) -> float | None:
        """One slice of each feed; how long to rest before the next (seconds), None when nothing waits.

        Raises StorageError.
        """
        began_s = self._clock.monotonic()
        self._states = await self._store.states()
        behind = [feed for feed, state in self._states.items() if state.indexed < state.newest]
        most = 0
        for feed in behind:
            most = max(most, await self._store.take(feed, most=ROWS_AT_ONCE))
        if behind:
            self._states = await self._store.states()
        self._tell(is_behind=most >= ROWS_AT_ONCE)
        if most < ROWS_AT_ONCE:
            return None
        took_s = self._clock.monotonic() - began_s
        return min(LONGEST_REST_S, took_s * (BUSY_REST if self._is_busy() else REST))

    async def catch_up(self) -> None:
        """Index all that there is, without a rest. Raises StorageError."""
        self._states = await self._store.states()
        for feed in Feed:
            while await self._store.take(feed, most=ROWS_AT_ONCE):
                pass
        self._states = await self._store.states()

    def _is_busy(self) -> bool:
        """Whether jobs came in quickly since the last look."""
        now_s, newest = self._clock.monotonic(), self._states[Feed.JOBS].newest
        before, self._jobs_seen = self._jobs_seen, (now_s, newest)
        if before is None or now_s <= before[0]:
            return False
        return (newest - before[1]) / (now_s - before[0]) > BUSY_JOBS_PER_S

    def _tell(self, *, is_behind: bool) -> None:
        if is_behind and not self._was_behind:
            logger.info("Searching is made ready: %d %% of what is stored can be found by now.", int(100 * self.share))
        elif self._was_behind and not is_behind:
            logger.info("All that is stored can be searched.")
        self._was_behind = is_behind
