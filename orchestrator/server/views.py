"""From the engine's values to the API's views: pure mappings, so that every way out shows the same thing."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta

from orchestrator.contract.api.figures import ActivityItem, DashboardView, MetricBucket, QueueSample, RobotUse
from orchestrator.contract.api.jobs import ArtifactView, AttemptView, JobDetail, JobView, StepView
from orchestrator.contract.api.logs import LogLine, LogPage
from orchestrator.contract.api.robots import RobotView
from orchestrator.contract.api.schedules import (
    ClockChangeView,
    FireView,
    PreviewView,
    ScheduleFrequencyName,
    ScheduleRule,
    ScheduleView,
)
from orchestrator.contract.api.workflows import ValidationReport, WorkflowDetail, WorkflowView
from orchestrator.contract.ids import JobId, JsonValue
from orchestrator.contract.protocol.jobs import StepProgress
from orchestrator.contract.results import Artifact, JobResult, LogEntry, StepResult
from orchestrator.contract.states import JobStatus, StepStatus
from orchestrator.contract.sub_workflows import InnerStep, all_steps
from orchestrator.contract.variables import MASK
from orchestrator.contract.workflow import WorkflowDefinition
from orchestrator.domain.clock_changes import clock_changes
from orchestrator.domain.job import Job
from orchestrator.domain.metrics import DashboardMetrics, QueueDepth, utilisation
from orchestrator.domain.robot import Robot
from orchestrator.domain.schedule import Schedule
from orchestrator.domain.schedule_words import describe, truth_card, warnings
from orchestrator.domain.waiting import Verdict
from orchestrator.domain.workflow_version import WorkflowVersion
from orchestrator.engine.distribution import Validation
from orchestrator.engine.ports.audit import AuditEntry
from orchestrator.engine.ports.figures import FinishedBucket
from orchestrator.engine.ports.jobs import AttemptRecord
from orchestrator.server.pool_views import pool_views

_WAITS = frozenset({JobStatus.PENDING, JobStatus.QUEUED, JobStatus.PAUSED, JobStatus.LOST})


def job_view(
    job: Job,
    *,
    robot_name: str = "",
    waiting: Sequence[Verdict] = (),
    starts: tuple[datetime | None, float | None] = (None, None),
) -> JobView:
    """A job in a table; `waiting` are the verdicts of a job that waits, `starts` is when it will, and the doubt."""
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
        started_at=job.started_at,
        finished_at=job.finished_at,
        duration_s=_duration_s(job),
        error=job.error,
        suspicion=job.suspicion,
        schedule_id=job.schedule_id,
        waiting=waiting[0].verdict if waiting and job.status in _WAITS else "",
        starts_at=starts[0],
        starts_margin_s=starts[1],
        version=job.version,
    )


def job_detail(
    job: Job,
    *,
    view: JobView,
    definition: WorkflowDefinition | None,
    steps: Sequence[StepProgress],
    attempts: Sequence[AttemptRecord],
    result: JobResult | None,
    artifacts: Sequence[tuple[int, Artifact]],
    robot_names: Mapping[str, str],
) -> JobDetail:
    """Everything about one job but its log; secret variables are masked."""
    return JobDetail(
        job=view,
        variables=shown_variables(job.variables, definition),
        tags=tuple(sorted(job.requirements.tags)),
        capabilities=tuple(sorted(job.requirements.capabilities)),
        timeout_s=job.timeout_s,
        retry=job.retry,
        submitted_by=job.submitted_by,
        steps=step_views(definition, steps, _results_of(job, result)),
        attempts=tuple(attempt_view(record, robot_names) for record in attempts),
        result=result,
        artifacts=tuple(ArtifactView(attempt=attempt, artifact=artifact) for attempt, artifact in artifacts),
    )


def shown_variables(variables: Mapping[str, JsonValue], definition: WorkflowDefinition | None) -> dict[str, JsonValue]:
    """Variables for eyes: secrets are masked; without their definition, all of them are."""
    declared = definition.variables if definition is not None else {}
    return {
        name: value if name in declared and not declared[name].secret else MASK for name, value in variables.items()
    }


def step_views(
    definition: WorkflowDefinition | None, progress: Sequence[StepProgress], results: Sequence[StepResult] = ()
) -> tuple[StepView, ...]:
    """The workflow's steps in order, each as far as its newest news say, those inside a workflow that a step runs
    behind that step; of one that runs it for each entry of a list, those that are known."""
    news = {step.step_id: progress_view(step) for step in progress}
    news |= {step.step_id: _result_view(step) for step in results}
    views: list[StepView] = []
    for each in all_steps(definition) if definition is not None else ():
        if any(around.for_each is not None for around in each.containers):
            continue  # it has no place of its own, only with the number of an entry
        views.append(_declared(each, news))
        if each.step.for_each is not None and each.callee is not None:
            inside = [step_id for step_id in news if step_id.startswith(f"{each.path}[")]
            views += [news.pop(step_id) for step_id in inside]
    return (*views, *news.values())


def _declared(each: InnerStep, news: dict[str, StepView]) -> StepView:
    """A step of the definition, with its newest news, which are taken out."""
    known = news.pop(each.path, StepView(step_id=each.path))
    around = each.path[: len(each.path) - len(each.step.id)]
    needs = tuple(around + step_id for step_id in each.step.dependencies)
    return known.model_copy(update={"name": each.step.title, "action": each.step.action, "dependencies": needs})


def attempt_view(record: AttemptRecord, robot_names: Mapping[str, str]) -> AttemptView:
    """One attempt, with its robot's name."""
    return AttemptView(
        attempt=record.attempt,
        robot_id=record.robot_id,
        robot_name=robot_names.get(record.robot_id or "", record.robot_id or ""),
        claimed_at=record.claimed_at,
        started_at=record.started_at,
        ended_at=record.ended_at,
        outcome=record.outcome,
        error=record.error,
    )


