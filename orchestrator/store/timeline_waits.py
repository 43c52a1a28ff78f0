"""Queries over what waited for a robot at a moment: what was claimed later, still waits, or was cancelled instead."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, RowMapping, Select, exists, func, literal, null, select, text

from orchestrator.contract.ids import JobId, RobotId
from orchestrator.contract.states import JobStatus
from orchestrator.domain.timeline import Wait
from orchestrator.store.columns import Instant
from orchestrator.store.schema import attempts, jobs

_HAD_WAITED = text("attempts.claimed_at - attempts.queued_at > 1000000")
"""As the index `ix_attempts_waited` has it."""


def waiting_at(connection: Connection, at: datetime, most: int) -> tuple[int, Sequence[Wait]]:
    """How many waited, and those that had waited longest."""
    kinds = (_claimed_later(at), _still_waiting(at), _cancelled_later(at))
    count = sum(connection.execute(select(func.count()).select_from(kind.subquery())).scalar_one() for kind in kinds)
    found = [row for kind in kinds for row in _first(connection, kind, most)]
    found.sort(key=lambda row: (row["since_at"], row["job_id"]))
    return count, _waits(connection, found[:most])


def _claimed_later(at: datetime) -> Select[tuple[object, ...]]:
    return select(
        attempts.c.job_id,
        attempts.c.queued_at.label("since_at"),
        attempts.c.claimed_at.label("until_at"),
        attempts.c.robot_id,
    ).where(attempts.c.claimed_at > at, attempts.c.queued_at <= at, _HAD_WAITED)


def _still_waiting(at: datetime) -> Select[tuple[object, ...]]:
    return select(
        jobs.c.job_id,
        jobs.c.changed_at.label("since_at"),
        literal(None, Instant).label("until_at"),
        null().label("robot_id"),
    ).where(jobs.c.status == JobStatus.QUEUED.value, jobs.c.changed_at <= at)


def _cancelled_later(at: datetime) -> Select[tuple[object, ...]]:
    was_claimed = exists().where(attempts.c.job_id == jobs.c.job_id, attempts.c.claimed_at >= jobs.c.queued_at)
    return select(
        jobs.c.job_id,
        jobs.c.queued_at.label("since_at"),
        jobs.c.finished_at.label("until_at"),
        null().label("robot_id"),
    ).where(
        jobs.c.status == JobStatus.CANCELLED.value,
        jobs.c.created_at <= at,
        jobs.c.queued_at <= at,
        jobs.c.finished_at > at,
        ~was_claimed,
    )


def _first(connection: Connection, kind: Select[tuple[object, ...]], most: int) -> Sequence[RowMapping]:
    return connection.execute(kind.order_by(text("since_at")).limit(most)).mappings().all()


def _waits(connection: Connection, rows: Sequence[RowMapping]) -> Sequence[Wait]:
    wanted = [row["job_id"] for row in rows]
    query = select(jobs.c.job_id, jobs.c.workflow_name).where(jobs.c.job_id.in_(wanted))
    names = {row.job_id: row.workflow_name for row in connection.execute(query)} if wanted else {}
    return [
        Wait(
            job_id=JobId(row["job_id"]),
            workflow_name=names.get(row["job_id"], ""),
            since_at=row["since_at"],
            until_at=row["until_at"],
            robot_id=None if row["robot_id"] is None else RobotId(row["robot_id"]),
        )
        for row in rows
    ]
