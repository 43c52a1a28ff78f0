"""Compares what the database says with what was acknowledged and with the ledger: the invariants, by letter."""

import sqlite3
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from orchestrator.contract.states import FINAL_STATES
from tests.faults.ledger import Ledger


@dataclass(frozen=True, slots=True, kw_only=True)
class Submitted:
    """A job that was acknowledged to its client."""

    job_id: str
    mark: str
    retry_safe: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class AttemptRow:
    """One attempt in the database."""

    attempt: int
    robot: str
    has_started: bool
    has_ended: bool
    outcome: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class JobRow:
    """One job in the database, with its attempts and its results."""

    job_id: str
    status: str
    attempt: int
    attempts: tuple[AttemptRow, ...]
    results: tuple[int, ...]
    """The attempts that have a recorded result."""


def rows_of(database: Path) -> dict[str, JobRow]:
    """Every job of a SQLite file, read past the product."""
    connection = sqlite3.connect(f"file:{database}?mode=ro", uri=True, timeout=60)
    try:
        return rows_by(connection.execute)
    finally:
        connection.close()


def rows_by(execute: Callable[[str], Iterable[Any]]) -> dict[str, JobRow]:
    """Every job, read with plain SQL, whichever database runs it."""
    attempts: dict[str, list[AttemptRow]] = defaultdict(list)
    names = dict(execute("SELECT robot_id, name FROM robots"))
    query = "SELECT job_id, attempt, robot_id, started_at, ended_at, outcome FROM attempts ORDER BY attempt"
    for job_id, attempt, robot_id, started_at, ended_at, outcome in execute(query):
        attempts[job_id].append(
            AttemptRow(
                attempt=attempt,
                robot=names.get(robot_id, robot_id),
                has_started=started_at is not None,
                has_ended=ended_at is not None,
                outcome=outcome,
            )
        )
    results: dict[str, list[int]] = defaultdict(list)
    for job_id, attempt in execute("SELECT job_id, attempt FROM results ORDER BY attempt"):
        results[job_id].append(attempt)
    return {
        job_id: JobRow(
            job_id=job_id,
            status=status,
            attempt=attempt,
            attempts=tuple(attempts[job_id]),
            results=tuple(results[job_id]),
        )
        for job_id, status, attempt in execute("SELECT job_id, status, attempt FROM jobs")
    }


def violations(rows: Mapping[str, JobRow], submitted: Iterable[Submitted], ledger: Ledger) -> list[str]:
    """Sentences that begin with the letter of the invariant; empty when all hold."""
    found = []
    for each in submitted:
        row = rows.get(each.job_id)
        if row is None:
            found.append(f"A: {each.mark} was acknowledged as {each.job_id} and is missing.")
            continue
        found += [f"{text} ({each.mark}: {row})" for text in _of_job(row, each, ledger)]
    return found


def _of_job(row: JobRow, job: Submitted, ledger: Ledger) -> list[str]:
    return [*_results(row), *_starts(row, job, ledger), *_alive(job, ledger), *_end(row)]


def _results(row: JobRow) -> list[str]:
    found = []
    completed = [each.attempt for each in row.attempts if each.outcome == "completed"]
    if len(completed) > 1:
        found.append(f"B: attempts {completed} are all recorded as completed.")
    if row.status == "completed" and (completed != [row.attempt] or row.attempt not in row.results):
        found.append("B: the job is completed, and its attempt has no such result.")
    told = {each.attempt for each in row.attempts if each.outcome in {"completed", "failed", "cancelled", "timeout"}}
    if not set(row.results) <= told:
        found.append(f"B: there are results of attempts {sorted(set(row.results) - told)}, which ended otherwise.")
    return found


def _starts(row: JobRow, job: Submitted, ledger: Ledger) -> list[str]:
    begun = Counter(each.robot for each in ledger.entries if each.mark == job.mark and each.kind == "begin")
    # a run that may be repeated begins with its offer: the orchestrator may never have heard of its acceptance
    allowed = Counter(each.robot for each in row.attempts if each.has_started or job.retry_safe)
    return [
        f"C: {robot} began the job {number} times in {allowed[robot]} attempts that it could begin."
        for robot, number in begun.items()
        if number > allowed[robot]
    ]


def _alive(job: Submitted, ledger: Ledger) -> list[str]:
    most = ledger.most_alive[job.mark]
    return [f"D: {most} executions were alive at once."] if not job.retry_safe and most > 1 else []


def _end(row: JobRow) -> list[str]:
    found = [] if row.status in set(FINAL_STATES) else [f"E: the job has not ended: {row.status}."]
    return found + [f"E: attempt {each.attempt} is still open." for each in row.attempts if not each.has_ended]
