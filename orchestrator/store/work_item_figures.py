"""Queues of work items in numbers."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from sqlalchemy import BigInteger, Connection, func, or_, select, type_coerce

from orchestrator.contract.work_items import WAITING_STATES, WorkItemState
from orchestrator.domain.work_items import QueueId, WorkQueue
from orchestrator.engine.ports.work_items import QueueFigures
from orchestrator.store.schema_work_items import work_item_tries as tries
from orchestrator.store.schema_work_items import work_items as items

_MICROSECONDS = 1_000_000
_WAITS = items.c.state.in_(sorted(each.value for each in WAITING_STATES))
_OPEN = items.c.state.in_(sorted(each.value for each in {*WAITING_STATES, WorkItemState.IN_PROGRESS}))


def figures(connection: Connection, queue: WorkQueue, now: datetime) -> QueueFigures:
    """One queue."""
    mine = items.c.queue_id == queue.queue_id
    counts = connection.execute(select(items.c.state, func.count()).where(mine).group_by(items.c.state)).all()
    waiting = select(func.count(), func.min(items.c.created_at)).where(mine, _WAITS)
    ready = waiting.where(or_(items.c.not_before.is_(None), items.c.not_before <= now))
    soon = now + timedelta(seconds=queue.due_soon_s)
    due = select(func.count()).select_from(items).where(mine, _OPEN)
    return QueueFigures(
        counts={WorkItemState(state): count for state, count in counts},
        ready=connection.execute(ready).one()[0],
        average_s=_average_s(connection, queue.queue_id),
        oldest_at=connection.execute(waiting).one()[1],
        next_due_at=connection.execute(select(func.min(items.c.due_at)).where(mine, _OPEN)).scalar_one_or_none(),
        due_soon=connection.execute(due.where(items.c.due_at >= now, items.c.due_at < soon)).scalar_one(),
        late=connection.execute(due.where(items.c.due_at < now)).scalar_one(),
    )


def deadlines(connection: Connection, now: datetime) -> Mapping[QueueId, tuple[int, datetime | None]]:
    """By queue: (how many open items are late, the next deadline of one that is not)."""
    late = select(items.c.queue_id, func.count()).where(_OPEN, items.c.due_at < now).group_by(items.c.queue_id)
    coming = (
        select(items.c.queue_id, func.min(items.c.due_at))
        .where(_OPEN, items.c.due_at >= now)
        .group_by(items.c.queue_id)
    )
    counts = {QueueId(queue_id): count for queue_id, count in connection.execute(late)}
    nexts = {QueueId(queue_id): due_at for queue_id, due_at in connection.execute(coming)}
    return {queue_id: (counts.get(queue_id, 0), nexts.get(queue_id)) for queue_id in counts.keys() | nexts.keys()}


def _average_s(connection: Connection, queue_id: QueueId) -> float | None:
    length = type_coerce(tries.c.ended_at, BigInteger) - type_coerce(tries.c.taken_at, BigInteger)
    query = select(func.avg(length)).where(
        tries.c.queue_id == queue_id, tries.c.outcome == WorkItemState.SUCCESSFUL.value
    )
    found = connection.execute(query).scalar_one_or_none()
    return None if found is None else float(found) / _MICROSECONDS
