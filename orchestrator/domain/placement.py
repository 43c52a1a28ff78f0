"""Which robot gets a job: filter by what a robot must be, then rank by the strategy."""

import random
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import assert_never

from orchestrator.contract.ids import RobotId
from orchestrator.contract.states import RobotStatus
from orchestrator.domain.job import Requirements
from orchestrator.domain.robot import Robot


class LoadBalancingStrategy(StrEnum):
    """How to choose among the robots that could take a job."""

    ROUND_ROBIN = "round_robin"
    """The robot that was chosen longest ago."""
    LEAST_LOADED = "least_loaded"
    """The robot with the smallest share of its slots taken; among equals, the one chosen longest ago."""
    RANDOM = "random"
    AFFINITY = "affinity"
    """The robot that ran this workflow last, while it can; otherwise the least loaded."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A robot and how full it is, at the moment of the choice."""

    robot: Robot
    busy: int = 0
    """Slots that hold a job."""
    reported_load: float = 0.0
    """What the robot itself said last, 0 to 1; ranks, but never rules out."""
    last_assigned: int = 0
    """Number of the newest assignment: higher is more recent, 0 is never."""
    rests: bool = False
    """It refused an offer a moment ago."""

    @property
    def load(self) -> float:
        """0 for an idle robot to 1 for a full one."""
        return max(self.busy / self.robot.slots, self.reported_load)

    @property
    def has_room(self) -> bool:
        """True when the robot would take any job that suits it."""
        return self.robot.status is RobotStatus.ONLINE and not self.rests and self.busy < self.robot.slots


Rank = tuple[float, int, str]
"""Sorts robots: the smallest gets the job."""


def rank(candidate: Candidate, strategy: LoadBalancingStrategy) -> Rank:
    """Where a robot stands among those that could take a job; RANDOM has no order, and AFFINITY none of its own."""
    load = 0.0 if strategy is LoadBalancingStrategy.ROUND_ROBIN else candidate.load
    return (load, candidate.last_assigned, candidate.robot.robot_id)


def suits(requirements: Requirements, robot: Robot) -> bool:
    """True when the robot is what the job needs, whether it has room or not."""
    return (
        requirements.robot_id in {None, robot.robot_id}
        and requirements.tags <= robot.tags
        and requirements.capabilities <= robot.capabilities
    )


def choose(
    requirements: Requirements,
    candidates: Iterable[Candidate],
    strategy: LoadBalancingStrategy,
    *,
    rng: random.Random,
    ran_it_last: RobotId | None = None,
) -> RobotId | None:
    """The robot for a job with these requirements; None when no candidate suits and has room."""
    able = [each for each in candidates if each.has_room and suits(requirements, each.robot)]
    if not able:
        return None
    match strategy:
        case LoadBalancingStrategy.ROUND_ROBIN | LoadBalancingStrategy.LEAST_LOADED:
            best = min(able, key=lambda each: rank(each, strategy))
        case LoadBalancingStrategy.RANDOM:
            best = rng.choice(sorted(able, key=_name))
        case LoadBalancingStrategy.AFFINITY:
            best = min(able, key=lambda each: (each.robot.robot_id != ran_it_last, *rank(each, strategy)))
        case _:
            assert_never(strategy)
    return best.robot.robot_id


def _name(candidate: Candidate) -> str:
    return candidate.robot.robot_id
