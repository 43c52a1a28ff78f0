"""Jobs between their values and their rows."""

import json
from operator import attrgetter
from typing import Any

from sqlalchemy import RowMapping

from orchestrator.contract.errors import ErrorInfo
from orchestrator.contract.ids import JobId, RobotId, ScheduleId, SessionId, WorkflowHash, WorkflowId
from orchestrator.contract.states import JobPriority, JobStatus
from orchestrator.domain.concurrency import KeyClaim
from orchestrator.domain.job import Job, Requirements

_BY_RANK = {priority.rank: priority for priority in JobPriority}


def row_of(job: Job) -> dict[str, Any]:
    """The columns of a job, without its position and idempotency key."""
    return {
        "job_id": job.job_id,
        "workflow_id": job.workflow_id,
        "workflow_name": job.workflow_name,
        "variables": dict(job.variables),
        "requirements": _requirements_document(job.requirements),
        "retry": job.retry,
        "retry_safe": job.retry_safe,
        "timeout_s": job.timeout_s,
        "concurrency": [_claim_document(each) for each in job.concurrency] if job.concurrency else None,
        "created_at": job.created_at,
        "submitted_by": job.submitted_by,
        "schedule_id": job.schedule_id,
        "fire_at": job.fire_at,
        "trace_context": job.trace_context or None,
        **moving_columns(job),
    }


def moving_columns(job: Job) -> dict[str, Any]:
    """The columns that change while a job lives."""
    return {
        "status": job.status.value,
        "priority": job.priority.rank,
        "changed_at": job.changed_at,
        "queued_at": job.queued_at,
        "not_before": job.not_before,
        "started_at": job.started_at,
        "finished_at": job.finished_at,
        "attempt": job.attempt,
        "failures": job.failures,
        "crashes": job.crashes,
        "robot_id": job.robot_id,
        "session_id": job.session_id,
        "progress": job.progress,
        "current_step": job.current_step,
        "error": job.error,
        "error_text": job.error.message if job.error else "",
        "fingerprint": job.fingerprint,
        "cancel_reason": job.cancel_reason,
        "resume_from": job.resume_from,
        "pause_reason": job.pause_reason,
        "suspicion": job.suspicion,
        "workflow_hash": job.workflow_hash,
        "version": job.version,
    }


_ALWAYS_WRITTEN = frozenset({"progress", "current_step", "version"})
"""Progress is also written beside the guard, so that what was read may be older than what is there."""
_MOVING = (
    "status", "priority", "changed_at", "queued_at", "not_before", "started_at", "finished_at", "attempt", "failures",
    "crashes", "robot_id", "session_id", "progress", "current_step", "error", "fingerprint", "cancel_reason",
    "resume_from", "pause_reason", "suspicion", "workflow_hash", "version",
)  # fmt: skip
"""The fields behind `moving_columns`."""
_moving = attrgetter(*_MOVING)


def changed_columns(before: Job, after: Job) -> dict[str, Any]:
    """Those of the columns that change while a job lives which differ, and those that are always written."""
    found: dict[str, Any] = {
        name: new
        for name, old, new in zip(_MOVING, _moving(before), _moving(after), strict=True)
        if (new is not old and new != old) or name in _ALWAYS_WRITTEN
    }
    if "status" in found:
        found["status"] = after.status.value
    if "priority" in found:
        found["priority"] = after.priority.rank
    if "error" in found:
        found["error_text"] = after.error.message if after.error else ""
    return found


def requirements_of(text: str) -> Requirements:
    """What a job asks of its robot, as its column has it."""
    document = json.loads(text)
    robot_id = document["robot_id"]
    return Requirements(
        tags=frozenset(document["tags"]),
        capabilities=frozenset(document["capabilities"]),
        robot_id=None if robot_id is None else RobotId(robot_id),
    )


def job_of(row: RowMapping) -> Job:
    """The job in a row."""
    return Job(
        job_id=JobId(row["job_id"]),
        workflow_id=WorkflowId(row["workflow_id"]),
        workflow_hash=WorkflowHash(row["workflow_hash"]),
        workflow_name=row["workflow_name"],
        status=JobStatus(row["status"]),
        priority=_BY_RANK[row["priority"]],
        variables=row["variables"],
        requirements=row["requirements"],
        retry=row["retry"],
        retry_safe=row["retry_safe"],
        timeout_s=row["timeout_s"],
        concurrency=() if row["concurrency"] is None else tuple(_claim_of(each) for each in row["concurrency"]),
        created_at=row["created_at"],
        changed_at=row["changed_at"],
        queued_at=row["queued_at"],
        not_before=row["not_before"],
        started_at=row["started_at"],
        finished_at=row["finished_at"],
        attempt=row["attempt"],
        failures=row["failures"],
        crashes=row["crashes"],
        robot_id=None if row["robot_id"] is None else RobotId(row["robot_id"]),
        session_id=None if row["session_id"] is None else SessionId(row["session_id"]),
        progress=row["progress"],
        current_step=row["current_step"],
        error=None if row["error"] is None else ErrorInfo.model_validate(row["error"]),
        fingerprint=row["fingerprint"],
        cancel_reason=row["cancel_reason"],
        resume_from=row["resume_from"],
        pause_reason=row["pause_reason"],
        suspicion=row["suspicion"],
        submitted_by=row["submitted_by"],
        schedule_id=None if row["schedule_id"] is None else ScheduleId(row["schedule_id"]),
        fire_at=row["fire_at"],
        trace_context=row["trace_context"] or "",
        position=row["position"],
        version=row["version"],
    )


def _requirements_document(requirements: Requirements) -> dict[str, Any]:
    return {
        "tags": sorted(requirements.tags),
        "capabilities": sorted(requirements.capabilities),
        "robot_id": requirements.robot_id,
    }


def _claim_document(claim: KeyClaim) -> dict[str, Any]:
    return {"key": claim.key, "at_once": claim.at_once, "per_second": claim.per_second}


def _claim_of(document: dict[str, Any]) -> KeyClaim:
    return KeyClaim(key=document["key"], at_once=document["at_once"], per_second=document["per_second"])
