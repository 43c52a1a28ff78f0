"""One store for each test, of every kind that the product ships."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlite_template import with_tables

from orchestrator.store.postgres import PostgresDatabase
from orchestrator.store.services import OrchestratorService
from orchestrator.store.sqlite import SqliteFile


@pytest.fixture(params=["sqlite", "postgres"])
async def store(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[OrchestratorService]:
    """An empty store on a real database."""
    file: SqliteFile | PostgresDatabase
    if request.param == "sqlite":
        file = SqliteFile(with_tables(tmp_path / "botswain.db"))
    else:
        file = PostgresDatabase(request.getfixturevalue("postgres_address"))
    yield OrchestratorService(file.database)
    await file.close()
