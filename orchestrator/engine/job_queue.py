"""The one door through which jobs change: check, write (guarded by what was expected), announce, wake."""

from collections import Counter, OrderedDict
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Any, Protocol

from orchestrator.contract.errors import BotswainError
from orchestrator.contract.ids import JobId
from orchestrator.contract.protocol.jobs import StatusUpdate
from orchestrator.contract.states import FINAL_STATES, JobStatus
from orchestrator.domain.changed import changed
from orchestrator.domain.events import JobChanged, JobProgress
from orchestrator.domain.job import Job, Requirements
from orchestrator.engine.bus import AuditAdded, EventBus
from orchestrator.engine.errors import ConflictError, NotFoundError, StaleJobError
from orchestrator.engine.moves import Decide, Move
from orchestrator.engine.ports.audit import AuditEntry
from orchestrator.engine.ports.jobs import JobSave, JobStore, NewJob
from orchestrator.engine.queue_index import DueJobs, QueuedJobs

OPEN_STATES = frozenset(JobStatus) - FINAL_STATES
PAGE = 1_000
MAX_TRIES = 20
ENDED_KEPT = 10_000


class StartGate(Protocol):
    """What may hold a queued job back although a robot has room for it."""

    def may_start(self, job: Job) -> bool:
        """True, and what the job needs is taken; or False, and the job was set aside until it can be had."""
        ...

    def given_back(self, job: Job) -> None:
        """A job that might have started was not claimed after all: what it took is free again."""
        ...


