"""Brings a database to the schema of this program, in one transaction, and refuses a newer one.

Alembic is loaded only where there is something to bring: most starts find a database that is up to date.
"""

from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, Engine, inspect, text

from orchestrator.store.errors import DatabaseTooNewError

if TYPE_CHECKING:
    from alembic.config import Config

_MIGRATIONS = Path(__file__).parent / "migrations"


def migrate(engine: Engine, place: str) -> None:
    """Upgrade to the newest revision. DatabaseTooNewError when the database knows one that this program does not."""
    with engine.begin() as connection:
        found, known = _revision(connection), known_revisions()
        if found == known[-1]:
            return
        if found is not None and found not in known:
            raise DatabaseTooNewError(
                f"The database {place} was written by a newer Botswain (schema {found}). "
                "Update this program, or name another --database."
            )
        from alembic import command  # noqa: PLC0415  see above

        command.upgrade(_config(connection), "head")


def known_revisions() -> list[str]:
    """Every revision of this program, the oldest first: each file of a migration is named after its own."""
    return sorted(path.name.partition("_")[0] for path in (_MIGRATIONS / "versions").glob("[0-9]*_*.py"))


def _revision(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    found: str | None = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    return found


def _config(connection: Connection) -> "Config":
    from alembic.config import Config  # noqa: PLC0415  see above

    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config
