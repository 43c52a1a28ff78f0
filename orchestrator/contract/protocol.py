"""What an orchestrator and its robots say to each other over one WebSocket.

Every frame is one JSON text: `{"type", "id", "timestamp", "version", "payload"}`. A frame is decoded once, at the
border, into one of the frozen payloads below. Unknown fields are ignored, so that either side may be newer; wrong
ones are answered with ERROR. `docs/protocol.md` tells what each side does with each message.
"""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from enum import StrEnum
from typing import Annotated, ClassVar, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from orchestrator.contract.errors import ProtocolError
from orchestrator.contract.ids import JsonValue, new_id
from orchestrator.contract.results import MAX_ATTEMPT, JobResult, LogEntry
from orchestrator.contract.states import JobPriority, StepStatus
from orchestrator.contract.workflow import WorkflowDefinition

PROTOCOL_VERSION = 1
MAX_MESSAGE_BYTES = 1_048_576
MAX_DEPTH = 64
HEARTBEAT_S = 10.0
OFFER_LEASE_S = 15.0
RUN_LEASE_S = 60.0
CANCEL_GRACE_S = 30.0

JobName = Annotated[str, Field(min_length=1, max_length=100)]
AttemptNumber = Annotated[int, Field(ge=1, le=MAX_ATTEMPT)]


class MessageType(StrEnum):
    """The `type` of an envelope."""

    ROBOT_HELLO = "robot_hello"
    ROBOT_REGISTERED = "robot_registered"
    ROBOT_GOODBYE = "robot_goodbye"
    HEARTBEAT = "heartbeat"
    HEARTBEAT_ACK = "heartbeat_ack"
    JOB_ASSIGNMENT = "job_assignment"
    JOB_ACCEPTED = "job_accepted"
    JOB_REFUSED = "job_refused"
    JOB_START = "job_start"
    STATUS_UPDATE = "status_update"
    LOG_BATCH = "log_batch"
    JOB_RESULT = "job_result"
    RESULT_ACK = "result_ack"
    CANCEL_JOB = "cancel_job"
    REVOKE_JOB = "revoke_job"
    DRAIN_ROBOT = "drain_robot"
    ERROR = "error"


class RefusalReason(StrEnum):
    """Why a robot does not take an offer; none of them is a failure of the job."""

    BUSY = "busy"
    DRAINING = "draining"
    CAPABILITY = "capability"
    ALREADY_SEEN = "already_seen"
    """The journal says that this attempt was started here before."""


class ResultOutcome(StrEnum):
    """What became of a reported result; after any of these the robot may forget it."""

    RECORDED = "recorded"
    DUPLICATE = "duplicate"
    STALE = "stale"
    UNKNOWN_JOB = "unknown_job"
    REJECTED = "rejected"


class Payload(BaseModel):
    """Base of all payloads; `message_type` ties the class to its envelope."""

    model_config = ConfigDict(frozen=True, extra="ignore")
    message_type: ClassVar[MessageType]


class AttemptRef(BaseModel):
    """One attempt of one job."""

    model_config = ConfigDict(frozen=True)

    job_id: JobName
    attempt: AttemptNumber


class RobotHello(Payload):
    """First message of a connection: who the robot is, what it can do, what it runs and what it still holds."""

    message_type: ClassVar = MessageType.ROBOT_HELLO

    robot_id: str = Field(min_length=1, max_length=100)
    """Stable across restarts: kept in the robot's state folder."""
    name: str = Field(min_length=1, max_length=200)
    protocol_versions: tuple[int, ...] = (PROTOCOL_VERSION,)
    software_version: str = ""
    slots: int = Field(ge=1, le=256)
    tags: tuple[str, ...] = Field(default=(), max_length=100)
    capabilities: tuple[str, ...] = Field(default=(), max_length=500)
    """`browser:chromium`, `action:goto`, `os:linux`, and what the operator adds."""
    browser: str = ""
    """Name and version, for people."""
    host: str = ""
    platform: str = ""
    running: tuple[AttemptRef, ...] = ()
    accepted: tuple[AttemptRef, ...] = ()
    """Journalled and accepted, not yet told to start."""
    spooled: tuple[AttemptRef, ...] = ()


