"""Where a workflow orchestrator stands, and what its workflow came to."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from orchestrator.contract.api.jobs import JobDetail, JobView
from orchestrator.contract.ids import JsonValue
from orchestrator.contract.results import StepResult
from orchestrator.contract.states import JobStatus


class OrchestrationState(StrEnum):
    """Where a workflow orchestrator stands."""

    IDLE = "idle"
    INITIALIZING = "initializing"
    RUNNING = "running"
    PAUSED = "paused"
    RECOVERING = "recovering"
    """A failed attempt is made good by another one, or its robot is looked for."""
    CHECKPOINTING = "checkpointing"
    COMPLETED = "completed"
    FAILED = "failed"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkflowResult:
    """What a workflow came to."""

    execution_id: str
    state: OrchestrationState
    iterations: Sequence[int]
    """Numbers of the iterations that were begun, from 1."""
    success_count: int
    """How many of them succeeded."""
    total_execution_time: float
    """Seconds of all its attempts."""
    checkpoints_created: int
    outputs: Mapping[str, JsonValue]
    step_results: Mapping[str, StepResult]
    """By step id, of the last iteration: success, time, retries, value and error of each."""
    error: str | None = None


BUSY = frozenset(
    {
        OrchestrationState.INITIALIZING,
        OrchestrationState.RUNNING,
        OrchestrationState.PAUSED,
        OrchestrationState.RECOVERING,
        OrchestrationState.CHECKPOINTING,
    }
)
ENDS = frozenset({OrchestrationState.COMPLETED, OrchestrationState.FAILED, OrchestrationState.CANCELLED})
_STATES = {
    JobStatus.RUNNING: OrchestrationState.RUNNING,
    JobStatus.WAITING_FOR_HUMAN: OrchestrationState.RUNNING,
    JobStatus.CANCELLING: OrchestrationState.RUNNING,
    JobStatus.LOST: OrchestrationState.RECOVERING,
    JobStatus.PAUSED: OrchestrationState.PAUSED,
    JobStatus.COMPLETED: OrchestrationState.COMPLETED,
    JobStatus.FAILED: OrchestrationState.FAILED,
    JobStatus.TIMEOUT: OrchestrationState.FAILED,
    JobStatus.DEAD_LETTER: OrchestrationState.FAILED,
    JobStatus.CANCELLED: OrchestrationState.CANCELLED,
}


def state_of(job: JobView) -> OrchestrationState:
    """Waiting for the first attempt is part of the beginning; waiting for another one is recovering."""
    waiting = OrchestrationState.RECOVERING if job.attempt > 1 or job.error is not None else None
    return _STATES.get(job.status) or waiting or OrchestrationState.INITIALIZING


def workflow_result(detail: JobDetail) -> WorkflowResult:
    """A job that has ended, seen as what its workflow came to."""
    result, job = detail.result, detail.job
    times = (
        (each.ended_at - each.started_at).total_seconds()
        for each in detail.attempts
        if each.started_at is not None and each.ended_at is not None
    )
    return WorkflowResult(
        execution_id=job.job_id,
        state=state_of(job),
        iterations=range(1, (result.iterations_run if result is not None else 0) + 1),
        success_count=result.iterations_succeeded if result is not None else 0,
        total_execution_time=sum(times),
        checkpoints_created=detail.condition.checkpoint_count if detail.condition is not None else 0,
        outputs=result.outputs if result is not None else {},
        step_results={each.step_id: each for each in result.step_results} if result is not None else {},
        error=job.error.message if job.error is not None else None,
    )
