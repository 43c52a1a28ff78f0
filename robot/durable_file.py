"""Writing files that are whole or not there, also after a crash or a power cut."""

import os
from contextlib import suppress
from pathlib import Path

TEMPORARY_SUFFIX = ".partial"


def write_durably(path: Path, content: bytes) -> None:
    """Write a file so that after any crash it has the old or the new content; OSError when the disk refuses.

    The order (temporary file, fsync, rename, fsync of the folder) is what POSIX needs for a rename to survive
    a power cut.
    """
    write_synced(path, content)
    sync_folder(path.parent)


def write_synced(path: Path, content: bytes) -> None:
    """All of `write_durably` but the folder's sync, which several files may share."""
    temporary = path.with_name(path.name + TEMPORARY_SUFFIX)
    try:
        with temporary.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except OSError:
        with suppress(OSError):
            temporary.unlink(missing_ok=True)
        raise


def sync_folder(folder: Path) -> None:
    """Make the folder's own entries durable; where folders cannot be synced (Windows) the system does it itself."""
    if os.name == "nt":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
