"""PostgreSQL below the store: one holder, no lost and no doubled commit, and words instead of the driver's errors."""

import asyncio
import threading
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import psycopg
import pytest
from log_guard import ExpectWarning
from postgres_server import PASSWORD, PostgresServer
from sqlalchemy import Connection, event, text

from orchestrator.contract.ids import JobId, RobotId, WorkflowHash, WorkflowId, new_id
from orchestrator.contract.results import LogEntry, LogLevel
from orchestrator.contract.states import JobStatus
from orchestrator.domain.job import Job
from orchestrator.engine.errors import JobHeldError, StorageError
from orchestrator.engine.ports.audit import AuditEntry
from orchestrator.engine.ports.jobs import JobSave
from orchestrator.store.database import Database
from orchestrator.store.errors import DatabaseDamagedError, DatabaseError, DatabaseHeldError
from orchestrator.store.postgres import PostgresDatabase
from orchestrator.store.postgres_connection import LimitedConnection, dialled
from orchestrator.store.postgres_facts import OLDEST_VERSION, looked_at
from orchestrator.store.postgres_seat import Seat
from orchestrator.store.postgres_words import place_of
from orchestrator.store.row_locks import LOCK_TIMEOUT_S
from orchestrator.store.services import OrchestratorService

LIMIT_S = 20.0
MOMENT = datetime(2026, 3, 1, 12, tzinfo=UTC)
AUDIT = AuditEntry(at=MOMENT, kind="test", message="It was tested.")


def a_job() -> Job:
    return Job(
        job_id=JobId(new_id()),
        workflow_id=WorkflowId("w"),
        workflow_hash=WorkflowHash("h"),
        workflow_name="Prices",
        status=JobStatus.QUEUED,
        timeout_s=60.0,
        created_at=MOMENT,
        changed_at=MOMENT,
    )


@pytest.fixture
async def held(postgres_address: str) -> AsyncIterator[PostgresDatabase]:
    """A database with Botswain's tables, open."""
    held = PostgresDatabase(postgres_address)
    yield held
    await held.close()


@pytest.fixture
def database(held: PostgresDatabase) -> Database:
    return held.database


@pytest.fixture
async def admin(postgres_server: PostgresServer, postgres_address: str) -> AsyncIterator[psycopg.Connection[Any]]:
    """A person at the database's own prompt."""
    with postgres_server.connect(postgres_address.rpartition("/")[2]) as connection:
        yield connection


def _insert(name: str) -> Callable[[Connection], object]:
    return lambda connection: connection.execute(
        text("INSERT INTO robots (robot_id, name, robot) VALUES (:n, :n, '{}')"), {"n": name}
    )


def _rename(name: str, new: str) -> Callable[[Connection], object]:
    return lambda connection: connection.execute(
        text("UPDATE robots SET name = :new WHERE robot_id = :n"), {"n": name, "new": new}
    )


def _names(connection: Connection) -> list[str]:
    return list(connection.execute(text("SELECT name FROM robots ORDER BY robot_id")).scalars())


def _terminate_all(admin: psycopg.Connection[Any]) -> None:
    admin.execute(
        "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity "
        "WHERE pid <> pg_backend_pid() AND datname = current_database()"
    )


