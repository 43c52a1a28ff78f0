"""What a robot holds, as the engine knows it: a robot may speak about nothing else."""

from orchestrator.contract.ids import JobId, RobotId
from orchestrator.contract.protocol.message import AttemptRef
from orchestrator.domain.job import Job
from orchestrator.engine.job_queue import JobQueue
from orchestrator.engine.robot_pool import RobotPool


class HeldJobs:
    """Looks jobs up by the robot that holds them."""

    def __init__(self, queue: JobQueue, pool: RobotPool) -> None:
        self._queue = queue
        self._pool = pool

    def of(self, robot_id: RobotId) -> list[Job]:
        """The live jobs of a robot, in the order of claiming."""
        held = (self._queue.get(job_id) for job_id in self._pool.jobs_of(robot_id))
        return [job for job in held if job is not None and job.robot_id == robot_id and job.status.is_live]

    def own(self, robot_id: RobotId, ref: AttemptRef) -> Job | None:
        """The job, while this very attempt of it is live on this very robot."""
        job = self._queue.get(JobId(ref.job_id))
        if job is None or job.robot_id != robot_id or not job.concerns(ref.attempt) or not job.status.is_live:
            return None
        return job
