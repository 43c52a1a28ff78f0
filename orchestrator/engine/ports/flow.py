"""What is remembered of limits and breakers."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from orchestrator.contract.ids import WorkflowId
from orchestrator.domain.concurrency import NamedLimit
from orchestrator.engine.ports.audit import AuditEntry


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenBreaker:
    """A breaker that is open, as it outlives a restart."""

    key: str
    reason: str
    opened_at: datetime
    opened_by: str
    trips: int
    probe_at: datetime | None


class FlowStore(Protocol):
    """Limits of concurrency keys, open breakers, and how long jobs took."""

    async def limits(self) -> Sequence[NamedLimit]:
        """All limits that operators have set, by key."""
        ...

    async def save_limit(self, limit: NamedLimit, audit: AuditEntry) -> None: ...

    async def remove_limit(self, key: str, audit: AuditEntry) -> bool:
        """False when there was none; then nothing is written down either."""
        ...

    async def breakers(self) -> Sequence[OpenBreaker]:
        """Those that are open, by key."""
        ...

    async def save_breaker(self, key: str, breaker: OpenBreaker | None, audit: AuditEntry) -> None:
        """Keep an open breaker; None forgets one that has closed."""
        ...

    async def recent_durations(self, limit: int) -> Sequence[tuple[WorkflowId, float]]:
        """(workflow, seconds from start to end) of the newest completed jobs, oldest first."""
        ...
