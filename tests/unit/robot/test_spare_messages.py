"""Frames have time: whatever else there is to say goes between their parts."""

import asyncio
import json
from typing import cast

import pytest
from websockets.asyncio.client import ClientConnection

from orchestrator.contract.protocol.live import LiveFramePart
from orchestrator.contract.protocol.robots import Heartbeat, RobotRegistered
from robot.connection import Session


class NarrowSocket:
    """Takes one message when the test lets it."""

    def __init__(self) -> None:
        self.sent: list[str] = []
        self.begun: asyncio.Queue[str] = asyncio.Queue()
        self.turns = asyncio.Semaphore(0)

    async def send(self, frame: str) -> None:
        kind = json.loads(frame)["type"]
        self.begun.put_nowait(kind)
        await self.turns.acquire()
        self.sent.append(kind)


def part(place: int) -> LiveFramePart:
    return LiveFramePart(job_id="j", attempt=1, number=1, part=place, parts=9, data="x" * 7_500)


@pytest.mark.feature("X03")
async def test_a_heartbeat_waits_for_one_part_of_a_frame_and_not_for_the_frame() -> None:
    socket = NarrowSocket()
    session = Session(cast("ClientConnection", socket), RobotRegistered(robot_id="r", session_id="s"))

    async def flood() -> None:
        for place in range(9):
            await session.send_spare(part(place))

    async with asyncio.TaskGroup() as group:
        group.create_task(flood())
        assert await socket.begun.get() == "live_frame"
        group.create_task(session.send(Heartbeat()))
        await asyncio.sleep(0)
        socket.turns.release()
        assert await socket.begun.get() == "heartbeat"
        for _ in range(20):
            socket.turns.release()
    assert socket.sent == ["live_frame", "heartbeat", *["live_frame"] * 8]


async def test_what_waits_already_goes_before_a_part() -> None:
    socket = NarrowSocket()
    session = Session(cast("ClientConnection", socket), RobotRegistered(robot_id="r", session_id="s"))
    async with asyncio.TaskGroup() as group:
        group.create_task(session.send(Heartbeat()))
        assert await socket.begun.get() == "heartbeat"
        group.create_task(session.send_spare(part(0)))
        group.create_task(session.send_all([Heartbeat(), Heartbeat()]))
        await asyncio.sleep(0)
        for _ in range(4):
            socket.turns.release()
    assert socket.sent == ["heartbeat"] * 3 + ["live_frame"]
