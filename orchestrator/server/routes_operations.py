"""`/api/v1/dead-letters`, `/failures`, `/bulk` and `/audit`: what is looked after every day."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query

from orchestrator.contract.api.common import MAX_PAGE, Page
from orchestrator.contract.api.jobs import JobView
from orchestrator.contract.api.operations import (
    AuditReportView,
    BulkApplyRequest,
    BulkFilterRequest,
    BulkItemView,
    BulkPreview,
    BulkRequest,
    BulkView,
    DeadLetterDetail,
    DeadLetterRetryRequest,
    DeadLetterView,
    DiscardRequest,
    FailureGroupView,
    SolveRequest,
)
from orchestrator.contract.ids import JobId
from orchestrator.domain.bulk import BulkAction, BulkFilter, BulkKind
from orchestrator.domain.failures import GroupState
from orchestrator.engine.operations import Operations
from orchestrator.server.looks import Looks
from orchestrator.server.operation_views import (
    audit_report_view,
    bulk_item_view,
    bulk_preview,
    bulk_view,
    dead_letter_detail,
    dead_letter_view,
    failure_group_view,
)
from orchestrator.server.parts import MOST_NUMBER, Actor, Parts, parts

router = APIRouter(tags=["operations"])

Using = Annotated[Parts, Depends(parts)]
Limit = Annotated[int, Query(ge=1, le=MAX_PAGE)]
Offset = Annotated[int, Query(ge=0, le=MOST_NUMBER)]


@router.get("/dead-letters")
async def dead_letters(using: Using, limit: Limit = 100, offset: Offset = 0) -> Page[DeadLetterView]:
    """Jobs that wait for a person's decision, the newest first."""
    found, total = await _of(using).dead_letters.waiting(limit=limit, offset=offset)
    looks = Looks(using.engine)
    return Page(items=tuple(dead_letter_view(each, looks.job(each.job)) for each in found), total=total, offset=offset)


@router.get("/dead-letters/{job_id}")
async def dead_letter(job_id: str, using: Using) -> DeadLetterDetail:
    """The evidence about a job."""
    job = await using.engine.job(JobId(job_id))
    found = await _of(using).dead_letters.show(job)
    return dead_letter_detail(found, Looks(using.engine).job(job), robot_names(using))


@router.post("/dead-letters/{job_id}/retry")
async def retry_dead_letter(job_id: str, request: DeadLetterRetryRequest, using: Using, actor: Actor) -> JobView:
    """Run it again, from the start or from its newest checkpoint."""
    desk = _of(using).dead_letters
    job = await desk.check(await using.engine.queue.find(JobId(job_id)), JobId(job_id))
    if request.from_checkpoint:
        after = await using.engine.resumption.retry(job.job_id, actor=actor)
    else:
        after = await using.engine.retry_job(job.job_id, actor=actor)
    return Looks(using.engine).job(after)


@router.post("/dead-letters/{job_id}/discard")
async def discard_dead_letter(job_id: str, request: DiscardRequest, using: Using, actor: Actor) -> DeadLetterDetail:
    """Count it no longer; it stays in the history."""
    job = await using.engine.job(JobId(job_id))
    await _of(using).dead_letters.discard(job, reason=request.reason, actor=actor)
    return await dead_letter(job_id, using)


@router.get("/failures")
async def failures(
    using: Using,
    state: Annotated[list[GroupState] | None, Query()] = None,
    limit: Limit = 100,
    offset: Offset = 0,
) -> Page[FailureGroupView]:
    """Groups of failures, those seen last first; without a state, those that are not solved."""
    states = frozenset(state) if state else frozenset({GroupState.OPEN, GroupState.REOPENED})
    found, total = await _of(using).failures.groups(states=states, limit=limit, offset=offset)
    names = robot_names(using)
    return Page(items=tuple(failure_group_view(each, names) for each in found), total=total, offset=offset)


@router.get("/failures/{fingerprint}")
async def failure_group(fingerprint: str, using: Using) -> FailureGroupView:
    """One group, with the versions and robots that it was seen on."""
    return failure_group_view(await _of(using).failures.group(fingerprint), robot_names(using))


