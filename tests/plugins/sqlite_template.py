"""A SQLite file with Botswain's tables and nothing in them, made once and copied for each test.

That they lead there is what tests/unit/store/test_migrations.py proves, and every test that starts a process.
"""

import asyncio
import tempfile
from functools import lru_cache
from pathlib import Path
from threading import Thread

from orchestrator.store.sqlite import SqliteFile


def with_tables(path: Path) -> Path:
    """The file, made if it is not there."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(_template())
    return path


@lru_cache(maxsize=1)
def _template() -> bytes:
    """A database is closed by a loop, and the caller's may be running: this one has a thread to itself."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "botswain.db"
        thread = Thread(target=lambda: asyncio.run(_make(path)))
        thread.start()
        thread.join()
        assert list(Path(folder).glob("*-wal")) == []
        return path.read_bytes()


async def _make(path: Path) -> None:
    await SqliteFile(path).close()