class RobotRegistered(Payload):
    """Answer to a hello."""

    message_type: ClassVar = MessageType.ROBOT_REGISTERED

    robot_id: str
    session_id: str
    protocol_version: int = PROTOCOL_VERSION
    heartbeat_s: float = HEARTBEAT_S
    lease_s: float = RUN_LEASE_S
    draining: bool = False
    revoked: tuple[AttemptRef, ...] = ()
    """Attempts that the robot runs and nobody wants any more: stop them, no result is needed."""


class RobotGoodbye(Payload):
    """The robot leaves on purpose and runs nothing any more."""

    message_type: ClassVar = MessageType.ROBOT_GOODBYE

    reason: str = ""


class Heartbeat(Payload):
    """The robot is alive, and this is what it runs; renews the leases of what it lists."""

    message_type: ClassVar = MessageType.HEARTBEAT

    running: tuple[AttemptRef, ...] = ()
    slots_busy: int = Field(default=0, ge=0)
    cpu_percent: float | None = None
    memory_percent: float | None = None
    process_memory_bytes: int | None = None
    """The robot's own processes, browsers included."""
    browsers: int = 0
    sessions: int = 0
    leaked: int = 0
    """Processes found without an owner since the robot started."""
    draining: bool = False


class HeartbeatAck(Payload):
    """Repeats every cancel and revoke that concerns the robot, so that commands travel on two ways."""

    message_type: ClassVar = MessageType.HEARTBEAT_ACK

    cancels: tuple[AttemptRef, ...] = ()
    revokes: tuple[AttemptRef, ...] = ()
    draining: bool = False


class JobAssignment(Payload):
    """An offer: journal it, then accept or refuse; run nothing before JOB_START."""

    message_type: ClassVar = MessageType.JOB_ASSIGNMENT

    job_id: JobName
    attempt: AttemptNumber
    workflow: WorkflowDefinition
    workflow_hash: str = ""
    variables: dict[str, JsonValue] = Field(default_factory=dict)
    timeout_s: float = Field(gt=0)
    """Left of the job's limit for this attempt."""
    priority: JobPriority = JobPriority.NORMAL
    lease_s: float = OFFER_LEASE_S


class JobAccepted(Payload):
    """The offer is in the robot's journal."""

    message_type: ClassVar = MessageType.JOB_ACCEPTED

    job_id: JobName
    attempt: AttemptNumber


class JobRefused(Payload):
    """The robot does not take the offer."""

    message_type: ClassVar = MessageType.JOB_REFUSED

    job_id: JobName
    attempt: AttemptNumber
    reason: RefusalReason
    detail: str = ""


class JobStart(Payload):
    """The orchestrator has recorded the acceptance: run."""

    message_type: ClassVar = MessageType.JOB_START

    job_id: JobName
    attempt: AttemptNumber


class StepProgress(BaseModel):
    """News of one step."""

    model_config = ConfigDict(frozen=True)

    step_id: str
    name: str = ""
    status: StepStatus
    attempt: int = 1
    duration_s: float | None = None
    message: str = ""


class StatusUpdate(Payload):
    """How far a running attempt is; only the newest `sequence` counts."""

    message_type: ClassVar = MessageType.STATUS_UPDATE

    job_id: JobName
    attempt: AttemptNumber
    sequence: int = Field(ge=0)
    progress: float = Field(ge=0, le=1)
    current_step: str = ""
    """Names of the running steps, for people."""
    steps: tuple[StepProgress, ...] = Field(default=(), max_length=2_000)
    """The steps that changed since the last update."""


class LogBatch(Payload):
    """Log lines, in order; `dropped` counts what the robot could not keep."""

    message_type: ClassVar = MessageType.LOG_BATCH

    entries: tuple[LogEntry, ...] = Field(max_length=500)
    dropped: int = Field(default=0, ge=0)


class JobResultReport(Payload):
    """The end of an attempt; on the robot's disk until it is acknowledged."""

    message_type: ClassVar = MessageType.JOB_RESULT

    result: JobResult


class ResultAck(Payload):
    """The orchestrator's word on a result."""

    message_type: ClassVar = MessageType.RESULT_ACK

    job_id: JobName
    attempt: AttemptNumber
    outcome: ResultOutcome


class CancelJob(Payload):
    """Stop the attempt: cooperatively, then by closing its pages, then by force; report what really happened."""

    message_type: ClassVar = MessageType.CANCEL_JOB

    job_id: JobName
    attempt: AttemptNumber
    reason: str = ""
    grace_s: float = Field(default=CANCEL_GRACE_S, ge=0)


