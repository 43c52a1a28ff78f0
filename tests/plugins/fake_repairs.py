"""Looks of elements and repairs of targets in memory, as the shipped store keeps them."""

from collections.abc import Sequence
from datetime import datetime

from orchestrator.contract.ids import WorkflowId
from orchestrator.contract.sightings import ElementLook
from orchestrator.domain.repairs import Repair, RepairState
from orchestrator.engine.ports.audit import AuditEntry


class FakeRepairs:
    """`engine.ports.repairs.RepairStore`."""

    def __init__(self) -> None:
        self.looks: dict[tuple[str, str, str], tuple[datetime, ElementLook]] = {}
        self.kept: dict[str, Repair] = {}
        self.audit: list[AuditEntry] = []

    async def look(self, workflow_id: WorkflowId, step_id: str, locator: str) -> ElementLook | None:
        found = self.looks.get((workflow_id, step_id, locator))
        return found[1] if found else None

    async def keep_look(
        self, workflow_id: WorkflowId, step_id: str, locator: str, look: ElementLook, *, at: datetime, most: int
    ) -> None:
        self.looks[workflow_id, step_id, locator] = (at, look)
        while len(self.looks) > most:
            del self.looks[min(self.looks, key=lambda key: self.looks[key][0])]

    async def repairs(self, states: frozenset[RepairState], *, limit: int = 500) -> Sequence[Repair]:
        found = [each for each in self.kept.values() if not states or each.state in states]
        found.sort(key=lambda each: each.repair_id)
        return sorted(found, key=lambda each: each.last_seen_at, reverse=True)[:limit]

    async def repair(self, repair_id: str) -> Repair | None:
        return self.kept.get(repair_id)

    async def save(self, repair: Repair, *, most: int, audit: AuditEntry | None = None) -> None:
        self.kept[repair.repair_id] = repair
        decided = [each for each in self.kept.values() if each.state is not RepairState.OPEN]
        if len(self.kept) > most:
            decided.sort(key=lambda each: each.last_seen_at, reverse=True)
            for each in decided[most:]:
                del self.kept[each.repair_id]
        if audit is not None:
            self.audit.append(audit)
