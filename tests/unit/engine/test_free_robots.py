"""The index of robots with room chooses as the rule does that looks at each robot."""

import random
from datetime import UTC, datetime

import pytest

from orchestrator.contract.ids import RobotId
from orchestrator.contract.states import RobotStatus
from orchestrator.domain.job import Requirements
from orchestrator.domain.placement import Candidate, LoadBalancingStrategy, choose
from orchestrator.domain.robot import Robot
from orchestrator.engine.free_robots import FreeRobots

AT = datetime(2026, 3, 2, tzinfo=UTC)
TAGS = ("eu", "fast", "gpu")
ORDERED = (LoadBalancingStrategy.LEAST_LOADED, LoadBalancingStrategy.ROUND_ROBIN)


def a_candidate(rng: random.Random, number: int) -> Candidate:
    robot = Robot(
        robot_id=RobotId(f"r{number}"),
        name=f"r{number}",
        status=RobotStatus.ONLINE,
        slots=rng.randint(2, 4),
        tags=frozenset(rng.sample(TAGS, rng.randint(0, 2))),
        registered_at=AT,
        last_seen_at=AT,
    )
    return Candidate(robot=robot, busy=rng.randint(0, 1), last_assigned=rng.randint(0, 5))


def a_wish(rng: random.Random) -> Requirements:
    robot_id = RobotId(f"r{rng.randrange(12)}") if rng.random() < 0.2 else None
    return Requirements(tags=frozenset(rng.sample(TAGS, rng.randint(0, 1))), robot_id=robot_id)


@pytest.mark.parametrize("seed", range(20))
def test_the_index_and_the_rule_choose_the_same_robot(seed: int) -> None:
    rng = random.Random(seed)
    free, shadow = FreeRobots(), dict[RobotId, Candidate]()
    for _ in range(400):
        candidate = a_candidate(rng, rng.randrange(12))
        robot_id = candidate.robot.robot_id
        if rng.random() < 0.3:
            free.drop(robot_id)
            shadow.pop(robot_id, None)
        else:
            free.put(candidate)
            shadow[robot_id] = candidate
        wish, strategy = a_wish(rng), rng.choice(ORDERED)
        misfit = RobotId(f"r{rng.randrange(12)}")
        able = [each for each in shadow.values() if each.robot.robot_id != misfit]
        best = free.best(wish, strategy, lambda each, misfit=misfit: each != misfit)  # type: ignore[misc]
        expected = choose(wish, able, strategy, rng=rng)
        assert (best.robot.robot_id if best else None) == expected
        assert free.can_run(wish, lambda each, misfit=misfit: each != misfit) == (expected is not None)  # type: ignore[misc]
        assert len(free) == len(shadow)
        assert {each.robot.robot_id: each for each in free.candidates()} == shadow


def test_a_heap_does_not_grow_with_what_a_robot_has_been() -> None:
    rng = random.Random(1)
    free = FreeRobots()
    for number in range(10_000):
        free.put(Candidate(robot=a_candidate(rng, 1).robot, last_assigned=number))
        assert free.can_run(Requirements(), lambda _: True)
    (group,) = free._groups.values()
    assert len(group.heap) < 100
