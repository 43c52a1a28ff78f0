"""What every store promises about sizes of files and pinned incidents."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from plain_jobs import running_job

from orchestrator.contract.ids import JobId
from orchestrator.contract.results import Artifact
from orchestrator.contract.states import JobStatus
from orchestrator.engine.ports.artifacts import IncidentPin
from orchestrator.engine.ports.audit import AuditEntry
from orchestrator.store.services import OrchestratorService

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
AUDIT = AuditEntry(at=NOW, kind="test", message="It happened.")


async def with_file(store: OrchestratorService, status: JobStatus, *, ended_days: float = 0, size: int = 10) -> JobId:
    """A job with one file."""
    kept = await running_job(store, NOW, fingerprint="f" * 16)
    if status is not JobStatus.RUNNING:
        ended_at = NOW - timedelta(days=ended_days)
        await store.save_job(replace(kept, status=status, finished_at=ended_at), expected=kept)
    await store.add_artifact(kept.job_id, 1, Artifact(name="a.txt", size=size))
    return kept.job_id


async def test_files_are_measured_by_group_and_dropped_ones_stay_known(store: OrchestratorService) -> None:
    failed = await with_file(store, JobStatus.FAILED, ended_days=5)
    good = await with_file(store, JobStatus.COMPLETED, ended_days=3, size=20)
    pinned = await with_file(store, JobStatus.COMPLETED, ended_days=9, size=40)
    await with_file(store, JobStatus.RUNNING, size=80)
    await store.files.pin(IncidentPin(job_id=pinned, pinned_at=NOW, actor="ada", note="why"), AUDIT)
    usage = {each.group: (each.files, each.size) for each in await store.files.usage()}
    assert usage == {"failed": (1, 10), "other": (1, 20), "pinned": (1, 40), "running": (1, 80)}
    assert [each.job_id for each in await store.files.removable(failed=True, ended_before=NOW, most=9)] == [failed]
    files = await store.files.removable(failed=False, ended_before=NOW, most=9)
    assert [(each.job_id, each.attempt, each.name, each.size) for each in files] == [(good, 1, "a.txt", 20)]
    assert await store.files.removable(failed=False, ended_before=NOW - timedelta(days=4), most=9) == []
    assert await store.files.drop(files, note="too old", audit=AUDIT) == 1
    assert await store.files.drop(files, note="too old") == 0
    ((_, artifact),) = await store.artifacts(good)
    assert (artifact.is_kept, artifact.note) == (False, "too old")
    assert "other" not in {each.group for each in await store.files.usage()}
    await store.add_artifact(good, 1, Artifact(name="a.txt", size=5))
    assert {each.group: each.size for each in await store.files.usage()}["other"] == 5


async def test_a_pin_replaces_another_and_is_taken_back_once(store: OrchestratorService) -> None:
    job_id = await with_file(store, JobStatus.FAILED)
    for note in ("first", "second"):
        await store.files.pin(IncidentPin(job_id=job_id, pinned_at=NOW, actor="ada", note=note), AUDIT)
    assert [(each.job_id, each.note) for each in await store.files.pins()] == [(job_id, "second")]
    assert await store.files.pin_of(job_id) == IncidentPin(job_id=job_id, pinned_at=NOW, actor="ada", note="second")
    assert await store.retention.remove_jobs(NOW + timedelta(days=1), most=10) == []
    assert await store.files.unpin(job_id, AUDIT)
    assert not await store.files.unpin(job_id, AUDIT)
    assert await store.retention.remove_jobs(NOW + timedelta(days=1), most=10) == [job_id]


async def test_the_newest_job_that_stands_failed_is_found_by_its_fingerprint(store: OrchestratorService) -> None:
    await with_file(store, JobStatus.COMPLETED)
    assert await store.files.newest_failure("f" * 16) is None
    failed = await with_file(store, JobStatus.FAILED)
    assert await store.files.newest_failure("f" * 16) == failed
