"""Queries over jobs: plain functions on a connection."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from sqlalchemy import ColumnElement, Connection, Select, and_, bindparam, func, insert, or_, select, update
from sqlalchemy.sql.elements import UnaryExpression

from orchestrator.contract.ids import JobId
from orchestrator.contract.states import JobStatus
from orchestrator.domain.job import Job
from orchestrator.engine.errors import InvalidRequestError, StaleJobError
from orchestrator.engine.ports.jobs import JobQuery
from orchestrator.store.job_rows import job_of, moving_columns, row_of
from orchestrator.store.schema import jobs

_SORTS = {
    name: jobs.c[name]
    for name in (
        "created_at",
        "changed_at",
        "started_at",
        "finished_at",
        "status",
        "priority",
        "workflow_name",
        "robot_id",
        "progress",
        "attempt",
        "job_id",
    )
}

# made once: building a statement costs more than running it
_ADD = insert(jobs)
_BY_KEY = select(jobs).where(jobs.c.idempotency_key == bindparam("key"))
_SAVE = update(jobs).where(
    jobs.c.job_id == bindparam("expected_job_id"),
    jobs.c.status == bindparam("expected_status"),
    jobs.c.attempt == bindparam("expected_attempt"),
    jobs.c.version == bindparam("expected_version"),
)


def add(connection: Connection, job: Job, idempotency_key: str | None) -> tuple[Job, bool]:
    """Insert a job, or find the one that was accepted under the key before."""
    if idempotency_key is not None:
        first = connection.execute(_BY_KEY, {"key": idempotency_key}).mappings().first()
        if first is not None:
            return job_of(first), False
    kept = connection.execute(_ADD, {**row_of(job), "idempotency_key": idempotency_key})
    key = kept.inserted_primary_key
    assert key is not None
    return replace(job, position=key[0]), True


def save(connection: Connection, after: Job, expected: Job) -> Job:
    """Replace `expected` by `after`; the WHERE clause is the guard, and a row count of 0 means somebody was first."""
    kept = replace(after, version=expected.version + 1)
    guard = {
        "expected_job_id": expected.job_id,
        "expected_status": expected.status.value,
        "expected_attempt": expected.attempt,
        "expected_version": expected.version,
    }
    changed = connection.execute(_SAVE, {**moving_columns(kept), **guard})
    if changed.rowcount != 1:
        raise StaleJobError(expected.job_id)
    return kept


def save_progress(connection: Connection, job_id: JobId, attempt: int, progress: float, current_step: str) -> None:
    """Remember how far the attempt is, as long as it is the newest and has not ended."""
    connection.execute(
        update(jobs)
        .where(jobs.c.job_id == job_id, jobs.c.attempt == attempt, jobs.c.finished_at.is_(None))
        .values(progress=progress, current_step=current_step)
    )


def one(connection: Connection, job_id: JobId) -> Job | None:
    """The job with this id."""
    row = connection.execute(select(jobs).where(jobs.c.job_id == job_id)).mappings().first()
    return None if row is None else job_of(row)


def with_status(
    connection: Connection, statuses: frozenset[JobStatus], after_position: int, limit: int
) -> Sequence[Job]:
    """Jobs in any of the statuses by rising position."""
    query = (
        select(jobs)
        .where(jobs.c.status.in_([status.value for status in statuses]), jobs.c.position > after_position)
        .order_by(jobs.c.position)
        .limit(limit)
    )
    if not any(status.has_ended for status in statuses):
        query = query.where(jobs.c.finished_at.is_(None))
    return [job_of(row) for row in connection.execute(query).mappings()]


def count_by_status(connection: Connection) -> Mapping[JobStatus, int]:
    """How many jobs stand in each status; statuses without a job are left out."""
    rows = connection.execute(select(jobs.c.status, func.count()).group_by(jobs.c.status))
    return {JobStatus(status): count for status, count in rows}


def listing(connection: Connection, query: JobQuery) -> tuple[Sequence[Job], int]:
    """A page of jobs, and how many match in all."""
    condition = _condition(query)
    total = connection.execute(select(func.count()).select_from(jobs).where(condition)).scalar_one()
    page = _sorted(select(jobs).where(condition), query.sort).offset(query.offset).limit(query.limit)
    return [job_of(row) for row in connection.execute(page).mappings()], total


def _condition(query: JobQuery) -> ColumnElement[bool]:
    given: list[ColumnElement[bool]] = [jobs.c.position > 0]
    if query.statuses:
        given.append(jobs.c.status.in_([status.value for status in query.statuses]))
    if query.robot_id is not None:
        given.append(jobs.c.robot_id == query.robot_id)
    if query.workflow_id is not None:
        given.append(jobs.c.workflow_id == query.workflow_id)
    if query.schedule_id is not None:
        given.append(jobs.c.schedule_id == query.schedule_id)
    if query.text:
        columns = (jobs.c.job_id, jobs.c.workflow_name, jobs.c.current_step, jobs.c.error_text)
        given.append(or_(*(column.icontains(query.text, autoescape=True) for column in columns)))
    return and_(*given)


def _sorted(query: Select[tuple[object, ...]], sort: str) -> Select[tuple[object, ...]]:
    column = _SORTS.get(sort.removeprefix("-"))
    if column is None:
        raise InvalidRequestError(
            f"Jobs cannot be sorted by {sort.removeprefix('-')!r}; choose one of {', '.join(sorted(_SORTS))}.",
            field="sort",
        )
    order: list[UnaryExpression[object]] = [column.desc() if sort.startswith("-") else column.asc()]
    return query.order_by(*order, jobs.c.position.desc() if sort.startswith("-") else jobs.c.position.asc())
