"""work_item.get, work_item.complete, work_item.fail, work_item.postpone, work_item.add."""

from pydantic_core import to_json

from orchestrator.contract.actions.work_items import (
    AddWorkItems,
    CompleteWorkItem,
    FailWorkItem,
    PostponeWorkItem,
    TakeWorkItem,
)
from orchestrator.contract.errors import ErrorKind
from orchestrator.contract.ids import JsonValue
from orchestrator.contract.protocol.terms import MAX_MESSAGE_BYTES
from orchestrator.contract.protocol.work_items import WorkItemAnswer
from orchestrator.contract.work_items import (
    AddItems,
    CompleteItem,
    FailItem,
    ItemOutcome,
    ItemWish,
    PostponeItem,
    TakeItem,
)
from robot.actions.work import Work
from robot.errors import ActionError
from robot.workflow.passes import end_early

_MOST_BYTES = MAX_MESSAGE_BYTES // 2
"""Of one wish: half a message, since texts grow when they are written as JSON."""


async def take(work: Work, parameters: TakeWorkItem) -> JsonValue:
    """The next item, or null."""
    answer = await _asked(work, TakeItem(queue=parameters.queue))
    if answer.item is not None:
        item: dict[str, JsonValue] = answer.item.model_dump(mode="json", exclude={"secret"})
        return item
    if parameters.when_none == "fail":
        raise ActionError.of(ErrorKind.BUSINESS, f"No item waits in the queue {parameters.queue}.")
    if parameters.when_none == "stop":
        end_early()
    return None


async def complete(work: Work, parameters: CompleteWorkItem) -> JsonValue:
    """The item is done."""
    return await _ended(work, CompleteItem(item_id=parameters.item_id, output=parameters.output))


async def fail(work: Work, parameters: FailWorkItem) -> JsonValue:
    """The item cannot be done."""
    return await _ended(work, FailItem(item_id=parameters.item_id, kind=parameters.failure, reason=parameters.reason))


async def postpone(work: Work, parameters: PostponeWorkItem) -> JsonValue:
    """The item is given back for later."""
    wish = PostponeItem(
        item_id=parameters.item_id, until=parameters.until, delay_s=parameters.delay_s, reason=parameters.reason
    )
    return await _ended(work, wish)


async def add(work: Work, parameters: AddWorkItems) -> JsonValue:
    """More items for a queue."""
    answer = await _asked(work, AddItems(queue=parameters.queue, items=parameters.items))
    new = sum(each.is_new for each in answer.added)
    return {"added": new, "known": len(answer.added) - new, "ids": [each.item_id for each in answer.added]}


async def _ended(work: Work, wish: ItemWish) -> JsonValue:
    return {"state": (await _asked(work, wish)).state}


async def _asked(work: Work, wish: ItemWish) -> WorkItemAnswer:
    """The orchestrator's answer; ActionError when it refuses, or nobody can be asked."""
    if work.ask_items is None:
        raise ActionError.of(ErrorKind.BAD_WORKFLOW, f"{work.call.action} needs an orchestrator that keeps queues.")
    if len(to_json(wish)) > _MOST_BYTES:
        message = f"{work.call.action} may carry {_MOST_BYTES // 1_024} KiB; keep large data in a file."
        raise ActionError.of(ErrorKind.BAD_WORKFLOW, message)
    answer = await work.ask_items(wish)
    if answer.outcome is ItemOutcome.REFUSED:
        raise ActionError.of(ErrorKind.BUSINESS, answer.message or "The orchestrator refused.")
    return answer
