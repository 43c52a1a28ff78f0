"""Working folders of attempts: one each, kept until the result was acknowledged, and the newest a little longer.

They have a budget of bytes: what nobody waits for goes first, then files of results that are still to be delivered,
those of runs that went well before those of failed ones. The results themselves are elsewhere and do not wait.
"""

import logging
import shutil
from collections.abc import Collection, Sequence
from contextlib import suppress
from pathlib import Path

from orchestrator.contract.protocol.message import AttemptRef
from robot.attempts import folder_name

KEPT = 20
MOST_BYTES = 2 * 1_024**3
REMOVED = ".removed"
"""Says in a folder why its files are not there."""

logger = logging.getLogger(__name__)


class JobFolders:
    """`<root>/<job>/<attempt>/`; blocking, so call it from a thread where it matters."""

    def __init__(self, root: Path, *, kept: int = KEPT, most_bytes: int = MOST_BYTES) -> None:
        self._root = root
        self._kept = kept
        self._most_bytes = most_bytes
        self._running: set[Path] = set()
        self._sizes: dict[Path, int] = {}
        """Bytes of folders in which nothing happens any more."""

    def path(self, ref: AttemptRef) -> Path:
        """Where the attempt's files are."""
        return self._root / folder_name(ref.job_id) / str(ref.attempt)

    def make(self, ref: AttemptRef) -> Path:
        """An empty folder for an attempt that starts."""
        folder = self.path(ref)
        self._running.add(folder)
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(mode=0o700, parents=True)
        return folder

    def ended(self, ref: AttemptRef) -> None:
        """The attempt runs no more: its files may go when they have to."""
        self._running.discard(self.path(ref))

    def remove(self, ref: AttemptRef) -> None:
        """Remove the attempt's files."""
        self._remove(self.path(ref))

    def prune(self, needed: Collection[AttemptRef], *, failed: Collection[AttemptRef] = ()) -> None:
        """Remove all but the newest folders and those that are still needed, and what is beyond the budget.

        `failed` are those of the needed that did not go well: their files go last.
        """
        wanted = {self.path(ref) for ref in needed}
        held = wanted | self._running
        spare = [folder for folder in self._root.glob("*/*") if folder not in held and folder.is_dir()]
        spare.sort(key=_changed_at, reverse=True)
        for folder in spare[self._kept :]:
            self._remove(folder)
        self._make_room(spare[: self._kept], wanted - self._running, {self.path(ref) for ref in failed})

    def _make_room(self, spare: Sequence[Path], waiting: Collection[Path], failed: Collection[Path]) -> None:
        """Oldest first, as many as it takes; `spare` has the newest first. What runs still grows and counts later."""
        self._sizes = {folder: self._sizes.get(folder) or _size(folder) for folder in (*spare, *waiting)}
        sizes = self._sizes
        surplus = sum(sizes.values()) - self._most_bytes
        for folder in reversed(spare):
            if surplus > 0:
                self._remove(folder)
                surplus -= sizes[folder]
        for folder in sorted(waiting, key=lambda each: (each in failed, _changed_at(each))):
            if surplus > 0 and sizes[folder]:
                self._empty(folder)
                surplus -= sizes.pop(folder)

    def _empty(self, folder: Path) -> None:
        """Take the files away and say so; the result that names them is delivered all the same."""
        words = f"Not kept: files on the robot took more than {self._most_bytes // 1_024**2:,} MiB."
        logger.warning("Files of %s are removed before they were delivered, to make room.", folder)
        shutil.rmtree(folder, ignore_errors=True)
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            (folder / REMOVED).write_text(words, encoding="utf-8")
        except OSError:
            logger.warning("The folder %s could not say that its files were removed.", folder)

    def _remove(self, folder: Path) -> None:
        shutil.rmtree(folder, ignore_errors=True)
        if folder.exists():
            logger.warning("The folder %s could not be removed.", folder)
            return
        try:
            folder.parent.rmdir()
        except OSError:
            pass  # other attempts of the job are still there, or it is gone


def _size(folder: Path) -> int:
    """Bytes of the files in a folder."""
    total = 0
    for path in folder.rglob("*"):
        with suppress(OSError):  # it has gone meanwhile
            total += path.stat().st_size if path.is_file() else 0
    return total


def _changed_at(folder: Path) -> float:
    try:
        return folder.stat().st_mtime
    except OSError:
        return 0.0
