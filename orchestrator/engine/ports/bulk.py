"""What is remembered of actions on many jobs, so that they can be shown and undone."""

from collections.abc import Sequence
from typing import Protocol

from orchestrator.contract.ids import JobId
from orchestrator.domain.bulk import BulkFilter, BulkItem, BulkOperation
from orchestrator.domain.job import Job
from orchestrator.engine.ports.audit import AuditEntry


class BulkStore(Protocol):
    """Bulk operations and their items."""

    async def matching(self, wanted: BulkFilter, *, after_position: int = 0, limit: int = 1_000) -> Sequence[Job]:
        """Jobs that fit, by rising position, page by page."""
        ...

    async def start(self, operation: BulkOperation, items: Sequence[BulkItem], audit: AuditEntry) -> None:
        """Remember an operation before its first job is touched."""
        ...

    async def note(self, operation: BulkOperation, items: Sequence[BulkItem], audit: AuditEntry | None = None) -> None:
        """Remember how far an operation is, and what became of some of its jobs."""
        ...

    async def operations(self, *, limit: int = 50) -> Sequence[BulkOperation]:
        """The newest first."""
        ...

    async def operation(self, operation_id: str) -> BulkOperation | None: ...

    async def items(self, operation_id: str, *, after: JobId | None = None, limit: int = 1_000) -> Sequence[BulkItem]:
        """Items by job id, page by page."""
        ...
