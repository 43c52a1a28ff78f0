"""Figures over what has been stored."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from orchestrator.contract.ids import RobotId
from orchestrator.engine.ports.audit import AuditEntry, AuditFilter


@dataclass(frozen=True, slots=True, kw_only=True)
class FinishedBucket:
    """Ended jobs of one stretch of time."""

    starts_at: datetime
    completed: int
    failed: int
    """FAILED, TIMEOUT and DEAD_LETTER."""
    cancelled: int
    average_execution_s: float | None
    p95_execution_s: float | None


class MetricsStore(Protocol):
    """Figures over what has been stored."""

    async def finished(self, *, since: datetime, until: datetime, bucket_s: float) -> Sequence[FinishedBucket]:
        """Ended jobs per stretch, oldest first, empty stretches included."""
        ...

    async def robot_busy_s(self, *, since: datetime, until: datetime) -> Mapping[RobotId, float]:
        """Seconds of attempts per robot inside the window."""
        ...

    async def activity(
        self, *, limit: int = 100, before: int | None = None, wanted: AuditFilter | None = None
    ) -> Sequence[tuple[int, AuditEntry]]:
        """Newest first, with the number that pages on."""
        ...

    async def add_audit(self, entry: AuditEntry) -> None: ...
