"""What an operator plans with a robot: it drains, by a deadline and to an end, or is under maintenance for a while."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from orchestrator.contract.ids import RobotId


class PlanKind(StrEnum):
    """Why a robot takes nothing new."""

    DRAIN = "drain"
    MAINTENANCE = "maintenance"


class AtDeadline(StrEnum):
    """What becomes of jobs that still run at the deadline of a drain."""

    WAIT = "wait"
    """They are left to finish."""
    HAND_OVER = "hand-over"
    """They go on elsewhere where that is safe; the others are left to finish."""
    KILL = "kill"
    """They are cancelled."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RobotPlan:
    """One robot's plan; it outlives restarts of robot and orchestrator."""

    robot_id: RobotId
    kind: PlanKind
    actor: str
    started_at: datetime
    reason: str = ""
    until_at: datetime | None = None
    """MAINTENANCE: when the robot takes work again by itself."""
    deadline_at: datetime | None = None
    """DRAIN: when `then` is done."""
    then: AtDeadline = AtDeadline.WAIT
    is_overdue: bool = False
    """DRAIN: the deadline has passed, and `then` was done."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunningJob:
    """What the clock of a drain knows of a job that still runs."""

    started_at: datetime | None
    usual_s: float | None
    """How long its workflow usually takes; None when it has never completed."""
    limit_s: float
    """The job's own time limit."""


def free_at(jobs: Sequence[RunningJob], now: datetime) -> datetime | None:
    """When the last of the jobs will probably have ended; None when nothing is known of one of them.

    A job that takes longer than usual is expected to end in a tenth of the time that it has taken so far.
    """
    ends = [_ends_at(job, now) for job in jobs]
    known = [end for end in ends if end is not None]
    return max([now, *known]) if len(known) == len(ends) else None


def free_at_latest(jobs: Sequence[RunningJob], now: datetime) -> datetime:
    """When the last of the jobs must have ended, by their time limits."""
    return max([now, *((job.started_at or now) + timedelta(seconds=job.limit_s) for job in jobs)])


def in_words(name: str, jobs: int, free: datetime | None, now: datetime) -> str:
    """`robot-3 is free in about 4 min`."""
    if jobs == 0:
        return f"{name} is free."
    if free is None:
        return f"{name} still runs {jobs} {'job' if jobs == 1 else 'jobs'}; how long they take is not known yet."
    return f"{name} is free in {about(free - now)}."


def in_short(plan: RobotPlan) -> str:
    """`maintenance until 2026-03-02 14:00 UTC: new disk`, for a table."""
    until = plan.until_at or plan.deadline_at
    word = "until" if plan.kind is PlanKind.MAINTENANCE else "free by"
    moment = f" {word} {until:%Y-%m-%d %H:%M} UTC" if until else ""
    return f"{plan.kind}{moment}{f': {plan.reason}' if plan.reason else ''}"


def about(length: timedelta) -> str:
    """A length of time as people guess it: `a few seconds`, `about 40 s`, `about 4 min`, `about 2 h`."""
    seconds = length.total_seconds()
    if seconds < 10:
        return "a few seconds"
    if seconds < 55:
        return f"about {round(seconds / 10) * 10} s"
    minutes = max(1, round(seconds / 60))
    if minutes < 60:
        return f"about {minutes} min"
    hours, rest = divmod(minutes, 60)
    return f"about {hours} h {rest} min" if rest else f"about {hours} h"


def _ends_at(job: RunningJob, now: datetime) -> datetime | None:
    if job.usual_s is None:
        return None
    started_at = job.started_at or now
    spent_s = max(0.0, (now - started_at).total_seconds())
    left_s = job.usual_s - spent_s if job.usual_s > spent_s else spent_s / 10
    latest = started_at + timedelta(seconds=job.limit_s)
    return min(now + timedelta(seconds=left_s), max(now, latest))
