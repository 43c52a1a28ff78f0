"""What has happened to work items and their queues, as events."""

from dataclasses import dataclass
from typing import ClassVar

from orchestrator.domain.events import Event
from orchestrator.domain.work_items import WorkItem, WorkQueue


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkItemChanged(Event):
    """An item was taken, ended, postponed, tried again or deleted."""

    topic: ClassVar[str] = "work_items.changed"

    item: WorkItem

    @property
    def names(self) -> tuple[str, ...]:
        """`work_items.changed`, and the state: `work_items.successful`, `work_items.retry`."""
        return (self.topic, f"work_items.{self.item.state}")

    @property
    def state(self) -> str:
        """The item's state."""
        return self.item.state


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkItemsAdded(Event):
    """Items arrived in a queue."""

    topic: ClassVar[str] = "work_items.added"

    queue_id: str
    queue_name: str
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkQueueChanged(Event):
    """A queue was added, or its rules were changed."""

    topic: ClassVar[str] = "work_queues.changed"

    queue: WorkQueue


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkQueueRemoved(Event):
    """A queue is gone, with its items."""

    topic: ClassVar[str] = "work_queues.removed"

    queue_id: str
    queue_name: str
