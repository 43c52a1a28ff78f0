"""Queries over jobs: plain functions on a connection."""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, Connection, Select, bindparam, func, select, update
from sqlalchemy.sql.elements import UnaryExpression

from orchestrator.contract.ids import JobId
from orchestrator.contract.states import JobStatus
from orchestrator.domain.job import Job
from orchestrator.engine.errors import InvalidRequestError, JobHeldError
from orchestrator.engine.ports.jobs import JobQuery
from orchestrator.store import job_text
from orchestrator.store.job_places import JobPlaces, Stretch
from orchestrator.store.job_rows import job_of
from orchestrator.store.row_locks import lock_jobs
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

_SAVE_PROGRESS = (
    update(jobs)
    .where(
        jobs.c.job_id == bindparam("of_job"), jobs.c.attempt == bindparam("of_attempt"), jobs.c.finished_at.is_(None)
    )
    .values(progress=bindparam("progress"), current_step=bindparam("current_step"))
)
"""Made once: each run says four times a second how far it is."""


def save_progress(connection: Connection, job_id: JobId, attempt: int, progress: float, current_step: str) -> None:
    """Remember how far the attempt is, as long as it is the newest and has not ended."""
    try:
        lock_jobs(connection, [job_id])
    except JobHeldError:
        return  # the next word on it comes soon
    news = {"of_job": job_id, "of_attempt": attempt, "progress": progress, "current_step": current_step}
    connection.execute(_SAVE_PROGRESS, news)


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


def listing(connection: Connection, query: JobQuery, places: JobPlaces) -> tuple[Sequence[Job], int]:
    """A page of jobs, and how many match in all."""
    conditions = _conditions(query)
    if query.text:
        found = job_text.find(connection, query.text, conditions)
        if not found.total:
            return [], 0
        conditions, total = [found.condition], found.total
    elif conditions:
        total = connection.execute(select(func.count()).select_from(jobs).where(*conditions)).scalar_one()
    else:
        total = places.total(connection)
    if not conditions and query.sort.removeprefix("-") == "created_at":
        positions = _by_creation(connection, query, places, total)
    else:
        positions = _positions(connection, query, conditions, total)
    rows = {
        row["position"]: row
        for row in connection.execute(select(jobs).where(jobs.c.position.in_(positions))).mappings()
    }
    return [job_of(rows[position]) for position in positions], total


def _by_creation(connection: Connection, query: JobQuery, places: JobPlaces, total: int) -> Sequence[int]:
    """Which jobs are on the page of a list of all of them."""
    if not query.sort.startswith("-"):
        return places.positions(connection, Stretch(first=query.offset, count=query.limit, total=total))
    first = max(0, total - query.offset - query.limit)
    stretch = Stretch(first=first, count=total - query.offset - first, total=total)
    return places.positions(connection, stretch)[::-1]


def _positions(
    connection: Connection, query: JobQuery, conditions: Sequence[ColumnElement[bool]], total: int
) -> Sequence[int]:
    """Which jobs are on the page, found in an index alone where there is one, and from the nearer end."""
    is_near = query.offset <= total // 2
    sort = query.sort if is_near else query.sort.removeprefix("-") if query.sort.startswith("-") else f"-{query.sort}"
    limit = query.limit if is_near else max(0, min(query.limit, total - query.offset))
    offset = query.offset if is_near else max(0, total - query.offset - query.limit)
    ordered = _sorted(select(jobs.c.position).where(*conditions), sort).offset(offset).limit(limit)
    positions = [row.position for row in connection.execute(ordered)]
    return positions if is_near else positions[::-1]


def _conditions(query: JobQuery) -> list[ColumnElement[bool]]:
    given: list[ColumnElement[bool]] = []
    if query.statuses:
        given.append(jobs.c.status.in_([status.value for status in query.statuses]))
    if query.robot_id is not None:
        given.append(jobs.c.robot_id == query.robot_id)
    if query.workflow_id is not None:
        given.append(jobs.c.workflow_id == query.workflow_id)
    if query.schedule_id is not None:
        given.append(jobs.c.schedule_id == query.schedule_id)
    return given


def _sorted(query: Select[tuple[int]], sort: str) -> Select[tuple[int]]:
    column = _SORTS.get(sort.removeprefix("-"))
    if column is None:
        raise InvalidRequestError(
            f"Jobs cannot be sorted by {sort.removeprefix('-')!r}; choose one of {', '.join(sorted(_SORTS))}.",
            field="sort",
        )
    order: list[UnaryExpression[object]] = [column.desc() if sort.startswith("-") else column.asc()]
    if column.nullable:  # SQLite takes what is empty for the smallest, PostgreSQL for the largest
        order = [order[0].nulls_last() if sort.startswith("-") else order[0].nulls_first()]
    return query.order_by(*order, jobs.c.position.desc() if sort.startswith("-") else jobs.c.position.asc())
