"""One identity, two processes: the newest wins, and a pair that throws each other out gets no new work."""

import pytest
from fake_fleet import SAFE, FakeRobot, Fleet
from log_guard import ExpectWarning

from orchestrator.contract.protocol.robots import RobotHello
from orchestrator.contract.states import JobStatus
from orchestrator.domain.alerts import AlertKind


async def dial(robot: FakeRobot, process: str) -> None:
    """The robot's identity connects from a process."""
    hello = robot.hello

    def named() -> RobotHello:
        return hello().model_copy(update={"instance_id": process, "host": f"host-{process}"})

    robot.hello = named  # type: ignore[method-assign]  # one hello of another process
    try:
        await robot.connect()
    finally:
        robot.hello = hello  # type: ignore[method-assign]


async def test_two_processes_with_one_identity_get_no_new_work(fleet: Fleet, expected_warnings: ExpectWarning) -> None:
    expected_warnings("Two processes work under the identity")
    robot = fleet.add("anna")
    for process in ("a", "b", "a", "b"):
        await dial(robot, process)
    await fleet.settle()
    (alert,) = [each for each in fleet.engine.watch.alerts.open() if each.kind is AlertKind.ROBOT_CLONED]
    assert alert.subject == robot.robot_id
    assert "host-b" in alert.message
    job = await fleet.submit(definition=SAFE)
    assert fleet.status(job) is JobStatus.QUEUED
    await fleet.engine.resume_robot(robot.robot_id)
    await fleet.settle()
    assert fleet.status(job) is JobStatus.RUNNING
    assert fleet.engine.watch.notices.open() == ()


@pytest.mark.feature("X25")
async def test_a_robot_that_was_taken_out_of_work_comes_back_with_one_undo(
    fleet: Fleet, expected_warnings: ExpectWarning
) -> None:
    expected_warnings("Two processes work under the identity")
    robot = fleet.add("anna")
    for process in ("a", "b", "a", "b"):
        await dial(robot, process)
    await fleet.settle()
    (notice,) = fleet.engine.watch.notices.open()
    assert (notice.kind, notice.title) == ("robot", "Robot anna gets no new work.")
    job = await fleet.submit(definition=SAFE)
    await fleet.engine.watch.notices.undo(notice.notice_id, actor="ada")
    await fleet.settle()
    assert fleet.status(job) is JobStatus.RUNNING


async def test_restarts_and_reconnections_are_no_clones(fleet: Fleet) -> None:
    robot = fleet.add("anna")
    for process in ("a", "a", "b", "c", "c", "c", "d", "", "", "d"):
        await dial(robot, process)
    await fleet.settle()
    assert not fleet.engine.watch.alerts.open()
    job = await fleet.submit(definition=SAFE)
    assert fleet.status(job) is JobStatus.RUNNING
