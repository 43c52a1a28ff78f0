"""Who gets a job, and what a person is told while nobody does."""

import random
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestrator.contract.errors import ErrorInfo, ErrorKind
from orchestrator.contract.ids import JobId, RobotId, WorkflowHash, WorkflowId
from orchestrator.contract.retry import RetryPolicy
from orchestrator.contract.states import JobStatus, RobotStatus
from orchestrator.domain.job import Job, Requirements
from orchestrator.domain.placement import Candidate, LoadBalancingStrategy, choose, suits, verdicts
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


@pytest.mark.feature("X01")
@pytest.mark.parametrize(
    ("candidate_", "words"),
    [
        (candidate("a", status=RobotStatus.OFFLINE, last_seen_at=NOW - timedelta(minutes=4)), "Offline for 4 min."),
        (candidate("a", status=RobotStatus.LOST, last_seen_at=NOW - timedelta(seconds=9)), "Lost for 9 s."),
        (candidate("a", status=RobotStatus.DRAINING), "Draining: takes nothing new."),
        (candidate("a", busy=2, status=RobotStatus.BUSY), "2 of 2 slots busy."),
        (candidate("a", rests=True), "Refused an offer a moment ago."),
        (candidate("a"), "Free: 2 of 2 slots."),
    ],
)
def test_each_robot_gets_a_verdict_that_says_why(candidate_: Candidate, words: str) -> None:
    own, about_robot = verdicts(a_job(), [candidate_], now=NOW)
    assert own.robot_id is None
    assert about_robot.robot_id == "a"
    assert about_robot.verdict == words


@pytest.mark.feature("X01")
def test_what_no_robot_has_is_named() -> None:
    job = a_job(requirements=Requirements(tags=frozenset({"gpu", "eu"})))
    own, first, second = verdicts(job, [candidate("a", tags=frozenset({"eu"})), candidate("b")], now=NOW)
    assert own.verdict == "No robot has tags eu, gpu."
    assert first.verdict == "Lacks tag gpu."
    assert second.verdict == "Lacks tags eu, gpu."


@pytest.mark.feature("X01")
def test_a_job_that_is_not_due_says_when() -> None:
    job = a_job(status=JobStatus.PENDING, not_before=NOW + timedelta(minutes=10))
    (own,) = verdicts(job, [], now=NOW)
    assert own.verdict == "Not due before 2026-03-02 09:10:00 UTC, in 10 min."
    retry = replace(job, failures=1, retry=RetryPolicy(max_retries=2))
    assert verdicts(retry, [], now=NOW)[0].verdict.startswith("Retry 1 of 2 is not due before")


@pytest.mark.feature("X01")
@given(
    status=st.sampled_from(JobStatus),
    robots=st.lists(st.sampled_from(RobotStatus), max_size=3),
    ahead=st.integers(0, 3),
    paused=st.booleans(),
)
def test_the_answer_to_why_is_never_empty(
    status: JobStatus, robots: list[RobotStatus], ahead: int, *, paused: bool
) -> None:
    error = ErrorInfo(kind=ErrorKind.NETWORK, message="x")
    candidates = [candidate(f"r{number}", status=each) for number, each in enumerate(robots)]
    found = verdicts(a_job(status=status, error=error), candidates, now=NOW, ahead=ahead, paused=paused)
    assert found
    assert all(each.verdict.endswith(".") for each in found)


def test_jobs_ahead_are_counted() -> None:
    own, _ = verdicts(a_job(), [candidate("a", busy=2, status=RobotStatus.BUSY)], now=NOW, ahead=3)
    assert own.verdict == "Every robot that could take it is occupied, and 3 jobs go before it."
