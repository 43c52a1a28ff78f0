"""A memory as the orchestrator knows it."""

import re
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
    allowed: tuple[str, ...] | None = None
    """Of a login: patterns of the workflows that may use it; None: any may."""


def may_use(memory: Memory, *, workflow: str, folder: str = "") -> bool:
    """Whether runs of this workflow may use it: a pattern is a name, or a folder and a name, with `*` for any part."""
    if memory.allowed is None:
        return True
    path = f"{folder.strip('/')}/{workflow}" if folder.strip("/") else workflow
    return any(_fits(pattern, name) for pattern in memory.allowed for name in (workflow, path))


def _fits(pattern: str, name: str) -> bool:
    if pattern == name:
        return True
    return re.fullmatch(".*".join(map(re.escape, pattern.split("*"))), name, re.DOTALL) is not None
