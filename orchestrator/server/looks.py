"""Views that need to look things up: names of robots, why a job waits, everything about one job."""

from collections.abc import Iterable

from orchestrator.contract.api.jobs import JobDetail, JobView
from orchestrator.contract.api.robots import RobotView
from orchestrator.contract.api.schedules import ScheduleView
from orchestrator.contract.ids import RobotId, ScheduleId, WorkflowId
from orchestrator.contract.states import JobStatus
from orchestrator.domain.job import Job
from orchestrator.domain.robot import Robot
from orchestrator.domain.robot_plan import in_short
from orchestrator.domain.schedule import Schedule
from orchestrator.domain.waiting import Verdict
from orchestrator.engine.engine import OrchestratorEngine
from orchestrator.engine.errors import NotFoundError
from orchestrator.server.conditions import run_condition
from orchestrator.server.flow_views import starts_at
from orchestrator.server.job_links import job_links, run_state
from orchestrator.server.views import job_detail, job_view, robot_view, schedule_view
from orchestrator.server.watch_views import stall_of

_WAITING = frozenset({JobStatus.PENDING, JobStatus.QUEUED, JobStatus.PAUSED})


class Looks:
    """How the engine's things look from outside, at this moment."""

    def __init__(self, engine: OrchestratorEngine) -> None:
        self._engine = engine

    def job(self, job: Job) -> JobView:
        """A job in a table; for one that waits, with the first reason."""
        starts = starts_at(self._engine.forecasts.start_of(job), self._engine.clock.now())
        return job_view(job, robot_name=self._name(job.robot_id), waiting=self._waiting(job), starts=starts)

    def jobs(self, jobs: Iterable[Job]) -> tuple[JobView, ...]:
        """A page of jobs."""
        return tuple(self.job(job) for job in jobs)

    def robot(self, robot_id: RobotId) -> RobotView:
        """A robot in a table. NotFoundError when it is not known."""
        robot = self._engine.pool.get(robot_id)
        if robot is None:
            raise NotFoundError("robot", robot_id)
        return self._robot(robot)

    def robots(self) -> list[RobotView]:
        """All robots, connected ones first, by name."""
        views = [self._robot(robot) for robot in self._engine.pool.robots()]
        return sorted(views, key=lambda view: (not view.status.is_connected, view.name.lower(), view.robot_id))

    def _robot(self, robot: Robot) -> RobotView:
        view = robot_view(robot, self._engine.pool.jobs_of(robot.robot_id))
        plan = self._engine.operations.drains.plan_of(robot.robot_id)
        return view if plan is None else view.model_copy(update={"note": in_short(plan)})

    def robot_named(self, robot: str) -> RobotId:
        """The id of the robot with this id or name. NotFoundError when there is none."""
        found = self._engine.pool.find(robot)
        if found is None:
            raise NotFoundError("robot", robot)
        return found.robot_id

    async def schedule(self, schedule: Schedule) -> ScheduleView:
        """A schedule in a table."""
        version = await self._engine.store.newest(schedule.workflow_id)
        return schedule_view(
            schedule,
            definition=version.definition if version is not None else None,
            last_job_id=self._engine.scheduler.last_job(schedule.schedule_id),
            trouble=self._engine.scheduler.trouble(schedule.schedule_id),
        )

    async def workflow_named(self, workflow: str) -> WorkflowId:
        """The id of the workflow with this id or name. NotFoundError when there is none."""
        return (await self._engine.workflows.newest(workflow)).workflow_id

    def schedule_named(self, schedule: str) -> ScheduleId:
        """The id of the schedule with this name; anything else may be the id of one that was removed."""
        known = self._engine.scheduler.schedules()
        return next((each.schedule_id for each in known if each.name == schedule), ScheduleId(schedule))

    async def job_detail(self, job: Job) -> JobDetail:
        """Everything about one job but its log; secret variables are masked."""
        store = self._engine.store
        version = await self._engine.workflows.version_of(job)
        definition = version.definition if version is not None else None
        detail = job_detail(
            job,
            view=self.job(job),
            definition=definition,
            steps=await store.steps(job.job_id, job.attempt),
            attempts=await store.attempts(job.job_id),
            result=await store.result(job.job_id),
            artifacts=await store.artifacts(job.job_id),
            robot_names={robot.robot_id: robot.name for robot in self._engine.pool.robots()},
        )
        links = await job_links(self._engine.triggers, job)
        connected = {"links": links, "state": run_state(job, detail.steps, definition)}
        condition, stall = await run_condition(self._engine, job, definition), stall_of(self._engine, job.job_id)
        return detail.model_copy(update={"condition": condition, "stall": stall, **connected})

    def _name(self, robot_id: RobotId | None) -> str:
        robot = self._engine.pool.get(robot_id) if robot_id is not None else None
        return robot.name if robot is not None else ""

    def _waiting(self, job: Job) -> tuple[Verdict, ...]:
        if job.status not in _WAITING:
            return ()
        return (self._engine.waiting.in_one(job),)
