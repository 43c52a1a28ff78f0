"""Offers that come to nothing: refused by the robot, or never answered because it went away."""

from orchestrator.contract.ids import RobotId, SessionId
from orchestrator.contract.protocol.jobs import JobRefused, RefusalReason
from orchestrator.contract.protocol.message import AttemptRef
from orchestrator.contract.states import JobStatus
from orchestrator.domain.job import Job
from orchestrator.domain.robot import Robot
from orchestrator.engine.clock import Clock
from orchestrator.engine.dispatcher import JobDispatcher
from orchestrator.engine.held_jobs import HeldJobs
from orchestrator.engine.job_queue import JobQueue
from orchestrator.engine.moves import Move, offer_ended
from orchestrator.engine.reconciliation import is_stopping
from orchestrator.engine.robot_pool import RobotPool
from orchestrator.engine.settings import EngineSettings
from orchestrator.engine.settlement import Settlement


class LapsedOffers:
    """Lets what was offered wait again, and spares the robot what it cannot take."""

    def __init__(
        self,
        *,
        queue: JobQueue,
        pool: RobotPool,
        held: HeldJobs,
        dispatcher: JobDispatcher,
        settlement: Settlement,
        clock: Clock,
        settings: EngineSettings,
    ) -> None:
        self._queue = queue
        self._pool = pool
        self._held = held
        self._dispatcher = dispatcher
        self._settlement = settlement
        self._clock = clock
        self._settings = settings

    async def refused(self, robot: Robot, _: SessionId, message: JobRefused) -> None:
        """A robot refuses what it was offered. Raises StorageError."""
        job = self._held.own(robot.robot_id, AttemptRef(job_id=message.job_id, attempt=message.attempt))
        if job is None:
            return
        self._spare(robot.robot_id, job, message.reason)
        if is_stopping(job) and job.started_at is None and message.reason is not RefusalReason.ALREADY_SEEN:
            await self._settlement.crash(job)  # it was cancelled as an offer, and no robot has begun it
            return
        detail = f" ({message.detail})" if message.detail else ""
        await self.end(job, "refused", f"{robot.name} refused: {message.reason}{detail}.")

    async def end(self, job: Job, outcome: str, reason: str) -> None:
        """A job that is no more than an offer waits again; others are left alone. Raises StorageError."""

        def decide(now: Job) -> Move | None:
            if now.status is not JobStatus.DISPATCHED or not now.concerns(job.attempt):
                return None
            return offer_ended(now, outcome, reason, at=self._clock.now())

        if job.status is JobStatus.DISPATCHED:
            await self._queue.move(job.job_id, decide)

    def _spare(self, robot_id: RobotId, job: Job, reason: RefusalReason) -> None:
        if reason is RefusalReason.UNKNOWN_WORKFLOW and self._pool.forget_workflow(robot_id, job.workflow_hash):
            return  # the next offer brings it along
        if reason is RefusalReason.CAPABILITY:
            self._pool.misfits(robot_id, job.requirements, self._settings.misfit_rest_s)
        elif reason is not RefusalReason.ALREADY_SEEN:
            self._dispatcher.rest(robot_id, self._settings.refusal_rest_s)
