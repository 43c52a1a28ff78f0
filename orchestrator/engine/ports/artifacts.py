"""What is remembered of the files of jobs, beyond their names: how much they take, and which are to stay."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from orchestrator.contract.ids import JobId
from orchestrator.domain.artifact_budget import HeldFile
from orchestrator.engine.ports.audit import AuditEntry


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentPin:
    """A job whose files stay, whatever the rules for old ones say."""

    job_id: JobId
    pinned_at: datetime
    actor: str
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ArtifactUsage:
    """What the files of jobs take, those of one group of jobs."""

    group: str
    """`failed`, `other`, `running` or `pinned`."""
    files: int
    size: int
    """Bytes."""


class ArtifactStore(Protocol):
    """Sizes and pins; each method raises StorageError."""

    async def usage(self) -> Sequence[ArtifactUsage]:
        """What is kept, by group of jobs; a pinned job counts as pinned only."""
        ...

    async def removable(self, *, failed: bool, ended_before: datetime, most: int) -> Sequence[HeldFile]:
        """Kept files of jobs that ended before then and are not pinned: those that ended first come first."""
        ...

    async def drop(self, files: Sequence[HeldFile], *, note: str, audit: AuditEntry | None = None) -> int:
        """Say of files that their bytes are not kept any more, and why; how many were kept until now."""
        ...

    async def pin(self, pin: IncidentPin, audit: AuditEntry) -> None:
        """Keep a job's files; a second pin replaces the first."""
        ...

    async def unpin(self, job_id: JobId, audit: AuditEntry) -> bool:
        """Take the pin back; False when there is none."""
        ...

    async def pins(self, *, limit: int = 1_000) -> Sequence[IncidentPin]:
        """All pins, the newest first."""
        ...

    async def pin_of(self, job_id: JobId) -> IncidentPin | None: ...

    async def newest_failure(self, fingerprint: str) -> JobId | None:
        """The newest job that stands failed with this fingerprint; None when there is none any more."""
        ...
