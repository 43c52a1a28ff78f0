"""The figures of the sample fleet: the dashboard's numbers, and a window of them that breathes like a working day."""

import random
from datetime import datetime, timedelta

from sample_fleet import Fleet

from orchestrator.contract.api.figures import DashboardView, MetricBucket, MetricsView, QueueSample, RobotUse
from orchestrator.contract.states import JobStatus


def dashboard(fleet: Fleet, now: datetime) -> DashboardView:
    """The ten numbers."""
    by_status: dict[str, int] = {}
    for job in fleet.jobs.values():
        by_status[job.status] = by_status.get(job.status, 0) + 1
    failed = sum(by_status.get(each, 0) for each in (JobStatus.FAILED, JobStatus.TIMEOUT, JobStatus.DEAD_LETTER))
    completed = by_status.get(JobStatus.COMPLETED, 0)
    online = sum(robot.status.is_connected for robot in fleet.robots.values())
    ended = completed + failed
    return DashboardView(
        at=now,
        total_robots=len(fleet.robots),
        online_robots=online,
        offline_robots=len(fleet.robots) - online,
        total_jobs_today=len(fleet.jobs),
        completed_jobs_today=completed,
        failed_jobs_today=failed,
        pending_jobs=by_status.get(JobStatus.PENDING, 0) + by_status.get(JobStatus.QUEUED, 0),
        running_jobs=by_status.get(JobStatus.RUNNING, 0),
        average_execution_time=62.4,
        p95_execution_time=148.0,
        success_rate=completed / ended if ended else 1.0,
        failed_24h=failed,
        by_status=by_status,
    )


def metrics(fleet: Fleet, now: datetime, window_s: float) -> MetricsView:
    """Sixty stretches that breathe like a working day."""
    rng = random.Random(int(window_s))
    bucket_s = window_s / 60
    since = now - timedelta(seconds=window_s)
    buckets = tuple(_bucket(since + timedelta(seconds=n * bucket_s), n, rng) for n in range(60))
    samples = tuple(
        QueueSample(
            at=since + timedelta(seconds=n * bucket_s),
            queued=max(0, round(9 + 8 * _wave(n, 2.5) + rng.uniform(-2, 3))),
            running=min(8, max(0, round(5 + 3 * _wave(n, 2.2) + rng.uniform(-1, 1)))),
        )
        for n in range(61)
    )
    shares = {"web-01": 0.86, "web-02": 0.64, "office-pc": 0.31, "berlin-03": 0.12}
    uses = tuple(
        RobotUse(
            robot_id=robot.robot_id,
            name=robot.name,
            busy_s=shares.get(robot.name, 0.0) * robot.slots * window_s,
            utilisation=shares.get(robot.name, 0.0),
        )
        for robot in fleet.robots.values()
    )
    return MetricsView(since=since, until=now, bucket_s=bucket_s, buckets=buckets, queue=samples, robots=uses)


def _wave(number: int, turns: float) -> float:
    place = (number / 60 * turns) % 1
    return 1 - abs(2 * place - 1) * 2


def _bucket(at: datetime, number: int, rng: random.Random) -> MetricBucket:
    if 21 <= number <= 24:
        return MetricBucket(starts_at=at, completed=0, failed=0, cancelled=0)
    completed = max(1, round(9 + 5 * _wave(number, 2.5) + rng.uniform(-2, 2)))
    failed = rng.choices([0, 1, 2, 3], [64, 24, 9, 3])[0]
    average = 58 + 14 * _wave(number, 3) + rng.uniform(-5, 5)
    return MetricBucket(
        starts_at=at,
        completed=completed,
        failed=failed,
        cancelled=rng.choices([0, 1], [9, 1])[0],
        average_execution_s=average,
        p95_execution_s=average * rng.uniform(1.9, 2.5),
    )
