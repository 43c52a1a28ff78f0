"""One job's way: submitted, offered, accepted, started, reported, recorded, acknowledged."""

import pytest
from fake_fleet import Fleet

from orchestrator.contract.protocol.jobs import ResultOutcome
from orchestrator.contract.states import JobStatus, RobotStatus


@pytest.mark.feature("C92", "C05", "C07", "O23")
async def test_a_job_runs_from_submission_to_its_recorded_result(fleet: Fleet) -> None:
    robot = await fleet.robot("r1")
    job = await fleet.submit()
    assert [(each.job_id, each.attempt) for each in robot.running] == [(job.job_id, 1)]
    assert await fleet.engine.get_job_status(job.job_id) is JobStatus.RUNNING
    await robot.finish(outputs={"rows": 3})
    await fleet.settle()
    assert await fleet.engine.get_job_status(job.job_id) is JobStatus.COMPLETED
    assert [ack.outcome for ack in robot.acks] == [ResultOutcome.RECORDED]
    result = await fleet.store.result(job.job_id)
    assert result is not None
    assert result.outputs == {"rows": 3}
    (attempt,) = await fleet.store.attempts(job.job_id)
    assert (attempt.robot_id, attempt.outcome) == ("r1", "completed")


async def test_the_moves_of_a_plain_job_are_the_tables(fleet: Fleet) -> None:
    robot = await fleet.robot("r1")
    job = await fleet.submit()
    await robot.finish()
    await fleet.settle()
    assert [(before, after) for owner, before, after in fleet.store.history if owner == job.job_id] == [
        (JobStatus.QUEUED, JobStatus.DISPATCHED),
        (JobStatus.DISPATCHED, JobStatus.RUNNING),
        (JobStatus.RUNNING, JobStatus.COMPLETED),
    ]


async def test_nothing_runs_on_the_mere_assignment(fleet: Fleet) -> None:
    robot = await fleet.robot("r1")
    robot.ignores_offers = True
    job = await fleet.submit()
    assert fleet.status(job) is JobStatus.DISPATCHED
    assert not fleet.ledger.starts


async def test_a_robot_that_connects_later_gets_the_waiting_job(fleet: Fleet) -> None:
    job = await fleet.submit()
    assert fleet.status(job) is JobStatus.QUEUED
    robot = await fleet.robot("r1")
    assert [each.job_id for each in robot.running] == [job.job_id]


async def test_a_full_robot_is_busy_and_free_again_after_the_result(fleet: Fleet) -> None:
    robot = await fleet.robot("r1")
    await fleet.submit()
    await fleet.submit()
    (known,) = fleet.engine.pool.robots()
    assert known.status is RobotStatus.BUSY
    assert len(robot.running) == 1
    for _ in range(2):
        await robot.finish()
        await fleet.settle()
    (known,) = fleet.engine.pool.robots()
    assert known.status is RobotStatus.ONLINE
