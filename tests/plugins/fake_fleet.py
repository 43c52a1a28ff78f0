"""Robots and their gateway without sockets: they speak the protocol by its rules, and a test cuts and kills them."""

import random
from collections import Counter, deque
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import count

from fake_clock import ClockTimer, FakeClock, settle
from fake_store import FakeStore

from orchestrator.contract.api.jobs import SubmitRequest
from orchestrator.contract.errors import ErrorInfo, ErrorKind
from orchestrator.contract.ids import JobId, JsonValue, RobotId, SessionId
from orchestrator.contract.protocol.captures import CaptureRun
from orchestrator.contract.protocol.checkpoints import PauseJob, TakeCheckpoint, UnpauseJob
from orchestrator.contract.protocol.jobs import (
    CancelJob,
    JobAccepted,
    JobAssignment,
    JobRefused,
    JobResultReport,
    JobStart,
    RefusalReason,
    ResultAck,
    RevokeJob,
)
from orchestrator.contract.protocol.live import RunInput, TakeOver, UnwatchRun, WatchRun
from orchestrator.contract.protocol.message import AttemptRef, Payload
from orchestrator.contract.protocol.questions import PersonAnswered
from orchestrator.contract.protocol.robots import (
    DrainRobot,
    Heartbeat,
    HeartbeatAck,
    RestartRobot,
    RobotGoodbye,
    RobotHello,
    RobotRegistered,
)
from orchestrator.contract.protocol.work_items import WorkItemAnswer
from orchestrator.contract.protocol.workflows import DeployWorkflow, UndeployWorkflow
from orchestrator.contract.recovery import RecoveryRecord
from orchestrator.contract.results import JobResult
from orchestrator.contract.states import JobStatus
from orchestrator.domain.job import Job
from orchestrator.engine.engine import OrchestratorEngine
from orchestrator.engine.ports.vault import Vault
from orchestrator.engine.settings import EngineSettings

MOMENT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
_sessions = count(1)


class FakeGateway:
    """Sessions as queues; sending to one that is closed says so."""

    def __init__(self) -> None:
        self.sessions: dict[SessionId, deque[Payload]] = {}
        self.closed: list[tuple[RobotId, SessionId, str]] = []

    def open(self, session_id: SessionId) -> deque[Payload]:
        return self.sessions.setdefault(session_id, deque())

    def send(self, robot_id: RobotId, session_id: SessionId, payload: Payload) -> bool:
        if session_id not in self.sessions:
            return False
        self.sessions[session_id].append(payload)
        return True

    def close(self, robot_id: RobotId, session_id: SessionId, reason: str) -> None:
        self.sessions.pop(session_id, None)
        self.closed.append((robot_id, session_id, reason))


@dataclass(slots=True)
class Ledger:
    """What robots did, noted outside the product: starts of each attempt, and who runs what now."""

    starts: Counter[AttemptRef] = field(default_factory=Counter)
    live: Counter[str] = field(default_factory=Counter)
    most_at_once: Counter[str] = field(default_factory=Counter)

    def began(self, ref: AttemptRef) -> None:
        self.starts[ref] += 1
        self.live[ref.job_id] += 1
        self.most_at_once[ref.job_id] = max(self.most_at_once[ref.job_id], self.live[ref.job_id])

    def ended(self, ref: AttemptRef) -> None:
        self.live[ref.job_id] -= 1


