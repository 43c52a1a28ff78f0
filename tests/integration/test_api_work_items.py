"""Work items over the real API, and over a real robot's socket."""

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
from running_orchestrator import LOOK, eventually, robot_of

from orchestrator.app import Orchestrator
from orchestrator.client.client import OrchestratorClient
from orchestrator.client.errors import RefusedError
from orchestrator.contract.api.jobs import SubmitRequest
from orchestrator.contract.api.triggers import TriggerKind, TriggerRequest
from orchestrator.contract.api.work_items import PostponeRequest, QueueRequest, QueueRules
from orchestrator.contract.protocol.work_items import WorkItemAnswer, WorkItemAsk
from orchestrator.contract.states import JobPriority
from orchestrator.contract.variables import MASK
from orchestrator.contract.work_items import CompleteItem, ItemOutcome, NewWorkItem, TakeItem, WorkItemState


async def filled(client: OrchestratorClient, *references: str, **rules: object) -> None:
    """The queue `invoices` with these items."""
    await client.queues.add(QueueRequest.model_validate({"name": "invoices", **rules}))
    await client.items.add("invoices", [NewWorkItem(reference=each, payload={"n": each}) for each in references])


@pytest.mark.feature("X28")
async def test_a_queue_with_its_rules_and_figures(client: OrchestratorClient) -> None:
    added = await client.queues.add(
        QueueRequest(name="invoices", max_retries=2, retry_delay_s=60, due_after_s=3_600, due_soon_s=7_200)
    )
    assert (added.max_retries, added.retry_delay_s, added.due_after_s, added.keep_days) == (2, 60, 3_600, 90)
    await client.items.add("invoices", [NewWorkItem(reference="1"), NewWorkItem(reference="2")])
    changed = await client.queues.change("invoices", QueueRules(paused=True, due_after_s=0))
    assert (changed.paused, changed.due_after_s, changed.max_retries) == (True, None, 2)
    (seen,) = await client.queues.every()
    assert (seen.counts, seen.ready, seen.due_soon, seen.late) == ({WorkItemState.NEW: 2}, 2, 2, 0)
    with pytest.raises(RefusedError, match="There is a queue 'invoices' already"):
        await client.queues.add(QueueRequest(name="invoices"))
    await client.queues.remove("invoices")
    assert await client.queues.every() == []


@pytest.mark.feature("X28")
async def test_a_reference_that_is_there_gives_the_item_that_is_there(client: OrchestratorClient) -> None:
    await filled(client, "1")
    first = await client.items.find("invoices", "1")
    again = await client.items.add("invoices", [NewWorkItem(reference="1"), NewWorkItem(reference="2/3")])
    assert [(each.item_id == first.item_id, each.is_new) for each in again.items] == [(True, False), (False, True)]
    assert (again.added, again.known) == (1, 1)
    assert (await client.items.find("invoices", "2/3")).reference == "2/3"


async def test_items_are_listed_moved_and_taken_out(client: OrchestratorClient) -> None:
    await filled(client, "1", "2", "3")
    item = await client.items.find("invoices", "2")
    until = datetime.now(UTC) + timedelta(hours=1)  # noqa: TID251  a real orchestrator has a real clock
    rests = await client.items.postpone(item.item_id, PostponeRequest(until=until, reason="later"))
    assert (rests.state, rests.not_before, rests.reason) == (WorkItemState.POSTPONED, until, "later")
    await client.items.delete((await client.items.find("invoices", "3")).item_id)
    page = await client.items.page(queue="invoices", limit=1)
    assert ([each.reference for each in page.items], page.total) == (["2"], 2)
    gone = await client.items.page(states=[WorkItemState.DELETED])
    assert [each.reference for each in gone.items] == ["3"]
    assert [each.reference async for each in client.items.every("invoices")] == ["2", "1"]
    with pytest.raises(RefusedError, match="The item is postponed and cannot be retried"):
        await client.items.retry(item.item_id)
    with pytest.raises(RefusedError, match="There is no item 'none'"):
        await client.items.get("none")


