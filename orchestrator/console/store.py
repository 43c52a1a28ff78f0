"""What the window knows of the engine: entities by id, kept up to date by the event stream."""

from collections import OrderedDict, deque
from collections.abc import Iterable, Mapping
from datetime import datetime
from enum import Enum, StrEnum
from typing import TypeVar

from PySide6.QtCore import QObject, Signal

from orchestrator.contract.api.alerts import AlertView
from orchestrator.contract.api.away import AwayReportView
from orchestrator.contract.api.events import EventBatch
from orchestrator.contract.api.figures import ActivityItem, DashboardView
from orchestrator.contract.api.jobs import JobView, StepView
from orchestrator.contract.api.notices import NoticeView
from orchestrator.contract.api.orchestrator import InfoView
from orchestrator.contract.api.robots import RobotView
from orchestrator.contract.api.schedules import ScheduleView
from orchestrator.contract.api.workflows import WorkflowView
from orchestrator.contract.states import JobStatus

MAX_ENDED_JOBS = 2_000
MAX_ACTIVITY = 200
MAX_JOBS_WITH_STEPS = 500

TROUBLED = frozenset(
    {JobStatus.WAITING_FOR_HUMAN, JobStatus.LOST, JobStatus.DEAD_LETTER, JobStatus.FAILED, JobStatus.TIMEOUT}
)
"""What somebody should look at."""

V = TypeVar("V")


class Kind(StrEnum):
    """The kinds of things that change."""

    JOBS = "jobs"
    ROBOTS = "robots"
    SCHEDULES = "schedules"
    WORKFLOWS = "workflows"
    STEPS = "steps"
    ACTIVITY = "activity"
    DASHBOARD = "dashboard"
    ALERTS = "alerts"
    NOTICES = "notices"
    AWAY = "away"


class ConnectionState(Enum):
    """How things stand between the window and its engine."""

    STARTING = "starting"
    CONNECTED = "connected"
    LOST = "lost"
    REFUSED = "refused"


