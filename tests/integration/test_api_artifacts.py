"""Files of jobs: robots bring them whole or not at all, clients fetch them, and no name leads anywhere else."""

import asyncio
from collections.abc import AsyncIterator
from hashlib import sha256
from pathlib import Path

import httpx
import psutil
import pytest
from running_orchestrator import LOOK, eventually, robot_of

from orchestrator.app import Orchestrator
from orchestrator.client.client import OrchestratorClient
from orchestrator.client.errors import RefusedError
from orchestrator.contract.api.common import API
from orchestrator.contract.api.jobs import SubmitRequest
from orchestrator.server.artifact_folder import MOST_BYTES


@pytest.fixture
async def robot(orchestrator: Orchestrator) -> AsyncIterator[httpx.AsyncClient]:
    """What a robot uploads with."""
    headers = {"Authorization": f"Bearer {orchestrator.robot_token}"}
    async with httpx.AsyncClient(base_url=f"{orchestrator.url}{API}/artifacts", headers=headers, trust_env=False) as it:
        yield it


@pytest.fixture
async def job_id(orchestrator: Orchestrator, client: OrchestratorClient) -> AsyncIterator[str]:
    """A job in its first attempt."""
    job = await client.submit(SubmitRequest(definition=LOOK))
    async with robot_of(orchestrator) as robot:
        await robot.take_job()
        yield job.job_id


def kept_files(orchestrator: Orchestrator) -> list[Path]:
    return [path for path in orchestrator.parts.artifacts.root.rglob("*") if path.is_file()]


async def test_a_file_comes_back_as_it_went(
    orchestrator: Orchestrator, client: OrchestratorClient, robot: httpx.AsyncClient, job_id: str
) -> None:
    content = bytes(range(256)) * 5_000
    answer = await robot.put(f"/{job_id}/1/page.png", content=content, params={"kind": "screenshot", "step_id": "look"})
    assert answer.status_code == 201
    assert await client.artifact(job_id, 1, "page.png") == content
    ((view),) = (await client.job(job_id)).artifacts
    assert (view.attempt, view.artifact.name, view.artifact.kind) == (1, "page.png", "screenshot")
    assert (view.artifact.size, view.artifact.sha256) == (len(content), sha256(content).hexdigest())
    assert (view.artifact.media_type, view.artifact.step_id) == ("image/png", "look")
    again = await robot.put(f"/{job_id}/1/page.png", content=b"newer")
    assert again.status_code == 201
    assert await client.artifact(job_id, 1, "page.png") == b"newer"
    assert len(kept_files(orchestrator)) == 1


async def test_a_saved_page_is_not_shown_as_a_page(
    http: httpx.AsyncClient, robot: httpx.AsyncClient, job_id: str
) -> None:
    await robot.put(f"/{job_id}/1/page.html", content=b"<script>alert(1)</script>")
    answer = await http.get(f"/artifacts/{job_id}/1/page.html")
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["content-disposition"].startswith("attachment")


@pytest.mark.parametrize("name", ["..", "..%2F..%2Fkey", ".hidden", "a%00b", "a b", "%C3%BC", "a%5Cb", "x" * 201])
async def test_a_name_that_is_no_plain_file_name_is_refused(
    orchestrator: Orchestrator, http: httpx.AsyncClient, robot: httpx.AsyncClient, job_id: str, name: str
) -> None:
    for answer in (
        await robot.put(f"/{job_id}/1/{name}", content=b"x"),
        await http.get(f"/artifacts/{job_id}/1/{name}"),
    ):
        assert answer.status_code in {401, 404, 405, 422}
        assert answer.json()["message"]
    assert kept_files(orchestrator) == []


@pytest.mark.parametrize(("attempt", "status"), [("0", 409), ("2", 409), ("-1", 409), ("one", 422), ("9" * 30, 409)])
async def test_an_attempt_that_never_was_takes_no_file(
    orchestrator: Orchestrator, robot: httpx.AsyncClient, job_id: str, attempt: str, status: int
) -> None:
    assert (await robot.put(f"/{job_id}/{attempt}/a.txt", content=b"x")).status_code == status
    assert (await robot.put("/no-such-job/1/a.txt", content=b"x")).status_code == 404
    assert kept_files(orchestrator) == []


async def test_a_file_that_is_not_there_is_not_found(client: OrchestratorClient, job_id: str) -> None:
    for attempt, name in ((1, "other.txt"), (7, "page.png")):
        with pytest.raises(RefusedError) as refused:
            await client.artifact(job_id, attempt, name)
        assert refused.value.status == 404


async def begun_upload(
    orchestrator: Orchestrator, job_id: str, size: int
) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """A connection on which the head of an upload has been sent."""
    reader, writer = await asyncio.open_connection("127.0.0.1", int(orchestrator.url.rpartition(":")[2]))
    head = (
        f"PUT {API}/artifacts/{job_id}/1/a.bin HTTP/1.1\r\nHost: 127.0.0.1\r\n"
        f"Authorization: Bearer {orchestrator.robot_token}\r\nContent-Length: {size}\r\n\r\n"
    )
    writer.write(head.encode())
    await writer.drain()
    return reader, writer


async def large(size: int) -> AsyncIterator[bytes]:
    piece = b"\0" * 1_048_576
    for _ in range(size // len(piece) + 1):
        yield piece


async def test_a_file_that_is_too_large_is_refused_without_filling_memory_or_disk(
    orchestrator: Orchestrator, robot: httpx.AsyncClient, job_id: str
) -> None:
    before = psutil.Process().memory_info().rss
    reader, writer = await begun_upload(orchestrator, job_id, MOST_BYTES + 1)
    assert (await reader.readline()).startswith(b"HTTP/1.1 413")
    writer.close()
    answer = await robot.put(f"/{job_id}/1/b.bin", content=large(MOST_BYTES), timeout=60)
    assert (answer.status_code, answer.json()["code"], answer.json()["field"]) == (413, "too_large", "name")
    assert kept_files(orchestrator) == []
    assert psutil.Process().memory_info().rss - before < 60 * 1_048_576


async def test_an_upload_that_breaks_off_leaves_nothing(
    orchestrator: Orchestrator, robot: httpx.AsyncClient, job_id: str
) -> None:
    _, writer = await begun_upload(orchestrator, job_id, 1_000_000)
    writer.write(b"x" * 500_000)
    await writer.drain()

    async def look() -> list[Path]:
        return kept_files(orchestrator)

    await eventually(look, bool)
    writer.close()
    await eventually(look, lambda files: not files)
