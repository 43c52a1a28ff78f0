"""How executions and the fleet are, as plain mappings: scripts read them by key and print them as they are."""

from typing import TypedDict

from orchestrator.contract.api.figures import DashboardView, MetricsView
from orchestrator.contract.api.jobs import JobDetail, RunCondition
from orchestrator.contract.api.sessions import SessionDistribution as Spread
from orchestrator.contract.ids import JsonValue
from orchestrator.contract.states import JobStatus

WORKFLOW_STATES = {
    JobStatus.PENDING: "pending",
    JobStatus.QUEUED: "pending",
    JobStatus.DISPATCHED: "pending",
    JobStatus.RUNNING: "running",
    JobStatus.WAITING_FOR_HUMAN: "running",
    JobStatus.LOST: "running",
    JobStatus.CANCELLING: "running",
    JobStatus.PAUSED: "paused",
    JobStatus.COMPLETED: "completed",
    JobStatus.FAILED: "failed",
    JobStatus.TIMEOUT: "failed",
    JobStatus.DEAD_LETTER: "failed",
    JobStatus.CANCELLED: "cancelled",
}
"""The six states of a workflow's execution; `state` beside it says which of the job's it is."""


class ExecutionContext(TypedDict):
    """How far an execution is."""

    workflow_id: str
    workflow_name: str
    current_iteration: int
    total_iterations: int
    current_stage: str
    """Names of the steps that run."""
    metadata: dict[str, JsonValue]


class WorkflowStatus(TypedDict):
    """One execution as it is now."""

    execution_id: str
    status: str
    """`pending`, `running`, `paused`, `completed`, `failed` or `cancelled`."""
    state: str
    """The job's own state, such as `queued`, `pausing` or `dead_letter`."""
    progress: float
    """0 to 1."""
    current_step: str
    execution_context: ExecutionContext
    resource_usage: dict[str, JsonValue]
    """Of the robot: `cpu_percent`, `memory_percent`, `disk_percent`."""
    active_alerts: list[str]
    checkpoint_count: int
    recovery_attempts: int
    robot: str
    waiting: str
    """Why it does not run yet, in one sentence."""
    outputs: dict[str, JsonValue]
    error: str | None


class SystemMetrics(TypedDict):
    """The system in a few numbers."""

    active_workflows: int
    queued_workflows: int
    completed_today: int
    failed_today: int
    total_today: int
    success_rate: float
    """0 to 1, over the last 24 h; 1 when nothing has ended."""
    average_execution_time: float
    """Seconds."""
    total_robots: int
    online_robots: int


class RobotSessions(TypedDict):
    """What one robot carries."""

    robot: str
    sessions: int
    workload: float
    is_overloaded: bool


class SessionDistribution(TypedDict):
    """How sessions spread over the robots."""

    total_sessions: int
    average_workload: float
    """0 to 1: busy places of all places."""
    overloaded: int
    robots: list[RobotSessions]


class PerformanceSample(TypedDict):
    """One stretch of time; None where nothing ended."""

    starts_at: str
    completed: int
    failed: int
    average_execution_time: float | None
    p95_execution_time: float | None


def workflow_status(detail: JobDetail) -> WorkflowStatus:
    """A job, seen as a workflow's execution."""
    job, condition = detail.job, detail.condition or RunCondition(state=detail.job.status.value)
    return WorkflowStatus(
        execution_id=job.job_id,
        status=WORKFLOW_STATES[job.status],
        state=condition.state,
        progress=job.progress,
        current_step=job.current_step,
        execution_context=ExecutionContext(
            workflow_id=job.workflow_id,
            workflow_name=job.workflow_name,
            current_iteration=condition.iteration,
            total_iterations=condition.iterations,
            current_stage=condition.current_stage,
            metadata=dict(detail.state.metadata) if detail.state is not None else {},
        ),
        resource_usage=dict(condition.resource_usage),
        active_alerts=list(condition.active_alerts),
        checkpoint_count=condition.checkpoint_count,
        recovery_attempts=condition.recovery_attempts,
        robot=job.robot_name,
        waiting=job.waiting,
        outputs=dict(detail.result.outputs) if detail.result is not None else {},
        error=job.error.message if job.error is not None else None,
    )


def system_metrics(view: DashboardView) -> SystemMetrics:
    """The dashboard's figures in a script's words."""
    return SystemMetrics(
        active_workflows=view.running_jobs,
        queued_workflows=view.pending_jobs,
        completed_today=view.completed_jobs_today,
        failed_today=view.failed_jobs_today,
        total_today=view.total_jobs_today,
        success_rate=view.success_rate,
        average_execution_time=view.average_execution_time,
        total_robots=view.total_robots,
        online_robots=view.online_robots,
    )


def session_distribution(view: Spread) -> SessionDistribution:
    """The spread in a script's words."""
    return SessionDistribution(
        total_sessions=view.total_sessions,
        average_workload=view.average_workload,
        overloaded=view.overloaded,
        robots=[
            RobotSessions(
                robot=each.robot_name,
                sessions=each.sessions,
                workload=each.workload,
                is_overloaded=each.is_overloaded,
            )
            for each in view.robots
        ],
    )


def performance(view: MetricsView) -> list[PerformanceSample]:
    """The series in a script's words."""
    return [
        PerformanceSample(
            starts_at=each.starts_at.isoformat(),
            completed=each.completed,
            failed=each.failed,
            average_execution_time=each.average_execution_s,
            p95_execution_time=each.p95_execution_s,
        )
        for each in view.buckets
    ]
