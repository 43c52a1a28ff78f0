"""Brings queued jobs to robots with room: choose, claim, commit, offer; woken by events, with a slow safety tick."""

import asyncio
import logging
from collections.abc import Awaitable, Callable

from orchestrator.contract.ids import RobotId, SessionId
from orchestrator.contract.protocol.jobs import JobAssignment
from orchestrator.contract.states import JobStatus
from orchestrator.domain.events import JobChanged, RobotChanged
from orchestrator.domain.job import Job
from orchestrator.domain.workflow_version import WorkflowVersion
from orchestrator.engine.bus import EventBus
from orchestrator.engine.clock import Clock, Wakeup
from orchestrator.engine.errors import OrchestratorError, StorageError
from orchestrator.engine.job_queue import JobQueue
from orchestrator.engine.moves import Move, claimed, offer_ended
from orchestrator.engine.ports.gateway import Gateway
from orchestrator.engine.robot_pool import RobotPool
from orchestrator.engine.settings import EngineSettings

logger = logging.getLogger(__name__)

FindVersion = Callable[[Job], Awaitable[WorkflowVersion | None]]


class JobDispatcher:
    """Dispatches jobs to available robots with load balancing."""

    def __init__(
        self,
        *,
        queue: JobQueue,
        pool: RobotPool,
        gateway: Gateway,
        bus: EventBus,
        clock: Clock,
        settings: EngineSettings,
        version_of: FindVersion,
    ) -> None:
        self._queue = queue
        self._pool = pool
        self._gateway = gateway
        self._clock = clock
        self._settings = settings
        self._version_of = version_of
        self._wakeup = Wakeup(clock)
        self.is_paused = False
        """True while the store takes no writes: nothing can be claimed."""
        bus.subscribe(JobChanged, self._on_job)
        bus.subscribe(RobotChanged, self._on_robot)

    def wake(self) -> None:
        """Look at the queue soon."""
        self._wakeup.ring()

    async def run(self) -> None:
        """Dispatch until cancelled."""
        while True:
            await self._wakeup.wait(self._settings.dispatch_interval_s)
            self._pool.end_rests()
            while batch := self._pick():
                await asyncio.gather(*(self._offer(job, robot_id, session_id) for job, robot_id, session_id in batch))
                if self.is_paused:
                    break

    def rest(self, robot_id: RobotId, seconds: float) -> None:
        """Spare a robot for a while, and look again afterwards."""
        self._pool.rest(robot_id, seconds)
        self._clock.call_later(seconds, self.wake)

    def _on_job(self, event: JobChanged) -> None:
        if event.job.status is JobStatus.QUEUED or (event.before is not None and event.before.is_live):
            self._wakeup.ring()

    def _on_robot(self, event: RobotChanged) -> None:
        if self._pool.has_room and event.robot.status.is_connected:
            self._wakeup.ring()

    def _pick(self) -> list[tuple[Job, RobotId, SessionId]]:
        """Jobs and robots that belong together now; their slots are taken from this moment on."""
        batch: list[tuple[Job, RobotId, SessionId]] = []
        while len(batch) < self._settings.offers_at_once and self._pool.has_room:
            job = self._queue.dequeue(self._pool.can_run)
            if job is None:
                break
            robot_id = self._pool.choose(job, self._settings.load_balancing)
            session_id = self._pool.session_of(robot_id) if robot_id is not None else None
            if robot_id is None or session_id is None:
                self._queue.give_back(job.job_id)
                break
            self._pool.hold(robot_id, job)
            batch.append((job, robot_id, session_id))
        return batch

    async def _offer(self, job: Job, robot_id: RobotId, session_id: SessionId) -> None:
        try:
            claim = await self._claim(job, robot_id, session_id)
            self.is_paused = False
        except OrchestratorError as error:
            self._pool.release(robot_id, job.job_id)
            self._queue.give_back(job.job_id)
            self._pause(error)
            return
        if claim is None:
            self._pool.release(robot_id, job.job_id)
            return
        try:
            await self._send(claim, robot_id, session_id)
        except OrchestratorError as error:
            logger.warning("Job %s was claimed but not offered, and will expire: %s", job.job_id, error)

    async def _claim(self, job: Job, robot_id: RobotId, session_id: SessionId) -> Job | None:
        def decide(current: Job) -> Move | None:
            if current.status is not JobStatus.QUEUED or not self._pool.is_current(robot_id, session_id):
                return None
            return claimed(current, robot_id=robot_id, session_id=session_id, at=self._clock.now())

        after = await self._queue.move(job.job_id, decide)
        if after is None:
            self._queue.give_back(job.job_id)
        return after

    async def _send(self, job: Job, robot_id: RobotId, session_id: SessionId) -> None:
        version = await self._version_of(job)
        if version is None:
            logger.error("Job %s names a workflow version that is gone.", job.job_id)
            return
        if not self._gateway.send(robot_id, session_id, assignment(job, version, self._settings.terms.offer_s)):
            await self._take_back(job)

    async def _take_back(self, offered: Job) -> None:
        def decide(current: Job) -> Move | None:
            if current.status is not JobStatus.DISPATCHED or not current.concerns(offered.attempt):
                return None
            return offer_ended(current, "expired", "The robot's connection was gone.", at=self._clock.now())

        await self._queue.move(offered.job_id, decide)

    def _pause(self, error: OrchestratorError) -> None:
        if isinstance(error, StorageError) and not self.is_paused:
            logger.warning("Dispatching pauses: %s", error)
            self.is_paused = True


def assignment(job: Job, version: WorkflowVersion, lease_s: float) -> JobAssignment:
    """The offer of a claimed job."""
    return JobAssignment(
        job_id=job.job_id,
        attempt=job.attempt,
        workflow=version.definition,
        workflow_hash=version.workflow_hash,
        variables=dict(job.variables),
        timeout_s=job.timeout_s,
        priority=job.priority,
        lease_s=lease_s,
        checkpoint_id=job.resume_from,
    )
