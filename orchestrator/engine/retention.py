"""Forgets what is old, each day and a little at a time, so that no table grows without end; docs name each rule."""

import logging
from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta

from orchestrator.contract.ids import JobId
from orchestrator.domain.triggers import FileAppears, TriggerId
from orchestrator.engine.clock import Clock, Wakeup
from orchestrator.engine.errors import StorageError
from orchestrator.engine.live_settings import LiveSettings
from orchestrator.engine.ports.retention import RetentionStore
from orchestrator.engine.triggers import Triggers

EVERY_S = 86_400.0
RETRY_S = 600.0
"""After a look that the store refused."""
JOBS_AT_ONCE = 100
ROWS_AT_ONCE = 1_000
FIRINGS_KEPT = timedelta(days=90)
"""Also the time in which a call or an end that is told again is known again."""
FILES_KEPT = 100_000
"""Of each watched folder, which may hold a tenth of that: what is forgotten while it lies there would fire again."""
QUESTIONS_KEPT = timedelta(days=90)
INSTANTS_KEPT = timedelta(days=90)
"""Of schedules that were removed."""
GROUPS_KEPT = timedelta(days=365)

logger = logging.getLogger(__name__)


class Retention:
    """The rules of how long things are remembered; `keep_jobs_days` and `keep_logs_days` may change at any time."""

    def __init__(self, store: RetentionStore, triggers: Triggers, live: LiveSettings, clock: Clock) -> None:
        self._store = store
        self._triggers = triggers
        self._live = live
        self._clock = clock
        self._wakeup = Wakeup(clock)
        self._looks_again_s = EVERY_S
        self.remove_files: Callable[[Sequence[JobId]], Awaitable[None]] = _no_files
        """Takes away the files of jobs that are forgotten."""
        self.forget_items: Callable[[], Awaitable[int]] = _no_items
        """Forgets work items by the rules of their queues."""
        self.forget_history: Callable[[], Awaitable[int]] = _no_items
        """Forgets what the timeline is drawn from."""
        live.listen(lambda _: self._wakeup.ring())

    async def run(self) -> None:
        """Look at once, each day, and when a setting changes; until cancelled."""
        while True:
            await self._look()
            await self._wakeup.wait(self._looks_again_s)

    async def _look(self) -> None:
        self._looks_again_s = EVERY_S
        try:
            gone = await self.forget()
        except StorageError as error:
            self._looks_again_s = RETRY_S
            logger.info("What is old stays for now: %s", error)
            return
        told = ", ".join(f"{count:,} {name}" for name, count in gone.items() if count)
        if told:
            logger.info("Forgotten, since they are old: %s.", told)

    async def forget(self) -> dict[str, int]:
        """Forget what is old now; how much of each. Raises StorageError."""
        now, values = self._clock.now(), self._live.values
        gone: dict[str, int] = {}
        if values.keep_jobs_days:
            gone["jobs"] = await self._jobs(timedelta(days=values.keep_jobs_days))
        if values.keep_logs_days:
            logs_before = now - timedelta(days=values.keep_logs_days)
            gone["log lines"] = await _all(lambda most: self._store.remove_logs(logs_before, most=most))
        gone["questions"] = await _all(lambda most: self._store.remove_questions(now - QUESTIONS_KEPT, most=most))
        gone["firings"] = await self._firings()
        gone["instants"] = await _all(lambda most: self._store.remove_orphaned_fires(now - INSTANTS_KEPT, most=most))
        gone["work items"] = await self.forget_items()
        gone["samples"] = await self.forget_history()
        gone["failures"] = await _all(lambda most: self._store.remove_failure_groups(now - GROUPS_KEPT, most=most))
        return gone

    async def _jobs(self, age: timedelta) -> int:
        count, before = 0, self._clock.now() - age
        while gone := await self._store.remove_jobs(before, most=JOBS_AT_ONCE):
            await self.remove_files(gone)
            count += len(gone)
        return count

    async def _firings(self) -> int:
        watched = [each.trigger_id for each in self._triggers.triggers() if isinstance(each.source, FileAppears)]
        before = self._clock.now() - FIRINGS_KEPT
        count = await _all(lambda most: self._store.remove_firings(before, besides=watched, most=most))
        for trigger_id in watched:
            count += await self._surplus(trigger_id)
        return count

    async def _surplus(self, trigger_id: TriggerId) -> int:
        return await self._store.remove_surplus_firings(trigger_id, keep=FILES_KEPT)


async def _all(remove: Callable[[int], Awaitable[int]]) -> int:
    """Until nothing old is left; each round is a transaction of its own, so that others have their turn."""
    count = 0
    while gone := await remove(ROWS_AT_ONCE):
        count += gone
    return count


async def _no_files(_: Sequence[JobId]) -> None:
    """Until the application has wired its parts."""


async def _no_items() -> int:
    """Until the engine has wired its parts."""
    return 0
