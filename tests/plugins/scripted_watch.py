"""The scripted engine's answers about alerts, notices and absences; at first nothing is wrong."""

from datetime import timedelta

from fastapi import APIRouter
from scripted_desk import Desk, absent, clock

from orchestrator.contract.api.alerts import AlertView
from orchestrator.contract.api.away import AwayJobView, AwayReportView, MissedRunsView
from orchestrator.contract.api.logs import LogLine, LogPage
from orchestrator.contract.api.notices import NoticeView

_LOG = (
    ("debug", "engine.scheduler", "The timer is set."),
    ("info", "engine.middleware", "Action=submit Status=queued"),
    ("warning", "server.gateway", "robot=web-01 2 messages not handled: no such job"),
)


def watch_routes(router: APIRouter, desk: Desk) -> None:
    """Answer what the API asks about what the engine noticed."""

    @router.get("/logs")
    async def engine_log(after: int = 0) -> LogPage:
        lines = tuple(
            LogLine(at=clock(), level=level, logger=f"orchestrator.{part}", message=message)
            for level, part, message in _LOG[after:]
        )
        return LogPage(lines=lines, cursor=len(_LOG))

    @router.post("/notices/{notice_id}/{end}")
    async def end(notice_id: str, end: str) -> NoticeView:
        if notice_id not in desk.notices:
            raise absent(f"notice {notice_id}")
        words = "undone" if end == "undo" else "dismissed"
        after = desk.notices.pop(notice_id).model_copy(update={"ended_at": clock(), "end": words})
        desk.ended_notices.append(after)
        desk.tell(notices=(after,))
        return after

    @router.post("/alerts/{alert_id}/acknowledge")
    async def acknowledge(alert_id: str) -> AlertView:
        if alert_id not in desk.alerts:
            raise absent(f"alert {alert_id}")
        seen = {"acknowledged_at": clock(), "acknowledged_by": "console"}
        after = desk.alerts[alert_id] = desk.alerts[alert_id].model_copy(update=seen)
        desk.tell(alerts=(after,))
        return after

    @router.post("/away/{report_id}/dismiss")
    async def dismiss(report_id: str) -> AwayReportView:
        if report_id not in desk.away:
            raise absent(f"report {report_id}")
        after = desk.away.pop(report_id).model_copy(update={"dismissed_at": clock()})
        desk.tell(away=(after,))
        return after


def sample_notice() -> NoticeView:
    """A schedule that was paused."""
    return NoticeView(
        notice_id="n-1",
        kind="schedule",
        subject="sc-1",
        title="The schedule Prices at noon is paused",
        reason="Its last 5 runs failed.",
        undo="Resume the schedule",
        can_undo=True,
        raised_at=clock() - timedelta(minutes=12),
    )


def sample_alerts() -> tuple[AlertView, ...]:
    """A critical one and a warning."""
    now = clock()
    return (
        AlertView(
            alert_id="a-1",
            kind="disk",
            subject="host",
            level="critical",
            message="The disk of this machine is 96 % full.",
            raised_at=now - timedelta(minutes=40),
            changed_at=now - timedelta(minutes=3),
            times=4,
        ),
        AlertView(
            alert_id="a-2",
            kind="backlog",
            subject="",
            level="warning",
            message="14 jobs wait, the next one for 5 min.",
            raised_at=now - timedelta(minutes=5),
            changed_at=now - timedelta(minutes=5),
        ),
    )


def sample_absence(desk: Desk) -> AwayReportView:
    """What a start found."""
    now = clock()
    jobs = list(desk.fleet.jobs.values())
    fates = ("adopted", "adopted", "requeued", "finished", "dead_lettered")
    return AwayReportView(
        report_id="w-1",
        started_at=now - timedelta(minutes=9),
        last_seen_at=now - timedelta(hours=7, minutes=20),
        jobs=tuple(
            AwayJobView(job_id=job.job_id, workflow_name=job.workflow_name, fate=fate)
            for job, fate in zip(jobs, fates, strict=False)
        ),
        counts={"adopted": 2, "requeued": 1, "finished": 1, "dead_lettered": 1},
        schedules=(
            MissedRunsView(
                schedule_id="sc-3",
                name="Portal check",
                since=now - timedelta(hours=7),
                policy="latest",
                dropped=28,
                made_up=1,
            ),
        ),
    )
