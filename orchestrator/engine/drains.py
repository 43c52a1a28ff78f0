"""Drains with a clock, and maintenance: when a robot will be free, and what happens when its time is up."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Protocol

from orchestrator.contract.ids import JobId, RobotId
from orchestrator.contract.states import LIVE_STATES, JobStatus
from orchestrator.domain.events import JobChanged, RobotRemoved
from orchestrator.domain.job import Job
from orchestrator.domain.robot import Robot
from orchestrator.domain.robot_plan import (
    AtDeadline,
    PlanKind,
    RobotPlan,
    RunningJob,
    free_at,
    free_at_latest,
    in_words,
)
from orchestrator.engine.bus import AuditAdded, EventBus
from orchestrator.engine.clock import Clock, Wakeup
from orchestrator.engine.errors import ConflictError, InvalidRequestError, NotFoundError, OrchestratorError
from orchestrator.engine.job_queue import JobQueue
from orchestrator.engine.ports.audit import AuditEntry
from orchestrator.engine.ports.robot_plans import RobotPlanStore
from orchestrator.engine.robot_pool import RobotPool

TICK_S = 60.0
RETRY_S = 5.0

logger = logging.getLogger(__name__)


class FleetCommands(Protocol):
    """What is done to robots and to the jobs that they run."""

    async def drain_robot(self, robot_id: RobotId, *, actor: str = "engine") -> Robot: ...

    async def resume_robot(self, robot_id: RobotId, *, actor: str = "engine") -> Robot: ...

    async def cancel_job(self, job_id: JobId, *, reason: str = "", actor: str = "engine") -> Job: ...


class Pauses(Protocol):
    """Stops a run at a checkpoint, and lets it go on elsewhere."""

    async def pause(self, job_id: JobId, *, reason: str = "", actor: str = "engine") -> Job: ...

    async def resume(self, job_id: JobId, *, actor: str = "engine") -> Job: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class DrainClock:
    """How far a robot is from being free."""

    robot: Robot
    plan: RobotPlan | None
    jobs: tuple[Job, ...]
    free_at: datetime | None
    """By what its jobs usually take; None when that is not known of one of them."""
    free_at_latest: datetime
    """By their time limits."""
    words: str
    """`robot-3 is free in about 4 min.`"""


class DrainDesk:
    """Plans with robots; they outlive restarts of both sides."""

    def __init__(
        self,
        *,
        records: RobotPlanStore,
        pool: RobotPool,
        queue: JobQueue,
        commands: FleetCommands,
        pauses: Pauses,
        bus: EventBus,
        clock: Clock,
    ) -> None:
        self._records = records
        self._pool = pool
        self._queue = queue
        self._commands = commands
        self._pauses = pauses
        self._bus = bus
        self._clock = clock
        self._plans: dict[RobotId, RobotPlan] = {}
        self._handed_over: set[JobId] = set()
        """Jobs that are to pause on their robot, and to go on elsewhere."""
        self._to_resume: list[JobId] = []
        self._wakeup = Wakeup(clock)
        bus.subscribe(JobChanged, self._on_job, states=frozenset(JobStatus) - LIVE_STATES)
        bus.subscribe(RobotRemoved, self._on_removed)

    async def load(self) -> None:
        """Read what is planned."""
        self._plans = {each.robot_id: each for each in await self._records.every()}

    # --- asking ---------------------------------------------------------------------------------------------------

    def plan_of(self, robot_id: RobotId) -> RobotPlan | None:
        """What is planned with a robot."""
        return self._plans.get(robot_id)

    def plans(self) -> dict[RobotId, str]:
        """Every plan in one sentence."""
        robots = {robot_id: self._pool.get(robot_id) for robot_id in self._plans}
        return {each.robot_id: _words(each.name, self._plans[each.robot_id]) for each in robots.values() if each}

    async def clock(self, robot_id: RobotId) -> DrainClock:
        """When the robot will be free. NotFoundError."""
        robot = self._robot(robot_id)
        jobs = self._jobs(robot_id)
        usual = await self._records.usual_s({job.workflow_id for job in jobs})
        running = [
            RunningJob(started_at=job.started_at, usual_s=usual.get(job.workflow_id), limit_s=job.timeout_s)
            for job in jobs
        ]
        now = self._clock.now()
        free = free_at(running, now)
        return DrainClock(
            robot=robot,
            plan=self.plan_of(robot_id),
            jobs=tuple(jobs),
            free_at=free,
            free_at_latest=free_at_latest(running, now),
            words=in_words(robot.name, len(jobs), free, now),
        )

    # --- planning -------------------------------------------------------------------------------------------------

    async def drain(
        self,
        robot_id: RobotId,
        *,
        deadline: timedelta | None = None,
        then: AtDeadline = AtDeadline.WAIT,
        reason: str = "",
        actor: str = "engine",
    ) -> DrainClock:
        """Let a robot finish what it runs; at the deadline, hand over or kill what is left. NotFoundError."""
        if deadline is None and then is not AtDeadline.WAIT:
            raise InvalidRequestError("Without a deadline there is nothing to do at it.", field="deadline_s")
        now = self._clock.now()
        plan = RobotPlan(
            robot_id=robot_id,
            kind=PlanKind.DRAIN,
            actor=actor,
            started_at=now,
            reason=reason,
            deadline_at=now + deadline if deadline is not None else None,
            then=then,
        )
        await self._begin(plan)
        return await self.clock(robot_id)

    async def maintain(
        self, robot_id: RobotId, *, reason: str, until: datetime | None = None, actor: str = "engine"
    ) -> DrainClock:
        """Take a robot out of work for a reason, until a moment or a person's word. NotFoundError."""
        now = self._clock.now()
        if until is not None and until.tzinfo is None:
            raise InvalidRequestError("`until` needs a time zone.", field="until")
        if until is not None and until <= now:
            raise InvalidRequestError("`until` has passed already.", field="until")
        plan = RobotPlan(
            robot_id=robot_id,
            kind=PlanKind.MAINTENANCE,
            actor=actor,
            started_at=now,
            reason=reason,
            until_at=until,
        )
        await self._begin(plan)
        return await self.clock(robot_id)

    async def resume(self, robot_id: RobotId, *, actor: str = "engine") -> Robot:
        """Give a robot work again, whatever was planned with it. NotFoundError."""
        robot = await self._commands.resume_robot(robot_id, actor=actor)
        if self._plans.pop(robot_id, None) is not None:
            await self._records.remove(robot_id)
        return robot

    async def run(self) -> None:
        """Act when deadlines pass and maintenance ends, and let handed-over jobs go on; until cancelled."""
        while True:
            await self._wakeup.wait(self._next_s())
            while self._to_resume:
                await self._go_on(self._to_resume.pop())
            for plan in list(self._plans.values()):
                await self._look_at(plan)

    # --- inside ---------------------------------------------------------------------------------------------------

    async def _begin(self, plan: RobotPlan) -> None:
        robot = self._robot(plan.robot_id)
        entry = self._entry(plan, f"robot.{plan.kind}", _words(robot.name, plan))
        await self._records.save(plan, entry)
        self._plans[plan.robot_id] = plan
        self._bus.publish(AuditAdded(entry=entry))
        if not robot.draining:
            await self._commands.drain_robot(plan.robot_id, actor=plan.actor)
        self._wakeup.ring()

    def _next_s(self) -> float:
        now = self._clock.now()
        moments = [plan.until_at or plan.deadline_at for plan in self._plans.values() if not plan.is_overdue]
        left_s = [(moment - now).total_seconds() for moment in moments if moment is not None]
        return max(0.0, min([TICK_S, *left_s]))

    async def _look_at(self, plan: RobotPlan) -> None:
        now = self._clock.now()
        try:
            if plan.until_at is not None and plan.until_at <= now:
                await self.resume(plan.robot_id)
            elif plan.deadline_at is not None and plan.deadline_at <= now and not plan.is_overdue:
                await self._deadline(plan)
        except NotFoundError:
            self._plans.pop(plan.robot_id, None)
        except OrchestratorError as error:
            logger.warning("The plan for robot %s cannot be followed now: %s", plan.robot_id, error)
            self._clock.call_later(RETRY_S, self._wakeup.ring)

    async def _deadline(self, plan: RobotPlan) -> None:
        jobs = self._jobs(plan.robot_id)
        overdue = replace(plan, is_overdue=True)
        entry = None
        if jobs:
            name = self._robot(plan.robot_id).name
            words = f"{name} still ran {_count(len(jobs))} at its deadline: {_THEN[plan.then]}."
            entry = self._entry(plan, "robot.drain_overdue", words)
        await self._records.save(overdue, entry)
        self._plans[plan.robot_id] = overdue
        if entry is not None:
            self._bus.publish(AuditAdded(entry=entry))
        for job in jobs:
            await self._end_on_robot(job, plan)

    async def _end_on_robot(self, job: Job, plan: RobotPlan) -> None:
        try:
            match plan.then:
                case AtDeadline.HAND_OVER:
                    self._handed_over.add(job.job_id)
                    await self._pauses.pause(job.job_id, reason="its robot is drained", actor=plan.actor)
                case AtDeadline.KILL:
                    reason = "its robot was drained, and the deadline has passed"
                    await self._commands.cancel_job(job.job_id, reason=reason, actor=plan.actor)
                case AtDeadline.WAIT:
                    pass
        except ConflictError as error:
            self._handed_over.discard(job.job_id)
            logger.info("Job %s is left to finish: %s", job.job_id, error)

    def _on_job(self, event: JobChanged) -> None:
        job = event.job
        if job.job_id not in self._handed_over:
            return
        if job.status is JobStatus.PAUSED:
            self._handed_over.discard(job.job_id)
            self._to_resume.append(job.job_id)
            self._wakeup.ring()
        elif job.status.has_ended or not job.status.is_live:
            self._handed_over.discard(job.job_id)

    def _on_removed(self, event: RobotRemoved) -> None:
        self._plans.pop(event.robot_id, None)

    async def _go_on(self, job_id: JobId) -> None:
        try:
            await self._pauses.resume(job_id)
        except OrchestratorError as error:
            logger.warning("Job %s was handed over and stays paused: %s", job_id, error)

    def _jobs(self, robot_id: RobotId) -> Sequence[Job]:
        held = (self._queue.get(job_id) for job_id in self._pool.jobs_of(robot_id))
        return [job for job in held if job is not None and job.status.is_live]

    def _robot(self, robot_id: RobotId) -> Robot:
        robot = self._pool.get(robot_id)
        if robot is None:
            raise NotFoundError("robot", robot_id)
        return robot

    def _entry(self, plan: RobotPlan, kind: str, words: str) -> AuditEntry:
        return AuditEntry(at=self._clock.now(), kind=kind, message=words, actor=plan.actor, robot_id=plan.robot_id)


_THEN = {
    AtDeadline.WAIT: "left to finish",
    AtDeadline.HAND_OVER: "handed over where that is possible",
    AtDeadline.KILL: "cancelled",
}


def _words(name: str, plan: RobotPlan) -> str:
    why = f": {plan.reason}" if plan.reason else ""
    match plan.kind:
        case PlanKind.MAINTENANCE:
            until = f" until {plan.until_at:%Y-%m-%d %H:%M} UTC" if plan.until_at else ""
            return f"{name} is under maintenance{until}{why}."
        case PlanKind.DRAIN:
            by = f" by {plan.deadline_at:%Y-%m-%d %H:%M} UTC, then {plan.then}" if plan.deadline_at else ""
            return f"{name} is to be free{by}{why}."


def _count(jobs: int) -> str:
    return "1 job" if jobs == 1 else f"{jobs} jobs"
