"""What a PostgreSQL server says of itself, and whether Botswain can use it."""

from dataclasses import dataclass
from ipaddress import ip_address
from typing import Any, LiteralString

import psycopg
from psycopg.rows import dict_row

from orchestrator.store.postgres_connection import dialled
from orchestrator.store.postgres_words import place_of, refused_in_words

OLDEST_VERSION = 13

_FACTS: LiteralString = """
    SELECT current_setting('server_version_num')::int / 10000 AS version,
           split_part(current_setting('server_version'), ' ', 1) AS release,
           pg_is_in_recovery() AS is_copy,
           current_setting('server_encoding') AS encoding,
           current_schema()::text AS schema,
           coalesce(has_schema_privilege(current_schema(), 'CREATE'), false) AS may_create,
           current_setting('fsync') = 'on' AND current_setting('full_page_writes') = 'on' AS is_safe
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """A server, its database and the rights of its user."""

    place: str
    port: int
    is_remote: bool
    is_encrypted: bool
    version: int
    """The major one."""
    release: str
    is_copy: bool
    encoding: str
    schema: str | None
    """Where tables are made; None when the user's search path names none that is there."""
    may_create: bool
    is_safe: bool
    """False when a crash of the server's machine may take back what it has acknowledged."""

    def complaint(self) -> str | None:
        """Why Botswain cannot use it, and what to do; None when it can."""
        if self.version < OLDEST_VERSION:
            return f"The database {self.place} is PostgreSQL {self.release}; Botswain needs {OLDEST_VERSION} or newer."
        if self.is_copy:
            return f"The database {self.place} is a copy that is only read. Name its primary in --database."
        if self.encoding != "UTF8":
            return f"The database {self.place} keeps text as {self.encoding}. Make one with ENCODING 'UTF8'."
        if self.schema is None:
            return f"The database {self.place} has no schema for this user. Create one, or set the user's search_path."
        if not self.may_create:
            return (
                f"The user may not make tables in the database {self.place}. "
                f"Let its owner run GRANT CREATE, USAGE ON SCHEMA {self.schema} TO the user."
            )
        return None


def facts_of(connection: psycopg.Connection[Any], place: str) -> Facts:
    """Ask a server about itself."""
    with connection.cursor(row_factory=dict_row) as cursor:
        row = cursor.execute(_FACTS).fetchone()
    assert row is not None
    info = connection.info
    return Facts(
        place=place,
        port=info.port,
        is_remote=not _is_here(info.hostaddr),
        is_encrypted=bool(connection.pgconn.ssl_in_use),
        **row,
    )


def looked_at(address: str) -> Facts:
    """What a server says of itself, on a connection of its own. DatabaseError when it cannot be reached."""
    place = place_of(address)
    with refused_in_words(place), dialled(address, application="botswain doctor", is_writer=False) as connection:
        return facts_of(connection, place)


def _is_here(host: str) -> bool:
    return not host or host.startswith("/") or ip_address(host).is_loopback