class JobQueue:
    """Jobs that have not ended, in memory, and the store behind them.

    Memory only mirrors what the store has accepted. Whoever was overtaken by another change looks again and decides
    anew, so that commands, results, leases and retries need no lock among themselves.
    """

    def __init__(self, store: JobStore, bus: EventBus, *, ageing_s: float = 0.0) -> None:
        self._store = store
        self._bus = bus
        self._open: dict[JobId, Job] = {}
        self._queued = QueuedJobs(ageing_s=ageing_s)
        self._pending = DueJobs()
        self._ended: OrderedDict[JobId, int] = OrderedDict()
        """Last versions of jobs that ended lately, against news that were overtaken on their way back."""
        self.gate: StartGate | None = None
        """Asked about each job with concurrency keys before it is handed out."""

    async def load(self) -> None:
        """Read every job that has not ended, page by page."""
        position = 0
        while page := await self._store.jobs_with_status(OPEN_STATES, after_position=position, limit=PAGE):
            for job in page:
                self._remember(job)
            position = page[-1].position

    # --- asking ---------------------------------------------------------------------------------------------------

    def __len__(self) -> int:
        return len(self._queued)

    def open_jobs(self) -> Iterable[Job]:
        """Every job that has not ended."""
        return self._open.values()

    def get(self, job_id: JobId) -> Job | None:
        """A job that has not ended, without asking the store."""
        return self._open.get(job_id)

    async def find(self, job_id: JobId) -> Job | None:
        """A job, ended or not."""
        return self._open.get(job_id) or await self._store.job(job_id)

    def get_by_status(self, status: JobStatus) -> tuple[Job, ...]:
        """The jobs in a status that is not final, in the order of acceptance."""
        found = (job for job in self._open.values() if job.status is status)
        return tuple(sorted(found, key=lambda job: job.position))

    def counts(self) -> Counter[JobStatus]:
        """How many jobs there are in each status that is not final."""
        return Counter(job.status for job in self._open.values())

    def peek(self) -> Job | None:
        """The job that goes next, if a robot can take it."""
        job_id = self._queued.first()
        return self._open[job_id] if job_id is not None else None

    def ahead_of(self, job: Job) -> int:
        """How many queued jobs go before it."""
        return self._queued.ahead_of(job)

    def next_due_at(self) -> datetime | None:
        """When the next PENDING job is due."""
        return self._pending.next_at()

    def due(self, now: datetime) -> list[JobId]:
        """The PENDING jobs whose time has come."""
        return self._pending.due(now)

    # --- changing -------------------------------------------------------------------------------------------------

    async def enqueue(self, new: NewJob) -> tuple[Job, bool]:
        """Accept a job; when this returns it is durable. (the first job, False) for a key that is known."""
        outcome = (await self.enqueue_all([new]))[0]
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    async def enqueue_all(self, batch: Sequence[NewJob]) -> Sequence[tuple[Job, bool] | Exception]:
        """Accept jobs, all in one transaction; one outcome for each, in order."""
        outcomes = await self._store.add_jobs(batch)
        for new, outcome in zip(batch, outcomes, strict=True):
            if not isinstance(outcome, Exception) and outcome[1]:
                self._take_in(new, outcome[0])
        return outcomes

    def _take_in(self, new: NewJob, kept: Job) -> None:
        if new.claim is None:
            self.accepted(kept, new.audit)
            return
        self.accepted(changed(new.job, position=kept.position), new.audit)
        if self._remember(kept):
            self._bus.publish(JobChanged(job=kept, before=new.job.status))

    def accepted(self, job: Job, audit: AuditEntry | None = None) -> None:
        """Take in a job that the store has just accepted, also on behalf of a schedule."""
        self._remember(job)
        self._bus.publish(JobChanged(job=job, before=None))
        if audit is not None:
            self._bus.publish(AuditAdded(entry=audit))

    def dequeue(self, can_run: Callable[[Requirements], bool] | None = None) -> Job | None:
        """Take the next job that can run out of the order; its taker claims it, or gives it back."""
        while (job_id := self._queued.first(can_run)) is not None:
            job = self._open[job_id]
            if not job.concurrency or self.gate is None or self.gate.may_start(job):
                self._queued.remove(job_id)
                return job
        return None

    def set_aside(self, job_id: JobId) -> None:
        """Pass a queued job over until `bring_back`: it waits for something that no robot can give."""
        self._queued.set_aside(job_id)

    def bring_back(self, job_id: JobId) -> None:
        """Hand a job out again that was set aside."""
        self._queued.bring_back(job_id)

    def first_in_order(self, limit: int) -> list[Job]:
        """The queued jobs that stand first, whether anything could run them or not."""
        return [self._open[job_id] for job_id in self._queued.in_order(limit)]

    def give_back(self, job_id: JobId) -> None:
        """Put a job that was taken but not claimed into its old place."""
        job = self._open.get(job_id)
        if self.gate is not None and job is not None and job.concurrency:
            self.gate.given_back(job)
        if job is not None and job.status is JobStatus.QUEUED:
            self._queued.add(job)

    def hold(self, job_id: JobId) -> None:
        """Look at a PENDING job no more, until `unhold`: it waits for something else than the time."""
        self._pending.remove(job_id)

    def unhold(self, job_id: JobId) -> None:
        """Look at a PENDING job again."""
        job = self._open.get(job_id)
        if job is not None and job.status is JobStatus.PENDING:
            self._pending.add(job_id, job.not_before or job.changed_at)

    async def move(self, job_id: JobId, decide: Decide) -> Job | None:
        """Move a job as `decide` says, looking again when somebody was first; the job as it then is.

        Raises NotFoundError, and whatever `decide` and the store raise. None when `decide` leaves the job alone.
        """
        job = await self.find(job_id)
        for _ in range(MAX_TRIES):
            if job is None:
                raise NotFoundError("job", job_id)
            move = decide(job)
            if move is None:
                return None
            try:
                return await self._write(job, move)
            except StaleJobError:
                job = await self._look_again(job)
        raise ConflictError(f"Job {job_id} changes faster than it can be moved.")

    async def move_all(self, wishes: Sequence[tuple[JobId, Decide]]) -> list[Job | Exception | None]:
        """`move` for many in one transaction: one outcome for each, in order, an error where one would be raised.

        Each job is guarded by itself; those who were overtaken look again and are moved one by one.
        """
        outcomes: list[Job | Exception | None] = [None] * len(wishes)
        saves: dict[int, tuple[Job, Move]] = {}
        late: list[int] = []
        for place, (job_id, decide) in enumerate(wishes):
            job = self._open.get(job_id)
            if job is None:
                late.append(place)
                continue
            try:
                move = decide(job)
            except BotswainError as error:
                outcomes[place] = error
                continue
            if move is not None:
                saves[place] = (job, move)
        for place, outcome in zip(saves, await self._save(list(saves.values())), strict=True):
            outcomes[place] = outcome
            if isinstance(outcome, StaleJobError):
                late.append(place)
        for place in late:
            outcomes[place] = await self._moved(*wishes[place])
        return outcomes

    async def _moved(self, job_id: JobId, decide: Decide) -> Job | Exception | None:
        try:
            return await self.move(job_id, decide)
        except BotswainError as error:
            return error

    async def _save(self, moves: Sequence[tuple[Job, Move]]) -> Sequence[Job | Exception]:
        if not moves:
            return []
        saves = [
            JobSave(after=move.after, expected=before, attempt=move.attempt, result=move.result, audit=move.audit)
            for before, move in moves
        ]
        outcomes = await self._store.save_jobs(saves)
        for (before, move), outcome in zip(moves, outcomes, strict=True):
            if isinstance(outcome, Job):
                self._announce(outcome, before, move)
        return outcomes

    async def update_status(self, job_id: JobId, status: JobStatus, *, at: datetime, **changes: Any) -> Job:
        """Move a job to a status; IllegalTransitionError when the table does not allow it."""
        moved = await self.move(job_id, lambda job: Move(after=job.moved(status, at=at, **changes)))
        assert moved is not None
        return moved

    async def note_progress(self, job: Job, update: StatusUpdate) -> None:
        """Remember and announce how far a running attempt is."""
        await self._store.save_progress(
            job.job_id, job.attempt, progress=update.progress, current_step=update.current_step, steps=update.steps
        )
        current = self._open.get(job.job_id)
        if current is None or current.attempt != job.attempt or not current.status.is_live:
            return
        further = current.with_progress(update.progress, update.current_step)
        self._open[job.job_id] = further
        self._bus.publish(JobProgress(job=further, steps=update.steps))

    async def _write(self, before: Job, move: Move) -> Job:
        outcome = (await self._save([(before, move)]))[0]
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    def _announce(self, saved: Job, before: Job, move: Move) -> None:
        if self._remember(saved):
            self._bus.publish(JobChanged(job=saved, before=before.status))
        if move.audit is not None:
            self._bus.publish(AuditAdded(entry=move.audit))

    async def _look_again(self, seen: Job) -> Job | None:
        known = self._open.get(seen.job_id)
        if known is not None and known.version > seen.version:
            return known
        fresh = await self._store.job(seen.job_id)
        if fresh is not None and self._remember(fresh):
            # somebody is about to announce it, or nobody can, since the answer to the write got lost
            self._bus.publish(JobChanged(job=fresh, before=seen.status))
        return fresh

    def _remember(self, job: Job) -> bool:
        """Take a version in; False when it, or a newer one, is known already."""
        known = self._open.get(job.job_id)
        newest = known.version if known is not None else self._ended.get(job.job_id, -1)
        if newest >= job.version:
            return False
        if known is not None:
            self._queued.remove(job.job_id)
            self._pending.remove(job.job_id)
        if job.status.has_ended:
            self._open.pop(job.job_id, None)
            self._note_end(job)
            return True
        self._open[job.job_id] = job
        if job.status is JobStatus.QUEUED:
            self._queued.add(job)
        elif job.status is JobStatus.PENDING:
            self._pending.add(job.job_id, job.not_before or job.changed_at)
        return True

    def _note_end(self, job: Job) -> None:
        self._ended[job.job_id] = job.version
        if len(self._ended) > ENDED_KEPT:
            self._ended.popitem(last=False)