@router.post("/failures/{fingerprint}/solve")
async def solve_failures(fingerprint: str, request: SolveRequest, using: Using, actor: Actor) -> FailureGroupView:
    """Say that the cause is gone; the next such failure reopens the group."""
    group = await _of(using).failures.solve(fingerprint, note=request.note, actor=actor)
    return failure_group_view(group, robot_names(using))


@router.post("/failures/{fingerprint}/reopen")
async def reopen_failures(fingerprint: str, using: Using, actor: Actor) -> FailureGroupView:
    """Take the word back."""
    return failure_group_view(await _of(using).failures.reopen(fingerprint, actor=actor), robot_names(using))


@router.post("/failures/{fingerprint}/retry", status_code=202)
async def retry_failures(fingerprint: str, using: Using, actor: Actor) -> BulkView:
    """Retry every job that stands failed with this fingerprint; as a bulk operation, which can be undone."""
    await _of(using).failures.group(fingerprint)
    bulk = _of(using).bulk
    preview = await bulk.preview(BulkAction(kind=BulkKind.RETRY), BulkFilter(fingerprint=fingerprint), actor=actor)
    return bulk_view(await bulk.apply(preview.token, actor=actor))


@router.post("/bulk/preview")
async def preview_bulk(request: BulkRequest, using: Using, actor: Actor) -> BulkPreview:
    """What an action would touch; nothing is changed."""
    action = BulkAction(kind=BulkKind(request.action), priority=request.priority, reason=request.reason)
    preview = await _of(using).bulk.preview(action, await _filter(request.filter, using), actor=actor)
    return bulk_preview(preview, Looks(using.engine))


@router.post("/bulk", status_code=202)
async def apply_bulk(request: BulkApplyRequest, using: Using, actor: Actor) -> BulkView:
    """Do what was previewed; it goes on by itself."""
    return bulk_view(await _of(using).bulk.apply(request.token, actor=actor))


@router.get("/bulk")
async def bulk_operations(using: Using, limit: Annotated[int, Query(ge=1, le=500)] = 50) -> list[BulkView]:
    """Bulk operations, the newest first."""
    return [bulk_view(each) for each in await _of(using).bulk.operations(limit=limit)]


@router.get("/bulk/{operation_id}")
async def bulk_operation(operation_id: str, using: Using) -> BulkView:
    """One bulk operation, as far as it is."""
    return bulk_view(await _of(using).bulk.operation(operation_id))


@router.get("/bulk/{operation_id}/items")
async def bulk_items(
    operation_id: str,
    using: Using,
    after: Annotated[str | None, Query(max_length=100)] = None,
    limit: Limit = MAX_PAGE,
) -> list[BulkItemView]:
    """What became of each job, by job id; `after` pages on."""
    await _of(using).bulk.operation(operation_id)
    found = await _of(using).bulk.items(operation_id, after=JobId(after) if after else None, limit=limit)
    return [bulk_item_view(each) for each in found]


@router.post("/bulk/{operation_id}/undo", status_code=202)
async def undo_bulk(operation_id: str, using: Using, actor: Actor) -> BulkView:
    """Take back what can be taken back; it goes on by itself."""
    return bulk_view(await _of(using).bulk.undo(operation_id, actor=actor))


@router.get("/audit/verify")
async def verify_audit(using: Using, head: Annotated[str, Query(max_length=64)] = "") -> AuditReportView:
    """Check every sealed row of the audit; `head` is one that was kept elsewhere."""
    return audit_report_view(await _of(using).audit_chain.verify(expected_head=head))


def robot_names(using: Parts) -> dict[str, str]:
    """The names of all robots by id."""
    return {robot.robot_id: robot.name for robot in using.engine.pool.robots()}


def _of(using: Parts) -> Operations:
    return using.engine.operations


async def _filter(request: BulkFilterRequest, using: Parts) -> BulkFilter:
    looks = Looks(using.engine)
    return BulkFilter(
        job_ids=tuple(JobId(each) for each in request.job_ids),
        statuses=frozenset(request.status),
        workflow_id=await looks.workflow_named(request.workflow) if request.workflow else None,
        robot_id=looks.robot_named(request.robot) if request.robot else None,
        schedule_id=looks.schedule_named(request.schedule) if request.schedule else None,
        fingerprint=request.failure,
        text=request.text,
    )
