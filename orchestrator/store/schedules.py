"""Queries over schedules and the instants that they were fired for."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import Connection, delete, insert, select

from orchestrator.contract.ids import JobId, ScheduleId
from orchestrator.domain.schedule import Schedule
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


def note_fire(connection: Connection, schedule_id: str, fire_at: datetime, job_id: JobId | None) -> None:
    """Remember an instant; the primary key refuses it a second time."""
    connection.execute(insert(fires).values(schedule_id=schedule_id, fire_at=fire_at, job_id=job_id))
