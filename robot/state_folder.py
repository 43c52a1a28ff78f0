"""What a robot keeps on its disk between runs, and the lock that makes it the folder's only owner."""

import os
import re
import sys
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self

import platformdirs

from orchestrator.contract.ids import RobotId, new_id
from robot.durable_file import TEMPORARY_SUFFIX, write_durably
from robot.errors import RobotSetupError

_ID = re.compile(r"[A-Za-z0-9_-]{1,100}")
_NOT_IN_NAMES = re.compile(r"[^A-Za-z0-9._-]+")


def default_state_folder(name: str) -> Path:
    """Where a robot of this name keeps its state when nobody says otherwise."""
    plain = _NOT_IN_NAMES.sub("_", name).strip(".") or "robot"
    return Path(platformdirs.user_state_dir("botswain", appauthor=False)) / "robots" / plain


class StateFolder:
    """A locked state folder; leaving the `with` block unlocks it.

    Raises RobotSetupError on entering when the folder cannot be written or another robot holds it.
    """

    def __init__(self, path: Path) -> None:
        self.path = path.expanduser().absolute()
        self._lock: BinaryIO | None = None

    def __enter__(self) -> Self:
        try:
            for folder in (self.path, self.spool, self.quarantine, self.jobs, self.workflows):
                folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._lock = _locked(self.path / "lock")
            self._sweep()
            self.robot_id = self._kept_id()
        except OSError as error:
            self._unlock()
            raise RobotSetupError(
                f"The state folder {self.path} cannot be used: {error.strerror or error}.",
                field="--state",
                hint="Name a folder that this user may write with --state.",
            ) from error
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._unlock()

    @property
    def spool(self) -> Path:
        """Results that wait for their acknowledgement."""
        return self.path / "spool"

    @property
    def quarantine(self) -> Path:
        """Damaged files, kept for a person."""
        return self.path / "quarantine"

    @property
    def jobs(self) -> Path:
        """Working folders of attempts."""
        return self.path / "jobs"

    @property
    def workflows(self) -> Path:
        """Workflows that need not be sent again."""
        return self.path / "workflows"

    @property
    def journal(self) -> Path:
        """Which attempts were accepted, started and ended here."""
        return self.path / "journal"

    @property
    def status(self) -> Path:
        """What the running robot says of itself, for `botswain-robot status`."""
        return self.path / "status.json"

    @property
    def log(self) -> Path:
        """The robot's own log."""
        return self.path / "robot.log"

    def _kept_id(self) -> RobotId:
        file = self.path / "robot_id"
        kept = file.read_text(encoding="utf-8", errors="replace").strip() if file.exists() else ""
        if not _ID.fullmatch(kept):
            kept = new_id()
            write_durably(file, kept.encode())
        return RobotId(kept)

    def _sweep(self) -> None:
        """Files that a crash left half-written say nothing."""
        for folder in (self.path, self.spool):
            for torn in folder.glob(f"*{TEMPORARY_SUFFIX}"):
                torn.unlink(missing_ok=True)

    def _unlock(self) -> None:
        if self._lock is not None:
            self._lock.close()
            self._lock = None


def is_locked(path: Path) -> bool:
    """True when a living robot holds the state folder at `path`."""
    file = path / "lock"
    if not file.exists():
        return False
    try:
        _locked(file).close()
    except RobotSetupError:
        return True
    return False


def _locked(path: Path) -> BinaryIO:
    """The lock file, held until it is closed; the system lets go of it however the process ends."""
    file = path.open("a+b")
    try:
        _take_lock(file)
    except OSError as error:
        owner = _owner(file)
        file.close()
        raise RobotSetupError(
            f"Another robot{owner} already works in {path.parent}.",
            field="--state",
            hint="Give this one another --name, or its own folder with --state.",
        ) from error
    file.truncate(0)
    file.write(str(os.getpid()).encode())
    file.flush()
    return file


def _owner(file: BinaryIO) -> str:
    file.seek(0)
    text = file.read(20).decode(errors="replace").strip()
    return f" (process {text})" if text.isdigit() else ""


if sys.platform == "win32":
    import msvcrt

    def _take_lock(file: BinaryIO) -> None:
        file.seek(1 << 30)  # far behind the text, since Windows locks keep readers out
        msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
else:
    import fcntl

    def _take_lock(file: BinaryIO) -> None:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
