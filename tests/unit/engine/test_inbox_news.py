"""Progress, logs, heartbeats and wrong messages: a robot speaks only about its own jobs."""

import pytest
from fake_fleet import Fleet
from log_guard import ExpectWarning

from orchestrator.contract.protocol.jobs import JobStart, LogBatch, StatusUpdate, StepProgress
from orchestrator.contract.protocol.message import AttemptRef
from orchestrator.contract.protocol.robots import DrainRobot, ErrorReport, Heartbeat, HeartbeatAck
from orchestrator.contract.results import LogEntry, LogLevel
from orchestrator.contract.states import JobStatus, RobotStatus, StepStatus
from orchestrator.domain.events import JobProgress, LogsArrived


def progress(job_id: str, sequence: int, share: float, *, attempt: int = 1) -> StatusUpdate:
    step = StepProgress(step_id="look", status=StepStatus.RUNNING)
    return StatusUpdate(
        job_id=job_id, attempt=attempt, sequence=sequence, progress=share, current_step="look", steps=(step,)
    )


async def test_progress_is_remembered_and_told_newest_only(fleet: Fleet) -> None:
    told: list[float] = []
    fleet.engine.bus.subscribe(JobProgress, lambda event: told.append(event.job.progress))
    robot = await fleet.robot("r1")
    job = await fleet.submit()
    for sequence, share in ((1, 0.25), (3, 0.75), (2, 0.5)):
        await robot.say(progress(job.job_id, sequence, share))
    assert told == [0.25, 0.75]
    assert (fleet.job(job).progress, fleet.job(job).current_step) == (0.75, "look")
    assert [step.step_id for step in await fleet.store.steps(job.job_id, 1)] == ["look"]
    await robot.finish()
    await fleet.settle()
    assert (fleet.job(job).progress, fleet.job(job).current_step) == (1.0, "")


async def test_progress_of_another_robots_job_or_attempt_is_ignored(fleet: Fleet) -> None:
    owner, other = await fleet.robot("r1"), await fleet.robot("r2")
    job = await fleet.submit(robot="r1")
    await other.say(progress(job.job_id, 1, 0.9))
    await owner.say(progress(job.job_id, 1, 0.9, attempt=4))
    assert fleet.job(job).progress == 0.0


async def test_log_lines_are_kept_when_the_robot_may_speak_about_their_job(fleet: Fleet) -> None:
    told: list[LogsArrived] = []
    fleet.engine.bus.subscribe(LogsArrived, told.append)
    owner, other = await fleet.robot("r1"), await fleet.robot("r2")
    job = await fleet.submit(robot="r1")
    line = LogEntry(at=fleet.clock.now(), level=LogLevel.INFO, message="here", job_id=job.job_id, attempt=1)
    general = LogEntry(at=fleet.clock.now(), level=LogLevel.INFO, message="hello")
    await other.say(LogBatch(entries=(line, general)))
    await owner.finish()
    await owner.say(LogBatch(entries=(line,)))
    assert [(robot, entry.message) for robot, entry in fleet.store.log_lines] == [("r2", "hello"), ("r1", "here")]
    assert [event.robot_id for event in told] == ["r2", "r1"]


@pytest.mark.feature("C51", "C89")
async def test_a_heartbeat_brings_figures_and_renews_the_lease(fleet: Fleet) -> None:
    robot = await fleet.robot("r1", slots=2)
    job = await fleet.submit()
    fleet_time = fleet.clock.now()
    await fleet.advance(300)
    assert fleet.status(job) is JobStatus.RUNNING
    await robot.say(Heartbeat(running=tuple(robot.running), slots_busy=1, cpu_percent=40.0, leaked=0))
    (known,) = fleet.engine.pool.robots()
    assert known.metrics["cpu_percent"] == 40.0
    assert known.last_seen_at > fleet_time


async def test_a_heartbeat_that_lists_what_nobody_wants_is_told_so(fleet: Fleet) -> None:
    robot = await fleet.robot("r1")
    stranger = AttemptRef(job_id="nobody", attempt=3)
    session = robot.session_id
    assert session is not None
    await robot.say(Heartbeat(running=(stranger,)))
    acks = [each for each in fleet.gateway.sessions[session] if isinstance(each, HeartbeatAck)]
    assert acks[0].revokes == (stranger,)


async def test_a_robot_that_drains_by_itself_gets_nothing_new(fleet: Fleet) -> None:
    robot = await fleet.robot("r1")
    await robot.say(Heartbeat(draining=True))
    job = await fleet.submit()
    assert fleet.status(job) is JobStatus.QUEUED
    (known,) = fleet.engine.pool.robots()
    assert known.status is RobotStatus.DRAINING


async def test_a_message_that_robots_do_not_send_is_answered_with_an_error(fleet: Fleet) -> None:
    robot = await fleet.robot("r1")
    session = robot.session_id
    assert session is not None
    await robot.say(JobStart(job_id="x", attempt=1))
    (answer,) = fleet.gateway.sessions[session]
    assert isinstance(answer, ErrorReport)
    assert "does not send job_start" in answer.message


async def test_a_robots_complaint_is_logged(fleet: Fleet, expected_warnings: ExpectWarning) -> None:
    expected_warnings("r1 could not use a message: too deep")
    robot = await fleet.robot("r1")
    await robot.say(ErrorReport(code="too_deep", message="too deep"))


async def test_a_result_that_cannot_be_stored_is_not_acknowledged_and_comes_again(
    fleet: Fleet, expected_warnings: ExpectWarning
) -> None:
    expected_warnings("is not recorded yet")
    robot = await fleet.robot("r1")
    job = await fleet.submit()
    fleet.store.is_full = True
    await robot.finish()
    await fleet.settle()
    assert robot.spool
    assert not robot.acks
    fleet.store.is_full = False
    await robot.connect()
    await fleet.settle()
    assert fleet.status(job) is JobStatus.COMPLETED
    assert not robot.spool


@pytest.mark.feature("C53", "C54")
async def test_messages_reach_one_robot_or_all_of_them(fleet: Fleet) -> None:
    await fleet.robot("r1")
    away = await fleet.robot("r2")
    assert fleet.engine.broadcast(DrainRobot(draining=False)) == 2
    await away.lose_connection()
    assert not fleet.engine.send(away.robot_id, DrainRobot(draining=False))
    assert fleet.engine.broadcast(DrainRobot(draining=False)) == 1
