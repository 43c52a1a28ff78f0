"""What is remembered of work items, their queues and their tries."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from orchestrator.contract.ids import JobId, RobotId
from orchestrator.contract.work_items import AddedWorkItem, WorkItemState
from orchestrator.domain.work_items import Holder, ItemId, QueueId, WorkItem, WorkQueue
from orchestrator.engine.ports.audit import AuditEntry


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemTry:
    """One time that an item was in a run's hands."""

    number: int
    job_id: JobId
    attempt: int
    robot_id: RobotId | None
    taken_at: datetime
    ended_at: datetime | None = None
    outcome: WorkItemState | None = None
    """Where the item stood afterwards; None while the try lasts."""
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemQuery:
    """Which items to list."""

    queue_id: QueueId | None = None
    states: frozenset[WorkItemState] = frozenset()
    """None: all but deleted ones."""
    text: str = ""
    """Part of the reference."""
    job_id: JobId | None = None
    """Items that a run of this job has had."""
    offset: int = 0
    limit: int = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueFigures:
    """A queue in numbers."""

    counts: Mapping[WorkItemState, int] = field(default_factory=dict)
    ready: int = 0
    """Could be handed out now."""
    average_s: float | None = None
    """Of successful tries, from taking to ending."""
    oldest_at: datetime | None = None
    """When the item that waits longest was added."""
    next_due_at: datetime | None = None
    """The earliest deadline of an item that has not ended."""
    due_soon: int = 0
    late: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemMove:
    """What becomes of an item, and what is written down of it."""

    after: WorkItem
    audit: AuditEntry | None = None


DecideItem = Callable[[WorkItem], ItemMove | None]
"""Looks at the item as it is and says what becomes of it; None leaves it alone. It must not wait, and may raise."""


class WorkItemStore(Protocol):
    """Queues, items and tries. An item is handed out once at a time, and ended once."""

    async def queues(self) -> Sequence[WorkQueue]:
        """By name."""
        ...

    async def save_queue(self, queue: WorkQueue, audit: AuditEntry) -> None:
        """Insert or replace. ConflictError when another queue has the name."""
        ...

    async def remove_queue(self, queue_id: QueueId, audit: AuditEntry) -> bool:
        """With its items. ConflictError while runs work on some."""
        ...

    async def add(
        self, items: Sequence[WorkItem], *, unique: bool, audit: Callable[[int], AuditEntry | None]
    ) -> Sequence[AddedWorkItem]:
        """Add items that are not there yet, all in one transaction; one answer for each, in order.

        With `unique`, a reference that an item of the queue has already gives that item. A known id gives the item
        too: a request that is repeated adds nothing. `audit` is told how many were new.
        """
        ...

    async def take(self, queue_id: QueueId, holder: Holder, request_id: str) -> WorkItem | None:
        """Hand out the next item; the same one for the same request, while its holder has it. None: there is none."""
        ...

    async def change(self, item_id: ItemId, decide: DecideItem, *, request_id: str = "") -> tuple[WorkItem, bool]:
        """Let the item be what `decide` says, and close its try when it leaves its holder's hands.

        (the item, whether it was changed); a request that closed a try before changes nothing. NotFoundError, and
        whatever `decide` raises.
        """
        ...

    async def one(self, item_id: ItemId) -> WorkItem | None: ...

    async def named(self, queue_id: QueueId, reference: str) -> WorkItem | None:
        """The newest one with the reference that was not deleted."""
        ...

    async def ended_by(self, request_id: str) -> WorkItem | None:
        """The item whose try this request has closed."""
        ...

    async def listing(self, query: ItemQuery) -> tuple[Sequence[WorkItem], int]:
        """(a page, how many there are in all), newest first."""
        ...

    async def tries(self, item_id: ItemId) -> Sequence[ItemTry]:
        """Oldest first."""
        ...

    async def held(self) -> Sequence[WorkItem]:
        """Every item that a run works on."""
        ...

    async def figures(self, queues: Sequence[WorkQueue], now: datetime) -> Mapping[QueueId, QueueFigures]:
        """Each queue in numbers."""
        ...

    async def ready(self, queue_id: QueueId, now: datetime) -> tuple[int, datetime | None]:
        """(how many items can be handed out now, when the next one can that rests now)."""
        ...

    async def deadlines(self, now: datetime) -> Mapping[QueueId, tuple[int, datetime | None]]:
        """By queue: (how many open items are late, the next deadline of one that is not)."""
        ...

    async def remove_ended(self, queue_id: QueueId, before: datetime, *, most: int) -> int:
        """Forget items that ended before, with their tries."""
        ...
