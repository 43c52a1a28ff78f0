"""Files of jobs stay within their budget, failed ones longer, pinned ones always; what went is told of."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest
from fake_fleet import Fleet

from orchestrator.contract.ids import JobId
from orchestrator.contract.results import Artifact
from orchestrator.contract.states import JobStatus
from orchestrator.domain.artifact_budget import HeldFile
from orchestrator.engine.errors import ConflictError, NotFoundError

MIB = 1_048_576


async def ended(fleet: Fleet, days: float, *, size: int = MIB, failed: bool = False) -> JobId:
    """A job that ended so long ago, with one file."""
    job = await fleet.submit()
    await fleet.robots["r"].finish()
    await fleet.settle()
    after = fleet.job(job)
    assert after.finished_at is not None
    status = JobStatus.FAILED if failed else JobStatus.COMPLETED
    moved = replace(after, status=status, finished_at=after.finished_at - timedelta(days=days))
    fleet.store.jobs[job.job_id] = moved
    await fleet.store.add_artifact(job.job_id, 1, Artifact(name="a.jpg", kind="screenshot", size=size))
    return job.job_id


def kept(fleet: Fleet, *job_ids: JobId) -> list[bool]:
    return [fleet.store.artifact_records[job_id][0][1].is_kept for job_id in job_ids]


@pytest.mark.feature("X15")
async def test_old_files_go_those_of_failed_jobs_later_and_pinned_ones_never(fleet: Fleet) -> None:
    await fleet.robot("r")
    old, old_failed = await ended(fleet, 31), await ended(fleet, 31, failed=True)
    older_failed, pinned = await ended(fleet, 181, failed=True), await ended(fleet, 400)
    removed: list[str] = []

    async def remove(files: Sequence[HeldFile]) -> None:
        removed.extend(file.job_id for file in files)

    fleet.engine.artifacts.remove_files = remove
    await fleet.engine.artifacts.pin(fleet.store.jobs[pinned], note="for the vendor", actor="ada")
    gone = await fleet.engine.artifacts.clean(actor="ada")
    assert (gone.files, gone.size) == (2, 2 * MIB)
    assert kept(fleet, old, old_failed, older_failed, pinned) == [False, True, False, True]
    assert set(removed) == {old, older_failed}
    assert "more than 30 days" in fleet.store.artifact_records[old][0][1].note
    told = [entry for entry in fleet.store.audit if entry.kind == "artifacts.removed"]
    assert [(each.actor, each.details["files"]) for each in told] == [("ada", 2)]
    await fleet.engine.artifacts.unpin(fleet.store.jobs[pinned], actor="ada")
    await fleet.engine.artifacts.clean(actor="ada")
    assert kept(fleet, pinned) == [False]


@pytest.mark.feature("X15")
async def test_beyond_the_bytes_the_oldest_go_and_those_of_good_runs_first(fleet: Fleet) -> None:
    await fleet.robot("r")
    failed, first = await ended(fleet, 9, failed=True), await ended(fleet, 8)
    second, third = await ended(fleet, 7), await ended(fleet, 6)
    await fleet.engine.live.change({"artifacts_mib": 3}, actor="ada")
    await fleet.settle()
    assert kept(fleet, failed, first, second, third) == [True, False, False, True]
    await fleet.engine.live.change({"artifacts_mib": 1}, actor="ada")
    await fleet.settle()
    assert kept(fleet, failed, third) == [False, False]


async def test_a_file_that_breaks_the_budget_wakes_the_keeper(fleet: Fleet) -> None:
    await fleet.robot("r")
    await fleet.engine.live.change({"artifacts_mib": 2}, actor="ada")
    await fleet.settle()
    old = await ended(fleet, 1, size=2 * MIB)
    young = await ended(fleet, 0.5)
    fleet.engine.artifacts.came(3 * MIB)
    await fleet.settle()
    assert kept(fleet, old, young) == [False, True]


async def test_what_never_ran_cannot_be_pinned_and_what_is_not_pinned_not_unpinned(fleet: Fleet) -> None:
    job = await fleet.submit()
    with pytest.raises(ConflictError, match="has not run"):
        await fleet.engine.artifacts.pin(fleet.job(job), note="", actor="ada")
    with pytest.raises(NotFoundError):
        await fleet.engine.artifacts.unpin(fleet.job(job), actor="ada")
