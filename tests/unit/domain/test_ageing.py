"""Priorities that age: who waits rises, nobody starves, CRITICAL stays first, and nothing is ever sorted anew."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestrator.contract.ids import JobId, WorkflowHash, WorkflowId
from orchestrator.contract.states import JobPriority, JobStatus
from orchestrator.domain.ageing import effective_rank, place_of
from orchestrator.domain.job import Job

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
STEP_S = 1_800.0
LOW, NORMAL, HIGH, CRITICAL = JobPriority


def a_job(priority: JobPriority, *, queued: float = 0.0, position: int = 1) -> Job:
    at = NOW + timedelta(seconds=queued)
    return Job(
        job_id=JobId(f"j{position}"), workflow_id=WorkflowId("w"), workflow_hash=WorkflowHash("h"),
        workflow_name="W", status=JobStatus.QUEUED, priority=priority, timeout_s=60.0, created_at=at, changed_at=at,
        queued_at=at, position=position,
    )  # fmt: skip


@pytest.mark.feature("X21", "D70")
def test_after_one_step_of_waiting_a_job_stands_where_the_next_priority_begins() -> None:
    old = a_job(LOW)
    for waited, overtakes in [(STEP_S - 1, False), (STEP_S + 1, True)]:
        fresh = a_job(NORMAL, queued=waited, position=2)
        assert (place_of(old, STEP_S) < place_of(fresh, STEP_S)) is overtakes
    assert effective_rank(LOW, 2 * STEP_S, STEP_S) == HIGH.rank


@pytest.mark.feature("X21")
def test_nobody_reaches_critical_by_waiting_and_critical_jobs_keep_their_order() -> None:
    ancient = a_job(HIGH)
    first, second = a_job(CRITICAL, queued=10**8, position=7), a_job(CRITICAL, queued=10**8 - 5, position=8)
    assert place_of(first, STEP_S) < place_of(second, STEP_S) < place_of(ancient, STEP_S)


@pytest.mark.feature("D70", "C33")
def test_without_ageing_priority_and_then_arrival_decide() -> None:
    jobs = [a_job(HIGH, queued=99, position=3), a_job(NORMAL, position=1), a_job(NORMAL, queued=9**9, position=2)]
    assert sorted(jobs, key=place_of) == jobs


@pytest.mark.feature("X21")
@given(
    first=st.tuples(st.sampled_from(JobPriority), st.floats(0, 10**6)),
    second=st.tuples(st.sampled_from(JobPriority), st.floats(0, 10**6)),
    later=st.floats(10**6, 10**7),
    step_s=st.floats(1, 10**5),
)
def test_the_place_agrees_with_the_effective_ranks_at_every_moment(
    first: tuple[JobPriority, float], second: tuple[JobPriority, float], later: float, step_s: float
) -> None:
    jobs = [
        a_job(priority, queued=round(queued), position=place)
        for place, (priority, queued) in enumerate((first, second))
    ]
    ranks = [effective_rank(priority, later - round(queued), step_s) for priority, queued in (first, second)]
    if CRITICAL in {first[0], second[0]} or abs(ranks[0] - ranks[1]) < 1e-6:
        return
    assert (place_of(jobs[0], step_s) < place_of(jobs[1], step_s)) is (ranks[0] > ranks[1])
