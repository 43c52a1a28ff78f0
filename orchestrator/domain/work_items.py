"""Work items and their queues: how an item moves, who has it, and what a failed try means.

A failed try is worth another one while the queue allows it, unless the business itself said no. An item is handed out
to one attempt of one job; what any other attempt says of it is old news.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NewType

from orchestrator.contract.ids import JobId, JsonValue, RobotId
from orchestrator.contract.states import JobPriority
from orchestrator.contract.work_items import ENDED_STATES, MAX_REASON, WorkItemState
from orchestrator.domain.errors import DomainError

QueueId = NewType("QueueId", str)
ItemId = NewType("ItemId", str)

_S = WorkItemState
TRANSITIONS: Mapping[WorkItemState, frozenset[WorkItemState]] = {
    _S.NEW: frozenset({_S.IN_PROGRESS, _S.POSTPONED, _S.DELETED}),
    _S.POSTPONED: frozenset({_S.IN_PROGRESS, _S.POSTPONED, _S.DELETED}),
    _S.RETRY: frozenset({_S.IN_PROGRESS, _S.POSTPONED, _S.DELETED}),
    _S.IN_PROGRESS: frozenset({_S.POSTPONED, _S.RETRY}) | ENDED_STATES - {_S.DELETED},
    _S.SUCCESSFUL: frozenset({_S.DELETED}),
    _S.FAILED_BUSINESS: frozenset({_S.RETRY, _S.SUCCESSFUL, _S.DELETED}),
    _S.FAILED_APPLICATION: frozenset({_S.RETRY, _S.SUCCESSFUL, _S.DELETED}),
    _S.ABANDONED: frozenset({_S.RETRY, _S.SUCCESSFUL, _S.DELETED}),
    _S.DELETED: frozenset(),
}
"""From where to where; a person's retry, or word that it is done, begins where an item has failed."""


class ItemMoveError(DomainError):
    """An item cannot move like that."""

    def __init__(self, item_id: str, before: WorkItemState, after: WorkItemState) -> None:
        super().__init__(f"Item {item_id} is {said(before)} and cannot become {said(after)}.")
        self.item_id = item_id
        self.before = before
        self.after = after


class NotHolderError(DomainError):
    """A run speaks about an item that is not its own, or not any more."""

    def __init__(self, item: "WorkItem") -> None:
        super().__init__(
            f"Item {item.name} is not this run's: it is {said(item.state)}"
            + (f", and job {item.holder.job_id} has it." if item.holder is not None else ".")
        )
        self.item_id = item.item_id


class ItemEnd(StrEnum):
    """How a run parts from an item."""

    SUCCESS = "success"
    BUSINESS = "business"
    TECHNICAL = "technical"
    LEFT = "left"
    """The attempt is over, and nobody said anything about the item."""
    IN_DOUBT = "in_doubt"
    """The same, and it may have done what must not be done twice: a person decides."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkQueue:
    """A queue and its rules; they count for what happens from now on."""

    queue_id: QueueId
    name: str
    description: str = ""
    max_retries: int = 1
    """Further tries after technical failures."""
    retry_delay_s: float = 0.0
    """An item rests so long before its next try."""
    unique_references: bool = True
    due_after_s: float | None = None
    """The deadline of items that come without one, from their adding."""
    due_soon_s: float = 3_600.0
    """How long before its deadline an item counts as due soon."""
    secret_fields: frozenset[str] = frozenset()
    """Fields of payloads that are sealed in the store and never shown."""
    keep_days: int = 90
    """Days after which items that ended are forgotten; 0: never."""
    paused: bool = False
    """True: nothing is handed out."""
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Holder:
    """Who works on an item."""

    job_id: JobId
    attempt: int
    robot_id: RobotId | None
    taken_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkItem:
    """One item at one moment; moving it makes a new value."""

    item_id: ItemId
    queue_id: QueueId
    reference: str = ""
    state: WorkItemState = WorkItemState.NEW
    priority: JobPriority = JobPriority.NORMAL
    payload: Mapping[str, JsonValue] = field(default_factory=dict)
    output: JsonValue = None
    reason: str = ""
    """Why it stands where it stands, in words: of the last failure, or of a postponement."""
    due_at: datetime | None = None
    not_before: datetime | None = None
    created_at: datetime
    changed_at: datetime
    ended_at: datetime | None = None
    tries: int = 0
    """How often it was taken; the number of the newest try, never used again."""
    failures: int = 0
    """Tries that failed technically since it was added, or since a person's retry."""
    holder: Holder | None = None
    added_by: str = ""
    position: int = 0
    """Order of adding, given by the store."""

    @property
    def name(self) -> str:
        """What people call it."""
        return self.reference or self.item_id

    def moved(self, state: WorkItemState, *, at: datetime, **changes: object) -> "WorkItem":
        """The item in another state. ItemMoveError."""
        if state not in TRANSITIONS[self.state]:
            raise ItemMoveError(self.item_id, self.state, state)
        ended_at = at if state.has_ended else None
        return replace(self, state=state, changed_at=at, ended_at=ended_at, **changes)  # type: ignore[arg-type]

    def is_held_by(self, job_id: str, attempt: int) -> bool:
        """Whether this attempt works on it."""
        return self.holder is not None and (self.holder.job_id, self.holder.attempt) == (job_id, attempt)


