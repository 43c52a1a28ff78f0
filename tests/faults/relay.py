"""A stretch of network between robots and orchestrator that can be cut, stopped in one direction, and mended."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from enum import Enum, auto

CHUNK = 65_536


class Way(Enum):
    """A direction."""

    TO_ORCHESTRATOR = auto()
    TO_ROBOT = auto()


class Relay:
    """Forwards bytes. A stopped way delays them, as TCP does with what a broken network swallows."""

    def __init__(self, target_port: int) -> None:
        self.target_port = target_port
        self.dials = 0
        self._flows = {way: asyncio.Event() for way in Way}
        self._writers: set[asyncio.StreamWriter] = set()
        self._server: asyncio.Server | None = None
        self.mend()

    @asynccontextmanager
    async def listening(self) -> AsyncIterator["Relay"]:
        """The relay for as long as the context lasts."""
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        try:
            yield self
        finally:
            self._server.close()
            self.mend()
            self.cut()

    @property
    def port(self) -> int:
        """Where robots dial."""
        assert self._server is not None
        return int(self._server.sockets[0].getsockname()[1])

    def stop(self, *ways: Way) -> None:
        """Let nothing through, in these directions or in both; connections stay open and new ones get no answer."""
        for way in ways or tuple(Way):
            self._flows[way].clear()

    def mend(self) -> None:
        """Let everything through again, also what was held back."""
        for flow in self._flows.values():
            flow.set()

    def cut(self) -> None:
        """Break every connection at once, with a reset."""
        for writer in tuple(self._writers):
            writer.transport.abort()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.dials += 1
        self._writers.add(writer)
        try:
            far_reader, far_writer = await asyncio.open_connection("127.0.0.1", self.target_port)
        except OSError:
            writer.transport.abort()
            self._writers.discard(writer)
            return
        self._writers.add(far_writer)
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._carry(reader, far_writer, Way.TO_ORCHESTRATOR))
                group.create_task(self._carry(far_reader, writer, Way.TO_ROBOT))
        finally:
            for each in (writer, far_writer):
                self._writers.discard(each)
                each.transport.abort()

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, way: Way) -> None:
        with suppress(OSError):
            while data := await reader.read(CHUNK):
                await self._flows[way].wait()
                writer.write(data)
                await writer.drain()
        await self._flows[way].wait()
        with suppress(OSError, RuntimeError):
            if writer.can_write_eof():
                writer.write_eof()
