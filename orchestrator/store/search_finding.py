"""Finds the newest rows with some words: numbers from the index, then the rows that are there and within the scope."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

from sqlalchemy import ColumnElement, Connection, RowMapping, Select, and_, false, func, or_, select

from orchestrator.contract.ids import JobId, RobotId
from orchestrator.domain.search import SearchQuery
from orchestrator.engine.ports.search import Feed, Found, FoundPage, Scope
from orchestrator.store.database import Database
from orchestrator.store.job_rows import job_of
from orchestrator.store.schema import audit, jobs, logs
from orchestrator.store.search_index import SearchIndex
from orchestrator.store.search_limits import OutOfTimeError, limited
from orchestrator.store.search_rows import ERROR_KINDS, NUMBERS

_FIRST, _MOST = 100, 5_000
"""Rows that are looked up at once: a few where most of them fit, more where a scope leaves some out."""
_BEGINNING = 2**62
_WHOLE_ID = 36
Rows = Sequence[RowMapping]


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """One question, and until when (monotonic seconds) it may be looked at."""

    index: SearchIndex
    feed: Feed
    query: SearchQuery
    scope: Scope
    until_s: float

    async def page(self, side: Database, database: Database, limit: int) -> FoundPage:
        """The newest rows that fit."""
        if not self.query.terms:
            everything = and_(NUMBERS[self.feed] > 0, *_conditions(self.feed, self.scope))
            rows, is_cut = await database.read(partial(self._rows, limit + 1, everything))
            return _page(self.feed, rows, limit, is_cut=is_cut)
        found: list[RowMapping] = []
        before, most = _BEGINNING, max(_FIRST, limit + 1) if self.scope == Scope() else _MOST
        while True:
            numbers, is_cut = await side.read(partial(self._numbers, before, most))
            if numbers:
                these = and_(NUMBERS[self.feed].in_(numbers), *_conditions(self.feed, self.scope, _beside))
                rows, is_late = await database.read(partial(self._rows, limit + 1, these))
                found, is_cut = [*found, *rows], is_cut or is_late
            if is_cut or len(numbers) < most or len(found) > limit:
                return _page(self.feed, found, limit, is_cut=is_cut)
            before, most = numbers[-1], _MOST

    def _numbers(self, before: int, most: int, connection: Connection) -> tuple[Sequence[int], bool]:
        """Numbers from the index, newest first; True when the time was up."""
        try:
            with limited(connection, self.until_s):
                return self.index.newest(connection, self.feed, self.query, before, most), False
        except OutOfTimeError:
            return [], True

    def _rows(self, most: int, which: ColumnElement[bool], connection: Connection) -> tuple[Rows, bool]:
        """Such rows, newest first; True when the time was up."""
        query = _everything(self.feed).where(which).order_by(NUMBERS[self.feed].desc()).limit(most)
        try:
            with limited(connection, self.until_s):
                return connection.execute(query).mappings().all(), False
        except OutOfTimeError:
            return [], True


def _everything(feed: Feed) -> Select[tuple[object, ...]]:
    of_job = (jobs.c.workflow_name, jobs.c.status)
    match feed:
        case Feed.JOBS:
            return select(jobs)
        case Feed.ERRORS:
            errors = select(audit, *of_job).join(jobs, jobs.c.job_id == audit.c.job_id)
            return errors.where(audit.c.kind.in_(ERROR_KINDS))
        case Feed.LOGS:
            return select(logs, *of_job).outerjoin(jobs, jobs.c.job_id == logs.c.job_id)


def _beside(column: ColumnElement[str]) -> ColumnElement[str]:
    """A column in whose index the database is not to look: it would read all failed jobs of years, and their lines,
    where a few thousand rows are named."""
    return func.coalesce(column, "")


def _conditions(
    feed: Feed, scope: Scope, among: Callable[[ColumnElement[str]], ColumnElement[str]] = lambda column: column
) -> list[ColumnElement[bool]]:
    """What of the scope the database has to look at; `among` says how."""
    robot_id = {Feed.JOBS: jobs.c.robot_id, Feed.ERRORS: audit.c.robot_id, Feed.LOGS: logs.c.robot_id}[feed]
    job_id = logs.c.job_id if feed is Feed.LOGS else jobs.c.job_id
    found: list[ColumnElement[bool]] = []
    for column, wanted in (
        (robot_id, scope.robots),
        (jobs.c.workflow_id, scope.workflows),
        (jobs.c.status, scope.statuses),
    ):
        if wanted is not None:
            found.append(among(column).in_(sorted(wanted)))
    if scope.schedule is not None:
        found.append(among(jobs.c.schedule_id) == scope.schedule)
    if scope.levels is not None:
        found.append(logs.c.level.in_(sorted(scope.levels)) if feed is Feed.LOGS else false())
    if scope.job is not None and len(scope.job) == _WHOLE_ID:
        found.append(job_id == scope.job)
    elif scope.job is not None:
        found.append(or_(job_id.startswith(scope.job, autoescape=True), job_id.endswith(scope.job, autoescape=True)))
    return [and_(*found)] if found else []


def _page(feed: Feed, rows: Sequence[RowMapping], limit: int, *, is_cut: bool) -> FoundPage:
    shown, has_more = rows[:limit], len(rows) > limit
    if feed is Feed.JOBS:
        return FoundPage(jobs=[job_of(row) for row in shown], has_more=has_more, is_cut=is_cut)
    return FoundPage(found=[_found(row) for row in shown], has_more=has_more, is_cut=is_cut)


def _found(row: RowMapping) -> Found:
    return Found(
        number=row["number"],
        text=row["message"],
        at=row["at"],
        level=row.get("level", ""),
        job_id=None if row["job_id"] is None else JobId(row["job_id"]),
        attempt=row.get("attempt"),
        step_id=row.get("step_id"),
        robot_id=None if row["robot_id"] is None else RobotId(row["robot_id"]),
        workflow_name=row["workflow_name"] or "",
        status=row["status"] or "",
    )
