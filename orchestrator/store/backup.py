"""A copy of the SQLite file while an orchestrator works on it: whole, checked, and there only when it is complete."""

import os
import sqlite3
from contextlib import closing
from pathlib import Path

from orchestrator.contract.errors import UserError

PAGES_AT_ONCE = 2_000
"""Between two looks whether others wait for the file."""
BUSY_S = 30.0


class BackupError(UserError):
    """There is no copy."""


def back_up(database: Path, target: Path) -> int:
    """Copy the database through SQLite's backup API; the copy's size in bytes. Raises BackupError.

    What is committed while it copies is in the copy too. An existing file is never overwritten.
    """
    if not database.is_file():
        raise BackupError(f"There is no database {str(database)!r}; name the data folder with --data-dir.")
    if target.exists():
        raise BackupError(f"TARGET: {str(target)!r} is there already; choose another name.", field="TARGET")
    part = target.with_name(f"{target.name}.part")
    try:
        part.unlink(missing_ok=True)
        os.close(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
        _copy(database, part)
        part.rename(target)
        return target.stat().st_size
    except OSError as error:
        raise BackupError(f"TARGET: {str(target)!r} cannot be written: {error.strerror}.", field="TARGET") from None
    except sqlite3.Error as error:
        raise BackupError(f"{str(database)!r} cannot be copied: {error}.") from None
    finally:
        part.unlink(missing_ok=True)


def _copy(database: Path, part: Path) -> None:
    with (
        closing(sqlite3.connect(f"{database.absolute().as_uri()}?mode=ro", uri=True, timeout=BUSY_S)) as source,
        closing(sqlite3.connect(part)) as copy,
    ):
        source.backup(copy, pages=PAGES_AT_ONCE)
        (verdict,) = copy.execute("PRAGMA quick_check").fetchone()
        if verdict != "ok":
            raise sqlite3.DatabaseError(f"the copy is damaged ({verdict})")
    with part.open("rb") as file:
        os.fsync(file.fileno())
