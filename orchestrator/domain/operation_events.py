"""What has happened to bulk actions, as events."""

from dataclasses import dataclass
from typing import ClassVar

from orchestrator.domain.bulk import BulkOperation
from orchestrator.domain.events import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class BulkChanged(Event):
    """A bulk action began, has a portion more behind it, or is over."""

    topic: ClassVar[str] = "bulk.changed"

    operation: BulkOperation

    @property
    def names(self) -> tuple[str, ...]:
        """`bulk.changed`, and the state: `bulk.running`, `bulk.done`, `bulk.undone`."""
        return (self.topic, f"bulk.{self.operation.state}")
