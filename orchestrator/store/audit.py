"""Queries over what happened."""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, Connection, Insert, RowMapping, insert, select

from orchestrator.contract.ids import JobId, RobotId, ScheduleId
from orchestrator.engine.ports.audit import AuditEntry, AuditFilter
from orchestrator.store.prepared import prepared
from orchestrator.store.schema import audit

_COLUMNS = ("at", "kind", "message", "actor", "job_id", "robot_id", "schedule_id", "details")


def add(connection: Connection, entry: AuditEntry | None) -> None:
    """Append an entry; None is nothing to say."""
    if entry is not None:
        add_all(connection, [entry])


def add_all(connection: Connection, entries: Sequence[AuditEntry]) -> None:
    """Append entries in order."""
    if entries:
        prepared(_adding, connection.dialect.name, _COLUMNS).run_for(connection, entries)


def _adding(*_: object) -> Insert:
    return insert(audit).inline()


def newest(
    connection: Connection, limit: int, before: int | None, wanted: AuditFilter | None = None
) -> Sequence[tuple[int, AuditEntry]]:
    """(number, entry), newest first, older than `before`."""
    query = select(audit).order_by(audit.c.number.desc()).limit(limit)
    if before is not None:
        query = query.where(audit.c.number < before)
    if wanted is not None:
        query = query.where(*_conditions(wanted))
    return [(row["number"], _entry_of(row)) for row in connection.execute(query).mappings()]


def _conditions(wanted: AuditFilter) -> list[ColumnElement[bool]]:
    given = {audit.c.job_id: wanted.job_id, audit.c.robot_id: wanted.robot_id, audit.c.actor: wanted.actor}
    found = [column == value for column, value in given.items() if value is not None]
    if wanted.kind is None:
        return found
    start, star, _ = wanted.kind.partition("*")
    return [*found, audit.c.kind.startswith(start, autoescape=True) if star else audit.c.kind == wanted.kind]


def _entry_of(row: RowMapping) -> AuditEntry:
    return AuditEntry(
        at=row["at"],
        kind=row["kind"],
        message=row["message"],
        actor=row["actor"],
        job_id=None if row["job_id"] is None else JobId(row["job_id"]),
        robot_id=None if row["robot_id"] is None else RobotId(row["robot_id"]),
        schedule_id=None if row["schedule_id"] is None else ScheduleId(row["schedule_id"]),
        details=row["details"],
    )
