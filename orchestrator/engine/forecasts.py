"""Says when queued jobs will start: remembers how long runs took, and plans the queue over the fleet's slots."""

from collections import OrderedDict, deque
from collections.abc import Iterable
from dataclasses import dataclass

from orchestrator.contract.expectations import ENOUGH_RUNS
from orchestrator.contract.ids import JobId, WorkflowId
from orchestrator.contract.states import JobStatus, RobotStatus
from orchestrator.domain.breaker import BreakerState
from orchestrator.domain.events import JobChanged
from orchestrator.domain.forecast import (
    NOW,
    ExecutionEstimate,
    KeyOutlook,
    RobotOutlook,
    Usual,
    Waiting,
    When,
    execution_estimate,
    far_behind,
    plan,
    rest_of,
    usual_of,
)
from orchestrator.domain.job import Job
from orchestrator.domain.workflow_version import WorkflowVersion
from orchestrator.engine.bus import EventBus
from orchestrator.engine.clock import Clock
from orchestrator.engine.flow_control import FlowControl
from orchestrator.engine.job_queue import JobQueue
from orchestrator.engine.ports.jobs import JobQuery
from orchestrator.engine.ports.store import Store
from orchestrator.engine.robot_pool import RobotPool

RUNS_KEPT = 20
WORKFLOWS_KEPT = 10_000
SEEDED = 5_000
"""Completed jobs that are read at a start."""
PLANNED = 500
"""Jobs at the head of the queue that are planned one by one; those behind follow at their pace."""
MOST_WORK = 100_000
"""Jobs times slots that one plan looks at: a large fleet is planned less far."""
PLAN_KEPT_S = 1.0
RESULTS_READ = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class StartForecast:
    """When a queued job will start."""

    ahead: int
    when: When | None
    """None: it cannot be said."""
    usual: Usual | None
    """How long the job itself will probably run."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Plan:
    made_s: float
    starts: dict[JobId, When | None]
    last: When | None
    reach: int
    """How many jobs at the head of the queue were looked at, or would have been."""


class ForecastDesk:
    """Guesses from history, slots and the order of the queue."""

    def __init__(
        self, *, queue: JobQueue, pool: RobotPool, flow: FlowControl, store: Store, bus: EventBus, clock: Clock
    ) -> None:
        self._queue = queue
        self._pool = pool
        self._flow = flow
        self._store = store
        self._clock = clock
        self._runs: OrderedDict[WorkflowId, deque[float]] = OrderedDict()
        self._plan: _Plan | None = None
        bus.subscribe(JobChanged, self._on_job, states={JobStatus.COMPLETED})

    async def load(self) -> None:
        """Read how long the newest completed jobs took."""
        for workflow_id, seconds in await self._store.flow.recent_durations(SEEDED):
            self._note(workflow_id, seconds)

    # --- asking ---------------------------------------------------------------------------------------------------

    def usual(self, workflow_id: WorkflowId) -> Usual | None:
        """How long runs of a workflow take; None when none has completed."""
        return usual_of(tuple(self._runs.get(workflow_id, ())))

    def usual_s(self, job: Job) -> float | None:
        """How many seconds runs of a job's workflow take; None while too few have completed to say."""
        usual = self.usual(job.workflow_id)
        return usual.seconds if usual is not None and usual.runs >= ENOUGH_RUNS else None

    def start_of(self, job: Job, *, is_fresh: bool = False) -> StartForecast | None:
        """When a queued job will start; None for a job that is not queued.

        A list of jobs is answered from a plan of the last second; `is_fresh` makes a new one for a job that is not
        in it.
        """
        if job.status is not JobStatus.QUEUED:
            return None
        ahead = self._queue.ahead_of(job)
        when = self._when(job, ahead, is_fresh=is_fresh)
        return StartForecast(ahead=ahead, when=when, usual=self.usual(job.workflow_id))

    async def execution(self, version: WorkflowVersion) -> ExecutionEstimate:
        """How long one run of a workflow takes, level by level, from what the steps of its newest runs took."""
        query = JobQuery(statuses=frozenset({JobStatus.COMPLETED}), workflow_id=version.workflow_id, limit=RESULTS_READ)
        jobs, _ = await self._store.list_jobs(query)
        taken: dict[str, list[float]] = {}
        for job in jobs:
            result = await self._store.result(job.job_id)
            for step in result.step_results if result is not None else ():
                taken.setdefault(step.step_id, []).append(step.duration_s)
        usual = {step_id: found for step_id, each in taken.items() if (found := usual_of(each)) is not None}
        return execution_estimate(version.definition, {step_id: each.seconds for step_id, each in usual.items()})

    # --- planning -------------------------------------------------------------------------------------------------

    def _when(self, job: Job, ahead: int, *, is_fresh: bool) -> When | None:
        current = self._current_plan(None if not is_fresh else job.job_id, ahead)
        if job.job_id in current.starts:
            when = current.starts[job.job_id]
            return when.after(self._clock.monotonic() - current.made_s) if when is not None else None
        return far_behind(len(current.starts), current.last, ahead) if ahead >= current.reach else None

    def _current_plan(self, needed: JobId | None, ahead: int) -> _Plan:
        now_s = self._clock.monotonic()
        known = self._plan
        is_young = known is not None and now_s - known.made_s < PLAN_KEPT_S
        if known is not None and is_young and (needed is None or needed in known.starts or ahead >= known.reach):
            return known
        self._plan = self._made(now_s)
        return self._plan

    def _made(self, now_s: float) -> _Plan:
        robots = tuple(self._robots())
        slots = sum(len(each.slots) for each in robots)
        reach = max(1, min(PLANNED, MOST_WORK // max(1, slots)))
        head = self._queue.first_in_order(reach)
        starts = plan(map(self._waiting, head), robots, self._key_outlooks(head))
        known = [when for when in starts.values() if when is not None]
        last = max(known, key=lambda when: when.in_s, default=None) if len(known) == len(starts) else None
        return _Plan(made_s=now_s, starts=starts, last=last, reach=reach)

    def _waiting(self, job: Job) -> Waiting:
        keys = tuple(claim.key for claim in job.concurrency)
        return Waiting(job_id=job.job_id, requirements=job.requirements, keys=keys, usual=self.usual(job.workflow_id))

    def _robots(self) -> Iterable[RobotOutlook]:
        for candidate in self._pool.candidates():
            robot = candidate.robot
            if robot.status not in {RobotStatus.ONLINE, RobotStatus.BUSY}:
                continue
            busy = [self._end_of(job_id) for job_id in self._pool.jobs_of(robot.robot_id)]
            free = [NOW] * max(0, robot.slots - len(busy))
            yield RobotOutlook(robot=robot, slots=(*busy, *free))

    def _key_outlooks(self, head: Iterable[Job]) -> dict[str, KeyOutlook]:
        names = {claim.key for job in head for claim in job.concurrency}
        states = [state for name in names if (state := self._flow.key(name)) is not None]
        return {
            state.key: KeyOutlook(
                at_once=state.at_once,
                ends=tuple(self._end_of(job_id) for job_id in state.holders),
                is_stopped=state.breaker.state is not BreakerState.CLOSED,
            )
            for state in states
        }

    def _end_of(self, job_id: JobId) -> When | None:
        """When a live job will end; an unknown one, or one that is LOST or waits for a person, nobody knows when."""
        job = self._queue.get(job_id)
        if job is None or job.status in {JobStatus.LOST, JobStatus.WAITING_FOR_HUMAN}:
            return None
        since = job.started_at or job.changed_at
        return rest_of(self.usual(job.workflow_id), max(0.0, (self._clock.now() - since).total_seconds()))

    # --- remembering ----------------------------------------------------------------------------------------------

    def _on_job(self, event: JobChanged) -> None:
        job = event.job
        if job.status is JobStatus.COMPLETED and job.started_at is not None and job.finished_at is not None:
            self._note(job.workflow_id, (job.finished_at - job.started_at).total_seconds())

    def _note(self, workflow_id: WorkflowId, seconds: float) -> None:
        runs = self._runs.get(workflow_id)
        if runs is None:
            runs = self._runs[workflow_id] = deque(maxlen=RUNS_KEPT)
            if len(self._runs) > WORKFLOWS_KEPT:
                self._runs.popitem(last=False)
        runs.append(max(0.0, seconds))
