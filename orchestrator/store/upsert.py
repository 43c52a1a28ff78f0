"""Insert or replace by primary key, in the words of the database at hand."""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from sqlalchemy import Connection, Insert, Table
from sqlalchemy.dialects import postgresql, sqlite


def upsert(
    connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]], *, keep: frozenset[str] = frozenset()
) -> None:
    """Insert rows; where the primary key is known already, replace the other columns, but not those in `keep`."""
    if not rows:
        return
    connection.execute(upserting(connection.dialect.name, table, tuple(rows[0]), keep), list(rows))


@cache
def upserting(dialect: str, table: Table, columns: tuple[str, ...], keep: frozenset[str]) -> Insert:
    """The statement, made once for each table and set of columns: building a statement costs more than running it."""
    statement = (postgresql.insert if dialect == "postgresql" else sqlite.insert)(table)
    keys = [column.name for column in table.primary_key]
    kept = {*keys, *keep}
    others = {name: statement.excluded[name] for name in columns if name not in kept}
    return statement.on_conflict_do_update(index_elements=keys, set_=others)
