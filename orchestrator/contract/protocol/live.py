"""Messages about watching a run and taking it over. Frames have time: all else goes before each of their parts."""

from typing import ClassVar

from pydantic import Field

from orchestrator.contract.live import MOST_EVENTS, FrameFacts, InputEvent, ViewWish
from orchestrator.contract.protocol.message import AttemptNumber, JobName, MessageType, Payload

PART_CHARACTERS = 7_500
"""Of a frame's base64 text in one message: a heartbeat waits behind one of them at most."""
MOST_PARTS = 400
WATCH_LEASE_S = 30.0
"""A robot that does not hear again within it that somebody looks stops capturing."""


class WatchRun(Payload):
    """Show this attempt so until WATCH_LEASE_S have passed; said again, it goes on, or goes on otherwise."""

    message_type: ClassVar = MessageType.WATCH_RUN

    job_id: JobName
    attempt: AttemptNumber
    wish: ViewWish


class UnwatchRun(Payload):
    """Nobody looks any more."""

    message_type: ClassVar = MessageType.UNWATCH_RUN

    job_id: JobName
    attempt: AttemptNumber


class LiveFramePart(Payload):
    """A part of a frame; the parts of one frame come in order, the first carries what the frame shows."""

    message_type: ClassVar = MessageType.LIVE_FRAME

    job_id: JobName
    attempt: AttemptNumber
    number: int = Field(ge=1)
    """The frame's."""
    part: int = Field(ge=0, lt=MOST_PARTS)
    parts: int = Field(ge=1, le=MOST_PARTS)
    facts: FrameFacts | None = None
    data: str = Field(max_length=PART_CHARACTERS)
    """Base64 of a JPEG, cut anywhere."""


class LiveNews(Payload):
    """How a watched or taken over run stands: what hinders watching or input, and which steps wait at the barrier."""

    message_type: ClassVar = MessageType.LIVE_NEWS

    job_id: JobName
    attempt: AttemptNumber
    problem: str = Field(default="", max_length=1_000)
    parked: tuple[str, ...] = Field(default=(), max_length=200)
    running: tuple[str, ...] = Field(default=(), max_length=200)
    """Steps that have not ended yet although a person has the run."""


class TakeOver(Payload):
    """A person takes the run over: nothing new begins until the question that the robot asks now is answered."""

    message_type: ClassVar = MessageType.TAKE_OVER

    job_id: JobName
    attempt: AttemptNumber
    by: str = Field(min_length=1, max_length=200)
    reason: str = Field(default="", max_length=1_000)
    deadline_s: float = Field(gt=0, le=86_400)


class RunInput(Payload):
    """What the person does in the page, in order."""

    message_type: ClassVar = MessageType.RUN_INPUT

    job_id: JobName
    attempt: AttemptNumber
    session: int | None = Field(default=None, ge=1)
    events: tuple[InputEvent, ...] = Field(max_length=MOST_EVENTS)
