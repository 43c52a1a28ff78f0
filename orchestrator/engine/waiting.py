"""Answers why a job waits, from what the engine's parts know at this moment; reads nothing from the store."""

from collections.abc import Callable, Mapping
from dataclasses import replace

from orchestrator.contract.ids import JobId, RobotId
from orchestrator.contract.states import JobPriority, JobStatus
from orchestrator.domain.job import Job, Requirements
from orchestrator.domain.waiting import Verdict, WaitFacts, in_one, verdicts
from orchestrator.engine.clock import Clock
from orchestrator.engine.dispatcher import JobDispatcher
from orchestrator.engine.flow_control import FlowControl
from orchestrator.engine.job_queue import JobQueue
from orchestrator.engine.robot_pool import RobotPool


class WaitingDesk:
    """Gathers the facts around a job and lets the rules judge."""

    def __init__(
        self,
        *,
        queue: JobQueue,
        pool: RobotPool,
        flow: FlowControl,
        dispatcher: JobDispatcher,
        clock: Clock,
        held_by: Callable[[Job], JobId | None],
        trouble: Callable[[], str | None],
    ) -> None:
        """`held_by`: the job of its schedule that a pending job waits for; `trouble`: why the store takes no writes."""
        self._queue = queue
        self._pool = pool
        self._flow = flow
        self._dispatcher = dispatcher
        self._clock = clock
        self._held_by = held_by
        self._trouble = trouble
        self.plans: Callable[[], Mapping[RobotId, str]] = dict
        """What operators plan with robots, in one sentence each."""

    def why(self, job: Job) -> tuple[Verdict, ...]:
        """Why the job does not run; never empty."""
        return verdicts(job, self._facts(job))

    def in_one(self, job: Job) -> Verdict:
        """The same in one verdict, for a table."""
        return in_one(job, self._facts(job))

    def _facts(self, job: Job) -> WaitFacts:
        is_queued = job.status is JobStatus.QUEUED
        ahead = self._queue.ahead_of(job) if is_queued else 0
        return WaitFacts(
            now=self._clock.now(),
            now_s=self._clock.monotonic(),
            ahead=ahead,
            overtakes=ahead - self._queue.ahead_of(replace(job, priority=JobPriority.CRITICAL)) if ahead else 0,
            trouble=self._why_stopped(),
            at_limit=self._dispatcher.reached_limit if is_queued else None,
            holds=self._flow.holds(job) if is_queued else (),
            held_by=self._held_by(job) if job.status is JobStatus.PENDING else None,
            candidates=self._pool.candidates(),
            rests_s=self._rests_s(),
            misfits_s=self._misfits_s(job.requirements) if is_queued else {},
            plans=self.plans(),
        )

    def _why_stopped(self) -> str | None:
        trouble = self._trouble()
        if trouble is None and self._dispatcher.is_paused:
            return "It is tried again every few seconds."
        return trouble

    def _rests_s(self) -> dict[RobotId, float]:
        now_s = self._clock.monotonic()
        return {
            berth.robot.robot_id: berth.rests_until_s - now_s
            for berth in self._pool.berths()
            if berth.is_welcomed and berth.rests_until_s > now_s
        }

    def _misfits_s(self, requirements: Requirements) -> dict[RobotId, float]:
        now_s = self._clock.monotonic()
        left = {berth.robot.robot_id: berth.misfits.get(requirements, now_s) - now_s for berth in self._pool.berths()}
        return {robot_id: left_s for robot_id, left_s in left.items() if left_s > 0}
