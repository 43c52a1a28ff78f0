"""Flow control over HTTP: limits, breakers, order, reasons with their remedies, and starts to come."""

import asyncio

import httpx
import pytest
from running_orchestrator import LOOK, job_with, robot_of

from orchestrator.app import Orchestrator
from orchestrator.client.client import OrchestratorClient
from orchestrator.client.errors import RefusedError
from orchestrator.contract.api.flow import SetLimitRequest
from orchestrator.contract.api.jobs import JobView, RemedyView, SubmitRequest
from orchestrator.contract.states import JobPriority, JobStatus

SITE = "site:example.org"
RUNNING, QUEUED = JobStatus.RUNNING, JobStatus.QUEUED


async def submitted(client: OrchestratorClient, **wanted: object) -> JobView:
    return await client.submit(SubmitRequest.model_validate({"definition": LOOK, **wanted}))


async def cheapest(client: OrchestratorClient, job: JobView) -> tuple[str, RemedyView]:
    reasons = await client.why_waiting(job.job_id)
    (marked,) = [each for each in reasons if each.is_cheapest]
    assert marked.remedy is not None
    return marked.code, marked.remedy


async def applied(http: httpx.AsyncClient, remedy: RemedyView) -> None:
    answer = await http.request(remedy.method, remedy.path.removeprefix("/"), json=remedy.body)
    assert answer.is_success, answer.text


@pytest.mark.feature("X01", "X17")
async def test_a_taken_key_names_its_holder_and_the_call_that_lets_one_more_in(
    orchestrator: Orchestrator, client: OrchestratorClient, http: httpx.AsyncClient
) -> None:
    async with robot_of(orchestrator, slots=2) as robot:
        first = await submitted(client, concurrency=["login:anna"])
        await robot.take_job()
        second = await submitted(client, concurrency=["login:anna"])
        assert second.waiting == f"login:anna is held by job {first.job_id[-8:]}."
        (use,) = await client.flow.limits()
        assert (use.key, use.at_once, use.holders, use.waiting) == ("login:anna", 1, (first.job_id,), 1)
        code, remedy = await cheapest(client, second)
        assert code == "key_taken"
        await applied(http, remedy)
        assert (await robot.take_job()).job_id == second.job_id
    (use,) = await client.flow.limits()
    assert (use.at_once, use.is_set) == (2, True)
    await client.flow.remove_limit("login:anna")
    (use,) = await client.flow.limits()
    assert (use.at_once, use.is_set) == (1, False)


@pytest.mark.feature("O27", "X01")
async def test_an_open_breaker_holds_jobs_back_until_it_is_closed(
    orchestrator: Orchestrator, client: OrchestratorClient, http: httpx.AsyncClient
) -> None:
    opened = await client.flow.open_breaker(SITE, reason="They move house.")
    assert (opened.state, opened.reason, opened.probe_at) == ("open", "They move house.", None)
    async with robot_of(orchestrator) as robot:
        job = await submitted(client, concurrency=[SITE])
        assert [each.waiting for each in await client.flow.breakers()] == [1]
        code, remedy = await cheapest(client, job)
        assert (code, remedy.command) == ("breaker_open", f"botswain breakers close {SITE}")
        await applied(http, remedy)
        assert (await robot.take_job()).job_id == job.job_id
    with pytest.raises(RefusedError, match="no open breaker"):
        await client.flow.close_breaker(SITE)


@pytest.mark.feature("X21")
async def test_waiting_jobs_change_their_order_and_their_time(
    orchestrator: Orchestrator, client: OrchestratorClient, http: httpx.AsyncClient
) -> None:
    first, second = await submitted(client), await submitted(client)
    later = await submitted(client, not_before="2100-01-01T00:00:00Z")
    assert (await client.flow.forecast(second.job_id)).ahead == 1
    changed = await client.flow.prioritise(second.job_id, JobPriority.CRITICAL)
    assert changed.priority is JobPriority.CRITICAL
    assert (await client.flow.forecast(first.job_id)).ahead == 1
    code, remedy = await cheapest(client, later)
    assert code == "due_later"
    await applied(http, remedy)
    async with robot_of(orchestrator, slots=3) as robot:
        taken = [(await robot.take_job()).job_id for _ in range(3)]
    assert taken == [second.job_id, first.job_id, later.job_id]
    with pytest.raises(RefusedError, match="only a job that waits"):
        await client.flow.prioritise(second.job_id, JobPriority.LOW)


@pytest.mark.feature("X21", "W15")
async def test_a_workflow_that_has_run_says_when_the_next_job_starts_and_how_long_it_takes(
    orchestrator: Orchestrator, client: OrchestratorClient
) -> None:
    async with robot_of(orchestrator, slots=1) as robot:
        first = await submitted(client)
        offer = await robot.take_job()
        unknown = await submitted(client)
        assert (await client.flow.forecast(unknown.job_id)).starts_at is None
        await robot.finish(offer)
        await job_with(client, first.job_id, JobStatus.COMPLETED)
        await robot.take_job()
        waiting = await submitted(client)
        forecast = await client.flow.forecast(waiting.job_id)
        assert forecast.starts_at is not None
        assert (forecast.ahead, forecast.runs) == (0, 1)
        listed = (await client.jobs(statuses=[QUEUED])).items[0]
        assert listed.starts_at is not None
        estimate = await client.flow.estimate(waiting.workflow_id)
        assert [level.steps for level in estimate.levels] == [("look",)]
        assert estimate.usual_s is not None


@pytest.mark.feature("O51")
async def test_who_submits_too_fast_gets_429_and_the_time_to_come_back(
    orchestrator: Orchestrator, client: OrchestratorClient, http: httpx.AsyncClient
) -> None:
    await orchestrator.parts.engine.live.change({"submits_per_minute": 2}, actor="anna")
    answers = [await http.post("jobs", json={"definition": LOOK}) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [201, 201, 429]
    assert answers[-1].json()["code"] == "too_many"
    assert 1 <= int(answers[-1].headers["Retry-After"]) <= 30
    assert (await client.jobs()).total == 2


@pytest.mark.parametrize(
    ("method", "path", "body", "field"),
    [
        ("PUT", "limits", {"key": "k", "at_once": 0}, "at_once"),
        ("PUT", "limits", {"key": "k", "per_second": "soon"}, "per_second"),
        ("PUT", "limits", {"key": " \n "}, "key"),
        ("POST", "breakers/open", {"key": ""}, "key"),
        ("POST", "jobs", {"definition": LOOK, "concurrency": [{"key": "k", "limit": "many"}]}, "concurrency.0.limit"),
        ("POST", "jobs", {"definition": LOOK, "concurrency": ["a:${{ vars.nobody }}"]}, "concurrency[0]"),
    ],
)
async def test_what_cannot_be_a_key_or_a_limit_is_refused_with_its_field(
    http: httpx.AsyncClient, method: str, path: str, body: object, field: str
) -> None:
    answer = await http.request(method, path, json=body)
    assert (answer.status_code, answer.json()["field"]) == (422, field), answer.text


async def test_limits_are_told_as_they_were_set(client: OrchestratorClient) -> None:
    await client.flow.set_limit(SetLimitRequest(key=SITE, at_once="unlimited", per_second=0.5))
    (use,) = await client.flow.limits()
    assert (use.at_once, use.per_second, use.changed_by) == (None, 0.5, "api")
    await asyncio.gather(*(client.flow.set_limit(SetLimitRequest(key=f"k{number}")) for number in range(20)))
    assert len(await client.flow.limits()) == 21