class RevokeJob(Payload):
    """Stop the attempt and forget it: it belongs to somebody else now."""

    message_type: ClassVar = MessageType.REVOKE_JOB

    job_id: JobName
    attempt: AttemptNumber
    reason: str = ""


class DrainRobot(Payload):
    """Finish what runs and take nothing new, or take work again."""

    message_type: ClassVar = MessageType.DRAIN_ROBOT

    draining: bool


class ErrorReport(Payload):
    """A message could not be used; the connection stays open unless it is closed with a code."""

    message_type: ClassVar = MessageType.ERROR

    code: str
    message: str
    about: str | None = None
    """Id of the message that is meant."""


PAYLOADS: Mapping[MessageType, type[Payload]] = {
    payload.message_type: payload
    for payload in (
        RobotHello, RobotRegistered, RobotGoodbye, Heartbeat, HeartbeatAck, JobAssignment, JobAccepted, JobRefused,
        JobStart, StatusUpdate, LogBatch, JobResultReport, ResultAck, CancelJob, RevokeJob, DrainRobot, ErrorReport,
    )
}  # fmt: skip


class Envelope(BaseModel):
    """The outside of every message."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    type: MessageType
    id: str = Field(min_length=1, max_length=100)
    timestamp: datetime
    version: int = PROTOCOL_VERSION
    payload: dict[str, JsonValue]


class Message(BaseModel):
    """A decoded message: its id and its typed payload."""

    model_config = ConfigDict(frozen=True, arbitrary_types_allowed=True)

    id: str
    payload: Payload

    @classmethod
    def of(cls, payload: Payload) -> Self:
        """A new message around a payload."""
        return cls(id=new_id(), payload=payload)


def encode(payload: Payload, *, message_id: str | None = None, at: datetime | None = None) -> str:
    """The frame for a payload; `at` is when it is said (UTC), now by default."""
    head = f'{{"type":"{payload.message_type.value}","id":"{message_id or new_id()}"'
    timestamp = (at or datetime.now(UTC)).isoformat()  # noqa: TID251  what the envelope says, never judged by a rule
    return f'{head},"timestamp":"{timestamp}","version":{PROTOCOL_VERSION},"payload":{payload.model_dump_json()}}}'


def decode(frame: str | bytes) -> Message:
    """The message in a frame; ProtocolError names what is wrong with it.

    Codes: `binary`, `too_large`, `malformed`, `too_deep`, `unknown_type`, `bad_payload`.
    """
    if isinstance(frame, bytes):
        raise ProtocolError("binary", "Messages are JSON texts; this frame is binary.")
    if len(frame) > MAX_MESSAGE_BYTES or len(frame.encode()) > MAX_MESSAGE_BYTES:
        raise ProtocolError("too_large", f"A message may have {MAX_MESSAGE_BYTES:,} bytes.")
    if _depth(frame) > MAX_DEPTH:
        raise ProtocolError("too_deep", f"A message may be nested {MAX_DEPTH} levels deep.")
    try:
        envelope = Envelope.model_validate_json(frame)
    except ValidationError as error:
        raise _envelope_error(error) from None
    try:
        payload = PAYLOADS[envelope.type].model_validate(envelope.payload)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        place = ".".join(str(part) for part in first["loc"]) or "payload"
        raise ProtocolError("bad_payload", f"{envelope.type}: {place}: {first['msg']}", about=envelope.id) from None
    return Message(id=envelope.id, payload=payload)


def _envelope_error(error: ValidationError) -> ProtocolError:
    first = error.errors(include_url=False)[0]
    if first["loc"] == ("type",):
        return ProtocolError("unknown_type", f"type: {first.get('input')!r:.80} is no message type.")
    place = ".".join(str(part) for part in first["loc"]) or "message"
    return ProtocolError("malformed", f"{place}: {first['msg']}")


_BRACKETS = re.compile(r'"(?:[^"\\]++|\\.)*+"|[\[\]{}]', re.DOTALL)
"""Strings, to be passed over, and brackets; possessive, so that no text makes it look twice."""


def _depth(text: str) -> int:
    """How deeply the brackets of a JSON text nest; brackets inside strings do not count."""
    if text.count("{") + text.count("[") <= MAX_DEPTH:
        return 0
    deepest = depth = 0
    for match in _BRACKETS.finditer(text):
        mark = match[0]
        if mark in "[{":
            depth += 1
            deepest = max(deepest, depth)
        elif mark in "]}":
            depth -= 1
    return deepest
