"""The columns of a table of jobs."""

from collections.abc import Callable
from datetime import datetime, timedelta

from orchestrator.console.contract_words import priority_words
from orchestrator.console.formatting import NOTHING, duration, duration_so_far
from orchestrator.console.tables.columns import CellKind, ColumnSpec, Progress
from orchestrator.console.theme.status import StatusSpec, job_status
from orchestrator.console.words import tr
from orchestrator.contract.api.jobs import JobView
from orchestrator.contract.states import JobStatus

_WAITS = frozenset({JobStatus.PENDING, JobStatus.QUEUED, JobStatus.PAUSED})


def job_columns(clock: Callable[[], datetime]) -> tuple[ColumnSpec[JobView], ...]:
    """Status first, then what it is, how far it is, who runs it."""
    return (
        ColumnSpec(key="status", title=tr("Status"), value=_status, kind=CellKind.STATUS, width=142, sort_key="status"),
        ColumnSpec(
            key="workflow",
            title=tr("Workflow"),
            value=lambda job: job.workflow_name,
            width=152,
            sort_key="workflow_name",
        ),
        ColumnSpec(
            key="progress",
            title=tr("Progress"),
            value=_progress,
            kind=CellKind.PROGRESS,
            width=190,
            tooltip=_why,
            stretches=True,
        ),
        ColumnSpec(
            key="robot", title=tr("Robot"), value=lambda job: job.robot_name or NOTHING, width=104, muted=True, spare=1
        ),
        ColumnSpec(
            key="priority",
            title=tr("Priority"),
            value=lambda job: priority_words(job.priority),
            width=84,
            sort_key="priority",
            spare=3,
        ),
        ColumnSpec(
            key="attempt",
            title=tr("Attempt"),
            value=lambda job: str(job.attempt) if job.attempt else NOTHING,
            kind=CellKind.NUMBER,
            width=74,
            spare=4,
        ),
        ColumnSpec(
            key="created",
            title=tr("Created"),
            value=lambda job: job.created_at,
            kind=CellKind.TIME,
            width=104,
            sort_key="created_at",
            spare=2,
        ),
        ColumnSpec(
            key="duration",
            title=tr("Duration"),
            value=lambda job: job_duration(job, clock()),
            kind=CellKind.NUMBER,
            width=92,
            ages=True,
        ),
        ColumnSpec(
            key="id", title=tr("Id"), value=lambda job: job.job_id, kind=CellKind.MONO, width=270, hidden=True, spare=5
        ),
    )


def job_duration(job: JobView, now: datetime) -> str:
    """How long its newest attempt took, or has taken up to now."""
    if job.started_at is not None and not job.status.has_ended and job.duration_s is not None:
        return duration_so_far(now - job.started_at)
    return duration(timedelta(seconds=job.duration_s) if job.duration_s is not None else None)


def _status(job: JobView) -> StatusSpec:
    return job_status(job.status)


def _progress(job: JobView) -> Progress:
    """For a job that runs, how far it is; for one that waits or failed, why; a success needs no words."""
    if job.status in _WAITS:
        return Progress(None, job.waiting)
    if job.status.has_ended:
        return Progress(None, job.error.message if job.error else "")
    return Progress(job.progress, job.current_step)


def _why(job: JobView) -> str:
    return job.error.message if job.error else job.waiting or job.current_step
