"""One store for each test, of every kind that the product ships."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from orchestrator.store.services import OrchestratorService
from orchestrator.store.sqlite import SqliteFile


@pytest.fixture(params=["sqlite"])
async def store(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[OrchestratorService]:
    """An empty store on a real database."""
    assert request.param == "sqlite"
    file = SqliteFile(tmp_path / "botswain.db")
    yield OrchestratorService(file.database)
    await file.close()
