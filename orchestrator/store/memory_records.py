"""Queries over what runs remember for later runs."""

import json
from collections.abc import Sequence

from sqlalchemy import ColumnElement, Connection, RowMapping, delete, func, select, update

from orchestrator.contract.ids import JobId
from orchestrator.contract.memory import MemoryKind
from orchestrator.domain.memory import Memory
from orchestrator.engine.ports.audit import AuditEntry
from orchestrator.store import audit as audits
from orchestrator.store.database import Database
from orchestrator.store.schema_memory import memories
from orchestrator.store.upsert import upsert

_SEEN = [column for column in memories.c if column.name != "content"]


class MemoryRecords:
    """The shipped `engine.ports.memory.MemoryStore`; what each method promises is written there."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def listing(self) -> Sequence[Memory]:
        query = select(*_SEEN).order_by(memories.c.kind, memories.c.name)
        rows = await self._database.read(lambda connection: connection.execute(query).mappings().all())
        return [_memory(row) for row in rows]

    async def one(self, kind: MemoryKind, name: str) -> tuple[Memory, bytes] | None:
        query = select(memories).where(_is(kind, name))
        row = await self._database.read(lambda connection: connection.execute(query).mappings().first())
        return None if row is None else (_memory(row), bytes(row["content"]))

    async def keep(self, memory: Memory, content: bytes, *, most: int, audit: AuditEntry | None = None) -> bool:
        return await self._database.write(lambda connection: _kept(connection, memory, content, most, audit))

    async def allow(
        self, kind: MemoryKind, name: str, allowed: tuple[str, ...] | None, *, audit: AuditEntry
    ) -> Memory | None:
        value = None if allowed is None else json.dumps(allowed)

        def work(connection: Connection) -> RowMapping | None:
            connection.execute(update(memories).where(_is(kind, name)).values(allowed=value))
            row = connection.execute(select(*_SEEN).where(_is(kind, name))).mappings().first()
            if row is not None:
                audits.add(connection, audit)
            return row

        row = await self._database.write(work)
        return None if row is None else _memory(row)

    async def remove(self, kind: MemoryKind, name: str, *, audit: AuditEntry) -> bool:
        def work(connection: Connection) -> bool:
            if not connection.execute(delete(memories).where(_is(kind, name))).rowcount:
                return False
            audits.add(connection, audit)
            return True

        return await self._database.write(work)


def _kept(connection: Connection, memory: Memory, content: bytes, most: int, audit: AuditEntry | None) -> bool:
    is_known = connection.execute(select(memories.c.size).where(_is(memory.kind, memory.name))).first() is not None
    if not is_known and connection.execute(select(func.count()).select_from(memories)).scalar_one() >= most:
        return False
    row = {
        "kind": memory.kind.value,
        "name": memory.name,
        "content": content,
        "size": memory.size,
        "changed_at": memory.changed_at,
        "changed_by": memory.changed_by,
        "job_id": memory.job_id,
        "allowed": None if memory.allowed is None else json.dumps(memory.allowed),
    }
    upsert(connection, memories, [row])
    if audit is not None:
        audits.add(connection, audit)
    return True


def _is(kind: MemoryKind, name: str) -> ColumnElement[bool]:
    return (memories.c.kind == kind.value) & (memories.c.name == name)


def _memory(row: RowMapping) -> Memory:
    return Memory(
        kind=MemoryKind(row["kind"]),
        name=row["name"],
        size=row["size"],
        changed_at=row["changed_at"],
        changed_by=row["changed_by"],
        job_id=None if row["job_id"] is None else JobId(row["job_id"]),
        allowed=None if row["allowed"] is None else tuple(json.loads(row["allowed"])),
    )
