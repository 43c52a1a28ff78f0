"""What robots say, in the engine's terms: the one way in for every message of every connection.

The server calls, for each connection: `connected` with the hello; sends the answer; `welcomed` once the answer is in
its send queue (the engine may speak to the session from then on); `received` for each message; `disconnected` once.
Calls for one session come one after the other; sessions are independent of each other.
"""

import logging
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import replace
from itertools import groupby
from typing import TypeVar, cast

from orchestrator.contract.ids import JobId, JsonValue, RobotId, SessionId
from orchestrator.contract.protocol.jobs import (
    CancelJob,
    JobAccepted,
    JobRefused,
    JobResultReport,
    LogBatch,
    RefusalReason,
    RevokeJob,
    StatusUpdate,
)
from orchestrator.contract.protocol.message import AttemptRef, Payload
from orchestrator.contract.protocol.robots import (
    DrainRobot,
    ErrorReport,
    Heartbeat,
    HeartbeatAck,
    RobotGoodbye,
    RobotHello,
    RobotRegistered,
)
from orchestrator.contract.protocol.terms import FEATURES
from orchestrator.contract.results import LogEntry
from orchestrator.contract.states import JobStatus, RobotStatus
from orchestrator.domain.events import LogsArrived, RobotHeard
from orchestrator.domain.job import Job
from orchestrator.domain.robot import Robot
from orchestrator.engine.bus import AuditAdded, EventBus
from orchestrator.engine.clock import Clock
from orchestrator.engine.dispatcher import JobDispatcher
from orchestrator.engine.errors import StorageError
from orchestrator.engine.job_queue import JobQueue
from orchestrator.engine.lease_watch import LeaseWatch
from orchestrator.engine.moves import Move, offer_ended
from orchestrator.engine.ports.audit import AuditEntry
from orchestrator.engine.ports.gateway import Gateway
from orchestrator.engine.ports.store import Store
from orchestrator.engine.reconciliation import Finding, is_stopping, reconcile, ref_of
from orchestrator.engine.results import ResultDesk
from orchestrator.engine.robot_pool import RobotPool
from orchestrator.engine.run_news import RunNews
from orchestrator.engine.settings import EngineSettings
from orchestrator.engine.settlement import Settlement

logger = logging.getLogger(__name__)

P = TypeVar("P", bound=Payload)

