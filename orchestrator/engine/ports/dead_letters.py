"""What is remembered of jobs that wait for a person's decision."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from orchestrator.contract.ids import JobId
from orchestrator.domain.job import Job
from orchestrator.engine.ports.audit import AuditEntry


@dataclass(frozen=True, slots=True, kw_only=True)
class Discard:
    """A person's word that a dead letter needs nothing more; holds for this attempt."""

    job_id: JobId
    attempt: int
    reason: str
    actor: str
    at: datetime


class DeadLetterStore(Protocol):
    """Dead letters: jobs in that status which nobody has discarded."""

    async def waiting(self, *, limit: int = 100, offset: int = 0) -> tuple[Sequence[Job], int]:
        """A page, those that ended last first; and how many there are."""
        ...

    async def discard(self, discard: Discard, audit: AuditEntry) -> None: ...

    async def discarded(self, job_id: JobId) -> Discard | None:
        """The newest word on a job."""
        ...
