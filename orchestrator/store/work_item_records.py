"""Queries over work items, and the room behind the engine's port for them."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from pydantic import TypeAdapter
from sqlalchemy import ColumnElement, Connection, Select, and_, delete, func, insert, or_, select, update

from orchestrator.contract.work_items import AddedWorkItem, WorkItemState
from orchestrator.domain.work_items import Holder, ItemId, QueueId, WorkItem, WorkQueue, taken
from orchestrator.engine.errors import ConflictError, NotFoundError
from orchestrator.engine.ports.audit import AuditEntry
from orchestrator.engine.ports.work_items import DecideItem, ItemQuery, ItemTry, QueueFigures
from orchestrator.store import audit as audits
from orchestrator.store.database import Database
from orchestrator.store.schema_work_items import work_item_tries as tries
from orchestrator.store.schema_work_items import work_items as items
from orchestrator.store.schema_work_items import work_queues
from orchestrator.store.upsert import upsert
from orchestrator.store.work_item_figures import deadlines, figures
from orchestrator.store.work_item_rows import changing, item_of, row_of, try_of

_QUEUE: TypeAdapter[WorkQueue] = TypeAdapter(WorkQueue)
_AT_ONCE = 500
_HELD = items.c.state == WorkItemState.IN_PROGRESS.value


class WorkItemRecords:
    """The shipped `engine.ports.work_items.WorkItemStore`; what each method promises is written there."""

    def __init__(self, database: Database) -> None:
        self._database = database

    # --- queues ---------------------------------------------------------------------------------------------------

    async def queues(self) -> Sequence[WorkQueue]:
        return await self._database.read(_queues)

    async def save_queue(self, queue: WorkQueue, audit: AuditEntry) -> None:
        def work(connection: Connection) -> None:
            _save_queue(connection, queue)
            audits.add(connection, audit)

        await self._database.write(work)

    async def remove_queue(self, queue_id: QueueId, audit: AuditEntry) -> bool:
        def work(connection: Connection) -> bool:
            was_there = _remove_queue(connection, queue_id)
            audits.add(connection, audit if was_there else None)
            return was_there

        return await self._database.write(work)

    # --- items ----------------------------------------------------------------------------------------------------

    async def add(
        self, items: Sequence[WorkItem], *, unique: bool, audit: Callable[[int], AuditEntry | None]
    ) -> Sequence[AddedWorkItem]:
        def work(connection: Connection) -> Sequence[AddedWorkItem]:
            added = _add(connection, items, unique=unique)
            audits.add(connection, audit(sum(each.is_new for each in added)))
            return added

        return await self._database.write(work)

    async def take(self, queue_id: QueueId, holder: Holder, request_id: str) -> WorkItem | None:
        return await self._database.write(lambda connection: _take(connection, queue_id, holder, request_id))

    async def change(self, item_id: ItemId, decide: DecideItem, *, request_id: str = "") -> tuple[WorkItem, bool]:
        return await self._database.write(lambda connection: _change(connection, item_id, decide, request_id))

    async def one(self, item_id: ItemId) -> WorkItem | None:
        query = select(items).where(items.c.item_id == item_id)
        return await self._database.read(lambda connection: _first(connection, query))

    async def named(self, queue_id: QueueId, reference: str) -> WorkItem | None:
        query = (
            select(items)
            .where(
                items.c.queue_id == queue_id,
                items.c.reference == reference,
                items.c.state != WorkItemState.DELETED.value,
            )
            .order_by(items.c.position.desc())
            .limit(1)
        )
        return await self._database.read(lambda connection: _first(connection, query))

    async def ended_by(self, request_id: str) -> WorkItem | None:
        query = select(items).join(tries, tries.c.item_id == items.c.item_id).where(tries.c.end_request == request_id)
        return await self._database.read(lambda connection: _first(connection, query))

    async def listing(self, query: ItemQuery) -> tuple[Sequence[WorkItem], int]:
        return await self._database.read(lambda connection: _listing(connection, query))

    async def tries(self, item_id: ItemId) -> Sequence[ItemTry]:
        query = select(tries).where(tries.c.item_id == item_id).order_by(tries.c.number)
        return await self._database.read(
            lambda connection: [try_of(row) for row in connection.execute(query).mappings()]
        )

    async def held(self) -> Sequence[WorkItem]:
        query = select(items).where(_HELD).order_by(items.c.position)
        return await self._database.read(lambda connection: _all(connection, query))

    # --- figures --------------------------------------------------------------------------------------------------

    async def figures(self, queues: Sequence[WorkQueue], now: datetime) -> Mapping[QueueId, QueueFigures]:
        return await self._database.read(
            lambda connection: {queue.queue_id: figures(connection, queue, now) for queue in queues}
        )

    async def ready(self, queue_id: QueueId, now: datetime) -> tuple[int, datetime | None]:
        rests = select(func.min(items.c.not_before)).where(
            items.c.queue_id == queue_id, _waits(), items.c.not_before > now
        )

        def look(connection: Connection) -> tuple[int, datetime | None]:
            count = connection.execute(select(func.count()).select_from(items).where(*_ready(queue_id, now)))
            return count.scalar_one(), connection.execute(rests).scalar_one_or_none()

        return await self._database.read(look)

    async def deadlines(self, now: datetime) -> Mapping[QueueId, tuple[int, datetime | None]]:
        return await self._database.read(lambda connection: deadlines(connection, now))

    async def remove_ended(self, queue_id: QueueId, before: datetime, *, most: int) -> int:
        return await self._database.write(lambda connection: _remove_ended(connection, queue_id, before, most))


def _waits() -> ColumnElement[bool]:
    """In the words of the partial index, which is taken for these only."""
    return items.c.state.in_([WorkItemState.NEW.value, WorkItemState.POSTPONED.value, WorkItemState.RETRY.value])


def _ready(queue_id: QueueId, now: datetime) -> tuple[ColumnElement[bool], ...]:
    may_go = or_(items.c.not_before.is_(None), items.c.not_before <= now)
    return (items.c.queue_id == queue_id, _waits(), may_go)


def _queues(connection: Connection) -> Sequence[WorkQueue]:
    documents = connection.execute(select(work_queues.c.queue).order_by(work_queues.c.name)).scalars()
    return [_QUEUE.validate_python(document, strict=False) for document in documents]


def _save_queue(connection: Connection, queue: WorkQueue) -> None:
    namesake = select(work_queues.c.queue_id).where(
        work_queues.c.name == queue.name, work_queues.c.queue_id != queue.queue_id
    )
    if connection.execute(namesake).first() is not None:
        raise ConflictError(f"There is a queue {queue.name!r} already; choose another name.")
    document = _QUEUE.dump_python(queue, mode="json")
    upsert(connection, work_queues, [{"queue_id": queue.queue_id, "name": queue.name, "queue": document}])


def _remove_queue(connection: Connection, queue_id: QueueId) -> bool:
    held = connection.execute(select(items.c.job_id).where(items.c.queue_id == queue_id, _HELD).limit(1)).scalar()
    if held is not None:
        raise ConflictError(f"Job {held} works on an item of this queue; cancel it, or wait for its end.")
    for table in (tries, items):
        connection.execute(delete(table).where(table.c.queue_id == queue_id))
    return connection.execute(delete(work_queues).where(work_queues.c.queue_id == queue_id)).rowcount == 1


def _add(connection: Connection, new: Sequence[WorkItem], *, unique: bool) -> Sequence[AddedWorkItem]:
    known_ids = _known(connection, items.c.item_id, [each.item_id for each in new])
    references = [each.reference for each in new if each.reference] if unique else []
    owners = _known(connection, items.c.reference_key, references, items.c.queue_id == new[0].queue_id) if new else {}
    answers: list[AddedWorkItem] = []
    rows = []
    for item in new:
        owner = known_ids.get(item.item_id) or (owners.get(item.reference) if unique and item.reference else None)
        if owner is None:
            rows.append(row_of(item, unique=unique))
            owners[item.reference] = item.item_id
        answers.append(
            AddedWorkItem(item_id=owner or item.item_id, reference=item.reference, is_new=owner in {None, item.item_id})
        )
    if rows:
        connection.execute(insert(items), rows)
    return answers


def _known(
    connection: Connection, column: ColumnElement[str], values: Sequence[str], *where: ColumnElement[bool]
) -> dict[str, str]:
    """Ids of items, by the value of a column."""
    found: dict[str, str] = {}
    for start in range(0, len(values), _AT_ONCE):
        query = select(column, items.c.item_id).where(column.in_(values[start : start + _AT_ONCE]), *where)
        found.update((value, item_id) for value, item_id in connection.execute(query))
    return found


def _take(connection: Connection, queue_id: QueueId, holder: Holder, request_id: str) -> WorkItem | None:
    repeated = (
        select(items)
        .join(tries, and_(tries.c.item_id == items.c.item_id, tries.c.number == items.c.tries))
        .where(tries.c.take_request == request_id, _HELD, items.c.job_id == holder.job_id)
    )
    known = _first(connection, repeated)
    if known is not None:
        return known
    query = (
        select(items)
        .where(*_ready(queue_id, holder.taken_at))
        .order_by(items.c.urgency, items.c.due_order, items.c.position)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    item = _first(connection, query)
    if item is None:
        return None
    after = taken(item, holder)
    _write(connection, after)
    row = {
        "item_id": after.item_id,
        "number": after.tries,
        "queue_id": queue_id,
        "job_id": holder.job_id,
        "attempt": holder.attempt,
        "robot_id": holder.robot_id,
        "taken_at": holder.taken_at,
        "take_request": request_id,
        "reason": "",
    }
    connection.execute(insert(tries), row)
    return after


def _change(connection: Connection, item_id: ItemId, decide: DecideItem, request_id: str) -> tuple[WorkItem, bool]:
    item = _first(connection, select(items).where(items.c.item_id == item_id).with_for_update())
    if item is None:
        raise NotFoundError("item", item_id)
    said_before = select(tries.c.number).where(tries.c.item_id == item_id, tries.c.end_request == request_id)
    if request_id and connection.execute(said_before).first() is not None:
        return item, False
    move = decide(item)
    if move is None:
        return item, False
    _write(connection, move.after)
    if item.holder is not None and move.after.holder is None:
        _end_try(connection, move.after, request_id)
    audits.add(connection, move.audit)
    return move.after, True


def _write(connection: Connection, after: WorkItem) -> None:
    freed = {"reference_key": None} if after.state is WorkItemState.DELETED else {}
    connection.execute(update(items).where(items.c.item_id == after.item_id).values(**changing(after), **freed))


def _end_try(connection: Connection, after: WorkItem, request_id: str) -> None:
    values = {
        "ended_at": after.changed_at,
        "outcome": after.state.value,
        "end_request": request_id or None,
        "reason": after.reason,
    }
    query = update(tries).where(tries.c.item_id == after.item_id, tries.c.number == after.tries)
    connection.execute(query.values(**values))


def _listing(connection: Connection, query: ItemQuery) -> tuple[Sequence[WorkItem], int]:
    where: list[ColumnElement[bool]] = []
    if query.queue_id is not None:
        where.append(items.c.queue_id == query.queue_id)
    if query.states:
        where.append(items.c.state.in_(sorted(each.value for each in query.states)))
    else:
        where.append(items.c.state != WorkItemState.DELETED.value)
    if query.text:
        where.append(items.c.reference.contains(query.text, autoescape=True))
    if query.job_id is not None:
        where.append(items.c.item_id.in_(select(tries.c.item_id).where(tries.c.job_id == query.job_id)))
    total = connection.execute(select(func.count()).select_from(items).where(*where)).scalar_one()
    page = select(items).where(*where).order_by(items.c.position.desc()).offset(query.offset).limit(query.limit)
    return _all(connection, page), total


def _remove_ended(connection: Connection, queue_id: QueueId, before: datetime, most: int) -> int:
    old = (
        select(items.c.item_id)
        .where(items.c.queue_id == queue_id, items.c.ended_at < before)
        .order_by(items.c.ended_at)
        .limit(most)
    )
    gone = connection.execute(old).scalars().all()
    for table in (tries, items) if gone else ():
        connection.execute(delete(table).where(table.c.item_id.in_(gone)))
    return len(gone)


def _first(connection: Connection, query: Select[tuple[object, ...]]) -> WorkItem | None:
    row = connection.execute(query).mappings().first()
    return None if row is None else item_of(row)


def _all(connection: Connection, query: Select[tuple[object, ...]]) -> Sequence[WorkItem]:
    return [item_of(row) for row in connection.execute(query).mappings()]
