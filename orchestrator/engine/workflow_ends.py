"""Answers the ends of jobs: follow-ups of their definitions and triggers that wait for them, each exactly once.

Ends are heard on the bus, so that a job that nobody waits for costs a look into memory. What a crash left unheard is
found again: the audit entry of an end is written in the end's own transaction, and a mark in the store says up to
which entry every end has been answered.
"""

import asyncio
import logging
from collections import deque
from dataclasses import dataclass, replace

from orchestrator.contract.ids import WorkflowHash, WorkflowId
from orchestrator.contract.states import FINAL_STATES
from orchestrator.contract.workflow import WorkflowDefinition
from orchestrator.domain.events import JobChanged
from orchestrator.domain.job import Job
from orchestrator.domain.triggers import FollowUpAction, declared_follow_ups, job_ended, of_trigger
from orchestrator.engine.bus import EventBus
from orchestrator.engine.clock import Clock, Wakeup
from orchestrator.engine.distribution import WorkflowDistributor
from orchestrator.engine.errors import StorageError
from orchestrator.engine.ports.jobs import JobStore
from orchestrator.engine.ports.triggers import EndedJob, TriggerStore
from orchestrator.engine.triggers import Triggers

logger = logging.getLogger(__name__)

TICK_S = 5.0
SETTLED_S = 2.0
"""By then every end that was committed before a look at the store has been heard on the bus."""
AT_ONCE = 64
MOST_WAITING = 10_000
"""More ends than these are read back from the store."""
PAGE = 500
MOST_VERSIONS = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class _Look:
    """Up to where the store was filled, at a moment."""

    number: int
    at_s: float


class EndWatch:
    """Follows the ends of jobs."""

    def __init__(
        self,
        *,
        triggers: Triggers,
        jobs: JobStore,
        store: TriggerStore,
        workflows: WorkflowDistributor,
        bus: EventBus,
        clock: Clock,
    ) -> None:
        self._triggers = triggers
        self._jobs = jobs
        self._store = store
        self._workflows = workflows
        self._clock = clock
        self._wakeup = Wakeup(clock)
        self._waiting: deque[Job] = deque()
        self._is_behind = True
        """Some ends have to be read from the store: those before the start, and those that were too many."""
        self._declares: dict[tuple[WorkflowId, WorkflowHash], bool] = {}
        """Whether a version's definition has follow-ups."""
        self._look: _Look | None = None
        self._mark = 0
        bus.subscribe(JobChanged, self._on_job, states=FINAL_STATES)

    async def run(self) -> None:
        """Answer until cancelled."""
        while True:
            try:
                await self._round()
            except StorageError as error:
                logger.debug("Ends of jobs are looked at again later: %s", error)
            await self._wakeup.wait(TICK_S)

    async def _round(self) -> None:
        if self._is_behind:
            self._is_behind = False
            try:
                await self._find_unanswered()
            except StorageError:
                self._is_behind = True
                raise
        await self._answer_all()
        await self._move_mark()

    # --- hearing --------------------------------------------------------------------------------------------------

    def _on_job(self, event: JobChanged) -> None:
        has_just_ended = event.job.status.has_ended and (event.before is None or not event.before.has_ended)
        if not has_just_ended or not self._triggers.are_on or not self._is_awaited(event.job):
            return
        if len(self._waiting) >= MOST_WAITING:
            self._is_behind = True
        else:
            self._waiting.append(event.job)
        self._wakeup.ring()

    def _is_awaited(self, job: Job) -> bool:
        """Without a look into the store; a version that is not known yet may have follow-ups."""
        return self._declares.get((job.workflow_id, job.workflow_hash), True) or bool(self._triggers.awaiting(job))

    # --- answering ------------------------------------------------------------------------------------------------

    async def _answer_all(self) -> None:
        while self._waiting:
            batch = [self._waiting.popleft() for _ in range(min(AT_ONCE, len(self._waiting)))]
            answered = await asyncio.gather(*(self._answer_safely(job) for job in batch))
            failed = [job for job, is_done in zip(batch, answered, strict=True) if not is_done]
            self._waiting.extendleft(reversed(failed))
            if failed:
                logger.warning("%s ends of jobs could not be answered and are tried again.", len(failed))
                return

    async def _answer_safely(self, job: Job, *, missed: EndedJob | None = None) -> bool:
        """False when the store could not take it, and it has to be tried again."""
        try:
            await self._answer(job, missed=missed)
        except StorageError:
            return False
        except Exception:  # a defect in one answer must not keep the others waiting for ever
            logger.exception("The end of job %s could not be answered.", job.job_id)
        return True

    async def _answer(self, job: Job, *, missed: EndedJob | None = None) -> None:
        version = await self._workflows.version_of(job)
        definition = version.definition if version is not None else None
        self._remember(job, definition)
        asked: list[FollowUpAction] = list(declared_follow_ups(definition, job)) if definition is not None else []
        asked += [of_trigger(each) for each in self._triggers.awaiting(job, ended_at=missed.at if missed else None)]
        if not asked:
            return
        occurrence = job_ended(job, await self._jobs.result(job.job_id), definition)
        for follow_up in asked:
            await self._triggers.fire(follow_up, occurrence)

    def _remember(self, job: Job, definition: WorkflowDefinition | None) -> None:
        if len(self._declares) >= MOST_VERSIONS:
            self._declares.clear()
        declares = definition is not None and bool(definition.on_success or definition.on_failure)
        self._declares[(job.workflow_id, job.workflow_hash)] = declares

    # --- after a crash --------------------------------------------------------------------------------------------

    async def _find_unanswered(self) -> None:
        """Answer every end behind the mark; those that were answered stay answered once."""
        number = await self._store.mark()
        if number is None:
            number = await self._store.newest_end()
            await self._store.set_mark(number)
        self._mark = number
        while ends := await self._store.ends_after(number, limit=PAGE):
            for end in ends:
                await self._answer_missed(end)
            number = ends[-1].number
            await self._set_mark(number)

    async def _answer_missed(self, end: EndedJob) -> None:
        if not self._triggers.are_on:
            return
        job = await self._jobs.job(end.job_id)
        if job is not None:
            is_done = await self._answer_safely(await self._as_it_ended(job, end), missed=end)
            if not is_done:
                raise StorageError(f"The end of job {end.job_id} cannot be answered now.")

    async def _as_it_ended(self, job: Job, end: EndedJob) -> Job:
        """The job at that end: a person may have retried it since."""
        if job.status.has_ended and job.finished_at == end.at:
            return job
        records = await self._jobs.attempts(job.job_id)
        attempt = next((each.attempt for each in records if each.ended_at == end.at), job.attempt)
        return replace(job, status=end.status, attempt=attempt, finished_at=end.at)

    # --- the mark -------------------------------------------------------------------------------------------------

    async def _move_mark(self) -> None:
        """Everything that was recorded before a look of two seconds ago was heard, and has been answered by now."""
        now_s = self._clock.monotonic()
        if self._look is not None and now_s - self._look.at_s >= SETTLED_S and not self._waiting:
            if not self._is_behind:
                await self._set_mark(self._look.number)
            self._look = None
        if self._look is None:
            self._look = _Look(number=await self._store.newest_end(), at_s=now_s)

    async def _set_mark(self, number: int) -> None:
        if number != self._mark:
            await self._store.set_mark(number)
            self._mark = number
