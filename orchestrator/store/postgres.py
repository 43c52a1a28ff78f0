"""A PostgreSQL database as Botswain opens it: checked, brought up to date, and held by one orchestrator."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, LiteralString

import psycopg
from psycopg.conninfo import conninfo_to_dict
from sqlalchemy import Connection, Engine, create_engine
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.pool import QueuePool

from orchestrator.store.database import READERS, Database
from orchestrator.store.errors import DatabaseDamagedError, DatabaseError
from orchestrator.store.migrate import migrate
from orchestrator.store.postgres_connection import ANSWER_LIMIT_S, LimitedConnection, dialled
from orchestrator.store.postgres_kind import PostgresKind, reason
from orchestrator.store.postgres_seat import Seat

OLDEST_VERSION = 13

_FACTS: LiteralString = """
    SELECT current_setting('server_version_num')::int / 10000 AS version,
           current_setting('server_version') AS release,
           pg_is_in_recovery() AS is_copy,
           current_setting('server_encoding') AS encoding,
           current_schema() AS schema,
           has_schema_privilege(current_schema(), 'CREATE') AS may_create,
           current_setting('fsync') = 'on' AND current_setting('full_page_writes') = 'on' AS is_safe
"""


class PostgresDatabase:
    """A PostgreSQL database, held against every other orchestrator until it is closed.

    DatabaseError with one sentence when it cannot be used; nothing was changed then.
    """

    def __init__(self, address: str) -> None:
        """`address`: `postgresql://user:password@host:port/name`, or whatever else libpq takes."""
        self.place = place_of(address)
        seat = Seat(self.place)
        writer = _engine(lambda: _seated(address, seat), pool_size=1)
        try:
            with _refused_in_words(self.place):
                self._bring_up_to_date(writer, seat)
        except BaseException:
            writer.dispose()
            raise
        reader = _engine(lambda: dialled(address, application=seat.application, is_writer=False), pool_size=READERS)
        self.database = Database(writer, reader, PostgresKind(seat, self.place))

    @property
    def words(self) -> str:
        """The database in words that may be shown."""
        return f"PostgreSQL, {self.place}"

    async def close(self) -> None:
        """Finish the writes and let the database go."""
        await self.database.close()

    def _bring_up_to_date(self, writer: Engine, seat: Seat) -> None:
        with writer.connect() as connection:
            found = facts(_driver(connection))
        if complaint := found.complaint(self.place):
            raise DatabaseError(complaint)
        with _without_hurry(writer):
            migrate(writer, self.place)
        with writer.begin() as connection:
            seat.sit(connection)


class Facts:
    """What a server says of itself and of the rights of its user."""

    def __init__(self, row: dict[str, Any]) -> None:
        self.release = str(row["release"])
        self.is_safe = bool(row["is_safe"])
        """False when a crash of the server's machine may take back what it has acknowledged."""
        self._row = row

    def complaint(self, place: str) -> str | None:
        """Why Botswain cannot use it, and what to do; None when it can."""
        row = self._row
        if row["version"] < OLDEST_VERSION:
            return f"The database {place} is PostgreSQL {self.release}; Botswain needs {OLDEST_VERSION} or newer."
        if row["is_copy"]:
            return f"The database {place} is a copy that is only read. Name its primary in --database."
        if row["encoding"] != "UTF8":
            return f"The database {place} keeps text as {row['encoding']}. Make one with ENCODING 'UTF8'."
        if row["schema"] is None:
            return f"The database {place} has no schema for this user. Create one, or set the user's search_path."
        if not row["may_create"]:
            return (
                f"The user may not make tables in the database {place}. "
                f"Let its owner run GRANT CREATE, USAGE ON SCHEMA {row['schema']} TO the user."
            )
        return None


def facts(connection: psycopg.Connection[Any]) -> Facts:
    """Ask a server about itself."""
    with connection.cursor(row_factory=psycopg.rows.dict_row) as cursor:
        row = cursor.execute(_FACTS).fetchone()
    assert row is not None
    return Facts(row)


def looked_at(address: str) -> Facts:
    """What a server says of itself, on a connection of its own. DatabaseError when it cannot be reached."""
    place = place_of(address)
    with _refused_in_words(place):
        connection = dialled(address, application="botswain doctor", is_writer=False)
        with connection:
            return facts(connection)


def place_of(address: str) -> str:
    """The database in words that may be shown: its name and where it runs, without user and password."""
    try:
        known = conninfo_to_dict(address)
    except psycopg.Error:
        # libpq quotes the part that it could not read, which may be the password
        raise DatabaseError(
            "database: the PostgreSQL address cannot be read; write postgresql://USER:PASSWORD@HOST:PORT/NAME, with "
            "%40 for @, %3A for :, %2F for / and %25 for % inside user and password."
        ) from None
    name = known.get("dbname") or known.get("user") or "default"
    host = known.get("host") or known.get("service") or "this machine"
    port = f":{known['port']}" if known.get("port") and not str(host).startswith("/") else ""
    return f"{name} on {host}{port}"


def _seated(address: str, seat: Seat) -> LimitedConnection:
    connection = dialled(address, application=seat.application, is_writer=True)
    try:
        seat.lock(connection)
    except BaseException:
        connection.close()
        raise
    return connection


def _engine(connect: Any, *, pool_size: int) -> Engine:
    return create_engine(
        "postgresql+psycopg://",
        creator=connect,
        poolclass=QueuePool,
        pool_size=pool_size,
        max_overflow=0,
        use_native_hstore=False,
    )


def _driver(connection: Connection) -> LimitedConnection:
    driver = connection.connection.driver_connection
    assert isinstance(driver, LimitedConnection)
    return driver


@contextmanager
def _without_hurry(writer: Engine) -> Iterator[None]:
    """A migration of a large database may take its time; the pool's one connection serves it."""
    with writer.begin() as connection:
        connection.exec_driver_sql("SET statement_timeout = 0")
        _driver(connection).answer_limit_s = None
    yield
    with writer.begin() as connection:
        connection.exec_driver_sql("SELECT set_config('statement_timeout', '10s', false)")
        _driver(connection).answer_limit_s = ANSWER_LIMIT_S


@contextmanager
def _refused_in_words(place: str) -> Iterator[None]:
    try:
        yield
    except DBAPIError as error:
        raise refusal(error.orig, place) from error
    except (SQLAlchemyError, psycopg.Error) as error:
        raise refusal(error, place) from error


def refusal(error: BaseException | None, place: str) -> DatabaseError:
    """What a database that cannot be opened or brought up to date says, and what to do."""
    state = error.sqlstate if isinstance(error, psycopg.Error) else None
    if state in {"42P07", "42P16", "42701"}:
        return DatabaseDamagedError(
            f"The database {place} holds tables of another program. Name another database, or another schema."
        )
    if state == "42501":
        return DatabaseError(f"The user lacks a right in the database {place}: {reason(error)}. Grant it, then start.")
    if state == "53300":
        return DatabaseError(f"The server of {place} has no connection left. Raise its max_connections, then start.")
    advice = "Look at the address in --database, and whether the server runs."
    return DatabaseError(f"The database {place} cannot be opened: {reason(error)}. {advice}")
