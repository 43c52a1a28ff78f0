"""When a machine gets tight, the jobs on it are asked for checkpoints."""

import pytest
from fake_fleet import FakeRobot, Fleet

from orchestrator.contract.checkpoints import CheckpointKind
from orchestrator.contract.protocol.checkpoints import TakeCheckpoint
from orchestrator.contract.protocol.robots import Heartbeat


class CareRobot(FakeRobot):
    """Notes which checkpoints it is asked for."""

    def __init__(self, fleet: Fleet, name: str) -> None:
        super().__init__(fleet, name)
        self.asked: list[TakeCheckpoint] = []

    async def _take(self, message: object) -> None:
        if isinstance(message, TakeCheckpoint):
            self.asked.append(message)
        else:
            await super()._take(message)  # type: ignore[arg-type]


@pytest.mark.feature("E14")
async def test_a_robot_that_gets_tight_is_asked_once_at_each_threshold_and_the_others_are_not() -> None:
    fleet = await Fleet().start()
    robots = [CareRobot(fleet, "r1"), CareRobot(fleet, "r2")]
    for robot in robots:
        fleet.robots[str(robot.robot_id)] = robot
        await robot.connect()
    jobs = [await fleet.submit(robot=name) for name in ("r1", "r2")]
    for memory in (50.0, 75.0, 76.0, 90.0):
        await robots[0].say(Heartbeat(running=tuple(robots[0].running), memory_percent=memory))
        await fleet.advance(30, heartbeats=False)
    assert [(each.job_id, each.kind, each.note) for each in robots[0].asked] == [
        (jobs[0].job_id, CheckpointKind.AUTOMATIC, "memory at 75% (warning)"),
        (jobs[0].job_id, CheckpointKind.AUTOMATIC, "memory at 90% (critical)"),
    ]
    assert robots[1].asked == []
