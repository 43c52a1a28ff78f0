"""Jobs over HTTP: submit, look, cancel, retry, and what is refused."""

import asyncio
from datetime import timedelta

import httpx
import pytest
from running_orchestrator import LOOK, job_with, robot_of

from orchestrator.app import Orchestrator
from orchestrator.client.client import OrchestratorClient
from orchestrator.client.errors import RefusedError
from orchestrator.contract.api.jobs import JobView, SubmitRequest
from orchestrator.contract.ids import JsonValue
from orchestrator.contract.protocol.jobs import CancelJob, ResultOutcome
from orchestrator.contract.states import JobPriority, JobStatus
from orchestrator.engine.clock import SystemClock

SECRET: dict[str, JsonValue] = {
    "name": "Log in",
    "variables": {"password": {"type": "string", "secret": True}, "user": {"type": "string", "default": "anna"}},
    "steps": [{"id": "look", "action": "goto", "parameters": {"url": "http://127.0.0.1/"}}],
}


async def submitted(client: OrchestratorClient, **wanted: object) -> JobView:
    return await client.submit(SubmitRequest.model_validate({"definition": LOOK, **wanted}))


async def refusal(doing: object) -> RefusedError:
    with pytest.raises(RefusedError) as refused:
        await doing  # type: ignore[misc]
    return refused.value


@pytest.mark.feature("C05", "C07", "O23")
async def test_a_submitted_job_can_be_looked_at(client: OrchestratorClient) -> None:
    job = await submitted(client, variables={"city": "Kiel"}, priority="HIGH", tags=["gpu"], submitted_by="anna")
    assert (job.status, job.priority, job.workflow_name) == (JobStatus.QUEUED, JobPriority.HIGH, "Look")
    detail = await client.job(job.job_id)
    assert detail.job.job_id == job.job_id
    assert detail.variables == {"city": "Kiel"}
    assert (detail.tags, detail.submitted_by) == (("gpu",), "anna")
    assert [step.step_id for step in detail.steps] == ["look"]
    assert (await client.job_counts())[JobStatus.QUEUED] == 1


async def test_a_secret_variable_is_not_shown_again(client: OrchestratorClient) -> None:
    job = await submitted(client, definition=SECRET, variables={"password": "hunter2"})
    detail = await client.job(job.job_id)
    assert detail.variables == {"password": "********", "user": "anna"}


async def test_the_same_key_gives_the_same_job(client: OrchestratorClient) -> None:
    request = SubmitRequest(definition=LOOK)
    jobs = await asyncio.gather(*(client.submit(request, idempotency_key="order 7") for _ in range(20)))
    assert len({job.job_id for job in jobs}) == 1
    assert (await client.jobs()).total == 1
    assert (await client.submit(request)).job_id != (await client.submit(request)).job_id


@pytest.mark.parametrize("key", ["", "x" * 201])
async def test_a_key_that_is_none_is_refused(http: httpx.AsyncClient, key: str) -> None:
    answer = await http.post("/jobs", json={"definition": LOOK}, headers={"Idempotency-Key": key})
    assert (answer.status_code, answer.json()["field"]) == (422, "idempotency-key")


@pytest.mark.parametrize(
    ("wanted", "field", "words"),
    [
        ({"variables": {"town": "Kiel"}}, "", "town"),
        ({"variables": {"city": 7}}, "", "city"),
        ({"robot": "nobody"}, "robot", "there is none yet"),
        ({"not_before": "2030-01-01T00:00:00"}, "not_before", "time zone"),
    ],
)
async def test_what_a_job_cannot_be_is_said(
    client: OrchestratorClient, wanted: dict[str, JsonValue], field: str, words: str
) -> None:
    refused = await refusal(submitted(client, **wanted))
    assert refused.status == 422
    assert refused.is_users_mistake
    assert words in refused.body.message
    if field:
        assert refused.body.field == field
    assert (await client.jobs()).total == 0


