"""Queries over groups of failures, and the room behind the engine's port for them."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from functools import cache

from sqlalchemy import Connection, Insert, RowMapping, Table, case, func, select, update
from sqlalchemy.dialects import postgresql, sqlite

from orchestrator.contract.errors import ErrorKind
from orchestrator.contract.ids import JobId, RobotId, WorkflowHash, WorkflowId
from orchestrator.domain.failures import FailureGroup, FailurePlace, GroupState, normalised, step_of
from orchestrator.domain.job import Job
from orchestrator.engine.ports.audit import AuditEntry
from orchestrator.store import audit as audits
from orchestrator.store.database import Database
from orchestrator.store.schema import jobs
from orchestrator.store.schema_operations import failure_groups, failure_places

MOST_PLACES = 200
_SAMPLE_LENGTH = 2_000


class FailureRecords:
    """The shipped `engine.ports.failures.FailureStore`; what each method promises is written there."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def groups(
        self, *, states: frozenset[GroupState] = frozenset(), limit: int = 100, offset: int = 0
    ) -> tuple[Sequence[FailureGroup], int]:
        return await self._database.read(lambda connection: _page(connection, states, limit, offset))

    async def group(self, fingerprint: str) -> FailureGroup | None:
        return await self._database.read(lambda connection: _one(connection, fingerprint))

    async def failed_jobs(self, fingerprint: str, *, limit: int) -> Sequence[JobId]:
        query = (
            select(jobs.c.job_id)
            .where(jobs.c.fingerprint == fingerprint)
            .order_by(jobs.c.created_at, jobs.c.job_id)
            .limit(limit)
        )
        return await self._database.read(
            lambda connection: [JobId(found) for found in connection.execute(query).scalars()]
        )

    async def solved(self) -> Sequence[str]:
        query = select(failure_groups.c.fingerprint).where(failure_groups.c.state == GroupState.SOLVED.value)
        return await self._database.read(lambda connection: connection.execute(query).scalars().all())

    async def mark(
        self, fingerprint: str, state: GroupState, *, at: datetime, actor: str, note: str, audit: AuditEntry
    ) -> bool:
        change = (
            update(failure_groups)
            .where(failure_groups.c.fingerprint == fingerprint)
            .values(state=state.value, changed_at=at, changed_by=actor, note=note)
        )

        def work(connection: Connection) -> bool:
            was_there = connection.execute(change).rowcount == 1
            audits.add(connection, audit if was_there else None)
            return was_there

        return await self._database.write(work)


def note(connection: Connection, failed: Sequence[Job]) -> None:
    """Count jobs that have just failed, in the transaction that says so; two statements, however many they are."""
    told = [job for job in failed if job.fingerprint is not None and job.error is not None]
    if not told:
        return
    groups: dict[str, list[Job]] = {}
    places: dict[tuple[str, str, str, str], list[Job]] = {}
    for job in told:
        groups.setdefault(str(job.fingerprint), []).append(job)
        place = (str(job.fingerprint), job.workflow_id, job.workflow_hash, job.robot_id or "")
        places.setdefault(place, []).append(job)
    dialect = connection.dialect.name
    connection.execute(_counting(dialect, failure_groups), [_group_row(jobs) for jobs in groups.values()])
    connection.execute(_counting(dialect, failure_places), [_place_row(*each) for each in places.items()])


def _group_row(failed: Sequence[Job]) -> dict[str, object]:
    newest = max(failed, key=_ended_at)
    assert newest.error is not None
    return {
        "fingerprint": newest.fingerprint,
        "step_id": step_of(newest.error, newest.current_step),
        "kind": newest.error.kind.value,
        "message": normalised(newest.error.message),
        "sample": newest.error.message[:_SAMPLE_LENGTH],
        "first_seen_at": min(_ended_at(job) for job in failed),
        "last_seen_at": _ended_at(newest),
        "count": len(failed),
        "state": GroupState.OPEN.value,
        "changed_by": "",
        "note": "",
    }


def _place_row(place: tuple[str, str, str, str], failed: Sequence[Job]) -> dict[str, object]:
    fingerprint, workflow_id, workflow_hash, robot_id = place
    return {
        "fingerprint": fingerprint,
        "workflow_id": workflow_id,
        "workflow_hash": workflow_hash,
        "robot_id": robot_id,
        "workflow_name": failed[0].workflow_name,
        "count": len(failed),
        "last_seen_at": max(_ended_at(job) for job in failed),
    }


