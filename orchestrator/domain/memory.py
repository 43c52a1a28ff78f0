"""A memory as the orchestrator knows it."""

from dataclasses import dataclass
from datetime import datetime

from orchestrator.contract.ids import JobId
from orchestrator.contract.memory import MemoryKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Memory:
    """A name, and who gave it its content; the content comes apart."""

    kind: MemoryKind
    name: str
    size: int
    """Bytes of its JSON."""
    changed_at: datetime
    changed_by: str
    job_id: JobId | None = None
