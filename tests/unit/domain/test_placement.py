"""Who gets a job, and what a person is told while nobody does."""

import random
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestrator.contract.ids import JobId, RobotId, WorkflowHash, WorkflowId
from orchestrator.contract.states import JobStatus, RobotStatus
from orchestrator.domain.job import Job, Requirements
from orchestrator.domain.placement import Candidate, LoadBalancingStrategy, choose, suits
from orchestrator.domain.robot import Robot

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
RNG = random.Random(1)


def candidate(name: str, *, busy: int = 0, last: int = 0, rests: bool = False, **facts: object) -> Candidate:
    fields = {"status": RobotStatus.ONLINE, "slots": 2, "registered_at": NOW, "last_seen_at": NOW, **facts}
    robot = Robot(robot_id=RobotId(name), name=name, **fields)  # type: ignore[arg-type]
    return Candidate(robot=robot, busy=busy, last_assigned=last, rests=rests)


def a_job(**fields: object) -> Job:
    values = {"status": JobStatus.QUEUED, "timeout_s": 60.0, **fields}
    return Job(
        job_id=JobId("j"), workflow_id=WorkflowId("w"), workflow_hash=WorkflowHash("h"), workflow_name="Look",
        created_at=NOW, changed_at=NOW, **values,  # type: ignore[arg-type]
    )  # fmt: skip


@pytest.mark.feature("C25", "W27")
def test_round_robin_takes_the_one_that_was_chosen_longest_ago() -> None:
    robots = [candidate("a", last=3), candidate("b", last=1), candidate("c", last=2)]
    assert choose(Requirements(), robots, LoadBalancingStrategy.ROUND_ROBIN, rng=RNG) == "b"


@pytest.mark.feature("C26", "W28")
def test_least_loaded_compares_shares_of_slots_and_not_numbers_of_jobs() -> None:
    robots = [candidate("small", busy=1, slots=2), candidate("big", busy=3, slots=8)]
    assert choose(Requirements(), robots, LoadBalancingStrategy.LEAST_LOADED, rng=RNG) == "big"


@pytest.mark.feature("C27")
def test_random_gives_everybody_a_share_and_can_be_repeated() -> None:
    robots = [candidate("a"), candidate("b")]

    def draw(seed: int) -> list[RobotId | None]:
        rng = random.Random(seed)
        return [choose(Requirements(), robots, LoadBalancingStrategy.RANDOM, rng=rng) for _ in range(20)]

    assert set(draw(1)) == {"a", "b"}
    assert draw(1) == draw(1)


@pytest.mark.feature("C28")
def test_affinity_prefers_the_last_robot_while_it_has_room() -> None:
    robots = [candidate("a", busy=1), candidate("b")]
    affinity = LoadBalancingStrategy.AFFINITY
    assert choose(Requirements(), robots, affinity, rng=RNG, ran_it_last=RobotId("a")) == "a"
    full = [candidate("a", busy=2), candidate("b")]
    assert choose(Requirements(), full, affinity, rng=RNG, ran_it_last=RobotId("a")) == "b"


@given(
    strategy=st.sampled_from(LoadBalancingStrategy),
    robots=st.lists(
        st.tuples(
            st.integers(0, 3),
            st.sampled_from(RobotStatus),
            st.frozensets(st.sampled_from("xyz")),
            st.booleans(),
        ),
        max_size=6,
    ),
    tags=st.frozensets(st.sampled_from("xyz")),
)
def test_the_chosen_robot_is_always_able_and_somebody_is_chosen_when_anybody_is(
    strategy: LoadBalancingStrategy,
    robots: list[tuple[int, RobotStatus, frozenset[str], bool]],
    tags: frozenset[str],
) -> None:
    candidates = [
        candidate(f"r{number}", busy=busy, status=status, tags=has, rests=rests)
        for number, (busy, status, has, rests) in enumerate(robots)
    ]
    needs = Requirements(tags=tags)
    able = {each.robot.robot_id for each in candidates if each.has_room and suits(needs, each.robot)}
    chosen = choose(needs, candidates, strategy, rng=RNG)
    assert chosen in able if able else chosen is None


def test_tags_capabilities_and_a_named_robot_must_fit() -> None:
    robot = candidate("a", tags=frozenset({"gpu"}), capabilities=frozenset({"os:linux"})).robot
    assert suits(Requirements(tags=frozenset({"gpu"}), capabilities=frozenset({"os:linux"})), robot)
    assert not suits(Requirements(tags=frozenset({"gpu", "eu"})), robot)
    assert not suits(Requirements(capabilities=frozenset({"os:windows"})), robot)
    assert not suits(Requirements(robot_id=RobotId("b")), robot)
