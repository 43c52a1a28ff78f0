"""A SQLite database as Botswain opens it: one process, WAL, every commit on the disk before it is told."""

import os
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout
from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.pool import QueuePool, StaticPool

from orchestrator.engine.errors import StorageError
from orchestrator.store.database import READERS, Database
from orchestrator.store.errors import DatabaseDamagedError, DatabaseError, DatabaseHeldError
from orchestrator.store.migrate import migrate

BUSY_TIMEOUT_MS = 5_000
"""How long a change waits for another program's lock before it is refused."""
INSTRUCTIONS = 20_000
"""Of SQLite's machine between two looks at the clock: less than a millisecond."""
ROOM_BYTES = 1_048_576
"""A disk that was full is so until this is free: before, small changes pass and the next larger one is refused."""
_FULL = "The disk that holds the database is full; nothing was accepted. Free some space."
_WAL_PAGES = 4_000


class SqliteFile:
    """A SQLite file, held against every other orchestrator until it is closed."""

    def __init__(self, path: Path) -> None:
        self.path = path
        # opened on one thread and closed on another, where a lock of its thread would not be let go
        self._lock = FileLock(f"{path}.lock", thread_local=False)
        self.database = self._open()

    def _open(self) -> Database:
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            self._lock.acquire(timeout=0)
        except Timeout:
            raise DatabaseHeldError(
                f"Another orchestrator uses {self.path}. Stop it, connect to it, or choose another --database."
            ) from None
        except OSError as error:
            raise DatabaseError(f"The database folder {self.path.parent} cannot be used: {error.strerror}.") from None
        try:
            _make_private(self.path)
            return self._checked()
        except OSError as error:
            self._lock.release()
            raise DatabaseError(f"The database {self.path} cannot be used: {error.strerror}.") from None
        except BaseException:  # also Ctrl+C: the lock would outlive the try to open
            self._lock.release()
            raise

    def _checked(self) -> Database:
        writer = _engine(self.path, begin="BEGIN IMMEDIATE", pool_size=0)
        try:
            _check(writer, self.path)
            migrate(writer, str(self.path))
            _forget_statistics(writer)
        except (SQLAlchemyError, sqlite3.Error) as error:
            writer.dispose()
            raise refusal(error, self.path) from error
        except BaseException:  # also Ctrl+C: nobody else knows of the connections
            writer.dispose()
            raise
        reader = _engine(self.path, begin="BEGIN", pool_size=READERS)
        return Database(writer, reader, SqliteKind(self.path.parent), open_side=self._open_side)

    def _open_side(self) -> Database:
        """The file beside it, for what can be made anew: one that cannot be read is replaced."""
        path = self.path.with_name(f"{self.path.name}.search")
        try:
            _make_private(path)
            if not _is_sound(path):
                for each in (path, *(path.with_name(f"{path.name}{end}") for end in ("-wal", "-shm"))):
                    each.unlink(missing_ok=True)
                _make_private(path)
        except OSError as error:
            raise StorageError(f"The index for searching, {path}, cannot be used: {error.strerror}.") from None
        writer = _engine(path, begin="BEGIN IMMEDIATE", pool_size=0, synchronous="NORMAL")
        reader = _engine(path, begin="BEGIN", pool_size=READERS)
        return Database(writer, reader, SqliteKind(path.parent))

    @property
    def words(self) -> str:
        """The database in words that may be shown."""
        return f"SQLite, {self.path}"

    async def close(self) -> None:
        """Finish the writes and let the file go."""
        await self.database.close()
        self._lock.release()


