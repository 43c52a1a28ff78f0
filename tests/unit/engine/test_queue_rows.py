"""What the reference systems' queues promise: priority, attempts, the fleet's figures and its history."""

import pytest
from fake_fleet import SAFE, Fleet

from orchestrator.contract.states import JobPriority, JobStatus
from orchestrator.engine.ports.jobs import JobQuery


@pytest.mark.feature("W33", "D25")
async def test_a_submit_names_priority_and_attempts_and_both_are_kept(fleet: Fleet) -> None:
    robot = await fleet.robot("r1")
    await fleet.submit()
    low = await fleet.submit(priority=JobPriority.LOW, max_retries=2)
    urgent = await fleet.submit(priority=JobPriority.CRITICAL)
    await robot.finish()
    await fleet.settle()
    assert robot.running[0].job_id == urgent.job_id
    await robot.finish()
    for _ in range(3):
        await fleet.advance(60)
        assert robot.running[0].job_id == low.job_id
        await robot.finish(status=JobStatus.FAILED)
        await fleet.settle()
    await fleet.advance(120)
    assert (fleet.status(low), fleet.job(low).attempt) == (JobStatus.FAILED, 3)


@pytest.mark.feature("D59", "D61", "D62")
async def test_the_fleets_figures_and_its_history_of_ended_runs(fleet: Fleet) -> None:
    robot = await fleet.robot("r1", slots=2)
    jobs = [await fleet.submit(max_retries=0, definition={**SAFE, "name": f"Look {place}"}) for place in range(4)]
    await robot.finish()
    await fleet.settle()
    await robot.finish(status=JobStatus.FAILED)
    await fleet.settle()
    figures = await fleet.engine.get_dashboard_metrics()
    assert (figures.running_jobs, figures.pending_jobs, figures.success_rate) == (2, 0, 0.5)
    ended = frozenset({JobStatus.COMPLETED, JobStatus.FAILED})
    history, total = await fleet.store.list_jobs(JobQuery(statuses=ended, sort="-finished_at"))
    assert (total, {job.workflow_name for job in history}) == (2, {"Look 0", "Look 1"})
    assert [fleet.status(job) for job in jobs[2:]] == [JobStatus.RUNNING] * 2