def robot_view(robot: Robot, jobs: Sequence[JobId] = ()) -> RobotView:
    """A robot in a table, with what it holds."""
    figures = robot.metrics
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
        cpu_percent=_number(figures.get("cpu_percent")),
        memory_percent=_number(figures.get("memory_percent")),
        process_memory_bytes=_whole(figures.get("process_memory_bytes")),
        disk_percent=_number(figures.get("disk_percent")),
        network_in_bytes_s=_number(figures.get("network_in_bytes_s")),
        network_out_bytes_s=_number(figures.get("network_out_bytes_s")),
        leaked=_whole(figures.get("leaked")) or 0,
        pools=pool_views(figures.get("pools")),
    )


def workflow_view(version: WorkflowVersion) -> WorkflowView:
    """A workflow in the tree, by its newest version."""
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
        saved_by=version.saved_by,
        note=version.note,
    )


def workflow_detail(version: WorkflowVersion) -> WorkflowDetail:
    """A workflow with its content."""
    definition = version.definition.model_dump(mode="json")
    return WorkflowDetail(workflow=workflow_view(version), definition=definition, source=version.source)


def validation_report(validation: Validation) -> ValidationReport:
    """What a look at a definition found."""
    definition = validation.definition
    if definition is None:
        return ValidationReport(problems=validation.problems)
    return ValidationReport(name=definition.name, steps=len(definition.steps), workflow_hash=definition.content_hash)


def schedule_view(
    schedule: Schedule, *, definition: WorkflowDefinition | None, last_job_id: JobId | None = None, trouble: str = ""
) -> ScheduleView:
    """A schedule in a table, its rule in words; secret variables are masked."""
    return ScheduleView(
        schedule_id=schedule.schedule_id,
        name=schedule.name,
        workflow_id=schedule.workflow_id,
        workflow_name=definition.name if definition is not None else "",
        rule=_rule(schedule),
        words=describe(schedule) if not trouble else "",
        variables=shown_variables(schedule.variables, definition),
        priority=schedule.priority,
        robot_id=schedule.robot_id,
        version=schedule.version,
        misfire_policy=schedule.misfire_policy.value,
        overlap_policy=schedule.overlap_policy.value,
        jitter_s=schedule.jitter_s,
        enabled=schedule.enabled,
        next_run_at=schedule.next_run_at,
        last_run_at=schedule.last_run_at,
        last_job_id=last_job_id,
        trouble=trouble,
        created_at=schedule.created_at,
    )


