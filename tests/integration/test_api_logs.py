"""The orchestrator's own log over the API and by command."""

import asyncio
import json
import logging

import httpx
import pytest
from typer.testing import CliRunner

from orchestrator.app import Orchestrator
from orchestrator.cli.commands import app
from orchestrator.client.client import OrchestratorClient
from orchestrator.contract.api.logs import LogLine
from orchestrator.contract.variables import MASK

pytestmark = pytest.mark.feature("O58")
LOG = logging.getLogger("orchestrator.engine.scheduler")


async def test_the_log_is_read_in_pages_by_those_who_have_the_key(
    orchestrator: Orchestrator, client: OrchestratorClient, http: httpx.AsyncClient
) -> None:
    cursor = (await client.log.page()).cursor
    LOG.info("One %s", orchestrator.key)
    LOG.info("Two")
    page = await client.log.page(after=cursor, channel="scheduler", limit=1)
    assert [(line.message, line.logger) for line in page.lines] == [(f"One {MASK}", LOG.name)]
    page = await client.log.page(after=page.cursor, channel="scheduler")
    assert [line.message for line in page.lines] == ["Two"]
    assert (await client.log.page(after=page.cursor, channel="scheduler")).lines == ()
    assert (await http.get("/logs", params={"level": "loud"})).status_code == 422
    assert (await http.get("/logs", headers={"Authorization": "Bearer nobody"})).status_code == 401


async def test_the_command_prints_it(orchestrator: Orchestrator) -> None:
    LOG.info("The clock went back.")
    LOG.info("password=hunter2")
    place = ["--connect", orchestrator.url, "--key", orchestrator.key]
    told = await asyncio.to_thread(CliRunner().invoke, app, ["logs", "--channel", "scheduler", *place])
    assert told.exit_code == 0, told.output
    assert "INFO     orchestrator.engine.scheduler: The clock went back." in told.output
    told = await asyncio.to_thread(CliRunner().invoke, app, ["logs", "--level", "error", *place])
    assert "clock" not in told.output
    told = await asyncio.to_thread(CliRunner().invoke, app, ["logs", "--text", "password", "--json", *place])
    (line,) = [LogLine.model_validate(json.loads(each)) for each in told.stdout.splitlines()]
    assert line.message == f"password={MASK}"
