"""Actions on many jobs: what each would do to a job, why it cannot be done, and what takes it back."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from orchestrator.contract.ids import JobId, RobotId, ScheduleId, WorkflowId
from orchestrator.contract.states import JobPriority, JobStatus
from orchestrator.domain.job import Job


class BulkKind(StrEnum):
    """What is done to each job."""

    CANCEL = "cancel"
    RETRY = "retry"
    PRIORITY = "priority"


class BulkOutcome(StrEnum):
    """What became of one job."""

    PLANNED = "planned"
    DONE = "done"
    SKIPPED = "skipped"
    """It could not be done; the item says why."""
    UNDONE = "undone"


class BulkState(StrEnum):
    """How far an operation is."""

    RUNNING = "running"
    DONE = "done"
    UNDOING = "undoing"
    UNDONE = "undone"
    INTERRUPTED = "interrupted"
    """The orchestrator ended in the middle: what is planned may not have been done."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BulkFilter:
    """Which jobs are meant: those of `job_ids`, or all that fit every other field."""

    job_ids: tuple[JobId, ...] = ()
    statuses: frozenset[JobStatus] = frozenset()
    workflow_id: WorkflowId | None = None
    robot_id: RobotId | None = None
    schedule_id: ScheduleId | None = None
    fingerprint: str | None = None
    text: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class BulkAction:
    """What to do."""

    kind: BulkKind
    priority: JobPriority | None = None
    """For PRIORITY: the new one."""
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class BulkItem:
    """One job of an operation: how it was seen, and what became of it."""

    job_id: JobId
    seen_status: JobStatus
    seen_priority: JobPriority
    seen_attempt: int
    outcome: BulkOutcome = BulkOutcome.PLANNED
    note: str = ""
    """Why it was skipped, or what had changed meanwhile."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BulkOperation:
    """One action that was applied to a set of jobs."""

    operation_id: str
    action: BulkAction
    actor: str
    started_at: datetime
    ended_at: datetime | None = None
    state: BulkState = BulkState.RUNNING
    planned: int = 0
    done: int = 0
    skipped: int = 0
    undone: int = 0


def obstacle(action: BulkAction, job: Job) -> str | None:
    """Why the action cannot be done to the job as it is; None when it can."""
    match action.kind:
        case BulkKind.CANCEL:
            if job.status.has_ended:
                return f"it has already ended: {job.status}"
            return "it is being cancelled already" if job.status is JobStatus.CANCELLING else None
        case BulkKind.RETRY:
            is_failed = job.status.has_ended and job.status is not JobStatus.COMPLETED
            return None if is_failed else f"it is {job.status}; only a job that did not succeed can be retried"
        case BulkKind.PRIORITY:
            if job.status not in WAITING:
                return f"it is {job.status}; a priority only matters while a job waits"
            return f"it is {job.priority} already" if job.priority is action.priority else None


def obstacle_to_undo(action: BulkAction, item: BulkItem, job: Job) -> str | None:
    """Why what was done to a job cannot be taken back; None when it can."""
    if item.outcome is not BulkOutcome.DONE:
        return "nothing was done to it"
    match action.kind:
        case BulkKind.CANCEL:
            if item.seen_status not in WAITING:
                return f"it was {item.seen_status} when it was cancelled: what it had done cannot be taken back"
            is_same = job.status is JobStatus.CANCELLED and job.attempt == item.seen_attempt
            return None if is_same else f"it has moved on: {job.status}"
        case BulkKind.RETRY:
            is_same = job.status in WAITING and job.attempt == item.seen_attempt
            return None if is_same else f"it has started again: {job.status}"
        case BulkKind.PRIORITY:
            is_same = job.status in WAITING and job.priority is action.priority
            return None if is_same else f"it has moved on: {job.status}, {job.priority}"


def was_done(action: BulkAction, item: BulkItem, job: Job) -> bool:
    """True when a job of an operation that was cut off looks as the action leaves it: done, and not noted any more."""
    match action.kind:
        case BulkKind.CANCEL:
            return job.status is JobStatus.CANCELLED and job.cancel_reason == action.reason
        case BulkKind.RETRY:
            return item.seen_status.has_ended and not job.status.has_ended
        case BulkKind.PRIORITY:
            return job.priority is action.priority


WAITING = frozenset({JobStatus.PENDING, JobStatus.QUEUED})
