"""The event stream's contents: a snapshot of the engine, and its events as views."""

from collections.abc import Callable, Iterator
from itertools import count

from orchestrator.contract.api.events import EventBatch
from orchestrator.contract.api.figures import ActivityItem, DashboardView
from orchestrator.contract.api.jobs import JobView
from orchestrator.contract.api.schedules import ScheduleView
from orchestrator.contract.api.workflows import WorkflowView
from orchestrator.contract.ids import JobId, WorkflowId
from orchestrator.contract.states import JobStatus
from orchestrator.contract.workflow import WorkflowDefinition
from orchestrator.domain.events import (
    AlertChanged,
    AwayChanged,
    Event,
    JobChanged,
    JobProgress,
    NoticeChanged,
    RobotChanged,
    RobotRemoved,
    ScheduleChanged,
    ScheduleRemoved,
    WorkflowChanged,
    WorkflowRemoved,
)
from orchestrator.domain.job import Job
from orchestrator.engine.bus import AuditAdded
from orchestrator.engine.engine import OrchestratorEngine
from orchestrator.engine.ports.jobs import JobQuery
from orchestrator.server.event_stream import Changes
from orchestrator.server.looks import Looks
from orchestrator.server.named_events import named_event
from orchestrator.server.topics import Topics
from orchestrator.server.views import (
    activity_item,
    dashboard_view,
    progress_view,
    robot_view,
    schedule_view,
    workflow_view,
)
from orchestrator.server.watch_views import alert_view, alert_views, away_view, notice_view

SNAPSHOT_JOBS = 200
SNAPSHOT_ACTIVITY = 50


