"""The writer shares commits among changes, answers each on its own, and tells nobody too early."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Callable
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import Connection, event, text
from sqlalchemy.exc import OperationalError

from orchestrator.engine.errors import ConflictError, StorageError
from orchestrator.store import sqlite
from orchestrator.store.database import Database
from orchestrator.store.sqlite import SqliteFile


@pytest.fixture
async def file(tmp_path: Path) -> AsyncIterator[SqliteFile]:
    file = SqliteFile(tmp_path / "botswain.db")
    yield file
    await file.close()


@pytest.fixture
def database(file: SqliteFile) -> Database:
    return file.database


def _insert(name: str) -> Callable[[Connection], object]:
    return lambda connection: connection.execute(
        text("INSERT INTO robots (robot_id, name, robot) VALUES (:n, :n, '{}')"), {"n": name}
    )


def _names(connection: Connection) -> set[str]:
    return set(connection.execute(text("SELECT name FROM robots")).scalars())


async def test_what_was_written_is_there_for_every_reader_and_every_other_program(
    file: SqliteFile, database: Database
) -> None:
    await database.write(_insert("anna"))
    assert await database.read(_names) == {"anna"}
    other = sqlite3.connect(file.path)
    assert other.execute("SELECT name FROM robots").fetchall() == [("anna",)]
    other.close()


async def test_a_change_that_is_refused_takes_none_of_its_neighbours_along(database: Database) -> None:
    def refused(connection: Connection) -> None:
        _insert("half")(connection)
        raise ConflictError("no")

    changes = [database.write(_insert("a")), database.write(refused), database.write(_insert("b"))]
    outcomes = await asyncio.gather(*changes, return_exceptions=True)
    assert isinstance(outcomes[1], ConflictError)
    assert await database.read(_names) == {"a", "b"}


async def test_many_changes_at_once_share_commits(database: Database) -> None:
    commits = 0

    def count(_connection: Connection) -> None:
        nonlocal commits
        commits += 1

    event.listen(database._writer, "commit", count)
    await asyncio.gather(*(database.write(_insert(f"r{number}")) for number in range(300)))
    assert len(await database.read(_names)) == 300
    assert commits < 60


async def test_a_locked_database_refuses_and_works_again_afterwards(
    file: SqliteFile, database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    await database.write(lambda connection: connection.execute(text("PRAGMA user_version")))
    event_connection = database._writer.raw_connection()
    event_connection.driver_connection.execute("PRAGMA busy_timeout = 50")  # type: ignore[union-attr]
    other = sqlite3.connect(file.path, isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    caplog.set_level("CRITICAL", logger="orchestrator.store.database")
    with pytest.raises(StorageError, match="holds the database locked"):
        await database.write(_insert("late"))
    troubles = [database.trouble]
    other.execute("ROLLBACK")
    other.close()
    await database.write(_insert("later"))
    troubles.append(database.trouble)
    assert [trouble is not None for trouble in troubles] == [True, False]
    assert await database.read(_names) == {"later"}


async def test_a_small_change_that_passes_does_not_end_a_full_disk(
    database: Database, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("CRITICAL", logger="orchestrator.store.database")

    def refuse(_connection: Connection) -> None:
        raise OperationalError("INSERT", {}, sqlite3.OperationalError("database or disk is full"))

    with pytest.raises(StorageError, match="disk that holds the database is full"):
        await database.write(refuse)
    monkeypatch.setattr(sqlite, "ROOM_BYTES", 1 << 62)
    await database.write(_insert("small"))
    trouble = database.trouble
    monkeypatch.undo()
    await database.write(_insert("any"))
    assert "disk that holds the database is full" in str(trouble)
    assert database.trouble is None
    assert await database.read(_names) == {"small", "any"}


async def test_a_closed_store_says_so(tmp_path: Path) -> None:
    file = SqliteFile(tmp_path / "botswain.db")
    await file.close()
    with pytest.raises(StorageError, match="closed"):
        await file.database.read(_names)


_ENDLESS = text("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n")


async def test_a_question_without_end_is_stopped(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("orchestrator.store.database.READ_LIMIT_S", 0.05)
    with pytest.raises(StorageError, match="took too long"):
        await database.read(lambda connection: connection.execute(_ENDLESS).scalar())
    await database.write(_insert("after"))
    assert await database.read(_names) == {"after"}


async def test_a_question_without_end_does_not_keep_a_store_open(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("orchestrator.store.database.CLOSING_LIMIT_S", 0.05)
    file, begun = SqliteFile(tmp_path / "botswain.db"), asyncio.Event()
    loop = asyncio.get_running_loop()

    def ask(connection: Connection) -> None:
        loop.call_soon_threadsafe(begun.set)
        connection.execute(_ENDLESS)

    async with asyncio.timeout(10), asyncio.TaskGroup() as group:
        asking = group.create_task(_refused(file.database, ask))
        await begun.wait()
        await file.close()
    assert "took too long" in asking.result()


async def _refused(database: Database, ask: Callable[[Connection], None]) -> str:
    with pytest.raises(StorageError) as refusal:
        await database.read(ask)
    return str(refusal.value)


async def test_what_a_tool_wrote_about_a_young_database_does_not_mislead_an_old_one(tmp_path: Path) -> None:
    young = SqliteFile(tmp_path / "botswain.db")
    await young.database.write(_insert("only"))
    await young.close()
    with closing(sqlite3.connect(young.path)) as tool:
        tool.execute("ANALYZE")
    file = SqliteFile(young.path)
    known = text("SELECT count(*) FROM sqlite_master WHERE name LIKE 'sqlite_stat%'")
    assert await file.database.read(lambda connection: connection.execute(known).scalar()) == 0
    await file.close()
