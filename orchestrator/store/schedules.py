"""Queries over schedules and the instants that they were fired for."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import Connection, RowMapping, delete, func, insert, select

from orchestrator.contract.ids import JobId, ScheduleId
from orchestrator.domain.schedule import FireOutcome, Schedule
from orchestrator.engine.ports.schedules import FireRecord
from orchestrator.store.schema import fires, schedules
from orchestrator.store.upsert import upsert

_SCHEDULE: TypeAdapter[Schedule] = TypeAdapter(Schedule)


def save(connection: Connection, schedule: Schedule) -> None:
    """Insert or replace a schedule."""
    document: dict[str, Any] = _SCHEDULE.dump_python(schedule, mode="json")
    row = {"schedule_id": schedule.schedule_id, "name": schedule.name, "schedule": document}
    upsert(connection, schedules, [row])


def every(connection: Connection) -> Sequence[Schedule]:
    """All schedules, by name."""
    documents = connection.execute(select(schedules.c.schedule).order_by(schedules.c.name)).scalars()
    return [_SCHEDULE.validate_python(document, strict=False) for document in documents]


def one(connection: Connection, schedule_id: ScheduleId) -> Schedule | None:
    """The schedule with this id."""
    query = select(schedules.c.schedule).where(schedules.c.schedule_id == schedule_id)
    document = connection.execute(query).scalar_one_or_none()
    return None if document is None else _SCHEDULE.validate_python(document, strict=False)


def remove(connection: Connection, schedule_id: ScheduleId) -> bool:
    """Remove a schedule; the instants that it was fired for stay known."""
    return connection.execute(delete(schedules).where(schedules.c.schedule_id == schedule_id)).rowcount == 1


def was_fired(connection: Connection, schedule_id: str, fire_at: datetime) -> bool:
    """True when the instant was considered before."""
    query = select(fires.c.schedule_id).where(fires.c.schedule_id == schedule_id, fires.c.fire_at == fire_at)
    return connection.execute(query).first() is not None


def note_fire(connection: Connection, record: FireRecord, job_id: JobId | None) -> None:
    """Remember an instant; the primary key refuses it a second time."""
    row = {**asdict(record), "outcome": record.outcome.value, "job_id": job_id}
    connection.execute(insert(fires), row)


def fires_of(
    connection: Connection, schedule_id: ScheduleId, before: datetime | None, limit: int
) -> Sequence[FireRecord]:
    """What happened to the schedule's instants, newest first."""
    query = select(fires).where(fires.c.schedule_id == schedule_id).order_by(fires.c.fire_at.desc()).limit(limit)
    if before is not None:
        query = query.where(fires.c.fire_at < before)
    return [_record_of(row) for row in connection.execute(query).mappings()]


def newest_jobs(connection: Connection) -> Mapping[ScheduleId, JobId]:
    """The job of each schedule's newest instant that has one."""
    newest = (
        select(fires.c.schedule_id, func.max(fires.c.fire_at).label("fire_at"))
        .where(fires.c.job_id.is_not(None))
        .group_by(fires.c.schedule_id)
        .subquery()
    )
    same = (fires.c.schedule_id == newest.c.schedule_id) & (fires.c.fire_at == newest.c.fire_at)
    rows = connection.execute(select(fires.c.schedule_id, fires.c.job_id).join(newest, same))
    return {ScheduleId(schedule_id): JobId(job_id) for schedule_id, job_id in rows}


def prune_fires(connection: Connection, schedule_id: ScheduleId, keep: int) -> None:
    """Forget all but the newest `keep` instants."""
    of_it = select(fires.c.fire_at).where(fires.c.schedule_id == schedule_id)
    oldest = connection.execute(of_it.order_by(fires.c.fire_at.desc()).offset(keep - 1).limit(1)).scalar_one_or_none()
    if oldest is not None:
        connection.execute(delete(fires).where(fires.c.schedule_id == schedule_id, fires.c.fire_at < oldest))


def _record_of(row: RowMapping) -> FireRecord:
    job_id = None if row["job_id"] is None else JobId(row["job_id"])
    return FireRecord(
        schedule_id=ScheduleId(row["schedule_id"]),
        fire_at=row["fire_at"],
        considered_at=row["considered_at"],
        outcome=FireOutcome(row["outcome"] or (FireOutcome.FIRED if job_id else FireOutcome.OVERLAP)),
        note=row["note"] or "",
        job_id=job_id,
        since_at=row["since_at"],
        instants=row["instants"] or 1,
    )
