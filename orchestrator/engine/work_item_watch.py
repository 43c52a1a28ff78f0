"""Watches queues of work items: starts jobs for what waits, tells what is late, and forgets what is old.

It looks when items arrive, when a job that it started has ended, and at the moments when resting items become ready or
deadlines pass; nothing is polled but a slow safety net.
"""

import logging
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from orchestrator.contract.ids import JobId, new_id
from orchestrator.contract.states import FINAL_STATES
from orchestrator.contract.work_items import WAITING_STATES, WorkItemState
from orchestrator.domain.alerts import AlertKind
from orchestrator.domain.events import JobChanged
from orchestrator.domain.resources import Level
from orchestrator.domain.triggers import FiringOutcome, ItemsArrive, Occurrence, Trigger, TriggerId, of_trigger
from orchestrator.domain.work_item_events import WorkItemChanged, WorkItemsAdded, WorkQueueChanged, WorkQueueRemoved
from orchestrator.domain.work_items import WorkQueue
from orchestrator.engine.alerts import AlertDesk
from orchestrator.engine.bus import EventBus
from orchestrator.engine.clock import Clock, Wakeup
from orchestrator.engine.errors import NotFoundError, StorageError
from orchestrator.engine.job_queue import JobQueue
from orchestrator.engine.ports.work_items import WorkItemStore
from orchestrator.engine.triggers import Triggers
from orchestrator.engine.work_items import WorkItems

logger = logging.getLogger(__name__)

TICK_S = 60.0
FIRST_REST_S = 10.0
LONGEST_REST_S = 3_600.0
"""A trigger whose jobs end without having taken an item rests longer and longer before it starts another one."""
ALERT_LOOK_S = 5.0
"""Between two looks at items that are late."""
SHORTEST_LOOK_S = 0.1
FIRINGS_READ = 1_000
AT_ONCE = 1_000


@dataclass(slots=True)
class _Jobs:
    """What is known of one trigger's jobs."""

    open: set[JobId] = field(default_factory=set)
    fruitful: set[JobId] = field(default_factory=set)
    """Those that have taken an item."""
    in_vain: int = 0
    """Jobs in a row that have ended without one."""
    rests_until: datetime | None = None


