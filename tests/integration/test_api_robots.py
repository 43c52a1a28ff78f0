"""Robots over their real socket: a job's whole way, results that come twice or late, and how robots leave."""

import asyncio

import pytest
from running_orchestrator import LOOK, changes_of, eventually, job_with, robot_of
from scripted_robot import LIMIT_S, MOMENT, ScriptedRobot
from websockets.exceptions import ConnectionClosed

from orchestrator.app import Orchestrator
from orchestrator.client.client import OrchestratorClient
from orchestrator.client.errors import RefusedError
from orchestrator.contract.api.jobs import JobView, SubmitRequest
from orchestrator.contract.api.robots import RobotView
from orchestrator.contract.protocol.codec import encode
from orchestrator.contract.protocol.jobs import (
    JobAssignment,
    JobRefused,
    LogBatch,
    RefusalReason,
    ResultOutcome,
    StatusUpdate,
    StepProgress,
)
from orchestrator.contract.protocol.message import AttemptRef
from orchestrator.contract.protocol.robots import DrainRobot, ErrorReport, Heartbeat, HeartbeatAck, RobotRegistered
from orchestrator.contract.results import LogEntry, LogLevel
from orchestrator.contract.states import JobStatus, RobotStatus, StepStatus


async def submitted(client: OrchestratorClient) -> JobView:
    return await client.submit(SubmitRequest(definition=LOOK))


async def robot_with(client: OrchestratorClient, name: str, status: RobotStatus) -> RobotView:
    """The robot once it has the status, heard on the event stream."""
    async with asyncio.timeout(LIMIT_S), changes_of(client.base_url, client.key) as batches:
        async for batch in batches:
            for robot in batch.robots:
                if (robot.name, robot.status) == (name, status):
                    return robot
    raise AssertionError("the event stream ended")


@pytest.mark.feature("C41", "C45", "C53", "C80", "C81", "C82", "C92", "C07", "O23")
async def test_a_job_goes_its_whole_way(orchestrator: Orchestrator, client: OrchestratorClient) -> None:
    job = await submitted(client)
    async with robot_of(orchestrator) as robot:
        offer = await robot.take_job()
        assert (offer.job_id, offer.attempt, offer.variables) == (job.job_id, 1, {"city": "Bremen"})
        running = await job_with(client, job.job_id, JobStatus.RUNNING)
        assert running.robot_name == "anna"

        step = StepProgress(step_id="look", name="look", status=StepStatus.RUNNING)
        update = StatusUpdate(
            job_id=job.job_id, attempt=1, sequence=1, progress=0.5, current_step="look", steps=(step,)
        )
        line = LogEntry(at=MOMENT, level=LogLevel.INFO, message="I look.", job_id=job.job_id, attempt=1)
        await robot.say(update)
        await robot.say(LogBatch(entries=(line,)))
        await robot.say(Heartbeat(running=(AttemptRef(job_id=job.job_id, attempt=1),), slots_busy=1, cpu_percent=7.5))
        await robot.hear(HeartbeatAck)
        detail = await client.job(job.job_id)
        assert (detail.job.progress, detail.job.current_step) == (0.5, "look")
        assert [(each.step_id, each.status) for each in detail.steps] == [("look", StepStatus.RUNNING)]
        assert [each.message for each in (await client.job_logs(job.job_id)).lines] == ["I look."]
        assert [each.message for each in (await client.robot_logs("anna")).lines] == ["I look."]
        view = await client.robot("anna")
        assert (view.status, view.slots_busy, view.cpu_percent) == (RobotStatus.BUSY, 1, 7.5)

        assert await robot.finish(offer, outputs={"rows": 3}) is ResultOutcome.RECORDED
        detail = await client.job(job.job_id)
        assert (detail.job.status, detail.job.progress) == (JobStatus.COMPLETED, 1.0)
        assert detail.result is not None
        assert (detail.result.outputs, detail.result.execution_time_s) == ({"rows": 3}, 1.5)
        assert [each.status for each in detail.steps] == [StepStatus.COMPLETED]
        assert [(each.attempt, each.robot_name, each.outcome) for each in detail.attempts] == [(1, "anna", "completed")]
        await eventually(client.dashboard, lambda figures: figures.completed_jobs_today == 1)


