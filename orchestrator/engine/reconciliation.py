"""What a robot says at hello against what the orchestrator knows: one finding for each side of each attempt."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum, auto

from orchestrator.contract.protocol.message import AttemptRef
from orchestrator.contract.protocol.robots import RobotHello
from orchestrator.contract.states import JobStatus
from orchestrator.domain.job import Job


class Finding(Enum):
    """What a robot knows of an attempt that it should hold."""

    RUNS = auto()
    ACCEPTED = auto()
    """Journalled, waiting for the start."""
    SPOOLED = auto()
    """Ended; the result comes."""
    UNKNOWN = auto()
    """The robot has never heard of it, or has forgotten it: the attempt is gone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reconciliation:
    """The two lists of a hello."""

    held: tuple[tuple[Job, Finding], ...]
    """Each job that the robot should hold, and what it knows of it."""
    unwanted: tuple[AttemptRef, ...]
    """What the robot runs or would run, and nobody wants."""


def reconcile(hello: RobotHello, held: Iterable[Job]) -> Reconciliation:
    """Compare; `held` are the live jobs of the robot."""
    jobs = tuple(held)
    wanted = {ref_of(job) for job in jobs}
    known = {
        **dict.fromkeys(hello.spooled, Finding.SPOOLED),
        **dict.fromkeys(hello.accepted, Finding.ACCEPTED),
        **dict.fromkeys(hello.running, Finding.RUNS),
    }
    return Reconciliation(
        held=tuple((job, known.get(ref_of(job), Finding.UNKNOWN)) for job in jobs),
        unwanted=tuple(ref for ref in dict.fromkeys((*hello.running, *hello.accepted)) if ref not in wanted),
    )


def ref_of(job: Job) -> AttemptRef:
    """The job's newest attempt."""
    return AttemptRef(job_id=job.job_id, attempt=job.attempt)


def is_stopping(job: Job) -> bool:
    """True when the robot should stop the job's attempt."""
    return job.status is JobStatus.CANCELLING
