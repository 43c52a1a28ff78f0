"""What people do to the order in which jobs wait: another priority, or now instead of later."""

from dataclasses import replace

from orchestrator.contract.ids import JobId
from orchestrator.contract.states import JobPriority, JobStatus
from orchestrator.domain.job import Job
from orchestrator.engine.clock import Clock
from orchestrator.engine.errors import ConflictError
from orchestrator.engine.job_queue import JobQueue
from orchestrator.engine.moves import Move, about, due

WAITS = frozenset({JobStatus.PENDING, JobStatus.QUEUED, JobStatus.PAUSED})


class OrderDesk:
    """Moves waiting jobs up and down."""

    def __init__(self, queue: JobQueue, clock: Clock) -> None:
        self._queue = queue
        self._clock = clock

    async def prioritise(self, job_id: JobId, priority: JobPriority, *, actor: str = "engine") -> Job:
        """Give a waiting job another priority; what it has waited still counts.

        Raises NotFoundError, ConflictError when it does not wait.
        """
        seen: list[Job] = []

        def decide(job: Job) -> Move | None:
            seen[:] = [job]
            if job.status not in WAITS:
                raise ConflictError(f"Job {job_id} is {job.status}; only a job that waits can get another priority.")
            if job.priority is priority:
                return None
            words = f"{job.workflow_name} went from {job.priority} to {priority} priority."
            entry = about(job, "job.prioritised", words, self._clock.now(), actor)
            return Move(after=replace(job, priority=priority), audit=entry)

        return await self._queue.move(job_id, decide) or seen[0]

    async def hurry(self, job_id: JobId, *, actor: str = "engine") -> Job:
        """Queue a job now that would be due later: its time, or the pause before its next attempt, is left out.

        Raises NotFoundError, ConflictError when it is not one that waits for its time.
        """

        def decide(job: Job) -> Move:
            if job.status is not JobStatus.PENDING:
                raise ConflictError(f"Job {job_id} is {job.status}; only a pending job can be hurried.")
            now = self._clock.now()
            words = f"{job.workflow_name} was queued before its time."
            after = replace(due(job, at=now).after, not_before=None)
            return Move(after=after, audit=about(job, "job.hurried", words, now, actor))

        after = await self._queue.move(job_id, decide)
        assert after is not None
        return after
