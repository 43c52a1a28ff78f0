"""An orchestrator on PostgreSQL: the same words over the API, and a restart that finds everything."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from log_guard import ExpectWarning
from postgres_server import PASSWORD, PostgresServer
from running_orchestrator import LOOK, eventually, robot_of, settings_in

from orchestrator.app import Orchestrator
from orchestrator.client.client import OrchestratorClient
from orchestrator.client.errors import RefusedError
from orchestrator.config import ConfigurationError
from orchestrator.contract.api.jobs import SubmitRequest
from orchestrator.contract.api.orchestrator import HealthView
from orchestrator.contract.protocol.jobs import ResultOutcome
from orchestrator.contract.states import JobStatus
from orchestrator.store.errors import DatabaseHeldError

REQUEST = SubmitRequest(definition=LOOK)


@pytest.fixture
async def orchestrator(tmp_path: Path, postgres_address: str) -> AsyncIterator[Orchestrator]:
    """An orchestrator on a database of its own."""
    async with Orchestrator.running(settings_in(tmp_path, database=postgres_address)) as orchestrator:
        yield orchestrator


async def store_check(client: OrchestratorClient) -> str:
    """What /health says of the store."""
    async with httpx.AsyncClient(base_url=client.base_url, trust_env=False) as http:
        return HealthView.model_validate_json((await http.get("/health")).content).checks["store"]


@pytest.mark.feature("C42", "C43", "C44", "C45", "C46", "O06")
async def test_what_a_cloud_project_keeps_is_there_after_a_restart(tmp_path: Path, empty_postgres_address: str) -> None:
    settings = settings_in(tmp_path, database=empty_postgres_address)
    async with (
        Orchestrator.running(settings) as first,
        OrchestratorClient(first.url, first.key) as client,
        robot_of(first, "anna") as robot,
    ):
        workflow = await client.save_workflow(LOOK)
        job = await client.submit(SubmitRequest(workflow="Look", variables={"city": "Köln"}))
        assert await robot.finish(await robot.take_job(), outputs={"rows": [1, 2]}) is ResultOutcome.RECORDED
    async with Orchestrator.running(settings) as second, OrchestratorClient(second.url, second.key) as client:
        found = await client.job(job.job_id)
        assert (found.job.status, found.variables) == (JobStatus.COMPLETED, {"city": "Köln"})
        assert found.result is not None
        assert found.result.outputs == {"rows": [1, 2]}
        assert (await client.workflow("Look")).workflow.workflow_hash == workflow.workflow_hash
        assert [each.name for each in await client.robots()] == ["anna"]
        assert {"job.completed", "robot.connected"} <= {each.kind for each in await client.activity(limit=100)}


async def test_nothing_tells_the_password(
    orchestrator: Orchestrator, client: OrchestratorClient, caplog: pytest.LogCaptureFixture
) -> None:
    info = await client.info()
    assert info.database.startswith("PostgreSQL, test_")
    assert PASSWORD not in info.model_dump_json()
    assert PASSWORD not in caplog.text


async def test_a_second_orchestrator_is_refused_and_leaves_the_first_alone(
    orchestrator: Orchestrator, client: OrchestratorClient, tmp_path: Path, postgres_address: str
) -> None:
    with pytest.raises(DatabaseHeldError, match="Another orchestrator uses"):
        async with Orchestrator.running(settings_in(tmp_path / "other", database=postgres_address)):
            pytest.fail("it started")
    await client.submit(REQUEST)


async def test_a_password_that_would_be_misread_is_refused_before_anything_is_asked(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="%40 for @") as refused:
        async with Orchestrator.running(settings_in(tmp_path, database="postgresql://me:s3cr@t@host/db")):
            pytest.fail("it started")
    assert "s3cr" not in str(refused.value)


@pytest.mark.feature("O53", "O59")
async def test_a_server_that_is_away_refuses_degrades_and_is_well_again_by_itself(
    tmp_path: Path, expected_warnings: ExpectWarning
) -> None:
    expected_warnings("Nothing can be written: The database .* does not answer")
    expected_warnings(".*does not answer", optional=True)
    server = PostgresServer.made(shared_buffers="32MB")
    try:
        settings = settings_in(tmp_path, database=server.address(server.new_database()))
        async with (
            Orchestrator.running(settings) as orchestrator,
            OrchestratorClient(orchestrator.url, orchestrator.key) as client,
        ):
            first = await client.submit(REQUEST)
            await asyncio.to_thread(server.kill)
            with pytest.raises(RefusedError, match="does not answer; nothing was accepted") as refused:
                await client.submit(REQUEST)
            assert (refused.value.status, refused.value.body.code) == (503, "storage")
            assert "does not answer" in await store_check(client)
            with pytest.raises(RefusedError, match="does not answer"):
                await client.jobs()
            await asyncio.to_thread(server.start)
            await eventually(lambda: store_check(client), lambda told: told == "ok")
            second = await client.submit(REQUEST)
            assert {job.job_id for job in (await client.jobs()).items} == {first.job_id, second.job_id}
    finally:
        server.remove()
