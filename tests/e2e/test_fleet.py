"""Two robots on one engine: work is shared, nothing is lost or done twice, and orders are obeyed."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
from live_fleet import Robots, Watch
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, StreamingResponse
from starlette.routing import Route

from orchestrator.client.client import OrchestratorClient
from orchestrator.contract.api.jobs import SubmitRequest
from orchestrator.contract.states import JobPriority, JobStatus
from orchestrator.server.listener import Listener

pytestmark = pytest.mark.timeout(180)


def workflow(*steps: dict[str, Any], **options: Any) -> dict[str, Any]:
    return {"name": "Test", "steps": list(steps), "retry_safe": True, **options}


def visit(url: str) -> dict[str, Any]:
    return workflow(
        {"id": "open", "action": "goto", "parameters": {"url": url}},
        {"id": "title", "action": "extract", "parameters": {"fields": {"heading": "h1"}}, "dependencies": ["open"]},
        {"id": "look", "action": "wait", "parameters": {"seconds": 0.2}, "dependencies": ["title"]},
    )


class Page:
    """A page that stays connected to its server, so that the server sees when it is closed."""

    def __init__(self) -> None:
        self.opened = asyncio.Event()
        self.closed = asyncio.Event()

        self.gate = asyncio.Event()

    def application(self) -> Starlette:
        return Starlette(routes=[Route("/", self.page), Route("/line", self.line), Route("/gate", self.behind_gate)])

    async def behind_gate(self, _: Request) -> HTMLResponse:
        await self.gate.wait()
        return HTMLResponse("<h1>Behind the gate</h1>")

    async def page(self, _: Request) -> HTMLResponse:
        return HTMLResponse("<h1>Line</h1><script>new EventSource('/line')</script>")

    async def line(self, _: Request) -> StreamingResponse:
        async def beats() -> AsyncIterator[str]:
            self.opened.set()
            try:
                yield "data: connected\n\n"
                await asyncio.Event().wait()
            finally:
                self.closed.set()

        return StreamingResponse(beats(), media_type="text/event-stream")


@pytest.fixture
async def page() -> AsyncIterator[tuple[Page, str]]:
    page = Page()
    listener = Listener("127.0.0.1", 0)
    await listener.start(page.application())
    yield page, f"http://127.0.0.1:{listener.address[1]}/"
    await listener.stop()


@pytest.mark.feature("C26", "C92", "D03", "D04", "D73")
async def test_twenty_browser_jobs_keep_both_robots_busy_and_all_complete_once_although_one_is_killed(
    client: OrchestratorClient, watch: Watch, robots: Robots, page: tuple[Page, str]
) -> None:
    site, url = page
    for name in ("anna", "bert"):
        robots.start(name, slots=2)
    await watch.until(lambda now: {"anna", "bert"} <= now.robots.keys())
    jobs = [(await client.submit(SubmitRequest(definition=visit(f"{url}gate")))).job_id for _ in range(20)]

    def all_slots_wait_at_the_gate(now: Watch) -> bool:
        running = [job.robot_name for job in now.jobs.values() if job.status is JobStatus.RUNNING]
        return sorted(running) == ["anna", "anna", "bert", "bert"]

    await watch.until(all_slots_wait_at_the_gate)
    robots.kill("anna")
    site.gate.set()
    await watch.until_ended(*jobs)
    assert {watch.jobs[job].status for job in jobs} == {JobStatus.COMPLETED}
    details = [await client.job(job) for job in jobs]
    outcomes = [[attempt.outcome for attempt in each.attempts] for each in details]
    assert all(each.count("completed") == 1 for each in outcomes)
    assert sum(each[0] == "crashed" for each in outcomes) == 2
    assert all(each.result is not None and each.result.attempt == each.job.attempt for each in details)


@pytest.mark.feature("C06", "D57", "X14")
async def test_a_cancelled_job_ends_and_its_page_is_closed_within_five_seconds(
    client: OrchestratorClient, watch: Watch, robots: Robots, page: tuple[Page, str]
) -> None:
    line, url = page
    robots.start("anna")
    definition = workflow(
        {"id": "open", "action": "goto", "parameters": {"url": url}},
        {"id": "stay", "action": "wait", "parameters": {"seconds": 120}, "dependencies": ["open"]},
    )
    job = await client.submit(SubmitRequest(definition=definition))
    async with asyncio.timeout(60):
        await line.opened.wait()
    await watch.until_running(job.job_id, step="stay")
    async with asyncio.timeout(5):
        await client.cancel(job.job_id, reason="no need")
        await line.closed.wait()
        await watch.until_ended(job.job_id)
    assert watch.jobs[job.job_id].status is JobStatus.CANCELLED
    detail = await client.job(job.job_id)
    assert detail.result is not None
    assert detail.result.stopped_by


@pytest.mark.feature("C89", "O22")
async def test_a_job_whose_time_is_up_ends_as_timeout(
    client: OrchestratorClient, watch: Watch, robots: Robots, page: tuple[Page, str]
) -> None:
    _, url = page
    robots.start("anna")
    definition = workflow(
        {"id": "open", "action": "goto", "parameters": {"url": url}},
        {"id": "stay", "action": "wait", "parameters": {"seconds": 120}, "dependencies": ["open"]},
    )
    job = await client.submit(SubmitRequest(definition=definition, timeout_s=3))
    await watch.until_ended(job.job_id)
    assert watch.jobs[job.job_id].status is JobStatus.TIMEOUT


@pytest.mark.feature("C33", "O18")
async def test_a_critical_job_overtakes_low_ones_that_wait(
    client: OrchestratorClient, watch: Watch, robots: Robots
) -> None:
    quick = workflow({"id": "a", "action": "set", "parameters": {"value": 1}})
    low = [(await client.submit(SubmitRequest(definition=quick, priority=JobPriority.LOW))).job_id for _ in range(3)]
    critical = (await client.submit(SubmitRequest(definition=quick, priority=JobPriority.CRITICAL))).job_id
    robots.start("anna")
    await watch.until_ended(critical, *low)
    order = sorted([critical, *low], key=lambda job: watch.jobs[job].started_at or watch.jobs[job].created_at)
    assert order == [critical, *low]


async def test_a_job_that_no_robot_can_take_holds_nothing_back(
    client: OrchestratorClient, watch: Watch, robots: Robots
) -> None:
    quick = workflow({"id": "a", "action": "set", "parameters": {"value": 1}})
    stuck = await client.submit(SubmitRequest(definition=quick, tags=("moon",), priority=JobPriority.CRITICAL))
    runs = await client.submit(SubmitRequest(definition=quick, priority=JobPriority.LOW))
    robots.start("anna")
    await watch.until_ended(runs.job_id)
    assert watch.jobs[runs.job_id].status is JobStatus.COMPLETED
    reasons = await client.why_waiting(stuck.job_id)
    assert any("moon" in reason.verdict for reason in reasons)


async def test_a_failing_step_ends_the_job_with_what_the_page_looked_like(
    client: OrchestratorClient, watch: Watch, robots: Robots, site: str
) -> None:
    robots.start("anna")
    definition = workflow(
        {"id": "open", "action": "goto", "parameters": {"url": site}},
        {"id": "press", "action": "click", "dependencies": ["open"], "max_retries": 0,
         "parameters": {"target": "role=button[name='There is no such button']", "timeout_s": 1}},
    )  # fmt: skip
    job = await client.submit(SubmitRequest(definition=definition, max_retries=0))
    await watch.until_ended(job.job_id)
    detail = await client.job(job.job_id)
    assert detail.job.status is JobStatus.FAILED
    assert detail.job.error is not None
    assert detail.job.error.kind == "target_not_found"
    shots = [each for each in detail.artifacts if each.artifact.kind == "screenshot"]
    assert shots
    picture = await client.artifact(job.job_id, shots[0].attempt, shots[0].artifact.name)
    assert picture[:2] == b"\xff\xd8"