async def test_a_result_that_comes_again_is_a_duplicate_and_one_of_an_older_attempt_is_stale(
    orchestrator: Orchestrator, client: OrchestratorClient
) -> None:
    job = await submitted(client)
    async with robot_of(orchestrator) as robot:
        offer = await robot.take_job()
        assert await robot.finish(offer, error="sold out") is ResultOutcome.RECORDED
        assert await robot.finish(offer, error="sold out") is ResultOutcome.DUPLICATE
        assert (await job_with(client, job.job_id, JobStatus.FAILED)).attempt == 1
        await client.retry(job.job_id)
        second = await robot.take_job()
        assert second.attempt == 2
        assert await robot.finish(offer) in {ResultOutcome.STALE, ResultOutcome.DUPLICATE}
        assert (await client.job(job.job_id)).job.status is JobStatus.RUNNING
        assert await robot.finish(second) is ResultOutcome.RECORDED
        ghost = AttemptRef(job_id="never-heard-of", attempt=1)
        assert await robot.finish(ghost) is ResultOutcome.UNKNOWN_JOB
    assert (await client.job(job.job_id)).job.status is JobStatus.COMPLETED


async def test_a_robot_cannot_end_another_robots_job(orchestrator: Orchestrator, client: OrchestratorClient) -> None:
    job = await submitted(client)
    async with robot_of(orchestrator) as anna:
        offer = await anna.take_job()
        async with robot_of(orchestrator, "mallory") as mallory:
            assert await mallory.finish(offer, outputs={"mine": True}) is not ResultOutcome.RECORDED
        assert (await client.job(job.job_id)).job.status is JobStatus.RUNNING
        assert await anna.finish(offer) is ResultOutcome.RECORDED


async def test_a_robot_that_comes_back_goes_on_with_what_it_runs(
    orchestrator: Orchestrator, client: OrchestratorClient
) -> None:
    job = await submitted(client)
    async with robot_of(orchestrator) as robot:
        offer = await robot.take_job()
    await robot_with(client, "anna", RobotStatus.LOST)
    ref = AttemptRef(job_id=offer.job_id, attempt=offer.attempt)
    async with robot_of(orchestrator, running=(ref,)) as robot:
        assert robot.registered.revoked == ()
        assert await robot.finish(offer) is ResultOutcome.RECORDED
    detail = await client.job(job.job_id)
    assert (detail.job.status, len(detail.attempts)) == (JobStatus.COMPLETED, 1)


async def test_the_newest_connection_of_a_robot_replaces_the_older_one(orchestrator: Orchestrator) -> None:
    async with robot_of(orchestrator) as first, robot_of(orchestrator) as second:
        with pytest.raises(ConnectionClosed) as closed:
            await first.hear(HeartbeatAck)
        assert "newer connection" in str(closed.value)
        await second.say(Heartbeat())
        await second.hear(HeartbeatAck)


async def test_a_robot_that_runs_what_nobody_wants_is_told_to_stop(orchestrator: Orchestrator) -> None:
    ghost = AttemptRef(job_id="never-heard-of", attempt=3)
    async with robot_of(orchestrator, running=(ghost,)) as robot:
        assert robot.registered.revoked == (ghost,)


