"""What a robot does when it is told to: cancel, revoke, deploy, show, restart and end."""

import pytest
from robot_in_process import JOB, RobotInProcess, error_of, next_without
from scripted_orchestrator import LIMIT_S, WORKFLOW

from orchestrator.contract.errors import ErrorKind
from orchestrator.contract.protocol.captures import CaptureKind, CaptureRun, RunCaptured
from orchestrator.contract.protocol.jobs import CancelJob, JobAccepted, RefusalReason, RevokeJob
from orchestrator.contract.protocol.message import AttemptRef
from orchestrator.contract.protocol.robots import Heartbeat, HeartbeatAck, RestartRobot, RobotGoodbye
from orchestrator.contract.protocol.workflows import (
    DeploymentOutcome,
    DeploymentStatus,
    DeployWorkflow,
    UndeployWorkflow,
)
from orchestrator.contract.states import JobStatus
from robot import attempt_run

CANCEL = CancelJob(job_id="job-1", attempt=1)


@pytest.mark.feature("O21", "X14")
async def test_a_cancel_is_cooperative_first_and_says_how_long_it_took(robot: RobotInProcess) -> None:
    async with robot.online("job-1") as line:
        await line.say(CancelJob(job_id="job-1", attempt=1, reason="a person said so"))
        await line.say(CANCEL)
        result = await line.result()
        assert result.status is JobStatus.CANCELLED
        assert "a person said so" in error_of(result).message
        assert (result.stopped_by or "").startswith("cooperative after 0.")
        assert result.stop is not None
        assert ([rung.name for rung in result.stop.rungs], result.stop.is_clean) == (["asked", "ended"], True)


