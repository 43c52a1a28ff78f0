"""A stretch of network that understands frames: it can repeat each of them, or hold some back and bring them later."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from websockets.asyncio.client import connect
from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.exceptions import ConnectionClosed, InvalidStatus

from orchestrator.contract.protocol.message import MessageType
from orchestrator.contract.protocol.terms import MAX_MESSAGE_BYTES
from tests.faults.relay import Way

Tamper = Callable[[Way, str], list[str]]
"""What becomes of a frame: the frames that travel on instead of it."""


def kind_of(frame: str) -> str:
    """The type of an encoded message, which is its first field."""
    return frame.split('"', 4)[3]


def twice(_: Way, frame: str) -> list[str]:
    """Each frame two times; a hello belongs to its connection and travels once."""
    return [frame] if kind_of(frame) == MessageType.ROBOT_HELLO else [frame, frame]


class FrameRelay:
    """Dials the orchestrator once for each robot's connection, and lets frames through as `tamper` says."""

    def __init__(self, target_port: int, tamper: Tamper) -> None:
        self._target = f"ws://127.0.0.1:{target_port}"
        self.tamper = tamper
        self.passed = 0
        self._sockets: set[ServerConnection] = set()
        self._server: Server | None = None

    @asynccontextmanager
    async def listening(self) -> AsyncIterator["FrameRelay"]:
        """The relay for as long as the context lasts."""
        async with serve(self._serve, "127.0.0.1", 0, compression=None, max_size=None) as self._server:
            yield self
            self.cut()

    @property
    def port(self) -> int:
        """Where robots dial."""
        assert self._server is not None
        return int(self._server.sockets[0].getsockname()[1])

    def cut(self) -> None:
        """Break every connection at once."""
        for socket in tuple(self._sockets):
            socket.transport.abort()

    async def _serve(self, socket: ServerConnection) -> None:
        self._sockets.add(socket)
        assert socket.request is not None
        try:
            async with connect(
                self._target + socket.request.path,
                additional_headers={"Authorization": socket.request.headers["Authorization"]},
                compression=None,
                max_size=MAX_MESSAGE_BYTES * 2,
                proxy=None,
            ) as far:
                try:
                    async with asyncio.TaskGroup() as group:
                        group.create_task(self._carry(socket, far, Way.TO_ORCHESTRATOR))
                        group.create_task(self._carry(far, socket, Way.TO_ROBOT))
                except* ConnectionClosed:
                    pass  # one side is gone, and takes the other along
        except (OSError, InvalidStatus, ConnectionClosed):
            pass  # the orchestrator is away; the robot notices
        finally:
            self._sockets.discard(socket)

    async def _carry(self, source: object, sink: object, way: Way) -> None:
        while True:
            frame = await source.recv()  # type: ignore[attr-defined]  # a connection of either side
            for each in self.tamper(way, frame):
                self.passed += 1
                await sink.send(each)  # type: ignore[attr-defined]  # a connection of either side
