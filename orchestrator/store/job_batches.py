"""The hot path's writes: many new jobs, or many guarded moves, in one transaction.

Each function here takes a batch, and the batch of a single item is its base case: when a batch of many fails, or when
not all of its guards held, the writer rolls it back and runs every item by itself (see `Database.write_each`).
"""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Insert, Update, bindparam, insert, select, text, update

from orchestrator.domain.changed import changed
from orchestrator.domain.job import Job
from orchestrator.engine.errors import StaleJobError
from orchestrator.engine.ports.jobs import AttemptRecord, JobSave, NewJob
from orchestrator.store import audit as audits
from orchestrator.store import failure_records
from orchestrator.store.job_rows import changed_columns, job_of, row_of
from orchestrator.store.prepared import prepared
from orchestrator.store.row_locks import lock_jobs
from orchestrator.store.schema import attempts, jobs, results
from orchestrator.store.upsert import upserting


class SomeWereStaleError(Exception):
    """Not every guard of a batch held: which ones, only a run of each item by itself can tell."""


_LAST_POSITION = text("SELECT seq FROM sqlite_sequence WHERE name = 'jobs'")
_GUARD = {
    name: bindparam(f"expected_{name}", type_=jobs.c[name].type) for name in ("job_id", "status", "attempt", "version")
}
_ATTEMPT_COLUMNS = tuple(column.name for column in attempts.c)
_RESULT_COLUMNS = tuple(column.name for column in results.c)


def add(connection: Connection, batch: Sequence[NewJob]) -> Sequence[tuple[Job, bool]]:
    """Insert jobs, or find those that were accepted under their keys before; one answer for each, in order."""
    known = _known_by_key(connection, [each.idempotency_key for each in batch if each.idempotency_key is not None])
    fresh = {id(each): each for each in batch if each.idempotency_key not in known}
    firsts: dict[str, NewJob] = {}
    for each in batch:
        if each.idempotency_key is not None and firsts.setdefault(each.idempotency_key, each) is not each:
            fresh.pop(id(each), None)
    kept = dict(zip(fresh, _insert(connection, list(fresh.values())), strict=True))
    save_attempts(connection, [each.claim.attempt for each in fresh.values() if each.claim and each.claim.attempt])
    audits.add_all(connection, [each.audit for each in fresh.values()])
    known |= {key: kept[id(first)] for key, first in firsts.items() if id(first) in kept}
    return [(kept[id(each)], True) if id(each) in kept else (known[str(each.idempotency_key)], False) for each in batch]


def save(connection: Connection, batch: Sequence[JobSave]) -> Sequence[Job]:
    """Replace each `expected` by its `after`, with the records that belong to it.

    The WHERE clause is the guard, and a row count that is too small means that somebody was first: StaleJobError for
    a single save, SomeWereStaleError for many. JobHeldError when another program holds a row.
    """
    lock_jobs(connection, [each.expected.job_id for each in batch])
    kept = [changed(each.after, version=each.expected.version + 1) for each in batch]
    groups: defaultdict[tuple[str, ...], list[dict[str, Any]]] = defaultdict(list)
    for each, job in zip(batch, kept, strict=True):
        columns, row = _changes(each.expected, job)
        groups[columns].append(row)
    for columns, rows in groups.items():
        saved = prepared(_saving, connection.dialect.name, columns).run(connection, rows)
        if saved.rowcount != len(rows):
            raise StaleJobError(batch[0].expected.job_id) if len(batch) == 1 else SomeWereStaleError
    save_attempts(connection, [each.attempt for each in batch if each.attempt is not None])
    _add_results(connection, batch)
    audits.add_all(connection, [each.audit for each in batch if each.audit is not None])
    failure_records.note(connection, [each.after for each in batch if each.after.fingerprint is not None])
    return kept


def save_attempts(connection: Connection, records: Sequence[AttemptRecord]) -> None:
    """Insert or update attempts; since when it waited and when it was claimed is known best by the first word."""
    if records:
        prepared(_saving_attempts, connection.dialect.name, _ATTEMPT_COLUMNS).run_for(connection, records)


def _known_by_key(connection: Connection, keys: Sequence[str]) -> dict[str, Job]:
    if not keys:
        return {}
    rows = connection.execute(select(jobs).where(jobs.c.idempotency_key.in_(keys))).mappings()
    return {row["idempotency_key"]: job_of(row) for row in rows}


def _insert(connection: Connection, fresh: Sequence[NewJob]) -> Sequence[Job]:
    if not fresh:
        return []
    accepted = [_as_kept(each) for each in fresh]
    rows = [{**row_of(job), "idempotency_key": each.idempotency_key} for each, job in zip(fresh, accepted, strict=True)]
    if connection.dialect.name != "sqlite":
        adding = insert(jobs).returning(jobs.c.position, sort_by_parameter_order=True)
        positions = connection.execute(adding, rows).scalars().all()
        return [changed(job, position=position) for job, position in zip(accepted, positions, strict=True)]
    # one writer, inside its transaction: what comes next is known, and nobody else can take it
    first = (connection.execute(_LAST_POSITION).scalar() or 0) + 1
    kept = [changed(job, position=first + number) for number, job in enumerate(accepted)]
    rows = [{**row, "position": job.position} for row, job in zip(rows, kept, strict=True)]
    prepared(_inserting_jobs, "sqlite", tuple(rows[0])).run(connection, rows)
    return kept


def _as_kept(new: NewJob) -> Job:
    """The job after the moves that its acceptance brings along."""
    return new.job if new.claim is None else changed(new.claim.after, version=new.job.version + 1)


def _changes(expected: Job, after: Job) -> tuple[tuple[str, ...], dict[str, Any]]:
    """The columns that differ, and the row for them: an index of a column that stays is not touched."""
    row = changed_columns(expected, after)
    columns = tuple(row)
    row["expected_job_id"] = expected.job_id
    row["expected_status"] = expected.status.value
    row["expected_attempt"] = expected.attempt
    row["expected_version"] = expected.version
    return columns, row


def _add_results(connection: Connection, batch: Sequence[JobSave]) -> None:
    rows = [
        {
            "job_id": each.result.job_id,
            "attempt": each.result.attempt,
            "execution_time_s": each.result.execution_time_s,
            "result": each.result.model_dump_json(),
        }
        for each in batch
        if each.result is not None
    ]
    if rows:
        prepared(_adding_results, connection.dialect.name, _RESULT_COLUMNS).run(connection, rows)


def _saving(*_: object) -> Update:
    return update(jobs).where(*(jobs.c[name] == expected for name, expected in _GUARD.items()))


def _inserting_jobs(*_: object) -> Insert:
    return insert(jobs).inline()


def _saving_attempts(columns: tuple[str, ...], dialect_name: str) -> Insert:
    return upserting(dialect_name, attempts, columns, frozenset({"claimed_at", "queued_at"}))


def _adding_results(*_: object) -> Insert:
    return insert(results).inline()
