"""Fan-outs, choices and iterations on real robots with real browsers, also when the robot dies in the middle."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from typing import Any

import pytest
from live_fleet import Robots, Watch
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from orchestrator.client.client import OrchestratorClient
from orchestrator.contract.api.jobs import JobDetail, SubmitRequest
from orchestrator.contract.states import JobStatus
from orchestrator.server.listener import Listener

pytestmark = pytest.mark.timeout(180)


class Shop:
    """Numbered offers; counts what is asked of it, and keeps one offer behind a gate."""

    def __init__(self) -> None:
        self.asked: Counter[str] = Counter()
        self.gate = asyncio.Event()
        self.at_gate = asyncio.Event()
        self.waiting = 0
        self.most_waiting = 0

    def application(self) -> Starlette:
        return Starlette(routes=[Route("/offer/{number:int}", self.offer), Route("/hall/{number:int}", self.hall)])

    async def offer(self, request: Request) -> Response:
        number = request.path_params["number"]
        if number == 3:
            self.at_gate.set()
            await self.gate.wait()
        self.asked[str(number)] += 1
        if number == 9:
            return HTMLResponse("gone", status_code=404)
        return HTMLResponse(f"<title>Offer {number}</title><h1>{number * 10}</h1>")

    async def hall(self, request: Request) -> Response:
        """Lets nobody through before two have come, each with a browser session of his own."""
        self.waiting += 1
        self.most_waiting = max(self.most_waiting, self.waiting)
        if self.waiting >= 2:
            self.gate.set()
        await self.gate.wait()
        self.waiting -= 1
        return HTMLResponse(f"<title>Hall {request.path_params['number']}</title>")


@pytest.fixture
async def shop() -> AsyncIterator[tuple[Shop, str]]:
    shop = Shop()
    listener = Listener("127.0.0.1", 0)
    await listener.start(shop.application())
    yield shop, f"http://127.0.0.1:{listener.address[1]}"
    shop.gate.set()
    await listener.stop()


async def ended(client: OrchestratorClient, watch: Watch, definition: dict[str, Any]) -> JobDetail:
    job = await client.submit(SubmitRequest(definition=definition))
    await watch.until_ended(job.job_id)
    return await client.job(job.job_id)


@pytest.mark.feature("W21", "D54", "E25")
async def test_after_a_robots_death_in_a_fan_out_another_does_only_the_inputs_that_were_not_done(
    client: OrchestratorClient, robots: Robots, watch: Watch, shop: tuple[Shop, str]
) -> None:
    place, base = shop
    robots.start("anna")
    offers = {
        "id": "offers",
        "inputData": list(range(6)),
        "concurrency": 1,
        "aggregator": "${{ pluck(values, 'title') }}",
        "taskTemplate": {"action": "goto", "parameters": {"url": f"{base}/offer/${{{{ input }}}}"}},
    }
    job = await client.submit(SubmitRequest(definition={"steps": [offers]}))
    await asyncio.wait_for(place.at_gate.wait(), 60)
    await client.checkpoints.take(job.job_id, note="in the middle")
    robots.kill("anna")
    place.gate.set()
    robots.start("berta")
    await client.robot_died("anna")
    await watch.until_ended(job.job_id)

    detail = await client.job(job.job_id)
    assert detail.job.status is JobStatus.COMPLETED, detail.job.error
    assert detail.result is not None
    assert detail.result.outputs == {"offers": [f"Offer {number}" for number in range(6)]}
    assert [each.index for each in detail.result.step_results[0].items] == list(range(6))
    assert [place.asked[str(number)] for number in (0, 1, 4, 5)] == [1, 1, 1, 1]
    assert [each.robot_name for each in detail.attempts] == ["anna", "berta"]


@pytest.mark.feature("W21", "W22", "W17", "E08")
async def test_inputs_run_side_by_side_in_browser_sessions_and_a_choice_follows(
    client: OrchestratorClient, robots: Robots, watch: Watch, shop: tuple[Shop, str]
) -> None:
    place, base = shop
    robots.start("anna")
    definition = {
        "iterations": 5,
        "until": "steps.enough.result.conditionResult",
        "steps": [
            {
                "id": "halls",
                "for_each": {"items": [0, 1], "as": "hall", "concurrency": 2},
                "action": "goto",
                "parameters": {"url": f"{base}/hall/${{{{ hall }}}}"},
            },
            {
                "id": "offers",
                "for_each": {"items": [1, 9], "aggregate": "count"},
                "action": "goto",
                "parameters": {"url": f"{base}/offer/${{{{ item }}}}", "expect_status": [200]},
                "retries": 0,
            },
            {
                "id": "enough",
                "condition": "run.iteration == 2 and steps.offers.result == 1",
                "thenTasks": ["yes"],
                "elseTasks": ["no"],
                "dependencies": ["halls", "offers"],
            },
            {"id": "yes", "action": "set", "parameters": {"value": "enough"}},
            {"id": "no", "action": "set", "parameters": {"value": "go on"}},
        ],
        "outputs": {
            "branch": "${{ steps.enough.result.branch }}",
            "failed": "${{ steps.offers.items[1].error.kind }}",
            "iteration": "${{ run.iteration }}",
        },
    }
    detail = await ended(client, watch, definition)

    assert detail.job.status is JobStatus.COMPLETED, detail.job.error
    assert detail.result is not None
    assert detail.result.outputs == {"branch": "then", "failed": "navigation", "iteration": 2}
    assert place.most_waiting == 2
    assert {step.step_id: step.status.value for step in detail.steps} == {
        "halls": "completed", "offers": "completed", "enough": "completed", "yes": "completed", "no": "skipped",
    }  # fmt: skip


@pytest.mark.feature("D24")
async def test_a_job_gets_the_sessions_that_it_requires_on_a_robot_of_the_right_type(
    client: OrchestratorClient, robots: Robots, watch: Watch
) -> None:
    robots.start("anna")
    robots.start("berta", arguments=["--tag", "job_discovery"])
    definition = {
        "session_requirements": {"min_sessions": 2, "session_type": "job_discovery"},
        "steps": [{"id": "back", "action": "release_sessions"}],
        "outputs": {"released": "${{ sorted(steps.back.result.released) }}"},
    }
    detail = await ended(client, watch, definition)

    assert detail.job.status is JobStatus.COMPLETED, detail.job.error
    assert detail.job.robot_name == "berta"
    assert detail.result is not None
    assert detail.result.outputs == {"released": ["pool-1", "pool-2"]}
