"""`botswain backup`: a copy of the database that can be trusted, also while the orchestrator runs."""

from pathlib import Path
from typing import Annotated

import typer

from orchestrator.cli.options import DataDir
from orchestrator.cli.output import say, size_text
from orchestrator.config import load_settings
from orchestrator.contract.errors import UserError


def backup(
    target: Annotated[Path, typer.Argument(metavar="TARGET", help="The file to make.", show_default=False)],
    *,
    data_dir: DataDir = None,
) -> None:
    """Copy the SQLite database to a file, also while the orchestrator runs.

    Keys and files of jobs are not in it: copy them beside it.

    Example:  botswain backup /backup/botswain-monday.db
    """
    from orchestrator.store.backup import back_up  # noqa: PLC0415  other commands need no database

    settings = load_settings(data_dir=data_dir)
    if settings.postgres_address is not None:
        raise UserError("The database is a PostgreSQL server's: back it up with pg_dump.")
    size = back_up(settings.database_path, target)
    say(f"{target} holds the database ({size_text(size)}), and was checked.")
