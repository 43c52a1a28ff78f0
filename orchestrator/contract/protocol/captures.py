"""Messages about a look at a running attempt from outside: a picture of its pages, or a recording of some seconds."""

from enum import StrEnum
from typing import ClassVar

from pydantic import BaseModel, ConfigDict, Field

from orchestrator.contract.protocol.message import AttemptNumber, JobName, MessageType, Payload


class CaptureKind(StrEnum):
    """What is to be captured."""

    SCREENSHOT = "screenshot"
    TRACE = "trace"
    """A Playwright trace of the next seconds."""


class RunActivity(BaseModel):
    """How long a running attempt has shown no sign of life."""

    model_config = ConfigDict(frozen=True, defer_build=True)

    job_id: JobName
    attempt: AttemptNumber
    idle_s: float = Field(ge=0)
    """Seconds since an action began or ended, or a page of the run loaded, asked for something new or spoke."""


class CaptureRun(Payload):
    """Capture what the attempt's pages show, upload it as artifacts, and answer RUN_CAPTURED; the run goes on."""

    message_type: ClassVar = MessageType.CAPTURE_RUN

    job_id: JobName
    attempt: AttemptNumber
    what: CaptureKind = CaptureKind.SCREENSHOT
    trace_s: float = Field(default=5.0, gt=0, le=60)


class RunCaptured(Payload):
    """What was captured, by the names of the artifacts; or why it could not be."""

    message_type: ClassVar = MessageType.RUN_CAPTURED

    job_id: JobName
    attempt: AttemptNumber
    what: CaptureKind
    artifacts: tuple[str, ...] = Field(default=(), max_length=100)
    problem: str = Field(default="", max_length=2_000)
