"""A limit for what a query may take, which the database itself keeps."""

import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, text
from sqlalchemy.exc import OperationalError

from orchestrator.store.sqlite import INSTRUCTIONS

_LEAST_MS = 1
_CANCELLED = "57014"


class OutOfTimeError(Exception):
    """The database was stopped: the time was up."""


@contextmanager
def limited(connection: Connection, until_s: float) -> Iterator[None]:
    """Queries inside end at this monotonic moment with OutOfTimeError, after which the transaction is done for."""
    if time.monotonic() >= until_s:
        raise OutOfTimeError
    try:
        if connection.dialect.name == "sqlite":
            with _sqlite(connection, until_s):
                yield
        else:
            left_ms = max(_LEAST_MS, int((until_s - time.monotonic()) * 1_000))
            connection.execute(text(f"SET LOCAL statement_timeout = {left_ms}"))
            yield
    except OperationalError as error:
        if str(error.orig) == "interrupted" or getattr(error.orig, "sqlstate", None) == _CANCELLED:
            raise OutOfTimeError from None
        raise


@contextmanager
def _sqlite(connection: Connection, until_s: float) -> Iterator[None]:
    driver = connection.connection.driver_connection
    assert isinstance(driver, sqlite3.Connection)
    driver.set_progress_handler(lambda: time.monotonic() >= until_s, INSTRUCTIONS)
    try:
        yield
    finally:
        driver.set_progress_handler(None, 0)
