"""Working folders of attempts: one each, kept until the result was acknowledged, and the newest a little longer."""

import logging
import shutil
from collections.abc import Collection
from pathlib import Path

from orchestrator.contract.protocol.message import AttemptRef
from robot.attempts import folder_name

KEPT = 20

logger = logging.getLogger(__name__)


class JobFolders:
    """`<root>/<job>/<attempt>/`; blocking, so call it from a thread where it matters."""

    def __init__(self, root: Path, *, kept: int = KEPT) -> None:
        self._root = root
        self._kept = kept

    def path(self, ref: AttemptRef) -> Path:
        """Where the attempt's files are."""
        return self._root / folder_name(ref.job_id) / str(ref.attempt)

    def make(self, ref: AttemptRef) -> Path:
        """An empty folder for an attempt that starts."""
        folder = self.path(ref)
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(mode=0o700, parents=True)
        return folder

    def remove(self, ref: AttemptRef) -> None:
        """Remove the attempt's files."""
        self._remove(self.path(ref))

    def prune(self, needed: Collection[AttemptRef]) -> None:
        """Remove all but the newest folders and those that are still needed."""
        wanted = {self.path(ref) for ref in needed}
        spare = [folder for folder in self._root.glob("*/*") if folder not in wanted and folder.is_dir()]
        spare.sort(key=_changed_at, reverse=True)
        for folder in spare[self._kept :]:
            self._remove(folder)

    def _remove(self, folder: Path) -> None:
        shutil.rmtree(folder, ignore_errors=True)
        if folder.exists():
            logger.warning("The folder %s could not be removed.", folder)
            return
        try:
            folder.parent.rmdir()
        except OSError:
            pass  # other attempts of the job are still there, or it is gone


def _changed_at(folder: Path) -> float:
    try:
        return folder.stat().st_mtime
    except OSError:
        return 0.0
