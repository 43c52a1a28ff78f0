"""Records the ends of attempts, fenced by (job, attempt, robot), and says what became of each report."""

import logging
import random
from collections.abc import Callable
from dataclasses import replace

from orchestrator.contract.ids import JobId, RobotId
from orchestrator.contract.protocol.jobs import ResultOutcome
from orchestrator.contract.results import JobResult
from orchestrator.contract.states import JobStatus
from orchestrator.domain.checkpoints import ResumePoint
from orchestrator.domain.job import Job
from orchestrator.engine.clock import Clock
from orchestrator.engine.job_queue import JobQueue
from orchestrator.engine.moves import Decide, Move, about, begun, recorded
from orchestrator.engine.ports.jobs import AttemptRecord
from orchestrator.engine.ports.store import Store

logger = logging.getLogger(__name__)

REPORTABLE = frozenset(
    {JobStatus.COMPLETED, JobStatus.FAILED, JobStatus.CANCELLED, JobStatus.TIMEOUT, JobStatus.PAUSED}
)
OPEN_TO_RESULTS = frozenset({JobStatus.RUNNING, JobStatus.LOST, JobStatus.WAITING_FOR_HUMAN, JobStatus.CANCELLING})


class ResultDesk:
    """Takes results from robots, at any time and any number of times."""

    def __init__(self, queue: JobQueue, store: Store, clock: Clock, rng: random.Random) -> None:
        self._queue = queue
        self._store = store
        self._clock = clock
        self._rng = rng
        self.resume_point: Callable[[Job], ResumePoint | None] = _nowhere
        self.usual_s: Callable[[Job], float | None] = _unknown
        """How long runs of a job's workflow take, when enough are known."""
        self.recovered: Callable[[JobResult], None] = _nothing
        """Hears of each recorded result that tells of recoveries."""
        self.sighted: Callable[[JobResult], None] = _nothing
        """Hears of each recorded result that tells of targets."""

    async def take(self, robot_id: RobotId, result: JobResult) -> ResultOutcome:
        """Record the result if its attempt is the job's; whatever comes back, the robot may forget it.

        Raises StorageError when nothing could be written: the robot then keeps the result and sends it again.
        """
        job = await self._queue.find(JobId(result.job_id))
        if job is None:
            return ResultOutcome.UNKNOWN_JOB
        if result.status not in REPORTABLE or result.attempt > job.attempt:
            return await self._rejected(job, robot_id, result, "no robot can report that")
        moved = await self._queue.move(job.job_id, self.recording(robot_id, result))
        if moved is not None:
            self.note(result)
            return ResultOutcome.RECORDED
        return await self._late(job, robot_id, result)

    def recording(self, robot_id: RobotId, result: JobResult) -> Decide:
        """How the result moves its job; a job that it does not concern is left alone, and `take` says what it is."""
        return lambda job: self._decide(job, robot_id, result)

    def _decide(self, job: Job, robot_id: RobotId, result: JobResult) -> Move | None:
        """The guard: this attempt, this robot, and a run that has not ended."""
        if (job.attempt, job.robot_id) != (result.attempt, robot_id) or result.status not in REPORTABLE:
            return None
        is_unheard = job.status is JobStatus.DISPATCHED or (
            job.status is JobStatus.CANCELLING and job.started_at is None
        )
        if is_unheard and job.retry_safe:
            job = begun(job, result, at=self._clock.now())  # at once, and its acceptance was not recorded before
        if job.status not in OPEN_TO_RESULTS:
            return None
        usual_s = self.usual_s(job) if result.usual else None
        return recorded(job, result, rng=self._rng, at=self._clock.now(), point=self.resume_point(job), usual_s=usual_s)

    def note(self, result: JobResult) -> None:
        """The result has just been recorded."""
        if result.recoveries:
            self.recovered(result)
        if result.sightings:
            self.sighted(result)

    async def _late(self, job: Job, robot_id: RobotId, result: JobResult) -> ResultOutcome:
        attempts = await self._store.attempts(job.job_id)
        record = next((each for each in attempts if each.attempt == result.attempt), None)
        if record is None or record.robot_id != robot_id or record.ended_at is None:
            return await self._rejected(job, robot_id, result, "the attempt is not this robot's, or never started")
        if record.outcome in REPORTABLE and record.started_at is not None:
            return ResultOutcome.DUPLICATE
        await self._keep_stale(record, result)
        return ResultOutcome.STALE

    async def _keep_stale(self, record: AttemptRecord, result: JobResult) -> None:
        if record.outcome == "stale":
            return
        story = f"Was {record.outcome}; {result.status} was reported too late to count."
        await self._store.note_attempt(replace(record, outcome="stale", error=story))

    async def _rejected(self, job: Job, robot_id: RobotId, result: JobResult, why: str) -> ResultOutcome:
        logger.info("Result of %s attempt %d from %s is rejected: %s.", job.job_id, result.attempt, robot_id, why)
        message = f"A result of attempt {result.attempt} from {robot_id} was rejected: {why}."
        await self._store.add_audit(about(job, "job.result_rejected", message, self._clock.now(), actor=robot_id))
        return ResultOutcome.REJECTED


def _nowhere(_: Job) -> ResumePoint | None:
    """Until the engine has wired its parts."""
    return None


def _unknown(_: Job) -> float | None:
    """Until the engine has wired its parts."""
    return None


def _nothing(_: JobResult) -> None:
    """Until the engine has wired its parts."""
