"""A job: one run of a workflow that was asked for, and the only ways in which it may move."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Self

from orchestrator.contract.errors import ErrorInfo, ErrorKind
from orchestrator.contract.ids import JobId, JsonValue, RobotId, ScheduleId, SessionId, WorkflowHash, WorkflowId
from orchestrator.contract.retry import NO_RETRY, RetryPolicy
from orchestrator.contract.states import JobPriority, JobStatus
from orchestrator.domain.changed import changed
from orchestrator.domain.concurrency import KeyClaim
from orchestrator.domain.errors import IllegalTransitionError

_RETRYABLE_BY_A_PERSON = frozenset({JobStatus.QUEUED, JobStatus.PENDING})
_ENDS_OF_A_RUN = frozenset({JobStatus.COMPLETED, JobStatus.FAILED, JobStatus.TIMEOUT, JobStatus.CANCELLED})

TRANSITIONS: Mapping[JobStatus, frozenset[JobStatus]] = {
    JobStatus.PENDING: frozenset({JobStatus.QUEUED, JobStatus.CANCELLED}),
    JobStatus.QUEUED: frozenset({JobStatus.DISPATCHED, JobStatus.CANCELLED, JobStatus.PENDING}),
    JobStatus.DISPATCHED: frozenset(
        {JobStatus.QUEUED, JobStatus.RUNNING, JobStatus.CANCELLED, JobStatus.CANCELLING, JobStatus.PENDING}
        | {JobStatus.FAILED, JobStatus.DEAD_LETTER}
    ),
    JobStatus.RUNNING: _ENDS_OF_A_RUN
    | {JobStatus.PAUSED, JobStatus.WAITING_FOR_HUMAN, JobStatus.LOST, JobStatus.CANCELLING, JobStatus.PENDING}
    | {JobStatus.DEAD_LETTER},
    JobStatus.PAUSED: frozenset({JobStatus.QUEUED, JobStatus.CANCELLED}),
    JobStatus.WAITING_FOR_HUMAN: _ENDS_OF_A_RUN
    | {JobStatus.RUNNING, JobStatus.PAUSED, JobStatus.LOST, JobStatus.CANCELLING, JobStatus.PENDING}
    | {JobStatus.DEAD_LETTER},
    JobStatus.LOST: _ENDS_OF_A_RUN
    | {JobStatus.RUNNING, JobStatus.PAUSED, JobStatus.CANCELLING, JobStatus.PENDING, JobStatus.DEAD_LETTER},
    JobStatus.CANCELLING: _ENDS_OF_A_RUN | {JobStatus.DEAD_LETTER},
    JobStatus.COMPLETED: frozenset(),
    JobStatus.FAILED: _RETRYABLE_BY_A_PERSON,
    JobStatus.CANCELLED: _RETRYABLE_BY_A_PERSON,
    JobStatus.TIMEOUT: _RETRYABLE_BY_A_PERSON,
    JobStatus.DEAD_LETTER: _RETRYABLE_BY_A_PERSON,
}
"""From where to where: the table of the design, row by row."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Requirements:
    """What a robot must be or have to take a job."""

    tags: frozenset[str] = frozenset()
    capabilities: frozenset[str] = frozenset()
    robot_id: RobotId | None = None
    """Only this robot, when set."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One job at one moment; moving it makes a new value."""

    job_id: JobId
    workflow_id: WorkflowId
    workflow_hash: WorkflowHash
    """The version that the job is pinned to."""
    workflow_name: str
    status: JobStatus
    priority: JobPriority = JobPriority.NORMAL
    variables: Mapping[str, JsonValue] = field(default_factory=dict)
    requirements: Requirements = Requirements()
    retry: RetryPolicy = NO_RETRY
    retry_safe: bool = False
    """True: the whole run may be repeated after a crash without asking."""
    timeout_s: float
    """For one attempt, from its start."""
    concurrency: tuple[KeyClaim, ...] = ()
    """The keys that it holds from its claim to the end of the attempt."""

    created_at: datetime
    changed_at: datetime
    """When the status last changed."""
    queued_at: datetime | None = None
    not_before: datetime | None = None
    claimed_at: datetime | None = None
    """When the newest attempt was claimed."""
    started_at: datetime | None = None
    finished_at: datetime | None = None

    attempt: int = 0
    """The fencing token: raised by each claim, never reused."""
    failures: int = 0
    """Attempts that ended with a failure since the last person's retry; counted against `retry.max_retries`."""
    crashes: int = 0
    """Attempts whose robot vanished since the last person's retry."""
    robot_id: RobotId | None = None
    session_id: SessionId | None = None
    progress: float = 0.0
    current_step: str = ""
    error: ErrorInfo | None = None
    fingerprint: str | None = None
    """The group of failures that its end belongs to, when it failed."""
    suspicion: str | None = None
    """Why the run that completed is suspect; None when it gave what was expected."""
    cancel_reason: str | None = None
    resume_from: str | None = None
    """The checkpoint that the next attempt, or the current one, goes on from; None: from the beginning."""
    pause_reason: str | None = None
    """Why the run is to pause, while a person wants that; None otherwise."""
    submitted_by: str = ""
    schedule_id: ScheduleId | None = None
    fire_at: datetime | None = None
    """The schedule's instant that asked for the job."""
    trace_context: str = ""
    """The `traceparent` that came with the request; empty for a trace of the job's own."""
    position: int = 0
    """Order of acceptance, given by the store: first in, first out inside a priority."""
    version: int = 0
    """Raised by each save; what a save expects to find."""

    def moved(self, status: JobStatus, *, at: datetime, **changes: Any) -> Self:
        """The job in another status; IllegalTransitionError when the table does not allow the move."""
        if status not in TRANSITIONS[self.status]:
            raise IllegalTransitionError(self.job_id, self.status, status)
        return changed(self, status=status, changed_at=at, **changes)

    def with_progress(self, progress: float, current_step: str) -> Self:
        """The job a little further; its status and version stay."""
        return changed(self, progress=progress, current_step=current_step)

    @property
    def is_timing_out(self) -> bool:
        """True while the attempt is being stopped because its time was up, not because a person asked."""
        return self.status is JobStatus.CANCELLING and self.error is not None and self.error.kind is ErrorKind.TIMEOUT

    def concerns(self, attempt: int) -> bool:
        """True when news of the given attempt are news of the job: late news of an old attempt are not."""
        return self.attempt == attempt