async def test_a_refused_job_goes_to_another_robot(orchestrator: Orchestrator, client: OrchestratorClient) -> None:
    job = await submitted(client)
    async with robot_of(orchestrator) as anna:
        offer = await anna.hear(JobAssignment)
        async with robot_of(orchestrator, "bert") as bert:
            refusal = JobRefused(job_id=offer.job_id, attempt=offer.attempt, reason=RefusalReason.CAPABILITY)
            await anna.say(refusal)
            second = await bert.take_job()
            assert (second.job_id, second.attempt) == (job.job_id, 2)
            assert await bert.finish(second) is ResultOutcome.RECORDED


@pytest.mark.feature("C39", "C44", "C51")
async def test_a_robot_says_goodbye_is_remembered_and_can_be_forgotten(
    orchestrator: Orchestrator, client: OrchestratorClient
) -> None:
    async with robot_of(orchestrator, slots=3, tags=("gpu",)) as robot:
        view = await robot_with(client, "anna", RobotStatus.ONLINE)
        assert (view.slots, view.tags) == (3, ("gpu",))
        with pytest.raises(RefusedError, match="connected") as refused:
            await client.remove_robot("anna")
        assert refused.value.status == 409
        await robot.leave()
    gone = await robot_with(client, "anna", RobotStatus.OFFLINE)
    assert [each.robot_id for each in await client.robots()] == [gone.robot_id]
    await client.remove_robot("anna")
    assert await client.robots() == []
    for question in (client.robot, client.robot_logs, client.drain_robot, client.resume_robot, client.robot_died):
        with pytest.raises(RefusedError, match="anna"):
            await question("anna")


async def test_a_drained_robot_takes_nothing_until_it_is_resumed(
    orchestrator: Orchestrator, client: OrchestratorClient
) -> None:
    async with robot_of(orchestrator) as robot:
        assert (await client.drain_robot("anna")).status is RobotStatus.DRAINING
        assert (await robot.hear(DrainRobot)).draining
        job = await submitted(client)
        assert (await client.job(job.job_id)).job.status is JobStatus.QUEUED
        await client.resume_robot("anna")
        assert not (await robot.hear(DrainRobot)).draining
        assert (await robot.take_job()).job_id == job.job_id


async def test_the_jobs_of_a_robot_that_is_known_to_be_dead_are_recovered_at_once(
    orchestrator: Orchestrator, client: OrchestratorClient
) -> None:
    job = await submitted(client)
    async with robot_of(orchestrator) as anna:
        await anna.take_job()
    await robot_with(client, "anna", RobotStatus.LOST)
    async with robot_of(orchestrator, "bert") as bert:
        await client.robot_died("anna")
        second = await bert.take_job()
        assert (second.job_id, second.attempt) == (job.job_id, 2)


async def test_what_a_robot_must_not_say_is_answered_and_the_conversation_goes_on(orchestrator: Orchestrator) -> None:
    async with robot_of(orchestrator) as robot:
        await robot.say(RobotRegistered(robot_id="x", session_id="y"))
        assert (await robot.hear(ErrorReport)).code == "unexpected"
        await robot.socket.send(encode(Heartbeat()).replace('"slots_busy":0', '"slots_busy":NaN'))
        assert (await robot.hear(ErrorReport)).code in {"malformed", "bad_payload"}
        await robot.say(Heartbeat())
        await robot.hear(HeartbeatAck)


@pytest.mark.feature("C54")
async def test_a_word_to_all_robots_reaches_each(orchestrator: Orchestrator) -> None:
    async with robot_of(orchestrator) as anna, robot_of(orchestrator, "bert") as bert:
        assert orchestrator.parts.gateway.broadcast(DrainRobot(draining=True)) == 2
        for robot in (anna, bert):
            assert (await robot.hear(DrainRobot)).draining


async def test_what_a_new_robot_needs_is_told(client: OrchestratorClient) -> None:
    enrolment = await client.enrolment()
    assert enrolment.connect.startswith("ws://127.0.0.1:")
    assert enrolment.token in enrolment.command
    async with ScriptedRobot.connected(enrolment.connect, enrolment.token, "new") as robot:
        assert robot.registered.robot_id == "robot-new"
