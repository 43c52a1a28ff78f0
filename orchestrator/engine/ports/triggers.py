"""What is remembered of triggers, and of each occurrence that they answered."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from orchestrator.contract.ids import JobId
from orchestrator.contract.states import JobStatus
from orchestrator.domain.job import Job
from orchestrator.domain.triggers import FiringOutcome, Trigger, TriggerId
from orchestrator.engine.ports.audit import AuditEntry


@dataclass(frozen=True, slots=True, kw_only=True)
class Firing:
    """What one trigger did about one occurrence."""

    trigger_id: TriggerId
    event_key: str
    at: datetime
    outcome: FiringOutcome
    job_id: JobId | None = None
    source_job_id: JobId | None = None
    """The job whose end was the occurrence."""
    depth: int = 1
    """How many triggers one behind the other led to the job."""
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class EndedJob:
    """A job's end in the order in which ends were recorded."""

    number: int
    at: datetime
    job_id: JobId
    status: JobStatus


class TriggerStore(Protocol):
    """Triggers, firings, and how far the ends of jobs have been looked at."""

    async def save(self, trigger: Trigger, audit: AuditEntry) -> None:
        """Insert or replace. ConflictError when another trigger has the name."""
        ...

    async def every(self) -> Sequence[Trigger]: ...

    async def remove(self, trigger_id: TriggerId, audit: AuditEntry) -> bool:
        """What it fired stays known."""
        ...

    async def fire(
        self, firing: Firing, job: Job | None, *, key: str | None, audit: AuditEntry
    ) -> tuple[Firing, Job | None]:
        """In one transaction: note the firing and add its job under the idempotency key.

        (trigger, event) is unique: the first firing and no job when it was noted before; nothing is changed then.
        """
        ...

    async def note_present(self, firings: Sequence[Firing]) -> None:
        """Note occurrences that shall never fire; those that are known already stay as they are."""
        ...

    async def known_keys(self, trigger_id: TriggerId, keys: Collection[str]) -> frozenset[str]:
        """Which of the occurrences were noted before."""
        ...

    async def firings(self, trigger_id: TriggerId, *, limit: int = 100) -> Sequence[Firing]:
        """Newest first, without those that were only present."""
        ...

    async def origin(self, job_id: JobId) -> Firing | None:
        """The firing that made the job."""
        ...

    async def followers(self, job_id: JobId) -> Sequence[Firing]:
        """What the job's ends set off, oldest first."""
        ...

    async def ends_after(self, number: int, *, limit: int) -> Sequence[EndedJob]:
        """Recorded ends of jobs behind the number, oldest first."""
        ...

    async def newest_end(self) -> int:
        """The number up to which everything is recorded; 0 for an empty store."""
        ...

    async def mark(self) -> int | None:
        """Up to which number all ends were looked at; None before the first time."""
        ...

    async def set_mark(self, number: int) -> None: ...
