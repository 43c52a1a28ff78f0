"""RobotClient: one connected robot, as the gateway sees it."""

import asyncio
from collections import deque
from datetime import datetime

from starlette.websockets import WebSocket

from orchestrator.contract.ids import RobotId, SessionId
from orchestrator.contract.protocol.codec import encode, joined
from orchestrator.contract.protocol.message import AttemptRef, Payload
from orchestrator.contract.protocol.robots import Heartbeat, RobotHello
from orchestrator.contract.protocol.terms import MAX_MESSAGE_BYTES
from orchestrator.contract.states import RobotStatus

MOST_IN_ONE_FRAME = 256
MOST_CHARACTERS = MAX_MESSAGE_BYTES // 8
"""Of one frame: far below what a robot takes, also when every character needs four bytes."""
MOST_WAITING = 1_000
"""Frames that may wait for a robot; one that reads more slowly is dropped, the others do not notice."""


class RobotClient:
    """A live connection: who is there, what it last said, and what is still to be sent."""

    def __init__(self, hello: RobotHello, session_id: SessionId, websocket: WebSocket, *, at: datetime) -> None:
        self.robot_id = RobotId(hello.robot_id)
        self.session_id = session_id
        self.name = hello.name
        self.websocket = websocket
        self.capabilities = hello.capabilities
        self.slots = hello.slots
        self.last_heartbeat = at
        self.running: tuple[AttemptRef, ...] = hello.running
        self.is_draining = False
        self.closing: tuple[int, str] | None = None
        """Code and reason, once the connection is to be closed."""
        self.takes_batches = False
        """True once both sides have agreed on frames of several messages."""
        self._frames: deque[str] = deque()
        self._wake = asyncio.Event()

    @property
    def status(self) -> RobotStatus:
        """What the robot's own words say."""
        if self.is_draining:
            return RobotStatus.DRAINING
        return RobotStatus.BUSY if len(self.running) >= self.slots else RobotStatus.ONLINE

    @property
    def current_job(self) -> str | None:
        """The first of the jobs that it runs."""
        return self.running[0].job_id if self.running else None

    @property
    def load(self) -> float:
        """Share of its slots that is taken, 0 to 1."""
        return min(1.0, len(self.running) / self.slots)

    def heard(self, heartbeat: Heartbeat, at: datetime) -> None:
        """Remember what a heartbeat says."""
        self.last_heartbeat = at
        self.running = heartbeat.running
        self.is_draining = heartbeat.draining

    def send(self, payload: Payload) -> bool:
        """Queue a frame; False when the robot does not keep up or is being closed."""
        if self.closing is not None:
            return False
        if len(self._frames) >= MOST_WAITING:
            self.close(1013, "The robot does not read what it is sent.")
            return False
        self._frames.append(encode(payload))
        self._wake.set()
        return True

    def close(self, code: int, reason: str) -> None:
        """End the connection soon; what waits is not sent any more."""
        if self.closing is None:
            self.closing = (code, reason)
            self._wake.set()

    async def pump(self, *, send_limit_s: float) -> None:
        """Send what is queued until the connection is to be closed. TimeoutError when the robot does not read."""
        while self.closing is None:
            await self._wake.wait()
            self._wake.clear()
            while self._frames and self.closing is None:
                async with asyncio.timeout(send_limit_s):
                    await self.websocket.send_text(self._next_frame())

    def _next_frame(self) -> str:
        """What waits, in one frame as far as the robot can take it."""
        frames = [self._frames.popleft()]
        if self.takes_batches:
            room = MOST_CHARACTERS - len(frames[0])
            while self._frames and len(frames) < MOST_IN_ONE_FRAME and len(self._frames[0]) < room:
                frames.append(self._frames.popleft())
                room -= len(frames[-1])
        return joined(frames)
