"""Fills a database with a past: finished jobs, and queued ones that no robot of the measurement may take."""

import json
import sqlite3
from pathlib import Path

COLUMNS_THAT_DIFFER = ("position", "job_id", "idempotency_key", "status", "requirements", "finished_at", "queued_at")


def fill(database: Path, *, finished: int, queued: int) -> None:
    """Copy the one finished job of the database as often as wanted, with its attempt and its result."""
    connection = sqlite3.connect(database)
    with connection:
        _copy_jobs(connection, finished, prefix="old", status=None)
        _copy_jobs(connection, queued, prefix="waits", status="queued")
        for table in ("attempts", "results"):
            _copy_records(connection, table, finished)
    connection.execute("ANALYZE")
    connection.close()


def _copy_jobs(connection: sqlite3.Connection, count: int, *, prefix: str, status: str | None) -> None:
    columns = [row[1] for row in connection.execute("PRAGMA table_info(jobs)") if row[1] not in COLUMNS_THAT_DIFFER]
    named = ", ".join(columns)
    sample = connection.execute(
        f"SELECT status, requirements, finished_at, queued_at, {named} FROM jobs WHERE status = 'completed' LIMIT 1"
    ).fetchone()
    own_status, requirements, finished_at, queued_at, *rest = sample
    values: dict[str, object] = dict(zip(columns, rest, strict=True))
    if status is not None:
        requirements = json.dumps({**json.loads(requirements), "tags": ["nobody-has-this"]})
        finished_at = None
        values |= {"attempt": 0, "robot_id": None, "session_id": None, "started_at": None, "progress": 0.0}
    places = ", ".join("?" * (len(columns) + 5))
    connection.executemany(
        f"INSERT INTO jobs (job_id, status, requirements, finished_at, queued_at, {named}) VALUES ({places})",
        (
            (f"{prefix}-{number}", status or own_status, requirements, finished_at, queued_at, *values.values())
            for number in range(count)
        ),
    )


def _copy_records(connection: sqlite3.Connection, table: str, count: int) -> None:
    columns = [row[1] for row in connection.execute(f"PRAGMA table_info({table})") if row[1] != "job_id"]
    named = ", ".join(columns)
    sample = connection.execute(f"SELECT {named} FROM {table} LIMIT 1").fetchone()
    places = ", ".join("?" * (len(columns) + 1))
    rows = ((f"old-{number}", *sample) for number in range(count))
    connection.executemany(f"INSERT INTO {table} (job_id, {named}) VALUES ({places})", rows)
