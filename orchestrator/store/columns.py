"""How values lie in columns: instants as microseconds, documents as JSON text."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import BigInteger, Dialect, Text
from sqlalchemy.types import TypeDecorator

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_text_of = json.JSONEncoder(separators=(",", ":"), ensure_ascii=False).encode


class Instant(TypeDecorator[datetime]):
    """An aware datetime as microseconds since 1970 (UTC): exact, ordered, and the same in every database."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:  # noqa: ARG002  the port's
        """To the database; a naive datetime is a programming error."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"{value} has no time zone")
        return (value - _EPOCH) // _MICROSECOND

    def process_result_value(self, value: Any | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002  the port's
        """From the database, in UTC."""
        return None if value is None else _EPOCH + int(value) * _MICROSECOND


class Document(TypeDecorator[Any]):
    """Any JSON value as text."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Any | None, dialect: Dialect) -> str | None:  # noqa: ARG002  the port's
        """To the database; None is SQL's NULL."""
        return None if value is None else _text_of(value)

    def process_result_value(self, value: Any | None, dialect: Dialect) -> Any:  # noqa: ARG002  the port's
        """From the database."""
        return None if value is None else json.loads(value)
