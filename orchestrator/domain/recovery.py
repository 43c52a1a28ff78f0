"""What becomes of a job whose attempt did not end well: again, and when, or an end."""

import random
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from orchestrator.contract.errors import ErrorInfo, ErrorKind
from orchestrator.contract.ids import WorkflowHash
from orchestrator.contract.states import FAILED_STATES, JobStatus
from orchestrator.domain.checkpoints import ResumePoint
from orchestrator.domain.failures import fingerprint
from orchestrator.domain.job import Job

MAX_CRASHES = 3
"""After so many vanished robots in a row the job itself is the suspect."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """Where the job goes from here."""

    status: JobStatus
    reason: str
    """One sentence for people."""
    error: ErrorInfo | None = None
    not_before: datetime | None = None
    failures: int = 0
    crashes: int = 0
    resume_from: str | None = None
    """The checkpoint that the next attempt goes on from; None: from the beginning."""

    @property
    def is_again(self) -> bool:
        """True when the job will run once more."""
        return not self.status.has_ended

    def applied(self, job: Job, *, at: datetime) -> Job:
        """The job after the decision; IllegalTransitionError when it has moved on meanwhile."""
        changes: dict[str, Any] = {
            "error": self.error,
            "not_before": self.not_before,
            "failures": self.failures,
            "crashes": self.crashes,
            "resume_from": self.resume_from,
        }
        if self.status is JobStatus.PAUSED:
            changes |= {"robot_id": None, "session_id": None, "current_step": ""}
        elif self.is_again:
            changes |= {"robot_id": None, "session_id": None, "progress": 0.0, "current_step": ""}
        else:
            changes |= {"finished_at": at, "pause_reason": None}
            changes["fingerprint"] = self._fingerprint(job)
            if self.status is JobStatus.COMPLETED:
                changes |= {"progress": 1.0, "current_step": ""}
        return job.moved(self.status, at=at, **changes)

    def _fingerprint(self, job: Job) -> str | None:
        if self.error is None or self.status not in FAILED_STATES:
            return None
        return fingerprint(self.error, job.current_step)


def after_failure(
    job: Job, error: ErrorInfo | None, *, rng: random.Random, now: datetime, point: ResumePoint | None = None
) -> Decision:
    """After an attempt that reported a failure: another one with backoff and full jitter, or FAILED.

    The next attempt goes back to the newest checkpoint, `point`; when that did not help, and the job is safe to repeat,
    the one after it begins anew, since the checkpoint itself may be what is wrong.
    """
    error = error or ErrorInfo(kind=ErrorKind.INTERNAL, message="The robot reported a failure without a reason.")
    failures = job.failures + 1
    if not job.retry.allows(error.kind):
        return _ended(job, JobStatus.FAILED, error, f"{error.kind} is not worth another try", failures=failures)
    if failures > job.retry.max_retries:
        reason = f"{failures} failed attempts" if job.retry.max_retries else "no retries are allowed"
        return _ended(job, JobStatus.FAILED, error, reason, failures=failures)
    delay_s = job.retry.delay_s(failures, rng)
    goes_back = point if not job.retry_safe or failures % 2 else None
    return Decision(
        status=JobStatus.PENDING,
        reason=f"Retry {failures} of {job.retry.max_retries} in {delay_s:.1f} s{_from(goes_back)}.",
        error=error,
        not_before=now + timedelta(seconds=delay_s),
        failures=failures,
        crashes=job.crashes,
        resume_from=goes_back.checkpoint_id if goes_back else None,
    )


def after_timeout(job: Job, error: ErrorInfo | None = None) -> Decision:
    """After an attempt that used up the job's time: an end, since the next one would take as long."""
    error = error or timeout_error(job)
    return _ended(job, JobStatus.TIMEOUT, error, f"its limit of {job.timeout_s:g} s has passed", failures=job.failures)


