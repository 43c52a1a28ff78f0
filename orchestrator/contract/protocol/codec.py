"""Between payloads and frames.

Every frame is one JSON text: `{"type", "id", "timestamp", "version", "payload"}`. A frame is decoded once, at the
border, into one of the frozen payloads. Unknown fields are ignored, so that either side may be newer; wrong ones are
answered with ERROR. `docs/protocol.md` tells what each side does with each message.
"""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from orchestrator.contract.errors import ProtocolError
from orchestrator.contract.ids import JsonValue, new_id
from orchestrator.contract.protocol.captures import CaptureRun, RunCaptured
from orchestrator.contract.protocol.checkpoints import PauseJob, TakeCheckpoint, UnpauseJob
from orchestrator.contract.protocol.jobs import (
    CancelJob,
    JobAccepted,
    JobAssignment,
    JobRefused,
    JobResultReport,
    JobStart,
    LogBatch,
    ResultAck,
    RevokeJob,
    StatusUpdate,
)
from orchestrator.contract.protocol.message import MessageType, Payload
from orchestrator.contract.protocol.questions import AskPerson, PersonAnswered, QuestionDropped
from orchestrator.contract.protocol.robots import (
    DrainRobot,
    ErrorReport,
    Heartbeat,
    HeartbeatAck,
    RestartRobot,
    RobotGoodbye,
    RobotHello,
    RobotRegistered,
)
from orchestrator.contract.protocol.terms import MAX_DEPTH, MAX_MESSAGE_BYTES, PROTOCOL_VERSION
from orchestrator.contract.protocol.workflows import DeploymentStatus, DeployWorkflow, UndeployWorkflow

PAYLOADS: Mapping[MessageType, type[Payload]] = {
    payload.message_type: payload
    for payload in (
        RobotHello, RobotRegistered, RobotGoodbye, Heartbeat, HeartbeatAck, JobAssignment, JobAccepted, JobRefused,
        JobStart, StatusUpdate, LogBatch, JobResultReport, ResultAck, CancelJob, RevokeJob, DrainRobot, ErrorReport,
        TakeCheckpoint, PauseJob, UnpauseJob, AskPerson, PersonAnswered, QuestionDropped,
        RestartRobot, DeployWorkflow, UndeployWorkflow, DeploymentStatus,
        CaptureRun, RunCaptured,
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
