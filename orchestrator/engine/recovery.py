"""RecoveryManager: which recoveries of jobs helped, around attempts and inside them, kept and counted.

A recovery around attempts is another attempt. It has succeeded when that attempt completes the job, and only then: an
attempt that was merely started proves nothing.
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from orchestrator.contract.errors import ErrorKind
from orchestrator.contract.ids import JobId
from orchestrator.contract.recovery import RecoveryRecord, RecoverySide, RecoveryStrategy
from orchestrator.contract.results import JobResult
from orchestrator.contract.states import FINAL_STATES, JobStatus
from orchestrator.domain.events import JobChanged
from orchestrator.domain.recovery_events import RecoveryBegun, RecoveryTried
from orchestrator.domain.recovery_figures import RecoveryStatistics, recovery_statistics
from orchestrator.engine.bus import EventBus
from orchestrator.engine.clock import Clock, Wakeup
from orchestrator.engine.errors import StorageError
from orchestrator.engine.job_queue import JobQueue
from orchestrator.engine.ports.recovery import RecoveryStore

KEPT = timedelta(days=90)
WRITE_S = 60.0
"""Safety tick of the loop that writes what has gathered."""
RETRY_S = 5.0
MOST_WAITING = 10_000

logger = logging.getLogger(__name__)

_FAILED = frozenset({JobStatus.RUNNING, JobStatus.LOST, JobStatus.WAITING_FOR_HUMAN})


@dataclass(frozen=True, slots=True, kw_only=True)
class _Recovery:
    """One that is under way."""

    record: RecoveryRecord
    since_s: float


class RecoveryManager:
    """Follows recoveries by the events of jobs; what it knows it writes behind, since it decides nothing."""

    def __init__(self, store: RecoveryStore, queue: JobQueue, bus: EventBus, clock: Clock) -> None:
        self._store = store
        self._queue = queue
        self._bus = bus
        self._clock = clock
        self._under_way: dict[JobId, _Recovery] = {}
        self._unwritten: list[RecoveryRecord] = []
        self._wakeup = Wakeup(clock)
        bus.subscribe(JobChanged, self._on_job, states=FINAL_STATES | {JobStatus.PENDING})

    def load(self) -> None:
        """At a start: follow the recoveries that were under way."""
        for job in self._queue.open_jobs():
            if job.failures or job.crashes:
                kind = job.error.kind if job.error is not None else ErrorKind.ROBOT_LOST
                self._under_way[job.job_id] = self._begun(job.job_id, job.attempt, kind, job.resume_from)

    async def run(self) -> None:
        """Write what has gathered, until cancelled."""
        await self._forget_old()
        while True:
            await self._wakeup.wait(WRITE_S)
            await self._write()

    def reported(self, result: JobResult) -> None:
        """A recorded result tells what was tried inside its attempt."""
        for record in result.recoveries:
            own = record.model_copy(
                update={"job_id": result.job_id, "attempt": result.attempt, "side": RecoverySide.ROBOT}
            )
            self._keep(own)

    async def statistics(self, *, since: datetime | None = None) -> RecoveryStatistics:
        """How often each strategy was tried, for which errors, and how often it helped."""
        await self._write()
        return recovery_statistics(await self._store.listing(since=since, limit=100_000))

    async def history(self, *, job_id: JobId | None = None, limit: int = 100) -> Sequence[RecoveryRecord]:
        """What was tried, newest first."""
        await self._write()
        return await self._store.listing(job_id=job_id, limit=limit)

    async def attempts_of(self, job_id: JobId) -> int:
        """How many recoveries of a job were tried, those under way included."""
        kept = await self._store.listing(job_id=job_id)
        waiting = sum(each.job_id == job_id for each in self._unwritten)
        return len(kept) + waiting + (job_id in self._under_way)

    # --- inside ---------------------------------------------------------------------------------------------------

    def _on_job(self, event: JobChanged) -> None:
        job = event.job
        if job.status is JobStatus.PENDING and event.before in _FAILED and (job.failures or job.crashes):
            self._end(job.job_id, succeeded=False)
            kind = job.error.kind if job.error is not None else ErrorKind.ROBOT_LOST
            begun = self._begun(job.job_id, job.attempt, kind, job.resume_from)
            self._under_way[job.job_id] = begun
            self._bus.publish(RecoveryBegun(record=begun.record))
        elif job.status.has_ended and self._under_way:
            self._end(job.job_id, succeeded=job.status is JobStatus.COMPLETED)

    def _begun(self, job_id: JobId, attempt: int, kind: ErrorKind, resume_from: str | None) -> _Recovery:
        record = RecoveryRecord(
            job_id=job_id,
            attempt=max(1, attempt),
            side=RecoverySide.ENGINE,
            strategy=_strategy(kind, resume_from),
            error_kind=kind,
            succeeded=False,
            at=self._clock.now(),
            note="Another attempt, from its checkpoint." if resume_from else "Another attempt, from the beginning.",
        )
        return _Recovery(record=record, since_s=self._clock.monotonic())

    def _end(self, job_id: JobId, *, succeeded: bool) -> None:
        ended = self._under_way.pop(job_id, None)
        if ended is not None:
            duration_s = max(0.0, self._clock.monotonic() - ended.since_s)
            self._keep(ended.record.model_copy(update={"succeeded": succeeded, "duration_s": duration_s}))

    def _keep(self, record: RecoveryRecord) -> None:
        if len(self._unwritten) < MOST_WAITING:
            self._unwritten.append(record)
        self._bus.publish(RecoveryTried(record=record))
        self._wakeup.ring()

    async def _write(self) -> None:
        records, self._unwritten = self._unwritten, []
        try:
            await self._store.add(records)
        except StorageError as error:
            logger.warning("What was recovered is not written yet: %s", error)
            self._unwritten = (records + self._unwritten)[:MOST_WAITING]
            self._clock.call_later(RETRY_S, self._wakeup.ring)

    async def _forget_old(self) -> None:
        try:
            await self._store.remove_before(self._clock.now() - KEPT)
        except StorageError as error:
            logger.warning("Old records of recoveries stay for now: %s", error)


def _strategy(kind: ErrorKind, resume_from: str | None) -> RecoveryStrategy:
    """What another attempt is: back to a checkpoint, on a new robot, or simply again."""
    if resume_from is not None:
        return RecoveryStrategy.ROLLBACK
    return RecoveryStrategy.RESTART if kind is ErrorKind.ROBOT_LOST else RecoveryStrategy.RETRY