async def test_a_page_is_filtered_sorted_and_counted(client: OrchestratorClient) -> None:
    await client.save_workflow(LOOK)
    other = {**LOOK, "name": "Other 100%"}
    jobs = [await submitted(client, priority=priority) for priority in ("low", "critical", "normal")]
    late = await submitted(client, definition=other, not_before=(SystemClock().now() + timedelta(days=1)).isoformat())
    await client.cancel(jobs[0].job_id, reason="not needed")

    assert [job.job_id for job in (await client.jobs()).items] == [late.job_id, *(j.job_id for j in reversed(jobs))]
    page = await client.jobs(sort="created_at", offset=1, limit=2)
    assert [job.job_id for job in page.items] == [jobs[1].job_id, jobs[2].job_id]
    assert (page.total, page.offset) == (4, 1)
    by_priority = await client.jobs(sort="-priority", workflow="Look")
    assert [job.priority for job in by_priority.items] == [JobPriority.CRITICAL, JobPriority.NORMAL, JobPriority.LOW]
    assert [job.job_id for job in (await client.jobs(statuses=[JobStatus.CANCELLED])).items] == [jobs[0].job_id]
    assert (await client.jobs(statuses=[JobStatus.CANCELLED, JobStatus.PENDING])).total == 2
    assert [job.job_id for job in (await client.jobs(text="100%")).items] == [late.job_id]
    assert (await client.jobs(text="1_0%")).total == 0
    assert (await client.jobs(text=jobs[1].job_id)).total == 1
    assert (await client.jobs(offset=100)).items == ()
    assert (await client.jobs(schedule="none")).total == 0
    for question in (client.jobs(robot="nobody"), client.jobs(workflow="nobody")):
        assert (await refusal(question)).status == 404


@pytest.mark.feature("C06")
async def test_a_waiting_job_is_cancelled_at_once_and_can_be_retried(client: OrchestratorClient) -> None:
    job = await submitted(client)
    assert (await client.cancel(job.job_id, reason="wrong city")).status is JobStatus.CANCELLED
    again = await refusal(client.cancel(job.job_id))
    assert (again.status, again.body.code) == (409, "conflict")
    assert "already ended" in again.body.message
    assert (await client.retry(job.job_id)).status is JobStatus.QUEUED
    assert (await refusal(client.retry(job.job_id))).status == 409


@pytest.mark.feature("C06")
async def test_a_running_job_is_cancelled_by_its_robot(orchestrator: Orchestrator, client: OrchestratorClient) -> None:
    job = await submitted(client)
    async with robot_of(orchestrator) as robot:
        offer = await robot.take_job()
        assert (await client.cancel(job.job_id, reason="enough")).status is JobStatus.CANCELLING
        order = await robot.hear(CancelJob)
        assert (order.job_id, order.attempt, order.reason) == (job.job_id, 1, "enough")
        # what really happened wins: the run was over before the order came
        assert await robot.finish(offer) is ResultOutcome.RECORDED
        assert (await job_with(client, job.job_id, JobStatus.COMPLETED)).attempt == 1
    assert (await refusal(client.retry(job.job_id))).status == 409


async def test_a_job_that_does_not_exist_is_not_found_anywhere(client: OrchestratorClient) -> None:
    for question in (client.job, client.job_logs, client.why_waiting, client.cancel, client.retry):
        refused = await refusal(question("no-such-job"))
        assert (refused.status, refused.body.code) == (404, "not_found")
        assert "no-such-job" in refused.body.message


@pytest.mark.feature("X01")
async def test_why_a_job_waits_is_said_about_each_robot(orchestrator: Orchestrator, client: OrchestratorClient) -> None:
    job = await submitted(client, tags=["gpu"])
    assert [reason.verdict for reason in await client.why_waiting(job.job_id)]
    async with robot_of(orchestrator, "anna"), robot_of(orchestrator, "bert", tags=("gpu",), slots=1) as bert:
        await bert.take_job()
        second = await submitted(client, tags=["gpu"])
        reasons = {reason.robot_name: reason.verdict for reason in await client.why_waiting(second.job_id)}
        assert "gpu" in reasons["anna"]
        assert "1 of 1" in reasons["bert"]
        assert (await client.job(second.job_id)).job.waiting
        assert not (await client.job(job.job_id)).job.waiting
