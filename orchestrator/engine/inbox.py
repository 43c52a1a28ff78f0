"""What robots say, in the engine's terms: the one way in for every message of every connection.

The server calls, for each connection: `connected` with the hello; sends the answer; `welcomed` once the answer is in
its send queue (the engine may speak to the session from then on); `received` for each message; `disconnected` once.
Calls for one session come one after the other; sessions are independent of each other.
"""

import logging
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from itertools import groupby
from typing import TypeVar, cast

from orchestrator.contract.ids import RobotId, SessionId
from orchestrator.contract.protocol.jobs import (
    CancelJob,
    JobAccepted,
    JobRefused,
    JobResultReport,
    LogBatch,
    RevokeJob,
    StatusUpdate,
)
from orchestrator.contract.protocol.message import AttemptRef, Payload
from orchestrator.contract.protocol.robots import (
    DrainRobot,
    ErrorReport,
    Heartbeat,
    RobotGoodbye,
    RobotHello,
    RobotRegistered,
)
from orchestrator.contract.protocol.terms import FEATURES
from orchestrator.contract.states import JobStatus, RobotStatus
from orchestrator.domain.job import Job
from orchestrator.domain.robot import Robot
from orchestrator.engine.bus import AuditAdded, EventBus
from orchestrator.engine.clock import Clock
from orchestrator.engine.dispatcher import JobDispatcher
from orchestrator.engine.errors import StorageError
from orchestrator.engine.heartbeats import Heartbeats
from orchestrator.engine.held_jobs import HeldJobs
from orchestrator.engine.job_queue import JobQueue
from orchestrator.engine.lapsed_offers import LapsedOffers
from orchestrator.engine.lease_watch import LeaseWatch
from orchestrator.engine.ports.audit import AuditEntry
from orchestrator.engine.ports.gateway import Gateway
from orchestrator.engine.ports.store import Store
from orchestrator.engine.reconciliation import Finding, is_stopping, reconcile, ref_of
from orchestrator.engine.results import ResultDesk
from orchestrator.engine.robot_logs import RobotLogs
from orchestrator.engine.robot_pool import RobotPool
from orchestrator.engine.run_news import RunNews
from orchestrator.engine.settings import EngineSettings
from orchestrator.engine.settlement import Settlement

logger = logging.getLogger(__name__)

P = TypeVar("P", bound=Payload)

SEQUENCES_KEPT = 10_000
_RUNS = frozenset({JobStatus.RUNNING, JobStatus.WAITING_FOR_HUMAN})
_ABOUT_RUNS = (JobAccepted, JobResultReport)


