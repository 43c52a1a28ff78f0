"""A run goes on where it was, and logged in: after a robot's death, after a pause, after a person's word."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from itertools import pairwise
from typing import Any

import pytest
from live_fleet import Robots, Watch
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from orchestrator.client.client import OrchestratorClient
from orchestrator.contract.api.jobs import SubmitRequest
from orchestrator.contract.checkpoints import CheckpointKind
from orchestrator.contract.states import JobStatus
from orchestrator.server.listener import Listener

pytestmark = pytest.mark.timeout(180)

ENTER = '<form method="post" action="/login"><button>Log in</button></form>'


class Site:
    """Counts what is asked of it, knows who is logged in, and keeps one page behind a gate."""

    def __init__(self) -> None:
        self.asked: Counter[str] = Counter()
        self.gate = asyncio.Event()
        self.at_gate = asyncio.Event()

    def application(self) -> Starlette:
        return Starlette(
            routes=[
                Route("/login", self.login, methods=["GET", "POST"]),
                Route("/first", self.page),
                Route("/gate", self.behind_gate),
                Route("/home", self.page),
            ]
        )

    async def login(self, request: Request) -> Response:
        self.asked[f"{request.method} /login"] += 1
        if request.method == "GET":
            return HTMLResponse(ENTER)
        answer = RedirectResponse("/home", status_code=303)
        answer.set_cookie("user", "Ada", httponly=True)
        return answer

    async def page(self, request: Request) -> Response:
        self.asked[request.url.path] += 1
        return HTMLResponse(f"<h1>{request.cookies.get('user', 'nobody')}</h1>")

    async def behind_gate(self, request: Request) -> Response:
        self.at_gate.set()
        await self.gate.wait()
        return await self.page(request)


@pytest.fixture
async def site() -> AsyncIterator[tuple[Site, str]]:
    site = Site()
    listener = Listener("127.0.0.1", 0)
    await listener.start(site.application())
    yield site, f"http://127.0.0.1:{listener.address[1]}"
    site.gate.set()
    await listener.stop()


def workflow(base: str, *more: dict[str, Any]) -> dict[str, Any]:
    steps: list[dict[str, Any]] = [
        {"id": "open", "action": "goto", "parameters": {"url": f"{base}/login"}},
        {"id": "enter", "action": "click", "parameters": {"target": "css=button", "expect": "navigation"}},
        {"id": "first", "action": "goto", "parameters": {"url": f"{base}/first"}, "milestone": True},
        *more,
        {"id": "gate", "action": "goto", "parameters": {"url": f"{base}/gate"}},
        {"id": "who", "action": "extract", "parameters": {"fields": {"name": "h1"}}},
    ]
    for before, after in pairwise(steps):
        after["dependencies"] = [before["id"]]
    return {"name": "Going on", "steps": steps, "checkpoint_interval": 1, "outputs": {"who": "${{ steps.who.result }}"}}


ONCE = {"GET /login": 1, "POST /login": 1, "/home": 1}
"""What a run that goes on must not do again; only the page where it was is opened once more."""


@pytest.mark.feature("E25", "D54", "E28")
async def test_after_a_robots_death_another_goes_on_logged_in_and_repeats_nothing(
    client: OrchestratorClient, robots: Robots, watch: Watch, site: tuple[Site, str]
) -> None:
    place, base = site
    robots.start("anna")
    job = await client.submit(SubmitRequest(definition=workflow(base)))
    await asyncio.wait_for(place.at_gate.wait(), 60)
    await watch.until_running(job.job_id, step="gate")
    robots.kill("anna")
    place.gate.set()
    robots.start("berta")

    await client.robot_died("anna")
    await watch.until_ended(job.job_id)

    detail = await client.job(job.job_id)
    assert detail.job.status is JobStatus.COMPLETED, detail.job.error
    assert detail.result is not None
    assert detail.result.outputs == {"who": {"name": "Ada"}}
    assert {name: place.asked[name] for name in ONCE} == ONCE
    assert [each.robot_name for each in detail.attempts] == ["anna", "berta"]
    kinds = {each.facts.kind for each in await client.checkpoints.list(job.job_id)}
    assert kinds >= {CheckpointKind.AUTOMATIC, CheckpointKind.MILESTONE}


@pytest.mark.feature("D55", "D56", "E09", "E10", "E15")
async def test_a_job_paused_on_one_robot_goes_on_on_another(
    client: OrchestratorClient, robots: Robots, watch: Watch, site: tuple[Site, str]
) -> None:
    place, base = site
    robots.start("anna")
    job = await client.submit(SubmitRequest(definition=workflow(base)))
    await asyncio.wait_for(place.at_gate.wait(), 60)
    await watch.until_running(job.job_id, step="gate")

    await client.checkpoints.pause(job.job_id, reason="the site is slow")
    place.gate.set()
    await watch.until(lambda now: now.jobs[job.job_id].status is JobStatus.PAUSED)
    robots.kill("anna")
    robots.start("berta")
    await client.checkpoints.resume(job.job_id)
    await watch.until_ended(job.job_id)

    detail = await client.job(job.job_id)
    assert detail.job.status is JobStatus.COMPLETED, detail.job.error
    assert detail.result is not None
    assert detail.result.outputs == {"who": {"name": "Ada"}}
    assert {name: place.asked[name] for name in ONCE} == ONCE
    assert place.asked["/first"] == 1
    assert [each.robot_name for each in detail.attempts] == ["anna", "berta"]


@pytest.mark.feature("X04")
async def test_a_run_waits_for_a_person_with_its_session_open_and_goes_on_with_the_answer(
    client: OrchestratorClient, robots: Robots, watch: Watch, site: tuple[Site, str]
) -> None:
    place, base = site
    place.gate.set()
    ask = {
        "id": "ask",
        "action": "human.answer",
        "timeout": 1,
        "parameters": {"question": "Who?", "choices": ["a", "b"]},
    }
    robots.start("anna")
    job = await client.submit(SubmitRequest(definition=workflow(base, ask), timeout_s=60))
    await watch.until(lambda now: job.job_id in now.jobs and now.jobs[job.job_id].status is JobStatus.WAITING_FOR_HUMAN)

    (question,) = await client.questions.list()
    await client.questions.answer(question.question_id, "b", note="sure")
    await watch.until_ended(job.job_id)

    detail = await client.job(job.job_id)
    assert detail.job.status is JobStatus.COMPLETED, detail.job.error
    assert detail.result is not None
    values = {step.step_id: step.value for step in detail.result.step_results}
    assert values["ask"] == {"answer": "b", "by": "api", "note": "sure"}
    assert values["who"] == {"name": "Ada"}
