"""Actions on many jobs: shown first, done to exactly what was shown, reported, and taken back."""

import asyncio

import pytest
from fake_fleet import SAFE, Fleet

from orchestrator.contract.api.jobs import SubmitRequest
from orchestrator.contract.ids import JobId
from orchestrator.contract.states import JobPriority, JobStatus
from orchestrator.domain.bulk import (
    BulkAction,
    BulkFilter,
    BulkKind,
    BulkOperation,
    BulkOutcome,
    BulkState,
)
from orchestrator.domain.events import Event
from orchestrator.engine.bulk import AT_ONCE, BulkDesk, Preview
from orchestrator.engine.errors import ConflictError, InvalidRequestError, NotFoundError
from orchestrator.server.named_events import named_event

CANCEL = BulkAction(kind=BulkKind.CANCEL, reason="wrong account")
RETRY = BulkAction(kind=BulkKind.RETRY)
URGENT = BulkAction(kind=BulkKind.PRIORITY, priority=JobPriority.CRITICAL)
WAITS = BulkFilter(statuses=frozenset({JobStatus.QUEUED, JobStatus.PENDING}))


def desk(fleet: Fleet) -> BulkDesk:
    return fleet.engine.operations.bulk


async def shown(fleet: Fleet, action: BulkAction, wanted: BulkFilter = WAITS) -> Preview:
    return await desk(fleet).preview(action, wanted, actor="anna")


async def applied(fleet: Fleet, preview: Preview) -> BulkOperation:
    operation = await desk(fleet).apply(preview.token, actor="anna")
    await fleet.settle()
    return await desk(fleet).operation(operation.operation_id)


async def undone(fleet: Fleet, operation: BulkOperation) -> BulkOperation:
    await desk(fleet).undo(operation.operation_id, actor="anna")
    await fleet.settle()
    return await desk(fleet).operation(operation.operation_id)


@pytest.mark.feature("X12")
async def test_a_preview_changes_nothing_and_says_what_is_left_out_and_why(fleet: Fleet) -> None:
    robot = await fleet.robot("r1")
    done = await fleet.submit()
    await robot.finish()
    running, queued = await fleet.submit(), await fleet.submit()
    preview = await shown(
        fleet, CANCEL, BulkFilter(job_ids=(done.job_id, running.job_id, queued.job_id, JobId("gone")))
    )
    assert {item.job_id for item in preview.items} == {running.job_id, queued.job_id}
    assert preview.by_status == {JobStatus.RUNNING: 1, JobStatus.QUEUED: 1}
    assert preview.obstacles == {"it has already ended: completed": 1, "there is no such job": 1}
    assert fleet.status(running) is JobStatus.RUNNING


@pytest.mark.feature("X12")
async def test_only_what_was_shown_is_touched_and_what_changed_meanwhile_is_reported(fleet: Fleet) -> None:
    starts, stays = await fleet.submit(), await fleet.submit()
    preview = await shown(fleet, CANCEL)
    robot = await fleet.robot("r1")
    assert fleet.status(starts) is JobStatus.RUNNING
    later = await fleet.submit()
    operation = await applied(fleet, preview)
    assert (operation.done, operation.skipped, operation.state) == (1, 1, BulkState.DONE)
    assert [fleet.status(job) for job in (starts, stays, later)] == [
        JobStatus.RUNNING,
        JobStatus.CANCELLED,
        JobStatus.QUEUED,
    ]
    (skipped,) = [item for item in await desk(fleet).items(operation.operation_id) if item.note]
    assert (skipped.job_id, skipped.outcome) == (starts.job_id, BulkOutcome.SKIPPED)
    assert skipped.note == "it changed meanwhile: from queued to running"
    assert robot.running


async def test_a_token_is_good_once_and_for_a_quarter_of_an_hour(fleet: Fleet) -> None:
    await fleet.submit()
    used, old = await shown(fleet, URGENT), await shown(fleet, CANCEL)
    await applied(fleet, used)
    await fleet.advance(901)
    for token in (used.token, old.token):
        with pytest.raises(NotFoundError, match="older than 15 minutes"):
            await desk(fleet).apply(token, actor="anna")


@pytest.mark.feature("X12")
async def test_cancelled_jobs_wait_again_as_they_did(fleet: Fleet) -> None:
    queued = await fleet.submit(priority="high")
    at = fleet.clock.now().replace(hour=20)
    pending = await fleet.submit(not_before=at)
    operation = await applied(fleet, await shown(fleet, CANCEL))
    assert {fleet.status(queued), fleet.status(pending)} == {JobStatus.CANCELLED}
    back = await undone(fleet, operation)
    assert (back.state, back.undone) == (BulkState.UNDONE, 2)
    assert fleet.status(queued) is JobStatus.QUEUED
    assert (fleet.status(pending), fleet.job(pending).not_before) == (JobStatus.PENDING, at)


async def test_a_cancelled_run_cannot_be_taken_back_and_says_so(fleet: Fleet) -> None:
    await fleet.robot("r1")
    job = await fleet.submit()
    operation = await applied(fleet, await shown(fleet, CANCEL, BulkFilter(job_ids=(job.job_id,))))
    back = await undone(fleet, operation)
    assert (back.undone, fleet.status(job)) == (0, JobStatus.CANCELLED)
    (item,) = await desk(fleet).items(operation.operation_id)
    assert "what it had done cannot be taken back" in item.note


