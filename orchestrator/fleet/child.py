"""One child process that cannot outlive its parent, whichever way the parent ends.

Its standard input is a pipe that nothing is ever written to: when the parent is gone, however it went, the pipe ends
and the child with it. On Linux the kernel sends it SIGTERM besides. It leads a process group of its own, so that
Ctrl+C reaches the parent alone, which then stops its children in order.
"""

import asyncio
import ctypes
import os
import signal
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from orchestrator.fleet.errors import StartError

STOP_LIMIT_S = 15.0
KILL_LIMIT_S = 5.0
_PR_SET_PDEATHSIG = 1
_LOG_TAIL_BYTES = 4_096
_MOST_LINE_BYTES = 65_536


@dataclass(frozen=True, slots=True, kw_only=True)
class ChildCommand:
    """What to start."""

    name: str
    """What people call it, such as `robot-1`."""
    arguments: Sequence[str]
    """Behind the interpreter: `-m package ...`."""
    log_file: Path
    """Takes what it says on standard error."""
    announces: bool = False
    """True: it says on standard output when it is ready (`first_line`); otherwise that goes into the log too."""
    environment: Mapping[str, str] = field(default_factory=dict)
    """On top of this process's own."""


class ChildProcess:
    """A started child. Stop it, or leave the context; a second stop is harmless."""

    def __init__(self, command: ChildCommand, process: asyncio.subprocess.Process) -> None:
        self.command = command
        self._process = process

    @classmethod
    async def start(cls, command: ChildCommand) -> "ChildProcess":
        """Start it; StartError when the system refuses."""
        try:
            with _opened(command.log_file) as log:
                process = await asyncio.create_subprocess_exec(
                    sys.executable,
                    *command.arguments,
                    stdin=asyncio.subprocess.PIPE,
                    stdout=asyncio.subprocess.PIPE if command.announces else log,
                    stderr=log,
                    env={**os.environ, **command.environment},
                    limit=_MOST_LINE_BYTES,
                    **_alone(),
                )
        except OSError as error:
            raise StartError(f"{command.name} cannot be started: {error}.", log_file=command.log_file) from error
        return cls(command, process)

    @property
    def pid(self) -> int:
        """Its process id, which is also its group's on POSIX."""
        return self._process.pid

    @property
    def exit_code(self) -> int | None:
        """How it ended; None while it runs."""
        return self._process.returncode

    async def first_line(self, limit_s: float) -> str:
        """The first line that it says on standard output. StartError when it ends before, TimeoutError when late."""
        assert self._process.stdout is not None, "the command does not announce"
        async with asyncio.timeout(limit_s):
            line = await self._process.stdout.readline()
        if not line:
            await self.stop()
            raise self.why_ended()
        return line.decode(errors="replace").strip()

    async def ended(self) -> int:
        """Wait for its end; the exit code."""
        return await self._process.wait()

    async def stop(self, limit_s: float = STOP_LIMIT_S) -> None:
        """Ask it to end, wait, then kill its whole group. Returns when it is gone, within the limits."""
        try:
            await self._end_in_peace(limit_s)
        finally:
            self._kill_group()
        async with asyncio.timeout(KILL_LIMIT_S):
            await self._process.wait()

    def let_go(self) -> None:
        """Close its pipe and ask it to end, without waiting for anything; `stop` is still to follow."""
        if self._process.stdin is not None:
            self._process.stdin.close()
        if self._process.returncode is None:
            self._ask_to_end()

    def why_ended(self) -> StartError:
        """Its end as an error, with the last thing that it said."""
        said = self.last_words()
        reason = f": {said}" if said else f" (exit code {self.exit_code})."
        return StartError(f"{self.command.name} ended by itself{reason}", log_file=self.command.log_file)

    def last_words(self) -> str:
        """The last line of its log that is not empty."""
        try:
            with self.command.log_file.open("rb") as log:
                log.seek(max(0, log.seek(0, os.SEEK_END) - _LOG_TAIL_BYTES))
                lines = log.read().decode(errors="replace").splitlines()
        except OSError:
            return ""
        return next((line.strip() for line in reversed(lines) if line.strip()), "")

    async def _end_in_peace(self, limit_s: float) -> None:
        self.let_go()
        if self._process.returncode is None:
            with suppress(TimeoutError):
                async with asyncio.timeout(limit_s):
                    await self._process.wait()

    def _ask_to_end(self) -> None:
        with suppress(ProcessLookupError):
            if sys.platform == "win32":
                self._process.terminate()
            else:
                # terminate() looks first whether the child is there, and takes its exit code from the event loop.
                os.kill(self._process.pid, signal.SIGTERM)

    def _kill_group(self) -> None:
        """What is left of the child and of what it started in its group."""
        with suppress(ProcessLookupError, PermissionError):
            if sys.platform == "win32":
                self._process.kill()
            else:
                os.killpg(self._process.pid, signal.SIGKILL)


def _opened(log_file: Path) -> IO[bytes]:
    log_file.parent.mkdir(parents=True, exist_ok=True)
    return log_file.open("ab")


def _alone() -> dict[str, Any]:
    """Options of subprocess.Popen; which exist depends on the system."""
    if sys.platform == "win32":
        import subprocess  # noqa: PLC0415  the flag exists only there

        return {"creationflags": subprocess.CREATE_NEW_PROCESS_GROUP}
    death_signal = _death_signal()
    return {"start_new_session": True, **({"preexec_fn": death_signal} if death_signal else {})}


def _death_signal() -> Callable[[], None] | None:
    """Linux: the kernel sends SIGTERM to the child when this process is gone.

    The call runs between fork and exec: one system call through a library that is loaded before, no locks.
    """
    if not sys.platform.startswith("linux"):
        return None
    prctl = ctypes.CDLL(None).prctl

    def ask() -> None:
        prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)

    return ask
