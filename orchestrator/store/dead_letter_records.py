"""Queries over dead letters, and the room behind the engine's port for them."""

from collections.abc import Sequence
from dataclasses import asdict

from sqlalchemy import Connection, Select, exists, func, select

from orchestrator.contract.ids import JobId
from orchestrator.contract.states import JobStatus
from orchestrator.domain.job import Job
from orchestrator.engine.ports.audit import AuditEntry
from orchestrator.engine.ports.dead_letters import Discard
from orchestrator.store import audit as audits
from orchestrator.store.database import Database
from orchestrator.store.job_rows import job_of
from orchestrator.store.schema import jobs
from orchestrator.store.schema_operations import discards
from orchestrator.store.upsert import upsert

_IS_WAITING = (jobs.c.status == JobStatus.DEAD_LETTER.value) & ~exists().where(
    discards.c.job_id == jobs.c.job_id, discards.c.attempt == jobs.c.attempt
)


class DeadLetterRecords:
    """The shipped `engine.ports.dead_letters.DeadLetterStore`; what each method promises is written there."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def waiting(self, *, limit: int = 100, offset: int = 0) -> tuple[Sequence[Job], int]:
        query = select(jobs).where(_IS_WAITING).order_by(jobs.c.finished_at.desc(), jobs.c.job_id)
        return await self._database.read(lambda connection: _page(connection, query.limit(limit).offset(offset)))

    async def discard(self, discard: Discard, audit: AuditEntry) -> None:
        def work(connection: Connection) -> None:
            upsert(connection, discards, [asdict(discard)])
            audits.add(connection, audit)

        await self._database.write(work)

    async def discarded(self, job_id: JobId) -> Discard | None:
        query = select(discards).where(discards.c.job_id == job_id).order_by(discards.c.attempt.desc()).limit(1)

        def read(connection: Connection) -> Discard | None:
            row = connection.execute(query).mappings().first()
            return None if row is None else Discard(**{**row, "job_id": JobId(row["job_id"])})

        return await self._database.read(read)


def _page(connection: Connection, query: Select[tuple[object, ...]]) -> tuple[Sequence[Job], int]:
    total = connection.execute(select(func.count()).select_from(jobs).where(_IS_WAITING)).scalar_one()
    return [job_of(row) for row in connection.execute(query).mappings()], total
