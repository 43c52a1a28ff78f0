"""The dashboard's figures, computed from counts and buckets."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from math import ceil

from orchestrator.contract.states import JobStatus, RobotStatus

_RUNNING = frozenset({JobStatus.RUNNING, JobStatus.WAITING_FOR_HUMAN, JobStatus.LOST, JobStatus.CANCELLING})


@dataclass(frozen=True, slots=True, kw_only=True)
class Finished:
    """Ended jobs of one window."""

    completed: int = 0
    failed: int = 0
    """FAILED, TIMEOUT and DEAD_LETTER."""
    cancelled: int = 0
    average_s: float = 0.0
    p95_s: float = 0.0

    @property
    def success_rate(self) -> float:
        """Completed among completed and failed, 0 to 1; 1 when nothing ended. A cancelled job says nothing."""
        judged = self.completed + self.failed
        return self.completed / judged if judged else 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class DashboardMetrics:
    """The reference's figures, and what they rest on."""

    at: datetime
    total_robots: int
    online_robots: int
    """Connected, whatever they do."""
    offline_robots: int
    total_jobs_today: int
    """Ended today, and everything that has not ended."""
    completed_jobs_today: int
    failed_jobs_today: int
    pending_jobs: int
    """PENDING and QUEUED."""
    running_jobs: int
    average_execution_time: float
    """Seconds, over the jobs that ended in the last 24 h; 0 without any."""
    p95_execution_time: float
    success_rate: float
    """0 to 1, over the jobs that ended in the last 24 h; 1 without any."""
    failed_24h: int
    by_status: Mapping[JobStatus, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueDepth:
    """How full the queue was at one moment."""

    at: datetime
    queued: int
    running: int


def dashboard(
    *,
    at: datetime,
    robots: Iterable[RobotStatus],
    by_status: Mapping[JobStatus, int],
    today: Finished,
    last_24h: Finished,
) -> DashboardMetrics:
    """The figures of one moment. `today` began at midnight of the orchestrator's zone."""
    statuses = list(robots)
    online = sum(status.is_connected for status in statuses)
    return DashboardMetrics(
        at=at,
        total_robots=len(statuses),
        online_robots=online,
        offline_robots=len(statuses) - online,
        total_jobs_today=today.completed + today.failed + today.cancelled + _open(by_status),
        completed_jobs_today=today.completed,
        failed_jobs_today=today.failed,
        pending_jobs=waiting(by_status),
        running_jobs=running(by_status),
        average_execution_time=last_24h.average_s,
        p95_execution_time=last_24h.p95_s,
        success_rate=last_24h.success_rate,
        failed_24h=last_24h.failed,
        by_status=dict(by_status),
    )


def waiting(by_status: Mapping[JobStatus, int]) -> int:
    """Jobs that no robot has yet."""
    return by_status.get(JobStatus.PENDING, 0) + by_status.get(JobStatus.QUEUED, 0)


def running(by_status: Mapping[JobStatus, int]) -> int:
    """Jobs that a robot runs, or may still run."""
    return sum(by_status.get(status, 0) for status in _RUNNING)


def percentile(values: Sequence[float], share: float) -> float:
    """The nearest-rank percentile; 0 without values. `share` is 0 to 1."""
    if not values:
        return 0.0
    return sorted(values)[max(0, ceil(share * len(values)) - 1)]


def utilisation(busy_s: float, slots: int, window_s: float) -> float:
    """Share of the slots' time that was worked, 0 to 1."""
    room = slots * window_s
    return min(1.0, busy_s / room) if room > 0 else 0.0


def _open(by_status: Mapping[JobStatus, int]) -> int:
    return sum(count for status, count in by_status.items() if not status.has_ended)
