"""A robot as a process of its own, as users start it: killed, restarted, stopped by signals and by its owner's end."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import psutil
import pytest
from scripted_orchestrator import LIMIT_S, TOKEN, Line, ScriptedOrchestrator

from orchestrator.contract.protocol.jobs import CancelJob, JobRefused, RefusalReason, StatusUpdate
from orchestrator.contract.protocol.message import AttemptRef
from orchestrator.contract.protocol.robots import RobotGoodbye
from orchestrator.contract.results import JobResult
from orchestrator.contract.states import JobStatus
from orchestrator.contract.workflow import WorkflowDefinition

JOB = AttemptRef(job_id="job-1", attempt=1)
QUICK = WorkflowDefinition.model_validate(
    {"name": "Quick", "steps": [{"id": "a", "action": "set", "parameters": {"value": 7}}]}
)
SLOW = WorkflowDefinition.model_validate(
    {"name": "Slow", "steps": [{"id": "a", "action": "wait", "parameters": {"seconds": 120}}]}
)
BROWSE = WorkflowDefinition.model_validate(
    {
        "name": "Browse",
        "steps": [
            {"id": "look", "action": "goto", "parameters": {"url": "about:blank"}},
            {"id": "wait", "action": "wait", "parameters": {"seconds": 120}, "dependencies": ["look"]},
        ],
    }
)


class RobotProcess:
    """Starts `botswain-robot run` on one state folder, as often as a test likes."""

    def __init__(self, state: Path, orchestrator: ScriptedOrchestrator) -> None:
        self.state = state
        self.orchestrator = orchestrator
        self.process: asyncio.subprocess.Process | None = None

    async def start(self, *more: str, token: str = TOKEN) -> asyncio.subprocess.Process:
        where = f"ws://127.0.0.1:{self.orchestrator.port}"
        arguments = ["run", "--connect", where, "--name", "r", "--slots", "2", "--state", str(self.state), *more]
        self.process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "robot.cli",
            *arguments,
            env={**os.environ, "BOTSWAIN_ROBOT_TOKEN": token},
            stdin=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        return self.process

    async def ended(self) -> tuple[int, str]:
        """Exit code and log of the process."""
        assert self.process is not None
        async with asyncio.timeout(LIMIT_S):
            _, log = await self.process.communicate()
        code = self.process.returncode
        self.process = None
        assert code is not None
        return code, log.decode()

    async def kill(self) -> None:
        assert self.process is not None
        self.process.kill()
        await self.ended()


@asynccontextmanager
async def killed_at_the_end(robot: RobotProcess) -> AsyncIterator[RobotProcess]:
    try:
        yield robot
    finally:
        if robot.process is not None:
            await robot.kill()


@pytest.fixture
async def robot(tmp_path: Path, orchestrator: ScriptedOrchestrator) -> AsyncIterator[RobotProcess]:
    async with killed_at_the_end(RobotProcess(tmp_path / "state", orchestrator)) as process:
        yield process


async def run_quick(line: Line, job_id: str) -> None:
    await line.start(job_id, workflow=QUICK)


@pytest.mark.feature("X07")
async def test_a_result_survives_kill_9_and_is_delivered_after_the_restart(
    robot: RobotProcess, orchestrator: ScriptedOrchestrator
) -> None:
    await robot.start()
    line = await orchestrator.line()
    robot_id = line.hello.robot_id
    await run_quick(line, "job-1")
    unanswered = await line.result(outcome=None)
    await robot.kill()
    await robot.start()
    line = await orchestrator.line()
    assert (line.hello.robot_id, line.hello.spooled, line.hello.running) == (robot_id, (JOB,), ())
    assert await line.result() == unanswered
    assert (unanswered.status, unanswered.step_results[0].value) == (JobStatus.COMPLETED, 7)


async def test_an_attempt_cut_short_by_kill_9_is_neither_claimed_nor_run_again(
    robot: RobotProcess, orchestrator: ScriptedOrchestrator
) -> None:
    await robot.start()
    line = await orchestrator.line()
    await line.start("job-1", workflow=SLOW)
    await line.hear(StatusUpdate)
    await robot.kill()
    await robot.start()
    line = await orchestrator.line()
    assert (line.hello.running, line.hello.accepted, line.hello.spooled) == ((), (), ())
    await line.assign("job-1", workflow=QUICK)
    assert (await line.hear(JobRefused)).reason is RefusalReason.ALREADY_SEEN
    await run_quick(line, "job-2")
    assert (await line.result()).job_id == "job-2"


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_a_signal_ends_the_robot_in_order_and_leaves_no_process(
    robot: RobotProcess, orchestrator: ScriptedOrchestrator, number: signal.Signals
) -> None:
    process = await robot.start("--drain-grace", "0.2")
    line = await orchestrator.line()
    await line.start("job-1", workflow=BROWSE)
    await until_browsing(line)
    children = psutil.Process(process.pid).children(recursive=True)
    assert children
    process.send_signal(number)
    result = await line.result()
    assert result.status is JobStatus.FAILED
    await line.hear(RobotGoodbye)
    code, log = await robot.ended()
    assert code == 0, log
    assert "Traceback" not in log
    _, alive = psutil.wait_procs(children, timeout=LIMIT_S)
    assert alive == []


async def until_browsing(line: Line) -> None:
    """Returns when the page is open."""
    while "wait" not in (await line.hear(StatusUpdate)).current_step:
        pass


@pytest.mark.feature("O21", "X14")
async def test_a_cancel_stops_a_browser_job_within_five_seconds(
    robot: RobotProcess, orchestrator: ScriptedOrchestrator
) -> None:
    await robot.start()
    line = await orchestrator.line()
    await line.start("job-1", workflow=BROWSE)
    await until_browsing(line)
    await line.say(CancelJob(job_id="job-1", attempt=1, reason="enough"))
    async with asyncio.timeout(5):
        result = await line.result()
    assert (result.status, seconds(result) < 5) == (JobStatus.CANCELLED, True)
    assert result.stop is not None
    assert (result.stop.cause, result.stop.sessions_left, result.stop.processes_left) == ("cancel", 0, 0)


def seconds(result: JobResult) -> float:
    return float((result.stopped_by or "").removesuffix(" s").rpartition(" ")[2])


async def test_the_robot_does_not_outlive_its_owner(robot: RobotProcess, orchestrator: ScriptedOrchestrator) -> None:
    process = await robot.start("--parent-pipe")
    line = await orchestrator.line()
    assert process.stdin is not None
    process.stdin.close()
    await line.hear(RobotGoodbye)
    code, log = await robot.ended()
    assert code == 0, log


async def test_a_second_signal_does_not_wait(robot: RobotProcess, orchestrator: ScriptedOrchestrator) -> None:
    process = await robot.start("--drain-grace", "600")
    line = await orchestrator.line()
    await line.start("job-1", workflow=SLOW)
    await line.hear(StatusUpdate)
    process.send_signal(signal.SIGTERM)
    await line.assign("job-2")
    assert (await line.hear(JobRefused)).reason is RefusalReason.DRAINING
    process.send_signal(signal.SIGTERM)
    assert (await line.result()).status is JobStatus.FAILED
    assert (await robot.ended())[0] == 0


async def test_a_wrong_token_ends_the_command_with_code_2_and_one_sentence(
    robot: RobotProcess, orchestrator: ScriptedOrchestrator
) -> None:
    await robot.start(token="wrong")
    code, log = await robot.ended()
    assert code == 2
    assert "refused the robot's token (HTTP 401)" in log
    assert "Traceback" not in log
    assert orchestrator.refused == 1


async def test_a_second_robot_on_the_same_state_is_refused(
    robot: RobotProcess, orchestrator: ScriptedOrchestrator
) -> None:
    await robot.start()
    await orchestrator.line()
    async with killed_at_the_end(RobotProcess(robot.state, orchestrator)) as second:
        await second.start()
        code, log = await second.ended()
    assert code == 2
    assert "already works in" in log


@pytest.mark.feature("X07")
async def test_a_robot_keeps_its_work_while_the_orchestrator_restarts(
    tmp_path: Path, expected_warnings: Callable[..., None]
) -> None:
    expected_warnings(".*", optional=True)
    first = ScriptedOrchestrator()
    async with killed_at_the_end(RobotProcess(tmp_path / "state", first)) as robot:
        async with first.running():
            await robot.start()
            line = await first.line()
            await line.start("job-1", workflow=SLOW)
            await line.hear(StatusUpdate)
            line.socket.transport.abort()
        second = ScriptedOrchestrator()
        async with second.running(first.port):
            line = await second.line()
            assert line.hello.running == (JOB,)
            await line.say(CancelJob(job_id="job-1", attempt=1))
            assert (await line.result()).status is JobStatus.CANCELLED