class TestHolding:
    async def test_a_second_orchestrator_is_refused_until_the_first_has_gone(self, empty_postgres_address: str) -> None:
        first = PostgresDatabase(empty_postgres_address)
        with pytest.raises(DatabaseHeldError, match=r"Another orchestrator uses test_\d+ on .*Stop it"):
            PostgresDatabase(empty_postgres_address)
        await first.close()
        await PostgresDatabase(empty_postgres_address).close()

    async def test_schemas_of_one_database_are_databases_of_their_own(
        self, held: PostgresDatabase, postgres_address: str, admin: psycopg.Connection[Any]
    ) -> None:
        admin.execute("CREATE SCHEMA other AUTHORIZATION botswain")
        second = PostgresDatabase(f"{postgres_address}?options=-csearch_path%3Dother")
        await second.database.write(_insert("there"))
        assert await second.database.read(_names) == ["there"]
        assert await held.database.read(_names) == []
        await second.close()

    def test_a_connection_that_broke_unnoticed_by_the_server_gives_the_lock_to_the_next_one(
        self, postgres_address: str
    ) -> None:
        seat = Seat("here")
        old = dialled(postgres_address, application=seat.application, is_writer=True)
        seat.lock(old)
        new = dialled(postgres_address, application=seat.application, is_writer=True)
        seat.lock(new)
        with pytest.raises(psycopg.OperationalError):
            old.execute("SELECT 1")
        new.close()
        old.close()

    async def test_who_lost_the_seat_to_another_can_commit_nothing(
        self, database: Database, admin: psycopg.Connection[Any], expected_warnings: ExpectWarning
    ) -> None:
        expected_warnings("Nothing can be written: Another orchestrator has used")
        admin.execute("UPDATE seats SET holder = 'somebody else'")
        with pytest.raises(StorageError, match="Start this one anew"):
            await database.write(_insert("late"))
        assert await database.read(_names) == []
        assert database.trouble is not None

    async def test_who_lost_the_lock_to_another_does_not_go_on_afterwards(
        self,
        database: Database,
        admin: psycopg.Connection[Any],
        postgres_address: str,
        expected_warnings: ExpectWarning,
    ) -> None:
        expected_warnings("Nothing can be written: Another orchestrator has used")
        with admin.transaction():
            admin.execute("UPDATE seats SET holder = 'somebody else'")
            _terminate_all(admin)
        with pytest.raises(StorageError, match="Start this one anew"):
            await database.write(_insert("late"))


class TestConnections:
    async def test_connections_that_were_ended_meanwhile_are_replaced_unnoticed(
        self, database: Database, admin: psycopg.Connection[Any]
    ) -> None:
        await database.write(_insert("a"))
        assert await database.read(_names) == ["a"]
        _terminate_all(admin)
        assert await database.read(_names) == ["a"]
        await database.write(_insert("b"))
        assert await database.read(_names) == ["a", "b"]
        assert database.trouble is None

    @pytest.mark.parametrize("is_kept", [True, False])
    async def test_a_commit_whose_answer_got_lost_is_neither_lost_nor_doubled(
        self,
        database: Database,
        admin: psycopg.Connection[Any],
        expected_warnings: ExpectWarning,
        is_kept: bool,
    ) -> None:
        expected_warnings("Nothing can be written: .*does not answer")
        commits = 0

        def lose(connection: Connection) -> None:
            nonlocal commits
            commits += 1
            if commits > 1:
                return
            driver = connection.connection.driver_connection
            assert isinstance(driver, LimitedConnection)
            if is_kept:
                driver.execute("COMMIT")
                driver.execute("BEGIN")
            _terminate_all(admin)

        event.listen(database._writer, "commit", lose)
        count = await database.write(lambda connection: (_insert("once")(connection), 7)[1])
        assert count == 7
        assert await database.read(_names) == ["once"]
        assert database.trouble is None

    def test_a_server_that_keeps_the_line_and_says_nothing_is_given_up(self, postgres_address: str) -> None:
        connection = dialled(postgres_address, application="test", is_writer=False)
        connection.answer_limit_s = 0.3
        with pytest.raises(psycopg.OperationalError, match=r"not answered for 0\.3 s"):
            connection.execute("SELECT pg_sleep(8)")
        assert connection.closed

    async def test_every_session_has_its_limits_and_is_durable(
        self, database: Database, admin: psycopg.Connection[Any]
    ) -> None:
        admin.execute("ALTER ROLE botswain SET synchronous_commit = off")
        _terminate_all(admin)
        names = ("statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout", "tcp_user_timeout")

        def limits(connection: Connection) -> list[str]:
            asked = (*names, "synchronous_commit")
            return [str(connection.execute(text(f"SHOW {name}")).scalar_one()) for name in asked]

        try:
            for found in (await database.read(limits), await database.write(limits)):
                assert found == ["10s", "1s", "30s", "15000", "on"]
        finally:
            admin.execute("ALTER ROLE botswain RESET synchronous_commit")