@pytest.mark.feature("X12")
async def test_priorities_are_changed_and_given_back(fleet: Fleet) -> None:
    low, high = await fleet.submit(priority="low"), await fleet.submit(priority="high")
    operation = await applied(fleet, await shown(fleet, URGENT))
    assert fleet.job(low).priority is fleet.job(high).priority is JobPriority.CRITICAL
    await undone(fleet, operation)
    assert (fleet.job(low).priority, fleet.job(high).priority) == (JobPriority.LOW, JobPriority.HIGH)


async def test_retried_jobs_that_have_not_started_are_cancelled_again_and_others_are_left_alone(fleet: Fleet) -> None:
    jobs = [await fleet.submit(), await fleet.submit()]
    for job in jobs:
        await fleet.engine.cancel_job(job.job_id)
    ended = BulkFilter(statuses=frozenset({JobStatus.CANCELLED}))
    operation = await applied(fleet, await shown(fleet, RETRY, ended))
    await fleet.robot("r1")
    back = await undone(fleet, operation)
    assert back.undone == 1
    assert [fleet.status(job) for job in jobs] == [JobStatus.RUNNING, JobStatus.CANCELLED]
    with pytest.raises(ConflictError, match="only a finished one can be undone"):
        await desk(fleet).undo(operation.operation_id, actor="anna")


@pytest.mark.parametrize(
    ("action", "wanted", "field"),
    [
        (CANCEL, BulkFilter(), "filter"),
        (BulkAction(kind=BulkKind.PRIORITY), WAITS, "priority"),
        (BulkAction(kind=BulkKind.CANCEL, priority=JobPriority.LOW), WAITS, "priority"),
        (CANCEL, BulkFilter(job_ids=tuple(JobId(str(number)) for number in range(1_001))), "filter.job_ids"),
    ],
)
async def test_what_says_nothing_or_too_much_is_refused(
    fleet: Fleet, action: BulkAction, wanted: BulkFilter, field: str
) -> None:
    with pytest.raises(InvalidRequestError) as refused:
        await shown(fleet, action, wanted)
    assert refused.value.field == field


async def test_the_engine_goes_on_between_portions_and_knows_what_a_death_interrupted(fleet: Fleet) -> None:
    for _ in range(250):
        await fleet.engine.submit_job(_request())
    fleet.store.operations.bulk.stands_after = AT_ONCE
    operation = await applied(fleet, await shown(fleet, CANCEL))
    assert operation.state is BulkState.RUNNING
    await fleet.submit()
    await fleet.restart()
    left = await desk(fleet).operation(operation.operation_id)
    assert left.state is BulkState.INTERRUPTED
    assert (left.done, left.planned) == (AT_ONCE, 250)
    await undone(fleet, left)
    assert sum(job.status is JobStatus.QUEUED for job in fleet.store.jobs.values()) == 251


async def test_a_full_disk_only_delays_the_notes_and_nothing_is_done_twice(
    fleet: Fleet, expected_warnings: object
) -> None:
    expected_warnings("cannot be stored now")  # type: ignore[operator]
    job = await fleet.submit()
    preview = await shown(fleet, URGENT)
    operation = await desk(fleet).apply(preview.token, actor="anna")
    fleet.store.is_full = True
    await fleet.settle()
    fleet.store.is_full = False
    await fleet.advance(2)
    (item,) = await desk(fleet).items(operation.operation_id)
    assert item.outcome in {BulkOutcome.DONE, BulkOutcome.SKIPPED}
    assert (fleet.job(job).priority is JobPriority.CRITICAL) == (item.outcome is BulkOutcome.DONE)


def _request() -> SubmitRequest:
    return SubmitRequest(definition=SAFE)


async def test_each_stage_of_an_action_and_of_its_undo_is_told(fleet: Fleet) -> None:
    heard: list[Event] = []
    fleet.engine.bus.subscribe_to("bulk.*", heard.append)
    await fleet.submit()
    operation = await applied(fleet, await shown(fleet, CANCEL))
    await undone(fleet, operation)
    assert [event.names[-1] for event in heard] == [
        *["bulk.running", "bulk.running", "bulk.done"],
        *["bulk.undoing", "bulk.undoing", "bulk.undone"],
    ]
    last = named_event(heard[-1], 1, fleet.clock.now()).data
    assert (last["operation_id"], last["undone"]) == (operation.operation_id, 1)


async def test_a_second_undo_at_the_same_moment_is_refused_and_harms_nothing(fleet: Fleet) -> None:
    await fleet.submit()
    operation = await applied(fleet, await shown(fleet, CANCEL))
    both = (desk(fleet).undo(operation.operation_id, actor=name) for name in ("anna", "bert"))
    first, second = await asyncio.gather(*both, return_exceptions=True)
    assert isinstance(first, BulkOperation)
    assert isinstance(second, ConflictError)
    await fleet.settle()
    assert (await desk(fleet).operation(operation.operation_id)).state is BulkState.UNDONE
