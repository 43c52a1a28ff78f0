"""Between work items and the rows that they lie in."""

from typing import Any

from sqlalchemy import RowMapping

from orchestrator.contract.ids import JobId, RobotId
from orchestrator.contract.states import JobPriority
from orchestrator.contract.work_items import WorkItemState
from orchestrator.domain.work_items import Holder, ItemId, QueueId, WorkItem
from orchestrator.engine.ports.work_items import ItemTry
from orchestrator.store.columns import number_of

_NO_DEADLINE = 2**63 - 1
"""Sorts behind every deadline."""
_URGENT_FIRST = {priority: max(each.rank for each in JobPriority) - priority.rank for priority in JobPriority}
_PRIORITIES = {urgency: priority for priority, urgency in _URGENT_FIRST.items()}


def row_of(item: WorkItem, *, unique: bool) -> dict[str, Any]:
    """A new item's row; with `unique` its reference is taken from now on."""
    return {
        "item_id": item.item_id,
        "queue_id": item.queue_id,
        "reference": item.reference,
        "reference_key": item.reference if unique and item.reference else None,
        "added_by": item.added_by,
        "created_at": item.created_at,
        **changing(item),
    }


def changing(item: WorkItem) -> dict[str, Any]:
    """The columns that a move may change."""
    holder = item.holder
    return {
        "state": item.state.value,
        "urgency": _URGENT_FIRST[item.priority],
        "payload": dict(item.payload),
        "output": item.output,
        "reason": item.reason,
        "due_at": item.due_at,
        "due_order": _NO_DEADLINE if item.due_at is None else number_of(item.due_at),
        "not_before": item.not_before,
        "changed_at": item.changed_at,
        "ended_at": item.ended_at,
        "tries": item.tries,
        "failures": item.failures,
        "job_id": holder.job_id if holder else None,
        "attempt": holder.attempt if holder else None,
        "robot_id": holder.robot_id if holder else None,
        "taken_at": holder.taken_at if holder else None,
    }


def item_of(row: RowMapping) -> WorkItem:
    """The item in a row."""
    holder = None
    if row["job_id"] is not None:
        holder = Holder(
            job_id=JobId(row["job_id"]),
            attempt=row["attempt"],
            robot_id=None if row["robot_id"] is None else RobotId(row["robot_id"]),
            taken_at=row["taken_at"],
        )
    return WorkItem(
        item_id=ItemId(row["item_id"]),
        queue_id=QueueId(row["queue_id"]),
        reference=row["reference"],
        state=WorkItemState(row["state"]),
        priority=_PRIORITIES[row["urgency"]],
        payload=row["payload"],
        output=row["output"],
        reason=row["reason"],
        due_at=row["due_at"],
        not_before=row["not_before"],
        created_at=row["created_at"],
        changed_at=row["changed_at"],
        ended_at=row["ended_at"],
        tries=row["tries"],
        failures=row["failures"],
        holder=holder,
        added_by=row["added_by"],
        position=row["position"],
    )


def try_of(row: RowMapping) -> ItemTry:
    """The try in a row."""
    return ItemTry(
        number=row["number"],
        job_id=JobId(row["job_id"]),
        attempt=row["attempt"],
        robot_id=None if row["robot_id"] is None else RobotId(row["robot_id"]),
        taken_at=row["taken_at"],
        ended_at=row["ended_at"],
        outcome=None if row["outcome"] is None else WorkItemState(row["outcome"]),
        reason=row["reason"],
    )
