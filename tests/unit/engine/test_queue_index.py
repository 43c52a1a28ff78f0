"""The order of waiting jobs agrees with a plain sort, whatever is added, moved and taken."""

from dataclasses import replace
from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from orchestrator.contract.ids import JobId, WorkflowHash, WorkflowId
from orchestrator.contract.states import JobPriority, JobStatus
from orchestrator.domain.ageing import place_of
from orchestrator.domain.job import Job
from orchestrator.engine.queue_index import QueuedJobs

NOW = datetime(2026, 1, 1, tzinfo=UTC)
FIRST = Job(
    job_id=JobId("0"),
    workflow_id=WorkflowId("w"),
    workflow_hash=WorkflowHash("h"),
    workflow_name="W",
    status=JobStatus.QUEUED,
    priority=JobPriority.NORMAL,
    timeout_s=60.0,
    created_at=NOW,
    changed_at=NOW,
)
CHANGES = st.lists(st.tuples(st.integers(0, 8), st.sampled_from([None, *JobPriority])), max_size=60)


@given(CHANGES)
def test_as_many_jobs_are_ahead_as_stand_before_it_in_a_plain_sort(
    changes: list[tuple[int, JobPriority | None]],
) -> None:
    index = QueuedJobs()
    queued: dict[JobId, Job] = {}
    for position, priority in changes:
        job_id = JobId(str(position))
        if priority is None:
            index.remove(job_id)
            queued.pop(job_id, None)
        else:
            queued[job_id] = replace(FIRST, job_id=job_id, position=position, priority=priority)
            index.add(queued[job_id])
    order = sorted(queued.values(), key=place_of)
    assert [index.ahead_of(job) for job in order] == list(range(len(order)))
    assert len(index) == len(order)
    assert index.first() == (order[0].job_id if order else None)
