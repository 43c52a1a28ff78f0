"""Queries over bulk operations, and the room behind the engine's port for them."""

from collections.abc import Sequence

from pydantic import TypeAdapter
from sqlalchemy import ColumnElement, Connection, delete, func, select, true

from orchestrator.contract.ids import JobId
from orchestrator.domain.bulk import BulkFilter, BulkItem, BulkOperation
from orchestrator.domain.job import Job
from orchestrator.engine.ports.audit import AuditEntry
from orchestrator.store import audit as audits
from orchestrator.store import job_text
from orchestrator.store.database import Database
from orchestrator.store.job_rows import job_of
from orchestrator.store.schema import jobs
from orchestrator.store.schema_operations import bulk_items, bulk_operations
from orchestrator.store.upsert import upsert

OPERATIONS_KEPT = 500
_OPERATION: TypeAdapter[BulkOperation] = TypeAdapter(BulkOperation)
_ITEM: TypeAdapter[BulkItem] = TypeAdapter(BulkItem)


class BulkRecords:
    """The shipped `engine.ports.bulk.BulkStore`; what each method promises is written there."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def matching(self, wanted: BulkFilter, *, after_position: int = 0, limit: int = 1_000) -> Sequence[Job]:
        query = (
            select(jobs)
            .where(jobs.c.position > after_position, *_conditions(wanted))
            .order_by(jobs.c.position)
            .limit(limit)
        )
        return await self._database.read(
            lambda connection: [job_of(row) for row in connection.execute(query).mappings()]
        )

    async def start(self, operation: BulkOperation, items: Sequence[BulkItem], audit: AuditEntry) -> None:
        def work(connection: Connection) -> None:
            _prune(connection)
            _save(connection, operation, items)
            audits.add(connection, audit)

        await self._database.write(work)

    async def note(self, operation: BulkOperation, items: Sequence[BulkItem], audit: AuditEntry | None = None) -> None:
        def work(connection: Connection) -> None:
            _save(connection, operation, items)
            audits.add(connection, audit)

        await self._database.write(work)

    async def operations(self, *, limit: int = 50) -> Sequence[BulkOperation]:
        query = select(bulk_operations.c.operation).order_by(bulk_operations.c.started_at.desc()).limit(limit)
        return await self._database.read(
            lambda connection: [_operation_of(found) for found in connection.execute(query).scalars()]
        )

    async def operation(self, operation_id: str) -> BulkOperation | None:
        query = select(bulk_operations.c.operation).where(bulk_operations.c.operation_id == operation_id)

        def read(connection: Connection) -> BulkOperation | None:
            found = connection.execute(query).scalar_one_or_none()
            return None if found is None else _operation_of(found)

        return await self._database.read(read)

    async def items(self, operation_id: str, *, after: JobId | None = None, limit: int = 1_000) -> Sequence[BulkItem]:
        query = (
            select(bulk_items.c.item)
            .where(bulk_items.c.operation_id == operation_id, bulk_items.c.job_id > (after or ""))
            .order_by(bulk_items.c.job_id)
            .limit(limit)
        )
        return await self._database.read(
            lambda connection: [
                _ITEM.validate_python(found, strict=False) for found in connection.execute(query).scalars()
            ]
        )


def _conditions(wanted: BulkFilter) -> list[ColumnElement[bool]]:
    if wanted.job_ids:
        return [jobs.c.job_id.in_(wanted.job_ids)]
    given = {
        jobs.c.workflow_id: wanted.workflow_id,
        jobs.c.robot_id: wanted.robot_id,
        jobs.c.schedule_id: wanted.schedule_id,
        jobs.c.fingerprint: wanted.fingerprint,
    }
    found = [column == value for column, value in given.items() if value is not None]
    if wanted.statuses:
        found.append(jobs.c.status.in_([status.value for status in wanted.statuses]))
        if not any(status.has_ended for status in wanted.statuses):
            found.append(jobs.c.finished_at.is_(None))
    if wanted.text:
        found.append(job_text.holds(wanted.text))
    return found or [true()]


def _save(connection: Connection, operation: BulkOperation, items: Sequence[BulkItem]) -> None:
    row = {
        "operation_id": operation.operation_id,
        "started_at": operation.started_at,
        "operation": _OPERATION.dump_python(operation, mode="json"),
    }
    upsert(connection, bulk_operations, [row])
    rows = [
        {
            "operation_id": operation.operation_id,
            "job_id": item.job_id,
            "item": _ITEM.dump_python(item, mode="json"),
        }
        for item in items
    ]
    upsert(connection, bulk_items, rows)


def _prune(connection: Connection) -> None:
    """Old operations leave with their items: nobody undoes what five hundred others followed."""
    count = connection.execute(select(func.count()).select_from(bulk_operations)).scalar_one()
    if count < OPERATIONS_KEPT:
        return
    oldest = (
        select(bulk_operations.c.operation_id).order_by(bulk_operations.c.started_at).limit(count - OPERATIONS_KEPT + 1)
    )
    gone = connection.execute(oldest).scalars().all()
    for table in (bulk_items, bulk_operations):
        connection.execute(delete(table).where(table.c.operation_id.in_(gone)))


def _operation_of(document: object) -> BulkOperation:
    return _OPERATION.validate_python(document, strict=False)
