"""Cancelling and time limits: exactly one end, and what really happened wins."""

import asyncio

import pytest
from fake_fleet import SAFE, UNSAFE, Fleet

from orchestrator.contract.api.jobs import SubmitRequest
from orchestrator.contract.errors import ErrorKind
from orchestrator.contract.protocol.jobs import ResultOutcome, RevokeJob
from orchestrator.contract.states import JobStatus
from orchestrator.engine.errors import ConflictError


@pytest.mark.feature("C06", "O21")
async def test_a_waiting_job_is_cancelled_at_once(fleet: Fleet) -> None:
    queued = await fleet.submit()
    pending = await fleet.submit(not_before=fleet.clock.now().replace(hour=12))
    for job in (queued, pending):
        after = await fleet.engine.cancel_job(job.job_id, reason="not needed")
        assert (after.status, after.cancel_reason) == (JobStatus.CANCELLED, "not needed")
    robot = await fleet.robot("r1")
    assert not robot.assignments


@pytest.mark.feature("C06", "O21", "E11")
async def test_a_running_job_is_stopped_on_its_robot(fleet: Fleet) -> None:
    robot = await fleet.robot("r1")
    job = await fleet.submit()
    after = await fleet.engine.cancel_job(job.job_id, reason="wrong input")
    assert after.status is JobStatus.CANCELLING
    await fleet.settle()
    assert [order.reason for order in robot.cancels] == ["wrong input"]
    assert not robot.running
    assert fleet.status(job) is JobStatus.CANCELLED


async def test_an_offered_job_is_cancelled_at_once_and_never_starts(fleet: Fleet) -> None:
    robot = fleet.add("r1")
    await robot.connect()
    job = await fleet.engine.submit_job(SubmitRequest(definition=SAFE))
    for _ in range(40):
        await asyncio.sleep(0)
    assert fleet.status(job) is JobStatus.DISPATCHED
    after = await fleet.engine.cancel_job(job.job_id)
    assert after.status is JobStatus.CANCELLED
    assert any(isinstance(message, RevokeJob) for message in robot._messages)
    await fleet.settle()
    assert not fleet.ledger.starts
    assert not robot.accepted


async def test_a_result_that_was_already_on_its_way_wins(fleet: Fleet) -> None:
    robot = await fleet.robot("r1")
    robot.obeys_cancels = False
    job = await fleet.submit()
    await fleet.engine.cancel_job(job.job_id)
    await robot.finish()
    await fleet.settle()
    assert fleet.status(job) is JobStatus.COMPLETED
    assert [ack.outcome for ack in robot.acks] == [ResultOutcome.RECORDED]


async def test_cancelling_twice_does_no_harm_and_an_ended_job_says_so(fleet: Fleet) -> None:
    robot = await fleet.robot("r1")
    robot.obeys_cancels = False
    job = await fleet.submit()
    await fleet.engine.cancel_job(job.job_id)
    assert (await fleet.engine.cancel_job(job.job_id)).status is JobStatus.CANCELLING
    await robot.finish(status=JobStatus.CANCELLED, kind=ErrorKind.CANCELLED)
    await fleet.settle()
    with pytest.raises(ConflictError, match="already ended: cancelled"):
        await fleet.engine.cancel_job(job.job_id)


async def test_a_heartbeats_answer_repeats_a_cancel_that_got_lost(fleet: Fleet) -> None:
    robot = await fleet.robot("r1")
    job = await fleet.submit()
    session = robot.session_id
    assert session is not None
    await fleet.engine.cancel_job(job.job_id)
    fleet.gateway.sessions[session].clear()
    await fleet.settle()
    assert fleet.status(job) is JobStatus.CANCELLING
    await robot.heartbeat()
    await fleet.settle()
    assert fleet.status(job) is JobStatus.CANCELLED


async def test_a_cancel_while_the_robot_is_away_reaches_it_when_it_returns(fleet: Fleet) -> None:
    robot = await fleet.robot("r1")
    job = await fleet.submit()
    await robot.lose_connection()
    await fleet.engine.cancel_job(job.job_id)
    assert fleet.status(job) is JobStatus.CANCELLING
    await robot.connect()
    await fleet.settle()
    assert (fleet.status(job), len(robot.cancels)) == (JobStatus.CANCELLED, 1)


async def test_a_cancel_is_done_when_the_robot_does_not_come_back(fleet: Fleet) -> None:
    robot = await fleet.robot("r1")
    job = await fleet.submit(definition=UNSAFE)
    await robot.lose_connection()
    await fleet.engine.cancel_job(job.job_id)
    await fleet.advance(36)
    assert fleet.status(job) is JobStatus.CANCELLED
    await robot.connect()
    await fleet.settle()
    assert not robot.running
    assert fleet.status(job) is JobStatus.CANCELLED


async def test_a_robot_that_still_runs_it_is_not_declared_stopped(fleet: Fleet) -> None:
    robot = await fleet.robot("r1")
    robot.obeys_cancels = False
    job = await fleet.submit()
    await fleet.engine.cancel_job(job.job_id)
    await fleet.advance(120)
    assert fleet.status(job) is JobStatus.CANCELLING


@pytest.mark.feature("O22", "C89")
async def test_a_job_whose_time_is_up_ends_as_timeout(fleet: Fleet) -> None:
    robot = await fleet.robot("r1")
    job = await fleet.submit(timeout_s=60)
    await fleet.advance(64)
    assert fleet.status(job) is JobStatus.RUNNING
    await fleet.advance(2)
    ended = fleet.job(job)
    assert ended.status is JobStatus.TIMEOUT
    assert ended.error is not None
    assert ended.error.kind is ErrorKind.TIMEOUT
    assert not robot.running


async def test_a_timeout_that_the_robot_reports_is_final_too(fleet: Fleet) -> None:
    robot = await fleet.robot("r1")
    job = await fleet.submit(timeout_s=60, max_retries=3)
    await robot.finish(status=JobStatus.TIMEOUT, kind=ErrorKind.TIMEOUT)
    await fleet.settle()
    assert (fleet.status(job), fleet.job(job).attempt) == (JobStatus.TIMEOUT, 1)


async def test_a_failure_while_time_runs_out_is_a_timeout_not_a_retry(fleet: Fleet) -> None:
    robot = await fleet.robot("r1")
    robot.obeys_cancels = False
    job = await fleet.submit(timeout_s=30, max_retries=3)
    await fleet.advance(40)
    assert fleet.status(job) is JobStatus.CANCELLING
    await robot.finish(status=JobStatus.FAILED)
    await fleet.settle()
    assert fleet.status(job) is JobStatus.TIMEOUT


async def test_a_jump_of_the_wall_clock_times_nobody_out(fleet: Fleet) -> None:
    await fleet.robot("r1")
    job = await fleet.submit(timeout_s=60)
    fleet.clock.jump(10 * 365 * 86_400)
    await fleet.advance(30)
    assert fleet.status(job) is JobStatus.RUNNING
