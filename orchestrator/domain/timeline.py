"""The past of the fleet as values: who was there, what ran where, how much waited, and where nothing is known."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import pairwise

from orchestrator.contract.ids import JobId, RobotId
from orchestrator.contract.states import RobotStatus
from orchestrator.domain.robot import Robot
from orchestrator.domain.robot_plan import PlanKind, RobotPlan

ENGINE = RobotId("")
"""In whose name it is noted that the orchestrator itself started and stopped."""
FAILED_OUTCOMES = frozenset({"failed", "timeout", "crashed"})
"""Of attempts."""


class FleetState(StrEnum):
    """How a robot stood; STARTED and STOPPED are said of the orchestrator."""

    ONLINE = "online"
    DRAINING = "draining"
    MAINTENANCE = "maintenance"
    LOST = "lost"
    OFFLINE = "offline"
    REMOVED = "removed"
    STARTED = "started"
    STOPPED = "stopped"


@dataclass(frozen=True, slots=True, kw_only=True)
class StateChange:
    """From `at` on a robot stood like this."""

    robot_id: RobotId
    at: datetime
    state: FleetState
    name: str
    slots: int = 0
    note: str = ""
    """Why, where somebody said it: the reason of a maintenance."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FleetSample:
    """How much waited for a robot and ran at one moment."""

    at: datetime
    waiting: int
    running: int
    is_coarse: bool = False
    """The first of its five minutes: it stays when the others are forgotten."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadPoint:
    """The samples of one stretch of time: their mean and their peak."""

    at: datetime
    """Where the stretch begins."""
    waiting: float
    running: float
    most_waiting: int
    most_running: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One attempt on one robot."""

    job_id: JobId
    attempt: int
    workflow_name: str
    robot_id: RobotId
    started_at: datetime
    ended_at: datetime | None = None
    """None while it runs."""
    outcome: str | None = None
    error: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MergedRuns:
    """Short runs of one robot that ended in the same stretch of time, where there are too many to name each."""

    robot_id: RobotId
    starts_at: datetime
    runs: int
    failed: int
    busy_s: float
    """All of them together; more than the stretch is long where several ran side by side."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wait:
    """A job that waited for a robot."""

    job_id: JobId
    workflow_name: str
    since_at: datetime
    until_at: datetime | None = None
    """When a robot took it, or it was cancelled; None while it still waits."""
    robot_id: RobotId | None = None
    """Who took it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """How a robot stood from `since` to `until`."""

    state: FleetState
    since: datetime
    until: datetime
    note: str = ""


class GapReason(StrEnum):
    """Why nothing is known of a stretch of time."""

    STOPPED = "stopped"
    """The orchestrator did not run."""
    UNRECORDED = "unrecorded"
    """It was before the first thing that was noted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """A stretch of time in which nobody watched."""

    since: datetime
    until: datetime
    reason: GapReason


@dataclass(frozen=True, slots=True, kw_only=True)
class Lane:
    """One robot over time."""

    robot_id: RobotId
    name: str
    slots: int
    stretches: tuple[Stretch, ...] = ()
    runs: tuple[Run, ...] = ()
    merged: tuple[MergedRuns, ...] = ()


def state_of(robot: Robot, plan: RobotPlan | None) -> tuple[FleetState, str]:
    """How a robot stands, and why if somebody said it. Whether it works is told by its runs."""
    if not robot.status.is_connected:
        return (FleetState.LOST if robot.status is RobotStatus.LOST else FleetState.OFFLINE), ""
    if not robot.draining and robot.status is not RobotStatus.DRAINING:
        return FleetState.ONLINE, ""
    if robot.draining and plan is not None:
        kind = FleetState.MAINTENANCE if plan.kind is PlanKind.MAINTENANCE else FleetState.DRAINING
        return kind, plan.reason
    return FleetState.DRAINING, ""


def stretches(changes: Sequence[StateChange], since: datetime, until: datetime) -> tuple[Stretch, ...]:
    """The changes of one robot, in order, as stretches inside a window; equal neighbours become one."""
    found: list[Stretch] = []
    ends = [*(each.at for each in changes[1:]), until]
    for change, next_at in zip(changes, ends, strict=True):
        begin, end = max(change.at, since), min(next_at, until)
        if end <= begin:
            continue
        last = found[-1] if found else None
        if last is not None and (last.state, last.note, last.until) == (change.state, change.note, begin):
            found[-1] = Stretch(state=last.state, since=last.since, until=end, note=last.note)
        else:
            found.append(Stretch(state=change.state, since=begin, until=end, note=change.note))
    return tuple(found)


def gaps(changes: Sequence[StateChange], since: datetime, until: datetime) -> tuple[Gap, ...]:
    """Where nobody watched, by the orchestrator's own changes in order; without any, all of it."""
    if not changes:
        return (Gap(since=since, until=until, reason=GapReason.UNRECORDED),) if since < until else ()
    found = [Gap(since=since, until=min(changes[0].at, until), reason=GapReason.UNRECORDED)]
    for before, after in pairwise(changes):
        if before.state is FleetState.STOPPED:
            found.append(Gap(since=max(before.at, since), until=min(after.at, until), reason=GapReason.STOPPED))
    if changes[-1].state is FleetState.STOPPED:
        found.append(Gap(since=max(changes[-1].at, since), until=until, reason=GapReason.STOPPED))
    return tuple(gap for gap in found if gap.since < gap.until)


def by_robot(changes: Iterable[StateChange]) -> dict[RobotId, list[StateChange]]:
    """The changes of each, in their order."""
    found: dict[RobotId, list[StateChange]] = {}
    for change in changes:
        found.setdefault(change.robot_id, []).append(change)
    return found


def bucket_s(since: datetime, until: datetime, *, most: int, least_s: float) -> float:
    """How long a stretch must be for a window to have at most `most` of them: whole seconds, never below `least_s`."""
    length_s = (until - since) / timedelta(seconds=1)
    return max(least_s, float(-(-length_s // most)))
