"""Where a script's workflows run: an engine and robots of its own, or an orchestrator that is there already."""

import asyncio
import os
import shutil
import tempfile
import weakref
from collections.abc import Coroutine, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol, Self, TypeVar

from orchestrator.client.client import OrchestratorClient
from orchestrator.client.endpoint import Endpoint
from orchestrator.client.errors import ClientError
from orchestrator.client.following import robots_connected
from orchestrator.config import load_settings
from orchestrator.contract.errors import UserError
from orchestrator.fleet.engine import LocalEngine
from orchestrator.fleet.errors import FleetError, TooLateError
from orchestrator.fleet.race import unless
from orchestrator.fleet.robots import FleetPlan, LocalFleet

T = TypeVar("T")

ACTOR = "script"
"""Who acts, in the activity."""
ROBOT_LIMIT_S = 90.0
PLACES_OF_A_ROBOT = 4
"""At least, where the plan allows it: a place costs nothing until something runs in it, a robot is a process."""


class Place(Protocol):
    """An orchestrator that a script works with; `close` lets it go."""

    @property
    def client(self) -> OrchestratorClient:
        """The way to it."""
        ...

    @property
    def is_own(self) -> bool:
        """True for an engine and robots that end with the script."""
        ...

    async def make_room(self, sessions: int) -> None:
        """Let so many runs find a place side by side, as far as that is up to the script."""
        ...

    async def while_alive(self, work: Coroutine[Any, Any, T]) -> T:
        """Do the work; FleetError when what it needs ends before."""
        ...

    async def close(self) -> None:
        """Let everything go."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnPlan:
    """How an own engine and its robots are to be."""

    data_dir: Path | None = None
    """Database, logs and robots' state; None: a folder that goes with them."""
    max_sessions: int = 8
    """Most runs that its robots have places for at once."""
    load_balancing: str = "least_loaded"
    base_url: str | None = None
    robot_environment: Mapping[str, str] = field(default_factory=dict)


class OwnPlace:
    """An engine and robots, each a process of this machine; robots are started when there is work for them."""

    is_own = True

    def __init__(self, plan: OwnPlan, engine: LocalEngine, client: OrchestratorClient, stack: AsyncExitStack) -> None:
        self._plan = plan
        self._engine = engine
        self._client = client
        self._stack = stack
        self._fleets: list[LocalFleet] = []
        self._slots = 0
        self._growing = asyncio.Lock()

    @classmethod
    async def start(cls, plan: OwnPlan) -> Self:
        """Start the engine; FleetError when it cannot start."""
        async with AsyncExitStack() as stack:
            folder = plan.data_dir or Path(tempfile.mkdtemp(prefix="botswain-script-"))
            if plan.data_dir is None:
                stack.callback(_remove, folder)
            engine = await stack.enter_async_context(LocalEngine.running(folder, load_balancing=plan.load_balancing))
            client = await stack.enter_async_context(OrchestratorClient(engine.url, engine.key, actor=ACTOR))
            place = cls(plan, engine, client, stack.pop_all())
        if plan.data_dir is None:
            weakref.finalize(place, _remove, folder)
        return place

    @property
    def client(self) -> OrchestratorClient:
        """The way to the engine."""
        return self._client

    @property
    def folder(self) -> Path:
        """Where its data and logs are."""
        return self._engine.child.command.log_file.parents[1]

    async def make_room(self, sessions: int) -> None:
        """Start another robot for what is missing, up to the plan's most; FleetError when it does not come."""
        async with self._growing:
            missing = min(sessions, self._plan.max_sessions) - self._slots
            if missing > 0:
                left = self._plan.max_sessions - self._slots
                await self._add_robot(min(max(missing, PLACES_OF_A_ROBOT), left))

    async def while_alive(self, work: Coroutine[Any, Any, T]) -> T:
        """Do the work; StartError when the engine or the last robot ends before it is done."""
        return await unless(work, self._end())

    async def close(self) -> None:
        """End robots and engine, in this order; they are gone when this returns."""
        await self._stack.aclose()

    async def _add_robot(self, slots: int) -> None:
        name = f"robot-{len(self._fleets) + 1}"
        plan = FleetPlan(
            robots_url=self._engine.robots_url,
            robot_token=self._engine.robot_token,
            folder=self.folder,
            names=[name],
            slots=slots,
            base_url=self._plan.base_url,
            killed=self._client.robot_died,
            environment=self._plan.robot_environment,
        )
        fleet = await self._stack.enter_async_context(LocalFleet.running(plan))
        self._fleets.append(fleet)
        await unless(self._connected(name), _why(fleet))
        self._slots += slots

    async def _connected(self, name: str) -> None:
        try:
            async with asyncio.timeout(ROBOT_LIMIT_S):
                await robots_connected(self._client, [name])
        except TimeoutError:
            log_file = self.folder / "logs" / f"{name}.log"
            message = f"{name} did not connect within {ROBOT_LIMIT_S:.0f} s; see {log_file}."
            raise TooLateError(message, log_file=log_file) from None

    async def _end(self) -> FleetError:
        """Wait for the end of the engine, or of every robot; why it ended."""
        loop = asyncio.get_running_loop()
        engine = loop.create_task(self._engine_end())
        robots = loop.create_task(self._robots_end())
        try:
            done, _ = await asyncio.wait({engine, robots}, return_when=asyncio.FIRST_COMPLETED)
            return done.pop().result()
        finally:
            engine.cancel()
            robots.cancel()
            await asyncio.gather(engine, robots, return_exceptions=True)

    async def _engine_end(self) -> FleetError:
        await self._engine.child.ended()
        return self._engine.child.why_ended()

    async def _robots_end(self) -> FleetError:
        last: FleetError | None = None
        for fleet in tuple(self._fleets):
            last = await _why(fleet)
        return last or await asyncio.get_running_loop().create_future()


class ThatPlace:
    """An orchestrator that somebody else runs: its robots are its own affair."""

    is_own = False

    def __init__(self, url: str, key: str) -> None:
        self._client = OrchestratorClient(url, key, actor=ACTOR)

    @property
    def client(self) -> OrchestratorClient:
        """The way to it."""
        return self._client

    async def make_room(self, sessions: int) -> None:
        """Nothing: who runs it decides how many robots there are."""

    async def while_alive(self, work: Coroutine[Any, Any, T]) -> T:
        """Do the work; when the orchestrator stays away, following it fails by itself."""
        return await work

    async def close(self) -> None:
        """Let the connections go."""
        await self._client.close()


def that_place(url: str | None, key: str | None) -> ThatPlace | None:
    """The orchestrator that arguments or environment (BOTSWAIN_URL, BOTSWAIN_KEY) name; None when they name none.

    UserError without a key: one of this machine wrote it into its data folder, any other is not to be guessed.
    """
    address = url or os.environ.get("BOTSWAIN_URL")
    if not address:
        return None
    address = address if "://" in address else f"http://{address}"
    key = key or os.environ.get("BOTSWAIN_KEY") or _noted_key(address)
    if not key:
        raise UserError(f"The orchestrator at {address} wants a key: give `key`, or set BOTSWAIN_KEY.", field="key")
    return ThatPlace(address, key)


def _noted_key(address: str) -> str | None:
    try:
        note = Endpoint.of(load_settings().data_dir)
    except ClientError:
        return None
    return note.key if note is not None and note.url == address.rstrip("/") else None


def _remove(folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)


async def _why(fleet: LocalFleet) -> FleetError:
    return (await fleet.last_end()).why_ended()
