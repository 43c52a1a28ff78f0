"""Work items in memory, with the guarantees of the real records."""

from collections import Counter
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import count

from orchestrator.contract.work_items import AddedWorkItem, WorkItemState
from orchestrator.domain.work_items import (
    Holder,
    ItemId,
    QueueId,
    WorkItem,
    WorkQueue,
    is_late,
    is_ready,
    order,
    taken,
)
from orchestrator.engine.errors import ConflictError, NotFoundError
from orchestrator.engine.ports.audit import AuditEntry
from orchestrator.engine.ports.work_items import DecideItem, ItemQuery, ItemTry, QueueFigures

Write = Callable[[], Awaitable[None]]


@dataclass(slots=True)
class FakeTry:
    """A try with the requests that began and ended it."""

    known: ItemTry
    take_request: str
    end_request: str = ""


class FakeWorkItems:
    """`audit` is the store's own list."""

    def __init__(self, write: Write, audit: list[AuditEntry]) -> None:
        self.records: dict[QueueId, WorkQueue] = {}
        self.items: dict[ItemId, WorkItem] = {}
        self.taken: set[tuple[QueueId, str]] = set()
        """References that are not free."""
        self.known_tries: dict[ItemId, list[FakeTry]] = {}
        self._write = write
        self._audit = audit
        self._positions = count(1)

    async def queues(self) -> Sequence[WorkQueue]:
        return sorted(self.records.values(), key=lambda queue: queue.name)

    async def save_queue(self, queue: WorkQueue, audit: AuditEntry) -> None:
        await self._write()
        if any(each.name == queue.name and each.queue_id != queue.queue_id for each in self.records.values()):
            raise ConflictError(f"There is a queue {queue.name!r} already; choose another name.")
        self.records[queue.queue_id] = queue
        self._audit.append(audit)

    async def remove_queue(self, queue_id: QueueId, audit: AuditEntry) -> bool:
        await self._write()
        mine = [item for item in self.items.values() if item.queue_id == queue_id]
        for item in mine:
            if item.holder is not None:
                raise ConflictError(f"Job {item.holder.job_id} works on an item of this queue; cancel it.")
        for item in mine:
            del self.items[item.item_id]
        if queue_id in self.records:
            self._audit.append(audit)
        return self.records.pop(queue_id, None) is not None

    async def add(
        self, items: Sequence[WorkItem], *, unique: bool, audit: Callable[[int], AuditEntry | None]
    ) -> Sequence[AddedWorkItem]:
        await self._write()
        answers = [self._added(item, unique=unique) for item in items]
        entry = audit(sum(each.is_new for each in answers))
        self._audit += [entry] if entry is not None else []
        return answers

    def _added(self, item: WorkItem, *, unique: bool) -> AddedWorkItem:
        key = (item.queue_id, item.reference)
        owner = item.item_id if item.item_id in self.items else None
        if owner is None and unique and key in self.taken:
            owner = next(
                each.item_id
                for each in self.items.values()
                if (each.queue_id, each.reference) == key and each.state is not WorkItemState.DELETED
            )
        if owner is None:
            self.items[item.item_id] = replace(item, position=next(self._positions))
            self.taken |= {key} if unique and item.reference else set()
        return AddedWorkItem(
            item_id=owner or item.item_id, reference=item.reference, is_new=owner in {None, item.item_id}
        )

    async def take(self, queue_id: QueueId, holder: Holder, request_id: str) -> WorkItem | None:
        await self._write()
        for item in self.items.values():
            last = self.known_tries.get(item.item_id, [])[-1:]
            if item.holder is not None and item.holder.job_id == holder.job_id and last[0].take_request == request_id:
                return item
        mine = [each for each in self.items.values() if each.queue_id == queue_id]
        ready = sorted((each for each in mine if is_ready(each, now=holder.taken_at)), key=order)
        if not ready:
            return None
        after = self.items[ready[0].item_id] = taken(ready[0], holder)
        noted = ItemTry(
            number=after.tries,
            job_id=holder.job_id,
            attempt=holder.attempt,
            robot_id=holder.robot_id,
            taken_at=holder.taken_at,
        )
        self.known_tries.setdefault(after.item_id, []).append(FakeTry(noted, request_id))
        return after

    async def change(self, item_id: ItemId, decide: DecideItem, *, request_id: str = "") -> tuple[WorkItem, bool]:
        await self._write()
        item = self.items.get(item_id)
        if item is None:
            raise NotFoundError("item", item_id)
        tries = self.known_tries.get(item_id, [])
        if request_id and any(each.end_request == request_id for each in tries):
            return item, False
        move = decide(item)
        if move is None:
            return item, False
        after = self.items[item_id] = move.after
        if after.state is WorkItemState.DELETED:
            self.taken.discard((item.queue_id, item.reference))
        if item.holder is not None and after.holder is None:
            tries[-1].end_request = request_id
            tries[-1].known = replace(
                tries[-1].known, ended_at=after.changed_at, outcome=after.state, reason=after.reason
            )
        self._audit += [move.audit] if move.audit is not None else []
        return after, True

    async def one(self, item_id: ItemId) -> WorkItem | None:
        return self.items.get(item_id)

    async def named(self, queue_id: QueueId, reference: str) -> WorkItem | None:
        found = [
            each
            for each in self.items.values()
            if (each.queue_id, each.reference) == (queue_id, reference) and each.state is not WorkItemState.DELETED
        ]
        return max(found, key=lambda item: item.position, default=None)

    async def ended_by(self, request_id: str) -> WorkItem | None:
        for item_id, known in self.known_tries.items():
            if any(each.end_request == request_id for each in known):
                return self.items[item_id]
        return None

    async def listing(self, query: ItemQuery) -> tuple[Sequence[WorkItem], int]:
        found = [
            each
            for each in sorted(self.items.values(), key=lambda item: -item.position)
            if query.queue_id in {None, each.queue_id}
            and (each.state in query.states if query.states else each.state is not WorkItemState.DELETED)
            and query.text in each.reference
            and (query.job_id is None or query.job_id in {one.job_id for one in await self.tries(each.item_id)})
        ]
        return found[query.offset : query.offset + query.limit], len(found)

    async def tries(self, item_id: ItemId) -> Sequence[ItemTry]:
        return [each.known for each in self.known_tries.get(item_id, [])]

    async def held(self) -> Sequence[WorkItem]:
        return [item for item in self.items.values() if item.holder is not None]

    async def figures(self, queues: Sequence[WorkQueue], now: datetime) -> Mapping[QueueId, QueueFigures]:
        return {queue.queue_id: self._figures(queue, now) for queue in queues}

    def _figures(self, queue: WorkQueue, now: datetime) -> QueueFigures:
        mine = [item for item in self.items.values() if item.queue_id == queue.queue_id]
        open_ = [item for item in mine if not item.state.has_ended]
        soon = now + timedelta(seconds=queue.due_soon_s)
        tries = [each.known for item in mine for each in self.known_tries.get(item.item_id, [])]
        lengths = [
            (each.ended_at - each.taken_at).total_seconds()
            for each in tries
            if each.outcome is WorkItemState.SUCCESSFUL and each.ended_at is not None
        ]
        return QueueFigures(
            counts=Counter(item.state for item in mine),
            ready=sum(is_ready(item, now=now) for item in mine),
            average_s=sum(lengths) / len(lengths) if lengths else None,
            oldest_at=min((item.created_at for item in open_ if item.state.is_waiting), default=None),
            next_due_at=min((item.due_at for item in open_ if item.due_at is not None), default=None),
            due_soon=sum(item.due_at is not None and now <= item.due_at < soon for item in open_),
            late=sum(is_late(item, now=now) for item in open_),
        )

    async def ready(self, queue_id: QueueId, now: datetime) -> tuple[int, datetime | None]:
        mine = [item for item in self.items.values() if item.queue_id == queue_id and item.state.is_waiting]
        rests = [item.not_before for item in mine if item.not_before is not None and item.not_before > now]
        return sum(is_ready(item, now=now) for item in mine), min(rests, default=None)

    async def deadlines(self, now: datetime) -> Mapping[QueueId, tuple[int, datetime | None]]:
        found: dict[QueueId, tuple[int, datetime | None]] = {}
        for queue_id in {item.queue_id for item in self.items.values()}:
            open_ = [each for each in self.items.values() if each.queue_id == queue_id and not each.state.has_ended]
            coming = [each.due_at for each in open_ if each.due_at is not None and each.due_at >= now]
            late = sum(is_late(each, now=now) for each in open_)
            if late or coming:
                found[queue_id] = (late, min(coming, default=None))
        return found

    async def remove_ended(self, queue_id: QueueId, before: datetime, *, most: int) -> int:
        await self._write()
        old = [
            item.item_id
            for item in self.items.values()
            if item.queue_id == queue_id and item.ended_at is not None and item.ended_at < before
        ][:most]
        for item_id in old:
            gone = self.items.pop(item_id)
            self.taken.discard((gone.queue_id, gone.reference))
            self.known_tries.pop(item_id, None)
        return len(old)
