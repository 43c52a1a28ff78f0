"""One robot of this machine whose owner may stop it and start it again: it is kept alive, and tells how it stands."""

import asyncio
import hashlib
import os
import re
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from orchestrator.contract.protocol.terms import RESTART_EXIT_CODE
from orchestrator.fleet.child import STOP_LIMIT_S, ChildCommand, ChildProcess
from orchestrator.fleet.errors import StartError

PAUSES_S = (1.0, 2.0, 5.0, 10.0, 30.0, 60.0)
"""Before the first, second, ... start after a crash; the last one for all that follow."""
CALM_S = 60.0
"""A robot that has run so long begins with the shortest pause again."""
MOST_LOG_BYTES = 5_000_000
_CRASHED = 1
"""An exit code of a Python program that nobody meant: 0 and 2 are ends on its own account."""
_PLAIN = re.compile(r"[^A-Za-z0-9._-]+")


class KeptState(StrEnum):
    """How a kept robot stands."""

    STOPPED = "stopped"
    RUNNING = "running"
    PAUSING = "pausing"
    """It crashed, and is started again after a pause."""
    STOPPING = "stopping"
    ENDED = "ended"
    """It ended on its own account, such as without a browser: it would only do so once more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RobotOrder:
    """Which robot to start, and where it finds its orchestrator."""

    name: str
    slots: int = 1
    tags: tuple[str, ...] = ()
    robots_url: str
    token: str
    folder: Path
    """Takes its state, its log and the token's file; one folder for all robots of one orchestrator."""

    @property
    def state_folder(self) -> Path:
        """Its own; a name that is no plain name of a folder gets one that no other name has."""
        plain = _PLAIN.sub("-", self.name)
        if plain != self.name or plain.startswith("."):
            plain = f"{plain.lstrip('.')}-{hashlib.sha256(self.name.encode()).hexdigest()[:8]}"
        return self.folder / "robots" / plain

    @property
    def log_file(self) -> Path:
        """What the process says on standard error."""
        return self.folder / "logs" / f"{self.state_folder.name}.log"

    def command(self) -> ChildCommand:
        """How it is started; writes the token's file, readable by its owner only."""
        token_file = self.folder / "robots.token"
        _write_secret(token_file, self.token)
        _cap(self.log_file)
        return ChildCommand(
            name=self.name,
            arguments=[
                "-m", "robot.cli", "run",
                "--connect", self.robots_url,
                "--name", self.name,
                "--slots", str(self.slots),
                "--token-file", str(token_file),
                "--state", str(self.state_folder),
                "--drain-grace", "0",
                "--parent-pipe",
                *(word for tag in self.tags for word in ("--tag", tag)),
            ],
            log_file=self.log_file,
        )  # fmt: skip


class KeptRobot:
    """`keep` is its life: run it as a task, cancel that task, then `stop`. `told` hears of each change."""

    def __init__(self, order: RobotOrder, told: Callable[[], None]) -> None:
        self.order = order
        self.state = KeptState.STOPPED
        self.words = ""
        """Why it does not run, or how it ended last; empty while all is well."""
        self.crashes = 0
        """In a row."""
        self._told = told
        self._child: ChildProcess | None = None

    @property
    def pid(self) -> int:
        """Its process; 0 while there is none."""
        return self._child.pid if self._child is not None and self._child.exit_code is None else 0

    async def keep(self) -> None:
        """Start it, and start it again after a crash, until it ends on its own account. StartError at the first try."""
        while True:
            began_s = asyncio.get_running_loop().time()
            self._child = await ChildProcess.start(await asyncio.to_thread(self.order.command))
            self._become(KeptState.RUNNING, self.words if self.crashes else "")
            code = await self._child.ended()
            await self._child.stop()  # what it has started, and left behind
            if asyncio.get_running_loop().time() - began_s >= CALM_S:
                self.crashes = 0
            if code == RESTART_EXIT_CODE:
                self.words = ""
                continue
            if code >= 0 and code != _CRASHED:
                self._become(KeptState.ENDED, self._child.why_ended().args[0])
                return
            is_killed = code != _CRASHED
            await self._pause(f"was killed by signal {-code}" if is_killed else f"crashed: {self._child.last_words()}")

    def ask_to_end(self) -> None:
        """Without waiting: its pipe ends, and it with it. `stop` makes it certain."""
        if self._child is not None:
            self._child.let_go()

    async def stop(self, limit_s: float = STOP_LIMIT_S) -> None:
        """End the process, after its keeping was cancelled; harmless when there is none."""
        if self._child is not None and self._child.exit_code is None:
            self._become(KeptState.STOPPING, "")
            await self._child.stop(limit_s)
        self.crashes = 0
        self._become(KeptState.STOPPED, "")

    async def _pause(self, how: str) -> None:
        """A little longer after each crash."""
        pause_s = PAUSES_S[min(self.crashes, len(PAUSES_S) - 1)]
        self.crashes += 1
        times = f" ({self.crashes} times in a row)" if self.crashes > 1 else ""
        self._become(KeptState.PAUSING, f"It {how}{times}. It is started again in {pause_s:.0f} s.")
        await asyncio.sleep(pause_s)
        self.words = f"It {how}{times} and was started again."

    def _become(self, state: KeptState, words: str) -> None:
        self.state, self.words = state, words
        self._told()


def last_lines(path: Path, most_bytes: int = 65_536) -> str:
    """The end of a log, in whole lines; StartError when it cannot be read."""
    try:
        with path.open("rb") as log:
            size = log.seek(0, os.SEEK_END)
            log.seek(max(0, size - most_bytes))
            text = log.read().decode(errors="replace")
    except OSError as error:
        raise StartError(f"{path} cannot be read: {error.strerror or error}.", log_file=path) from error
    return text.partition("\n")[2] if size > most_bytes else text


def _write_secret(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    # Several robots are started at once, each in a thread: every one writes a file of its own, of mode 0600.
    descriptor, partial = tempfile.mkstemp(dir=path.parent, prefix=f"{path.name}.")
    with os.fdopen(descriptor, "w") as file:
        file.write(text + "\n")
    Path(partial).replace(path)


def _cap(log_file: Path) -> None:
    """A log that has grown large becomes the old one."""
    try:
        if log_file.stat().st_size > MOST_LOG_BYTES:
            log_file.replace(log_file.with_name(f"{log_file.name}.1"))
    except FileNotFoundError:
        return
