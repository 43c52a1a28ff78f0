"""One connection to PostgreSQL as Botswain opens it: every wait has an end, and text that it cannot hold is mended."""

import time
from collections.abc import Generator, Mapping
from contextlib import suppress
from typing import Any, TypeVar

import psycopg
from psycopg.abc import Buffer

from orchestrator.store.row_locks import LOCK_TIMEOUT_S

R = TypeVar("R")

STATEMENT_TIMEOUT_S = 10
"""The server ends a statement after so long."""
IDLE_IN_TRANSACTION_S = 30
"""The server ends a session that stops in the middle of a transaction, and lets go of what it held."""
CONNECT_TIMEOUT_S = 5
SILENCE_S = 15
"""Both ends give a connection up after so long without a sign of the other."""
ANSWER_LIMIT_S = 20.0
"""The last net: a server, or something between, that keeps the connection and never answers."""

_DIALLED_WITH: Mapping[str, Any] = {
    "connect_timeout": CONNECT_TIMEOUT_S,
    "keepalives": 1,
    "keepalives_idle": 5,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": SILENCE_S * 1_000,
}
_SESSION: Mapping[str, str] = {
    "statement_timeout": f"{STATEMENT_TIMEOUT_S}s",
    "lock_timeout": f"{LOCK_TIMEOUT_S}s",
    "idle_in_transaction_session_timeout": f"{IDLE_IN_TRANSACTION_S}s",
    # the server's own look at the line: a lock of a machine that has lost its power is let go after so long
    "tcp_keepalives_idle": "5",
    "tcp_keepalives_interval": "5",
    "tcp_keepalives_count": "3",
    "tcp_user_timeout": f"{SILENCE_S}s",
}
_WRITER: Mapping[str, str] = {"default_transaction_read_only": "off"}
_READER: Mapping[str, str] = {
    "default_transaction_read_only": "on",
    "default_transaction_isolation": "repeatable read",
}
# `off` and `local` acknowledge what a crash, or a change of servers, may take back; stricter settings stay
_DURABLE = """
    SELECT set_config('synchronous_commit', 'on', false)
    WHERE current_setting('synchronous_commit') IN ('off', 'local')
"""


class LimitedConnection(psycopg.Connection[Any]):
    """A connection that is broken off when an answer takes longer than any timeout of the server's could explain."""

    answer_limit_s: float | None = ANSWER_LIMIT_S

    def wait(self, gen: Any, *arguments: Any, **options: Any) -> Any:
        """What psycopg calls for every exchange with the server."""
        return super().wait(self._limited(gen), *arguments, **options)

    def _limited(self, exchange: Generator[Any, Any, R]) -> Generator[Any, Any, R]:
        if self.answer_limit_s is None:
            return (yield from exchange)
        gives_up_at = time.monotonic() + self.answer_limit_s
        try:
            wanted = next(exchange)
            while True:
                ready = yield wanted
                if not ready and time.monotonic() >= gives_up_at:
                    self.pgconn.finish()
                    raise psycopg.OperationalError(f"the server has not answered for {self.answer_limit_s:g} s")
                wanted = exchange.send(ready)
        except StopIteration as end:
            found: R = end.value
            return found


def dialled(address: str, *, application: str, is_writer: bool) -> LimitedConnection:
    """A new session, prepared. psycopg.Error when there is none to be had."""
    given = psycopg.conninfo.conninfo_to_dict(address)
    options = {**_DIALLED_WITH, **given, "application_name": application, "client_encoding": "utf8"}
    if "," in str(given.get("host", "")):
        options.setdefault("target_session_attrs", "read-write")
    connection = LimitedConnection.connect(**options, autocommit=True)
    try:
        _prepare(connection, is_writer=is_writer)
    except BaseException:  # also Ctrl+C: nobody else knows of the connection
        connection.close()
        raise
    return connection


def _prepare(connection: LimitedConnection, *, is_writer: bool) -> None:
    connection.adapters.register_dumper(str, _TextDumper)
    settings = {**_SESSION, **(_WRITER if is_writer else _READER)}
    row = ", ".join(["set_config(%s, %s, false)"] * len(settings))
    connection.execute(f"SELECT {row}", [word for pair in settings.items() for word in pair])
    connection.execute(_DURABLE)
    connection.autocommit = False


class _TextDumper(psycopg.adapt.Dumper):
    """PostgreSQL's text holds every character but NUL, which robots and pages may well send."""

    def dump(self, obj: str) -> Buffer | None:
        """The text, with a mark in the place of each NUL; the server finds out the type."""
        return (obj.replace("\0", "\ufffd") if "\0" in obj else obj).encode()


def close(connection: psycopg.Connection[Any] | None) -> None:
    """Let go of a session, whatever state it is in."""
    if connection is not None:
        with suppress(psycopg.Error):
            connection.close()
