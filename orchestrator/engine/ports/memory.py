"""Where what runs remember is kept."""

from collections.abc import Sequence
from typing import Protocol

from orchestrator.contract.memory import MemoryKind
from orchestrator.domain.memory import Memory
from orchestrator.engine.ports.audit import AuditEntry


class MemoryStore(Protocol):
    """Contents by kind and name; they come sealed."""

    async def listing(self) -> Sequence[Memory]:
        """All of them, by kind and name."""
        ...

    async def one(self, kind: MemoryKind, name: str) -> tuple[Memory, bytes] | None: ...

    async def keep(self, memory: Memory, content: bytes, *, most: int, audit: AuditEntry | None = None) -> bool:
        """Insert or replace it; False, and nothing is changed, when it would be one more than `most`."""
        ...

    async def allow(
        self, kind: MemoryKind, name: str, allowed: tuple[str, ...] | None, *, audit: AuditEntry
    ) -> Memory | None:
        """Say who may use it, None for anybody; the memory afterwards, or None, and nothing is written, without one."""
        ...

    async def remove(self, kind: MemoryKind, name: str, *, audit: AuditEntry) -> bool:
        """False when there is none; then nothing is written."""
        ...
