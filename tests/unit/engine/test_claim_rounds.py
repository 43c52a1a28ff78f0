"""Rounds of claims in which something is wrong: with what a job is pinned to, or with the round itself."""

from collections.abc import Sequence
from dataclasses import replace

import pytest
from fake_fleet import SAFE, Fleet
from log_guard import ExpectWarning

from orchestrator.contract.errors import ErrorKind
from orchestrator.contract.ids import WorkflowHash
from orchestrator.contract.states import JobStatus
from orchestrator.domain.job import Job
from orchestrator.domain.workflow_version import WorkflowVersion
from orchestrator.engine.dispatcher import HELD_REST_S
from orchestrator.engine.ports.jobs import JobSave


async def orphan(fleet: Fleet) -> Job:
    """A queued job whose version is not in the store."""
    job = await fleet.submit()
    gone = replace(job, workflow_hash=WorkflowHash("0" * 16))
    fleet.store.jobs[job.job_id] = gone
    fleet.engine.queue._open[job.job_id] = gone
    return gone


async def test_a_job_whose_version_is_gone_fails_with_a_clear_error_and_costs_no_robot(fleet: Fleet) -> None:
    job = await orphan(fleet)
    robot = await fleet.robot("r")
    after = fleet.job(job)
    assert after.status is JobStatus.FAILED
    assert after.error is not None
    assert after.error.kind is ErrorKind.BAD_WORKFLOW
    assert "not in the database any more" in after.error.message
    assert robot.assignments == []
    assert fleet.engine.pool.held_count == 0
    await fleet.advance(60)
    assert fleet.job(job).attempt == 1


async def test_a_job_whose_version_cannot_be_read_fails_and_the_others_run(
    fleet: Fleet, expected_warnings: ExpectWarning
) -> None:
    expected_warnings("cannot be read: half a workflow")
    bad, good = await fleet.submit(definition={**SAFE, "name": "Other"}), await fleet.submit()
    version_of = fleet.engine.dispatcher._version_of

    async def unreadable(job: Job) -> WorkflowVersion | None:
        if job.job_id == bad.job_id:
            raise ValueError("half a workflow")
        return await version_of(job)

    fleet.engine.dispatcher._version_of = unreadable
    await fleet.robot("r", slots=2)
    assert (fleet.status(bad), fleet.status(good)) == (JobStatus.FAILED, JobStatus.RUNNING)


@pytest.mark.parametrize("is_written", [False, True])
async def test_a_round_that_breaks_in_an_unforeseen_way_gives_its_slots_back(
    fleet: Fleet, expected_warnings: ExpectWarning, *, is_written: bool
) -> None:
    expected_warnings("A round of 1 claims broke")
    expected_warnings("cannot be claimed now: what nobody foresaw")
    save_jobs = fleet.store.save_jobs

    async def broken(batch: Sequence[JobSave]) -> Sequence[Job | Exception]:
        fleet.store.save_jobs = save_jobs  # type: ignore[method-assign]
        if is_written:
            await save_jobs(batch)
        raise RuntimeError("what nobody foresaw")

    fleet.store.save_jobs = broken  # type: ignore[assignment,method-assign]
    job = await fleet.submit()
    robot = await fleet.robot("r")
    assert (robot.assignments, fleet.engine.pool.held_count) == ([], 0)
    other = await fleet.submit()
    assert fleet.status(other) is JobStatus.RUNNING
    await robot.finish()
    await fleet.advance(2 * HELD_REST_S + fleet.settings.terms.offer_s)
    assert fleet.status(job) is JobStatus.RUNNING
