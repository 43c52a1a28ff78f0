"""The ledger outside the product: a small HTTP server at which steps of jobs report, and at which jobs are held."""

import asyncio
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Any

HEAD_LIMIT = 65_536
LIMIT_S = 180.0
PASSWORD = "hush-4fd1c6b0e9"
"""The secret variable of every job; it stands in the addresses that jobs ask for, and nowhere else."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One report: a robot has begun or ended the work of a job."""

    mark: str
    robot: str
    kind: str


class Ledger:
    """Notes who begins and ends which job, and how many executions of a job are alive at the same time.

    A job is known by the mark among its variables, a robot by the base address that it was started with. A held
    execution keeps its connection open, so that the ledger sees a robot's death and two executions at once.
    """

    def __init__(self) -> None:
        self.entries: list[Entry] = []
        self.most_alive: Counter[str] = Counter()
        """The most executions of each job that were alive together."""
        self._alive: Counter[str] = Counter()
        self._open: defaultdict[str, asyncio.Event] = defaultdict(asyncio.Event)
        self._all_open = False
        self._news = asyncio.Condition()
        self._server: asyncio.Server | None = None

    @asynccontextmanager
    async def listening(self, host: str = "127.0.0.1") -> AsyncIterator["Ledger"]:
        """The ledger for as long as the context lasts."""
        self._server = await asyncio.start_server(self._serve, host, 0, limit=HEAD_LIMIT)
        try:
            yield self
        finally:
            self._server.close()
            self.release_all()

    def base_of(self, robot: str) -> str:
        """The base address that a robot of this name is started with."""
        assert self._server is not None
        host, port = self._server.sockets[0].getsockname()[:2]
        return f"http://{host}:{port}/{robot}"

    def release(self, *marks: str) -> None:
        """Let held executions of these jobs go on, also those that come later."""
        for mark in marks:
            self._open[mark].set()

    def release_all(self) -> None:
        """Let everything go on, also what comes later."""
        self._all_open = True
        self.release(*self._open)

    def count(self, kind: str, mark: str | None = None) -> int:
        """How many reports of this kind there are, of one job or of all."""
        return sum(each.kind == kind and mark in {None, each.mark} for each in self.entries)

    def held(self) -> set[str]:
        """The jobs with an execution that is alive and held."""
        return {mark for mark, number in self._alive.items() if number}

    async def until(self, is_so: Callable[["Ledger"], bool], *, limit_s: float = LIMIT_S) -> None:
        """Wait until the condition holds."""
        try:
            async with asyncio.timeout(limit_s), self._news:
                await self._news.wait_for(lambda: is_so(self))
        except TimeoutError:
            told = Counter(each.kind for each in self.entries)
            raise AssertionError(f"The ledger does not say so within {limit_s:g} s: {told}, {self.held()}") from None

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await self._answer(reader, writer)
        except (OSError, asyncio.IncompleteReadError, ValueError):
            pass  # the robot is gone: a fault that a test has made
        finally:
            writer.close()
            with suppress(OSError):
                await writer.wait_closed()

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        _, robot, kind, mark = head.split(b" ", 2)[1].decode().partition("?")[0].split("/", 3)
        if kind == "hold":
            await self._hold(mark, reader)
        else:
            await self._note(lambda: self.entries.append(Entry(mark=mark, robot=robot, kind=kind)))
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok")
        await writer.drain()

    async def _hold(self, mark: str, reader: asyncio.StreamReader) -> None:
        """Returns when the job may go on; raises OSError when its robot has let go of the connection."""
        await self._note(lambda: self._lives(mark, 1))
        try:
            if not self._all_open:
                await _first(self._open[mark].wait(), _gone(reader))
        finally:
            await self._note(lambda: self._lives(mark, -1))

    def _lives(self, mark: str, change: int) -> None:
        self._alive[mark] += change
        self.most_alive[mark] = max(self.most_alive[mark], self._alive[mark])

    async def _note(self, change: Callable[[], None]) -> None:
        change()
        async with self._news:
            self._news.notify_all()


async def _gone(reader: asyncio.StreamReader) -> None:
    while await reader.read(1_024):
        pass
    raise ConnectionResetError("the robot let go")


async def _first(*waits: Coroutine[Any, Any, object]) -> None:
    """The outcome of whichever ends first."""
    tasks = [asyncio.get_running_loop().create_task(wait) for wait in waits]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
    for task in done:
        task.result()


def ledger_workflow(*, retry_safe: bool = True, held: bool = True, limit_s: float = 300.0) -> dict[str, Any]:
    """A workflow that reports its begin and its end, and may be held in between."""
    steps = [("begin", "POST"), *([("hold", "GET")] if held else []), ("end", "POST")]
    return {
        "name": f"Ledger {'repeatable' if retry_safe else 'once'} {'held' if held else 'free'}",
        "retry_safe": retry_safe,
        "variables": {
            "mark": {"type": "string", "required": True},
            "password": {"type": "string", "secret": True, "required": True},
        },
        "steps": [
            {
                "id": kind,
                "action": "http.request",
                "timeout": limit_s,
                "max_retries": 0,
                "parameters": {
                    "url": f"{kind}/${{{{ mark }}}}?password=${{{{ password }}}}",
                    "method": method,
                    "timeout_s": limit_s - 10,
                },
                "dependencies": [steps[place - 1][0]] if place else [],
            }
            for place, (kind, method) in enumerate(steps)
        ],
    }
