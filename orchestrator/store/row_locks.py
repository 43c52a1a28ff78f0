"""Rows that another program holds on PostgreSQL: passed over at once, so that no other change waits."""

from collections.abc import Mapping, Sequence

from sqlalchemy import Connection
from sqlalchemy.exc import OperationalError

from orchestrator.contract.ids import JobId
from orchestrator.engine.errors import JobHeldError

PATIENCE_MS = 250
"""How long one job waits for whoever holds its row."""
LOCK_TIMEOUT_S = 1
"""How long a statement waits for a lock at most, where nothing else is said."""

_LOCK_NOT_AVAILABLE = "55P03"
"""PostgreSQL's own code (its manual, appendix A)."""
_FREE = "SELECT job_id FROM jobs WHERE job_id = ANY(%(ids)s) FOR UPDATE SKIP LOCKED"
_WAITING = "SELECT job_id FROM jobs WHERE job_id = ANY(%(ids)s) FOR UPDATE"
_KNOWN = "SELECT job_id FROM jobs WHERE job_id = ANY(%(ids)s)"


def lock_jobs(connection: Connection, job_ids: Sequence[JobId]) -> None:
    """Lock the rows of these jobs until the transaction ends. JobHeldError when others hold one.

    A batch does not wait at all; a job by itself does, for as long as another program's orderly change may take. SQLite
    has one writer and nothing to lock.
    """
    if connection.dialect.name != "postgresql":
        return
    ids = {"ids": list(dict.fromkeys(job_ids))}
    free = set(connection.exec_driver_sql(_FREE, ids).scalars())
    if len(free) == len(ids["ids"]):
        return
    if len(ids["ids"]) == 1 and _was_waited_for(connection, ids):
        return
    held = set(connection.exec_driver_sql(_KNOWN, ids).scalars()) - free
    if held:
        raise JobHeldError(min(held))


def _was_waited_for(connection: Connection, ids: Mapping[str, Sequence[str]]) -> bool:
    try:
        with connection.begin_nested():
            connection.exec_driver_sql(f"SET LOCAL lock_timeout = '{PATIENCE_MS}ms'")
            connection.exec_driver_sql(_WAITING, ids)
            connection.exec_driver_sql(f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT_S}s'")
    except OperationalError as error:
        if getattr(error.orig, "sqlstate", None) == _LOCK_NOT_AVAILABLE:
            return False
        raise
    return True
