"""What operators do every day, over the API: the typed client, a real orchestrator, a robot over a real socket."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

import httpx
import pytest
from running_orchestrator import LOOK, robot_of
from scripted_robot import LIMIT_S, ScriptedRobot

from orchestrator.app import Orchestrator
from orchestrator.client.client import OrchestratorClient
from orchestrator.client.errors import RefusedError
from orchestrator.contract.api.jobs import SubmitRequest
from orchestrator.contract.api.operations import BulkFilterRequest, BulkRequest, BulkView, DeploymentView
from orchestrator.contract.ids import JsonValue
from orchestrator.contract.protocol.jobs import JobAssignment
from orchestrator.contract.protocol.robots import RestartRobot
from orchestrator.contract.protocol.terms import KEEP_WORKFLOWS
from orchestrator.contract.protocol.workflows import (
    DeploymentOutcome,
    DeploymentStatus,
    DeployWorkflow,
    UndeployWorkflow,
)
from orchestrator.contract.states import JobPriority, JobStatus

UNSAFE: dict[str, JsonValue] = {
    **LOOK,
    "steps": [{"id": "pay", "action": "click", "parameters": {"target": "#pay"}}],
}

T = TypeVar("T")


async def until(ask: Callable[[], Awaitable[T]], is_so: Callable[[T], bool]) -> T:
    """Ask again until it is so."""
    async with asyncio.timeout(LIMIT_S):
        while not is_so(answer := await ask()):  # noqa: ASYNC110  the other side is a server, asked over HTTP
            await asyncio.sleep(0.02)
    return answer


async def refusal(doing: Awaitable[object]) -> RefusedError:
    with pytest.raises(RefusedError) as refused:
        await doing
    return refused.value


async def ended(client: OrchestratorClient, view: BulkView) -> BulkView:
    return await until(lambda: client.operations.bulk_operation(view.operation_id), lambda each: each.is_over)


async def failed_job(client: OrchestratorClient, robot: ScriptedRobot, error: str) -> JobAssignment:
    await client.submit(SubmitRequest(definition=LOOK, max_retries=0))
    offer = await robot.take_job()
    await robot.finish(offer, error=error)
    return offer


@pytest.mark.feature("X11", "O42")
async def test_failures_are_grouped_solved_and_retried(orchestrator: Orchestrator, client: OrchestratorClient) -> None:
    async with robot_of(orchestrator) as robot:
        for order in (17, 4711):
            await failed_job(client, robot, f"Order {order} is not there.")
        (group,) = (await client.operations.failures()).items
        assert (group.message, group.count, group.failed_now) == ("Order <n> is not there.", 2, 2)
        detail = await client.operations.failure_group(group.fingerprint)
        assert [(place.workflow_name, place.robot_name, place.count) for place in detail.places] == [
            ("Look", "anna", 2)
        ]
        solved = await client.operations.solve_failures(group.fingerprint, note="stock is filled")
        assert (solved.state, solved.note) == ("solved", "stock is filled")
        assert (await client.operations.failures()).items == ()
        done = await ended(client, await client.operations.retry_failures(group.fingerprint))
        assert (done.action, done.done) == ("retry", 2)
        await robot.finish(await robot.take_job(), error="Order 9 is not there.")
        (back,) = (await client.operations.failures()).items
        assert back.state == "reopened"
        said = await until(lambda: client.activity(kind="failures.*"), lambda items: len(items) == 2)
        assert [item.kind for item in said] == ["failures.came_back", "failures.solved"]
        assert (await refusal(client.operations.failure_group("nope"))).status == 404


@pytest.mark.feature("X27")
async def test_a_dead_letter_is_inspected_discarded_and_retried(
    orchestrator: Orchestrator, client: OrchestratorClient
) -> None:
    async with robot_of(orchestrator) as robot:
        job = await client.submit(SubmitRequest(definition=UNSAFE))
        await robot.take_job()
        await client.robot_died("anna")
        (letter,) = (await client.operations.dead_letters()).items
        assert (letter.job.job_id, letter.is_safe_to_repeat) == (job.job_id, False)
        detail = await client.operations.dead_letter(job.job_id)
        assert [attempt.outcome for attempt in detail.attempts] == ["crashed"]
        discarded = await client.operations.discard_dead_letter(job.job_id, reason="paid by hand")
        assert discarded.discard is not None
        assert discarded.discard.reason == "paid by hand"
        assert (await client.operations.dead_letters()).total == 0
        again = await client.operations.retry_dead_letter(job.job_id)
        assert again.status is JobStatus.QUEUED
        refused = await refusal(client.operations.dead_letter(job.job_id))
        assert (refused.status, "not a dead letter" in refused.body.message) == (409, True)
        assert (await refusal(client.operations.retry_dead_letter(job.job_id))).status == 409


@pytest.mark.feature("X12", "D57")
async def test_many_jobs_are_shown_changed_and_put_back(client: OrchestratorClient) -> None:
    await client.save_workflow(LOOK)
    jobs = [await client.submit(SubmitRequest(workflow="Look")) for _ in range(3)]
    wanted = BulkFilterRequest(status=(JobStatus.QUEUED,), workflow="Look")
    preview = await client.operations.preview_bulk(BulkRequest(action="cancel", reason="no", filter=wanted))
    assert (preview.count, preview.by_status, len(preview.sample)) == (3, {JobStatus.QUEUED: 3}, 3)
    await client.cancel(jobs[0].job_id)
    done = await ended(client, await client.operations.apply_bulk(preview.token))
    assert (done.state, done.done, done.skipped) == ("done", 2, 1)
    (left_out,) = [item for item in await client.operations.bulk_items(done.operation_id) if item.note]
    assert left_out.note == "it changed meanwhile: from queued to cancelled"
    back = await ended(client, await client.operations.undo_bulk(done.operation_id))
    assert (back.state, back.undone) == ("undone", 2)
    counts = await client.job_counts()
    assert (counts[JobStatus.QUEUED], counts[JobStatus.CANCELLED]) == (2, 1)
    assert [each.operation_id for each in await client.operations.bulk_operations()] == [done.operation_id]
    assert (await refusal(client.operations.apply_bulk(preview.token))).status == 404
    urgent = BulkRequest(action="priority", priority=JobPriority.HIGH, filter=wanted)
    token = (await client.operations.preview_bulk(urgent)).token
    assert (await ended(client, await client.operations.apply_bulk(token))).done == 2


async def test_an_empty_filter_touches_nothing_and_says_what_is_missing(http: httpx.AsyncClient) -> None:
    answer = await http.post("/bulk/preview", json={"action": "cancel", "filter": {}})
    assert (answer.status_code, answer.json()["field"]) == (422, "filter")


@pytest.mark.feature("X20")
async def test_a_robot_drains_by_a_deadline_rests_for_a_reason_and_restarts(
    orchestrator: Orchestrator, client: OrchestratorClient
) -> None:
    async with robot_of(orchestrator) as robot:
        await client.submit(SubmitRequest(definition=LOOK))
        offer = await robot.take_job()
        view = await client.operations.drain("anna", deadline_s=600, then="hand-over", reason="new disk")
        assert view.plan is not None
        assert (view.is_free, view.plan.then, [job.job_id for job in view.jobs]) == (False, "hand-over", [offer.job_id])
        assert (await client.robot("anna")).note.startswith("drain free by")
        await robot.finish(offer)
        assert (await client.operations.drain_clock("anna")).words == "anna is free."
        rests = await client.operations.maintain("anna", reason="fan")
        assert rests.plan is not None
        assert rests.plan.kind == "maintenance"
        await client.resume_robot("anna")
        assert (await client.operations.drain_clock("anna")).plan is None
        rollout = await client.operations.restart_robots(reason="new browser")
        assert (await robot.hear(RestartRobot)).reason == "new browser"
        await robot.leave()
    async with robot_of(orchestrator):
        over = await until(
            lambda: client.operations.rollout(rollout.rollout_id), lambda each: each.ended_at is not None
        )
        assert [(each.name, each.state) for each in over.robots] == [("anna", "back")]
    assert (await refusal(client.operations.restart_robots(["nobody"]))).status == 404
    assert (await refusal(client.operations.drain("anna", then="kill"))).body.field == "deadline_s"


@pytest.mark.feature("C83", "C84", "C85")
async def test_a_workflow_is_deployed_outdated_and_undeployed(
    orchestrator: Orchestrator, client: OrchestratorClient
) -> None:
    async def only() -> DeploymentView:
        (found,) = await client.operations.deployments(workflow="Look", robot="anna")
        return found

    async with robot_of(orchestrator, features=(KEEP_WORKFLOWS,)) as robot:
        await client.save_workflow(LOOK)
        (pending,) = await client.operations.deploy("Look", ["anna"])
        assert (pending.state, pending.robot_name, pending.number) == ("pending", "anna", 1)
        order = await robot.hear(DeployWorkflow)
        done = DeploymentStatus(workflow_hash=order.workflow_hash, outcome=DeploymentOutcome.DEPLOYED)
        await robot.say(done)
        await until(only, lambda each: each.state == "deployed")
        await client.submit(SubmitRequest(workflow="Look"))
        offer = await robot.take_job()
        assert (offer.workflow, offer.workflow_hash) == (None, order.workflow_hash)
        await client.save_workflow({**LOOK, "description": "better"})
        assert (await only()).state == "outdated"
        await client.operations.undeploy("Look")
        assert (await robot.hear(UndeployWorkflow)).workflow_hash == order.workflow_hash
        await robot.say(done.model_copy(update={"outcome": DeploymentOutcome.REMOVED}))
        await until(client.operations.deployments, lambda found: found == [])


@pytest.mark.feature("W34", "X22")
async def test_versions_are_told_apart_pinned_and_rolled_back(client: OrchestratorClient) -> None:
    first = await client.save_workflow(LOOK)
    await client.save_workflow({**LOOK, "retry_safe": True})
    diff = await client.operations.diff("Look", 1)
    assert (diff.from_number, diff.to_number, diff.changes) == (1, 2, ("`retry_safe` changed from no to yes.",))
    assert (await client.workflow("Look", version=1)).workflow.workflow_hash == first.workflow_hash
    pinned = await client.submit(SubmitRequest(workflow="Look", version=1))
    assert pinned.workflow_hash == first.workflow_hash
    back = await client.operations.roll_back("Look", 1, note="not safe after all")
    assert (back.number, back.note) == (3, "Rolled back to version 1: not safe after all")
    assert [view.number for view in await client.workflow_versions("Look")] == [3, 2, 1]
    assert (await refusal(client.operations.roll_back("Look", 9))).status == 404
    refused = await refusal(client.submit(SubmitRequest(definition=LOOK, version=1)))
    assert (refused.status, refused.body.field) == (422, "version")


@pytest.mark.feature("C46", "O57")
async def test_the_activity_is_walked_by_job_and_actor_and_its_chain_verifies(
    orchestrator: Orchestrator, client: OrchestratorClient
) -> None:
    async with OrchestratorClient(orchestrator.url, orchestrator.key, actor="nightly") as nightly:
        job = await nightly.submit(SubmitRequest(definition=LOOK))
        await client.submit(SubmitRequest(workflow="Look"))
        await nightly.cancel(job.job_id, reason="no")
    kinds = [(item.kind, item.actor) for item in await client.activity(job=job.job_id)]
    assert kinds == [("job.cancelled", "nightly"), ("job.submitted", "nightly")]
    assert {item.actor for item in await client.activity(actor="nightly")} == {"nightly"}
    report = await until(client.operations.verify_audit, lambda each: each.unsealed == 0 and each.rows > 0)
    assert (report.is_whole, len(report.head)) == (True, 64)
    assert (await client.operations.verify_audit(head=report.head)).is_whole
    assert (await refusal(client.operations.verify_audit(head="f" * 64))).status == 409


@pytest.mark.feature("D62")
async def test_finished_executions_are_walked_page_by_page(
    client: OrchestratorClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("orchestrator.client.operations.MAX_PAGE", 2)
    await client.save_workflow(LOOK)
    jobs = [await client.submit(SubmitRequest(workflow="Look")) for _ in range(6)]
    for job in jobs[:5]:
        await client.cancel(job.job_id)
    walked = [view.job_id async for view in client.operations.history(workflow="Look")]
    assert walked == [job.job_id for job in jobs[:5]]
