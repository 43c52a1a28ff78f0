"""Rows that another program holds on PostgreSQL: passed over at once, so that no other change waits."""

from collections.abc import Sequence

from sqlalchemy import Connection

from orchestrator.contract.ids import JobId
from orchestrator.engine.errors import JobHeldError

_FREE = "SELECT job_id FROM jobs WHERE job_id = ANY(%(ids)s) FOR UPDATE SKIP LOCKED"
_KNOWN = "SELECT job_id FROM jobs WHERE job_id = ANY(%(ids)s)"


def lock_jobs(connection: Connection, job_ids: Sequence[JobId]) -> None:
    """Lock the rows of these jobs until the transaction ends. JobHeldError when that would mean to wait.

    SQLite has one writer and nothing to lock.
    """
    if connection.dialect.name != "postgresql":
        return
    ids = {"ids": list(dict.fromkeys(job_ids))}
    free = set(connection.exec_driver_sql(_FREE, ids).scalars())
    if len(free) == len(ids["ids"]):
        return
    held = set(connection.exec_driver_sql(_KNOWN, ids).scalars()) - free
    if held:
        raise JobHeldError(min(held))
