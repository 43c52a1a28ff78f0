"""The desk of work items: queues and their rules, and what people and programs do with items."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from pydantic_core import to_json

from orchestrator.contract.ids import JobId, JsonValue, new_id
from orchestrator.contract.work_items import MAX_PAYLOAD_BYTES, AddedWorkItem, NewWorkItem
from orchestrator.domain.work_item_events import (
    WorkItemChanged,
    WorkItemsAdded,
    WorkQueueChanged,
    WorkQueueRemoved,
)
from orchestrator.domain.work_items import (
    ItemId,
    ItemMoveError,
    QueueId,
    WorkItem,
    WorkQueue,
    again,
    deadline,
    deleted,
    postponed,
    said,
)
from orchestrator.engine.bus import AuditAdded, EventBus
from orchestrator.engine.clock import Clock
from orchestrator.engine.errors import ConflictError, InvalidRequestError, NotFoundError
from orchestrator.engine.ports.audit import AuditEntry
from orchestrator.engine.ports.work_items import (
    DecideItem,
    ItemMove,
    ItemQuery,
    ItemTry,
    QueueFigures,
    WorkItemStore,
)
from orchestrator.engine.sealing import Sealing


class WorkItems:
    """Queues in memory, items in the store; every change of an item goes through `change`."""

    def __init__(self, store: WorkItemStore, bus: EventBus, clock: Clock, *, sealing: Sealing) -> None:
        self._store = store
        self._bus = bus
        self._clock = clock
        self._sealing = sealing
        self._queues: dict[QueueId, WorkQueue] = {}

    async def load(self) -> None:
        """Read the queues."""
        self._queues = {queue.queue_id: queue for queue in await self._store.queues()}

    # --- queues ---------------------------------------------------------------------------------------------------

    def queues(self) -> tuple[WorkQueue, ...]:
        """Every queue, by name."""
        return tuple(sorted(self._queues.values(), key=lambda queue: queue.name))

    def queue(self, wanted: str) -> WorkQueue:
        """The queue with this id or, failing that, this name. Raises NotFoundError."""
        known = self._queues.get(QueueId(wanted))
        found = known or next((each for each in self._queues.values() if each.name == wanted), None)
        if found is None:
            raise NotFoundError("queue", wanted)
        return found

    def rules_of(self, item: WorkItem) -> WorkQueue:
        """The queue that an item is in. Raises NotFoundError when it was removed meanwhile."""
        return self.queue(item.queue_id)

    async def add_queue(self, queue: WorkQueue, *, actor: str = "engine") -> WorkQueue:
        """Keep a new queue. Raises ConflictError for a name that is taken."""
        return await self._save(queue, "work_queue.added", f"Queue {queue.name} was added.", actor)

    async def change_queue(self, queue: WorkQueue, *, actor: str = "engine") -> WorkQueue:
        """Give a queue other rules. Raises NotFoundError, ConflictError."""
        self.queue(queue.queue_id)
        changed = replace(queue, updated_at=self._clock.now())
        return await self._save(changed, "work_queue.changed", f"The rules of queue {queue.name} were changed.", actor)

    async def remove_queue(self, queue_id: QueueId, *, actor: str = "engine") -> None:
        """Forget a queue with its items. Raises NotFoundError; ConflictError while runs work on some."""
        queue = self.queue(queue_id)
        entry = self._entry("work_queue.removed", f"Queue {queue.name} was removed with its items.", actor)
        await self._store.remove_queue(queue_id, entry)
        self._queues.pop(queue_id, None)
        self._bus.publish(WorkQueueRemoved(queue_id=queue_id, queue_name=queue.name))
        self._bus.publish(AuditAdded(entry=entry))

    async def figures(self) -> Mapping[QueueId, QueueFigures]:
        """Every queue in numbers."""
        return await self._store.figures(self.queues(), self._clock.now())

    async def figures_of(self, queue: WorkQueue) -> QueueFigures:
        """One queue in numbers."""
        return (await self._store.figures([queue], self._clock.now()))[queue.queue_id]

    # --- items ----------------------------------------------------------------------------------------------------

    async def add(
        self, queue: WorkQueue, items: Sequence[NewWorkItem], *, actor: str, ids: Sequence[str] | None = None
    ) -> Sequence[AddedWorkItem]:
        """Add items that the queue has not got yet; one answer for each, in order. Durable when this returns.

        With `ids`, a repeat of the same call adds nothing. InvalidRequestError names the item and the field.
        """
        now = self._clock.now()
        names = ids if ids is not None else [new_id() for _ in items]
        new = [
            replace(self._new(queue, each, now, place=place), item_id=ItemId(item_id), added_by=actor)
            for place, (each, item_id) in enumerate(zip(items, names, strict=True))
        ]
        entries: list[AuditEntry] = []

        def audit(count: int) -> AuditEntry | None:
            what = f"Item {new[0].name} was" if len(new) == 1 else f"{count:,} items were"
            entry = self._entry("work_items.added", f"{what} added to {queue.name}.", actor, details={"count": count})
            entries.append(entry)
            return entry if count else None

        added = await self._store.add(new, unique=queue.unique_references, audit=audit)
        count = sum(each.is_new for each in added)
        if count:
            self._bus.publish(WorkItemsAdded(queue_id=queue.queue_id, queue_name=queue.name, count=count))
            self._bus.publish(AuditAdded(entry=entries[-1]))
        return added

    async def get(self, item_id: str) -> WorkItem:
        """One item. NotFoundError."""
        found = await self._store.one(ItemId(item_id))
        if found is None:
            raise NotFoundError("item", item_id)
        return found

    async def find(self, queue: WorkQueue, reference: str) -> WorkItem:
        """The item that the business calls so. NotFoundError."""
        found = await self._store.named(queue.queue_id, reference)
        if found is None:
            raise NotFoundError(f"item in {queue.name}", reference)
        return found

    async def listing(self, query: ItemQuery) -> tuple[Sequence[WorkItem], int]:
        """(a page, how many there are in all), newest first."""
        return await self._store.listing(query)

    async def tries(self, item_id: ItemId) -> Sequence[ItemTry]:
        """Each time that the item was in a run's hands, oldest first."""
        return await self._store.tries(item_id)

    async def retry(self, item_id: str, *, actor: str) -> WorkItem:
        """Let a failed item be tried again, with all its tries. NotFoundError; ConflictError when it has not failed."""
        return await self.moved_by(lambda item, now: again(item, now=now), item_id, "retried", actor)

    async def postpone(self, item_id: str, until: datetime, *, reason: str = "", actor: str) -> WorkItem:
        """Hand an item out later. NotFoundError; ConflictError when it does not wait."""

        def later(item: WorkItem, now: datetime) -> WorkItem:
            if item.holder is not None:
                raise _in_a_runs_hands(item)
            return postponed(item, until, now=now, reason=reason)

        return await self.moved_by(later, item_id, "postponed", actor)

    async def delete(self, item_id: str, *, actor: str) -> WorkItem:
        """Take an item out; its reference is free again. NotFoundError; ConflictError while a run has it."""

        def gone(item: WorkItem, now: datetime) -> WorkItem:
            if item.holder is not None:
                raise _in_a_runs_hands(item)
            return deleted(item, now=now)

        return await self.moved_by(gone, item_id, "deleted", actor)

    async def change(self, item_id: ItemId, decide: DecideItem, *, request_id: str = "") -> tuple[WorkItem, bool]:
        """The one door for changes of an item: see `WorkItemStore.change`; what happened is announced."""
        entries: list[AuditEntry] = []

        def noted(item: WorkItem) -> ItemMove | None:
            move = decide(item)
            entries[:] = [move.audit] if move is not None and move.audit is not None else []
            return move

        item, is_changed = await self._store.change(item_id, noted, request_id=request_id)
        if is_changed:
            self.announce(item)
            for entry in entries:
                self._bus.publish(AuditAdded(entry=entry))
        return item, is_changed

    def announce(self, item: WorkItem) -> None:
        """Tell that an item has changed."""
        self._bus.publish(WorkItemChanged(item=item))

    def opened(self, item: WorkItem) -> dict[str, JsonValue]:
        """The payload as it was given, secrets too: for the run that works on it. Raises SealedError."""
        return self._sealing.opened_fields(item.payload)

    async def forget_old(self, queue: WorkQueue, before: datetime, *, most: int) -> int:
        """Forget items that ended before; how many there were."""
        return await self._store.remove_ended(queue.queue_id, before, most=most)

    # --- inside ---------------------------------------------------------------------------------------------------

    async def _save(self, queue: WorkQueue, kind: str, words: str, actor: str) -> WorkQueue:
        entry = self._entry(kind, words, actor)
        await self._store.save_queue(queue, entry)
        self._queues[queue.queue_id] = queue
        self._bus.publish(WorkQueueChanged(queue=queue))
        self._bus.publish(AuditAdded(entry=entry))
        return queue

    def _new(self, queue: WorkQueue, given: NewWorkItem, now: datetime, *, place: int) -> WorkItem:
        if len(to_json(given.payload)) > MAX_PAYLOAD_BYTES:
            raise InvalidRequestError(
                f"items[{place}].payload: it may have {MAX_PAYLOAD_BYTES // 1_024} KiB; keep large data in a file.",
                field=f"items[{place}].payload",
            )
        return WorkItem(
            item_id=ItemId(""),
            queue_id=queue.queue_id,
            reference=given.reference,
            priority=given.priority,
            payload=self._sealing.sealed_fields(queue.secret_fields, given.payload),
            due_at=deadline(queue, given.due_at, now=now),
            not_before=given.not_before,
            created_at=now,
            changed_at=now,
        )

    async def moved_by(
        self, move: Callable[[WorkItem, datetime], WorkItem], item_id: str, word: str, actor: str
    ) -> WorkItem:
        """The item after what a person has decided. NotFoundError; ConflictError where it cannot move like that."""
        now = self._clock.now()

        def decide(item: WorkItem) -> ItemMove:
            words = f"Item {item.name} of {self.rules_of(item).name} was {word}."
            entry = self._entry(f"work_item.{word}", words, actor, details={"item_id": item.item_id})
            return ItemMove(after=move(item, now), audit=entry)

        try:
            changed, _ = await self.change(ItemId(item_id), decide)
        except ItemMoveError as error:
            raise ConflictError(f"The item is {said(error.before)} and cannot be {word}.") from None
        return changed

    def _entry(
        self,
        kind: str,
        message: str,
        actor: str,
        *,
        job_id: JobId | None = None,
        details: Mapping[str, JsonValue] | None = None,
    ) -> AuditEntry:
        return AuditEntry(
            at=self._clock.now(), kind=kind, message=message, actor=actor, job_id=job_id, details=details or {}
        )


def _in_a_runs_hands(item: WorkItem) -> ConflictError:
    assert item.holder is not None
    return ConflictError(f"Job {item.holder.job_id} works on the item now: cancel the job first, or wait for its end.")
