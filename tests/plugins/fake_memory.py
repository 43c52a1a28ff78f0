"""What runs remember, in memory, as the shipped store keeps it."""

from collections.abc import Sequence
from dataclasses import replace

from orchestrator.contract.memory import MemoryKind
from orchestrator.domain.memory import Memory
from orchestrator.engine.ports.audit import AuditEntry


class FakeMemory:
    """`engine.ports.memory.MemoryStore`."""

    def __init__(self) -> None:
        self.kept: dict[tuple[str, str], tuple[Memory, bytes]] = {}

    async def listing(self) -> Sequence[Memory]:
        return [self.kept[key][0] for key in sorted(self.kept)]

    async def one(self, kind: MemoryKind, name: str) -> tuple[Memory, bytes] | None:
        return self.kept.get((kind.value, name))

    async def keep(self, memory: Memory, content: bytes, *, most: int, audit: AuditEntry | None = None) -> bool:
        key = (memory.kind.value, memory.name)
        if key not in self.kept and len(self.kept) >= most:
            return False
        self.kept[key] = (memory, content)
        return True

    async def allow(
        self, kind: MemoryKind, name: str, allowed: tuple[str, ...] | None, *, audit: AuditEntry
    ) -> Memory | None:
        found = self.kept.get((kind.value, name))
        if found is None:
            return None
        memory = replace(found[0], allowed=allowed)
        self.kept[kind.value, name] = (memory, found[1])
        return memory

    async def remove(self, kind: MemoryKind, name: str, *, audit: AuditEntry) -> bool:
        return self.kept.pop((kind.value, name), None) is not None
