"""`/api/v1/queues` and `/api/v1/items`: work items, as people and programs see them."""

from dataclasses import replace
from typing import Annotated

from fastapi import APIRouter, Depends, Query

from orchestrator.contract.api.common import MAX_PAGE, Page
from orchestrator.contract.api.work_items import (
    REPORTS_PATH,
    AddedItemsView,
    AddItemsRequest,
    FinishRequest,
    ItemReport,
    PostponeRequest,
    QueueRequest,
    QueueRules,
    QueueView,
    WorkItemDetail,
    WorkItemView,
)
from orchestrator.contract.ids import JobId, RobotId, new_id
from orchestrator.contract.protocol.work_items import WorkItemAnswer
from orchestrator.contract.work_items import MAX_REFERENCE, WorkItemState
from orchestrator.domain.work_items import QueueId, WorkItem, WorkQueue
from orchestrator.engine.ports.work_items import ItemQuery
from orchestrator.server.parts import MOST_NUMBER, Actor, Parts, parts
from orchestrator.server.work_item_views import item_detail, item_view, queue_view, try_view

router = APIRouter(tags=["work items"])

Using = Annotated[Parts, Depends(parts)]


@router.get("/queues")
async def list_queues(using: Using) -> list[QueueView]:
    """All queues with their figures, by name."""
    desk = using.engine.work_items
    figures = await desk.figures()
    return [queue_view(queue, figures[queue.queue_id]) for queue in desk.queues()]


@router.post("/queues", status_code=201)
async def add_queue(request: QueueRequest, using: Using, actor: Actor) -> QueueView:
    """Add a queue."""
    now = using.engine.clock.now()
    new = WorkQueue(
        queue_id=QueueId(new_id()),
        name=request.name,
        unique_references=request.unique_references,
        created_at=now,
        updated_at=now,
    )
    return await _seen(using, await using.engine.work_items.add_queue(_with(new, request), actor=actor))


@router.get("/queues/{queue}")
async def one_queue(queue: str, using: Using) -> QueueView:
    """A queue by id or name, with its figures."""
    return await _seen(using, using.engine.work_items.queue(queue))


@router.patch("/queues/{queue}")
async def change_queue(queue: str, request: QueueRules, using: Using, actor: Actor) -> QueueView:
    """Change rules of a queue; what is left out stays."""
    changed = _with(using.engine.work_items.queue(queue), request)
    return await _seen(using, await using.engine.work_items.change_queue(changed, actor=actor))


@router.delete("/queues/{queue}", status_code=204)
async def remove_queue(queue: str, using: Using, actor: Actor) -> None:
    """Remove a queue with all its items; refused while runs work on some."""
    desk = using.engine.work_items
    await desk.remove_queue(desk.queue(queue).queue_id, actor=actor)


@router.post("/queues/{queue}/items")
async def add_items(queue: str, request: AddItemsRequest, using: Using, actor: Actor) -> AddedItemsView:
    """Add items; references that the queue has already give the items that are there."""
    desk = using.engine.work_items
    added = await desk.add(desk.queue(queue), request.items, actor=actor)
    new = sum(each.is_new for each in added)
    return AddedItemsView(items=tuple(added), added=new, known=len(added) - new)


@router.get("/queues/{queue}/item")
async def item_by_reference(
    queue: str, using: Using, reference: Annotated[str, Query(min_length=1, max_length=MAX_REFERENCE)]
) -> WorkItemDetail:
    """The item that the business calls so."""
    desk = using.engine.work_items
    return await _detail(using, await desk.find(desk.queue(queue), reference))


@router.get("/items")
async def list_items(
    using: Using,
    *,
    queue: str | None = None,
    state: Annotated[list[WorkItemState] | None, Query()] = None,
    job: str | None = None,
    q: Annotated[str, Query(max_length=500)] = "",
    offset: Annotated[int, Query(ge=0, le=MOST_NUMBER)] = 0,
    limit: Annotated[int, Query(ge=1, le=MAX_PAGE)] = 100,
) -> Page[WorkItemView]:
    """A page of items, newest first; deleted ones only where they are asked for."""
    desk = using.engine.work_items
    wanted = ItemQuery(
        queue_id=desk.queue(queue).queue_id if queue is not None else None,
        states=frozenset(state or ()),
        text=q,
        job_id=JobId(job) if job is not None else None,
        offset=offset,
        limit=limit,
    )
    items, total = await desk.listing(wanted)
    return Page[WorkItemView](items=tuple(_view(using, item) for item in items), total=total, offset=offset)


@router.post(REPORTS_PATH)
async def report(request: ItemReport, using: Using) -> WorkItemAnswer:
    """Take down how an item ended, for a robot's process that died before it had an answer."""
    return await using.engine.item_runs.answer(RobotId(request.robot_id), request.ask)


@router.get("/items/{item}")
async def one_item(item: str, using: Using) -> WorkItemDetail:
    """An item with its tries."""
    return await _detail(using, await using.engine.work_items.get(item))


@router.post("/items/{item}/retry")
async def retry_item(item: str, using: Using, actor: Actor) -> WorkItemView:
    """Let a failed item be tried again, with all the tries of its queue."""
    return _view(using, await using.engine.work_items.retry(item, actor=actor))


@router.post("/items/{item}/postpone")
async def postpone_item(item: str, request: PostponeRequest, using: Using, actor: Actor) -> WorkItemView:
    """Hand an item out later."""
    desk = using.engine.work_items
    return _view(using, await desk.postpone(item, request.until, reason=request.reason, actor=actor))


@router.post("/items/{item}/finish")
async def finish_item(item: str, request: FinishRequest, using: Using, actor: Actor) -> WorkItemView:
    """Say that its work is done, such as after a run of which nobody knows."""
    desk = using.engine.item_decisions
    return _view(using, await desk.finish(item, output=request.output, reason=request.reason, actor=actor))


@router.post("/items/{item}/release")
async def release_item(item: str, using: Using, actor: Actor) -> WorkItemView:
    """Say that its work is not done: it waits for its next try, also when a lost run still has it."""
    return _view(using, await using.engine.item_decisions.release(item, actor=actor))


@router.delete("/items/{item}")
async def delete_item(item: str, using: Using, actor: Actor) -> WorkItemView:
    """Take an item out: its content is gone, its reference is free again, its history stays."""
    return _view(using, await using.engine.work_items.delete(item, actor=actor))


def _with(queue: WorkQueue, rules: QueueRules) -> WorkQueue:
    """The queue under the rules that were given."""
    given = rules.model_dump(exclude_none=True, exclude={"unique_references"})
    if "secret_fields" in given:
        given["secret_fields"] = frozenset(given["secret_fields"])
    if "due_after_s" in given:
        given["due_after_s"] = given["due_after_s"] or None
    return replace(queue, **given)


async def _seen(using: Parts, queue: WorkQueue) -> QueueView:
    return queue_view(queue, await using.engine.work_items.figures_of(queue))


def _view(using: Parts, item: WorkItem) -> WorkItemView:
    return item_view(item, using.engine.work_items.rules_of(item), now=using.engine.clock.now())


async def _detail(using: Parts, item: WorkItem) -> WorkItemDetail:
    tries = await using.engine.work_items.tries(item.item_id)
    return item_detail(_view(using, item), tuple(try_view(each) for each in tries))
