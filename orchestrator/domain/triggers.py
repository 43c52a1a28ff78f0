"""Triggers: what starts a job besides people and the clock, and what the job is given.

A trigger waits for an occurrence: a job that ended, a file that appeared, a call of its address. Each occurrence has
a key; (trigger, key) fires at most once. Follow-ups that stand in a workflow's definition are triggers without a
record of their own.
"""

import hashlib
import hmac
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from fnmatch import fnmatchcase
from typing import Literal, NewType

from orchestrator.contract.expressions import Scope, holds, render
from orchestrator.contract.ids import JobId, JsonValue, RobotId, WorkflowId
from orchestrator.contract.results import JobResult
from orchestrator.contract.states import FINAL_STATES, JobPriority, JobStatus
from orchestrator.contract.trace import traceparent_of
from orchestrator.contract.workflow import WorkflowDefinition
from orchestrator.domain.job import Job

TriggerId = NewType("TriggerId", str)

SUCCESS = frozenset({JobStatus.COMPLETED})
FAILURE = FINAL_STATES - {JobStatus.COMPLETED, JobStatus.CANCELLED}
"""What `on_failure` means: a person's cancel is no failure."""
MAX_PER_MINUTE = 6_000


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkflowEnd:
    """A job of one of the workflows ended in one of the states; no workflow means any."""

    kind: Literal["workflow"] = "workflow"
    workflow_ids: frozenset[WorkflowId] = frozenset()
    statuses: frozenset[JobStatus] = SUCCESS

    def concerns(self, job: Job) -> bool:
        """Whether the job's end is such an occurrence."""
        return job.status in self.statuses and (not self.workflow_ids or job.workflow_id in self.workflow_ids)


@dataclass(frozen=True, slots=True, kw_only=True)
class FileAppears:
    """A file whose name matches lies in the folder and has not changed for `settle_s`."""

    kind: Literal["file"] = "file"
    folder: str
    """Absolute, on the orchestrator's machine."""
    pattern: str = "*"
    settle_s: float = 2.0

    def concerns(self, name: str) -> bool:
        """Whether a file of this name is meant; names that begin with a dot never are."""
        return not name.startswith(".") and fnmatchcase(name, self.pattern)


