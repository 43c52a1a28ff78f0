"""The bundled demo site as a process of this machine."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from orchestrator.fleet.child import ChildCommand, ChildProcess
from orchestrator.fleet.errors import StartError, TooLateError

_START_LIMIT_S = 30.0


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoSite:
    """A running demo site."""

    url: str
    pid: int


@asynccontextmanager
async def demo_site(folder: Path) -> AsyncIterator[DemoSite]:
    """The demo site on a free loopback port, for as long as the context lasts. StartError or TooLateError."""
    command = ChildCommand(
        name="the demo site",
        arguments=["-m", "resources.demo_site", "--port", "0", "--die-with-parent"],
        log_file=folder / "logs" / "demo-site.log",
        announces=True,
    )
    child = await ChildProcess.start(command)
    try:
        try:
            line = await child.first_line(_START_LIMIT_S)
        except TimeoutError:
            message = f"The demo site did not listen within {_START_LIMIT_S:.0f} s."
            raise TooLateError(message, log_file=command.log_file) from None
        yield DemoSite(url=_url(line, command), pid=child.pid)
    finally:
        await child.stop()


def _url(line: str, command: ChildCommand) -> str:
    try:
        return str(json.loads(line)["url"])
    except (ValueError, KeyError, TypeError):
        message = f"The demo site said {line!r:.200} instead of its address."
        raise StartError(message, log_file=command.log_file) from None
