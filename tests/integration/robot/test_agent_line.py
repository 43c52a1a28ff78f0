"""A robot's line to its orchestrator: heartbeats, what cannot be used, silence, lost connections and registrations."""

import asyncio
from collections.abc import Callable

import pytest
from robot_in_process import JOB, RobotInProcess, next_without
from scripted_orchestrator import ScriptedOrchestrator

from orchestrator.contract.protocol.jobs import JobResultReport, RefusalReason
from orchestrator.contract.protocol.message import AttemptRef
from orchestrator.contract.protocol.robots import DrainRobot, ErrorReport, Heartbeat, HeartbeatAck, RobotGoodbye
from robot.errors import RobotSetupError

Expect = Callable[..., None]


@pytest.mark.feature("X07")
async def test_work_goes_on_without_a_line_and_the_result_is_delivered_on_the_next_one(
    robot: RobotInProcess, orchestrator: ScriptedOrchestrator, expected_warnings: Expect
) -> None:
    expected_warnings("No connection to")
    async with robot.online("job-1", "job-2") as first:
        first.socket.transport.abort()
        robot.host.end(JOB)
        line = await orchestrator.line()
        assert AttemptRef(job_id="job-2", attempt=1) in line.hello.running
        assert (await line.result()).job_id == "job-1"


async def test_messages_that_cannot_be_used_are_answered_and_the_line_stays(
    robot: RobotInProcess, expected_warnings: Expect
) -> None:
    expected_warnings("sent a message that cannot be used")
    async with robot.online() as line:
        for frame, code in (
            ("nonsense", "malformed"),
            ('{"type":"sing","id":"1","timestamp":"2026-01-01T00:00:00Z","payload":{}}', "unknown_type"),
            ('{"type":"job_start","id":"1","timestamp":"2026-01-01T00:00:00Z","payload":{}}', "bad_payload"),
            ("[" * 100 + "]" * 100, "too_deep"),
            (b"\x00\xff", "binary"),
        ):
            await line.socket.send(frame)
            assert (await line.hear(ErrorReport)).code == code
        await line.say(RobotGoodbye())
        assert (await line.hear(ErrorReport)).code == "unexpected"
        await line.start("job-1")


async def test_an_oversized_message_costs_the_line_and_nothing_else(
    robot: RobotInProcess, orchestrator: ScriptedOrchestrator, expected_warnings: Expect
) -> None:
    expected_warnings("No connection to")
    async with robot.online("job-1") as first:
        await first.socket.send("x" * 1_100_000)
        line = await orchestrator.line()
        assert line.hello.running == (JOB,)
        robot.host.end(JOB)
        await line.result()


async def test_an_orchestrator_that_falls_silent_is_left_for_a_new_connection(
    robot: RobotInProcess, orchestrator: ScriptedOrchestrator, expected_warnings: Expect
) -> None:
    expected_warnings("said nothing for 0.3 s")
    async with robot.online(heartbeat_s=0.1):
        await orchestrator.line()


async def test_heartbeats_say_what_runs_and_what_it_costs(robot: RobotInProcess) -> None:
    async with robot.online(heartbeat_s=1.0) as line:
        first = await line.hear(Heartbeat)
        assert (first.running, first.browsers, first.sessions) == ((), 1, 2)
        assert first.process_memory_bytes is not None
        assert first.process_memory_bytes > 1_000_000
        await line.start("job-1")
        while (beat := await line.hear(Heartbeat)).running != (JOB,):
            await line.say(HeartbeatAck())
        assert beat.slots_busy == 1


@pytest.mark.feature("X02")
async def test_heartbeats_say_how_long_a_run_has_stood_still_and_how_the_machine_is(robot: RobotInProcess) -> None:
    async with robot.online("job-1") as line:
        await line.say(DrainRobot(draining=True))
        beat = await line.hear(Heartbeat)
        while not beat.activities:
            beat = await line.hear(Heartbeat)
        assert [(each.job_id, each.attempt, each.idle_s) for each in beat.activities] == [("job-1", 1, 7.0)]
        assert beat.disk_percent is not None
        assert 0 <= beat.disk_percent <= 100
        robot.host.end(JOB)
        await line.result()


async def test_a_wrong_token_at_the_first_try_ends_the_robot_with_a_clear_message(
    robot: RobotInProcess, orchestrator: ScriptedOrchestrator
) -> None:
    robot.token = "wrong"
    with pytest.raises(ExceptionGroup) as caught:
        async with robot.alive():
            await asyncio.Event().wait()
    (error,) = caught.value.exceptions
    assert isinstance(error, RobotSetupError)
    assert "refused the robot's token (HTTP 401)" in error.message
    assert orchestrator.refused == 1


async def test_a_draining_registration_is_kept(robot: RobotInProcess) -> None:
    async with robot.online(draining=True) as line:
        assert await line.refusal("job-1") is RefusalReason.DRAINING


async def test_attempts_that_nobody_wants_any_more_are_stopped_at_the_registration(
    robot: RobotInProcess, orchestrator: ScriptedOrchestrator, expected_warnings: Expect
) -> None:
    expected_warnings("No connection to")
    async with robot.online("job-1") as first:
        first.socket.transport.abort()
        line = await orchestrator.line(revoked=(JOB,), heartbeat_s=0.2)
        await next_without(line, JOB)
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.2):
                await line.hear(JobResultReport)
