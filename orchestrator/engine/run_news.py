"""What robots say of their runs, that they accept and how they ended: recorded together, answered one by one."""

import logging
from collections.abc import Sequence

from orchestrator.contract.ids import JobId, RobotId, SessionId
from orchestrator.contract.protocol.jobs import JobAccepted, JobStart, ResultAck, ResultOutcome, RevokeJob
from orchestrator.contract.results import JobResult
from orchestrator.contract.states import JobStatus
from orchestrator.domain.job import Job
from orchestrator.engine.clock import Clock
from orchestrator.engine.errors import StorageError
from orchestrator.engine.job_queue import JobQueue
from orchestrator.engine.moves import Decide, Move, started
from orchestrator.engine.ports.gateway import Gateway
from orchestrator.engine.reconciliation import is_stopping
from orchestrator.engine.results import ResultDesk
from orchestrator.engine.robot_pool import RobotPool

logger = logging.getLogger(__name__)


class RunNews:
    """Takes the acceptances and results of one robot that arrived together, in one transaction."""

    def __init__(self, queue: JobQueue, pool: RobotPool, gateway: Gateway, clock: Clock, results: ResultDesk) -> None:
        self._queue = queue
        self._pool = pool
        self._gateway = gateway
        self._clock = clock
        self._results = results

    async def take(
        self, robot_id: RobotId, session_id: SessionId, *, accepted: Sequence[JobAccepted], results: Sequence[JobResult]
    ) -> None:
        """Record and answer. An acceptance needs no record of its own when its run's result has come with it.

        Raises StorageError when nothing could be written; then nothing is answered, and the robot says it again.
        """
        ended = {(each.job_id, each.attempt) for each in results}
        begun = [each for each in accepted if (each.job_id, each.attempt) not in ended]
        starting = [(JobId(each.job_id), self._starting(robot_id, session_id, each)) for each in begun]
        ending = [(JobId(each.job_id), self._results.recording(robot_id, each)) for each in results]
        outcomes = await self._queue.move_all([*starting, *ending])
        for acceptance, outcome in zip(begun, outcomes, strict=False):
            if not isinstance(outcome, StorageError):  # not recorded: heartbeats that name the run say it again
                self._answer(robot_id, session_id, acceptance)
        for result, outcome in zip(results, outcomes[len(begun) :], strict=True):
            await self._acknowledge(robot_id, session_id, result, outcome)

    def start(self, job: Job, session_id: SessionId) -> None:
        """Tell the job's robot to run what it has accepted."""
        assert job.robot_id is not None
        self._gateway.send(job.robot_id, session_id, JobStart(job_id=job.job_id, attempt=job.attempt))

    def _starting(self, robot_id: RobotId, session_id: SessionId, acceptance: JobAccepted) -> Decide:
        def decide(job: Job) -> Move | None:
            if job.status is not JobStatus.DISPATCHED or not _is_of(job, robot_id, acceptance.attempt):
                return None
            robot = self._pool.get(robot_id)
            name = robot.name if robot else robot_id
            return started(job, session_id=session_id, robot_name=name, at=self._clock.now())

        return decide

    def _answer(self, robot_id: RobotId, session_id: SessionId, acceptance: JobAccepted) -> None:
        job = self._queue.get(JobId(acceptance.job_id))
        if job is not None and job.status is JobStatus.RUNNING and _is_of(job, robot_id, acceptance.attempt):
            if not self._pool.may_run(job):
                self.start(job, session_id)
            return
        if job is not None and is_stopping(job) and _is_of(job, robot_id, acceptance.attempt):
            return  # it was asked to stop, and says how it ended
        reason = "The offer does not stand any more."
        order = RevokeJob(job_id=acceptance.job_id, attempt=acceptance.attempt, reason=reason)
        self._send(robot_id, session_id, order)

    async def _acknowledge(
        self, robot_id: RobotId, session_id: SessionId, result: JobResult, outcome: Job | Exception | None
    ) -> None:
        if isinstance(outcome, Job):
            self._results.note(result)
            answer = ResultOutcome.RECORDED
        else:
            try:
                answer = await self._results.take(robot_id, result)
            except StorageError as error:
                logger.warning("The result of %s is not recorded yet: %s", result.job_id, error)
                return
        ack = ResultAck(job_id=result.job_id, attempt=result.attempt, outcome=answer)
        self._send(robot_id, session_id, ack)

    def _send(self, robot_id: RobotId, session_id: SessionId, answer: ResultAck | RevokeJob) -> None:
        """On the session that asked, or on the one that has replaced it meanwhile."""
        current = self._pool.session_of(robot_id)
        if not self._gateway.send(robot_id, session_id, answer) and current is not None and current != session_id:
            self._gateway.send(robot_id, current, answer)


def _is_of(job: Job, robot_id: RobotId, attempt: int) -> bool:
    return job.robot_id == robot_id and job.concerns(attempt)
