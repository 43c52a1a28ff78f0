"""The system under measurement: an orchestrator process, fleets of scripted robots, and a thin submitter."""

import asyncio
import json
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil

LIMIT_S = 300.0
NO_OP = {"name": "No-op", "retry_safe": True, "steps": [{"id": "a", "action": "set", "parameters": {"value": 1}}]}


@dataclass(frozen=True, slots=True, kw_only=True)
class System:
    """A running orchestrator."""

    port: int
    key: str
    token: str
    process: psutil.Process

    @property
    def robots_url(self) -> str:
        """Where robots connect."""
        return f"ws://127.0.0.1:{self.port}"

    def memory_bytes(self) -> int:
        """Memory that only this process has."""
        return int(self.process.memory_full_info().uss)

    def cpu_s(self) -> float:
        """Processor time it has used."""
        times = self.process.cpu_times()
        return float(times.user + times.system)


@contextmanager
def running_system(folder: Path) -> Iterator[System]:
    """`botswain serve` on a data folder, for as long as the context lasts."""
    command = [sys.executable, "-m", "orchestrator.cli.main", "serve", "--port", "0", "--json", "--data-dir"]
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "log").open("ab") as log:
        process = subprocess.Popen(
            [*command, str(folder), "--log-level", "warning"], stdout=subprocess.PIPE, stderr=log
        )
    assert process.stdout is not None
    try:
        line = process.stdout.readline()
        assert line, (folder / "log").read_text()
        facts = json.loads(line)
        yield System(
            port=int(facts["url"].rsplit(":", 1)[1]),
            key=json.loads((folder / "endpoint.json").read_text())["key"],
            token=Path(facts["token_file"]).read_text().strip(),
            process=psutil.Process(process.pid),
        )
    finally:
        process.terminate()
        try:
            process.wait(30)
        finally:
            process.kill()
            process.wait()
            process.stdout.close()


class FleetProcess:
    """A process of scripted robots."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process

    @classmethod
    @asynccontextmanager
    async def running(
        cls, system: System, *, robots: int, slots: int, prefix: str = "r"
    ) -> AsyncIterator["FleetProcess"]:
        """Robots that are connected when the context begins."""
        arguments = [system.robots_url, system.token, str(robots), str(slots), prefix]
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "tests.benchmarks.scripted_fleet", *arguments,
            stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, limit=64 * 1_048_576,
        )  # fmt: skip
        fleet = cls(process)
        try:
            await fleet._line()
            yield fleet
        finally:
            process.terminate()
            await process.wait()

    async def expect(self, count: int) -> None:
        """Say how many results are to come."""
        assert self._process.stdin is not None
        self._process.stdin.write(b"expect %d\n" % count)
        await self._process.stdin.drain()

    async def done(self) -> dict[str, Any]:
        """When the last of them was acknowledged, and when each job was started."""
        answer = await self._line()
        assert not answer["refused"], f"{answer['refused']} results were not recorded"
        return answer

    async def _line(self) -> dict[str, Any]:
        assert self._process.stdout is not None
        async with asyncio.timeout(LIMIT_S):
            line = await self._process.stdout.readline()
        assert line, "The scripted robots have ended."
        answer: dict[str, Any] = json.loads(line)
        return answer


class Submitter:
    """One connection that submits jobs as fast as it is answered; HTTP/1.1 by hand, so that it costs little itself."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, key: str) -> None:
        self._reader, self._writer, self._key = reader, writer, key

    @classmethod
    @asynccontextmanager
    async def connected(cls, system: System) -> AsyncIterator["Submitter"]:
        """A connection that is kept open."""
        reader, writer = await asyncio.open_connection("127.0.0.1", system.port)
        try:
            yield cls(reader, writer, system.key)
        finally:
            writer.close()

    async def save_workflow(self) -> None:
        """Store the workflow of every job."""
        await self._post("/api/v1/workflows", {"definition": NO_OP})

    async def submit(self) -> tuple[str, float]:
        """One job; its id, and the monotonic time before it was asked for."""
        asked_s = time.monotonic()
        answer = await self._post("/api/v1/jobs", {"workflow": "No-op"})
        return str(answer["job_id"]), asked_s

    async def submit_batch(self, count: int) -> None:
        """So many jobs in one request."""
        answer = await self._post("/api/v1/jobs/batch", {"jobs": [{"workflow": "No-op"}] * count})
        assert answer["accepted"] == count, answer

    async def _post(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        content = json.dumps(body).encode()
        head = (
            f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {self._key}\r\n"
            f"Content-Type: application/json\r\nContent-Length: {len(content)}\r\n\r\n"
        )
        self._writer.write(head.encode() + content)
        answer_head = (await self._reader.readuntil(b"\r\n\r\n")).decode().lower()
        length = int(answer_head.split("content-length:", 1)[1].split("\r\n", 1)[0])
        answer: dict[str, Any] = json.loads(await self._reader.readexactly(length))
        assert answer_head.split(" ", 2)[1].startswith("2"), answer
        return answer


async def submit_many(system: System, jobs: int, submitters: int) -> float:
    """Submit jobs over so many connections; the monotonic time before the first."""
    left = iter(range(jobs))
    began_s = time.monotonic()

    async def work() -> None:
        async with Submitter.connected(system) as submitter:
            for _ in left:
                await submitter.submit()

    async with asyncio.TaskGroup() as group:
        for _ in range(submitters):
            group.create_task(work())
    return began_s


async def submit_batches(system: System, jobs: int, submitters: int, batch: int) -> float:
    """Submit jobs over so many connections, so many in each request; the monotonic time before the first."""
    left = iter(range(0, jobs, batch))
    began_s = time.monotonic()

    async def work() -> None:
        async with Submitter.connected(system) as submitter:
            for start in left:
                await submitter.submit_batch(min(batch, jobs - start))

    async with asyncio.TaskGroup() as group:
        for _ in range(submitters):
            group.create_task(work())
    return began_s
