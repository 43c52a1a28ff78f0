"""`/api/v1/metrics`, `/activity`, `/info`, `/enrolment` and `/health`."""

import re
from datetime import datetime, timedelta
from importlib.metadata import version
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request

from orchestrator.contract.api.figures import (
    ActivityItem,
    DashboardView,
    MetricBucket,
    MetricsView,
    QueueSample,
    RobotUse,
)
from orchestrator.contract.api.orchestrator import InfoView
from orchestrator.contract.api.robots import EnrolmentView
from orchestrator.contract.ids import JobId
from orchestrator.domain.metrics import utilisation
from orchestrator.engine.ports.audit import AuditFilter
from orchestrator.server.looks import Looks
from orchestrator.server.parts import ANY_ADDRESS, MOST_NUMBER, Parts, parts
from orchestrator.server.views import activity_item, dashboard_view

router = APIRouter(tags=["figures"])

Using = Annotated[Parts, Depends(parts)]

_BUCKETS = 60
_FINE, _COARSE = timedelta(seconds=1), timedelta(minutes=1)
"""Stretches that begin with a second or a minute are counted once and kept; others are read anew each time."""
_LONG_S = 600.0
"""From here on a stretch is long enough that a minute at its end does not show."""


@router.get("/metrics/dashboard")
async def dashboard(using: Using) -> DashboardView:
    """The fleet in ten numbers."""
    return dashboard_view(await using.engine.get_dashboard_metrics())


@router.get("/metrics/series")
async def series(using: Using, window_s: Annotated[float, Query(gt=0, le=31 * 86_400)] = 3_600.0) -> MetricsView:
    """Figures over the last `window_s` seconds, in sixty stretches; the last one ends with the second, or the minute,
    that has begun."""
    now = using.engine.clock.now()
    bucket_s = window_s / _BUCKETS
    until = _next(now, _COARSE if bucket_s >= _LONG_S else _FINE)
    since = until - timedelta(seconds=window_s)
    finished = await using.store.finished(since=since, until=until, bucket_s=bucket_s)
    busy = await using.store.robot_busy_s(since=since, until=now)
    return MetricsView(
        since=since,
        until=until,
        bucket_s=bucket_s,
        buckets=tuple(
            MetricBucket(
                starts_at=each.starts_at,
                completed=each.completed,
                failed=each.failed,
                cancelled=each.cancelled,
                average_execution_s=each.average_execution_s,
                p95_execution_s=each.p95_execution_s,
            )
            for each in finished
        ),
        queue=tuple(
            QueueSample(at=sample.at, queued=sample.queued, running=sample.running)
            for sample in using.engine.metrics.samples(since=since)
        ),
        robots=tuple(
            RobotUse(
                robot_id=robot.robot_id,
                name=robot.name,
                busy_s=busy.get(robot.robot_id, 0.0),
                utilisation=utilisation(busy.get(robot.robot_id, 0.0), robot.slots, window_s),
            )
            for robot in using.engine.pool.robots()
        ),
    )


def _next(now: datetime, step: timedelta) -> datetime:
    """The next whole second or minute after `now`."""
    return now - (now - datetime.min.replace(tzinfo=now.tzinfo)) % step + step


@router.get("/activity")
async def activity(  # noqa: PLR0917  FastAPI reads the query from the parameters
    using: Using,
    limit: Annotated[int, Query(ge=1, le=1_000)] = 50,
    before: Annotated[int | None, Query(ge=1, le=MOST_NUMBER)] = None,
    kind: Annotated[str | None, Query(max_length=100)] = None,
    job: Annotated[str | None, Query(max_length=100)] = None,
    robot: str | None = None,
    actor: Annotated[str | None, Query(max_length=100)] = None,
) -> list[ActivityItem]:
    """What happened lately, newest first; `kind` may end with a star, such as `job.*`."""
    wanted = AuditFilter(
        kind=kind,
        job_id=JobId(job) if job else None,
        robot_id=Looks(using.engine).robot_named(robot) if robot else None,
        actor=actor,
    )
    entries = await using.store.activity(limit=limit, before=before, wanted=wanted)
    return [activity_item(number, entry) for number, entry in entries]


@router.get("/info")
async def info(using: Using, request: Request) -> InfoView:
    """What this orchestrator is."""
    return InfoView(
        version=version("botswain"),
        database=using.database,
        data_dir=str(using.settings.data_dir),
        started_at=using.started_at,
        load_balancing=using.settings.load_balancing,
        robots_url=_robots_url(using, request),
    )


@router.get("/enrolment")
async def enrolment(using: Using, request: Request) -> EnrolmentView:
    """What a new robot needs to connect."""
    connect, token = _robots_url(using, request), using.access.robot_token
    command = f"BOTSWAIN_ROBOT_TOKEN={token} botswain-robot run --connect {connect} --name NAME --slots 2"
    return EnrolmentView(connect=connect, token=token, command=command)


_HOST = re.compile(r"([\w.-]{1,253}|\[[0-9a-f:.]{2,45}\])(:\d{1,5})?", re.IGNORECASE | re.ASCII)


def _robots_url(using: Parts, request: Request) -> str:
    """Where robots connect.

    Who listens on every address cannot know by which one others reach this machine; the one that the asker uses works.
    """
    host = request.headers.get("host", "")
    if using.settings.host in ANY_ADDRESS and (called := _HOST.fullmatch(host)):
        return f"ws://{called[1]}{called[2] or ':80'}"
    return using.base_url.replace("http", "ws", 1)
