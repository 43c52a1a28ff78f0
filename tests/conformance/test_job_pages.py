"""What every store promises about pages of jobs: each row once, in the order of the whole, from both ends."""

from datetime import UTC, datetime, timedelta

import pytest
from plain_jobs import plain_job

from orchestrator.contract.ids import JobId
from orchestrator.contract.states import JobStatus
from orchestrator.domain.job import Job
from orchestrator.engine.ports.audit import AuditEntry
from orchestrator.engine.ports.jobs import JobQuery, NewJob
from orchestrator.store.services import OrchestratorService

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
AUDIT = AuditEntry(at=NOW, kind="test", message="It happened.")
COUNT = 11


@pytest.mark.feature("X23")
async def test_pages_put_together_are_the_whole_list(store: OrchestratorService) -> None:
    await store.add_jobs([NewJob(job=job(number), audit=AUDIT) for number in range(COUNT)])
    for sort in ("created_at", "-created_at", "started_at", "-started_at", "-status"):
        whole, total = await store.list_jobs(JobQuery(sort=sort, limit=100))
        assert total == COUNT
        pages = [await store.list_jobs(JobQuery(sort=sort, offset=offset, limit=3)) for offset in range(0, 15, 3)]
        assert [each.job_id for page, _ in pages for each in page] == [each.job_id for each in whole], sort


def job(number: int) -> Job:
    return plain_job(
        NOW,
        job_id=JobId(f"job-{number}"),
        status=JobStatus.COMPLETED if number % 2 else JobStatus.FAILED,
        created_at=NOW + timedelta(seconds=number // 2),
        started_at=NOW if number % 3 else None,
    )
