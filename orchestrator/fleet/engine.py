"""An orchestrator's engine as a process of this machine."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from orchestrator.client.endpoint import Endpoint
from orchestrator.contract.errors import BotswainError
from orchestrator.fleet.child import ChildCommand, ChildProcess
from orchestrator.fleet.errors import StartError, TooLateError

_START_LIMIT_S = 60.0
_OF_NOBODY_ELSE = {
    # Settings of another orchestrator in the environment do not count here: own database, own port, own secrets.
    "BOTSWAIN_DATABASE": "",
    "BOTSWAIN_KEY": "",
    "BOTSWAIN_ROBOT_TOKEN": "",
    "BOTSWAIN_INSECURE": "false",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class LocalEngine:
    """A running engine: where clients and robots reach it, and what opens it."""

    url: str
    key: str
    robots_url: str
    robot_token: str
    child: ChildProcess

    @classmethod
    @asynccontextmanager
    async def running(cls, folder: Path, *, load_balancing: str = "least_loaded") -> AsyncIterator["LocalEngine"]:
        """An engine on a free loopback port with its data in `folder`, for as long as the context lasts.

        StartError when it cannot start, such as in a folder that another engine uses; TooLateError.
        """
        command = ChildCommand(
            name="the engine",
            arguments=[
                "-m", "orchestrator.cli.main", "serve", "--host", "127.0.0.1", "--port", "0", "--parent-pipe", "--json",
                "--data-dir", str(folder), "--load-balancing", load_balancing, "--log-level", "warning",
            ],
            log_file=folder / "logs" / "orchestrator.log",
            announces=True,
            environment=_OF_NOBODY_ELSE,
        )  # fmt: skip
        child = await ChildProcess.start(command)
        try:
            yield await _announced(child, folder)
        finally:
            await child.stop()


async def _announced(child: ChildProcess, folder: Path) -> LocalEngine:
    log_file = child.command.log_file
    try:
        line = await child.first_line(_START_LIMIT_S)
    except TimeoutError:
        raise TooLateError(f"The engine did not listen within {_START_LIMIT_S:.0f} s.", log_file=log_file) from None
    try:
        facts = json.loads(line)
        token = await asyncio.to_thread(Path(facts["token_file"]).read_text, "utf-8")
        endpoint = await asyncio.to_thread(Endpoint.of, folder)
    except (ValueError, KeyError, TypeError, OSError, BotswainError):
        endpoint = None
    if endpoint is None:
        raise StartError(f"The engine said {line!r:.200} instead of its address.", log_file=log_file)
    return LocalEngine(
        url=endpoint.url, key=endpoint.key, robots_url=str(facts["robots_url"]), robot_token=token.strip(), child=child
    )
