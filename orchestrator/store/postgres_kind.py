"""PostgreSQL in the eyes of the writer: what its errors mean, by their SQLSTATE."""

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext

import psycopg
from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from orchestrator.engine.errors import StorageError
from orchestrator.store.postgres_seat import Seat
from orchestrator.store.postgres_words import reason

IDLE_PROBE_S = 10.0

TOO_MANY = "53300"
_CROWDED = ("remaining connection slots", "too many clients", "too many connections")
_COLLISIONS = frozenset({"40001", "40P01"})
_ABOUT_THE_SERVER = ("08", "28", "3D", "53", "57P", "58", "F0", "XX", "25006")
"""Connection, login, database, resources, operator, system, configuration, damage, a copy that is only read."""
_UNREACHABLE = ("08", "57P")
_WORDS = {
    "53100": "The disk of the database server is full; nothing was accepted. Free some space.",
    "53200": "The database server is out of memory; nothing was accepted. Try again in a moment.",
    TOO_MANY: "The database server has no connection left; nothing was accepted. End other programs, or raise its max_connections.",  # noqa: E501  one sentence
    "25006": "The database server is a copy that is only read; nothing was accepted. Name its primary in --database.",
    "55P03": "Another program holds rows of this in the database; nothing was changed. Try again in a moment.",
    "57014": "The database took too long over this and was stopped; nothing was changed. Try again in a moment.",
    "42501": "The database user lacks a right that this needs; nothing was changed. Grant it what the documentation lists.",  # noqa: E501  one sentence
    "40001": "The database was too busy with others for this; nothing was changed. Try again in a moment.",
    "40P01": "The database was too busy with others for this; nothing was changed. Try again in a moment.",
}


class PostgresKind:
    """PostgreSQL in the eyes of the writer: a commit's answer can get lost, and others use the server too."""

    idle_probe_s: float | None = IDLE_PROBE_S

    def __init__(self, seat: Seat, place: str) -> None:
        self._seat = seat
        self._place = place

    def limited(self, connection: Connection, is_over: Callable[[], bool]) -> AbstractContextManager[None]:  # noqa: ARG002  the port's
        """The server keeps the limit that the session told it (`statement_timeout`)."""
        return nullcontext()

    def probe(self, connection: Connection) -> None:
        """A mark is a write of one row."""
        self._seat.mark(connection)

    def mark(self, connection: Connection) -> int:
        """The seat's mark, without which nobody writes."""
        return self._seat.mark(connection)

    def was_kept(self, connection: Connection, mark: int) -> bool:
        """What the seat's row says."""
        return self._seat.was_kept(connection, mark)

    def stops_everything(self, error: DBAPIError) -> bool:
        """A server that is gone, full or only read concerns every change."""
        state = sqlstate(error)
        return error.connection_invalidated or state is None or state.startswith(_ABOUT_THE_SERVER)

    def stops_reading(self, error: DBAPIError) -> bool:
        """Whatever keeps the writer from a connection keeps readers from theirs."""
        return self.stops_everything(error) and sqlstate(error) not in {"53100", "25006"}

    def may_pass(self, error: DBAPIError) -> bool:
        """Collisions do, and so does a connection that turned out to be stale."""
        return error.connection_invalidated or sqlstate(error) in _COLLISIONS

    def words(self, error: Exception) -> StorageError:
        """What went wrong, and what to do; never an address with a password in it."""
        if not isinstance(error, DBAPIError):
            return StorageError(str(error))
        state = sqlstate(error) or _guessed(reason(error.orig))
        if state in _WORDS:
            return StorageError(_WORDS[state])
        if state is None or error.connection_invalidated or state.startswith(_UNREACHABLE):
            return StorageError(
                f"The database {self._place} does not answer; nothing was accepted. It is tried again every second. "
                f"({reason(error.orig)})"
            )
        return StorageError(f"The database cannot take it: {reason(error.orig)}")


def _guessed(told: str) -> str | None:
    """The code of a refused connection, which libpq does not hand on; servers of other tongues are not understood."""
    return TOO_MANY if any(words in told for words in _CROWDED) else None


def sqlstate(error: DBAPIError) -> str | None:
    """The server's code for what went wrong; None when the server could not say it."""
    return error.orig.sqlstate if isinstance(error.orig, psycopg.Error) else None
