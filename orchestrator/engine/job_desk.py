"""What people do to single jobs wherever they are: look one up, cancel it, queue it again."""

from orchestrator.contract.ids import JobId
from orchestrator.contract.states import JobStatus
from orchestrator.domain.job import Job
from orchestrator.engine.clock import Clock
from orchestrator.engine.errors import ConflictError, NotFoundError
from orchestrator.engine.inbox import Inbox
from orchestrator.engine.job_queue import JobQueue
from orchestrator.engine.moves import Move, cancelled, retried
from orchestrator.engine.reconciliation import is_stopping, ref_of
from orchestrator.engine.robot_pool import RobotPool


class JobDesk:
    """Moves one job at a person's word, and tells the robot that holds it."""

    def __init__(self, queue: JobQueue, pool: RobotPool, inbox: Inbox, clock: Clock) -> None:
        self._queue = queue
        self._pool = pool
        self._inbox = inbox
        self._clock = clock

    async def get(self, job_id: JobId) -> Job:
        """A job, ended or not. Raises NotFoundError."""
        job = await self._queue.find(job_id)
        if job is None:
            raise NotFoundError("job", job_id)
        return job

    async def cancel(self, job_id: JobId, *, reason: str = "", actor: str = "engine") -> Job:
        """Cancel a job: at once when no robot can run it, otherwise by asking the robot; asking twice does no harm.

        Raises NotFoundError, ConflictError when it has ended.
        """
        before: list[Job] = []

        def decide(job: Job) -> Move | None:
            before[:] = [job]
            if job.status.has_ended:
                raise ConflictError(f"Job {job_id} has already ended: {job.status}.")
            if is_stopping(job):
                return None
            may_run = self._pool.may_have_begun(job)
            return cancelled(job, reason, actor=actor, at=self._clock.now(), may_run=may_run)

        after = await self._queue.move(job_id, decide) or before[0]
        if is_stopping(after):
            self._inbox.stop_run(after)
        elif before[0].status is JobStatus.DISPATCHED:
            self.recall(before[0])
        return after

    async def retry(self, job_id: JobId, *, actor: str = "engine") -> Job:
        """Queue an ended job again, as a new attempt. Raises NotFoundError, ConflictError."""

        def decide(job: Job) -> Move:
            if not job.status.has_ended or job.status is JobStatus.COMPLETED:
                raise ConflictError(f"Job {job_id} is {job.status}; only a job that did not succeed can be retried.")
            return retried(job, actor=actor, at=self._clock.now())

        after = await self._queue.move(job_id, decide)
        assert after is not None
        return after

    def recall(self, offered: Job) -> None:
        """Tell a robot that what it was offered is not its business any more."""
        if offered.robot_id is not None:
            self._inbox.revoke(offered.robot_id, ref_of(offered), "The offer does not stand any more.")
