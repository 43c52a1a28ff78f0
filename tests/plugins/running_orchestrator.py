"""A real orchestrator for a test: its own SQLite file, a free port, its typed client."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import TypeVar

import httpx
import pytest
from scripted_robot import LIMIT_S, ScriptedRobot
from sqlite_template import with_tables

from orchestrator.app import Orchestrator
from orchestrator.client.certificates import certificates_for
from orchestrator.client.client import OrchestratorClient
from orchestrator.client.events import ConnectionLost, EventStream
from orchestrator.config import Settings, load_settings
from orchestrator.contract.api.common import API
from orchestrator.contract.api.events import EventBatch
from orchestrator.contract.api.jobs import JobView
from orchestrator.contract.ids import JsonValue
from orchestrator.contract.states import JobStatus

T = TypeVar("T")

LOOK: dict[str, JsonValue] = {
    "name": "Look",
    "variables": {"city": {"type": "string", "default": "Bremen"}},
    "steps": [{"id": "look", "action": "goto", "parameters": {"url": "http://127.0.0.1/"}}],
}


def settings_in(folder: Path, **changes: object) -> Settings:
    """Settings of an orchestrator that nobody else meets; its database has its tables already."""
    settings = load_settings(**{"data_dir": folder, "port": 0, **changes})
    if not settings.database:
        with_tables(settings.database_path)
    return settings


@pytest.fixture
async def orchestrator(tmp_path: Path) -> AsyncIterator[Orchestrator]:
    """An orchestrator that runs as long as the test."""
    async with Orchestrator.running(settings_in(tmp_path)) as orchestrator:
        yield orchestrator


@pytest.fixture
async def client(orchestrator: Orchestrator) -> AsyncIterator[OrchestratorClient]:
    """Its typed client."""
    async with OrchestratorClient(orchestrator.url, orchestrator.key) as client:
        yield client


@pytest.fixture
async def http(orchestrator: Orchestrator) -> AsyncIterator[httpx.AsyncClient]:
    """A plain HTTP client that shows the key, for what the typed client would never send."""
    headers = {"Authorization": f"Bearer {orchestrator.key}"}
    verify = certificates_for(orchestrator.url)
    async with httpx.AsyncClient(
        base_url=f"{orchestrator.url}{API}", headers=headers, trust_env=False, verify=verify
    ) as http:
        yield http


def robot_of(
    orchestrator: Orchestrator, name: str = "anna", **options: object
) -> AbstractAsyncContextManager[ScriptedRobot]:
    """A scripted robot that is connected to it."""
    return ScriptedRobot.connected(orchestrator.robots_url, orchestrator.robot_token, name, **options)  # type: ignore[arg-type]


@asynccontextmanager
async def changes_of(url: str, key: str) -> AsyncIterator[AsyncIterator[EventBatch]]:
    """The event stream, without its losses."""
    stream = EventStream(url, key).listen()

    async def batches() -> AsyncIterator[EventBatch]:
        async for item in stream:
            if not isinstance(item, ConnectionLost):
                yield item

    wanted = batches()
    try:
        yield wanted
    finally:
        await wanted.aclose()  # type: ignore[attr-defined]
        await stream.aclose()


async def job_with(client: OrchestratorClient, job_id: str, *statuses: JobStatus) -> JobView:
    """The job once it stands in one of the statuses, heard on the event stream."""
    async with asyncio.timeout(LIMIT_S), changes_of(client.base_url, client.key) as batches:
        async for batch in batches:
            for job in batch.jobs:
                if job.job_id == job_id and job.status in statuses:
                    return job
    raise AssertionError("the event stream ended")


async def eventually(question: Callable[[], Awaitable[T]], is_right: Callable[[T], bool]) -> T:
    """Ask another process again and again until its answer is right."""
    async with asyncio.timeout(LIMIT_S):
        while not is_right(answer := await question()):  # noqa: ASYNC110  another process has no event to wait for
            await asyncio.sleep(0.05)
    return answer
