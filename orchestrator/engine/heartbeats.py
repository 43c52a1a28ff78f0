"""Heartbeats of robots: what they say that they run is compared, renewed or revoked, and answered."""

import logging
from collections.abc import Callable, Iterable

from orchestrator.contract.ids import JsonValue, SessionId
from orchestrator.contract.protocol.message import AttemptRef
from orchestrator.contract.protocol.robots import Heartbeat, HeartbeatAck
from orchestrator.contract.states import JobStatus
from orchestrator.domain.events import RobotHeard
from orchestrator.domain.job import Job
from orchestrator.domain.robot import Robot
from orchestrator.engine.bus import EventBus
from orchestrator.engine.clock import Clock
from orchestrator.engine.errors import StorageError
from orchestrator.engine.held_jobs import HeldJobs
from orchestrator.engine.lease_watch import LeaseWatch
from orchestrator.engine.ports.gateway import Gateway
from orchestrator.engine.ports.store import Store
from orchestrator.engine.reconciliation import Finding, is_stopping, ref_of
from orchestrator.engine.robot_pool import RobotPool
from orchestrator.engine.settings import EngineSettings
from orchestrator.engine.settlement import Settlement

logger = logging.getLogger(__name__)


class Heartbeats:
    """Answers each heartbeat with everything that the robot may have missed."""

    def __init__(
        self,
        *,
        pool: RobotPool,
        held: HeldJobs,
        store: Store,
        gateway: Gateway,
        bus: EventBus,
        clock: Clock,
        settings: EngineSettings,
        leases: LeaseWatch,
        settlement: Settlement,
    ) -> None:
        self._pool = pool
        self._held = held
        self._store = store
        self._gateway = gateway
        self._bus = bus
        self._clock = clock
        self._settings = settings
        self._leases = leases
        self._settlement = settlement
        self.pause_wishes: Callable[[list[Job]], tuple[AttemptRef, ...]] = _no_wishes
        """Which of these runs are to pause."""

    async def take(self, robot: Robot, session_id: SessionId, message: Heartbeat) -> None:
        """A heartbeat arrived. Raises StorageError."""
        cancels, revokes = await self._look_over(robot, session_id, message.running)
        known = self._pool.heard(
            robot.robot_id,
            at=self._clock.now(),
            metrics=_figures(message),
            load=min(1.0, message.slots_busy / robot.slots),
            leaves=message.draining,
        )
        ack = HeartbeatAck(
            cancels=tuple(cancels),
            revokes=tuple(revokes),
            pauses=self.pause_wishes(self._held.of(robot.robot_id)),
            draining=robot.draining,
        )
        self._gateway.send(robot.robot_id, session_id, ack)
        self._bus.publish(RobotHeard(robot_id=robot.robot_id, heartbeat=message))
        if known is not None:
            await self._save_sometimes(known)

    async def _look_over(
        self, robot: Robot, session_id: SessionId, running: Iterable[AttemptRef]
    ) -> tuple[list[AttemptRef], list[AttemptRef]]:
        revokes = []
        for ref in running:
            job = self._held.own(robot.robot_id, ref)
            if job is None or (job.status is JobStatus.DISPATCHED and not job.retry_safe):
                revokes.append(ref)
                continue
            if job.status in {JobStatus.LOST, JobStatus.DISPATCHED}:
                await self._refind(job, session_id)
            self._leases.renew(job)
        cancels = [ref_of(job) for job in self._held.of(robot.robot_id) if is_stopping(job)]
        return cancels, revokes

    async def _refind(self, job: Job, session_id: SessionId) -> None:
        """A heartbeat names a run that was taken for silent, or not begun; what cannot be recorded is said again."""
        try:
            await self._settlement.settle(job, Finding.RUNS, session_id)
        except StorageError as error:
            logger.warning("That job %s runs is not recorded yet: %s", job.job_id, error)

    async def _save_sometimes(self, robot: Robot) -> None:
        berth, now_s = self._pool.berth(robot.robot_id), self._clock.monotonic()
        if berth is not None and now_s - berth.saved_s >= self._settings.robot_save_interval_s:
            berth.saved_s = now_s
            await self._store.save_robot(robot)


def _no_wishes(_: list[Job]) -> tuple[AttemptRef, ...]:
    """Until the engine has wired its parts."""
    return ()


def _figures(message: Heartbeat) -> dict[str, JsonValue]:
    return message.model_dump(mode="json", exclude={"running", "draining", "activities"}, exclude_none=True)
