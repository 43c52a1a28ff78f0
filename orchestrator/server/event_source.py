"""The event stream's contents: a snapshot of the engine, and its events as views."""

from collections.abc import Callable
from itertools import count

from orchestrator.contract.api.events import EventBatch
from orchestrator.contract.api.figures import DashboardView
from orchestrator.contract.api.jobs import JobView
from orchestrator.contract.ids import WorkflowId
from orchestrator.contract.states import JobStatus
from orchestrator.contract.workflow import WorkflowDefinition
from orchestrator.domain.events import (
    JobChanged,
    JobProgress,
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
from orchestrator.server.views import (
    activity_item,
    dashboard_view,
    progress_view,
    robot_view,
    schedule_view,
    workflow_view,
)

SNAPSHOT_JOBS = 200
SNAPSHOT_ACTIVITY = 50


class EngineSource:
    """Follows one engine for any number of clients."""

    def __init__(self, engine: OrchestratorEngine) -> None:
        self._engine = engine
        self._definitions: dict[WorkflowId, WorkflowDefinition] = {}
        # later than every stored number, so that fresh entries sort behind those of the snapshot
        self._numbers = count(int(engine.clock.now().timestamp() * 1_000))

    async def snapshot(self) -> EventBatch:
        """Robots, schedules, workflows, the jobs that robots hold, and the newest others."""
        engine, looks = self._engine, Looks(self._engine)
        newest, _ = await engine.store.list_jobs(JobQuery(limit=SNAPSHOT_JOBS))
        live = [job for status in JobStatus if status.is_live for job in engine.queue.get_by_status(status)]
        jobs: dict[str, Job] = {job.job_id: job for job in (*newest, *live)}
        activity = await engine.store.activity(limit=SNAPSHOT_ACTIVITY)
        workflows = await engine.store.workflows()
        self._definitions |= {version.workflow_id: version.definition for version in workflows}
        return EventBatch(
            number=0,
            is_snapshot=True,
            jobs=looks.jobs(jobs.values()),
            robots=tuple(looks.robots()),
            schedules=tuple([await looks.schedule(each) for each in engine.scheduler.schedules()]),
            workflows=tuple(workflow_view(version) for version in workflows),
            activity=tuple(activity_item(number, entry) for number, entry in activity),
            dashboard=await self.dashboard(),
        )

    async def dashboard(self) -> DashboardView:
        """The figures of this moment."""
        return dashboard_view(await self._engine.get_dashboard_metrics())

    def job_view(self, job: Job) -> JobView:
        """How a job looks at this moment."""
        return Looks(self._engine).job(job)

    def follow(self, changes: Changes) -> Callable[[], None]:
        """Turn every event into a view, until the returned call."""
        bus = self._engine.bus
        ends = [
            bus.subscribe(JobChanged, lambda event: changes.job(event.job)),
            bus.subscribe(JobProgress, lambda event: _tell_progress(changes, event)),
            bus.subscribe(RobotChanged, lambda event: _tell_robot(changes, event)),
            bus.subscribe(RobotRemoved, lambda event: changes.robot(event.robot_id, None)),
            bus.subscribe(ScheduleChanged, lambda event: self._tell_schedule(changes, event)),
            bus.subscribe(ScheduleRemoved, lambda event: changes.schedule(event.schedule_id, None)),
            bus.subscribe(WorkflowChanged, lambda event: self._tell_workflow(changes, event)),
            bus.subscribe(WorkflowRemoved, lambda event: changes.workflow(event.workflow_id, None)),
            bus.subscribe(AuditAdded, lambda event: changes.activity(activity_item(next(self._numbers), event.entry))),
        ]

        def unfollow() -> None:
            for end in ends:
                end()

        return unfollow

    def _tell_schedule(self, changes: Changes, event: ScheduleChanged) -> None:
        schedule = event.schedule
        last_job = self._engine.scheduler.last_job(schedule.schedule_id)
        definition = self._definitions.get(schedule.workflow_id)
        view = schedule_view(schedule, definition=definition, last_job_id=last_job)
        changes.schedule(schedule.schedule_id, view)

    def _tell_workflow(self, changes: Changes, event: WorkflowChanged) -> None:
        self._definitions[event.version.workflow_id] = event.version.definition
        changes.workflow(event.version.workflow_id, workflow_view(event.version))


def _tell_progress(changes: Changes, event: JobProgress) -> None:
    changes.job(event.job)
    changes.steps(event.job.job_id, tuple(progress_view(step) for step in event.steps))


def _tell_robot(changes: Changes, event: RobotChanged) -> None:
    changes.robot(event.robot.robot_id, robot_view(event.robot, event.jobs))