def said(state: WorkItemState) -> str:
    """A state in words."""
    return state.value.replace("_", " ")


def deadline(queue: WorkQueue, given: datetime | None, *, now: datetime) -> datetime | None:
    """The item's own deadline, or what the queue's rule makes of the moment of its adding."""
    if given is not None or queue.due_after_s is None:
        return given
    return now + timedelta(seconds=queue.due_after_s)


def is_ready(item: WorkItem, *, now: datetime) -> bool:
    """Whether it can be handed out now."""
    return item.state.is_waiting and (item.not_before is None or item.not_before <= now)


def is_late(item: WorkItem, *, now: datetime) -> bool:
    """Whether it is not done although its deadline is over."""
    return not item.state.has_ended and item.due_at is not None and item.due_at < now


def order(item: WorkItem) -> tuple[int, bool, datetime, int]:
    """Sorts items as they are handed out: the urgent ones first, then by deadline, then as they came."""
    return (-item.priority.rank, item.due_at is None, item.due_at or item.created_at, item.position)


def tries_left(item: WorkItem, queue: WorkQueue) -> int:
    """How many tries there would be after the one that runs, should it fail technically."""
    return max(0, queue.max_retries - item.failures)


def taken(item: WorkItem, holder: Holder) -> WorkItem:
    """The item in the hands of an attempt. ItemMoveError."""
    return item.moved(WorkItemState.IN_PROGRESS, at=holder.taken_at, tries=item.tries + 1, holder=holder)


def ended(
    item: WorkItem, queue: WorkQueue, end: ItemEnd, *, now: datetime, output: JsonValue = None, reason: str = ""
) -> WorkItem:
    """The item after a try: done, failed, or waiting for the next one."""
    reason = reason[:MAX_REASON]
    match end:
        case ItemEnd.SUCCESS:
            return item.moved(WorkItemState.SUCCESSFUL, at=now, holder=None, output=output, reason="")
        case ItemEnd.BUSINESS:
            return item.moved(WorkItemState.FAILED_BUSINESS, at=now, holder=None, reason=reason)
        case ItemEnd.TECHNICAL | ItemEnd.LEFT:
            return _failed_technically(item, queue, end, now=now, reason=reason)
        case ItemEnd.IN_DOUBT:
            return item.moved(WorkItemState.ABANDONED, at=now, holder=None, failures=item.failures + 1, reason=reason)


def _failed_technically(item: WorkItem, queue: WorkQueue, end: ItemEnd, *, now: datetime, reason: str) -> WorkItem:
    failures = item.failures + 1
    if failures <= queue.max_retries:
        rests_until = now + timedelta(seconds=queue.retry_delay_s) if queue.retry_delay_s else None
        return item.moved(
            WorkItemState.RETRY, at=now, holder=None, failures=failures, reason=reason, not_before=rests_until
        )
    last = WorkItemState.ABANDONED if end is ItemEnd.LEFT else WorkItemState.FAILED_APPLICATION
    return item.moved(last, at=now, holder=None, failures=failures, reason=reason)


def postponed(item: WorkItem, until: datetime, *, now: datetime, reason: str = "") -> WorkItem:
    """The item, to be handed out later; that is no failure. ItemMoveError."""
    return item.moved(WorkItemState.POSTPONED, at=now, holder=None, not_before=until, reason=reason[:MAX_REASON])


def again(item: WorkItem, *, now: datetime) -> WorkItem:
    """The item after a person's retry: all tries of its queue are open to it again. ItemMoveError unless it failed."""
    if not item.state.has_ended:
        raise ItemMoveError(item.item_id, item.state, WorkItemState.RETRY)
    return item.moved(WorkItemState.RETRY, at=now, failures=0, not_before=None, output=None)


def released(item: WorkItem, *, now: datetime) -> WorkItem:
    """The item out of the hands of a run that is lost, by a person's word: it waits, and no try is counted against it.
    ItemMoveError."""
    return item.moved(WorkItemState.RETRY, at=now, holder=None, not_before=None)


def finished(item: WorkItem, *, now: datetime, output: JsonValue = None, reason: str = "") -> WorkItem:
    """The item, done by a person's word. ItemMoveError for one that waits or is done."""
    return item.moved(WorkItemState.SUCCESSFUL, at=now, holder=None, output=output, reason=reason[:MAX_REASON])


def deleted(item: WorkItem, *, now: datetime) -> WorkItem:
    """What is left of the item: its history, without its content. ItemMoveError while a run has it."""
    return item.moved(WorkItemState.DELETED, at=now, payload={}, output=None, not_before=None)


def carried(item: WorkItem, *, attempt: int, robot_id: RobotId | None) -> WorkItem:
    """The item in the hands of the attempt that goes on with it, from a checkpoint that holds it."""
    assert item.holder is not None
    return replace(item, holder=replace(item.holder, attempt=attempt, robot_id=robot_id))
