"""When waiting jobs will start, and how long a workflow will take: guesses from similar runs, with their doubt.

What is not known is said to be not known: a workflow that has never completed has no usual length, and whoever waits
behind it gets no time.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from statistics import median

from orchestrator.contract.ids import JobId, RobotId
from orchestrator.contract.workflow import ExecutionStrategy, WorkflowDefinition
from orchestrator.domain.job import Requirements
from orchestrator.domain.placement import suits
from orchestrator.domain.robot import Robot

MAD_TO_SIGMA = 1.4826
"""Makes a median absolute deviation comparable with a standard deviation (for normally distributed values)."""
LEAST_DOUBT = 0.05
DOUBT_OF_FEW = 0.5
"""The share of a length that is in doubt when few runs are known, and never less than the former."""
ENOUGH_RUNS = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Usual:
    """How long runs of a workflow take."""

    seconds: float
    doubt_s: float
    runs: int
    """How many are behind it."""


def usual_of(durations: Sequence[float]) -> Usual | None:
    """The median of some runs and its doubt; None without any."""
    if not durations:
        return None
    middle = median(durations)
    spread = MAD_TO_SIGMA * median(abs(each - middle) for each in durations)
    least = (LEAST_DOUBT if len(durations) >= ENOUGH_RUNS else DOUBT_OF_FEW) * middle
    return Usual(seconds=middle, doubt_s=max(spread, least), runs=len(durations))


@dataclass(frozen=True, slots=True, kw_only=True)
class When:
    """A moment to come, in seconds from now, and its doubt."""

    in_s: float
    doubt_s: float = 0.0

    def later(self, usual: Usual) -> "When":
        """After something of a usual length; doubts add up as those of independent things do."""
        return When(in_s=self.in_s + usual.seconds, doubt_s=math.hypot(self.doubt_s, usual.doubt_s))

    def after(self, seconds: float) -> "When":
        """The same moment, seen so many seconds later."""
        return When(in_s=max(0.0, self.in_s - seconds), doubt_s=self.doubt_s)


NOW = When(in_s=0.0)


def rest_of(usual: Usual | None, elapsed_s: float) -> When | None:
    """When a running job will end; one that takes longer than usual, in a tenth of what it has taken so far."""
    if usual is None:
        return None
    left_s = max(usual.seconds - elapsed_s, elapsed_s / 10)
    return When(in_s=left_s, doubt_s=max(usual.doubt_s, left_s / 2 if elapsed_s > usual.seconds else 0.0))


@dataclass(frozen=True, slots=True, kw_only=True)
class RobotOutlook:
    """A robot that takes work, and when each of its slots is free; None for a slot of which that is not known."""

    robot: Robot
    slots: tuple[When | None, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyOutlook:
    """A concurrency key: how many may hold it, and when each of its holders will let go."""

    at_once: int
    ends: tuple[When | None, ...] = ()
    is_stopped: bool = False
    """Its breaker is open: nobody knows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """A queued job, as far as a forecast looks at it."""

    job_id: JobId
    requirements: Requirements
    keys: tuple[str, ...] = ()
    usual: Usual | None = None


@dataclass(slots=True)
class _Fleet:
    """The fleet while a plan is made: slots and keys fill up job by job."""

    slots: list[tuple[Robot, list[When | None]]]
    keys: dict[str, KeyOutlook] = field(default_factory=dict)

    def start_of(self, job: Waiting) -> tuple[When, RobotId, int] | None:
        """The first slot that can be counted on; None when nothing can be said."""
        held = [self._key_free(key) for key in job.keys]
        if any(each is None for each in held):
            return None
        ready = max((each for each in held if each is not None), key=lambda when: when.in_s, default=NOW)
        free = [
            (when, robot.robot_id, place)
            for robot, slots in self.slots
            if suits(job.requirements, robot)
            for place, when in enumerate(slots)
            if when is not None
        ]
        if not free:
            return None
        slot, robot_id, place = min(free, key=lambda each: (each[0].in_s, each[1], each[2]))
        return (slot if slot.in_s >= ready.in_s else ready, robot_id, place)

    def _key_free(self, key: str) -> When | None:
        outlook = self.keys.get(key)
        if outlook is None or (len(outlook.ends) < outlook.at_once and not outlook.is_stopped):
            return NOW
        if outlook.is_stopped or any(each is None for each in outlook.ends):
            return None
        ends = sorted((each for each in outlook.ends if each is not None), key=lambda when: when.in_s)
        return ends[len(ends) - outlook.at_once]

    def occupy(self, job: Waiting, start: When, robot_id: RobotId, place: int) -> None:
        """The job takes its slot and keys until its usual end."""
        end = start.later(job.usual) if job.usual is not None else None
        slots = next(slots for robot, slots in self.slots if robot.robot_id == robot_id)
        slots[place] = end
        for key in job.keys:
            before = self.keys.get(key, KeyOutlook(at_once=1))
            ends = [each for each in before.ends if each is None or each.in_s > start.in_s]
            self.keys[key] = KeyOutlook(at_once=before.at_once, ends=(*ends, end), is_stopped=before.is_stopped)


