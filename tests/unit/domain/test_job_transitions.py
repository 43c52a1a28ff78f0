"""A job moves along the table and in no other way; the drawing in the documentation is the table's."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestrator.contract.errors import ErrorInfo, ErrorKind
from orchestrator.contract.ids import JobId, WorkflowHash, WorkflowId
from orchestrator.contract.states import FINAL_STATES, LIVE_STATES, JobStatus
from orchestrator.domain.errors import IllegalTransitionError
from orchestrator.domain.job import TRANSITIONS, Job

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
DOCUMENT = Path(__file__).parents[3] / "docs" / "job-lifecycle.md"


def a_job(status: JobStatus = JobStatus.QUEUED) -> Job:
    return Job(
        job_id=JobId("j"),
        workflow_id=WorkflowId("w"),
        workflow_hash=WorkflowHash("h"),
        workflow_name="Look",
        status=status,
        timeout_s=60,
        created_at=NOW,
        changed_at=NOW,
    )


@pytest.mark.feature("C30")
def test_every_state_of_the_reference_is_a_state() -> None:
    names = ["pending", "queued", "dispatched", "running", "completed", "failed", "cancelled", "timeout"]
    assert all(JobStatus(name) in TRANSITIONS for name in names)


@pytest.mark.feature("C31")
@given(before=st.sampled_from(JobStatus), after=st.sampled_from(JobStatus))
def test_a_move_is_allowed_exactly_when_the_table_has_it(before: JobStatus, after: JobStatus) -> None:
    job, later = a_job(before), NOW + timedelta(seconds=5)
    if after in TRANSITIONS[before]:
        moved = job.moved(after, at=later)
        assert (moved.status, moved.changed_at, job.status) == (after, later, before)
    else:
        with pytest.raises(IllegalTransitionError, match=f"is {before} and cannot become {after}"):
            job.moved(after, at=later)


def test_every_state_can_be_reached_and_every_job_can_end() -> None:
    reached = _reachable(JobStatus.PENDING)
    assert reached == set(JobStatus)
    assert all(_reachable(status) & FINAL_STATES for status in JobStatus)


def test_nothing_leaves_completed_and_only_a_person_leaves_the_other_ends() -> None:
    assert not TRANSITIONS[JobStatus.COMPLETED]
    for status in FINAL_STATES - {JobStatus.COMPLETED}:
        assert TRANSITIONS[status] == {JobStatus.QUEUED, JobStatus.PENDING}


def test_no_move_takes_a_run_from_a_robot_silently() -> None:
    """From RUNNING a job gets back into the queue only over PENDING, PAUSED or an end: never at once."""
    assert JobStatus.QUEUED not in TRANSITIONS[JobStatus.RUNNING] | TRANSITIONS[JobStatus.LOST]


def test_a_job_that_is_stopped_because_its_time_is_up_knows_it() -> None:
    timeout = ErrorInfo(kind=ErrorKind.TIMEOUT, message="late")
    stopping = replace(a_job(JobStatus.CANCELLING), error=timeout)
    assert stopping.is_timing_out
    assert not replace(stopping, error=None).is_timing_out
    assert not replace(stopping, status=JobStatus.FAILED).is_timing_out


def test_the_drawing_in_the_documentation_is_the_tables() -> None:
    assert drawing() in DOCUMENT.read_text(encoding="utf-8"), f"docs/job-lifecycle.md needs:\n{drawing()}"


def test_the_documentation_tells_something_about_every_state() -> None:
    text = DOCUMENT.read_text(encoding="utf-8")
    assert not [status for status in JobStatus if f"| {status.name} |" not in text]


def drawing() -> str:
    """The table as a Mermaid state diagram."""
    lines = ["```mermaid", "stateDiagram-v2", "    [*] --> PENDING", "    [*] --> QUEUED"]
    for before in JobStatus:
        lines += [f"    {before.name} --> {after.name}" for after in JobStatus if after in TRANSITIONS[before]]
    lines += [f"    {status.name} --> [*]" for status in JobStatus if status in FINAL_STATES]
    return "\n".join([*lines, "```"])


def test_live_states_are_those_in_which_a_robot_may_hold_the_job() -> None:
    assert not LIVE_STATES & FINAL_STATES
    assert JobStatus.QUEUED not in LIVE_STATES


def _reachable(start: JobStatus) -> set[JobStatus]:
    found, left = {start}, [start]
    while left:
        for after in TRANSITIONS[left.pop()] - found:
            found.add(after)
            left.append(after)
    return found
