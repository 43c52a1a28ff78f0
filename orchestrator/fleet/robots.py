"""Robots of this machine: one process each, connected to one orchestrator."""

import asyncio
import logging
import os
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

from orchestrator.contract.errors import BotswainError
from orchestrator.contract.protocol.terms import RESTART_EXIT_CODE
from orchestrator.fleet.child import STOP_LIMIT_S, ChildCommand, ChildProcess

log = logging.getLogger(__name__)

MOST_RESTARTS = 10
_FIRST_PAUSE_S = 0.2
_LONGEST_PAUSE_S = 10.0
_LONGEST_STOP_S = STOP_LIMIT_S + 10
_TELL_LIMIT_S = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class FleetPlan:
    """Which robots to start, and where they find the orchestrator."""

    robots_url: str
    robot_token: str
    folder: Path
    """Takes their state, logs and the token's file."""
    names: Sequence[str]
    slots: int = 1
    base_url: str | None = None
    """Where relative addresses in workflows lead."""
    files: Sequence[Path] = ()
    """Folders whose files workflows may read."""
    killed: Callable[[str], Awaitable[None]] | None = None
    """Hears the name of each robot whose process was killed, so that its jobs are recovered at once."""
    environment: Mapping[str, str] = field(default_factory=dict)
    """What the robots' processes find besides this one's own."""


class LocalFleet:
    """Robot processes of this machine; when the context ends, they and their browsers are gone.

    A robot that was killed is started again. One that ended on its own account (no browser, wrong token) is not: it
    would only do so once more.
    """

    def __init__(self, plan: FleetPlan) -> None:
        self.plan = plan
        self._children: list[ChildProcess] = []
        self._keepers: list[asyncio.Task[ChildProcess]] = []

    @classmethod
    @asynccontextmanager
    async def running(cls, plan: FleetPlan) -> AsyncIterator[Self]:
        """Start the robots of the plan; StartError when one cannot be started.

        They connect by themselves, a moment later. `first_end` tells when one ends before its time.
        """
        fleet = cls(plan)
        token_file = await asyncio.to_thread(_write_token, plan.folder, plan.robot_token)
        loop = asyncio.get_running_loop()
        try:
            for place, name in enumerate(plan.names):
                fleet._children.append(await ChildProcess.start(fleet._command(name, token_file)))
                fleet._keepers.append(loop.create_task(fleet._keep(place)))
            yield fleet
        finally:
            await fleet._stop()

    @property
    def pids(self) -> tuple[int, ...]:
        """Process ids, in the order of the names."""
        return tuple(child.pid for child in self._children)

    async def first_end(self) -> ChildProcess:
        """Wait until one of the robots has ended for good."""
        done, _ = await asyncio.wait(self._keepers, return_when=asyncio.FIRST_COMPLETED)
        return done.pop().result()

    async def last_end(self) -> ChildProcess:
        """Wait until every robot has ended for good; the last of the plan."""
        await asyncio.wait(self._keepers)
        return self._keepers[-1].result()

    async def _keep(self, place: int) -> ChildProcess:
        """Look after one robot until it ends for good; the process that did."""
        kills = 0
        while kills < MOST_RESTARTS:
            child = self._children[place]
            code = await child.ended()
            if code >= 0 and code != RESTART_EXIT_CODE:
                return child
            await child.stop()
            if code == RESTART_EXIT_CODE:
                log.info("%s is started again, as it was asked to.", child.command.name)
            else:
                log.warning("%s was killed and is started again.", child.command.name)
                await self._tell(child.command.name)
                kills += 1
            await asyncio.sleep(min(_LONGEST_PAUSE_S, _FIRST_PAUSE_S * 2**kills))
            self._children[place] = await ChildProcess.start(child.command)
        await self._children[place].ended()
        return self._children[place]

    async def _tell(self, name: str) -> None:
        if self.plan.killed is None:
            return
        try:
            async with asyncio.timeout(_TELL_LIMIT_S):
                await self.plan.killed(name)
        except (BotswainError, TimeoutError) as error:
            log.warning("The orchestrator could not be told of the end of %s: %s", name, error)

    async def _stop(self) -> None:
        """All at once; each within its own limits, whatever happens to the others."""
        for keeper in self._keepers:
            keeper.cancel()
        await asyncio.gather(*self._keepers, return_exceptions=True)
        async with asyncio.timeout(_LONGEST_STOP_S):
            await asyncio.gather(*(child.stop() for child in self._children), return_exceptions=True)

    def _command(self, name: str, token_file: Path) -> ChildCommand:
        plan = self.plan
        return ChildCommand(
            name=name,
            arguments=[
                "-m", "robot.cli", "run",
                "--connect", plan.robots_url,
                "--name", name,
                "--slots", str(plan.slots),
                "--token-file", str(token_file),
                "--state", str(plan.folder / "robots" / name),
                "--drain-grace", "0",
                "--parent-pipe",
                *(["--base-url", plan.base_url] if plan.base_url else []),
                *(word for folder in plan.files for word in ("--files", str(folder))),
            ],
            log_file=plan.folder / "logs" / f"{name}.log",
            environment=plan.environment,
        )  # fmt: skip


def _write_token(folder: Path, token: str) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "robots.token"
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(token + "\n")
    return path
