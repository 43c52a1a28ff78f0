"""The real engine behind the real robots' gateway in a simulated process; only its store survives a kill."""

import asyncio
import inspect
import random
from collections.abc import Callable
from typing import Any, cast

from fake_clock import ClockTimer, FakeClock
from fake_store import FakeStore
from starlette.websockets import WebSocket

from orchestrator.domain.lease import LeaseTerms
from orchestrator.engine.engine import OrchestratorEngine
from orchestrator.engine.errors import StorageError
from orchestrator.engine.ports.store import Store
from orchestrator.engine.settings import EngineSettings
from orchestrator.server.access import Access
from orchestrator.server.gateway import OrchestratorServer
from tests.model.network import AsgiSocket
from tests.model.simulation import Process, ProcessGoneError, SimulatedLoop

SETTINGS = EngineSettings(terms=LeaseTerms(lost_s=200.0))
SLOW_WRITE_S = 0.3


class StoreOfProcess:
    """The store as one process sees it: writes take time, and a dead process's writes do not happen.

    A kill may fall before a write, or between a write and the word that it was done.
    """

    def __init__(self, part: object, process: Process, rng: random.Random) -> None:
        self._part = part
        self._process = process
        self._rng = rng

    def __getattr__(self, name: str) -> Any:
        value = getattr(self._part, name)
        if inspect.iscoroutinefunction(value):
            return lambda *args, **words: self._call(value, *args, **words)
        if callable(value) or isinstance(value, str | int | bool | dict | list | set | tuple | None):
            return value
        return StoreOfProcess(value, self._process, self._rng)

    async def _call(self, method: Callable[..., Any], *args: Any, **words: Any) -> Any:
        await self._pause()
        answer = await method(*args, **words)
        await self._pause()
        return answer

    async def _pause(self) -> None:
        if self._rng.random() < 0.2:
            await asyncio.sleep(self._rng.uniform(0, SLOW_WRITE_S))
        try:
            await self._process.awake()
        except ProcessGoneError as error:
            raise StorageError("The process was killed.") from error


class OrchestratorUnderTest:
    """One orchestrator process after the other, on one store."""

    def __init__(self, store: FakeStore, loop: SimulatedLoop, rng: random.Random) -> None:
        self.store = store
        self._loop = loop
        self._rng = rng
        self.process = Process(loop)
        self.process.is_alive = False
        self.is_ready = False
        self._conversations: set[asyncio.Task[None]] = set()
        self._remains: list[asyncio.Task[None]] = []

    async def start(self) -> None:
        """A new process on the same store; nobody is let in before the engine runs."""
        if self.process.is_alive:
            return
        shift = self.process.wall_shift
        self.process = Process(self._loop)
        self.process.wall_shift = shift
        process, access = self.process, Access(key="k", robot_token="t")
        self._gateway = OrchestratorServer(access, process.now)
        self.engine = OrchestratorEngine(
            cast("Store", StoreOfProcess(self.store, process, self._rng)),
            self._gateway,
            settings=SETTINGS,
            clock=process,
            rng=self._rng,
            timer=ClockTimer(cast("FakeClock", process)),
        )
        await self.engine.start()
        self._gateway.attach(self.engine.inbox)
        self.is_ready = True

    def kill(self) -> None:
        """kill -9, at this very instant."""
        if not self.is_ready:
            return
        self.is_ready = False
        self.process.die()
        for task in self._conversations:
            task.cancel()
        self._remains.append(self._loop.create_task(self.engine.stop()))

    async def bury(self) -> None:
        """Wait for what is left of dead processes."""
        self.kill()
        if left := [*self._remains, *self._conversations]:
            await asyncio.wait(left, timeout=60)

    def converse(self, socket: AsgiSocket) -> None:
        """Serve a connection."""
        scope = {
            "type": "websocket",
            "path": "/robot",
            "headers": [(b"authorization", b"Bearer t")],
            "extensions": {"websocket.http.response": {}},
        }
        websocket = WebSocket(scope, socket.receive, socket.send)
        task = self._loop.create_task(self._gateway.serve(websocket))
        self._conversations.add(task)
        task.add_done_callback(self._ended)

    def _ended(self, task: "asyncio.Task[None]") -> None:
        self._conversations.discard(task)
        if not task.cancelled():
            task.exception()
