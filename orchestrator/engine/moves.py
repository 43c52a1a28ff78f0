"""Every move of a job as a value: the job afterwards, and the records that are written with it."""

import random
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from orchestrator.contract.errors import ErrorInfo, ErrorKind
from orchestrator.contract.ids import RobotId, SessionId, WorkflowHash
from orchestrator.contract.results import JobResult
from orchestrator.contract.states import JobStatus
from orchestrator.domain.changed import changed
from orchestrator.domain.checkpoints import ResumePoint
from orchestrator.domain.expectations import suspicion_of
from orchestrator.domain.job import Job
from orchestrator.domain.recovery import (
    Decision,
    after_crash,
    after_failure,
    after_pause,
    after_timeout,
    back_to_queue,
    retried_by_a_person,
    timeout_error,
)
from orchestrator.engine.ports.audit import AuditEntry
from orchestrator.engine.ports.jobs import AttemptRecord

A_DAY_S = 86_400.0
_RUNS = frozenset({JobStatus.RUNNING, JobStatus.LOST, JobStatus.WAITING_FOR_HUMAN})


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """What one guarded write changes."""

    after: Job
    attempt: AttemptRecord | None = None
    result: JobResult | None = None
    audit: AuditEntry | None = None


Decide = Callable[[Job], Move | None]
"""Looks at the job as it is now and says how it moves; None leaves it. Asked again when somebody was first."""


def claimed(job: Job, *, robot_id: RobotId, session_id: SessionId, at: datetime) -> Move:
    """QUEUED to DISPATCHED: the next attempt belongs to the robot."""
    after = job.moved(
        JobStatus.DISPATCHED,
        at=at,
        attempt=job.attempt + 1,
        robot_id=robot_id,
        session_id=session_id,
        claimed_at=at,
        started_at=None,
        progress=0.0,
        current_step="",
    )
    return Move(after=after, attempt=attempt_record(after, queued_at=job.changed_at))


def started(job: Job, *, session_id: SessionId, robot_name: str, at: datetime) -> Move:
    """DISPATCHED to RUNNING: the robot has the offer in its journal."""
    after = job.moved(JobStatus.RUNNING, at=at, started_at=at, session_id=session_id)
    words = f"{job.workflow_name} started on {robot_name}."
    return Move(after=after, attempt=attempt_record(after), audit=about(after, "job.started", words, at))


def begun(job: Job, result: JobResult, *, at: datetime) -> Job:
    """The job as it ran, when its robot began at once and only the end of the run is recorded."""
    started_at = max(job.claimed_at or job.changed_at, at - timedelta(seconds=min(result.execution_time_s, A_DAY_S)))
    if job.status is JobStatus.CANCELLING:
        return replace(job, started_at=started_at)
    return job.moved(JobStatus.RUNNING, at=at, started_at=started_at)


def offer_ended(job: Job, outcome: str, reason: str, *, at: datetime) -> Move:
    """DISPATCHED to QUEUED: the offer came to nothing."""
    record = attempt_record(job, ended_at=at, outcome=outcome, error=reason)
    return Move(after=back_to_queue(job, reason).applied(job, at=at), attempt=record)


GONE = "The version of the workflow that the job is pinned to is not in the database any more, or cannot be read."


def unofferable(job: Job, why: str, *, at: datetime) -> Move:
    """DISPATCHED to FAILED: something that the job needs is not there any more, and no robot can be told what to do."""
    hint = "Save the workflow again and submit the job anew." if why == GONE else ""
    error = ErrorInfo(kind=ErrorKind.BAD_WORKFLOW, message=why, hint=hint)
    decision = _end(job, JobStatus.FAILED, error, f"{job.workflow_name} cannot be offered to a robot.")
    record = attempt_record(job, ended_at=at, outcome=JobStatus.FAILED.value, error=error.message)
    return Move(after=decision.applied(job, at=at), attempt=record, audit=_decided(job, decision, at))


def due(job: Job, *, at: datetime) -> Move:
    """PENDING to QUEUED: the time has come."""
    return Move(after=job.moved(JobStatus.QUEUED, at=at, queued_at=at))


def lost(job: Job, *, at: datetime) -> Move:
    """RUNNING to LOST: nothing was heard for the length of a lease; the attempt still counts."""
    words = f"{job.workflow_name}: its robot is silent."
    return Move(after=job.moved(JobStatus.LOST, at=at), audit=about(job, "job.lost", words, at))


def found(job: Job, *, session_id: SessionId, at: datetime) -> Move:
    """LOST to RUNNING, or the same run under a new session: the robot reported the attempt again."""
    if job.status is JobStatus.LOST:
        words = f"{job.workflow_name}: its robot is back."
        after = job.moved(JobStatus.RUNNING, at=at, session_id=session_id)
        return Move(after=after, audit=about(job, "job.found", words, at))
    return Move(after=replace(job, session_id=session_id))


def crashed(job: Job, *, at: datetime, point: ResumePoint | None = None) -> Move:
    """The robot is gone for good, and with it the attempt."""
    decision = after_crash(job, now=at, point=point)
    outcome = "expired" if job.status is JobStatus.DISPATCHED else "crashed"
    record = attempt_record(job, ended_at=at, outcome=outcome, error=decision.reason)
    return Move(after=decision.applied(job, at=at), attempt=record, audit=_decided(job, decision, at))


