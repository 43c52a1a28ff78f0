"""How long a robot may be silent about a job: leases in seconds of a monotonic clock, never of a wall clock."""

from dataclasses import dataclass

from orchestrator.contract.ids import JobId
from orchestrator.contract.protocol.terms import CANCEL_GRACE_S, OFFER_LEASE_S, RUN_LEASE_S
from orchestrator.contract.states import JobStatus
from orchestrator.domain.job import Job


@dataclass(frozen=True, slots=True, kw_only=True)
class LeaseTerms:
    """How long each kind of silence is borne."""

    offer_s: float = OFFER_LEASE_S
    run_s: float = RUN_LEASE_S
    lost_s: float = 900.0
    """From LOST until the attempt counts as crashed."""
    retry_safe_lost_s: float = 20.0
    """The same for a job that may be repeated without asking: a second run does no harm."""
    cancel_grace_s: float = CANCEL_GRACE_S
    cancel_margin_s: float = 5.0
    """For the robot's report after the grace."""
    reconnect_grace_s: float = 10.0
    """What is left of a run's lease when the robot's connection breaks."""
    timeout_grace_s: float = 5.0
    """The robot ends a job at its limit; the orchestrator steps in this much later."""
    restart_grace_s: float = 90.0
    """What every lease has at least after a start or a late wake-up."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lease:
    """One attempt's term; it runs out at `until_s` of the monotonic clock."""

    job_id: JobId
    attempt: int
    status: JobStatus
    until_s: float

    def has_run_out(self, now_s: float) -> bool:
        """True when nothing was heard in time."""
        return now_s >= self.until_s


def lease_for(job: Job, terms: LeaseTerms, now_s: float, *, begins_at_once: bool = False) -> Lease:
    """A fresh lease for a live job, as long as its state allows; `begins_at_once`: its offer says so."""
    until_s = now_s + term_s(job, terms, begins_at_once=begins_at_once)
    return Lease(job_id=job.job_id, attempt=job.attempt, status=job.status, until_s=until_s)


def term_s(job: Job, terms: LeaseTerms, *, begins_at_once: bool = False) -> float:
    """Seconds of silence that the job's state allows."""
    match job.status:
        case JobStatus.DISPATCHED:
            return terms.run_s if begins_at_once else terms.offer_s
        case JobStatus.LOST:
            return terms.retry_safe_lost_s if job.retry_safe else terms.lost_s
        case JobStatus.CANCELLING:
            return terms.cancel_grace_s + terms.cancel_margin_s
        case _:
            return terms.run_s
