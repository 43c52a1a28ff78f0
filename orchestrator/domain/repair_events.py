"""What has happened to repairs, as events."""

from dataclasses import dataclass
from typing import ClassVar

from orchestrator.domain.events import Event
from orchestrator.domain.repairs import Repair


@dataclass(frozen=True, slots=True, kw_only=True)
class RepairChanged(Event):
    """A repair was proposed, seen again, decided about, or taken back."""

    topic: ClassVar[str] = "repairs.changed"

    repair: Repair

    @property
    def names(self) -> tuple[str, ...]:
        """`repairs.changed`, and the state: `repairs.open`, `repairs.approved`."""
        return (self.topic, f"repairs.{self.repair.state}")

    @property
    def state(self) -> str:
        """Where the repair stands."""
        return self.repair.state