class TestNeighbours:
    async def test_rows_that_another_program_holds_stop_only_what_needs_them(
        self, database: Database, admin: psycopg.Connection[Any]
    ) -> None:
        for name in "abc":
            await database.write(_insert(name))
        with admin.transaction():
            admin.execute("SELECT * FROM robots WHERE robot_id = 'b' FOR UPDATE")
            async with asyncio.timeout(LIMIT_S):
                changes = [database.write(_rename(name, name.upper())) for name in "abc"]
                outcomes = await asyncio.gather(*changes, return_exceptions=True)
            assert "holds rows" in str(outcomes[1])
            assert await database.read(_names) == ["A", "b", "C"]
            assert database.trouble is None
        await database.write(_rename("b", "B"))
        assert await database.read(_names) == ["A", "B", "C"]

    async def test_a_job_whose_row_is_held_is_refused_at_once_and_its_batch_goes_on(
        self, held: PostgresDatabase, admin: psycopg.Connection[Any]
    ) -> None:
        store = OrchestratorService(held.database)
        jobs = [(await store.add_job(a_job(), idempotency_key=None, audit=AUDIT))[0] for _ in range(3)]
        saves = [JobSave(after=job.moved(JobStatus.CANCELLED, at=MOMENT), expected=job) for job in jobs]
        with admin.transaction():
            admin.execute("SELECT * FROM jobs WHERE job_id = %s FOR UPDATE", [jobs[1].job_id])
            began = time.monotonic()
            outcomes = await store.save_jobs(saves)
            await store.save_progress(jobs[1].job_id, 0, progress=0.5, current_step="", steps=[])
            assert time.monotonic() - began < LOCK_TIMEOUT_S
        assert [type(each) for each in outcomes] == [Job, JobHeldError, Job]
        assert await store.save_jobs(saves[1:2]) == [replace(saves[1].after, version=jobs[1].version + 1)]

    async def test_a_deadlock_is_run_again_and_never_told(
        self, database: Database, admin: psycopg.Connection[Any]
    ) -> None:
        for name in "ab":
            await database.write(_insert(name))

        crossing = threading.Thread(target=admin.execute, args=["UPDATE robots SET robot = '{}' WHERE robot_id = 'a'"])

        def both(connection: Connection) -> None:
            connection.exec_driver_sql("SET LOCAL lock_timeout = '10s'")  # the server looks for deadlocks after one
            _rename("a", "A")(connection)
            if crossing.ident is None:  # who waits first is looked at once: the other side has to wait before this one
                crossing.start()
                crosses.set()
                while not connection.exec_driver_sql("SELECT cardinality(pg_blocking_pids(%s))", (other,)).scalar():
                    pass
            _rename("b", "B")(connection)

        other, crosses = admin.info.backend_pid, threading.Event()
        admin.execute("SET deadlock_timeout = '60s'")
        with admin.transaction():
            admin.execute("UPDATE robots SET robot = '{}' WHERE robot_id = 'b'")
            writing = asyncio.get_running_loop().create_task(database.write(both))
            await asyncio.to_thread(crosses.wait, LIMIT_S)
            await asyncio.to_thread(crossing.join, LIMIT_S)
        async with asyncio.timeout(LIMIT_S):
            await writing
        assert await database.read(_names) == ["A", "B"]
        assert database.trouble is None

    async def test_a_session_that_was_ended_in_the_middle_of_a_change_is_replaced_and_the_change_run_again(
        self, database: Database, admin: psycopg.Connection[Any]
    ) -> None:
        runs = 0

        def change(connection: Connection) -> None:
            nonlocal runs
            runs += 1
            _insert("once")(connection)
            if runs == 1:
                _terminate_all(admin)

        await database.write(change)
        assert runs == 2
        assert await database.read(_names) == ["once"]

    async def test_text_that_postgresql_cannot_hold_is_mended_and_kept(self, held: PostgresDatabase) -> None:
        store = OrchestratorService(held.database)
        line = LogEntry(at=MOMENT, level=LogLevel.INFO, message="half\0way", fields={"raw": "\0"})
        await store.add_logs(RobotId("anna"), [line], 0)
        found, _ = await store.logs(robot_id=RobotId("anna"))
        assert found[0].message == "half\ufffdway"
        assert found[0].fields == {"raw": "\0"}