def after_crash(job: Job, *, now: datetime, point: ResumePoint | None = None) -> Decision:
    """After the robot vanished from under the attempt, and nobody waits for it any more.

    An offer was never started and goes back into the queue. A job being stopped has got what was asked for. A run goes
    on from `point`, its newest checkpoint, when nothing is repeated by that which is not safe to repeat, and when it
    has not taken three robots with it; otherwise a person decides.
    """
    if job.status is JobStatus.DISPATCHED:
        return back_to_queue(job, "The offer was not answered.")
    if job.is_timing_out:
        return after_timeout(job, job.error)
    if job.status is JobStatus.CANCELLING:
        return _ended(job, JobStatus.CANCELLED, None, "its robot is gone", failures=job.failures)
    crashes = job.crashes + 1
    error = ErrorInfo(kind=ErrorKind.ROBOT_LOST, message="The robot vanished while it ran the job.")
    if not job.retry_safe and (point is None or not point.is_safe):
        reason = "its robot vanished and the workflow is not safe to repeat: a person decides"
        return _ended(job, JobStatus.DEAD_LETTER, error, reason, failures=job.failures, crashes=crashes)
    if crashes >= MAX_CRASHES:
        reason = f"{crashes} robots vanished while they ran it: a person decides"
        return _ended(job, JobStatus.DEAD_LETTER, error, reason, failures=job.failures, crashes=crashes)
    return Decision(
        status=JobStatus.PENDING,
        reason=f"Its robot vanished (crash {crashes} of {MAX_CRASHES}); {_why_again(job, point)}",
        error=error,
        not_before=now,
        failures=job.failures,
        crashes=crashes,
        resume_from=point.checkpoint_id if point else None,
    )


def after_pause(job: Job, *, now: datetime, point: ResumePoint | None) -> Decision:
    """After a run that stopped at a checkpoint because somebody wanted a pause; who no longer does gets it going."""
    wanted = job.pause_reason is not None
    where = point.checkpoint_id if point else job.resume_from
    return Decision(
        status=JobStatus.PAUSED if wanted else JobStatus.PENDING,
        reason=f"Paused{_from(point, 'at')}." if wanted else "It had paused, and goes on.",
        not_before=None if wanted else now,
        failures=job.failures,
        crashes=job.crashes,
        resume_from=where,
    )


def back_to_queue(job: Job, reason: str) -> Decision:
    """After an offer that came to nothing: not a failure."""
    return Decision(
        status=JobStatus.QUEUED,
        reason=reason,
        error=job.error,
        failures=job.failures,
        crashes=job.crashes,
        resume_from=job.resume_from,
    )


def timeout_error(job: Job) -> ErrorInfo:
    """The error of a job whose time is up."""
    return ErrorInfo(
        kind=ErrorKind.TIMEOUT,
        message=f"The job did not end within its limit of {job.timeout_s:g} s.",
        hint="Give it a longer timeout, or make the slow step faster.",
    )


def retried_by_a_person(
    job: Job, *, at: datetime, resume_from: str | None = None, workflow_hash: WorkflowHash | None = None
) -> Job:
    """The job with a clean slate, queued again; attempts keep counting, since they fence."""
    return job.moved(
        JobStatus.QUEUED,
        at=at,
        queued_at=at,
        resume_from=resume_from,
        workflow_hash=workflow_hash or job.workflow_hash,
        pause_reason=None,
        failures=0,
        crashes=0,
        error=None,
        fingerprint=None,
        cancel_reason=None,
        not_before=None,
        claimed_at=None,
        started_at=None,
        finished_at=None,
        robot_id=None,
        session_id=None,
        progress=0.0,
        current_step="",
    )


def _from(point: ResumePoint | None, word: str = "from") -> str:
    return f" {word} the checkpoint after {point.done} of {point.total} steps" if point else ""


def _why_again(job: Job, point: ResumePoint | None) -> str:
    """The reason for another run, as the end of a sentence."""
    if point is None:
        return "the job is safe to repeat."
    because = "the job is safe to repeat" if job.retry_safe else "nothing is repeated that must not be"
    return f"{because} and goes on after {point.done} of {point.total} steps."


def _ended(
    job: Job, status: JobStatus, error: ErrorInfo | None, reason: str, *, failures: int, crashes: int | None = None
) -> Decision:
    return Decision(
        status=status,
        reason=f"Job {job.workflow_name!r} ended as {status}: {reason}.",
        error=error,
        failures=failures,
        crashes=job.crashes if crashes is None else crashes,
    )
