"""An orchestrator inside this process with robots of this machine, for `botswain run` and `botswain demo`."""

import asyncio
from collections.abc import AsyncIterator, Coroutine, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from orchestrator.cli.connection import COMMAND_LINE
from orchestrator.cli.logs import log_to_file
from orchestrator.client.client import OrchestratorClient
from orchestrator.client.errors import UnreachableError
from orchestrator.client.following import robots_connected
from orchestrator.config import Settings, load_settings
from orchestrator.fleet.child import ChildProcess
from orchestrator.fleet.errors import FleetError, StartError, TooLateError
from orchestrator.fleet.race import unless
from orchestrator.fleet.robots import FleetPlan, LocalFleet

T = TypeVar("T")

READY_LIMIT_S = 90.0


@dataclass(frozen=True, slots=True, kw_only=True)
class LocalOrchestrator:
    """What runs here."""

    client: OrchestratorClient
    fleet: LocalFleet
    folder: Path
    robots_url: str


@asynccontextmanager
async def local_orchestrator(
    folder: Path, *, robots: int, slots: int, base_url: str | None = None, files: Sequence[Path] = ()
) -> AsyncIterator[LocalOrchestrator]:
    """An orchestrator on a free loopback port with its data in `folder`, and robots that are ready to work.

    Everything is stopped when the context ends. StartError or TooLateError when the robots do not come.
    """
    # Loading the engine takes half a second, which commands that only ask questions should not pay.
    from orchestrator.app import Orchestrator  # noqa: PLC0415

    settings, log_file = _settings(folder), folder / "logs" / "orchestrator.log"
    with log_to_file(log_file, settings.log_level), _engine_answers(log_file):
        async with (
            Orchestrator.running(settings) as orchestrator,
            OrchestratorClient(orchestrator.url, orchestrator.key, actor=COMMAND_LINE) as client,
            LocalFleet.running(
                FleetPlan(
                    robots_url=orchestrator.robots_url,
                    robot_token=orchestrator.robot_token,
                    folder=folder,
                    names=[f"robot-{number}" for number in range(1, robots + 1)],
                    slots=slots,
                    base_url=base_url,
                    files=files,
                    killed=client.robot_died,
                )
            ) as fleet,
        ):
            await unless(_robots_ready(client, fleet), _why(fleet.first_end()))
            yield LocalOrchestrator(client=client, fleet=fleet, folder=folder, robots_url=orchestrator.robots_url)


@contextmanager
def _engine_answers(log_file: Path) -> Iterator[None]:
    """Silence of an engine inside this process is nobody's wrong address."""
    try:
        yield
    except UnreachableError:
        raise StartError(f"The engine of this run does not answer; see {log_file}.", log_file=log_file) from None


async def while_robots_live(local: LocalOrchestrator, work: Coroutine[Any, Any, T]) -> T:
    """Do the work; StartError when the last robot ends before it is done."""
    return await unless(work, _why(local.fleet.last_end()))


async def _why(end: Coroutine[Any, Any, ChildProcess]) -> FleetError:
    return (await end).why_ended()


async def _robots_ready(client: OrchestratorClient, fleet: LocalFleet) -> None:
    try:
        async with asyncio.timeout(READY_LIMIT_S):
            await robots_connected(client, fleet.plan.names)
    except TimeoutError:
        log = fleet.plan.folder / "logs"
        message = f"{', '.join(fleet.plan.names)} did not connect within {READY_LIMIT_S:.0f} s; see {log}."
        raise TooLateError(message, log_file=log) from None


def _settings(folder: Path) -> Settings:
    """Nothing of another orchestrator's settings counts here: own database, own port, own secrets."""
    return load_settings(data_dir=folder, host="127.0.0.1", port=0, database="", key="", robot_token="", insecure=False)