@pytest.mark.feature("X14")
async def test_a_run_that_does_not_listen_is_stopped_by_ever_harder_means(
    robot: RobotInProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(attempt_run, "COOPERATIVE_S", 0.05)
    robot.host.stubborn = True
    async with robot.online("job-1") as line:
        await line.say(CancelJob(job_id="job-1", attempt=1, grace_s=0.1))
        result = await line.result()
        assert robot.host.force == ["pages", "kill"]
        assert result.status is JobStatus.CANCELLED
        assert (result.stopped_by or "").startswith("killed after")
        assert result.stop is not None
        rungs = result.stop.rungs
        assert [rung.name for rung in rungs] == ["asked", "pages_closed", "browser_killed", "ended"]
        assert [rung.after_s for rung in rungs] == sorted(rung.after_s for rung in rungs)
        assert result.stop.verified_after_s is not None
        assert result.stop.verified_after_s >= rungs[-1].after_s


async def test_what_was_complete_stays_complete_although_it_was_cancelled(robot: RobotInProcess) -> None:
    robot.host.stubborn = True
    async with robot.online("job-1") as line:
        await line.say(CANCEL)
        await line.sync()
        robot.host.end(JOB, JobStatus.COMPLETED)
        assert (await line.result()).status is JobStatus.COMPLETED


async def test_a_cancel_before_the_start_is_reported_as_cancelled(robot: RobotInProcess) -> None:
    async with robot.online() as line:
        await line.assign("job-1")
        await line.hear(JobAccepted)
        await line.say(CANCEL)
        result = await line.result()
        assert (result.status, result.stopped_by) == (JobStatus.CANCELLED, "not started")
        assert robot.host.runs == 0


async def test_cancels_and_revokes_also_come_with_the_heartbeats_answer(robot: RobotInProcess) -> None:
    async with robot.online("job-1", "job-2") as line:
        await line.say(HeartbeatAck(cancels=(JOB,), revokes=(AttemptRef(job_id="job-2", attempt=1),)))
        assert (await line.result()).job_id == "job-1"
        await line.start("job-3")


async def test_a_revoked_attempt_stops_and_leaves_nothing(robot: RobotInProcess) -> None:
    robot.slots = 1
    async with robot.online("job-1", heartbeat_s=1.0) as line:
        assert (robot.state / "jobs/job-1/1").is_dir()
        while JOB not in (await line.hear(Heartbeat)).running:
            await line.say(HeartbeatAck())
        await line.say(RevokeJob(job_id="job-1", attempt=1))
        await next_without(line, JOB)
        assert not (robot.state / "jobs/job-1").exists()
        await line.start("job-2")
        assert robot.spooled() == []


@pytest.mark.feature("X02")
async def test_a_wish_to_see_a_run_is_answered_also_when_there_is_nothing_to_see(robot: RobotInProcess) -> None:
    async with robot.online() as line:
        await line.say(CaptureRun(job_id="job-1", attempt=1))
        answer = await line.hear(RunCaptured)
        assert (answer.what, answer.artifacts, answer.problem) == (
            CaptureKind.SCREENSHOT,
            (),
            "There is no screenshot of job-1.",
        )


@pytest.mark.feature("C83", "C84")
async def test_a_deployed_workflow_is_offered_by_its_hash_alone_also_after_a_restart(robot: RobotInProcess) -> None:
    kept = WORKFLOW.content_hash
    async with robot.online() as line:
        assert line.hello.cached == ()
        assert await line.refusal("job-1", workflow=None, workflow_hash=kept) is RefusalReason.UNKNOWN_WORKFLOW
        await line.say(DeployWorkflow(workflow_hash=kept, workflow=WORKFLOW))
        assert await line.hear(DeploymentStatus) == DeploymentStatus(
            workflow_hash=kept, outcome=DeploymentOutcome.DEPLOYED
        )
        await line.assign("job-1", workflow=None, workflow_hash=kept)
        await line.hear(JobAccepted)
    async with robot.online() as line:
        assert line.hello.cached == (kept,)
        await line.say(UndeployWorkflow(workflow_hash=kept))
        assert (await line.hear(DeploymentStatus)).outcome is DeploymentOutcome.REMOVED
        assert await line.refusal("job-2", workflow=None, workflow_hash=kept) is RefusalReason.UNKNOWN_WORKFLOW


async def test_a_workflow_that_the_robot_cannot_run_is_not_deployed(robot: RobotInProcess) -> None:
    needy = WORKFLOW.model_copy(update={"requires": ("gpu",)})
    async with robot.online() as line:
        await line.say(DeployWorkflow(workflow_hash=needy.content_hash, workflow=needy))
        failed = await line.hear(DeploymentStatus)
        assert (failed.outcome, failed.detail) == (DeploymentOutcome.FAILED, "The robot lacks gpu.")
        await line.say(DeployWorkflow(workflow_hash="00", workflow=WORKFLOW))
        assert "same version" in (await line.hear(DeploymentStatus)).detail


@pytest.mark.feature("X20")
async def test_a_restart_takes_nothing_new_lets_jobs_end_and_says_goodbye(robot: RobotInProcess) -> None:
    async with robot.online("job-1") as line:
        await line.say(RestartRobot(reason="new browser"))
        assert await line.refusal("job-2") is RefusalReason.DRAINING
        robot.host.end(JOB)
        assert (await line.result()).status is JobStatus.COMPLETED
        assert "restart" in (await line.hear(RobotGoodbye)).reason
        await line.closed()


async def test_ending_drains_first_and_says_goodbye(robot: RobotInProcess) -> None:
    robot.grace_s = LIMIT_S
    async with robot.alive() as stopping:
        line = await robot.line("job-1")
        stopping.ask("SIGTERM")
        while not (await line.hear(Heartbeat)).draining:
            pass
        assert await line.refusal("job-2") is RefusalReason.DRAINING
        robot.host.end(JOB)
        assert (await line.result()).status is JobStatus.COMPLETED
        assert (await line.hear(RobotGoodbye)).reason == "SIGTERM"
        await line.closed()


async def test_what_does_not_end_in_time_is_reported_as_lost_with_the_robot(robot: RobotInProcess) -> None:
    async with robot.alive() as stopping:
        line = await robot.line("job-1")
        stopping.ask("SIGTERM")
        result = await line.result()
        assert result.status is JobStatus.FAILED
        assert error_of(result).kind is ErrorKind.ROBOT_LOST
        await line.hear(RobotGoodbye)
