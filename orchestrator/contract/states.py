"""The states of jobs, steps and robots, and the priorities of jobs."""

from enum import StrEnum
from typing import Self


class JobStatus(StrEnum):
    """Where a job stands. `docs/job-lifecycle.md` draws the moves between them."""

    PENDING = "pending"
    QUEUED = "queued"
    DISPATCHED = "dispatched"
    RUNNING = "running"
    PAUSED = "paused"
    WAITING_FOR_HUMAN = "waiting_for_human"
    LOST = "lost"
    CANCELLING = "cancelling"
    COMPLETED = "completed"
    FAILED = "failed"
    CANCELLED = "cancelled"
    TIMEOUT = "timeout"
    DEAD_LETTER = "dead_letter"

    @property
    def has_ended(self) -> bool:
        """True when nothing but a person's retry moves the job any more."""
        return self in FINAL_STATES

    @property
    def is_live(self) -> bool:
        """True while a robot holds an attempt of the job, or may hold one."""
        return self in LIVE_STATES


FINAL_STATES = frozenset(
    {JobStatus.COMPLETED, JobStatus.FAILED, JobStatus.CANCELLED, JobStatus.TIMEOUT, JobStatus.DEAD_LETTER}
)
FAILED_STATES = frozenset({JobStatus.FAILED, JobStatus.TIMEOUT, JobStatus.DEAD_LETTER})
LIVE_STATES = frozenset(
    {
        JobStatus.DISPATCHED,
        JobStatus.RUNNING,
        JobStatus.WAITING_FOR_HUMAN,
        JobStatus.LOST,
        JobStatus.CANCELLING,
    }
)


class JobPriority(StrEnum):
    """How urgent a job is; inside one priority the first in is the first out."""

    LOW = "low"
    NORMAL = "normal"
    HIGH = "high"
    CRITICAL = "critical"

    @property
    def rank(self) -> int:
        """0 for LOW to 3 for CRITICAL: higher goes first."""
        return _RANKS[self]

    @classmethod
    def _missing_(cls, value: object) -> Self | None:
        if isinstance(value, str):
            return next((each for each in cls if each.value == value.strip().lower()), None)
        return None


_RANKS = {priority: rank for rank, priority in enumerate(JobPriority)}


class StepStatus(StrEnum):
    """Where one step of a running workflow stands."""

    PENDING = "pending"
    RUNNING = "running"
    RETRYING = "retrying"
    COMPLETED = "completed"
    FAILED = "failed"
    SKIPPED = "skipped"

    @property
    def has_ended(self) -> bool:
        """True when the step will not run any more."""
        return self in {StepStatus.COMPLETED, StepStatus.FAILED, StepStatus.SKIPPED}


class RobotStatus(StrEnum):
    """What the orchestrator knows of a robot."""

    ONLINE = "online"
    """Connected, heartbeats arrive, at least one slot is free."""
    BUSY = "busy"
    """Connected, every slot is taken."""
    DRAINING = "draining"
    """Connected, finishes what it runs and takes nothing new."""
    LOST = "lost"
    """Went away without a goodbye; what it ran may still be running."""
    OFFLINE = "offline"
    """Said goodbye, or has been lost for so long that nobody waits for it."""

    @property
    def is_connected(self) -> bool:
        """True while a live connection to the robot exists."""
        return self in {RobotStatus.ONLINE, RobotStatus.BUSY, RobotStatus.DRAINING}
