"""Jobs that are asked for many at once, and mistakes on the short way that one job takes."""

import httpx
import pytest
from running_orchestrator import LOOK

from orchestrator.client.client import OrchestratorClient
from orchestrator.contract.api.submissions import MOST_AT_ONCE, SubmitItem
from orchestrator.contract.states import JobStatus


def item(**wanted: object) -> SubmitItem:
    return SubmitItem.model_validate({"workflow": "Look", **wanted})


async def test_many_jobs_are_accepted_or_refused_each_by_itself(client: OrchestratorClient) -> None:
    await client.save_workflow(LOOK)
    outcomes = await client.submissions.submit_many([item(), item(workflow="Nobody"), item(robot="none"), item()])
    assert [each.error.code if each.error else each.status for each in outcomes] == [
        JobStatus.QUEUED, "not_found", "invalid", JobStatus.QUEUED,
    ]  # fmt: skip
    assert [each.job_id is None for each in outcomes] == [False, True, True, False]
    assert (await client.jobs()).total == 2


async def test_a_batch_that_is_sent_again_adds_no_job_twice(client: OrchestratorClient) -> None:
    await client.save_workflow(LOOK)
    jobs = [item(idempotency_key=key) for key in ("a", "b", "a")]
    first, again = await client.submissions.submit_many(jobs), await client.submissions.submit_many(jobs)
    assert [each.job_id for each in first] == [each.job_id for each in again]
    assert first[0].job_id == first[2].job_id
    assert (await client.jobs()).total == 2


async def test_more_jobs_than_one_request_takes_are_asked_for_in_several(client: OrchestratorClient) -> None:
    await client.save_workflow(LOOK)
    outcomes = await client.submissions.submit_many([item()] * (MOST_AT_ONCE + 5))
    assert len({each.job_id for each in outcomes}) == MOST_AT_ONCE + 5


async def test_a_batch_that_cannot_be_read_is_refused_as_a_whole_and_names_the_field(http: httpx.AsyncClient) -> None:
    jobs = [{"workflow": "Look"}, {"workflow": "Look", "colour": "red"}]
    answer = await http.post("/jobs/batch", json={"jobs": jobs})
    assert (answer.status_code, answer.json()["field"]) == (422, "jobs.1.colour")
    answer = await http.post("/jobs/batch", json={"jobs": []})
    assert answer.status_code == 422


@pytest.mark.parametrize(
    ("content", "headers", "status", "words"),
    [
        ("{", {}, 400, "no JSON"),
        ('{"workflow": 1}', {}, 422, "workflow"),
        ('{"colour": "red"}', {}, 422, "there is no such field"),
        ('{"workflow": "Nobody"}', {}, 404, "Nobody"),
        ('{"workflow": "Look"}', {"Content-Type": "text/plain"}, 422, "application/json"),
        ('{"workflow": "Look"}', {"Idempotency-Key": "x" * 201}, 422, "idempotency"),
        ('{"workflow": "\\ud800"}', {}, 422, ""),
    ],
)
async def test_a_mistake_in_a_single_job_is_explained_like_any_other(
    http: httpx.AsyncClient, content: str, headers: dict[str, str], status: int, words: str
) -> None:
    headers = {"Content-Type": "application/json", **headers}
    answer = await http.post("/jobs", content=content, headers=headers)
    assert answer.status_code == status
    assert words in answer.text.lower() or words in answer.text
    assert set(answer.json()) >= {"code", "message", "field"}
