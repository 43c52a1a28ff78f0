"""A page changes an id: runs fall back, warn and propose a repair; approved once, the next run uses it. And an element
that no locator finds any more is found again by what it looked like."""

import asyncio
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass

import pytest
from live_fleet import LIMIT_S, Robots
from running_orchestrator import eventually, job_with

from orchestrator.app import Orchestrator
from orchestrator.client.client import OrchestratorClient
from orchestrator.contract.api.jobs import JobDetail, SubmitRequest
from orchestrator.contract.ids import JsonValue, WorkflowId
from orchestrator.contract.states import JobStatus

MOST_RUNS = 12
MOST_WAITS = 6
BUTTON = 'role=button[name="Place order"]'


@dataclass
class Shop:
    """A site with one page, which may be changed."""

    url: str = ""
    body: str = "<button id=order type=submit>Place order</button>"


@pytest.fixture
async def shop() -> AsyncIterator[Shop]:
    """The page as it is at each moment."""
    shop = Shop()

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readline()
        page = f"<!doctype html><title>Shop</title><h1>Basket</h1><form>{shop.body}</form>".encode()
        head = f"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: {len(page)}\r\nConnection: close\r\n\r\n"
        writer.write(head.encode() + page)
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    shop.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    yield shop
    server.close()


def definition_of(shop: Shop) -> JsonValue:
    return {
        "name": "Order",
        "steps": [
            {"id": "open", "action": "goto", "parameters": {"url": shop.url}},
            {
                "id": "order",
                "action": "hover",
                "parameters": {"target": ["#order", "css=form > button"], "timeout": 20},
                "dependencies": ["open"],
                "max_retries": 0,
            },
        ],
    }


async def ended_run(client: OrchestratorClient) -> JobDetail:
    job = await client.submit(SubmitRequest(workflow="Order", max_retries=0))
    for _ in range(MOST_WAITS):
        with suppress(TimeoutError):  # a busy machine; what has ended stands in the next stream's snapshot too
            ended = await job_with(client, job.job_id, JobStatus.COMPLETED, JobStatus.FAILED)
            return await client.job(ended.job_id)
    raise TimeoutError


async def runs_until(client: OrchestratorClient, is_there: Callable[[], Awaitable[bool]]) -> list[JobDetail]:
    """Runs, one after the other, until the engine has made up its mind."""
    runs: list[JobDetail] = []
    while not await is_there():
        assert len(runs) < MOST_RUNS
        runs.append(await ended_run(client))
    return runs


def used(run: JobDetail) -> str | None:
    assert run.result is not None
    return next(step.locator for step in run.result.step_results if step.step_id == "order")


async def botswain(orchestrator: Orchestrator, *arguments: str) -> str:
    """What the command line says."""
    line = [sys.executable, "-m", "orchestrator.cli.main", *arguments]
    address = ["--connect", orchestrator.url, "--key", orchestrator.key]
    process = await asyncio.create_subprocess_exec(*line, *address, stdout=asyncio.subprocess.PIPE)
    said, _ = await asyncio.wait_for(process.communicate(), LIMIT_S)
    assert process.returncode == 0
    return said.decode()


@pytest.mark.feature("X19")
async def test_a_page_that_outgrows_a_locator_is_repaired_by_one_approval(
    orchestrator: Orchestrator, client: OrchestratorClient, robots: Robots, shop: Shop
) -> None:
    robots.start("berlin-1")
    await client.save_workflow(definition_of(shop))

    async def is_proposed() -> bool:
        return bool(await client.repairs.list())

    async def warnings() -> list[str]:
        return [each.kind for each in await client.alerts.list() if each.kind == "selector_fallback"]

    assert used(await ended_run(client)) == "#order"
    shop.body = "<button id=buy-now type=submit>Place order</button>"
    runs = await runs_until(client, is_proposed)
    assert len(runs) >= 3
    assert {used(run) for run in runs} == {"form > button"}
    assert await warnings() == ["selector_fallback"]
    (repair,) = await client.repairs.list()
    assert repair.after == (BUTTON, "#order", "form > button")
    ending = repair.repair_id[-8:]
    shown = await botswain(orchestrator, "repairs", "show", ending)
    assert 'finds       button "Place order"' in shown
    assert "High: in" in shown
    assert "in version 2 of Order step order looks for" in await botswain(orchestrator, "repairs", "approve", ending)
    assert used(await ended_run(client)) == BUTTON
    assert await eventually(warnings, lambda found: not found) == []

    (version,) = [each for each in await client.workflows() if each.name == "Order"]
    looks = orchestrator.parts.store.repairs

    async def is_described() -> bool:
        return await looks.look(WorkflowId(version.workflow_id), "order", BUTTON) is not None

    await runs_until(client, is_described)
    shop.body = "<p><a href=/>Back</a><button type=submit class=big>Place my order</button></p>"
    definition = (await client.workflow("Order")).definition
    definition["steps"][1]["parameters"] |= {"timeout": 2}  # type: ignore[index,call-overload,operator]
    await client.save_workflow(definition)
    failed = await ended_run(client)
    assert failed.job.status is JobStatus.FAILED
    (found,) = await eventually(client.repairs.list, lambda found: len(found) == 1)
    assert (found.cause, found.after[0]) == ("not_found", 'role=button[name="Place my order"]')
    assert found.picture.endswith(".jpg")
    await client.repairs.approve(found.repair_id)
    assert used(await ended_run(client)) == found.after[0]
