"""Figures of the fleet, and what happened lately."""

from datetime import datetime

from pydantic import Field

from orchestrator.contract.api.common import View


class DashboardView(View):
    """The reference's DashboardMetrics, and the age of the data."""

    at: datetime
    total_robots: int
    online_robots: int
    offline_robots: int
    total_jobs_today: int
    completed_jobs_today: int
    failed_jobs_today: int
    pending_jobs: int
    """PENDING and QUEUED."""
    running_jobs: int
    average_execution_time: float
    """Seconds, over the jobs that ended in the last 24 h; 0 without any."""
    p95_execution_time: float = 0.0
    success_rate: float
    """0 to 1, over the jobs that ended in the last 24 h; 1 without any."""
    failed_24h: int = 0
    by_status: dict[str, int] = Field(default_factory=dict)


class MetricBucket(View):
    """Ended jobs of one stretch of time; None where nothing ended, so that gaps stay gaps."""

    starts_at: datetime
    completed: int
    failed: int
    cancelled: int
    average_execution_s: float | None = None
    p95_execution_s: float | None = None


class QueueSample(View):
    """How full the queue was."""

    at: datetime
    queued: int
    running: int


class RobotUse(View):
    """How busy a robot was inside the window."""

    robot_id: str
    name: str
    busy_s: float
    utilisation: float
    """0 to 1 of its slots' time."""


class MetricsView(View):
    """`GET /metrics/series?window_s=`."""

    since: datetime
    until: datetime
    bucket_s: float
    buckets: tuple[MetricBucket, ...]
    queue: tuple[QueueSample, ...] = ()
    robots: tuple[RobotUse, ...] = ()


class ActivityItem(View):
    """One thing that happened."""

    number: int
    at: datetime
    kind: str
    message: str
    actor: str = ""
    job_id: str | None = None
    robot_id: str | None = None
    schedule_id: str | None = None
