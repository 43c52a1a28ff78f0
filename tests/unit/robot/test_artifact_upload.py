"""Files reach a real HTTP server; what cannot be sent is named and nothing fails."""

import asyncio
import random
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from orchestrator.contract.results import Artifact, JobResult, StepResult
from orchestrator.contract.states import JobStatus, StepStatus
from robot import artifact_upload
from robot.artifact_upload import ArtifactUpload
from robot.config import parse_address

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)


class Shelf:
    """A small HTTP/1.1 server that keeps what is put, and answers with the next of the scripted statuses."""

    def __init__(self) -> None:
        self.kept: dict[str, bytes] = {}
        self.tokens: set[str] = set()
        self.statuses: list[int] = []
        self.requests = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        await self._answer(head.decode(), reader, writer)
        writer.close()

    async def _answer(self, head: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        request, *lines = head.splitlines()
        headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines if line)}
        body = await reader.readexactly(int(headers["content-length"]))
        self.requests += 1
        status = self.statuses.pop(0) if self.statuses else 201
        if status == 201:
            self.kept[request.split()[1]] = body
            self.tokens.add(headers["authorization"])
        writer.write(f"HTTP/1.1 {status} X\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".encode())
        await writer.drain()


@pytest.fixture
def shelf() -> Shelf:
    return Shelf()


@pytest.fixture
async def upload(shelf: Shelf) -> AsyncIterator[ArtifactUpload]:
    server = await asyncio.start_server(shelf.serve, "127.0.0.1", 0)
    async with server:
        port = server.sockets[0].getsockname()[1]
        upload = ArtifactUpload(parse_address(f"127.0.0.1:{port}"), "secret", random.Random(1))
        yield upload
        await upload.close()


def result_with(*names: str) -> JobResult:
    artifacts = tuple(Artifact(name=name, kind="screenshot", size=1, step_id="s 1") for name in names)
    step = StepResult(step_id="s 1", status=StepStatus.COMPLETED, artifacts=artifacts)
    return JobResult(
        job_id="job-1",
        attempt=2,
        status=JobStatus.COMPLETED,
        step_results=(step,),
        started_at=NOON,
        finished_at=NOON,
        execution_time_s=1.0,
    )


async def test_every_file_arrives_whole_with_kind_and_step(
    upload: ArtifactUpload, shelf: Shelf, tmp_path: Path
) -> None:
    content = bytes(range(256)) * 4_000
    (tmp_path / "shot.png").write_bytes(content)
    (tmp_path / "empty.txt").write_bytes(b"")
    assert await upload.send_all(result_with("shot.png", "empty.txt"), tmp_path) == ()
    query = "?kind=screenshot&step_id=s+1"
    assert shelf.kept[f"/api/v1/artifacts/job-1/2/shot.png{query}"] == content
    assert shelf.kept[f"/api/v1/artifacts/job-1/2/empty.txt{query}"] == b""
    assert shelf.tokens == {"Bearer secret"}


async def test_a_busy_server_is_asked_again(upload: ArtifactUpload, shelf: Shelf, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes(b"a")
    shelf.statuses = [503]
    assert await upload.send_all(result_with("a.txt"), tmp_path) == ()
    assert shelf.requests == 2


async def test_a_refused_file_is_named_and_not_sent_again(
    upload: ArtifactUpload, shelf: Shelf, tmp_path: Path, expected_warnings: Callable[[str], None]
) -> None:
    expected_warnings("a.txt could not be uploaded: HTTP 404")
    (tmp_path / "a.txt").write_bytes(b"a")
    shelf.statuses = [404]
    assert await upload.send_all(result_with("a.txt"), tmp_path) == ("a.txt",)
    assert shelf.requests == 1


async def test_only_plain_files_of_the_jobs_folder_travel(
    upload: ArtifactUpload,
    shelf: Shelf,
    tmp_path: Path,
    expected_warnings: Callable[[str], None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    expected_warnings("could not be uploaded")
    monkeypatch.setattr(artifact_upload, "MAX_ARTIFACT_BYTES", 10)
    folder = tmp_path / "job"
    folder.mkdir()
    (tmp_path / "outside").write_text("secret")
    (folder / "link").symlink_to(tmp_path / "outside")
    (folder / "large").write_bytes(b"x" * 11)
    names = ("../outside", "link", "large", "absent", ".hidden")
    assert await upload.send_all(result_with(*names), folder) == ("../outside", "link", "large", ".hidden")
    assert shelf.requests == 1, "what is absent is told of"
