"""Guesses about starts and lengths: right for what is regular, doubtful for what varies, silent about the unknown."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestrator.contract.ids import JobId, RobotId
from orchestrator.contract.states import RobotStatus
from orchestrator.contract.workflow import WorkflowDefinition
from orchestrator.domain.forecast import (
    NOW,
    KeyOutlook,
    RobotOutlook,
    Usual,
    Waiting,
    When,
    execution_estimate,
    far_behind,
    levels_of,
    plan,
    rest_of,
    usual_of,
)
from orchestrator.domain.job import Requirements
from orchestrator.domain.robot import Robot

AT = datetime(2026, 3, 2, 9, tzinfo=UTC)
MINUTE = Usual(seconds=60.0, doubt_s=3.0, runs=9)


def robot(name: str, *free_in: float | None, tags: frozenset[str] = frozenset()) -> RobotOutlook:
    online = RobotStatus.ONLINE
    about = Robot(robot_id=RobotId(name), name=name, status=online, tags=tags, registered_at=AT, last_seen_at=AT)
    return RobotOutlook(robot=about, slots=tuple(None if each is None else When(in_s=each) for each in free_in))


def job(name: str, *keys: str, tags: frozenset[str] = frozenset(), usual: Usual | None = MINUTE) -> Waiting:
    return Waiting(job_id=JobId(name), requirements=Requirements(tags=tags), keys=keys, usual=usual)


def starts(jobs: list[Waiting], robots: list[RobotOutlook], **keys: KeyOutlook) -> dict[str, float | None]:
    found = plan(jobs, robots, {key.replace("_", ":"): each for key, each in keys.items()})
    return {name: when.in_s if when is not None else None for name, when in found.items()}


@pytest.mark.feature("X21")
def test_jobs_take_the_slot_that_is_free_first_in_the_order_of_the_queue() -> None:
    jobs = [job(name) for name in "abcd"]
    assert starts(jobs, [robot("r", 0, 20)]) == {"a": 0, "b": 20, "c": 60, "d": 80}


def test_a_job_is_planned_on_robots_that_suit_it_and_holds_nobody_else_back() -> None:
    gpu = frozenset({"gpu"})
    jobs = [job("a", tags=gpu), job("b", tags=gpu), job("c")]
    assert starts(jobs, [robot("plain", 0), robot("g", 30, tags=gpu)]) == {"a": 30, "b": 90, "c": 0}
    assert starts([job("a", tags=gpu)], [robot("plain", 0)]) == {"a": None}


@pytest.mark.feature("X21")
def test_what_is_not_known_makes_nobody_promises() -> None:
    assert starts([job("a")], [robot("r", None)]) == {"a": None}
    assert starts([job("a", usual=None), job("b")], [robot("r", 0)]) == {"a": 0, "b": None}
    assert usual_of([]) is None
    assert rest_of(None, 5.0) is None


def test_keys_that_are_held_are_waited_for() -> None:
    jobs = [job("a", "k"), job("b", "k"), job("c", "open"), job("d")]
    held = KeyOutlook(at_once=1, ends=(When(in_s=10),))
    stopped = KeyOutlook(at_once=1, is_stopped=True)
    found = starts(jobs, [robot("r", 0, 0, 0)], k=held, open=stopped)
    assert found == {"a": 10, "b": 70, "c": None, "d": 0}


def test_doubt_grows_with_what_is_waited_for_and_with_what_varies() -> None:
    found = plan([job("a"), job("b"), job("c")], [robot("r", 0)], {})
    doubts = [when.doubt_s for when in found.values() if when is not None]
    assert doubts == sorted(doubts)
    assert doubts[2] == pytest.approx(3.0 * 2**0.5)
    regular, wild = usual_of([60.0] * 9), usual_of([5.0, 60.0, 300.0] * 3)
    assert regular is not None
    assert wild is not None
    assert regular.doubt_s == 3.0
    assert wild.doubt_s > 60
    few = usual_of([60.0])
    assert few is not None
    assert few.doubt_s == 30.0


def test_a_run_that_takes_longer_than_usual_is_not_about_to_end_for_ever() -> None:
    late = rest_of(MINUTE, 600.0)
    assert late is not None
    assert late.in_s == 60.0
    assert late.doubt_s >= 30.0
    assert rest_of(MINUTE, 45.0) == When(in_s=15.0, doubt_s=3.0)


def test_who_stands_far_behind_is_told_by_the_pace_of_those_before() -> None:
    found = far_behind(500, When(in_s=1_000.0), 999)
    assert found is not None
    assert (found.in_s, found.doubt_s) == (2_000.0, 1_000.0)
    assert far_behind(500, None, 999) is None
    assert far_behind(0, NOW, 5) is None


@given(
    lengths=st.lists(st.floats(1, 100), min_size=1, max_size=12),
    free=st.lists(st.floats(0, 100), min_size=1, max_size=4),
)
def test_a_plan_never_overbooks_a_fleet_and_never_leaves_a_slot_idle(lengths: list[float], free: list[float]) -> None:
    jobs = [job(str(place), usual=Usual(seconds=length, doubt_s=0.0, runs=5)) for place, length in enumerate(lengths)]
    found = plan(jobs, [robot("r", *free)], {})
    spans = [(when.in_s, when.in_s + length) for when, length in zip(found.values(), lengths, strict=True) if when]
    assert len(spans) == len(lengths)
    for start, _ in spans:
        running = sum(other <= start < end for other, end in spans)
        assert running <= sum(each <= start for each in free)
    assert [start for start, _ in spans] == sorted(start for start, _ in spans)


@pytest.mark.feature("W15")
def test_a_run_is_estimated_level_by_level_with_as_many_steps_at_a_time_as_it_allows() -> None:
    steps = [
        {"id": "open", "action": "goto"},
        {"id": "a", "action": "read", "dependencies": ["open"]},
        {"id": "b", "action": "read", "dependencies": ["open"]},
        {"id": "c", "action": "read", "dependencies": ["open"]},
        {"id": "end", "action": "read", "dependencies": ["a", "b"]},
    ]
    wide = WorkflowDefinition.model_validate({"steps": steps, "max_concurrent_steps": 2})
    taken = {"open": 2.0, "a": 4.0, "b": 3.0, "c": 5.0}
    found = execution_estimate(wide, taken)
    assert [level.steps for level in found.levels] == [("open",), ("a", "b", "c"), ("end",)]
    assert [level.seconds for level in found.levels] == [2.0, 7.0, 0.0]
    assert (found.seconds, found.unknown) == (9.0, ("end",))
    alone = wide.model_copy(update={"parallel_execution": False, "iterations": 2})
    assert execution_estimate(alone, taken).seconds == 28.0


def test_levels_leave_circles_out() -> None:
    assert levels_of({"a": [], "b": ["c"], "c": ["b"], "d": ["a"]}) == [("a",), ("d",)]