class ItemWatch:
    """One loop for all queues."""

    def __init__(
        self,
        desk: WorkItems,
        store: WorkItemStore,
        *,
        triggers: Triggers,
        queue: JobQueue,
        bus: EventBus,
        clock: Clock,
    ) -> None:
        self._desk = desk
        self._store = store
        self._triggers = triggers
        self._queue = queue
        self._clock = clock
        self._jobs: defaultdict[TriggerId, _Jobs] = defaultdict(_Jobs)
        self._wakeup = Wakeup(clock)
        self._told_late: set[str] = set()
        self._next_look_at: datetime | None = None
        """At the deadlines; None: at once."""
        self.alerts: AlertDesk | None = None
        """Wired by the engine, whose watch is made later than its queues."""
        triggers.listen(self._wakeup.ring)
        bus.subscribe(WorkItemsAdded, lambda _: self._on_news())
        bus.subscribe(WorkQueueChanged, lambda _: self._on_news())
        bus.subscribe(WorkQueueRemoved, lambda _: self._on_news())
        bus.subscribe(WorkItemChanged, self._on_item, states={*WAITING_STATES, WorkItemState.IN_PROGRESS})
        bus.subscribe(JobChanged, self._on_job, states=FINAL_STATES)

    async def load(self) -> None:
        """Know which open jobs the triggers have started."""
        for trigger, _ in self._watched():
            for firing in await self._triggers.firings(trigger.trigger_id, limit=FIRINGS_READ):
                if firing.job_id is not None and self._queue.get(firing.job_id) is not None:
                    self._jobs[trigger.trigger_id].open.add(firing.job_id)
        self._wakeup.ring()

    async def run(self) -> None:
        """Watch until cancelled."""
        while True:
            try:
                wait_s = await self._round()
            except StorageError as error:
                wait_s = FIRST_REST_S
                logger.info("Queues of work items are looked at again later: %s", error)
            await self._wakeup.wait(wait_s)

    async def forget_old(self) -> int:
        """Forget items that ended longer ago than their queue keeps them; how many."""
        count = 0
        for queue in self._desk.queues():
            before = self._clock.now() - timedelta(days=queue.keep_days)
            while queue.keep_days and (gone := await self._desk.forget_old(queue, before, most=AT_ONCE)):
                count += gone
        return count

    # --- looking --------------------------------------------------------------------------------------------------

    async def _round(self) -> float:
        """Look at everything; seconds until something may have changed by itself."""
        moments = [await self._look(trigger, source) for trigger, source in self._watched()]
        moments.append(await self._look_at_deadlines())
        now = self._clock.now()
        waits = [(moment - now).total_seconds() for moment in moments if moment is not None]
        return max(0.0, min([TICK_S, *waits]))

    def _watched(self) -> Sequence[tuple[Trigger, ItemsArrive]]:
        if not self._triggers.are_on:
            return []
        return [
            (each, each.source)
            for each in self._triggers.triggers()
            if each.enabled and isinstance(each.source, ItemsArrive)
        ]

    async def _look(self, trigger: Trigger, source: ItemsArrive) -> datetime | None:
        """Start the jobs that are worth it; when to look again."""
        try:
            queue = self._desk.queue(source.queue_id)
        except NotFoundError:
            self._triggers.troubles[trigger.trigger_id] = f"the queue {source.queue_name} is gone"
            return None
        self._triggers.troubles.pop(trigger.trigger_id, None)
        if queue.paused:
            return None
        jobs, now = self._jobs[trigger.trigger_id], self._clock.now()
        ready, next_at = await self._store.ready(queue.queue_id, now)
        if jobs.rests_until is not None and now < jobs.rests_until:
            return jobs.rests_until
        for _ in range(source.jobs_wanted(ready=ready, open_jobs=len(jobs.open))):
            firing = await self._triggers.fire(of_trigger(trigger), items_wait(queue, ready, key=new_id()))
            if firing.outcome is not FiringOutcome.FIRED or firing.job_id is None:
                self._let_rest(jobs)  # refused, or its condition was false: not again at once
                return jobs.rests_until
            if self._queue.get(firing.job_id) is not None:
                jobs.open.add(firing.job_id)
        return next_at

    async def _look_at_deadlines(self) -> datetime:
        """Raise and resolve alerts; when to look again."""
        now = self._clock.now()
        if self._next_look_at is not None and now < self._next_look_at:
            return self._next_look_at
        found = await self._store.deadlines(now)
        late = {queue_id: count for queue_id, (count, _) in found.items() if count}
        for queue in self._desk.queues():
            self._tell_late(queue, late.get(queue.queue_id, 0))
        self._told_late = {str(each) for each in late}
        moments = [moment for _, moment in found.values() if moment is not None]
        again_s = ALERT_LOOK_S if late else TICK_S
        self._next_look_at = max(
            now + timedelta(seconds=SHORTEST_LOOK_S), min([now + timedelta(seconds=again_s), *moments])
        )
        return self._next_look_at

    def _tell_late(self, queue: WorkQueue, late: int) -> None:
        if self.alerts is None:
            return
        if not late:
            if queue.queue_id in self._told_late:
                self.alerts.resolve(AlertKind.WORK_ITEMS_LATE, queue.queue_id)
            return
        what = "One item" if late == 1 else f"{late:,} items"
        message = f"{what} of the queue {queue.name} should be done by now."
        self.alerts.observe(AlertKind.WORK_ITEMS_LATE, queue.queue_id, Level.WARNING, message, details={"late": late})

    def _let_rest(self, jobs: _Jobs) -> None:
        rest_s = min(LONGEST_REST_S, FIRST_REST_S * 2.0 ** min(jobs.in_vain, 20))
        jobs.in_vain += 1
        jobs.rests_until = self._clock.now() + timedelta(seconds=rest_s)

    # --- hearing --------------------------------------------------------------------------------------------------

    def _on_news(self) -> None:
        self._next_look_at = None
        self._wakeup.ring()

    def _on_item(self, event: WorkItemChanged) -> None:
        holder = event.item.holder
        if holder is None:
            self._wakeup.ring()
            return
        for jobs in self._jobs.values():
            if holder.job_id in jobs.open:
                jobs.fruitful.add(holder.job_id)
                jobs.in_vain, jobs.rests_until = 0, None

    def _on_job(self, event: JobChanged) -> None:
        for jobs in self._jobs.values():
            job_id = event.job.job_id
            if job_id in jobs.open:
                jobs.open.discard(job_id)
                if job_id not in jobs.fruitful:
                    self._let_rest(jobs)
                jobs.fruitful.discard(job_id)
                self._wakeup.ring()


def items_wait(queue: WorkQueue, ready: int, *, key: str) -> Occurrence:
    """What waits as an occurrence: `queue.id`, `queue.name` and `queue.ready`."""
    words = "an item waits" if ready == 1 else f"{ready:,} items wait"
    return Occurrence(
        key=key,
        names={"queue": {"id": queue.queue_id, "name": queue.name, "ready": ready}},
        words=f"In {queue.name} {words}",
    )