class FakeRobot:
    """One robot: journal and spool survive a kill, runs do not."""

    def __init__(self, fleet: "Fleet", name: str, *, slots: int = 1, **facts: str | tuple[str, ...]) -> None:
        self.robot_id = RobotId(name)
        self.slots = slots
        self.facts = facts
        self.session_id: SessionId | None = None
        self.accepted: list[AttemptRef] = []
        self.running: list[AttemptRef] = []
        self.journal: set[AttemptRef] = set()
        """Attempts that were ever accepted here."""
        self.spool: dict[AttemptRef, JobResult] = {}
        self.assignments: list[JobAssignment] = []
        self.cancels: list[CancelJob] = []
        self.acks: list[ResultAck] = []
        self.cached: tuple[str, ...] = ()
        """Workflows that it says at its hello it keeps."""
        self.pauses: tuple[AttemptRef, ...] = ()
        """Runs that are to pause, as the newest answer to a heartbeat says."""
        self.told: list[Payload] = []
        """Operators' orders, which a test answers."""
        self.refuses: RefusalReason | None = None
        self.keeps_workflows = True
        self.ignores_offers = False
        self.keeps_quiet = False
        """Its acceptances get lost."""
        self.obeys_cancels = True
        self._fleet = fleet
        self._messages: deque[Payload] = deque()

    # --- connection -----------------------------------------------------------------------------------------------

    async def connect(self) -> RobotRegistered:
        """Say hello on a new connection; the old one, if any, is simply left open."""
        session_id = SessionId(f"s{next(_sessions)}")
        self._messages = self._fleet.gateway.open(session_id)
        registered = await self._fleet.engine.inbox.connected(self.hello(), session_id)
        self.session_id = session_id
        self._forget(registered.revoked)
        await self._fleet.engine.inbox.welcomed(self.robot_id, session_id)
        for result in tuple(self.spool.values()):
            await self.say(JobResultReport(result=result))
        return registered

    @property
    def is_connected(self) -> bool:
        return self.session_id is not None

    def hello(self) -> RobotHello:
        return RobotHello(
            robot_id=self.robot_id,
            name=str(self.robot_id),
            slots=self.slots,
            running=tuple(self.running),
            accepted=tuple(self.accepted),
            spooled=tuple(self.spool),
            cached=self.cached,
            **self.facts,
        )

    async def lose_connection(self, *, orchestrator_notices: bool = True) -> None:
        session_id, self.session_id = self.session_id, None
        if session_id is None:
            return
        self._fleet.gateway.sessions.pop(session_id, None)
        if orchestrator_notices:
            await self._fleet.engine.inbox.disconnected(self.robot_id, session_id)

    async def kill(self) -> None:
        """The process is gone: runs end without a word, journal and spool stay on disk."""
        for ref in self.running:
            self._fleet.ledger.ended(ref)
        self.running.clear()
        self.accepted.clear()
        await self.lose_connection()

    async def say(self, message: Payload) -> None:
        if self.session_id is not None:
            await self._fleet.engine.inbox.received(self.robot_id, self.session_id, message)

    async def goodbye(self) -> None:
        await self.say(RobotGoodbye(reason="the day is over"))

    async def heartbeat(self) -> None:
        await self.say(Heartbeat(running=tuple(self.running), slots_busy=len(self.running)))

    # --- work -----------------------------------------------------------------------------------------------------

    async def pump(self) -> bool:
        """Work off what has arrived; False when there was nothing."""
        if self.session_id is None or not self._messages:
            return False
        while self._messages and self.is_connected:
            await self._take(self._messages.popleft())
        return True

    async def finish(
        self,
        ref: AttemptRef | None = None,
        status: JobStatus = JobStatus.COMPLETED,
        *,
        kind: ErrorKind = ErrorKind.NETWORK,
        outputs: dict[str, JsonValue] | None = None,
        recoveries: tuple[RecoveryRecord, ...] = (),
    ) -> JobResult:
        """End a run (the oldest without a ref): into the spool first, then to the orchestrator."""
        ref = ref or self.running[0]
        self.running.remove(ref)
        self._fleet.ledger.ended(ref)
        error = None if status is JobStatus.COMPLETED else ErrorInfo(kind=kind, message=f"It ended as {status}.")
        result = JobResult(
            job_id=ref.job_id,
            attempt=ref.attempt,
            status=status,
            outputs=outputs or {},
            error=error,
            started_at=MOMENT,
            finished_at=MOMENT,
            execution_time_s=1.0,
            recoveries=recoveries,
        )
        self.spool[ref] = result
        await self.say(JobResultReport(result=result))
        return result

    async def _take(self, message: Payload) -> None:  # noqa: C901  one case for each kind of message
        match message:
            case JobAssignment():
                await self._offered(message)
            case JobStart():
                self._start(AttemptRef(job_id=message.job_id, attempt=message.attempt))
            case CancelJob():
                self.cancels.append(message)
                await self._cancel(AttemptRef(job_id=message.job_id, attempt=message.attempt))
            case RevokeJob():
                self._forget([AttemptRef(job_id=message.job_id, attempt=message.attempt)])
            case HeartbeatAck():
                self.pauses = message.pauses
                self._forget(message.revokes)
                for ref in message.cancels:
                    await self._cancel(ref)
            case ResultAck():
                self.acks.append(message)
                self.spool.pop(AttemptRef(job_id=message.job_id, attempt=message.attempt), None)
            case DrainRobot():
                pass
            case DeployWorkflow() | UndeployWorkflow() | RestartRobot() | PauseJob() | UnpauseJob():
                self.told.append(message)
            case WatchRun() | UnwatchRun() | TakeOver() | RunInput():
                self.told.append(message)
            case TakeCheckpoint() | PersonAnswered() | CaptureRun() | WorkItemAnswer():
                self.told.append(message)
            case _:
                raise AssertionError(f"a robot got {message!r}")

    async def _offered(self, offer: JobAssignment) -> None:
        self.assignments.append(offer)
        if self.ignores_offers:
            return
        ref = AttemptRef(job_id=offer.job_id, attempt=offer.attempt)
        reason = self.refuses
        if ref in self.journal:
            reason = RefusalReason.ALREADY_SEEN
        elif offer.workflow is None and not self.keeps_workflows:
            reason = RefusalReason.UNKNOWN_WORKFLOW
        elif reason is None and len(self.running) + len(self.accepted) >= self.slots:
            reason = RefusalReason.BUSY
        if reason is not None:
            await self.say(JobRefused(job_id=ref.job_id, attempt=ref.attempt, reason=reason))
            return
        self.journal.add(ref)
        self.accepted.append(ref)
        if offer.start:
            self._start(ref)
        if not self.keeps_quiet:
            await self.say(JobAccepted(job_id=ref.job_id, attempt=ref.attempt))

    def _start(self, ref: AttemptRef) -> None:
        if ref in self.accepted:
            self.accepted.remove(ref)
            self.running.append(ref)
            self._fleet.ledger.began(ref)

    async def _cancel(self, ref: AttemptRef) -> None:
        if self.obeys_cancels and ref in self.running:
            await self.finish(ref, JobStatus.CANCELLED, kind=ErrorKind.CANCELLED)

    def _forget(self, refs: tuple[AttemptRef, ...] | list[AttemptRef]) -> None:
        for ref in refs:
            if ref in self.running:
                self.running.remove(ref)
                self._fleet.ledger.ended(ref)
            if ref in self.accepted:
                self.accepted.remove(ref)


