"""Where what elements looked like, and repairs of targets, are kept."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from orchestrator.contract.ids import WorkflowId
from orchestrator.contract.sightings import ElementLook
from orchestrator.domain.repairs import Repair, RepairState
from orchestrator.engine.ports.audit import AuditEntry


class RepairStore(Protocol):
    """Looks by workflow, step and first locator; repairs by id."""

    async def look(self, workflow_id: WorkflowId, step_id: str, locator: str) -> ElementLook | None:
        """What the element last looked like."""
        ...

    async def keep_look(
        self, workflow_id: WorkflowId, step_id: str, locator: str, look: ElementLook, *, at: datetime, most: int
    ) -> None:
        """Insert or replace it; of more than `most`, those that were seen longest ago are forgotten."""
        ...

    async def repairs(self, states: frozenset[RepairState], *, limit: int = 500) -> Sequence[Repair]:
        """Those in these states, or in any when none are given, seen last first."""
        ...

    async def repair(self, repair_id: str) -> Repair | None: ...

    async def save(self, repair: Repair, *, most: int, audit: AuditEntry | None = None) -> None:
        """Insert or replace it; of more than `most`, decided ones that were seen longest ago are forgotten."""
        ...
