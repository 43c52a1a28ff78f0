"""Jobs for the store's tests: a plain one of a workflow that nobody has to know, and what the test says of it."""

from datetime import datetime
from typing import Any

from orchestrator.contract.ids import JobId, RobotId, WorkflowHash, WorkflowId, new_id
from orchestrator.contract.states import JobStatus
from orchestrator.domain.job import Job
from orchestrator.engine.ports.audit import AuditEntry
from orchestrator.engine.ports.store import Store


def plain_job(at: datetime, **fields: Any) -> Job:
    """A job that waits since `at`; `fields` are those of Job that are to be otherwise."""
    plain: dict[str, Any] = {
        "job_id": JobId(new_id()),
        "workflow_id": WorkflowId("w"),
        "workflow_hash": WorkflowHash("h"),
        "workflow_name": "W",
        "status": JobStatus.QUEUED,
        "timeout_s": 60.0,
        "created_at": at,
        "changed_at": at,
    }
    return Job(**{**plain, **fields})


async def running_job(store: Store, at: datetime, **fields: Any) -> Job:
    """A job in its first attempt on `r1`, kept by the store."""
    job = plain_job(at, **{"status": JobStatus.RUNNING, "attempt": 1, "robot_id": RobotId("r1"), **fields})
    audit = AuditEntry(at=at, kind="test", message="It happened.")
    return (await store.add_job(job, idempotency_key=None, audit=audit))[0]
