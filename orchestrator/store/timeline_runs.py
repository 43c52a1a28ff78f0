"""Queries over attempts: what ran inside a window, and what ran at a moment, by index and never by reading them all.

An attempt that ended inside a window is found by its end. One that was under way at the window's end, or at a moment,
began before it and ended after it: no index finds that by itself. So the short ones are looked for among those that
ended within ten minutes after the moment, and the long ones among the long ones, which have an index of their own.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy import BigInteger, Connection, RowMapping, Select, case, func, select, text, tuple_, type_coerce
from sqlalchemy.sql.elements import ColumnElement

from orchestrator.contract.ids import JobId, RobotId
from orchestrator.domain.timeline import FAILED_OUTCOMES, MergedRuns, Run
from orchestrator.engine.ports.timeline import Runs, StepsThen
from orchestrator.store.columns import number_of
from orchestrator.store.schema import attempts, jobs, results

LONG = timedelta(minutes=10)
"""As the index `ix_attempts_long` has it."""
_IS_LONG = text("attempts.ended_at - attempts.claimed_at > 600000000")
_RUNS = (
    select(
        attempts.c.job_id,
        attempts.c.attempt,
        attempts.c.robot_id,
        attempts.c.claimed_at,
        attempts.c.started_at,
        attempts.c.ended_at,
        attempts.c.outcome,
        attempts.c.error,
        jobs.c.workflow_name,
    )
    .join(jobs, jobs.c.job_id == attempts.c.job_id)
    .where(attempts.c.robot_id.is_not(None))
)
_RAN = attempts.c.started_at.is_not(None)


def between(connection: Connection, since: datetime, until: datetime, most: int, bucket_s: float) -> Runs:
    """What ran between the two; where there is too much, short runs are counted by robot and stretch."""
    across = _under_way(connection, until, most)
    ended = (attempts.c.ended_at >= since, attempts.c.ended_at < until, _RAN)
    query = _RUNS.where(*ended).order_by(attempts.c.ended_at.desc()).limit(most + 1)
    found = _runs(connection, query)
    if len(found) + len(across) <= most:
        return Runs(runs=_in_order([*found, *across]))
    return _merged(connection, since, until, most, bucket_s, across)


def running_at(connection: Connection, at: datetime, most: int) -> Sequence[Run]:
    """What ran at a moment, the longest running first."""
    found = [run for run in _under_way(connection, at, most) if run.started_at <= at]
    return _in_order(found)[:most]


def failed_between(connection: Connection, since: datetime, until: datetime, most: int) -> Sequence[Run]:
    """Attempts that ended badly between the two, newest first."""
    query = (
        _RUNS.where(attempts.c.ended_at > since, attempts.c.ended_at <= until, _is_failed())
        .order_by(attempts.c.ended_at.desc())
        .limit(most)
    )
    return _runs(connection, query)


def steps_at(connection: Connection, runs: Sequence[Run], at: datetime) -> Mapping[tuple[JobId, int], StepsThen]:
    """How far runs were at a moment, as their results tell it."""
    keys = [(run.job_id, run.attempt) for run in runs if run.ended_at is not None]
    if not keys:
        return {}
    query = select(results.c.job_id, results.c.attempt, results.c.result).where(
        tuple_(results.c.job_id, results.c.attempt).in_(keys)
    )
    return {
        (JobId(job_id), attempt): _then(json.loads(result).get("step_results") or (), at)
        for job_id, attempt, result in connection.execute(query)
    }


def _then(steps: Iterable[Mapping[str, object]], at: datetime) -> StepsThen:
    current: list[str] = []
    done = total = 0
    for step in steps:
        total += 1
        begin = step.get("started_at")
        if not isinstance(begin, str):
            continue
        started_at = datetime.fromisoformat(begin)
        ended_at = started_at + timedelta(seconds=float(str(step.get("duration_s") or 0.0)))
        done += ended_at <= at
        if started_at <= at < ended_at:
            current.append(str(step.get("name") or step.get("step_id")))
    return StepsThen(current=tuple(current), done=done, total=total)


def _under_way(connection: Connection, at: datetime, most: int) -> list[Run]:
    began = attempts.c.claimed_at < at
    soon = _RUNS.where(attempts.c.ended_at >= at, attempts.c.ended_at < at + LONG, began, _RAN)
    late = _RUNS.where(attempts.c.ended_at >= at + LONG, began, _RAN, _IS_LONG)
    still = _RUNS.where(
        attempts.c.ended_at.is_(None),
        began,
        jobs.c.attempt == attempts.c.attempt,
        jobs.c.finished_at.is_(None),
    )
    return [run for query in (soon, late, still) for run in _runs(connection, query.limit(most))]


def _merged(  # noqa: PLR0917  a window, and how much of it may be told
    connection: Connection, since: datetime, until: datetime, most: int, bucket_s: float, across: Sequence[Run]
) -> Runs:
    length = timedelta(seconds=bucket_s) // timedelta(microseconds=1)
    ended_at, started_at = _number(attempts.c.ended_at), _number(attempts.c.started_at)
    is_inside = (attempts.c.ended_at >= since, attempts.c.ended_at < until, _RAN, attempts.c.robot_id.is_not(None))
    lasted = ended_at - started_at
    place = ((ended_at - number_of(since)) // length).label("place")
    short = (
        select(attempts.c.robot_id, place, func.count(), func.sum(case((_is_failed(), 1), else_=0)), func.sum(lasted))
        .where(*is_inside, lasted <= length)
        .group_by(attempts.c.robot_id, place)
        .order_by(place)
    )
    room = max(0, most - len(across))
    long = _RUNS.where(*is_inside, lasted > length)
    named = _runs(connection, long.order_by(lasted.desc()).limit(room))
    merged = [
        MergedRuns(
            robot_id=RobotId(robot_id),
            starts_at=since + int(number) * timedelta(seconds=bucket_s),
            runs=count,
            failed=int(failed),
            busy_s=int(busy) / 1_000_000,
        )
        for robot_id, number, count, failed, busy in connection.execute(short)
    ]
    left_out = 0 if len(named) < room else _count(connection, long) - len(named)
    return Runs(runs=_in_order([*named, *across[:most]]), merged=merged, left_out=left_out)


def _count(connection: Connection, query: Select[tuple[object, ...]]) -> int:
    return connection.execute(select(func.count()).select_from(query.subquery())).scalar_one()


def _is_failed() -> ColumnElement[bool]:
    return attempts.c.outcome.in_(sorted(FAILED_OUTCOMES))


def _number(column: ColumnElement[datetime]) -> ColumnElement[int]:
    return type_coerce(column, BigInteger)


def _in_order(runs: Iterable[Run]) -> list[Run]:
    return sorted(runs, key=lambda run: (run.started_at, run.job_id))


def _runs(connection: Connection, query: Select[tuple[object, ...]]) -> list[Run]:
    return [_run_of(row) for row in connection.execute(query).mappings()]


def _run_of(row: RowMapping) -> Run:
    return Run(
        job_id=JobId(row["job_id"]),
        attempt=row["attempt"],
        workflow_name=row["workflow_name"],
        robot_id=RobotId(row["robot_id"]),
        started_at=row["started_at"] or row["claimed_at"],
        ended_at=row["ended_at"],
        outcome=row["outcome"],
        error=row["error"],
    )
