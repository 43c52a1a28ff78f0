"""Folders for what browsers write while they run, one for each robot process, swept when their process is gone."""

import os
import re
import shutil
import tempfile
from pathlib import Path

import psutil

from robot.browser.processes import is_alive, kill, running_with

_NAME = re.compile(r"(?P<pid>\d+)-(?P<started>\d+)-\w+")


class Scratch:
    """The place for temporary folders below a robot's state folder."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def create(self) -> Path:
        """A new folder that belongs to this process."""
        pid = os.getpid()
        self._root.mkdir(parents=True, exist_ok=True)
        return Path(tempfile.mkdtemp(prefix=f"{pid}-{_started(pid)}-", dir=self._root))

    def sweep(self) -> int:
        """Ends browsers and removes folders that dead robots left behind; gives the number of ended processes."""
        found = 0
        for path in self._root.iterdir() if self._root.is_dir() else ():
            match = _NAME.fullmatch(path.name)
            if match and not _is_running(int(match["pid"]), int(match["started"])):
                orphans = running_with(str(path))
                kill(orphans)
                found += len(orphans)
                remove(path)
        return found


def remove(path: Path) -> None:
    """Removes a folder with all that it holds; what cannot be removed now is left to the next sweep."""
    shutil.rmtree(path, ignore_errors=True)


def _started(pid: int) -> int:
    return int(psutil.Process(pid).create_time())


def _is_running(pid: int, started: int) -> bool:
    """True for the very process that made the folder: numbers of processes are used again."""
    try:
        return is_alive(pid) and abs(_started(pid) - started) <= 1
    except psutil.NoSuchProcess:
        return False
