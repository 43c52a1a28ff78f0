"""Brings a database to the schema of this program, in one transaction, and refuses a newer one."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine

from orchestrator.store.errors import DatabaseTooNewError

_MIGRATIONS = Path(__file__).parent / "migrations"


def migrate(engine: Engine, place: str) -> None:
    """Upgrade to the newest revision. DatabaseTooNewError when the database knows one that this program does not."""
    with engine.begin() as connection:
        if _revision(connection) == ScriptDirectory.from_config(_config(None)).get_current_head():
            return
        _refuse_a_newer_one(connection, place)
        command.upgrade(_config(connection), "head")


def _refuse_a_newer_one(connection: Connection, place: str) -> None:
    found = _revision(connection)
    known = {script.revision for script in ScriptDirectory.from_config(_config(None)).walk_revisions()}
    if found is not None and found not in known:
        raise DatabaseTooNewError(
            f"The database {place} was written by a newer Botswain (schema {found}). "
            "Update this program, or name another --database."
        )


def _revision(connection: Connection) -> str | None:
    return MigrationContext.configure(connection).get_current_revision()


def _config(connection: Connection | None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config
