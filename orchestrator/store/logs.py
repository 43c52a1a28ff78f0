"""Queries over log lines."""

from collections.abc import Sequence

from sqlalchemy import Connection, RowMapping, insert, select

from orchestrator.contract.ids import JobId, RobotId
from orchestrator.contract.results import LogEntry, LogLevel
from orchestrator.store.schema import logs


def add(connection: Connection, robot_id: RobotId, entries: Sequence[LogEntry]) -> None:
    """Append lines in their order."""
    if entries:
        connection.execute(insert(logs), [{"robot_id": robot_id, **_row_of(entry)} for entry in entries])


def listing(
    connection: Connection, job_id: JobId | None, robot_id: RobotId | None, after: int, limit: int
) -> tuple[Sequence[LogEntry], int]:
    """Lines in order and the cursor behind them: the newest `limit` when `after` is 0, else the next ones."""
    query = select(logs).limit(limit)
    if job_id is not None:
        query = query.where(logs.c.job_id == job_id)
    if robot_id is not None:
        query = query.where(logs.c.robot_id == robot_id)
    if after:
        rows = list(connection.execute(query.where(logs.c.number > after).order_by(logs.c.number)).mappings())
    else:
        rows = list(connection.execute(query.order_by(logs.c.number.desc())).mappings())[::-1]
    return [_entry_of(row) for row in rows], rows[-1]["number"] if rows else after


def _row_of(entry: LogEntry) -> dict[str, object]:
    return {
        "job_id": entry.job_id,
        "attempt": entry.attempt,
        "step_id": entry.step_id,
        "at": entry.at,
        "level": entry.level.value,
        "message": entry.message,
        "fields": entry.fields,
    }


def _entry_of(row: RowMapping) -> LogEntry:
    return LogEntry(
        at=row["at"],
        level=LogLevel(row["level"]),
        message=row["message"],
        job_id=row["job_id"],
        attempt=row["attempt"],
        step_id=row["step_id"],
        fields=row["fields"],
    )
