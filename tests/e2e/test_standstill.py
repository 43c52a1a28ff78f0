"""A real page that hangs is noticed, photographed and recorded, and its run is ended where the policy says so."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing
from pathlib import Path

import pytest
from live_fleet import LIMIT_S, Robots

from orchestrator.app import Orchestrator
from orchestrator.client.client import OrchestratorClient
from orchestrator.client.events import ConnectionLost, EventStream
from orchestrator.config import load_settings
from orchestrator.contract.api.events import NamedEvent
from orchestrator.contract.api.jobs import SubmitRequest
from orchestrator.contract.api.stalls import StallPolicyRequest
from orchestrator.contract.states import JobStatus
from orchestrator.engine.settings import EngineSettings

PAGE = b"<!doctype html><title>Shop</title><h1>Please wait ...</h1>"


@pytest.fixture
async def orchestrator(tmp_path: Path) -> AsyncIterator[Orchestrator]:
    """An orchestrator that looks for standstill, and hears its robots, every half second."""
    quick = EngineSettings(stall_look_s=0.5, heartbeat_s=0.5)
    async with Orchestrator.running(load_settings(data_dir=tmp_path / "data", port=0), engine_settings=quick) as it:
        yield it


@pytest.fixture
async def hanging_site() -> AsyncIterator[str]:
    """Its front page comes at once, every other page never."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        request = await reader.readline()
        if request.split()[1] == b"/":
            head = f"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: {len(PAGE)}\r\n"
            writer.write(f"{head}Connection: close\r\n\r\n".encode() + PAGE)
            await writer.drain()
        else:
            await reader.read()  # until the browser gives up
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    server.close()


async def told(orchestrator: Orchestrator, *, until: JobStatus) -> AsyncIterator[NamedEvent]:
    """What the stream tells of standstill, until a job has ended so."""
    topics = ["jobs.stalled", "jobs.cancelled", "alerts.*"]
    stream = EventStream(orchestrator.url, orchestrator.key, topics=topics).listen()
    async with asyncio.timeout(LIMIT_S), aclosing(stream):
        async for batch in stream:
            assert not isinstance(batch, ConnectionLost)
            for event in batch.events:
                yield event
                if event.data.get("status") == until:
                    return


@pytest.mark.feature("X02", "W35")
async def test_a_page_that_hangs_climbs_the_whole_ladder(
    orchestrator: Orchestrator, client: OrchestratorClient, robots: Robots, hanging_site: str
) -> None:
    robots.start("berlin-1")
    await client.stalls.set_policy(
        "*",
        StallPolicyRequest(note_after_s=3, usual_factor=1, screenshot_after_s=3.5, trace_after_s=4, cancel_after_s=11),
    )
    steps = [
        {"id": "front", "action": "goto", "parameters": {"url": f"{hanging_site}/"}},
        {
            "id": "orders",
            "name": "Open the orders",
            "action": "goto",
            "parameters": {"url": f"{hanging_site}/orders"},
            "dependencies": ["front"],
            "timeout": 80,
        },
    ]
    job = await client.submit(SubmitRequest(definition={"name": "Orders", "steps": steps}, max_retries=0))
    events = [event async for event in told(orchestrator, until=JobStatus.CANCELLED)]
    names = [event.name for event in events]
    assert {"jobs.stalled", "alerts.raised", "alerts.resolved", "jobs.cancelled"} <= set(names)
    messages = [str(event.data.get("message")) for event in events if event.name == "jobs.stalled"]
    assert "Open the orders" in messages[0]

    detail = await client.job(job.job_id)
    assert detail.stall is not None
    assert detail.stall.rungs == ("note", "screenshot", "trace", "cancel")
    assert (detail.job.status, detail.job.attempt) == (JobStatus.CANCELLED, 1)
    files = {
        each.artifact.kind: each.artifact.name for each in detail.artifacts if each.artifact.step_id == "standstill"
    }
    assert set(files) == {"screenshot", "trace"}
    assert set(detail.stall.captures) == set(files.values())
    data = orchestrator.parts.settings.data_dir / "artifacts"
    found = {path.name: path.read_bytes()[:2] for path in data.rglob("standstill*")}
    assert (found[files["screenshot"]], found[files["trace"]]) == (b"\xff\xd8", b"PK")
    assert "stalled" not in {alert.kind for alert in await client.alerts.list()}
