"""Limits, open breakers and past durations: flow control's memory."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, RowMapping, delete, select

from orchestrator.contract.ids import WorkflowId
from orchestrator.contract.states import JobStatus
from orchestrator.domain.concurrency import NamedLimit
from orchestrator.engine.ports.audit import AuditEntry
from orchestrator.engine.ports.flow import OpenBreaker
from orchestrator.store import audit as audits
from orchestrator.store.database import Database
from orchestrator.store.schema import jobs
from orchestrator.store.schema_flow import breakers, limits
from orchestrator.store.upsert import upsert


class FlowRecords:
    """The shipped `engine.ports.FlowStore`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def limits(self) -> Sequence[NamedLimit]:
        return await self._database.read(_limits)

    async def save_limit(self, limit: NamedLimit, audit: AuditEntry) -> None:
        row = {
            "key": limit.key,
            "at_once": limit.at_once,
            "per_second": limit.per_second,
            "changed_at": limit.changed_at,
            "changed_by": limit.changed_by,
        }

        def work(connection: Connection) -> None:
            upsert(connection, limits, [row])
            audits.add(connection, audit)

        await self._database.write(work)

    async def remove_limit(self, key: str, audit: AuditEntry) -> bool:
        def work(connection: Connection) -> bool:
            was_there = connection.execute(delete(limits).where(limits.c.key == key)).rowcount == 1
            audits.add(connection, audit if was_there else None)
            return was_there

        return await self._database.write(work)

    async def breakers(self) -> Sequence[OpenBreaker]:
        return await self._database.read(_breakers)

    async def save_breaker(self, key: str, breaker: OpenBreaker | None, audit: AuditEntry) -> None:
        def work(connection: Connection) -> None:
            if breaker is None:
                connection.execute(delete(breakers).where(breakers.c.key == key))
            else:
                upsert(connection, breakers, [_breaker_row(breaker)])
            audits.add(connection, audit)

        await self._database.write(work)

    async def recent_durations(self, limit: int) -> Sequence[tuple[WorkflowId, float]]:
        return await self._database.read(lambda connection: _recent_durations(connection, limit))


def _limits(connection: Connection) -> Sequence[NamedLimit]:
    rows = connection.execute(select(limits).order_by(limits.c.key)).mappings()
    return [NamedLimit(**row) for row in rows]


def _breakers(connection: Connection) -> Sequence[OpenBreaker]:
    return [_breaker_of(row) for row in connection.execute(select(breakers).order_by(breakers.c.key)).mappings()]


def _breaker_row(breaker: OpenBreaker) -> Mapping[str, Any]:
    return {
        "key": breaker.key,
        "reason": breaker.reason,
        "opened_at": breaker.opened_at,
        "opened_by": breaker.opened_by,
        "trips": breaker.trips,
        "probe_at": breaker.probe_at,
    }


def _breaker_of(row: RowMapping) -> OpenBreaker:
    return OpenBreaker(**row)


def _recent_durations(connection: Connection, limit: int) -> Sequence[tuple[WorkflowId, float]]:
    """By the index on `finished_at`, so that a million finished jobs cost no more than the newest."""
    query = (
        select(jobs.c.workflow_id, jobs.c.started_at, jobs.c.finished_at)
        .where(jobs.c.finished_at.is_not(None), jobs.c.status == JobStatus.COMPLETED.value)
        .order_by(jobs.c.finished_at.desc())
        .limit(limit)
    )
    rows = reversed(connection.execute(query).all())
    return [(workflow_id, (end - start).total_seconds()) for workflow_id, start, end in rows if start is not None]
