"""Statements of the hot path: built and compiled once, then run as text with positional parameters.

SQLAlchemy's own way to a cursor costs several times what SQLite needs for a row. The text still comes from the tables,
so that a column added to them is added here too.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from functools import cache
from operator import attrgetter, itemgetter
from typing import Any

from sqlalchemy import Connection, CursorResult, Delete, Dialect, Insert, Update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.types import TypeEngine

from orchestrator.store.columns import Document, Instant, number_of, text_of

Statement = Insert | Update | Delete
Bind = Callable[[Any], Any]


class Prepared:
    """A statement's text, the names of its parameters in order, and how their values are handed to the driver."""

    def __init__(self, statement: Statement, dialect_name: str, columns: Collection[str] | None = None) -> None:
        dialect = postgresql.dialect(paramstyle="format") if dialect_name == "postgresql" else sqlite.dialect()  # type: ignore[no-untyped-call]
        compiled = statement.compile(dialect=dialect, column_keys=list(columns) if columns is not None else None)
        self.text = str(compiled)
        names = list(compiled.positiontup or ())
        binds = [_bind(compiled.binds[name].type, dialect) for name in names]
        self._binds = [(place, bind) for place, bind in enumerate(binds) if bind is not None]
        self._items, self._attributes = itemgetter(*names), attrgetter(*names)

    def run(self, connection: Connection, rows: Sequence[Mapping[str, Any]]) -> CursorResult[Any]:
        """Run it for each row; the row count is that of all together."""
        return connection.exec_driver_sql(self.text, [self._bound(self._items(row)) for row in rows])

    def run_for(self, connection: Connection, records: Sequence[object]) -> CursorResult[Any]:
        """Run it for each record, whose attributes are called like the columns."""
        return connection.exec_driver_sql(self.text, [self._bound(self._attributes(each)) for each in records])

    def _bound(self, values: Iterable[Any]) -> tuple[Any, ...]:
        bound = list(values)
        for place, bind in self._binds:
            if bound[place] is not None:
                bound[place] = bind(bound[place])
        return tuple(bound)


def _bind(kind: TypeEngine[Any], dialect: Dialect) -> Bind | None:
    """What makes a value of the driver's; our own types' without SQLAlchemy's way there, and never asked about None."""
    if isinstance(kind, Instant):
        return number_of
    if isinstance(kind, Document):
        return text_of
    return kind.dialect_impl(dialect).bind_processor(dialect)


@cache
def prepared(make: Callable[..., Statement], dialect_name: str, columns: tuple[str, ...]) -> Prepared:
    """The statement that `make(columns, dialect_name)` builds, made once for each database and set of columns."""
    return Prepared(make(columns, dialect_name), dialect_name, columns)
