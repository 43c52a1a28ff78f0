"""How values lie in columns: instants as microseconds, documents as JSON text."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any, Final

from pydantic_core import to_json
from sqlalchemy import BigInteger, Dialect, Text
from sqlalchemy.types import TypeDecorator

MOST_KNOWN: Final = 1_000
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_encoded = json.JSONEncoder(separators=(",", ":"), ensure_ascii=False).encode


def number_of(instant: datetime) -> int:
    """Microseconds since 1970 (UTC); a naive datetime is a programming error."""
    if instant.tzinfo is None:
        raise ValueError(f"{instant} has no time zone")
    since = instant - _EPOCH
    return (since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds


def text_of(document: object) -> str:
    """The JSON of a value, or of a pydantic model."""
    try:
        return to_json(document).decode()
    except ValueError:  # half a character, which JSON can write: let the database say what it thinks of it
        return _encoded(document)


class Instant(TypeDecorator[datetime]):
    """An aware datetime as microseconds since 1970 (UTC): exact, ordered, and the same in every database."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:  # noqa: ARG002  the port's
        """To the database; a naive datetime is a programming error."""
        return None if value is None else number_of(value)

    def process_result_value(self, value: Any | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002  the port's
        """From the database, in UTC."""
        return None if value is None else _EPOCH + int(value) * _MICROSECOND


class Document(TypeDecorator[Any]):
    """Any JSON value as text."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Any | None, dialect: Dialect) -> str | None:  # noqa: ARG002  the port's
        """To the database; None is SQL's NULL."""
        return None if value is None else text_of(value)

    def process_result_value(self, value: Any | None, dialect: Dialect) -> Any:  # noqa: ARG002  the port's
        """From the database."""
        return None if value is None else json.loads(value)


class Known(TypeDecorator[Any]):
    """A JSON value as text, of which most rows have one of few: what was read once is not read again, so that what
    `read` makes of the text has to be a value that nobody can change."""

    impl = Text
    cache_ok = True

    def __init__(self, read: Callable[[str], object]) -> None:
        super().__init__()
        self.read = read
        self._read = lru_cache(MOST_KNOWN)(read)

    def process_bind_param(self, value: Any | None, dialect: Dialect) -> str | None:  # noqa: ARG002  the port's
        """To the database; None is SQL's NULL."""
        return None if value is None else text_of(value)

    def process_result_value(self, value: Any | None, dialect: Dialect) -> Any:  # noqa: ARG002  the port's
        """From the database."""
        return None if value is None else self._read(value)
