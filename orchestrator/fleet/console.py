"""The console's window as a process of this machine, connected to an orchestrator that is run elsewhere."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from orchestrator.fleet.child import ChildCommand, ChildProcess

_STOP_LIMIT_S = 5.0


class ConsoleWindow:
    """An open window."""

    def __init__(self, child: ChildProcess) -> None:
        self._child = child

    @classmethod
    @asynccontextmanager
    async def open(cls, url: str, key: str, folder: Path) -> AsyncIterator["ConsoleWindow"]:
        """A window on the orchestrator at `url`. StartError when it cannot start; it closes with the context."""
        command = ChildCommand(
            name="the console",
            arguments=["-m", "orchestrator.cli.main", "--connect", url],
            log_file=folder / "logs" / "console.log",
            # The key goes by the environment: everybody on the machine can read arguments.
            environment={"BOTSWAIN_KEY": key},
        )
        child = await ChildProcess.start(command)
        try:
            yield cls(child)
        finally:
            await child.stop(_STOP_LIMIT_S)

    async def closed(self) -> None:
        """Wait until a person closes the window. StartError when it ended by a failure."""
        if await self._child.ended() != 0:
            raise self._child.why_ended()