class Fleet:
    """An engine on a fake store and clock, its robots, and shorthands for tests."""

    def __init__(
        self, settings: EngineSettings | None = None, store: FakeStore | None = None, vault: Vault | None = None
    ) -> None:
        self.vault = vault
        self.settings = settings or EngineSettings()
        self.store = store or FakeStore()
        self.clock = FakeClock()
        self.gateway = FakeGateway()
        self.ledger = Ledger()
        self.robots: dict[str, FakeRobot] = {}
        self.engine = self._new_engine()

    def _new_engine(self) -> OrchestratorEngine:
        rng = random.Random(7)
        return OrchestratorEngine(
            self.store,
            self.gateway,
            settings=self.settings,
            clock=self.clock,
            rng=rng,
            timer=ClockTimer(self.clock),
            vault=self.vault,
        )

    async def start(self) -> "Fleet":
        await self.engine.start()
        await self.settle()
        return self

    async def restart(self, *, away_s: float = 0.0) -> None:
        """Kill the engine as kill -9 does (nothing is said, nothing saved) and start another on the same store."""
        await self.engine._loops.stop()
        self.gateway.sessions.clear()
        for robot in self.robots.values():
            robot.session_id = None
        await self.clock.advance(away_s)
        self.engine = self._new_engine()
        await self.engine.start()
        await self.settle()

    async def robot(self, name: str, *, slots: int = 1, **facts: str | tuple[str, ...]) -> FakeRobot:
        """A connected robot."""
        robot = self.add(name, slots=slots, **facts)
        await robot.connect()
        await self.settle()
        return robot

    def add(self, name: str, *, slots: int = 1, **facts: str | tuple[str, ...]) -> FakeRobot:
        robot = self.robots[name] = FakeRobot(self, name, slots=slots, **facts)
        return robot

    async def submit(self, **request: object) -> Job:
        """Submit; without `workflow` or `definition` a workflow that is safe to repeat."""
        if "workflow" not in request and "definition" not in request:
            request["definition"] = SAFE
        job = await self.engine.submit_job(SubmitRequest.model_validate(request))
        await self.settle()
        return job

    async def settle(self) -> None:
        """Until nobody has anything left to say."""
        await settle()
        while any([await robot.pump() for robot in tuple(self.robots.values())]):
            await settle()

    async def advance(self, seconds: float, *, heartbeats: bool = True) -> None:
        """Let time pass, with a heartbeat of each connected robot every 5 s."""
        while seconds > 0:
            step_s = min(5.0, seconds)
            await self.clock.advance(step_s)
            seconds -= step_s
            if heartbeats:
                for robot in tuple(self.robots.values()):
                    await robot.heartbeat()
            await self.settle()

    def job(self, job: Job | JobId) -> Job:
        """The job as the store has it now."""
        return self.store.jobs[job.job_id if isinstance(job, Job) else job]

    def status(self, job: Job) -> JobStatus:
        return self.job(job).status


SAFE: dict[str, JsonValue] = {
    "name": "Look",
    "retry_safe": True,
    "steps": [{"id": "look", "action": "goto", "parameters": {"url": "http://127.0.0.1/"}}],
}
UNSAFE: dict[str, JsonValue] = {
    "name": "Send",
    "steps": [
        {"id": "send", "action": "click", "parameters": {"target": "#send"}, "safe_to_repeat": False},
    ],
}