OWNERS_KEPT = 10_000
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
        self._owners: OrderedDict[tuple[str, RobotId], None] = OrderedDict()
        """Jobs of which a robot has held an attempt, lately."""
        self._settlement = Settlement(queue, leases, clock, self._name_of)
        self._run_news = RunNews(queue, pool, gateway, clock, results)
        self._is_closed = False
        self.pause_wishes: Callable[[list[Job]], tuple[AttemptRef, ...]] = _no_wishes
        """Which of these runs are to pause."""
        self.introduced: Callable[[RobotHello], None] = _no_interest
        """Hears of every hello."""
        self._to_start: dict[SessionId, list[AttemptRef]] = {}
        """Accepted before the session began; to be started once it is welcomed."""
        self._answers: dict[type[Payload], Callable[[Robot, SessionId, Payload], Awaitable[None]]] = {
            JobRefused: self._on_refused,
            Heartbeat: self._on_heartbeat,
            StatusUpdate: self._on_status,
            LogBatch: self._on_logs,
            RobotGoodbye: self._on_goodbye,
            ErrorReport: self._on_error,
        }

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
        plan = reconcile(hello, self._jobs_of(robot.robot_id))
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
            job = self._own(robot_id, ref)
            if job is not None and job.status is JobStatus.RUNNING:
                self._run_news.start(job, session_id)
        for job in self._jobs_of(robot_id):
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
        for job in self._jobs_of(robot_id):
            if not self._pool.may_run(job):
                await self._end_offer(job, "expired", "The robot's connection broke.")
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
        for job in self._jobs_of(robot_id):
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

    async def _on_refused(self, robot: Robot, _: SessionId, message: Payload) -> None:
        message = cast("JobRefused", message)
        job = self._own(robot.robot_id, AttemptRef(job_id=message.job_id, attempt=message.attempt))
        if job is None:
            return
        self._spare(robot.robot_id, job, message.reason)
        if is_stopping(job) and job.started_at is None and message.reason is not RefusalReason.ALREADY_SEEN:
            await self._settlement.crash(job)  # it was cancelled as an offer, and no robot has begun it
            return
        detail = f" ({message.detail})" if message.detail else ""
        await self._end_offer(job, "refused", f"{robot.name} refused: {message.reason}{detail}.")

    def _spare(self, robot_id: RobotId, job: Job, reason: RefusalReason) -> None:
        if reason is RefusalReason.UNKNOWN_WORKFLOW and self._pool.forget_workflow(robot_id, job.workflow_hash):
            return  # the next offer brings it along
        if reason is RefusalReason.CAPABILITY:
            self._pool.misfits(robot_id, job.requirements, self._settings.misfit_rest_s)
        elif reason is not RefusalReason.ALREADY_SEEN:
            self._dispatcher.rest(robot_id, self._settings.refusal_rest_s)

    async def _end_offer(self, job: Job, outcome: str, reason: str) -> None:
        def decide(now: Job) -> Move | None:
            if now.status is not JobStatus.DISPATCHED or not now.concerns(job.attempt):
                return None
            return offer_ended(now, outcome, reason, at=self._clock.now())

        if job.status is JobStatus.DISPATCHED:
            await self._queue.move(job.job_id, decide)

    async def _on_heartbeat(self, robot: Robot, session_id: SessionId, message: Payload) -> None:
        message = cast("Heartbeat", message)
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
            pauses=self.pause_wishes(self._jobs_of(robot.robot_id)),
            draining=robot.draining,
        )
        self._gateway.send(robot.robot_id, session_id, ack)
        self._bus.publish(RobotHeard(robot_id=robot.robot_id, heartbeat=message))
        if known is not None:
            await self._save_sometimes(known)

    def speaking(self, robot_id: RobotId, session_id: SessionId) -> None:
        """A part of a long message arrived: on a narrow line the robot's heartbeats wait behind the rest of it."""
        if self._pool.speaks(robot_id, session_id):
            for job in self._jobs_of(robot_id):
                if job.status in _RUNS:
                    self._leases.renew(job)

    async def _look_over(
        self, robot: Robot, session_id: SessionId, running: Iterable[AttemptRef]
    ) -> tuple[list[AttemptRef], list[AttemptRef]]:
        revokes = []
        for ref in running:
            job = self._own(robot.robot_id, ref)
            if job is None or (job.status is JobStatus.DISPATCHED and not job.retry_safe):
                revokes.append(ref)
                continue
            if job.status in {JobStatus.LOST, JobStatus.DISPATCHED}:
                await self._refind(job, session_id)
            self._leases.renew(job)
        cancels = [ref_of(job) for job in self._jobs_of(robot.robot_id) if is_stopping(job)]
        return cancels, revokes

    async def _refind(self, job: Job, session_id: SessionId) -> None:
        """A heartbeat names a run that was taken for silent, or not begun; what cannot be recorded is said again."""
        try:
            await self._settlement.settle(job, Finding.RUNS, session_id)
        except StorageError as error:
            logger.warning("That job %s runs is not recorded yet: %s", job.job_id, error)

    async def _on_status(self, robot: Robot, _: SessionId, message: Payload) -> None:
        message = cast("StatusUpdate", message)
        ref = AttemptRef(job_id=message.job_id, attempt=message.attempt)
        job = self._own(robot.robot_id, ref)
        if job is None or message.sequence <= self._sequences.get(ref, -1):
            return
        self._sequences[ref] = message.sequence
        if len(self._sequences) > OWNERS_KEPT:
            self._sequences.popitem(last=False)
        await self._queue.note_progress(job, message)

    async def _on_logs(self, robot: Robot, _: SessionId, message: Payload) -> None:
        message = cast("LogBatch", message)
        entries = tuple([entry for entry in message.entries if await self._may_speak(robot.robot_id, entry)])
        if entries or message.dropped:
            await self._store.add_logs(robot.robot_id, entries, message.dropped)
            self._bus.publish(LogsArrived(robot_id=robot.robot_id, entries=entries))

    async def _may_speak(self, robot_id: RobotId, entry: LogEntry) -> bool:
        """A line about no job, or about a job of which the robot has held an attempt."""
        if entry.job_id is None or (entry.job_id, robot_id) in self._owners:
            return True
        job = self._queue.get(JobId(entry.job_id))
        is_own = job is not None and job.robot_id == robot_id
        if not is_own:
            is_own = any(each.robot_id == robot_id for each in await self._store.attempts(JobId(entry.job_id)))
        if is_own:
            self._owners[(entry.job_id, robot_id)] = None
            if len(self._owners) > OWNERS_KEPT:
                self._owners.popitem(last=False)
        return is_own

    async def _on_goodbye(self, robot: Robot, session_id: SessionId, message: Payload) -> None:
        message = cast("RobotGoodbye", message)
        self._pool.left(robot.robot_id, RobotStatus.OFFLINE, at=self._clock.now())
        for job in self._jobs_of(robot.robot_id):
            await self._end_offer(job, "expired", "The robot said goodbye.")
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

    def _jobs_of(self, robot_id: RobotId) -> list[Job]:
        held = (self._queue.get(job_id) for job_id in self._pool.jobs_of(robot_id))
        return [job for job in held if job is not None and job.robot_id == robot_id and job.status.is_live]

    def _own(self, robot_id: RobotId, ref: AttemptRef) -> Job | None:
        """The job, while this very attempt of it is live on this very robot."""
        job = self._queue.get(JobId(ref.job_id))
        if job is None or job.robot_id != robot_id or not job.concerns(ref.attempt) or not job.status.is_live:
            return None
        return job

    def _name_of(self, job: Job) -> str:
        robot = self._pool.get(job.robot_id) if job.robot_id is not None else None
        return robot.name if robot else str(job.robot_id)

    async def _save(self, robot: Robot, kind: str, message: str) -> None:
        entry = AuditEntry(at=self._clock.now(), kind=kind, message=message, robot_id=robot.robot_id)
        await self._store.save_robot(robot, entry)
        self._bus.publish(AuditAdded(entry=entry))

    async def _save_sometimes(self, robot: Robot) -> None:
        berth, now_s = self._pool.berth(robot.robot_id), self._clock.monotonic()
        if berth is not None and now_s - berth.saved_s >= self._settings.robot_save_interval_s:
            berth.saved_s = now_s
            await self._store.save_robot(robot)


def _no_interest(_: RobotHello) -> None:
    """Until the engine has wired its parts."""


def _no_wishes(_: list[Job]) -> tuple[AttemptRef, ...]:
    """Until the engine has wired its parts."""
    return ()


def _figures(message: Heartbeat) -> dict[str, JsonValue]:
    return message.model_dump(mode="json", exclude={"running", "draining", "activities"}, exclude_none=True)
