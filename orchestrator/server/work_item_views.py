"""Work items as the API shows them: without secrets."""

from datetime import datetime

from orchestrator.contract.api.work_items import ItemTryView, QueueView, WorkItemDetail, WorkItemView
from orchestrator.contract.variables import MASK
from orchestrator.domain.work_items import WorkItem, WorkQueue, is_late
from orchestrator.engine.ports.work_items import ItemTry, QueueFigures
from orchestrator.engine.sealing import is_sealed


def queue_view(queue: WorkQueue, figures: QueueFigures) -> QueueView:
    """A queue with its figures."""
    return QueueView(
        queue_id=queue.queue_id,
        name=queue.name,
        description=queue.description,
        max_retries=queue.max_retries,
        retry_delay_s=queue.retry_delay_s,
        unique_references=queue.unique_references,
        due_after_s=queue.due_after_s,
        due_soon_s=queue.due_soon_s,
        secret_fields=tuple(sorted(queue.secret_fields)),
        keep_days=queue.keep_days,
        paused=queue.paused,
        created_at=queue.created_at,
        counts=dict(figures.counts),
        ready=figures.ready,
        average_s=figures.average_s,
        oldest_at=figures.oldest_at,
        next_due_at=figures.next_due_at,
        due_soon=figures.due_soon,
        late=figures.late,
    )


def item_view(item: WorkItem, queue: WorkQueue, *, now: datetime) -> WorkItemView:
    """An item in a table."""
    holder = item.holder
    hidden = queue.secret_fields
    return WorkItemView(
        item_id=item.item_id,
        queue_id=item.queue_id,
        queue=queue.name,
        reference=item.reference,
        state=item.state,
        priority=item.priority,
        payload={name: MASK if name in hidden or is_sealed(value) else value for name, value in item.payload.items()},
        output=item.output,
        reason=item.reason,
        due_at=item.due_at,
        is_late=is_late(item, now=now),
        not_before=item.not_before,
        created_at=item.created_at,
        changed_at=item.changed_at,
        ended_at=item.ended_at,
        tries=item.tries,
        failures=item.failures,
        job_id=holder.job_id if holder else None,
        attempt=holder.attempt if holder else None,
        robot_id=holder.robot_id if holder else None,
        added_by=item.added_by,
    )


def item_detail(view: WorkItemView, tries: tuple[ItemTryView, ...]) -> WorkItemDetail:
    """An item with its history."""
    return WorkItemDetail(**view.model_dump(), history=tries)


def try_view(each: ItemTry) -> ItemTryView:
    """One try."""
    return ItemTryView(
        number=each.number,
        job_id=each.job_id,
        attempt=each.attempt,
        robot_id=each.robot_id,
        taken_at=each.taken_at,
        ended_at=each.ended_at,
        outcome=each.outcome,
        reason=each.reason,
    )