def plan(
    queue: Iterable[Waiting], robots: Sequence[RobotOutlook], keys: Mapping[str, KeyOutlook]
) -> dict[JobId, When | None]:
    """When each queued job, in the order of the queue, will start; None where nothing can be said.

    Every job takes the slot that is free first among the robots that suit it. A job of unknown length makes its slot
    unknown to those behind it, never a reason to promise less.
    """
    fleet = _Fleet(slots=[(each.robot, list(each.slots)) for each in robots], keys=dict(keys))
    starts: dict[JobId, When | None] = {}
    for job in queue:
        found = fleet.start_of(job)
        starts[job.job_id] = found[0] if found is not None else None
        if found is not None:
            fleet.occupy(job, *found)
    return starts


def far_behind(planned: int, last: When | None, ahead: int) -> When | None:
    """The start of a job behind those that were planned, at the pace of these; None when that is not known."""
    if last is None or planned <= 0 or last.in_s <= 0:
        return None
    in_s = last.in_s * (ahead + 1) / planned
    return When(in_s=in_s, doubt_s=max(last.doubt_s, in_s / 2))


# --- how long a workflow takes ----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class LevelEstimate:
    """Steps that can run side by side, and how long they take together."""

    steps: tuple[str, ...]
    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ExecutionEstimate:
    """How long one run of a workflow takes, level by level."""

    seconds: float
    levels: tuple[LevelEstimate, ...]
    unknown: tuple[str, ...] = ()
    """Steps of which no run is known; they count as nothing."""


def execution_estimate(definition: WorkflowDefinition, step_s: Mapping[str, float]) -> ExecutionEstimate:
    """One run's length from the usual lengths of its steps: levels of the dependency graph, one after the other.

    In a level steps run side by side, as many as the workflow allows; a sequential workflow runs them one by one.
    """
    width = 1 if _is_sequential(definition) else definition.max_concurrent_steps
    levels = tuple(
        LevelEstimate(steps=level, seconds=_together([step_s.get(each, 0.0) for each in level], width))
        for level in levels_of({step.id: step.dependencies for step in definition.steps})
    )
    unknown = tuple(step.id for step in definition.steps if step.id not in step_s)
    seconds = sum(level.seconds for level in levels) * definition.iterations
    return ExecutionEstimate(seconds=seconds, levels=levels, unknown=unknown)


def levels_of(dependencies: Mapping[str, Sequence[str]]) -> list[tuple[str, ...]]:
    """The steps by how many must come before them; steps of circles are left out."""
    done: set[str] = set()
    levels: list[tuple[str, ...]] = []
    while True:
        level = tuple(
            node
            for node, needs in dependencies.items()
            if node not in done and all(need in done for need in needs if need in dependencies)
        )
        if not level:
            return levels
        done.update(level)
        levels.append(level)


def _is_sequential(definition: WorkflowDefinition) -> bool:
    return definition.strategy is ExecutionStrategy.SEQUENTIAL or not definition.parallel_execution


def _together(lengths: Sequence[float], width: int) -> float:
    """How long some steps take when `width` of them run at a time, the longest first."""
    places = [0.0] * max(1, min(width, len(lengths)))
    for length in sorted(lengths, reverse=True):
        earliest = places.index(min(places))
        places[earliest] += length
    return max(places)