class EngineSource:
    """Follows one engine for any number of clients."""

    def __init__(self, engine: OrchestratorEngine) -> None:
        self._engine = engine
        self._definitions: dict[WorkflowId, WorkflowDefinition] = {}
        # later than every stored number, so that fresh entries sort behind those of the snapshot
        self._numbers = count(int(engine.clock.now().timestamp() * 1_000))

    async def snapshot(self, topics: Topics) -> EventBatch:
        """Robots, schedules, workflows, the jobs that robots hold, and the newest others: what of it is wanted."""
        engine, watch, wants = self._engine, self._engine.watch, topics.wants
        board = watch.notices
        return EventBatch(
            number=0,
            is_snapshot=True,
            jobs=await self._jobs(topics),
            robots=tuple(Looks(engine).robots()) if wants("robots") else (),
            schedules=await self._schedules() if wants("schedules") else (),
            workflows=await self._workflows() if wants("workflows") or wants("schedules") else (),
            activity=await self._activity() if wants("activity") else (),
            dashboard=await self.dashboard() if wants("dashboard") else None,
            alerts=alert_views(watch.alerts.open()) if wants("alerts") else (),
            notices=tuple(notice_view(each, can_undo=board.can_undo(each)) for each in board.open())
            if wants("notices")
            else (),
            away=tuple(away_view(report) for report in watch.away.reports()) if wants("away") else (),
        )

    async def _jobs(self, topics: Topics) -> tuple[JobView, ...]:
        engine, jobs = self._engine, dict[str, Job]()
        if topics.wants("jobs"):
            newest, _ = await engine.store.list_jobs(JobQuery(limit=SNAPSHOT_JOBS))
            live = [job for status in JobStatus if status.is_live for job in engine.queue.get_by_status(status)]
            jobs = {job.job_id: job for job in (*newest, *live)}
        for job_id in topics.progress_of:
            job = await engine.queue.find(JobId(job_id))
            if job is not None:
                jobs[job.job_id] = job
        return Looks(engine).jobs(jobs.values())

    async def _schedules(self) -> tuple[ScheduleView, ...]:
        looks = Looks(self._engine)
        return tuple([await looks.schedule(each) for each in self._engine.scheduler.schedules()])

    async def _workflows(self) -> tuple[WorkflowView, ...]:
        versions = await self._engine.store.workflows()
        self._definitions |= {version.workflow_id: version.definition for version in versions}
        return tuple(workflow_view(version) for version in versions)

    async def _activity(self) -> tuple[ActivityItem, ...]:
        entries = await self._engine.store.activity(limit=SNAPSHOT_ACTIVITY)
        return tuple(activity_item(number, entry) for number, entry in entries)

    async def dashboard(self) -> DashboardView:
        """The figures of this moment."""
        return dashboard_view(await self._engine.get_dashboard_metrics())

    def job_view(self, job: Job) -> JobView:
        """How a job looks at this moment."""
        return Looks(self._engine).job(job)

    def follow(self, changes: Changes, topics: Topics) -> Callable[[], None]:
        """Turn every wanted event into a view, until the returned call."""
        ends = [*self._follow_things(changes, topics), *self._follow_troubles(changes, topics)]
        numbers = count(1)

        def tell(event: Event) -> None:
            changes.event(named_event(event, next(numbers), self._engine.clock.now()))

        if topics.patterns:
            ends.append(self._engine.bus.subscribe_to_any(topics.patterns, tell))

        def unfollow() -> None:
            for end in ends:
                end()

        return unfollow

    def _follow_things(self, changes: Changes, topics: Topics) -> Iterator[Callable[[], None]]:
        bus = self._engine.bus
        if topics.wants("jobs") or topics.progress_of:
            yield bus.subscribe(JobChanged, lambda event: _tell_job(changes, topics, event))
        if topics.wants("jobs") or topics.wants("progress") or topics.progress_of:
            yield bus.subscribe(JobProgress, lambda event: _tell_progress(changes, topics, event))
        if topics.wants("robots"):
            yield bus.subscribe(RobotChanged, lambda event: _tell_robot(changes, event))
            yield bus.subscribe(RobotRemoved, lambda event: changes.robot(event.robot_id, None))
        if topics.wants("schedules"):
            yield bus.subscribe(ScheduleChanged, lambda event: self._tell_schedule(changes, event))
            yield bus.subscribe(ScheduleRemoved, lambda event: changes.schedule(event.schedule_id, None))
        if topics.wants("workflows"):
            yield bus.subscribe(WorkflowChanged, lambda event: self._tell_workflow(changes, event))
            yield bus.subscribe(WorkflowRemoved, lambda event: changes.workflow(event.workflow_id, None))

    def _follow_troubles(self, changes: Changes, topics: Topics) -> Iterator[Callable[[], None]]:
        bus, board = self._engine.bus, self._engine.watch.notices
        if topics.wants("activity"):
            yield bus.subscribe(
                AuditAdded, lambda event: changes.activity(activity_item(next(self._numbers), event.entry))
            )
        if topics.wants("alerts"):
            yield bus.subscribe(AlertChanged, lambda event: changes.alert(alert_view(event.alert)))
        if topics.wants("notices"):
            yield bus.subscribe(
                NoticeChanged,
                lambda event: changes.notice(notice_view(event.notice, can_undo=board.can_undo(event.notice))),
            )
        if topics.wants("away"):
            yield bus.subscribe(AwayChanged, lambda event: changes.away(away_view(event.report)))

    def _tell_schedule(self, changes: Changes, event: ScheduleChanged) -> None:
        schedule = event.schedule
        last_job = self._engine.scheduler.last_job(schedule.schedule_id)
        definition = self._definitions.get(schedule.workflow_id)
        view = schedule_view(schedule, definition=definition, last_job_id=last_job)
        changes.schedule(schedule.schedule_id, view)

    def _tell_workflow(self, changes: Changes, event: WorkflowChanged) -> None:
        self._definitions[event.version.workflow_id] = event.version.definition
        changes.workflow(event.version.workflow_id, workflow_view(event.version))


def _tell_job(changes: Changes, topics: Topics, event: JobChanged) -> None:
    if topics.wants_job(event.job.job_id):
        changes.job(event.job)


def _tell_progress(changes: Changes, topics: Topics, event: JobProgress) -> None:
    if topics.wants_job(event.job.job_id):
        changes.job(event.job)
    if topics.wants_steps(event.job.job_id):
        changes.steps(event.job.job_id, tuple(progress_view(step) for step in event.steps))


def _tell_robot(changes: Changes, event: RobotChanged) -> None:
    changes.robot(event.robot.robot_id, robot_view(event.robot, event.jobs))