async def _until_somebody_waits(admin: psycopg.Connection[Any]) -> None:
    waiting = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
    async with asyncio.timeout(LIMIT_S):
        while admin.execute(waiting).fetchone() == (0,):  # noqa: ASYNC110  the server has no event for it
            await asyncio.sleep(0.01)


class TestRefusing:
    def test_another_programs_tables_are_left_alone(
        self, postgres_server: PostgresServer, empty_postgres_address: str
    ) -> None:
        with postgres_server.connect(empty_postgres_address.rpartition("/")[2]) as connection:
            connection.execute("CREATE TABLE jobs (title TEXT)")
            with pytest.raises(DatabaseDamagedError, match="tables of another program"):
                PostgresDatabase(empty_postgres_address)
            left = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall()
        assert left == [("jobs",)]

    def test_a_user_who_may_make_no_tables_hears_what_to_grant(
        self, postgres_server: PostgresServer, empty_postgres_address: str
    ) -> None:
        name = empty_postgres_address.rpartition("/")[2]
        with postgres_server.connect(name) as connection:
            connection.execute(f"ALTER DATABASE {name} OWNER TO postgres")
        with pytest.raises(DatabaseError, match="GRANT CREATE, USAGE ON SCHEMA public"):
            PostgresDatabase(empty_postgres_address)

    @pytest.mark.parametrize(
        ("old", "new", "words"),
        [
            ("%40", "%40wrong", "password authentication failed"),
            ("/test_", "/nowhere_", "does not exist"),
            ("127.0.0.1:", "127.0.0.1:1/", "cannot be opened: Connection refused"),
        ],
    )
    def test_what_is_wrong_is_said_and_the_password_is_not(
        self, empty_postgres_address: str, old: str, new: str, words: str
    ) -> None:
        with pytest.raises(DatabaseError, match=words) as refused:
            PostgresDatabase(empty_postgres_address.replace(old, new, 1))
        assert PASSWORD not in str(refused.value)
        assert "word" not in str(refused.value).replace("password authentication", "")

    def test_an_address_that_cannot_be_read_is_not_quoted(self) -> None:
        with pytest.raises(DatabaseError, match="%25 for %") as refused:
            place_of("postgresql://user:se%cret@host/name")
        assert "cret" not in str(refused.value).replace("%25", "")

    @pytest.mark.parametrize(
        ("changes", "words"),
        [
            ({"version": 12, "release": "12.1"}, f"is PostgreSQL 12.1; Botswain needs {OLDEST_VERSION} or newer"),
            ({"is_copy": True}, "copy that is only read"),
            ({"encoding": "SQL_ASCII"}, "keeps text as SQL_ASCII"),
            ({"schema": None}, "no schema"),
        ],
    )
    def test_servers_that_will_not_do_are_told_why(
        self, empty_postgres_address: str, changes: dict[str, Any], words: str
    ) -> None:
        found = looked_at(empty_postgres_address)
        assert found.complaint() is None
        assert words in str(replace(found, **changes).complaint())
