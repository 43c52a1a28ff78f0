"""PostgreSQL's databases and refusals in words that may be shown: what is wrong, what to do, and no password."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from psycopg.conninfo import conninfo_to_dict
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from orchestrator.store.errors import DatabaseDamagedError, DatabaseError

_STRANGERS = frozenset({"42P07", "42P16", "42701", "42703"})
"""Tables or columns that are there, or are not there, against what the schema's number says."""


def place_of(address: str) -> str:
    """The database's name and where it runs, without user and password."""
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


@contextmanager
def refused_in_words(place: str) -> Iterator[None]:
    """Let a driver's error become a DatabaseError."""
    try:
        yield
    except DBAPIError as error:
        raise refusal(error.orig, place) from error
    except (SQLAlchemyError, psycopg.Error) as error:
        raise refusal(error, place) from error


def refusal(error: BaseException | None, place: str) -> DatabaseError:
    """What a database that cannot be opened or brought up to date says, and what to do."""
    state = error.sqlstate if isinstance(error, psycopg.Error) else None
    if state in _STRANGERS:
        return DatabaseDamagedError(
            f"The database {place} holds tables of another program. Name another database, or another schema."
        )
    if state == "42501":
        return DatabaseError(f"The user lacks a right in the database {place}: {reason(error)}. Grant it, then start.")
    if state == "53300":
        return DatabaseError(f"The server of {place} has no connection left. Raise its max_connections, then start.")
    advice = "Look at the address in --database, and whether the server runs."
    return DatabaseError(f"The database {place} cannot be opened: {reason(error)}. {advice}")


def reason(error: BaseException | None) -> str:
    """The telling part of a driver's error, without values of rows."""
    if not isinstance(error, psycopg.Error):
        return str(error)
    lines = [line.strip() for line in (error.diag.message_primary or str(error)).splitlines()]
    told = next((line for line in reversed(lines) if "failed:" in line), next(iter(lines), ""))
    return re.split(r"failed: |FATAL: ", told)[-1].strip().rstrip(".") or "the connection broke"