@pytest.mark.feature("X16")
async def test_secret_fields_are_sealed_in_the_database_and_masked_in_the_api(
    client: OrchestratorClient, orchestrator: Orchestrator, tmp_path: Path
) -> None:
    await client.queues.add(QueueRequest(name="invoices", secret_fields=("iban",)))
    await client.items.add("invoices", [NewWorkItem(reference="1", payload={"iban": "DE99-hidden", "n": 1})])
    assert (await client.items.find("invoices", "1")).payload == {"iban": MASK, "n": 1}
    job = await client.submit(SubmitRequest(definition=LOOK))
    async with robot_of(orchestrator) as robot:
        offer = await robot.take_job()
        await robot.say(WorkItemAsk(job_id=job.job_id, attempt=1, request_id="a", wish=TakeItem(queue="invoices")))
        answer = await robot.hear(WorkItemAnswer)
        assert answer.item is not None
        assert (answer.item.payload, answer.item.secret) == ({"iban": "DE99-hidden", "n": 1}, ("iban",))
        await robot.finish(offer)
    kept = await asyncio.to_thread(lambda: b"".join(file.read_bytes() for file in tmp_path.glob("*.db*")))
    assert b"invoices" in kept
    assert b"DE99-hidden" not in kept


@pytest.mark.feature("X28")
async def test_the_end_that_a_dead_process_left_behind_counts_before_its_attempt_is_given_up(
    client: OrchestratorClient, orchestrator: Orchestrator
) -> None:
    await filled(client, "1")
    job = await client.submit(SubmitRequest(definition=LOOK))
    async with robot_of(orchestrator) as robot:
        await robot.take_job()
        await robot.say(WorkItemAsk(job_id=job.job_id, attempt=1, request_id="a", wish=TakeItem(queue="invoices")))
        assert (await robot.hear(WorkItemAnswer)).outcome is ItemOutcome.DONE
        robot_id = robot.hello.robot_id
    left = WorkItemAsk(job_id=job.job_id, attempt=1, request_id="b", wish=CompleteItem(output="paid"))
    body = {"robot_id": robot_id, "ask": left.model_dump(mode="json")}
    headers = {"Authorization": f"Bearer {orchestrator.robot_token}"}
    async with httpx.AsyncClient(base_url=orchestrator.url, trust_env=False) as stranger:
        assert (await stranger.post("/api/v1/items/reports", json=body)).status_code == 401
        for _ in range(2):
            told = await stranger.post("/api/v1/items/reports", json=body, headers=headers)
            assert (told.json()["outcome"], told.json()["state"]) == ("done", "successful")
    async with robot_of(orchestrator):  # it knows nothing of the run any more
        item = await eventually(
            lambda: client.items.find("invoices", "1"), lambda now: now.state is WorkItemState.SUCCESSFUL
        )
    assert [each.outcome for each in item.history] == [WorkItemState.SUCCESSFUL]


@pytest.mark.feature("X30")
async def test_a_trigger_on_a_queue_starts_a_job_and_says_why(
    client: OrchestratorClient, orchestrator: Orchestrator
) -> None:
    await client.save_workflow(LOOK)
    await client.queues.add(QueueRequest(name="invoices"))
    with pytest.raises(RefusedError, match="`queue` names the queue"):
        await client.triggers.add(TriggerRequest(name="t", on=TriggerKind.ITEMS, workflow="Look"))
    request = TriggerRequest(
        name="payer",
        on=TriggerKind.ITEMS,
        workflow="Look",
        queue="invoices",
        max_jobs=2,
        variables={"city": "${{ queue.name }}"},
    )
    added = (await client.triggers.add(request)).trigger
    assert added.words == "an item waits in invoices, for at most 2 jobs at once"
    await client.items.add("invoices", [NewWorkItem(reference="1", priority=JobPriority.HIGH)])
    (firing,) = await eventually(lambda: client.triggers.firings("payer"), bool)
    assert firing.job_id is not None
    detail = await client.job(firing.job_id)
    assert detail.variables == {"city": "invoices"}
    assert detail.submitted_by == "trigger payer"


async def test_wrong_input_is_named(http: httpx.AsyncClient) -> None:
    await http.post("/queues", json={"name": "invoices"})
    for path, body, words in (
        ("/queues", {"name": ""}, "name"),
        ("/queues", {"name": "a/b"}, "name"),
        ("/queues", {"name": "b", "max_retries": -1}, "max_retries"),
        ("/queues/invoices/items", {"items": []}, "items"),
        ("/queues/invoices/items", {"items": [{"due_at": "2026-01-01T00:00:00"}]}, "due_at"),
        ("/queues/invoices/items", {"items": [{"nonsense": 1}]}, "nonsense"),
    ):
        answer = await http.post(path, json=body)
        assert answer.status_code == 422, answer.text
        assert words in answer.text
    assert (await http.post("/queues/none/items", json={"items": [{}]})).status_code == 404