class SqliteKind:
    """SQLite in the eyes of the writer: a commit that fails was not kept, and nobody else writes."""

    idle_probe_s: float | None = None

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    @contextmanager
    def limited(self, connection: Connection, is_over: Callable[[], bool]) -> Iterator[None]:
        """SQLite asks now and then, between two instructions of its own."""
        driver = connection.connection.driver_connection
        assert isinstance(driver, sqlite3.Connection)
        driver.set_progress_handler(is_over, INSTRUCTIONS)
        try:
            yield
        finally:
            driver.set_progress_handler(None, 0)

    def probe(self, connection: Connection) -> None:
        """Write the header's free number, which Botswain does not use, as it is: one page through log, sync, lock."""
        if shutil.disk_usage(self._folder).free < ROOM_BYTES:
            raise StorageError(_FULL)
        connection.exec_driver_sql("PRAGMA user_version = 0")

    def stops_everything(self, error: DBAPIError) -> bool:
        """A disk or a lock concerns every change."""
        text = str(error.orig).lower()
        return any(word in text for word in ("disk is full", "locked", "readonly", "disk i/o", "malformed"))

    def stops_reading(self, error: DBAPIError) -> bool:  # noqa: ARG002  the port's
        """Reading needs neither space nor the lock."""
        return False

    def may_pass(self, error: DBAPIError) -> bool:  # noqa: ARG002  the port's
        """With one writer there is nobody to collide with, and a busy lock was waited for."""
        return False

    def words(self, error: Exception) -> StorageError:
        """What went wrong, and what to do."""
        if isinstance(error, StorageError):
            return error
        text = str(getattr(error, "orig", None) or error)
        lower = text.lower()
        if "disk is full" in lower:
            return StorageError(_FULL)
        if "locked" in lower:
            return StorageError("Another program holds the database locked; nothing was accepted. Try again.")
        if lower == "interrupted":
            return StorageError("The database took too long over this and was stopped. Ask for less.")
        if "readonly" in lower:
            return StorageError("The database cannot be written: check the rights of its file and folder.")
        return StorageError(f"The database cannot take it: {text}")

    def mark(self, connection: Connection) -> int:  # noqa: ARG002  the port's
        """Nothing: the answer to a commit cannot get lost inside one process."""
        return 0

    def was_kept(self, connection: Connection, mark: int) -> bool:  # noqa: ARG002  the port's
        """A commit that failed was not kept."""
        return False


def _make_private(path: Path) -> None:
    """Variables of jobs are in there: a new file is its owner's only, and SQLite makes its neighbours alike."""
    with suppress(FileExistsError):
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))


def _is_sound(path: Path) -> bool:
    """Whether SQLite can read its beginning; what it holds is looked at by those who use it."""
    try:
        with closing(sqlite3.connect(path)) as connection:
            connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
    except sqlite3.DatabaseError:
        return False
    return True


def _engine(path: Path, *, begin: str, pool_size: int, synchronous: str = "FULL") -> Engine:
    options: dict[str, Any] = {"poolclass": StaticPool}
    if pool_size:
        options = {"poolclass": QueuePool, "pool_size": pool_size, "max_overflow": 0}
    arguments = {"check_same_thread": False, "timeout": BUSY_TIMEOUT_MS / 1_000, "isolation_level": None}
    engine = create_engine(f"sqlite:///{path}", connect_args=arguments, **options)
    event.listen(engine, "connect", partial(_prepare, synchronous))
    event.listen(engine, "begin", lambda connection: connection.exec_driver_sql(begin))
    return engine


def _prepare(synchronous: str, connection: sqlite3.Connection, _record: object) -> None:
    for pragma in (
        f"busy_timeout = {BUSY_TIMEOUT_MS}",
        "journal_mode = WAL",
        f"synchronous = {synchronous}",
        "foreign_keys = ON",
        "temp_store = MEMORY",
        f"wal_autocheckpoint = {_WAL_PAGES}",
    ):
        connection.execute(f"PRAGMA {pragma}").close()


def _check(engine: Engine, path: Path) -> None:
    """SQLite's own quick check; a file that is no database, or a damaged one, is refused before it is touched."""
    try:
        with engine.connect() as connection:
            found = connection.exec_driver_sql("PRAGMA quick_check(1)").scalar_one()
    except (SQLAlchemyError, sqlite3.Error) as error:
        raise refusal(error, path) from None
    if found != "ok":
        raise DatabaseDamagedError(
            f"The database {path} is damaged ({found}). Move it away and restore a backup, or start with a new one."
        )


def _forget_statistics(engine: Engine) -> None:
    """What ANALYZE once wrote about a young database makes SQLite read all of a table that has grown since, instead of
    its index (https://sqlite.org/optoverview.html); without it, it chooses by the indexes alone, as we measured."""
    with engine.begin() as connection:
        known = "SELECT name FROM sqlite_master WHERE name IN ('sqlite_stat1', 'sqlite_stat4')"
        for name in connection.exec_driver_sql(known).scalars().all():
            connection.exec_driver_sql(f"DROP TABLE {name}")


def refusal(error: Exception, path: Path) -> DatabaseError:
    """What a database that cannot be opened or brought up to date says, and what to do."""
    text = str(getattr(error, "orig", error))
    if "not a database" in text or "malformed" in text:
        return DatabaseDamagedError(f"{path} is not a Botswain database. Name another file with --database.")
    if "locked" in text:
        return DatabaseHeldError(f"Another program holds {path} locked. Close it and try again.")
    if "disk is full" in text or "disk I/O" in text:
        return DatabaseError(f"There is no room for the database {path}. Make room, or name another --database.")
    if "already exists" in text:
        return DatabaseDamagedError(f"{path} is not a Botswain database. Name another file with --database.")
    return DatabaseError(f"The database {path} cannot be opened: {text}.")
