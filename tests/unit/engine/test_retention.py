"""What is old is forgotten, and nothing else is."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from fake_fleet import SAFE, Fleet

from orchestrator.contract.ids import JobId
from orchestrator.contract.states import JobStatus
from orchestrator.domain.triggers import Action, FileAppears, FiringOutcome, Trigger, TriggerId
from orchestrator.engine import retention
from orchestrator.engine.errors import StorageError
from orchestrator.engine.ports.triggers import Firing


async def ended(fleet: Fleet, days: float) -> JobId:
    """A job that ended so long ago."""
    job = await fleet.submit()
    await fleet.robots["r"].finish()
    await fleet.settle()
    after = fleet.job(job)
    assert after.status is JobStatus.COMPLETED
    assert after.finished_at is not None
    fleet.store.jobs[job.job_id] = replace(after, finished_at=after.finished_at - timedelta(days=days))
    return job.job_id


async def test_jobs_are_kept_for_ever_until_somebody_says_for_how_long(fleet: Fleet) -> None:
    await fleet.robot("r")
    old, young = await ended(fleet, 3), await ended(fleet, 1)
    running = (await fleet.submit()).job_id
    removed: list[JobId] = []

    async def note(job_ids: Sequence[JobId]) -> None:
        removed.extend(job_ids)

    fleet.engine.retention.remove_files = note
    await fleet.engine.retention.forget()
    assert old in fleet.store.jobs
    await fleet.engine.live.change({"keep_jobs_days": 2}, actor="ada")
    await fleet.settle()
    assert set(fleet.store.jobs) == {young, running}
    assert removed == [old]


async def test_what_is_old_is_looked_for_again_and_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retention, "EVERY_S", 30.0)
    fleet = await Fleet().start()
    try:
        await fleet.robot("r")
        await fleet.engine.live.change({"keep_jobs_days": 2}, actor="ada")
        await fleet.settle()
        job_id = await ended(fleet, 3)
        await fleet.advance(29)
        assert job_id in fleet.store.jobs
        await fleet.advance(2)
        assert job_id not in fleet.store.jobs
    finally:
        await fleet.engine.stop()


async def test_a_store_that_takes_no_writes_is_asked_again(fleet: Fleet, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retention, "RETRY_S", 30.0)
    await fleet.robot("r")
    job_id = await ended(fleet, 3)
    remove_jobs = fleet.store.retention.remove_jobs

    async def refuse(ended_before: datetime, *, most: int) -> Sequence[JobId]:
        raise StorageError("The disk is full.")

    fleet.store.retention.remove_jobs = refuse  # type: ignore[method-assign]
    await fleet.engine.live.change({"keep_jobs_days": 2}, actor="ada")
    await fleet.settle()
    fleet.store.retention.remove_jobs = remove_jobs  # type: ignore[method-assign]
    assert job_id in fleet.store.jobs
    await fleet.advance(31)
    assert job_id not in fleet.store.jobs


async def test_firings_are_forgotten_but_files_that_may_still_lie_there_are_not(
    fleet: Fleet, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retention, "FILES_KEPT", 2)
    version = await fleet.engine.workflows.save(SAFE)
    folder = Trigger(
        trigger_id=TriggerId("folder"),
        name="folder",
        source=FileAppears(folder=str(tmp_path)),
        action=Action(workflow=version.workflow_id),
        created_at=fleet.clock.now(),
        updated_at=fleet.clock.now(),
        active_since=fleet.clock.now(),
    )
    await fleet.engine.triggers.add(folder)
    for trigger_id in ("folder", "hook"):
        for number in range(4):
            at = fleet.clock.now() - timedelta(days=200 if number < 3 else 1, minutes=-number)
            firing = Firing(
                trigger_id=TriggerId(trigger_id), event_key=f"k{number}", at=at, outcome=FiringOutcome.PRESENT
            )
            await fleet.store.triggers.note_present([firing])
    gone = await fleet.engine.retention.forget()
    assert gone["firings"] == 5
    assert set(fleet.store.triggers.fired) == {("folder", "k2"), ("folder", "k3"), ("hook", "k3")}
