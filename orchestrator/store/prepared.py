"""Statements of the hot path: built and compiled once, then run as text with positional parameters.

SQLAlchemy's own way to a cursor costs several times what SQLite needs for a row. The text still comes from the tables,
so that a column added to them is added here too.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from functools import cache
from typing import Any

from sqlalchemy import Connection, CursorResult, Delete, Insert, Update
from sqlalchemy.dialects import postgresql, sqlite

Statement = Insert | Update | Delete
Bind = Callable[[Any], Any]


class Prepared:
    """A statement's text, the names of its parameters in order, and how their values are handed to the driver."""

    def __init__(self, statement: Statement, dialect_name: str, columns: Collection[str] | None = None) -> None:
        dialect = postgresql.dialect(paramstyle="format") if dialect_name == "postgresql" else sqlite.dialect()  # type: ignore[no-untyped-call]
        compiled = statement.compile(dialect=dialect, column_keys=list(columns) if columns is not None else None)
        self.text = str(compiled)
        self._binds: list[tuple[str, Bind | None]] = [
            (name, compiled.binds[name].type.dialect_impl(dialect).bind_processor(dialect))
            for name in compiled.positiontup or ()
        ]

    def parameters(self, values: Mapping[str, Any]) -> tuple[Any, ...]:
        """One row's parameters, in the order of the text."""
        return tuple([values[name] if bind is None else bind(values[name]) for name, bind in self._binds])

    def run(self, connection: Connection, rows: Sequence[Mapping[str, Any]]) -> CursorResult[Any]:
        """Run it for each row; the row count is that of all together."""
        return connection.exec_driver_sql(self.text, [self.parameters(row) for row in rows])


@cache
def prepared(make: Callable[..., Statement], dialect_name: str, columns: tuple[str, ...]) -> Prepared:
    """The statement that `make(columns, dialect_name)` builds, made once for each database and set of columns."""
    return Prepared(make(columns, dialect_name), dialect_name, columns)
