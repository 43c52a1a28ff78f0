"""Cancelling an offer that its robot may run already: the job ends when the robot has said how, and not before."""

import pytest
from fake_fleet import FakeRobot, Fleet

from orchestrator.contract.protocol.jobs import JobAccepted, JobResultReport, RefusalReason, ResultOutcome
from orchestrator.contract.protocol.terms import FEATURES
from orchestrator.contract.states import JobStatus
from orchestrator.domain.job import Job


async def unheard(fleet: Fleet) -> tuple[FakeRobot, Job]:
    """A job that its robot runs, while the orchestrator knows of the offer alone."""
    robot = await fleet.robot("r", features=FEATURES)
    robot.keeps_quiet = True
    job = await fleet.submit()
    assert (fleet.status(job), len(robot.running)) == (JobStatus.DISPATCHED, 1)
    return robot, job


@pytest.mark.feature("C06", "O21")
async def test_it_is_stopping_until_the_robot_has_confirmed(fleet: Fleet) -> None:
    robot, job = await unheard(fleet)
    after = await fleet.engine.cancel_job(job.job_id, reason="wrong input")
    assert after.status is JobStatus.CANCELLING
    await fleet.settle()
    assert [order.reason for order in robot.cancels] == ["wrong input"]
    assert (fleet.status(job), robot.running) == (JobStatus.CANCELLED, [])
    assert [ack.outcome for ack in robot.acks] == [ResultOutcome.RECORDED]
    (attempt,) = await fleet.store.attempts(job.job_id)
    assert attempt.started_at is not None


async def test_a_run_that_completed_meanwhile_wins_and_counts_once(fleet: Fleet) -> None:
    robot, job = await unheard(fleet)
    robot.obeys_cancels = False
    await fleet.engine.cancel_job(job.job_id)
    result = await robot.finish()
    await robot.say(JobResultReport(result=result))
    await fleet.settle()
    assert fleet.status(job) is JobStatus.COMPLETED
    assert [ack.outcome for ack in robot.acks] == [ResultOutcome.RECORDED, ResultOutcome.DUPLICATE]


async def test_an_acceptance_that_crosses_the_cancel_does_not_revoke_the_run(fleet: Fleet) -> None:
    robot, job = await unheard(fleet)
    robot.obeys_cancels = False
    await fleet.engine.cancel_job(job.job_id)
    await robot.say(JobAccepted(job_id=job.job_id, attempt=1))
    await fleet.settle()
    assert (fleet.status(job), len(robot.running)) == (JobStatus.CANCELLING, 1)


async def test_a_refusal_that_crosses_the_cancel_ends_the_job(fleet: Fleet) -> None:
    robot = await fleet.robot("r", features=FEATURES)
    robot.ignores_offers = True
    job = await fleet.submit()
    assert (await fleet.engine.cancel_job(job.job_id)).status is JobStatus.CANCELLING
    robot.ignores_offers = False
    robot.refuses = RefusalReason.BUSY
    await robot._offered(robot.assignments[0])
    assert fleet.status(job) is JobStatus.CANCELLED


async def test_a_robot_that_never_answers_is_waited_for_as_long_as_any_cancel(fleet: Fleet) -> None:
    robot = await fleet.robot("r", features=FEATURES)
    robot.ignores_offers = True
    job = await fleet.submit()
    await fleet.engine.cancel_job(job.job_id)
    await fleet.advance(fleet.settings.terms.cancel_grace_s)
    assert fleet.status(job) is JobStatus.CANCELLING
    await fleet.advance(fleet.settings.terms.cancel_margin_s + 1)
    assert fleet.status(job) is JobStatus.CANCELLED


async def test_after_a_restart_nobody_knows_whether_an_offer_has_begun(fleet: Fleet) -> None:
    robot, job = await unheard(fleet)
    await fleet.restart()
    assert (await fleet.engine.cancel_job(job.job_id)).status is JobStatus.CANCELLING
    await robot.connect()
    await fleet.settle()
    assert (fleet.status(job), robot.running) == (JobStatus.CANCELLED, [])