class ConsoleStore(QObject):
    """Entities by id. `changed(kind, ids)` after each batch; `connection_changed` when the stream comes or goes.

    Everything is bounded: of ended jobs the newest 2,000 stay, which is what the window has seen end; the rest is
    asked for page by page.
    """

    changed = Signal(object, object)
    connection_changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.jobs: dict[str, JobView] = {}
        self.robots: dict[str, RobotView] = {}
        self.schedules: dict[str, ScheduleView] = {}
        self.workflows: dict[str, WorkflowView] = {}
        self.steps: OrderedDict[str, dict[str, StepView]] = OrderedDict()
        self.alerts: dict[str, AlertView] = {}
        """Those that are open."""
        self.notices: dict[str, NoticeView] = {}
        """Those that hang."""
        self.away: dict[str, AwayReportView] = {}
        """Those that nobody has dismissed."""
        self.activity: deque[ActivityItem] = deque(maxlen=MAX_ACTIVITY)
        self.dashboard: DashboardView | None = None
        self.info: InfoView | None = None
        self.state = ConnectionState.STARTING
        self.trouble = ""
        self.heard_at: datetime | None = None
        """When the last batch came."""
        self._ended: OrderedDict[str, None] = OrderedDict()
        self._newest_activity = 0

    @property
    def is_connected(self) -> bool:
        """True while what is here follows the engine."""
        return self.state is ConnectionState.CONNECTED

    @property
    def is_lost(self) -> bool:
        """True while what is here does not follow the engine any more."""
        return self.state in (ConnectionState.LOST, ConnectionState.REFUSED)

    @property
    def is_fresh(self) -> bool:
        """True while the engine has nothing that would be worth looking at."""
        waits = self.dashboard is not None and self.dashboard.pending_jobs > 0
        has_jobs = waits or bool(self.jobs) or any(self.counts().values())
        return self.is_connected and not (self.robots or self.workflows or self.schedules or has_jobs)

    def apply(self, batch: EventBatch, at: datetime) -> None:
        """Take over a batch that came at this time, and tell what it changed."""
        self.heard_at = at
        touched: dict[Kind, frozenset[str]] = {}
        if batch.is_snapshot:
            touched[Kind.JOBS] = self._drop_unknown_jobs(batch.jobs)
            self._replace(batch)
        self._merge(batch, touched)
        self._set_state(ConnectionState.CONNECTED, "")
        for kind, ids in touched.items():
            if ids or batch.is_snapshot:
                self.changed.emit(kind, ids)

    def set_info(self, info: InfoView) -> None:
        """What the engine is."""
        self.info = info
        self.connection_changed.emit()

    def add_activity(self, items: Iterable[ActivityItem]) -> None:
        """Take over things that happened, newest last; what is known already is left out."""
        fresh = [item for item in items if item.number > self._newest_activity]
        if fresh:
            self._newest_activity = fresh[-1].number
            self.activity.extend(fresh)
            self.changed.emit(Kind.ACTIVITY, frozenset(str(item.number) for item in fresh))

    def put_job(self, job: JobView) -> None:
        """Take over a job that an answer brought, unless the stream has brought a newer one."""
        self.put_jobs((job,))

    def put_jobs(self, jobs: Iterable[JobView]) -> None:
        """Take over the jobs that an answer brought, but those of which the stream has brought a newer version."""
        fresh = [job for job in jobs if (known := self.jobs.get(job.job_id)) is None or known.version <= job.version]
        for job in fresh:
            self._keep_job(job)
        if fresh:
            self.changed.emit(Kind.JOBS, frozenset(job.job_id for job in fresh))

    def put_alert(self, alert: AlertView) -> None:
        """Take over an alert that an answer brought."""
        self.alerts[alert.alert_id] = alert
        self.changed.emit(Kind.ALERTS, frozenset({alert.alert_id}))

    def drop_notice(self, notice_id: str) -> None:
        """An answer says that it is over."""
        if self.notices.pop(notice_id, None) is not None:
            self.changed.emit(Kind.NOTICES, frozenset({notice_id}))

    def drop_away(self, reports: Iterable[AwayReportView]) -> None:
        """An answer says that they were read."""
        ids = frozenset(each.report_id for each in reports)
        for report_id in ids:
            self.away.pop(report_id, None)
        self.changed.emit(Kind.AWAY, ids)

    def lose(self, reason: str, *, refused: bool = False) -> None:
        """The stream is gone: what is here grows old."""
        self._set_state(ConnectionState.REFUSED if refused else ConnectionState.LOST, reason)

    def restart(self) -> None:
        """The engine is being started."""
        self._set_state(ConnectionState.STARTING, "")

    def counts(self) -> Mapping[str, int]:
        """Jobs by status, as the engine counted them last."""
        return self.dashboard.by_status if self.dashboard else {}

    def robot_name(self, robot_id: str | None) -> str:
        """The name of a robot; its id where the name is not known."""
        robot = self.robots.get(robot_id or "")
        return robot.name if robot else (robot_id or "")

    def _merge(self, batch: EventBatch, touched: dict[Kind, frozenset[str]]) -> None:
        for job in batch.jobs:
            self._keep_job(job)
        if batch.jobs or batch.is_snapshot:
            known = touched.get(Kind.JOBS, frozenset())
            touched[Kind.JOBS] = known | {job.job_id for job in batch.jobs}
        robots = _merge(self.robots, {each.robot_id: each for each in batch.robots}, batch.removed_robots)
        schedules = _merge(
            self.schedules, {each.schedule_id: each for each in batch.schedules}, batch.removed_schedules
        )
        workflows = _merge(
            self.workflows, {each.workflow_id: each for each in batch.workflows}, batch.removed_workflows
        )
        news = {Kind.ROBOTS: robots, Kind.SCHEDULES: schedules, Kind.WORKFLOWS: workflows}
        touched.update({kind: ids for kind, ids in news.items() if ids or batch.is_snapshot})
        self._merge_watch(batch, touched)
        if batch.steps:
            touched[Kind.STEPS] = self._keep_steps(batch.steps)
        if batch.dashboard is not None:
            self.dashboard = batch.dashboard
            touched[Kind.DASHBOARD] = frozenset({"dashboard"})
        if batch.activity:
            self.add_activity(sorted(batch.activity, key=lambda item: item.number))

    def _merge_watch(self, batch: EventBatch, touched: dict[Kind, frozenset[str]]) -> None:
        """What is over leaves; of the rest the newest view stays."""
        alerts = {each.alert_id: each for each in batch.alerts}
        notices = {each.notice_id: each for each in batch.notices}
        away = {each.report_id: each for each in batch.away}
        over = (
            [key for key, each in alerts.items() if each.resolved_at is not None],
            [key for key, each in notices.items() if each.ended_at is not None],
            [key for key, each in away.items() if each.dismissed_at is not None],
        )
        news = {
            Kind.ALERTS: _merge(self.alerts, alerts, over[0]),
            Kind.NOTICES: _merge(self.notices, notices, over[1]),
            Kind.AWAY: _merge(self.away, away, over[2]),
        }
        touched.update({kind: ids for kind, ids in news.items() if ids or batch.is_snapshot})

    def _replace(self, batch: EventBatch) -> None:
        """A snapshot holds all robots, schedules, workflows and what is wrong: what it does not name is gone."""
        self.robots = {each.robot_id: each for each in batch.robots}
        self.schedules = {each.schedule_id: each for each in batch.schedules}
        self.workflows = {each.workflow_id: each for each in batch.workflows}
        self.alerts, self.notices, self.away = {}, {}, {}

    def _drop_unknown_jobs(self, living: Iterable[JobView]) -> frozenset[str]:
        named = {job.job_id for job in living}
        gone = frozenset(
            job_id for job_id, job in self.jobs.items() if not job.status.has_ended and job_id not in named
        )
        for job_id in gone:
            del self.jobs[job_id]
        return gone

    def _keep_job(self, job: JobView) -> None:
        self.jobs[job.job_id] = job
        self._ended.pop(job.job_id, None)
        if job.status.has_ended:
            self._ended[job.job_id] = None
        while len(self._ended) > MAX_ENDED_JOBS:
            oldest, _ = self._ended.popitem(last=False)
            self.jobs.pop(oldest, None)

    def _keep_steps(self, steps: Mapping[str, tuple[StepView, ...]]) -> frozenset[str]:
        for job_id, views in steps.items():
            self.steps.setdefault(job_id, {}).update((view.step_id, view) for view in views)
            self.steps.move_to_end(job_id)
        while len(self.steps) > MAX_JOBS_WITH_STEPS:
            self.steps.popitem(last=False)
        return frozenset(steps)

    def _set_state(self, state: ConnectionState, trouble: str) -> None:
        if (state, trouble) != (self.state, self.trouble):
            self.state, self.trouble = state, trouble
            self.connection_changed.emit()


def _merge(known: dict[str, V], news: Mapping[str, V], removed: Iterable[str]) -> frozenset[str]:
    known.update(news)
    gone = frozenset(removed)
    for each in gone:
        known.pop(each, None)
    return frozenset(news) | gone