def preview_view(schedule: Schedule, *, after: datetime, count: int) -> PreviewView:
    """The truth about a rule."""
    fires = truth_card(schedule, after, count)
    return PreviewView(
        words=describe(schedule),
        fires=tuple(
            FireView(at=fire.at, zone_time=fire.zone_time, weekday=fire.weekday, note=fire.note) for fire in fires
        ),
        warnings=warnings(schedule, after),
        clock_changes=tuple(
            ClockChangeView(at=change.at, words=change.words, effect=change.effect)
            for change in clock_changes(schedule, after)
        ),
    )


def dashboard_view(metrics: DashboardMetrics) -> DashboardView:
    """The dashboard's figures."""
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


def metric_bucket(bucket: FinishedBucket) -> MetricBucket:
    """Ended jobs of one stretch."""
    return MetricBucket(
        starts_at=bucket.starts_at,
        completed=bucket.completed,
        failed=bucket.failed,
        cancelled=bucket.cancelled,
        average_execution_s=bucket.average_execution_s,
        p95_execution_s=bucket.p95_execution_s,
    )


def queue_sample(depth: QueueDepth) -> QueueSample:
    """One sample of the queue."""
    return QueueSample(at=depth.at, queued=depth.queued, running=depth.running)


def robot_use(robot: Robot, busy_s: float, window: timedelta) -> RobotUse:
    """How busy a robot was."""
    share = utilisation(busy_s, robot.slots, window.total_seconds())
    return RobotUse(robot_id=robot.robot_id, name=robot.name, busy_s=busy_s, utilisation=share)


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


def log_line(entry: LogEntry, robot_id: str = "") -> LogLine:
    """One log line."""
    return LogLine(
        at=entry.at,
        level=entry.level.value,
        message=entry.message,
        robot_id=robot_id,
        job_id=entry.job_id,
        attempt=entry.attempt,
        step_id=entry.step_id,
        fields=entry.fields,
    )


def log_page(entries: Iterable[LogEntry], cursor: int, *, robot_id: str = "") -> LogPage:
    """Log lines, and where to go on."""
    return LogPage(lines=tuple(log_line(entry, robot_id) for entry in entries), cursor=cursor)


def _duration_s(job: Job) -> float | None:
    if job.started_at is None:
        return None
    return max(0.0, ((job.finished_at or job.changed_at) - job.started_at).total_seconds())


def _results_of(job: Job, result: JobResult | None) -> Sequence[StepResult]:
    return result.step_results if result is not None and result.attempt == job.attempt else ()


def progress_view(step: StepProgress) -> StepView:
    """News of a step."""
    return StepView(
        step_id=step.step_id,
        name=step.name,
        status=step.status,
        attempts=0 if step.status is StepStatus.PENDING else step.attempt,
        duration_s=step.duration_s,
        message=step.message,
    )


def _result_view(step: StepResult) -> StepView:
    return StepView(
        step_id=step.step_id,
        name=step.name,
        action=step.action,
        status=step.status,
        attempts=step.attempts,
        duration_s=step.duration_s,
        message=step.error.message if step.error else step.note or "",
    )


def _rule(schedule: Schedule) -> ScheduleRule:
    return ScheduleRule(
        frequency=ScheduleFrequencyName(schedule.frequency.value),
        cron_expression=schedule.cron_expression,
        timezone=schedule.timezone,
        run_at=schedule.run_at,
        time_of_day=schedule.time_of_day,
        weekdays=tuple(sorted(schedule.weekdays)),
        day_of_month=schedule.day_of_month,
        starts_at=schedule.starts_at,
        ends_at=schedule.ends_at,
    )


def _number(value: JsonValue) -> float | None:
    return float(value) if isinstance(value, int | float) else None


def _whole(value: JsonValue) -> int | None:
    return int(value) if isinstance(value, int | float) else None
