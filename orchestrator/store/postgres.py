"""A PostgreSQL database as Botswain opens it: checked, brought up to date, and held by one orchestrator."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, Engine, create_engine
from sqlalchemy.pool import QueuePool

from orchestrator.store.database import READERS, Database
from orchestrator.store.errors import DatabaseError
from orchestrator.store.migrate import migrate
from orchestrator.store.postgres_connection import (
    ANSWER_LIMIT_S,
    STATEMENT_TIMEOUT_S,
    LimitedConnection,
    dialled,
)
from orchestrator.store.postgres_facts import facts_of
from orchestrator.store.postgres_kind import PostgresKind
from orchestrator.store.postgres_seat import Seat
from orchestrator.store.postgres_words import place_of, refused_in_words


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
            with refused_in_words(self.place):
                self._bring_up_to_date(writer, seat)
        except BaseException:  # also Ctrl+C: nobody else knows of the connections
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
            found = facts_of(_driver(connection), self.place)
        if complaint := found.complaint():
            raise DatabaseError(complaint)
        with _without_hurry(writer):
            migrate(writer, self.place)
        with writer.begin() as connection:
            seat.sit(connection)


def _seated(address: str, seat: Seat) -> LimitedConnection:
    connection = dialled(address, application=seat.application, is_writer=True)
    try:
        seat.lock(connection)
    except BaseException:  # also Ctrl+C: nobody else knows of the connection
        connection.close()
        raise
    return connection


def _engine(connect: Callable[[], LimitedConnection], *, pool_size: int) -> Engine:
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
        connection.exec_driver_sql(f"SET statement_timeout = '{STATEMENT_TIMEOUT_S}s'")
        _driver(connection).answer_limit_s = ANSWER_LIMIT_S
