"""`botswain serve` is killed and started again: what it acknowledged is there, and robots go on."""

import asyncio
import json
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import pytest
from running_orchestrator import LOOK, eventually
from scripted_robot import LIMIT_S, ScriptedRobot

from orchestrator.client.client import OrchestratorClient
from orchestrator.client.endpoint import Endpoint
from orchestrator.client.errors import ClientError
from orchestrator.contract.api.jobs import SubmitRequest
from orchestrator.contract.api.schedules import ScheduleRequest, ScheduleRule, ScheduleView
from orchestrator.contract.protocol.jobs import ResultOutcome
from orchestrator.contract.protocol.message import AttemptRef
from orchestrator.contract.states import JobStatus


class Served:
    """A `botswain serve` process and its addresses."""

    def __init__(self, process: asyncio.subprocess.Process, url: str, robots_url: str, folder: Path) -> None:
        self.process = process
        self.url = url
        self.robots_url = robots_url
        self.key = (folder / "client.key").read_text().strip()
        self.token = (folder / "robot.token").read_text().strip()

    def client(self) -> OrchestratorClient:
        return OrchestratorClient(self.url, self.key)

    async def end(self, how: signal.Signals) -> int:
        with suppress(ProcessLookupError):
            self.process.send_signal(how)
        async with asyncio.timeout(LIMIT_S):
            return await self.process.wait()


@pytest.fixture(params=["sqlite", "postgres"])
def database(request: pytest.FixtureRequest) -> str:
    """What `BOTSWAIN_DATABASE` is set to: nothing, for a file, or a server's address."""
    return "" if request.param == "sqlite" else request.getfixturevalue("empty_postgres_address")


@asynccontextmanager
async def serving(folder: Path, database: str = "") -> AsyncIterator[Served]:
    """`botswain serve` until the end of the context, where it is killed unless it has ended."""
    environment = {**os.environ, "BOTSWAIN_CONFIG": os.devnull, "BOTSWAIN_DATABASE": database}
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "orchestrator.cli.main", "serve", "--json", "--port", "0", "--data-dir", str(folder),
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL, env=environment,
    )  # fmt: skip
    try:
        assert process.stdout is not None
        async with asyncio.timeout(60):
            facts = json.loads(await process.stdout.readline())
        yield Served(process, facts["url"], facts["robots_url"], folder)
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


def essence(schedule: ScheduleView) -> tuple[object, ...]:
    return schedule.schedule_id, schedule.name, schedule.rule, schedule.next_run_at, schedule.enabled


@pytest.mark.feature("W31", "C43", "C24")
async def test_queue_and_schedules_are_as_before_after_a_kill(tmp_path: Path) -> None:
    async with serving(tmp_path) as first, first.client() as client:
        await client.save_workflow(LOOK)
        for name, cron in (("nightly", "0 3 * * *"), ("resting", "30 4 * * 1")):
            rule = ScheduleRule(cron_expression=cron, timezone="Europe/Berlin")
            await client.add_schedule(ScheduleRequest(name=name, workflow="Look", rule=rule))
        await client.pause_schedule("resting")
        for number in range(6):
            priority = ("low", "critical", "normal")[number % 3]
            await client.submit(SubmitRequest.model_validate({"workflow": "Look", "priority": priority}))
        schedules = [essence(each) for each in await client.schedules()]
        jobs = (await client.jobs()).items
        await first.end(signal.SIGKILL)
    assert Endpoint.of(tmp_path) is not None, "a killed process leaves its note behind"
    async with serving(tmp_path) as second, second.client() as client:
        note = Endpoint.of(tmp_path)
        assert note is not None
        assert note.url == second.url
        assert [essence(each) for each in await client.schedules()] == schedules
        assert {job.job_id: job.version for job in (await client.jobs()).items} == {j.job_id: j.version for j in jobs}
        expected = [job.job_id for job in sorted(jobs, key=lambda job: (-job.priority.rank, job.created_at))]
        async with ScriptedRobot.connected(second.robots_url, second.token) as robot:
            taken = []
            for _ in jobs:
                offer = await robot.take_job()
                taken.append(offer.job_id)
                await robot.finish(offer)
        assert taken == expected
        assert await second.end(signal.SIGTERM) is not None
    assert Endpoint.of(tmp_path) is None, "an orderly end takes the note away"


@pytest.mark.feature("W31", "C43")
async def test_nothing_that_was_acknowledged_is_lost_when_the_process_is_killed_in_mid_submission(
    tmp_path: Path, database: str
) -> None:
    acknowledged: list[str] = []
    enough = asyncio.Event()

    async def submit_for_ever(client: OrchestratorClient) -> None:
        with suppress(ClientError):
            while True:
                acknowledged.append((await client.submit(SubmitRequest(definition=LOOK))).job_id)
                if len(acknowledged) >= 150:
                    enough.set()

    async with serving(tmp_path, database) as first, first.client() as client, asyncio.TaskGroup() as group:
        for _ in range(8):
            group.create_task(submit_for_ever(client))
        async with asyncio.timeout(LIMIT_S):
            await enough.wait()
        await first.end(signal.SIGKILL)
    async with serving(tmp_path, database) as second, second.client() as client:
        page = await client.jobs(limit=1_000)
        kept = {job.job_id for job in page.items}
        assert set(acknowledged) <= kept
        assert page.total <= len(acknowledged) + 8, "at most one unacknowledged job for each connection"


@pytest.mark.feature("W31")
async def test_a_robot_outlives_the_orchestrator_and_its_results_count_once(tmp_path: Path, database: str) -> None:
    async with serving(tmp_path, database) as first, first.client() as client:
        jobs = [await client.submit(SubmitRequest(definition=LOOK)) for _ in range(2)]
        async with ScriptedRobot.connected(first.robots_url, first.token, slots=2) as robot:
            running, finished = await robot.take_job(), await robot.take_job()
            await first.end(signal.SIGKILL)
    refs = [AttemptRef(job_id=each.job_id, attempt=each.attempt) for each in (running, finished)]
    async with serving(tmp_path, database) as second, second.client() as client:
        async with ScriptedRobot.connected(
            second.robots_url, second.token, slots=2, running=(refs[0],), spooled=(refs[1],)
        ) as robot:
            assert robot.registered.revoked == ()
            assert await robot.finish(finished) is ResultOutcome.RECORDED
            assert await robot.finish(finished) is ResultOutcome.DUPLICATE
            assert (await client.job(running.job_id)).job.status is JobStatus.RUNNING
            assert await robot.finish(running) is ResultOutcome.RECORDED
        for job in jobs:
            detail = await eventually(lambda job=job: client.job(job.job_id), lambda seen: seen.job.status.has_ended)  # type: ignore[misc]
            assert (detail.job.status, len(detail.attempts)) == (JobStatus.COMPLETED, 1)