@dataclass(frozen=True, slots=True, kw_only=True)
class Webhook:
    """Another program calls the trigger's address with its secret."""

    kind: Literal["webhook"] = "webhook"
    secret_hash: str
    """SHA-256 of the secret, which has 256 random bits of its own and needs no slower hash."""
    per_minute: int = 60
    """Calls that are taken in a minute; more are turned away."""

    def opens_with(self, secret: str) -> bool:
        """Whether this is the secret; takes the same time for every wrong one."""
        return hmac.compare_digest(hash_of(secret), self.secret_hash)


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemsArrive:
    """A queue of work items has enough to do that another job is worth it."""

    kind: Literal["items"] = "items"
    queue_id: str
    queue_name: str
    """For people."""
    min_items: int = 1
    """A job for so many items that wait; fewer start none."""
    max_jobs: int = 1
    """Jobs of this trigger that may be open at once."""

    def jobs_wanted(self, *, ready: int, open_jobs: int) -> int:
        """How many jobs to start now, when so many items could be handed out."""
        return max(0, min(self.max_jobs, ready // self.min_items) - open_jobs)


Source = WorkflowEnd | FileAppears | Webhook | ItemsArrive


class FiringOutcome(StrEnum):
    """What became of an occurrence."""

    FIRED = "fired"
    SKIPPED = "skipped"
    """The condition was false."""
    REFUSED = "refused"
    """The job could not be made; the note says why."""
    PRESENT = "present"
    """A file that lay there before the trigger watched."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """The job that a trigger asks for, before its expressions have values."""

    workflow: str
    """Id or name."""
    workflow_name: str = ""
    """For people, where `workflow` is an id."""
    variables: Mapping[str, JsonValue] = field(default_factory=dict)
    condition: str | None = None
    priority: JobPriority | None = None
    robot_id: RobotId | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Trigger:
    """Something that starts jobs by itself."""

    trigger_id: TriggerId
    name: str
    source: Source
    action: Action
    enabled: bool = True
    created_at: datetime
    updated_at: datetime
    active_since: datetime
    """What happened before is not its business: its making, or the last resume."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Occurrence:
    """Something that a trigger waits for has happened."""

    key: str
    """The same each time that the same occurrence is seen."""
    names: Mapping[str, JsonValue]
    """What expressions can read: `job`, `file`, `body`, ..."""
    words: str
    """For people, such as `Search ended as completed`."""
    source_job_id: JobId | None = None
    traceparent: str = ""
    """The trace that the job goes on with."""
    lasts: bool = False
    """It can be seen again at any time, as a file can: also what fired nothing is remembered."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FollowUpAction:
    """An action with the identity of what asks for it."""

    trigger_id: TriggerId
    name: str
    action: Action


def asked_for(action: Action, names: Mapping[str, JsonValue]) -> dict[str, JsonValue] | None:
    """The variables of the job; None when the condition is false. Raises ExpressionError."""
    scope = Scope(variables=names)
    if action.condition is not None and not holds(action.condition, scope):
        return None
    return {name: render(value, scope) for name, value in action.variables.items()}


def of_trigger(trigger: Trigger) -> FollowUpAction:
    """What a stored trigger asks for."""
    return FollowUpAction(trigger_id=trigger.trigger_id, name=trigger.name, action=trigger.action)


def declared_follow_ups(definition: WorkflowDefinition, job: Job) -> Iterator[FollowUpAction]:
    """What the job's own definition asks for after such an end; their ids are made of workflow, list and place."""
    lists = {"on_success": (SUCCESS, definition.on_success), "on_failure": (FAILURE, definition.on_failure)}
    for word, (statuses, links) in lists.items():
        for place, link in enumerate(links if job.status in statuses else ()):
            yield FollowUpAction(
                trigger_id=TriggerId(f"{job.workflow_id}:{word}:{place}"),
                name=f"{word} of {definition.name}",
                action=Action(
                    workflow=link.workflow, variables=link.variables, condition=link.when, priority=link.priority
                ),
            )


def job_ended(job: Job, result: JobResult | None, definition: WorkflowDefinition | None) -> Occurrence:
    """The end of an attempt as an occurrence; secret variables are not handed on."""
    declared = definition.variables if definition is not None else {}  # without it nobody knows which are secret
    outputs: dict[str, JsonValue] = result.outputs if result is not None and result.attempt == job.attempt else {}
    duration = job.finished_at - job.started_at if job.finished_at and job.started_at else None
    facts: dict[str, JsonValue] = {
        "id": job.job_id,
        "workflow": job.workflow_name,
        "status": job.status.value,
        "attempt": job.attempt,
        "result": outputs,
        "outputs": outputs,
        "variables": {
            name: value for name, value in job.variables.items() if name in declared and not declared[name].secret
        },
        "error": job.error.model_dump(mode="json", include={"kind", "message", "step_id"}) if job.error else None,
        "started_at": job.started_at.isoformat() if job.started_at else None,
        "finished_at": job.finished_at.isoformat() if job.finished_at else None,
        "duration_s": duration.total_seconds() if duration is not None else None,
        "submitted_by": job.submitted_by,
    }
    return Occurrence(
        key=f"{job.job_id}:{job.attempt}",
        names={"job": facts},
        words=f"{job.workflow_name} ended as {job.status.value}",
        source_job_id=job.job_id,
        traceparent=traceparent_of(job.job_id, job.trace_context),
    )


def job_key(trigger_id: TriggerId, occurrence: Occurrence) -> str:
    """The idempotency key of the job that answers the occurrence."""
    return f"trigger:{trigger_id}:{occurrence.key}"


def hash_of(secret: str) -> str:
    """What is kept of a webhook's secret."""
    return hashlib.sha256(secret.encode()).hexdigest()
