"""A fleet whose orchestrator keeps everything in a PostgreSQL server that a test may treat badly."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
from postgres_server import PASSWORD, PostgresServer

from orchestrator.contract.api.orchestrator import HealthView
from tests.faults.evidence import JobRow, rows_by
from tests.faults.fleet import Fleet, running_fleet
from tests.faults.processes import PATIENT_TERMS, OrchestratorProcess
from tests.faults.upkeep import TELLING

LIMIT_S = 60.0


@dataclass(slots=True, kw_only=True)
class PostgresOrchestrator(OrchestratorProcess):
    """An orchestrator on a database of a server."""

    server: PostgresServer
    name: str

    @property
    def database(self) -> Path:
        """What the tables tell, as a text."""
        return self.folder / "told.txt"

    def rows(self) -> dict[str, JobRow]:
        """Every job, read past the product; leaves a text of what the tables tell."""
        with self.server.connect(self.name) as connection:
            told = [repr(row) for table in TELLING for row in connection.execute(f"SELECT * FROM {table}")]
            self.database.write_text("\n".join(told))
            return rows_by(connection.execute)


@contextmanager
def own_server(**settings: str) -> Iterator[PostgresServer]:
    """A server that nobody else uses, and that waits for the disk as in earnest."""
    server = PostgresServer.made(shared_buffers="32MB", **settings)
    try:
        yield server
    finally:
        server.remove()


@asynccontextmanager
async def postgres_fleet(folder: Path, server: PostgresServer, *, port: int | None = None) -> AsyncIterator[Fleet]:
    """A fleet on a new database of the server; `port` is where the orchestrator finds it instead."""
    name = server.new_database()
    orchestrator = PostgresOrchestrator(
        folder=folder / "data",
        terms=PATIENT_TERMS,
        environment={"BOTSWAIN_DATABASE": server.address(name, port=port)},
        server=server,
        name=name,
    )
    async with running_fleet(folder, orchestrator) as fleet:
        yield fleet
    assert PASSWORD not in orchestrator.log.read_text()


async def health(fleet: Fleet) -> HealthView:
    """What /health says, also while it is 503."""
    async with httpx.AsyncClient(base_url=fleet.facts.url, trust_env=False, timeout=LIMIT_S) as http:
        return HealthView.model_validate_json((await http.get("/health")).content)


async def until_store(fleet: Fleet, *, is_well: bool, limit_s: float = LIMIT_S) -> HealthView:
    """Ask until the store is told to be well, or not to be."""
    async with asyncio.timeout(limit_s):
        while ((found := await health(fleet)).checks["store"] == "ok") is not is_well:  # noqa: ASYNC110  no event
            await asyncio.sleep(0.1)
    return found