def cancelled(job: Job, reason: str, *, actor: str, at: datetime, may_run: bool = False) -> Move:
    """A job that no robot runs ends at once; a run, and an offer that `may_run` already, is asked to stop."""
    words = f"{job.workflow_name} was cancelled{f': {reason}' if reason else ''}."
    if job.status in _RUNS or (job.status is JobStatus.DISPATCHED and may_run):
        after = job.moved(JobStatus.CANCELLING, at=at, cancel_reason=reason, error=None)
        return Move(after=after, audit=about(job, "job.cancelling", words, at, actor))
    record = None
    if job.status is JobStatus.DISPATCHED:
        record = attempt_record(job, ended_at=at, outcome="cancelled", error=reason or None)
    after = job.moved(JobStatus.CANCELLED, at=at, cancel_reason=reason, finished_at=at, error=None)
    return Move(after=after, attempt=record, audit=about(job, "job.cancelled", words, at, actor))


def timing_out(job: Job, *, at: datetime) -> Move:
    """A run whose time is up is asked to stop, and will end as TIMEOUT."""
    error = timeout_error(job)
    after = job.moved(JobStatus.CANCELLING, at=at, error=error, cancel_reason=error.message)
    return Move(after=after, audit=about(job, "job.timing_out", f"{job.workflow_name}: {error.message}", at))


def retried(
    job: Job, *, actor: str, at: datetime, point: ResumePoint | None = None, workflow_hash: WorkflowHash | None = None
) -> Move:
    """A person wants another attempt of an ended job, from the beginning or from a checkpoint."""
    where = f", to go on after {point.done} of {point.total} steps" if point else ""
    words = f"{job.workflow_name} was put back into the queue{where}."
    resume_from = point.checkpoint_id if point else None
    after = retried_by_a_person(job, at=at, resume_from=resume_from, workflow_hash=workflow_hash)
    return Move(after=after, audit=about(job, "job.retried", words, at, actor))


def recorded(
    job: Job,
    result: JobResult,
    *,
    rng: random.Random,
    at: datetime,
    point: ResumePoint | None = None,
    usual_s: float | None = None,
) -> Move:
    """The end of an attempt as its robot reports it; what really happened wins over what was asked. `usual_s`: how
    long runs of the workflow take, when enough are known."""
    decision = _judged(job, result, rng=rng, at=at, point=point)
    record = attempt_record(
        job, ended_at=at, outcome=result.status.value, error=result.error.message if result.error else None
    )
    after = decision.applied(job, at=at)
    entry = _decided(job, decision, at)
    suspicion = suspicion_of(job, result, usual_s) if after.status is JobStatus.COMPLETED else None
    if suspicion is not None:
        after = changed(after, suspicion=suspicion)
        entry = replace(entry, message=f"{entry.message} It is suspect: {suspicion}")
    return Move(after=after, attempt=record, result=result, audit=entry)


def _judged(  # noqa: PLR0911  one row of the design's table each
    job: Job, result: JobResult, *, rng: random.Random, at: datetime, point: ResumePoint | None
) -> Decision:
    match result.status:
        case JobStatus.COMPLETED:
            return _end(job, JobStatus.COMPLETED, None, f"{job.workflow_name} completed.")
        case JobStatus.TIMEOUT:
            return after_timeout(job, result.error)
        case JobStatus.CANCELLED | JobStatus.PAUSED if job.is_timing_out:
            return after_timeout(job, job.error)
        case JobStatus.CANCELLED | JobStatus.PAUSED if job.status is JobStatus.CANCELLING:
            return _end(job, JobStatus.CANCELLED, result.error, f"{job.workflow_name} was stopped.")
        case JobStatus.CANCELLED:
            return after_crash(job, now=at, point=point)  # nobody asked for it: the robot gave the run up
        case JobStatus.PAUSED:
            return after_pause(job, now=at, point=point)
        case _ if job.is_timing_out:
            return after_timeout(job, result.error)
        case _ if job.status is JobStatus.CANCELLING:
            return _end(job, JobStatus.FAILED, result.error, f"{job.workflow_name} failed while it was being stopped.")
        case _:
            return after_failure(job, result.error, rng=rng, now=at, point=point)


def _end(job: Job, status: JobStatus, error: ErrorInfo | None, reason: str) -> Decision:
    return Decision(status=status, reason=reason, error=error, failures=job.failures, crashes=job.crashes)


def _decided(job: Job, decision: Decision, at: datetime) -> AuditEntry:
    kind = "retrying" if decision.is_again else decision.status.value
    message = f"{decision.reason} {decision.error.message}" if decision.error else decision.reason
    return about(job, f"job.{kind}", message, at)


def attempt_record(
    job: Job,
    *,
    ended_at: datetime | None = None,
    outcome: str | None = None,
    error: str | None = None,
    queued_at: datetime | None = None,
) -> AttemptRecord:
    """The record of the job's newest attempt."""
    return AttemptRecord(
        job_id=job.job_id,
        attempt=job.attempt,
        robot_id=job.robot_id,
        claimed_at=job.claimed_at or job.started_at or job.changed_at,
        started_at=job.started_at,
        ended_at=ended_at,
        outcome=outcome,
        error=error,
        queued_at=queued_at,
    )


def about(job: Job, kind: str, message: str, at: datetime, actor: str = "engine") -> AuditEntry:
    """An audit entry about a job."""
    return AuditEntry(
        at=at,
        kind=kind,
        message=message,
        actor=actor,
        job_id=job.job_id,
        robot_id=job.robot_id,
        schedule_id=job.schedule_id,
    )
