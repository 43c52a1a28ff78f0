"""From the engine's values to what the API shows: pure, one function for each kind of thing."""

from collections.abc import Iterable, Mapping, Sequence
from typing import TypeVar

from orchestrator.contract.api import (
    ActivityItem,
    AttemptView,
    DashboardView,
    FireView,
    JobView,
    LogLine,
    LogPage,
    PreviewView,
    RobotView,
    ScheduleFrequencyName,
    ScheduleRule,
    ScheduleView,
    StepView,
    WaitReason,
    WorkflowView,
)
from orchestrator.contract.ids import JsonValue
from orchestrator.contract.protocol import StepProgress
from orchestrator.contract.results import LogEntry, StepResult
from orchestrator.contract.states import StepStatus
from orchestrator.contract.workflow import WorkflowDefinition
from orchestrator.domain.job import Job
from orchestrator.domain.metrics import DashboardMetrics
from orchestrator.domain.placement import Verdict
from orchestrator.domain.robot import Robot
from orchestrator.domain.schedule import Schedule
from orchestrator.domain.schedule_words import Fire, describe
from orchestrator.domain.workflow_version import WorkflowVersion
from orchestrator.engine.ports import AttemptRecord, AuditEntry

N = TypeVar("N", int, float)


def job_view(job: Job, *, robot_name: str = "", waiting: str = "") -> JobView:
    """A job in a table."""
    began, ended = job.started_at, job.finished_at or job.changed_at
    return JobView(
        job_id=job.job_id,
        workflow_id=job.workflow_id,
        workflow_name=job.workflow_name,
        workflow_hash=job.workflow_hash,
        status=job.status,
        priority=job.priority,
        robot_id=job.robot_id,
        robot_name=robot_name,
        attempt=job.attempt,
        progress=job.progress,
        current_step=job.current_step,
        created_at=job.created_at,
        changed_at=job.changed_at,
        not_before=job.not_before,
        started_at=began,
        finished_at=job.finished_at,
        duration_s=None if began is None else max(0.0, (ended - began).total_seconds()),
        error=job.error,
        schedule_id=job.schedule_id,
        waiting=waiting,
        version=job.version,
    )


def attempt_view(record: AttemptRecord, names: Mapping[str, str]) -> AttemptView:
    """One attempt of a job."""
    return AttemptView(
        attempt=record.attempt,
        robot_id=record.robot_id,
        robot_name=names.get(record.robot_id or "", ""),
        claimed_at=record.claimed_at,
        started_at=record.started_at,
        ended_at=record.ended_at,
        outcome=record.outcome,
        error=record.error,
    )


def step_views(
    definition: WorkflowDefinition | None, progress: Iterable[StepProgress], results: Iterable[StepResult]
) -> tuple[StepView, ...]:
    """The steps of the newest attempt in the order of the document; what has ended counts more than what was said."""
    said = {step.step_id: step for step in progress}
    done = {result.step_id: result for result in results}
    steps = definition.steps if definition is not None else ()
    known = tuple(
        StepView(step_id=step.id, name=step.title, action=step.action, dependencies=step.dependencies) for step in steps
    )
    return tuple(_step_now(view, said.get(view.step_id), done.get(view.step_id)) for view in known)


def _step_now(view: StepView, said: StepProgress | None, done: StepResult | None) -> StepView:
    if done is not None:
        message = done.error.message if done.error else done.note or ""
        news = {"status": done.status, "attempts": done.attempts, "duration_s": done.duration_s, "message": message}
    elif said is not None:
        news = {
            "status": said.status,
            "attempts": said.attempt,
            "duration_s": said.duration_s,
            "message": said.message,
        }
    else:
        news = {"status": StepStatus.PENDING}
    return view.model_copy(update=news)


def progress_view(step: StepProgress) -> StepView:
    """News of a step, for the event stream."""
    return StepView(
        step_id=step.step_id,
        name=step.name,
        status=step.status,
        attempts=step.attempt,
        duration_s=step.duration_s,
        message=step.message,
    )


def robot_view(robot: Robot, jobs: Sequence[str]) -> RobotView:
    """A robot in a table."""
    return RobotView(
        robot_id=robot.robot_id,
        name=robot.name,
        status=robot.status,
        slots=robot.slots,
        slots_busy=len(jobs),
        tags=tuple(sorted(robot.tags)),
        capabilities=tuple(sorted(robot.capabilities)),
        browser=robot.browser,
        host=robot.host,
        platform=robot.platform,
        software_version=robot.software_version,
        draining=robot.draining,
        current_jobs=tuple(jobs),
        last_seen_at=robot.last_seen_at,
        registered_at=robot.registered_at,
        cpu_percent=_number(robot.metrics, "cpu_percent", float),
        memory_percent=_number(robot.metrics, "memory_percent", float),
        process_memory_bytes=_number(robot.metrics, "process_memory_bytes", int),
        leaked=_number(robot.metrics, "leaked", int) or 0,
    )


