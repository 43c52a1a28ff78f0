"""A piece of disk that is held back, so that a result can still be written when the disk is full."""

import errno
import os
import shutil
from contextlib import suppress
from pathlib import Path

SIZE = 262_144
LEAST_FREE = 16 * SIZE
"""A smaller disk is not made fuller still."""
_FULL = frozenset({errno.ENOSPC, errno.EDQUOT})


class DiskReserve:
    """A file of real bytes; blocking. Neither method raises: a reserve that cannot be had is none."""

    def __init__(self, path: Path, *, size: int = SIZE) -> None:
        self._path = path
        self._size = size

    def keep(self) -> bool:
        """Have the reserve, when there is room to spare; True when it is there."""
        try:
            if self._path.exists():
                return True
            if shutil.disk_usage(self._path.parent).free < LEAST_FREE:
                return False
            with self._path.open("wb") as file:
                file.write(os.urandom(self._size))  # bytes that no file system packs away
        except OSError:
            with suppress(OSError):
                self._path.unlink(missing_ok=True)
            return False
        return True

    def give(self, error: OSError) -> bool:
        """Free the reserve when this error says that the disk is full; True when there is room now."""
        if error.errno not in _FULL:
            return False
        try:
            self._path.unlink()
        except OSError:
            return False
        return True
