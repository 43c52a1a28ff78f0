"""What of the tables is indexed, row by row: the text of a log line, of a job, of what a failed attempt said."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Column, ColumnElement, Connection, Row, func, select, tuple_

from orchestrator.contract.ids import JobId, JsonValue
from orchestrator.domain.search import LONGEST_WORD
from orchestrator.engine.ports.search import Feed, FeedState
from orchestrator.engine.sealing import is_sealed
from orchestrator.store.schema import audit, jobs, logs, workflow_versions
from orchestrator.store.search_index import Entry

LONGEST_TEXT = 20_000
"""Of one row; what is behind it is not found."""
ERROR_KINDS = ("job.retrying", "job.failed", "job.timeout", "job.dead_letter")
"""What the audit calls the ends of attempts that told an error."""
NUMBERS: Mapping[Feed, Column[int]] = {
    Feed.JOBS: jobs.c.position,
    Feed.ERRORS: audit.c.number,
    Feed.LOGS: logs.c.number,
}
_SHORT = 8
"""As much of an id as the window and the command line show; a whole one is found in the table itself."""
_COLUMNS: Mapping[Feed, Sequence[ColumnElement[object]]] = {
    Feed.JOBS: (
        jobs.c.job_id,
        jobs.c.workflow_name,
        jobs.c.submitted_by,
        jobs.c.variables,
        jobs.c.workflow_id,
        jobs.c.workflow_hash,
    ),
    Feed.ERRORS: (audit.c.message, audit.c.kind),
    Feed.LOGS: (logs.c.message,),
}


def after(connection: Connection, feed: Feed, number: int, most: int) -> tuple[Sequence[Entry], int]:
    """The next rows of a feed that say something, and the number of the last row that was looked at."""
    column = NUMBERS[feed]
    query = select(column, *_COLUMNS[feed]).where(column > number).order_by(column).limit(most)
    rows = connection.execute(query).all()
    entries = [each for each in _entries(connection, feed, rows) if each.text]
    return entries, rows[-1][0] if rows else number


def sample(connection: Connection, feed: Feed, number: int) -> str | None:
    """What a row says in short, to know it again; None when it is gone."""
    column = NUMBERS[feed]
    row = connection.execute(select(*_COLUMNS[feed]).where(column == number)).first()
    return None if row is None else str(row[0])[:LONGEST_WORD]


def extent(connection: Connection, feed: Feed) -> FeedState:
    """From where to where a feed goes; two looks, since the two ends of an index are found apart."""
    column = NUMBERS[feed]
    newest = connection.execute(select(func.max(column))).scalar()
    oldest = connection.execute(select(func.min(column))).scalar()
    return FeedState(indexed=0, newest=newest or 0, oldest=oldest or 0)


def of_jobs(connection: Connection, job_ids: Sequence[JobId]) -> dict[Feed, Sequence[Entry]]:
    """What is indexed of jobs that are about to be forgotten."""
    return {
        Feed.JOBS: _matching(connection, Feed.JOBS, jobs.c.job_id.in_(job_ids)),
        Feed.LOGS: _matching(connection, Feed.LOGS, logs.c.job_id.in_(job_ids)),
    }


def of_lines(connection: Connection, last: int, before: datetime) -> dict[Feed, Sequence[Entry]]:
    """What is indexed of log lines that are about to be forgotten."""
    return {Feed.LOGS: _matching(connection, Feed.LOGS, (logs.c.number <= last) & (logs.c.at < before))}


def _matching(connection: Connection, feed: Feed, condition: ColumnElement[bool]) -> Sequence[Entry]:
    rows = connection.execute(select(NUMBERS[feed], *_COLUMNS[feed]).where(condition)).all()
    return _entries(connection, feed, rows)


def _entries(connection: Connection, feed: Feed, rows: Sequence[Row[*tuple[Any, ...]]]) -> Sequence[Entry]:
    match feed:
        case Feed.JOBS:
            shown = _shown(connection, {(row.workflow_id, row.workflow_hash) for row in rows})
            texts = [_job_text(row, shown.get((row.workflow_id, row.workflow_hash), frozenset())) for row in rows]
        case Feed.ERRORS:
            texts = [row.message if row.kind in ERROR_KINDS else "" for row in rows]
        case Feed.LOGS:
            texts = [row.message for row in rows]
    return [
        Entry(number=row[0], text=text[:LONGEST_TEXT].replace("\0", " ")) for row, text in zip(rows, texts, strict=True)
    ]


def _job_text(job: Row[Any], shown: frozenset[str]) -> str:
    open_ones = {name: value for name, value in job.variables.items() if name in shown}
    short_ids = (job.job_id[:_SHORT], job.job_id[-_SHORT:])
    return " ".join(map(str, (*short_ids, job.workflow_name, job.submitted_by, *_values(open_ones))))


def _shown(connection: Connection, versions: Collection[tuple[str, str]]) -> dict[tuple[str, str], frozenset[str]]:
    """The names of the variables whose values are shown: declared, and not secret."""
    if not versions:
        return {}
    table = workflow_versions
    key = tuple_(table.c.workflow_id, table.c.workflow_hash)
    query = select(table.c.workflow_id, table.c.workflow_hash, table.c.definition).where(key.in_(list(versions)))
    return {
        (row.workflow_id, row.workflow_hash): frozenset(
            name
            for name, each in row.definition.get("variables", {}).items()
            if not (isinstance(each, Mapping) and each.get("secret"))
        )
        for row in connection.execute(query)
    }


def _values(value: object) -> Iterator[JsonValue]:
    """Names and values of variables; a sealed one is nobody's to find, not even as what it was sealed to."""
    if isinstance(value, Mapping):
        for name, each in value.items():
            yield name
            yield from _values(each)
    elif isinstance(value, list):
        for each in value:
            yield from _values(each)
    elif isinstance(value, str | int | float) and not is_sealed(value):
        yield value
