"""Watches over silence: offers, runs, lost attempts, cancels and time limits, all by the monotonic clock."""

import heapq
import logging
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import replace

from orchestrator.contract.ids import JobId, RobotId
from orchestrator.contract.states import JobStatus
from orchestrator.domain.checkpoints import ResumePoint
from orchestrator.domain.events import JobChanged
from orchestrator.domain.job import Job
from orchestrator.domain.lease import Lease, lease_for
from orchestrator.engine.bus import EventBus
from orchestrator.engine.clock import Clock, Wakeup
from orchestrator.engine.errors import OrchestratorError
from orchestrator.engine.job_queue import JobQueue
from orchestrator.engine.moves import Move, crashed, lost, offer_ended, timing_out
from orchestrator.engine.settings import EngineSettings

logger = logging.getLogger(__name__)

NEVER = float("inf")
HEAP_SLACK = 1_000
RETRY_S = 1.0
"""After a write that the store refused."""


class LeaseWatch:
    """Holds one lease and one time limit for each live job, and acts when one of them runs out.

    `stop_run` asks the robot to stop an attempt, `recall_offer` to forget one; `silent_robots` names the robots whose
    heartbeats are missing, and `drop_robot` ends their sessions; `resume_point` says where a job could go on from;
    `begins_at_once` is true of an attempt that its robot may run although nothing was heard of it yet. The time in
    which a run waits for a person does not count against its limit.
    """

    def __init__(self, queue: JobQueue, bus: EventBus, clock: Clock, settings: EngineSettings) -> None:
        self._queue = queue
        self._clock = clock
        self._settings = settings
        self._terms = settings.terms
        self._leases: dict[JobId, Lease] = {}
        self._limits: dict[JobId, tuple[int, float]] = {}
        """Attempt, and when its time is up."""
        self._held: dict[JobId, tuple[int, float]] = {}
        """Attempt, and what is left of its time, while it waits for a person."""
        self._heap: list[tuple[float, JobId]] = []
        self._planned_s = float("inf")
        """When the watch looks next; what is due earlier has to wake it."""
        self._awake_since_s = float("-inf")
        self._wakeup = Wakeup(clock)
        self.stop_run: Callable[[Job], None] = _nothing
        self.recall_offer: Callable[[Job], None] = _nothing
        self.silent_robots: Callable[[float], Iterable[RobotId]] = _nobody
        self.drop_robot: Callable[[RobotId], Awaitable[None]] = _no_drop
        self.resume_point: Callable[[Job], ResumePoint | None] = _nowhere
        self.begins_at_once: Callable[[Job], bool] = _never
        bus.subscribe(JobChanged, self._on_job)

    def adopt(self, jobs: Iterable[Job]) -> None:
        """At a start: watch what was live before, with the grace that a restart gives everybody."""
        now_s = self._clock.monotonic()
        for job in jobs:
            if job.status.is_live:
                self._watch(job, now_s)
        self._give_grace(now_s)

    def renew(self, job: Job) -> None:
        """The robot has just spoken of the attempt."""
        if self._is_of(job):
            self._set(self._fresh(job, self._clock.monotonic()))

    def shorten(self, job: Job) -> None:
        """The robot's connection broke: the run is LOST soon, unless it comes back.

        An offer that may run is borne for as long as a run that became LOST would be.
        """
        lease = self._leases.get(job.job_id)
        if lease is None or lease.attempt != job.attempt or job.status not in _RUNS | {JobStatus.DISPATCHED}:
            return
        grace_s = self._terms.reconnect_grace_s
        if job.status is JobStatus.DISPATCHED:
            grace_s += self._terms.retry_safe_lost_s
        self._set(replace(lease, until_s=min(lease.until_s, self._clock.monotonic() + grace_s)))

    async def run(self) -> None:
        """Watch until cancelled."""
        while True:
            planned_s = self._planned_s = self._next_s()
            await self._wakeup.wait(max(0.0, planned_s - self._clock.monotonic()))
            now_s = self._clock.monotonic()
            if now_s > planned_s + self._settings.late_wakeup_s:
                self._give_grace(now_s)
                continue
            await self._drop_silent(now_s)
            for job_id in self._run_out(now_s):
                await self._judge(job_id, now_s)

    # --- deadlines ------------------------------------------------------------------------------------------------

    def _on_job(self, event: JobChanged) -> None:
        job = event.job
        if not job.status.is_live:
            self._leases.pop(job.job_id, None)
            self._limits.pop(job.job_id, None)
            self._held.pop(job.job_id, None)
            return
        self._watch(job, self._clock.monotonic(), has_just_begun=event.before is JobStatus.DISPATCHED)

    def _watch(self, job: Job, now_s: float, *, has_just_begun: bool = False) -> None:
        lease = self._leases.get(job.job_id)
        if lease is None or (lease.attempt, lease.status) != (job.attempt, job.status):
            self._set(self._fresh(job, now_s))
        attempt, limit_s = self._limits.get(job.job_id, (0, NEVER))
        if job.status is JobStatus.WAITING_FOR_HUMAN and attempt == job.attempt and limit_s != NEVER:
            self._held[job.job_id] = (attempt, max(0.0, limit_s - now_s))
            self._limits[job.job_id] = (attempt, NEVER)
        elif job.status is JobStatus.RUNNING and (attempt != job.attempt or limit_s == NEVER):
            held_attempt, held_s = self._held.pop(job.job_id, (0, 0.0))
            spent_s = 0.0 if has_just_begun else self._spent_s(job)
            left_s = held_s if held_attempt == job.attempt else self._left_s(job, spent_s)
            self._limit(job.job_id, job.attempt, now_s + left_s)

    def _fresh(self, job: Job, now_s: float) -> Lease:
        return lease_for(job, self._terms, now_s, begins_at_once=self.begins_at_once(job))

    def _spent_s(self, job: Job) -> float:
        """How long an attempt has run that began before this process: only the wall clock knows that."""
        return (self._clock.now() - job.started_at).total_seconds() if job.started_at else 0.0

    def _left_s(self, job: Job, spent_s: float) -> float:
        """What is left of the attempt's time."""
        return min(job.timeout_s, max(0.0, job.timeout_s - spent_s)) + self._terms.timeout_grace_s

    def _set(self, lease: Lease) -> None:
        self._leases[lease.job_id] = lease
        self._plan(lease.until_s, lease.job_id)

    def _limit(self, job_id: JobId, attempt: int, at_s: float) -> None:
        self._limits[job_id] = (attempt, at_s)
        self._plan(at_s, job_id)

    def _plan(self, at_s: float, job_id: JobId) -> None:
        """Look at the job then. What was planned before and holds no more is passed over, and cleared away in time."""
        heapq.heappush(self._heap, (at_s, job_id))
        if at_s < self._planned_s:
            self._wakeup.ring()
        if len(self._heap) > HEAP_SLACK + 4 * (len(self._leases) + len(self._limits)):
            self._heap = [entry for entry in self._heap if self._is_real(*entry)]
            heapq.heapify(self._heap)

    def _is_of(self, job: Job) -> bool:
        lease = self._leases.get(job.job_id)
        return lease is not None and lease.attempt == job.attempt

    def _next_s(self) -> float:
        latest_s = self._clock.monotonic() + min(self._settings.timeout_check_interval_s, self._settings.heartbeat_s)
        while self._heap and not self._is_real(*self._heap[0]):
            heapq.heappop(self._heap)
        return min(latest_s, self._heap[0][0]) if self._heap else latest_s

    def _is_real(self, at_s: float, job_id: JobId) -> bool:
        lease, limit = self._leases.get(job_id), self._limits.get(job_id)
        return (lease is not None and lease.until_s == at_s) or (limit is not None and limit[1] == at_s)

    def _run_out(self, now_s: float) -> list[JobId]:
        ready: dict[JobId, None] = {}
        while self._heap and self._heap[0][0] <= now_s:
            at_s, job_id = heapq.heappop(self._heap)
            if self._is_real(at_s, job_id):
                ready[job_id] = None
        return list(ready)

    def _give_grace(self, now_s: float) -> None:
        """We were away: nobody is judged by that time."""
        self._awake_since_s = now_s
        until_s = now_s + self._terms.restart_grace_s
        for lease in tuple(self._leases.values()):
            if lease.until_s < until_s:
                self._set(replace(lease, until_s=until_s))
        for job_id, (attempt, limit_s) in tuple(self._limits.items()):
            if limit_s < until_s:
                self._limit(job_id, attempt, until_s)

    # --- judging --------------------------------------------------------------------------------------------------

    async def _judge(self, job_id: JobId, now_s: float) -> None:
        try:
            await self._end_of_lease(job_id, now_s)
            await self._end_of_time(job_id, now_s)
        except OrchestratorError as error:
            logger.warning("Job %s cannot be judged now: %s", job_id, error)
            self._postpone(job_id, now_s)

    def _postpone(self, job_id: JobId, now_s: float) -> None:
        lease, limit = self._leases.get(job_id), self._limits.get(job_id)
        if lease is not None and lease.has_run_out(now_s):
            self._set(replace(lease, until_s=now_s + RETRY_S))
        if limit is not None and limit[1] <= now_s:
            self._limit(job_id, limit[0], now_s + RETRY_S)

    async def _end_of_lease(self, job_id: JobId, now_s: float) -> None:
        lease = self._leases.get(job_id)
        if lease is None or not lease.has_run_out(now_s):
            return

        judged: list[Job] = []

        def decide(job: Job) -> Move | None:
            current = self._leases.get(job_id)
            if current is None or not current.has_run_out(now_s) or not job.concerns(current.attempt):
                return None
            judged[:] = [job]
            return self._verdict(job)

        if await self._queue.move(job_id, decide) is not None and judged[0].status is JobStatus.DISPATCHED:
            self.recall_offer(judged[0])

    def _verdict(self, job: Job) -> Move | None:
        now = self._clock.now()
        match job.status:
            case JobStatus.DISPATCHED:
                return offer_ended(job, "expired", "The robot did not answer the offer in time.", at=now)
            case JobStatus.RUNNING | JobStatus.WAITING_FOR_HUMAN:
                return lost(job, at=now)
            case JobStatus.LOST | JobStatus.CANCELLING:
                # the robot may still be running it: only what may run twice goes on by itself
                return crashed(job, at=now, point=self.resume_point(job) if job.retry_safe else None)
            case _:
                return None

    async def _end_of_time(self, job_id: JobId, now_s: float) -> None:
        attempt, limit_s = self._limits.get(job_id, (0, now_s + 1))
        if limit_s > now_s:
            return

        def decide(job: Job) -> Move | None:
            if job.status is not JobStatus.RUNNING or not job.concerns(attempt):
                return None
            return timing_out(job, at=self._clock.now())

        stopping = await self._queue.move(job_id, decide)
        if self._limits.get(job_id) == (attempt, limit_s):
            self._limits[job_id] = (attempt, NEVER)
        if stopping is not None:
            self.stop_run(stopping)

    async def _drop_silent(self, now_s: float) -> None:
        silence_s = self._settings.heartbeat_s * self._settings.missed_heartbeats
        if now_s - self._awake_since_s < silence_s:
            return
        for robot_id in tuple(self.silent_robots(now_s - silence_s)):
            try:
                await self.drop_robot(robot_id)
            except OrchestratorError as error:
                logger.warning("That robot %s went silent is not recorded yet: %s", robot_id, error)


_RUNS = frozenset({JobStatus.RUNNING, JobStatus.WAITING_FOR_HUMAN})


def _nothing(_: object) -> None:
    """Until the engine has wired its parts."""


async def _no_drop(_: RobotId) -> None:
    """Until the engine has wired its parts."""


def _nowhere(_: Job) -> ResumePoint | None:
    """Until the engine has wired its parts."""
    return None


def _never(_: Job) -> bool:
    """Until the engine has wired its parts."""
    return False


def _nobody(_: float) -> Iterable[RobotId]:
    return ()
