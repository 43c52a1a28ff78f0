"""Between payloads and frames.

Every message is one JSON text: `{"type", "id", "timestamp", "version", "payload"}`; a frame is one message, or an array
of them between sides that have agreed on BATCHES. A frame is decoded once, at the border, into the frozen payloads.
Unknown fields are ignored, so that either side may be newer; wrong ones are answered with ERROR. `docs/protocol.md`
tells what each side does with each message.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import count
from typing import Any, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic_core import from_json

from orchestrator.contract.errors import ProtocolError
from orchestrator.contract.ids import new_id
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
from orchestrator.contract.protocol.live import LiveFramePart, LiveNews, RunInput, TakeOver, UnwatchRun, WatchRun
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
from orchestrator.contract.protocol.terms import (
    MAX_DEPTH,
    MAX_MESSAGE_BYTES,
    MAX_MESSAGES_IN_A_FRAME,
    PROTOCOL_VERSION,
)
from orchestrator.contract.protocol.work_items import WorkItemAnswer, WorkItemAsk
from orchestrator.contract.protocol.workflows import DeploymentStatus, DeployWorkflow, UndeployWorkflow

PAYLOADS: Mapping[MessageType, type[Payload]] = {
    payload.message_type: payload
    for payload in (
        RobotHello, RobotRegistered, RobotGoodbye, Heartbeat, HeartbeatAck, JobAssignment, JobAccepted, JobRefused,
        JobStart, StatusUpdate, LogBatch, JobResultReport, ResultAck, CancelJob, RevokeJob, DrainRobot, ErrorReport,
        TakeCheckpoint, PauseJob, UnpauseJob, AskPerson, PersonAnswered, QuestionDropped,
        RestartRobot, DeployWorkflow, UndeployWorkflow, DeploymentStatus,
        CaptureRun, RunCaptured,
        WatchRun, UnwatchRun, LiveFramePart, LiveNews, TakeOver, RunInput,
        WorkItemAsk, WorkItemAnswer,
    )
}  # fmt: skip


_KINDS: Mapping[str, type[Payload]] = {kind.value: payload for kind, payload in PAYLOADS.items()}
_Open = tuple[type[Payload], str, dict[str, Any]]
MOST_ID = 100
_OWN = f"{new_id()}-"
"""Begins the ids of this process's messages; a number makes each of them unique."""
_numbers = count(1)


