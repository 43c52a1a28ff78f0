"""Messages about one attempt: the offer, its answer, the run and its end."""

from enum import StrEnum
from typing import ClassVar

from pydantic import BaseModel, ConfigDict, Field

from orchestrator.contract.ids import JsonValue
from orchestrator.contract.protocol.message import AttemptNumber, JobName, MessageType, Payload
from orchestrator.contract.protocol.terms import CANCEL_GRACE_S, OFFER_LEASE_S
from orchestrator.contract.results import JobResult, LogEntry
from orchestrator.contract.states import JobPriority, StepStatus
from orchestrator.contract.workflow import WorkflowDefinition


class RefusalReason(StrEnum):
    """Why a robot does not take an offer; none of them is a failure of the job."""

    BUSY = "busy"
    DRAINING = "draining"
    CAPABILITY = "capability"
    ALREADY_SEEN = "already_seen"
    """The journal says that this attempt was started here before."""
    UNKNOWN_WORKFLOW = "unknown_workflow"
    """The offer names a version by its hash alone, and the robot has not got it: offer it with its definition."""


class ResultOutcome(StrEnum):
    """What became of a reported result; after any of these the robot may forget it."""

    RECORDED = "recorded"
    DUPLICATE = "duplicate"
    STALE = "stale"
    UNKNOWN_JOB = "unknown_job"
    REJECTED = "rejected"


class JobAssignment(Payload):
    """An offer: journal it, then accept or refuse; run nothing before JOB_START, unless it says `start`."""

    message_type: ClassVar = MessageType.JOB_ASSIGNMENT

    job_id: JobName
    attempt: AttemptNumber
    workflow: WorkflowDefinition | None = None
    """None: the robot has the version of `workflow_hash`."""
    workflow_hash: str = ""
    variables: dict[str, JsonValue] = Field(default_factory=dict)
    timeout_s: float = Field(gt=0)
    """Left of the job's limit for this attempt."""
    priority: JobPriority = JobPriority.NORMAL
    lease_s: float = OFFER_LEASE_S
    start: bool = False
    """Run it as soon as it is journalled; only for runs that may be repeated, and with the feature START_AT_ONCE."""
    checkpoint_id: str | None = Field(default=None, max_length=100)
    """Where to go on from; `GET /checkpoints/{checkpoint_id}/state` gives it. None: from the beginning."""
    traceparent: str = Field(default="", max_length=55)
    """The submitter's trace (W3C); empty for a trace of the job's own, which the robot makes of its id."""

    @property
    def definition(self) -> WorkflowDefinition:
        """The workflow of a complete offer: a robot completes the others from what it keeps, before it takes them."""
        assert self.workflow is not None, "the offer has not been completed"
        return self.workflow


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

    model_config = ConfigDict(frozen=True, defer_build=True)

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