def _ended_at(job: Job) -> datetime:
    return job.finished_at or job.changed_at


@cache
def _counting(dialect: str, table: Table) -> Insert:
    """Made once for each table: building a statement costs more than running it."""
    statement = (postgresql.insert if dialect == "postgresql" else sqlite.insert)(table)
    later = func.greatest if dialect == "postgresql" else func.max
    changes: dict[str, object] = {
        "count": table.c["count"] + statement.excluded["count"],
        "last_seen_at": later(table.c.last_seen_at, statement.excluded.last_seen_at),
    }
    if table is failure_groups:
        came_back = table.c.state == GroupState.SOLVED.value
        changes["sample"] = statement.excluded.sample
        changes["state"] = case((came_back, GroupState.REOPENED.value), else_=table.c.state)
        changes["changed_at"] = case((came_back, statement.excluded.last_seen_at), else_=table.c.changed_at)
    keys = [column.name for column in table.primary_key]
    return statement.on_conflict_do_update(index_elements=keys, set_=changes)


def _page(
    connection: Connection, states: frozenset[GroupState], limit: int, offset: int
) -> tuple[Sequence[FailureGroup], int]:
    table = failure_groups
    wanted = table.c.state.in_([state.value for state in states]) if states else table.c.count > 0
    total = connection.execute(select(func.count()).select_from(table).where(wanted)).scalar_one()
    query = select(table).where(wanted).order_by(table.c.last_seen_at.desc(), table.c.fingerprint)
    found = [_group_of(row) for row in connection.execute(query.limit(limit).offset(offset)).mappings()]
    shown = [group.fingerprint for group in found]
    now, newest = _failed_now(connection, shown), _newest_places(connection, shown)
    return [
        replace(group, failed_now=now.get(group.fingerprint, 0), places=newest.get(group.fingerprint, ()))
        for group in found
    ], total


def _one(connection: Connection, fingerprint: str) -> FailureGroup | None:
    row = connection.execute(select(failure_groups).where(failure_groups.c.fingerprint == fingerprint)).mappings()
    found = row.first()
    if found is None:
        return None
    places = (
        select(failure_places)
        .where(failure_places.c.fingerprint == fingerprint)
        .order_by(failure_places.c.last_seen_at.desc())
        .limit(MOST_PLACES)
    )
    return replace(
        _group_of(found),
        failed_now=_failed_now(connection, [fingerprint]).get(fingerprint, 0),
        places=tuple([_place_of(each) for each in connection.execute(places).mappings()]),
    )


def _newest_places(connection: Connection, fingerprints: Sequence[str]) -> dict[str, tuple[FailurePlace, ...]]:
    table = failure_places
    newest_first = (table.c.last_seen_at.desc(), table.c.workflow_id, table.c.workflow_hash, table.c.robot_id)
    rank = func.row_number().over(partition_by=table.c.fingerprint, order_by=newest_first).label("rank")
    ranked = select(table, rank).where(table.c.fingerprint.in_(fingerprints)).subquery()
    rows = connection.execute(select(ranked).where(ranked.c.rank == 1)).mappings()
    return {row["fingerprint"]: (_place_of(row),) for row in rows}


def _failed_now(connection: Connection, fingerprints: Sequence[str]) -> dict[str, int]:
    """A job leaves its group when it is retried: whoever has the fingerprint stands failed."""
    query = (
        select(jobs.c.fingerprint, func.count())
        .where(jobs.c.fingerprint.in_(fingerprints))
        .group_by(jobs.c.fingerprint)
    )
    return {row[0]: row[1] for row in connection.execute(query)}


def _group_of(row: RowMapping) -> FailureGroup:
    return FailureGroup(
        fingerprint=row["fingerprint"],
        step_id=row["step_id"],
        kind=ErrorKind(row["kind"]),
        message=row["message"],
        sample=row["sample"],
        first_seen_at=row["first_seen_at"],
        last_seen_at=row["last_seen_at"],
        count=row["count"],
        state=GroupState(row["state"]),
        changed_at=row["changed_at"],
        changed_by=row["changed_by"],
        note=row["note"],
    )


def _place_of(row: RowMapping) -> FailurePlace:
    return FailurePlace(
        workflow_id=WorkflowId(row["workflow_id"]),
        workflow_name=row["workflow_name"],
        workflow_hash=WorkflowHash(row["workflow_hash"]),
        robot_id=RobotId(row["robot_id"]) if row["robot_id"] else None,
        count=row["count"],
        last_seen_at=row["last_seen_at"],
    )