class Inbox:
    """Takes robots' messages; a robot may speak only about its own jobs."""

    def __init__(
        self,
        *,
        queue: JobQueue,
        pool: RobotPool,
        store: Store,
        gateway: Gateway,
        bus: EventBus,
        clock: Clock,
        settings: EngineSettings,
        dispatcher: JobDispatcher,
        leases: LeaseWatch,
        results: ResultDesk,
    ) -> None:
        self._queue = queue
        self._pool = pool
        self._store = store
        self._gateway = gateway
        self._bus = bus
        self._clock = clock
        self._settings = settings
        self._dispatcher = dispatcher
        self._leases = leases
        self._sequences: OrderedDict[AttemptRef, int] = OrderedDict()
        self._settlement = Settlement(queue, leases, clock, self._name_of)
        self._run_news = RunNews(queue, pool, gateway, clock, results)
        self._held = HeldJobs(queue, pool)
        self._offers = LapsedOffers(
            queue=queue,
            pool=pool,
            held=self._held,
            dispatcher=dispatcher,
            settlement=self._settlement,
            clock=clock,
            settings=settings,
        )
        self.heartbeats = Heartbeats(
            pool=pool,
            held=self._held,
            store=store,
            gateway=gateway,
            bus=bus,
            clock=clock,
            settings=settings,
            leases=leases,
            settlement=self._settlement,
        )
        self._is_closed = False
        self.introduced: Callable[[RobotHello], None] = _no_interest
        """Hears of every hello."""
        self._to_start: dict[SessionId, list[AttemptRef]] = {}
        """Accepted before the session began; to be started once it is welcomed."""
        self._answers: dict[type[Payload], Callable[[Robot, SessionId, Payload], Awaitable[None]]] = {
            StatusUpdate: self._on_status,
            RobotGoodbye: self._on_goodbye,
            ErrorReport: self._on_error,
        }
        self.answer(Heartbeat, self.heartbeats.take)
        self.answer(JobRefused, self._offers.refused)
        self.answer(LogBatch, RobotLogs(queue, store, bus).take)

    def answer(self, kind: type[P], handler: Callable[[Robot, SessionId, P], Awaitable[None]]) -> None:
        """Let another room of the engine take the messages of a type."""
        self._answers[kind] = cast("Callable[[Robot, SessionId, Payload], Awaitable[None]]", handler)

    # --- connections ----------------------------------------------------------------------------------------------

    async def connected(self, hello: RobotHello, session_id: SessionId) -> RobotRegistered:
        """A robot said hello on a new connection: know it, replace its older session, and compare notes.

        Raises StorageError when the store takes no writes; the server then closes the connection.
        """
        self.introduced(hello)
        robot = self._robot_of(hello, session_id)
        features = tuple(each for each in FEATURES if each in hello.features)
        replaced = self._pool.joined(robot, session_id, features=features, workflows=hello.cached)
        if replaced is not None and replaced != session_id:
            self._gateway.close(robot.robot_id, replaced, "A newer connection of this robot replaced this one.")
        await self._save(robot, "robot.connected", f"{robot.name} connected.")
        plan = reconcile(hello, self._held.of(robot.robot_id))
        for job, finding in plan.held:
            if finding is Finding.ACCEPTED:
                self._to_start.setdefault(session_id, []).append(ref_of(job))
            await self._settlement.settle(job, finding, session_id)
        return RobotRegistered(
            robot_id=robot.robot_id,
            session_id=session_id,
            heartbeat_s=self._settings.heartbeat_s,
            lease_s=self._settings.terms.run_s,
            draining=robot.draining,
            revoked=plan.unwanted,
            features=features,
        )

    async def welcomed(self, robot_id: RobotId, session_id: SessionId) -> None:
        """The answer to the hello is on its way: start what was accepted, stop what is unwanted, give work."""
        if not self._pool.welcomed(robot_id, session_id):
            return
        for ref in self._to_start.pop(session_id, []):
            job = self._held.own(robot_id, ref)
            if job is not None and job.status is JobStatus.RUNNING:
                self._run_news.start(job, session_id)
        for job in self._held.of(robot_id):
            if is_stopping(job):
                self.stop_run(job)
        self._dispatcher.wake()

    async def received_all(self, robot_id: RobotId, session_id: SessionId, messages: Sequence[Payload]) -> None:
        """Messages arrived together; acceptances and results that stand side by side are recorded in one transaction.

        Raises what `received` raises for one of the others.
        """
        for is_about_runs, together in groupby(messages, key=lambda each: isinstance(each, _ABOUT_RUNS)):
            if is_about_runs:
                await self._on_runs(robot_id, session_id, list(together))
                continue
            for message in together:
                await self._heed(robot_id, session_id, message)

    async def received(self, robot_id: RobotId, session_id: SessionId, message: Payload) -> None:
        """A message arrived. Sessions that were replaced are not listened to, except for results."""
        await self.received_all(robot_id, session_id, [message])

    async def _on_runs(self, robot_id: RobotId, session_id: SessionId, messages: Sequence[Payload]) -> None:
        is_heard = self._pool.is_current(robot_id, session_id)
        if is_heard:
            await self.welcomed(robot_id, session_id)
        results = [each.result for each in messages if isinstance(each, JobResultReport)]
        accepted = [each for each in messages if isinstance(each, JobAccepted)] if is_heard else []
        try:
            await self._run_news.take(robot_id, session_id, accepted=accepted, results=results)
        except StorageError as error:
            logger.warning("What %s says of %d runs is not recorded yet: %s", robot_id, len(messages), error)

    async def _heed(self, robot_id: RobotId, session_id: SessionId, message: Payload) -> None:
        robot = self._pool.get(robot_id)
        if robot is None or not self._pool.is_current(robot_id, session_id):
            return
        await self.welcomed(robot_id, session_id)
        answer = self._answers.get(type(message))
        if answer is None:
            note = f"A robot does not send {message.message_type}."
            self._gateway.send(robot_id, session_id, ErrorReport(code="unexpected", message=note))
            return
        try:
            await answer(robot, session_id, message)
        except StorageError as error:
            logger.warning("A %s of %s could not be stored: %s", message.message_type, robot.name, error)

    async def disconnected(self, robot_id: RobotId, session_id: SessionId) -> None:
        """The connection ended, however it ended; without a goodbye the robot is LOST."""
        self._to_start.pop(session_id, None)
        if not self._pool.is_current(robot_id, session_id):
            return
        robot = self._pool.left(robot_id, RobotStatus.LOST, at=self._clock.now())
        if robot is None or self._is_closed:
            return
        for job in self._held.of(robot_id):
            if not self._pool.may_run(job):
                await self._offers.end(job, "expired", "The robot's connection broke.")
            self._leases.shorten(job)
        await self._save(robot, "robot.lost", f"{robot.name} went away without a goodbye.")

    def close(self) -> None:
        """The engine stops: connections that end from now on say nothing about their robots."""
        self._is_closed = True

    async def robot_died(self, robot_id: RobotId) -> None:
        """The robot's process is known to be dead: what it ran has crashed, and nobody needs to wait.

        Results that it had spooled are refused as stale when another process delivers them.
        """
        if self._pool.session_of(robot_id) is not None:
            self._pool.left(robot_id, RobotStatus.LOST, at=self._clock.now())
        for job in self._held.of(robot_id):
            await self._settlement.crash(job)

    def stop_run(self, job: Job) -> None:
        """Ask the job's robot to stop its attempt; the heartbeats' answers repeat it."""
        session_id = self._pool.session_of(job.robot_id) if job.robot_id is not None else None
        if job.robot_id is None or session_id is None:
            return
        order = CancelJob(
            job_id=job.job_id,
            attempt=job.attempt,
            reason=(job.cancel_reason or "")[:1_000],
            grace_s=self._settings.terms.cancel_grace_s,
        )
        self._gateway.send(job.robot_id, session_id, order)

    def revoke(self, robot_id: RobotId, ref: AttemptRef, reason: str) -> None:
        """Tell a robot that an attempt is not its business any more."""
        session_id = self._pool.session_of(robot_id)
        if session_id is not None:
            order = RevokeJob(job_id=ref.job_id, attempt=ref.attempt, reason=reason)
            self._gateway.send(robot_id, session_id, order)

    # --- at hello -------------------------------------------------------------------------------------------------

    def _robot_of(self, hello: RobotHello, session_id: SessionId) -> Robot:
        now = self._clock.now()
        known = self._pool.get(RobotId(hello.robot_id))
        return Robot(
            robot_id=RobotId(hello.robot_id),
            name=hello.name,
            status=RobotStatus.ONLINE,
            slots=hello.slots,
            tags=frozenset(hello.tags),
            capabilities=frozenset(hello.capabilities),
            browser=hello.browser,
            host=hello.host,
            platform=hello.platform,
            software_version=hello.software_version,
            draining=known.draining if known else False,
            session_id=session_id,
            registered_at=known.registered_at if known else now,
            last_seen_at=now,
            metrics=known.metrics if known else {},
        )

    # --- messages -------------------------------------------------------------------------------------------------

    def speaking(self, robot_id: RobotId, session_id: SessionId) -> None:
        """A part of a long message arrived: on a narrow line the robot's heartbeats wait behind the rest of it."""
        if self._pool.speaks(robot_id, session_id):
            for job in self._held.of(robot_id):
                if job.status in _RUNS:
                    self._leases.renew(job)

    async def _on_status(self, robot: Robot, _: SessionId, message: Payload) -> None:
        message = cast("StatusUpdate", message)
        ref = AttemptRef(job_id=message.job_id, attempt=message.attempt)
        job = self._held.own(robot.robot_id, ref)
        if job is None or message.sequence <= self._sequences.get(ref, -1):
            return
        self._sequences[ref] = message.sequence
        if len(self._sequences) > SEQUENCES_KEPT:
            self._sequences.popitem(last=False)
        await self._queue.note_progress(job, message)

    async def _on_goodbye(self, robot: Robot, session_id: SessionId, message: Payload) -> None:
        message = cast("RobotGoodbye", message)
        self._pool.left(robot.robot_id, RobotStatus.OFFLINE, at=self._clock.now())
        for job in self._held.of(robot.robot_id):
            await self._offers.end(job, "expired", "The robot said goodbye.")
            self._leases.shorten(job)
        left = replace(robot, status=RobotStatus.OFFLINE, session_id=None, last_seen_at=self._clock.now())
        reason = f": {message.reason}" if message.reason else ""
        await self._save(left, "robot.offline", f"{robot.name} said goodbye{reason}.")
        self._gateway.close(robot.robot_id, session_id, "Goodbye.")

    async def _on_error(self, robot: Robot, _: SessionId, message: Payload) -> None:
        message = cast("ErrorReport", message)
        logger.warning("%s could not use a message: %s (%s)", robot.name, message.message, message.code)

    # --- parts ----------------------------------------------------------------------------------------------------

    def tell_drain(self, robot: Robot) -> None:
        """Pass an operator's wish on to the robot; the heartbeats' answers repeat it."""
        if robot.session_id is not None:
            self._gateway.send(robot.robot_id, robot.session_id, DrainRobot(draining=robot.draining))

    def _name_of(self, job: Job) -> str:
        robot = self._pool.get(job.robot_id) if job.robot_id is not None else None
        return robot.name if robot else str(job.robot_id)

    async def _save(self, robot: Robot, kind: str, message: str) -> None:
        entry = AuditEntry(at=self._clock.now(), kind=kind, message=message, robot_id=robot.robot_id)
        await self._store.save_robot(robot, entry)
        self._bus.publish(AuditAdded(entry=entry))


def _no_interest(_: RobotHello) -> None:
    """Until the engine has wired its parts."""
