"""Queries over the seals of the audit, and the room behind the engine's port for them."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime

from sqlalchemy import BigInteger, Connection, RowMapping, Select, Text, func, insert, select, type_coerce

from orchestrator.domain.audit_chain import START, Seal, sealed
from orchestrator.store.database import Database
from orchestrator.store.schema import audit
from orchestrator.store.schema_operations import audit_seals

_ROWS: Select[tuple[object, ...]] = select(
    audit.c.number,
    type_coerce(audit.c.at, BigInteger),
    audit.c.kind,
    audit.c.message,
    audit.c.actor,
    audit.c.job_id,
    audit.c.robot_id,
    audit.c.schedule_id,
    type_coerce(audit.c.details, Text),
)  # as they lie in the database: what is sealed is what is there


class SealRecords:
    """The shipped `engine.ports.seals.SealStore`; what each method promises is written there."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def seal(self, *, at: datetime, most: int) -> Seal | None:
        last = await self._database.read(_last)
        rows = await self._database.read(lambda connection: _rows_after(connection, last.last if last else 0, most))
        if not rows:
            return None
        new = sealed(last.head if last else START, rows, at=at)
        await self._database.write(lambda connection: connection.execute(insert(audit_seals).values(**asdict(new))))
        return new

    async def seals(self, *, after: int = 0, limit: int = 100) -> Sequence[Seal]:
        query = select(audit_seals).where(audit_seals.c.last > after).order_by(audit_seals.c.last).limit(limit)
        return await self._database.read(
            lambda connection: [_seal_of(row) for row in connection.execute(query).mappings()]
        )

    async def rows(self, first: int, last: int) -> Sequence[Sequence[object]]:
        query = _ROWS.where(audit.c.number >= first, audit.c.number <= last).order_by(audit.c.number)
        return await self._database.read(lambda connection: [tuple(row) for row in connection.execute(query)])

    async def unsealed(self) -> int:
        def read(connection: Connection) -> int:
            last = _last(connection)
            query = select(func.count()).select_from(audit).where(audit.c.number > (last.last if last else 0))
            return connection.execute(query).scalar_one()

        return await self._database.read(read)


def _last(connection: Connection) -> Seal | None:
    row = connection.execute(select(audit_seals).order_by(audit_seals.c.last.desc()).limit(1)).mappings().first()
    return None if row is None else _seal_of(row)


def _rows_after(connection: Connection, number: int, most: int) -> list[Sequence[object]]:
    query = _ROWS.where(audit.c.number > number).order_by(audit.c.number).limit(most)
    return [tuple(row) for row in connection.execute(query)]


def _seal_of(row: RowMapping) -> Seal:
    return Seal(
        first=row["first"],
        last=row["last"],
        count=row["count"],
        links=row["links"],
        head=row["head"],
        sealed_at=row["sealed_at"],
    )
