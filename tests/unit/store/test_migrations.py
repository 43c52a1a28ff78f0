"""A database is brought to this program's schema, whole or not at all, and a newer one is left alone."""

import json
import sqlite3
from importlib import import_module
from pathlib import Path

import psycopg
import pytest
from alembic.autogenerate import compare_metadata
from alembic.operations import Operations
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, text

import orchestrator.store.services  # the tables of every aggregate are known once it is loaded
from orchestrator.store.errors import DatabaseDamagedError, DatabaseError, DatabaseHeldError, DatabaseTooNewError
from orchestrator.store.migrate import known_revisions, migrate
from orchestrator.store.schema import metadata
from orchestrator.store.sqlite import SqliteFile, refusal


def test_the_migrations_lead_to_the_schema_that_the_queries_expect(tmp_path: Path) -> None:
    engine = create_engine(f"sqlite:///{tmp_path / 'db'}")
    migrate(engine, "db")
    with engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []
    engine.dispose()


def test_the_migrations_lead_to_the_same_schema_on_postgresql(postgres_address: str) -> None:
    engine = create_engine("postgresql+psycopg://", creator=lambda: psycopg.connect(postgres_address))
    with engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []
    engine.dispose()


def test_each_migration_is_named_after_its_revision_and_follows_the_one_before() -> None:
    versions = Path(orchestrator.store.services.__file__).parent / "migrations"
    newest_first = [script.revision for script in ScriptDirectory(versions).walk_revisions()]
    assert newest_first[::-1] == known_revisions()


async def test_a_second_start_finds_what_the_first_one_made(tmp_path: Path) -> None:
    for _ in range(2):
        await SqliteFile(tmp_path / "folder" / "botswain.db").close()


async def test_a_second_orchestrator_on_the_same_file_is_refused(tmp_path: Path) -> None:
    first = SqliteFile(tmp_path / "botswain.db")
    with pytest.raises(DatabaseHeldError, match="Another orchestrator uses"):
        SqliteFile(tmp_path / "botswain.db")
    await first.close()
    await SqliteFile(tmp_path / "botswain.db").close()


async def test_a_database_of_a_newer_program_is_refused_and_left_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "botswain.db"
    await SqliteFile(path).close()
    engine = create_engine(f"sqlite:///{path}")
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(DatabaseTooNewError, match="schema 9999"):
        SqliteFile(path)
    with engine.connect() as connection:
        assert connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one() == "9999"
    engine.dispose()


def test_a_file_that_is_no_database_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("This is a shopping list, long enough to be looked at." * 20)
    before = path.read_bytes()
    with pytest.raises(DatabaseDamagedError, match="is not a Botswain database"):
        SqliteFile(path)
    assert path.read_bytes() == before


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(DatabaseError, match="database folder"):
        SqliteFile(tmp_path / "file" / "botswain.db")


def test_another_programs_database_is_refused_and_left_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "other.db"
    engine = create_engine(f"sqlite:///{path}")
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE jobs (title TEXT)"))
    with pytest.raises(DatabaseDamagedError, match="is not a Botswain database"):
        SqliteFile(path)
    with engine.connect() as connection:
        assert connection.execute(text("SELECT name FROM sqlite_master")).scalars().all() == ["jobs"]
    engine.dispose()


def test_a_full_disk_is_said_with_what_to_do(tmp_path: Path) -> None:
    error = refusal(sqlite3.OperationalError("database or disk is full"), tmp_path)
    assert str(error).startswith("There is no room for the database")


def test_a_time_limit_that_was_written_down_for_none_is_taken_back(tmp_path: Path) -> None:
    engine = create_engine(f"sqlite:///{tmp_path / 'db'}")
    migrate(engine, "db")
    documents = {1: {"name": "a", "timeout_s": 1800.0}, 2: {"name": "b", "timeout_s": 60.0}, 3: {"name": "c"}}
    with engine.begin() as connection:
        for number, document in documents.items():
            row = {"number": number, "definition": json.dumps(document)}
            connection.execute(
                text(
                    "INSERT INTO workflow_versions (workflow_id, number, workflow_hash, definition, created_at) "
                    "VALUES ('w', :number, 'h', :definition, 0)"
                ),
                row,
            )
        with Operations.context(MigrationContext.configure(connection)):
            import_module("orchestrator.store.migrations.versions.0009_timeouts").upgrade()
    with engine.connect() as connection:
        query = text("SELECT definition FROM workflow_versions ORDER BY number")
        found = [json.loads(each) for each in connection.execute(query).scalars()]
    assert found == [{"name": "a"}, {"name": "b", "timeout_s": 60.0}, {"name": "c"}]
    engine.dispose()


def test_files_that_are_there_already_are_measured(tmp_path: Path) -> None:
    engine = create_engine(f"sqlite:///{tmp_path / 'db'}")
    migrate(engine, "db")
    with engine.begin() as connection:
        row = "INSERT INTO artifacts (job_id, attempt, name, artifact) VALUES ('j', 1, 'a.txt', '{\"size\": 42}')"
        connection.execute(text(row))
        with Operations.context(MigrationContext.configure(connection)):
            import_module("orchestrator.store.migrations.versions.0011_artifact_budget").measure()
        assert connection.execute(text("SELECT size, is_kept FROM artifacts")).one() == (42, 1)
    engine.dispose()
