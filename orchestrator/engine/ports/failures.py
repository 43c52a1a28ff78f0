"""What is remembered of failures that belong together."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from orchestrator.contract.ids import JobId
from orchestrator.domain.failures import FailureGroup, GroupState
from orchestrator.engine.ports.audit import AuditEntry


class FailureStore(Protocol):
    """Groups of failures; a failed job is counted in the transaction that records its end."""

    async def groups(
        self, *, states: frozenset[GroupState] = frozenset(), limit: int = 100, offset: int = 0
    ) -> tuple[Sequence[FailureGroup], int]:
        """A page of groups, those seen last first, without their places; and how many there are."""
        ...

    async def group(self, fingerprint: str) -> FailureGroup | None:
        """One group with its places, those seen last first."""
        ...

    async def failed_jobs(self, fingerprint: str, *, limit: int) -> Sequence[JobId]:
        """Jobs that stand failed with this fingerprint, oldest first."""
        ...

    async def solved(self) -> Sequence[str]:
        """The fingerprints of all solved groups."""
        ...

    async def mark(
        self, fingerprint: str, state: GroupState, *, at: datetime, actor: str, note: str, audit: AuditEntry
    ) -> bool:
        """Say what a group is; False when there is none."""
        ...
