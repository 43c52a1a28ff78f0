"""A whole fleet for a test: an orchestrator on a free port, robot processes, and a site to work on."""

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from live_fleet import QUICK_TERMS, Robots, Watch

from orchestrator.app import Orchestrator
from orchestrator.client.client import OrchestratorClient
from orchestrator.config import load_settings
from orchestrator.engine.settings import EngineSettings


@pytest.fixture
async def orchestrator(tmp_path: Path) -> AsyncIterator[Orchestrator]:
    """A running orchestrator that loses patience with silent robots quickly."""
    settings = load_settings(data_dir=tmp_path / "data", port=0)
    async with Orchestrator.running(settings, engine_settings=EngineSettings(terms=QUICK_TERMS)) as running:
        yield running


@pytest.fixture
async def client(orchestrator: Orchestrator) -> AsyncIterator[OrchestratorClient]:
    """A client of the orchestrator."""
    async with OrchestratorClient(orchestrator.url, orchestrator.key) as client:
        yield client


@pytest.fixture
async def watch(orchestrator: Orchestrator) -> AsyncIterator[Watch]:
    """The event stream, followed from the beginning."""
    watch = Watch()
    async with asyncio.TaskGroup() as tasks:
        following = tasks.create_task(watch.follow(orchestrator.url, orchestrator.key))
        yield watch
        following.cancel()


@pytest.fixture
async def robots(orchestrator: Orchestrator, tmp_path: Path) -> AsyncIterator[Robots]:
    """Robots, ended with the test."""
    robots = Robots(orchestrator, tmp_path)
    yield robots
    await asyncio.to_thread(robots.stop)


@pytest.fixture
def site() -> Iterator[str]:
    """The demo site on a free port."""
    command = [sys.executable, "-m", "resources.demo_site", "--port", "0", "--die-with-parent"]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=dict(os.environ))
    assert process.stdout is not None
    yield json.loads(process.stdout.readline())["url"]
    process.terminate()
    process.communicate(timeout=10)
