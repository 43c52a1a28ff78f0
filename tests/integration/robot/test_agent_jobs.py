"""A robot on a scripted orchestrator's line: offers, starts, results, and what is told of a run."""

from collections.abc import Callable

import pytest
from robot_in_process import JOB, RobotInProcess, error_of
from scripted_orchestrator import WORKFLOW, ScriptedOrchestrator

from orchestrator.contract.errors import ErrorKind
from orchestrator.contract.protocol.jobs import (
    JobAccepted,
    JobRefused,
    JobStart,
    LogBatch,
    RefusalReason,
    ResultOutcome,
    StatusUpdate,
    StepProgress,
)
from orchestrator.contract.protocol.robots import DrainRobot, ErrorReport
from orchestrator.contract.results import LogLevel
from orchestrator.contract.states import JobStatus, StepStatus
from robot import attempt_run

Expect = Callable[..., None]


@pytest.mark.feature("C81", "C82", "C51")
async def test_a_job_goes_from_hello_to_acknowledged_result(robot: RobotInProcess) -> None:
    async with robot.online() as line:
        assert (line.hello.name, line.hello.slots, line.hello.tags) == ("robot-1", 2, ("eu",))
        assert {"vpn", "browser:none"} < set(line.hello.capabilities)
        await line.start("job-1")
        assert await robot.host.next_start() == JOB
        robot.host.end(JOB)
        result = await line.result()
        assert (result.status, result.outputs) == (JobStatus.COMPLETED, {"answer": 42})
        await line.sync()
        assert robot.spooled() == []


async def test_nothing_runs_on_a_mere_assignment(robot: RobotInProcess) -> None:
    async with robot.online() as line:
        await line.assign("job-1")
        await line.hear(JobAccepted)
        await line.sync()
        assert robot.host.runs == 0


async def test_repeated_assignments_and_starts_run_the_job_once(robot: RobotInProcess) -> None:
    start = JobStart(job_id="job-1", attempt=1)
    async with robot.online() as line:
        await line.assign("job-1")
        await line.assign("job-1")
        await line.hear(JobAccepted)
        await line.hear(JobAccepted)
        await line.say(start)
        await line.say(start)
        await robot.host.next_start()
        assert await line.refusal("job-1") is RefusalReason.ALREADY_SEEN
        robot.host.end(JOB)
        await line.result()
        await line.say(start)
        assert await line.refusal("job-1") is RefusalReason.ALREADY_SEEN
        assert robot.host.runs == 1


async def test_a_start_without_an_offer_is_answered_with_an_error(
    robot: RobotInProcess, expected_warnings: Expect
) -> None:
    expected_warnings("was never accepted")
    async with robot.online() as line:
        await line.say(JobStart(job_id="job-9", attempt=1))
        assert (await line.hear(ErrorReport)).code == "unknown_offer"


async def test_offers_are_refused_with_the_reason(robot: RobotInProcess) -> None:
    robot.slots = 1
    async with robot.online() as line:
        await line.assign("job-2", workflow=WORKFLOW.model_copy(update={"requires": ("gpu",)}))
        refused = await line.hear(JobRefused)
        assert refused.reason is RefusalReason.CAPABILITY
        assert "gpu" in refused.detail
        await line.assign("job-1")
        assert await line.refusal("job-2") is RefusalReason.BUSY
        await line.say(DrainRobot(draining=True))
        assert await line.refusal("job-3") is RefusalReason.DRAINING


async def test_a_robot_restarted_in_the_middle_neither_lists_nor_repeats_the_attempt(
    robot: RobotInProcess, expected_warnings: Expect
) -> None:
    expected_warnings("was running when the robot's last process ended")
    journal = robot.state / "journal"
    async with robot.online("job-1") as line:
        crashed = journal.read_bytes()
    await line.closed()
    journal.write_bytes(crashed)  # as a kill -9 would have left it
    for file in robot.spooled():
        file.unlink()
    async with robot.online() as line:
        assert (line.hello.running, line.hello.spooled) == ((), ())
        assert await line.refusal("job-1") is RefusalReason.ALREADY_SEEN
        await line.start("job-1", 2)
        await robot.host.next_start()


@pytest.mark.parametrize("outcome", list(ResultOutcome))
@pytest.mark.feature("X07")
async def test_a_result_is_sent_again_until_it_is_answered_for_in_any_way(
    robot: RobotInProcess, orchestrator: ScriptedOrchestrator, outcome: ResultOutcome, expected_warnings: Expect
) -> None:
    expected_warnings("No connection to")
    expected_warnings("was not recorded|rejected the result", optional=True)
    async with robot.online("job-1") as first:
        robot.host.end(JOB)
        await first.result(outcome=None)
        first.socket.transport.abort()
        line = await orchestrator.line()
        assert line.hello.spooled == (JOB,)
        await line.result(outcome)
        await line.sync()
        assert robot.spooled() == []


async def test_a_result_too_large_for_a_message_is_delivered_as_a_failure_that_says_so(robot: RobotInProcess) -> None:
    async with robot.online("job-1") as line:
        robot.host.outputs = {"text": "x" * 2_000_000}
        robot.host.end(JOB)
        result = await line.result()
        assert (result.status, result.outputs) == (JobStatus.FAILED, {})
        assert "2,000," in error_of(result).message


@pytest.mark.feature("O22")
async def test_the_robot_keeps_the_jobs_time_limit_itself(
    robot: RobotInProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(attempt_run, "TIMEOUT_SLACK_S", 0.0)
    async with robot.online() as line:
        await line.start("job-1", timeout_s=0.1)
        result = await line.result()
        assert result.status is JobStatus.TIMEOUT
        assert error_of(result).kind is ErrorKind.TIMEOUT


async def test_a_run_that_breaks_is_a_failed_job_and_not_the_robots_end(
    robot: RobotInProcess, expected_warnings: Expect
) -> None:
    expected_warnings("The run broke")
    async with robot.online("job-1") as line:
        robot.host.ends[JOB].set_exception(ZeroDivisionError("oops"))
        result = await line.result()
        assert result.status is JobStatus.FAILED
        assert error_of(result).kind is ErrorKind.INTERNAL
        await line.start("job-2")


async def test_news_of_steps_is_coalesced_and_only_rises(robot: RobotInProcess) -> None:
    async with robot.online("job-1") as line:
        listener = robot.host.listeners[JOB]
        for number in range(500):
            step = StepProgress(step_id=f"s{number % 5}", status=StepStatus.RUNNING, message=str(number))
            listener.step_changed(step, progress=number / 500, running=("Search",))
        first = await line.hear(StatusUpdate)
        assert len(first.steps) == 5
        assert {step.message for step in first.steps} == {"495", "496", "497", "498", "499"}
        listener.step_changed(StepProgress(step_id="s0", status=StepStatus.COMPLETED), progress=1.0, running=())
        second = await line.hear(StatusUpdate)
        assert (second.progress, [step.step_id for step in second.steps]) == (1.0, ["s0"])
        assert second.sequence > first.sequence


@pytest.mark.feature("O39", "O58", "O10")
async def test_log_lines_arrive_with_their_job_attempt_and_step(robot: RobotInProcess) -> None:
    async with robot.online("job-1") as line:
        robot.host.listeners[JOB].log(LogLevel.INFO, "found rows", step_id="search", rows=3)
        while True:
            batch = await line.hear(LogBatch)
            found = [entry for entry in batch.entries if entry.message == "found rows"]
            if found:
                break
        entry = found[0]
        assert (entry.job_id, entry.attempt, entry.step_id, entry.fields) == ("job-1", 1, "search", {"rows": 3})