def _number(metrics: Mapping[str, JsonValue], name: str, kind: type[N]) -> N | None:
    value = metrics.get(name)
    return kind(value) if isinstance(value, int | float) else None


def workflow_view(version: WorkflowVersion) -> WorkflowView:
    """A workflow in the tree."""
    definition = version.definition
    return WorkflowView(
        workflow_id=version.workflow_id,
        name=definition.name,
        description=definition.description,
        folder=definition.folder,
        tags=definition.tags,
        workflow_hash=version.workflow_hash,
        number=version.number,
        steps=len(definition.steps),
        created_at=version.created_at,
    )


def schedule_view(schedule: Schedule, *, workflow_name: str = "", last_job_id: str | None = None) -> ScheduleView:
    """A schedule in a table."""
    return ScheduleView(
        schedule_id=schedule.schedule_id,
        name=schedule.name,
        workflow_id=schedule.workflow_id,
        workflow_name=workflow_name,
        rule=ScheduleRule(
            frequency=ScheduleFrequencyName(schedule.frequency.value),
            cron_expression=schedule.cron_expression,
            timezone=schedule.timezone,
            run_at=schedule.run_at,
            time_of_day=schedule.time_of_day,
            weekdays=tuple(sorted(schedule.weekdays)),
            day_of_month=schedule.day_of_month,
            starts_at=schedule.starts_at,
            ends_at=schedule.ends_at,
        ),
        words=describe(schedule),
        variables=dict(schedule.variables),
        priority=schedule.priority,
        robot_id=schedule.robot_id,
        misfire_policy=schedule.misfire_policy.value,
        overlap_policy=schedule.overlap_policy.value,
        jitter_s=schedule.jitter_s,
        enabled=schedule.enabled,
        next_run_at=schedule.next_run_at,
        last_run_at=schedule.last_run_at,
        last_job_id=last_job_id,
        created_at=schedule.created_at,
    )


def preview_view(words: str, fires: Iterable[Fire], warnings: Sequence[str]) -> PreviewView:
    """The truth about a rule."""
    return PreviewView(
        words=words,
        fires=tuple(
            FireView(at=fire.at, zone_time=fire.zone_time, weekday=fire.weekday, note=fire.note) for fire in fires
        ),
        warnings=tuple(warnings),
    )


def dashboard_view(metrics: DashboardMetrics) -> DashboardView:
    """The fleet in ten numbers."""
    return DashboardView(
        at=metrics.at,
        total_robots=metrics.total_robots,
        online_robots=metrics.online_robots,
        offline_robots=metrics.offline_robots,
        total_jobs_today=metrics.total_jobs_today,
        completed_jobs_today=metrics.completed_jobs_today,
        failed_jobs_today=metrics.failed_jobs_today,
        pending_jobs=metrics.pending_jobs,
        running_jobs=metrics.running_jobs,
        average_execution_time=metrics.average_execution_time,
        p95_execution_time=metrics.p95_execution_time,
        success_rate=metrics.success_rate,
        failed_24h=metrics.failed_24h,
        by_status={status.value: count for status, count in metrics.by_status.items()},
    )


def activity_item(number: int, entry: AuditEntry) -> ActivityItem:
    """One thing that happened."""
    return ActivityItem(
        number=number,
        at=entry.at,
        kind=entry.kind,
        message=entry.message,
        actor=entry.actor,
        job_id=entry.job_id,
        robot_id=entry.robot_id,
        schedule_id=entry.schedule_id,
    )


def wait_reason(verdict: Verdict) -> WaitReason:
    """One verdict on why a job waits."""
    return WaitReason(
        robot_id=verdict.robot_id, robot_name=verdict.robot_name, verdict=verdict.verdict, fix=verdict.fix
    )


def log_page(entries: Iterable[LogEntry], cursor: int, *, robot_id: str = "") -> LogPage:
    """Log lines, and where to go on."""
    lines = tuple(
        LogLine(
            at=entry.at,
            level=entry.level.value,
            message=entry.message,
            robot_id=robot_id,
            job_id=entry.job_id,
            attempt=entry.attempt,
            step_id=entry.step_id,
            fields=entry.fields,
        )
        for entry in entries
    )
    return LogPage(lines=lines, cursor=cursor)