class Envelope(BaseModel):
    """The outside of every message."""

    model_config = ConfigDict(frozen=True, extra="ignore", defer_build=True)

    type: MessageType
    id: str = Field(min_length=1, max_length=MOST_ID)
    timestamp: datetime
    version: int = PROTOCOL_VERSION
    payload: dict[str, Any]
    """JSON, as it was read; its own model looks at it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """A decoded message: its id and its typed payload."""

    id: str
    payload: Payload

    @classmethod
    def of(cls, payload: Payload) -> Self:
        """A new message around a payload."""
        return cls(id=new_id(), payload=payload)


def encode(payload: Payload, *, message_id: str | None = None, at: datetime | None = None) -> str:
    """The frame for a payload; `at` is when it is said (UTC), now by default."""
    head = f'{{"type":"{payload.message_type}","id":"{message_id or f"{_OWN}{next(_numbers):x}"}"'
    timestamp = (at or datetime.now(UTC)).isoformat()  # noqa: TID251  what the envelope says, never judged by a rule
    return f'{head},"timestamp":"{timestamp}","version":{PROTOCOL_VERSION},"payload":{payload.model_dump_json()}}}'


def joined(frames: Sequence[str]) -> str:
    """One frame for several, for a side that has said BATCHES."""
    return frames[0] if len(frames) == 1 else f"[{','.join(frames)}]"


def decode(frame: str | bytes) -> Message:
    """The message in a frame; ProtocolError names what is wrong with it.

    Codes: `binary`, `too_large`, `malformed`, `too_deep`, `unknown_type`, `bad_payload`.
    """
    return _message(_object(frame))


def decode_all(frame: str | bytes) -> list[Message | ProtocolError]:
    """The messages in a frame, which may be an array of them; an unusable one stands there as its error.

    Raises ProtocolError when the frame as a whole cannot be used.
    """
    content = _object(frame)
    if not isinstance(content, list):
        return [_message(content)]
    are_shallow = not _is_too_deep(content)
    if len(content) > MAX_MESSAGES_IN_A_FRAME:
        raise ProtocolError("too_large", f"A frame may have {MAX_MESSAGES_IN_A_FRAME:,} messages.")
    found: list[Message | ProtocolError] = []
    for each in content:
        try:
            found.append(_message(each, is_shallow=are_shallow))
        except ProtocolError as error:
            found.append(error)
    return found


def _object(frame: str | bytes) -> object:
    if isinstance(frame, bytes):
        raise ProtocolError("binary", "Messages are JSON texts; this frame is binary.")
    if len(frame) > MAX_MESSAGE_BYTES or (not frame.isascii() and len(frame.encode()) > MAX_MESSAGE_BYTES):
        raise ProtocolError("too_large", f"A message may have {MAX_MESSAGE_BYTES:,} bytes.")
    try:
        return from_json(frame, allow_inf_nan=False, cache_strings="keys")
    except ValueError as error:
        if "recursion limit" in str(error):  # far beyond what any message may have
            raise _too_deep() from None
        raise ProtocolError("malformed", f"message: Invalid JSON: {error}") from None


def _too_deep() -> ProtocolError:
    return ProtocolError("too_deep", f"A message may be nested {MAX_DEPTH} levels deep.")


def _message(content: object, *, is_shallow: bool = False) -> Message:
    if not is_shallow and isinstance(content, dict | list) and _is_too_deep(content):
        raise _too_deep()
    kind, message_id, said = _plain(content) or _opened(content)
    try:
        payload = kind.model_validate(said)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        place = ".".join(str(part) for part in first["loc"]) or "payload"
        sentence = f"{kind.message_type}: {place}: {first['msg']}"
        raise ProtocolError("bad_payload", sentence, about=message_id) from None
    return Message(id=message_id, payload=payload)


def _plain(content: object) -> _Open | None:
    """What stands in an envelope as everybody writes it; None for all others, which `Envelope` judges.

    There are thousands of messages a second, and a look at five fields is cheaper than a model of them.
    """
    try:
        kind, message_id, said = _KINDS[content["type"]], content["id"], content["payload"]  # type: ignore[index]
        datetime.fromisoformat(content["timestamp"])  # type: ignore[index]
        has_version = type(content["version"]) is int  # type: ignore[index]
    except (KeyError, TypeError, ValueError):
        return None
    is_plain = has_version and type(said) is dict and type(message_id) is str and 0 < len(message_id) <= MOST_ID
    return (kind, message_id, said) if is_plain else None


def _opened(content: object) -> _Open:
    try:
        envelope = Envelope.model_validate(content)
    except ValidationError as error:
        raise _envelope_error(error) from None
    return PAYLOADS[envelope.type], envelope.id, envelope.payload


def _envelope_error(error: ValidationError) -> ProtocolError:
    first = error.errors(include_url=False)[0]
    if first["loc"] == ("type",):
        return ProtocolError("unknown_type", f"type: {first.get('input')!r:.80} is no message type.")
    place = ".".join(str(part) for part in first["loc"]) or "message"
    return ProtocolError("malformed", f"{place}: {first['msg']}")


_NESTING = frozenset({dict, list})
"""What JSON is read into, exactly: asking for the type itself is half the price of `isinstance`."""


def _is_too_deep(content: object) -> bool:
    """True when a message nests deeper than it may; only its lists and objects are looked at, one level at a time."""
    level = [content]
    for _ in range(MAX_DEPTH):
        level = [
            inner
            for outer in level
            for inner in (outer.values() if type(outer) is dict else outer)  # type: ignore[attr-defined]
            if type(inner) in _NESTING
        ]
        if not level:
            return False
    return True
