"""Queries that give figures over what has ended."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy import Connection, or_, select

from orchestrator.contract.ids import RobotId
from orchestrator.contract.states import JobStatus
from orchestrator.engine.ports.figures import FinishedBucket
from orchestrator.store.schema import attempts, jobs, results

_FAILED = (JobStatus.FAILED, JobStatus.TIMEOUT, JobStatus.DEAD_LETTER)


def finished(connection: Connection, since: datetime, until: datetime, bucket_s: float) -> Sequence[FinishedBucket]:
    """Ended jobs per stretch of `bucket_s` seconds, oldest first, empty stretches included."""
    length = timedelta(seconds=bucket_s)
    count = max(1, -(-(until - since) // length))
    groups: list[list[tuple[JobStatus, float | None]]] = [[] for _ in range(count)]
    query = (
        select(jobs.c.finished_at, jobs.c.status, results.c.execution_time_s)
        .outerjoin(results, (results.c.job_id == jobs.c.job_id) & (results.c.attempt == jobs.c.attempt))
        .where(jobs.c.finished_at >= since, jobs.c.finished_at < until)
    )
    for finished_at, status, execution_s in connection.execute(query):
        groups[(finished_at - since) // length].append((JobStatus(status), execution_s))
    return [_bucket(since + index * length, group) for index, group in enumerate(groups)]


def _bucket(starts_at: datetime, ended: Sequence[tuple[JobStatus, float | None]]) -> FinishedBucket:
    statuses = [status for status, _ in ended]
    times = sorted(time for _, time in ended if time is not None)
    return FinishedBucket(
        starts_at=starts_at,
        completed=statuses.count(JobStatus.COMPLETED),
        failed=sum(status in _FAILED for status in statuses),
        cancelled=statuses.count(JobStatus.CANCELLED),
        average_execution_s=sum(times) / len(times) if times else None,
        p95_execution_s=times[min(len(times) - 1, int(len(times) * 0.95))] if times else None,
    )


def robot_busy_s(connection: Connection, since: datetime, until: datetime) -> Mapping[RobotId, float]:
    """Seconds of attempts per robot inside the window; an attempt that still runs counts up to its end."""
    query = select(attempts.c.robot_id, attempts.c.started_at, attempts.c.ended_at).where(
        attempts.c.robot_id.is_not(None),
        attempts.c.started_at < until,
        or_(attempts.c.ended_at.is_(None), attempts.c.ended_at > since),
    )
    busy: dict[RobotId, float] = {}
    for robot_id, started_at, ended_at in connection.execute(query):
        seconds = (min(ended_at or until, until) - max(started_at, since)).total_seconds()
        busy[RobotId(robot_id)] = busy.get(RobotId(robot_id), 0.0) + max(0.0, seconds)
    return busy
