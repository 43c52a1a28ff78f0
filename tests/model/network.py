"""Connections between simulated processes, and everything that a network may do to what they carry."""

import asyncio
import random
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from enum import Enum, auto
from typing import Any

from websockets.exceptions import ConnectionClosedError

from tests.model.simulation import Process, SimulatedLoop

PING_NOTICES_S = 20.0
"""After so long both sides of a half-open connection know, by the pings that are not answered."""
KEPT_FRAMES = 60
DIAL_LIMIT_S = 10.0


class Side(Enum):
    """The two ends."""

    ROBOT = auto()
    ORCHESTRATOR = auto()

    @property
    def other(self) -> "Side":
        """The peer."""
        return Side.ORCHESTRATOR if self is Side.ROBOT else Side.ROBOT


@dataclass(slots=True, kw_only=True)
class Weather:
    """How likely each harm is for one frame."""

    loss: float = 0.0
    doubling: float = 0.0
    lateness: float = 0.0
    """A frame that is late is overtaken by others."""
    late_s: float = 30.0

    def calm(self) -> None:
        """No harm any more."""
        self.loss = self.doubling = self.lateness = 0.0


Tap = Callable[[Side, str], None]


class Line:
    """One connection: a queue of frames for each side, None for its end."""

    def __init__(self, loop: SimulatedLoop, weather: Weather, rng: random.Random, tap: Tap) -> None:
        self._loop = loop
        self._weather = weather
        self._rng = rng
        self._tap = tap
        self.inboxes: dict[Side, asyncio.Queue[str | None]] = {side: asyncio.Queue() for side in Side}
        self.closed: set[Side] = set()
        """Sides that know of the end."""
        self._stalled: set[Side] = set()
        self._held: dict[Side, deque[str]] = {side: deque() for side in Side}
        self._latest_s = dict.fromkeys(Side, 0.0)
        self._is_broken = False

    @property
    def is_whole(self) -> bool:
        """True while both ends believe in it and nothing swallows frames."""
        return not self.closed and not self._is_broken

    def send(self, sender: Side, frame: str) -> None:
        """Give a frame to the network; ConnectionClosedError once the sender knows of the end."""
        if sender in self.closed:
            raise ConnectionClosedError(None, None)
        self._tap(sender, frame)
        if self._rng.random() < self._weather.loss:
            return
        copies = 2 if self._rng.random() < self._weather.doubling else 1
        for _ in range(copies):
            self.carry(sender.other, frame)

    def carry(self, to: Side, frame: str) -> None:
        """Bring a frame to a side, after the ones before it unless it is late."""
        at_s = max(self._latest_s[to], self._loop.now_s + self._rng.uniform(0, 0.01))
        if self._rng.random() < self._weather.lateness:
            self._loop.call_at(at_s + self._rng.uniform(0, self._weather.late_s), self._arrive, to, frame)
            return
        self._latest_s[to] = at_s
        self._loop.call_at(at_s, self._arrive, to, frame)

    def stall(self, *ways: Side) -> None:
        """Hold back what goes to these sides, or to both."""
        self._stalled.update(ways or tuple(Side))

    def flow(self) -> None:
        """Let everything through that was held back."""
        self._stalled.clear()
        for side, held in self._held.items():
            while held:
                self._arrive(side, held.popleft())

    def end(self, *known_to: Side) -> None:
        """The connection is over; the sides that are not named find out by their pings."""
        self._is_broken = True
        for side in Side:
            if side in (known_to or tuple(Side)):
                self._close(side)
            else:
                self._loop.call_later(PING_NOTICES_S, self._close, side)

    def hang_up(self, side: Side) -> None:
        """One side closes: what it said before arrives, then the end does."""
        self._close(side)
        if self._is_broken:
            return  # the other side hears nothing of it
        self._loop.call_at(max(self._latest_s[side.other], self._loop.now_s) + 0.01, self._close, side.other)

    def _arrive(self, to: Side, frame: str) -> None:
        if to in self._stalled:
            self._held[to].append(frame)
        elif to not in self.closed and not self._is_broken:
            self.inboxes[to].put_nowait(frame)

    def _close(self, side: Side) -> None:
        if side not in self.closed:
            self.closed.add(side)
            self.inboxes[side].put_nowait(None)


class RobotSocket:
    """What a robot holds of a line; the part of `websockets` that it uses."""

    def __init__(self, line: Line, process: Process) -> None:
        self._line = line
        self._process = process

    async def send(self, frame: str | list[str]) -> None:
        """Send a frame, perhaps in pieces."""
        await self._process.awake()
        self._line.send(Side.ROBOT, frame if isinstance(frame, str) else "".join(frame))

    async def recv(self) -> str:
        """The next frame; ConnectionClosedError at the end."""
        frame = await self._line.inboxes[Side.ROBOT].get()
        await self._process.awake()
        if frame is None:
            self._line.inboxes[Side.ROBOT].put_nowait(None)
            raise ConnectionClosedError(None, None)
        return frame

    async def close(self) -> None:
        """Hang up."""
        if self._process.is_alive:
            self._line.hang_up(Side.ROBOT)


class AsgiSocket:
    """What a server holds of a line, in ASGI's words."""

    def __init__(self, line: Line, process: Process) -> None:
        self._line = line
        self._process = process
        self._has_begun = False
        self.accepted: asyncio.Future[bool] = process.loop.create_future()

    async def receive(self) -> dict[str, Any]:
        """The next event."""
        if not self._has_begun:
            self._has_begun = True
            return {"type": "websocket.connect"}
        frame = await self._line.inboxes[Side.ORCHESTRATOR].get()
        await self._process.awake()
        if frame is None:
            self._line.inboxes[Side.ORCHESTRATOR].put_nowait(None)
            return {"type": "websocket.disconnect", "code": 1006}
        return {"type": "websocket.receive", "text": frame}

    async def send(self, event: Any) -> None:
        """An event of the server's."""
        await self._process.awake()
        match event["type"]:
            case "websocket.accept":
                self._answer(accepted=True)
            case "websocket.send":
                self._send(event.get("text") or event["bytes"])
            case "websocket.close" | "websocket.http.response.start":
                self._answer(accepted=False)
                self._line.hang_up(Side.ORCHESTRATOR)
            case _:
                pass  # the body of a refusal

    def _send(self, frame: str) -> None:
        try:
            self._line.send(Side.ORCHESTRATOR, frame)
        except ConnectionClosedError as error:
            raise OSError("the peer is gone") from error

    def _answer(self, *, accepted: bool) -> None:
        if not self.accepted.done():
            self.accepted.set_result(accepted)


Serve = Callable[[AsgiSocket], Awaitable[None]]
