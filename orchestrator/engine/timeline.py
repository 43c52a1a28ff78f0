"""The time machine: the fleet over a stretch of time, and any moment of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from orchestrator.contract.ids import JobId, RobotId
from orchestrator.contract.states import JobStatus
from orchestrator.domain.timeline import (
    ENGINE,
    FleetState,
    Gap,
    Lane,
    LoadPoint,
    MergedRuns,
    Run,
    StateChange,
    Wait,
    bucket_s,
    by_robot,
    gaps,
    stretches,
)
from orchestrator.engine.clock import Clock
from orchestrator.engine.errors import InvalidRequestError
from orchestrator.engine.fleet_history import COARSE_S, FINE_KEPT, SAMPLE_S
from orchestrator.engine.job_queue import JobQueue
from orchestrator.engine.ports.timeline import StepsThen, TimelineStore
from orchestrator.engine.robot_pool import RobotPool
from orchestrator.engine.waiting import WaitingDesk

MOST_BUCKETS = 120
"""Of the load and of merged runs, over the whole window."""
MOST_LANES = 200
MOST_CHANGES = 5_000
MOST_RUNNING = 500
MOST_WAITING = 50
MOST_FAILED = 20
MOST_WITH_STEPS = 50
JUST = timedelta(minutes=15)
"""How long ago a failure may be that had just happened."""
NOWADAYS = timedelta(seconds=15)
"""So close to now, what is known now is told of a moment too."""
LONGEST = timedelta(days=800)


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeline:
    """Robots over time."""

    since: datetime
    until: datetime
    now: datetime
    bucket_s: float
    lanes: Sequence[Lane]
    lanes_left_out: int
    runs_left_out: int
    is_merged: bool
    """Too much ran to name each: short runs are counted."""
    load: Sequence[LoadPoint]
    gaps: Sequence[Gap]


@dataclass(frozen=True, slots=True, kw_only=True)
class RobotThen:
    """A robot at a moment."""

    robot_id: RobotId
    name: str
    slots: int
    state: FleetState
    since_at: datetime
    note: str = ""
    running: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """The fleet at one instant."""

    at: datetime
    gap: Gap | None
    """Nobody watched: what is told of robots is what was known last."""
    robots: Sequence[RobotThen]
    running: Sequence[Run]
    steps: Mapping[tuple[JobId, int], StepsThen]
    waiting_count: int
    waiting: Sequence[Wait]
    reasons: Mapping[JobId, str]
    """Why the jobs wait that still do."""
    failed: Sequence[Run]
    names: Mapping[RobotId, str]


class TimelineDesk:
    """Answers from what was written down, in any range and about any moment that is kept."""

    def __init__(
        self, store: TimelineStore, *, queue: JobQueue, pool: RobotPool, waiting: WaitingDesk, clock: Clock
    ) -> None:
        self._store = store
        self._queue = queue
        self._pool = pool
        self._waiting = waiting
        self._clock = clock

    async def over(self, since: datetime, until: datetime, *, most_runs: int) -> Timeline:
        """Robots over time. InvalidRequestError for a window that is empty or too long."""
        self._check(since, until)
        now = self._clock.now()
        seen = min(until, now)
        length_s = bucket_s(since, until, most=MOST_BUCKETS, least_s=SAMPLE_S * 2)
        changes = by_robot(await self._store.states(since, seen, most=MOST_CHANGES)) if since < seen else {}
        engine = changes.pop(ENGINE, [])
        runs = await self._store.runs(since, until, most=most_runs, bucket_s=length_s)
        lanes, left_out = self._lanes(changes, runs.runs, runs.merged, since, seen)
        return Timeline(
            since=since,
            until=until,
            now=now,
            bucket_s=length_s,
            lanes=lanes,
            lanes_left_out=left_out,
            runs_left_out=runs.left_out,
            is_merged=bool(runs.merged) or runs.left_out > 0,
            load=await self._store.load(since, until, self._load_s(since, length_s)),
            gaps=gaps(engine, since, seen),
        )

    async def at(self, moment: datetime) -> Moment:
        """The fleet at an instant. InvalidRequestError for one that has not come yet."""
        self._aware(moment, "at")
        now = self._clock.now()
        if moment > now:
            raise InvalidRequestError("at: this moment has not come yet.", field="at")
        changes = by_robot(await self._store.states(moment, moment, most=1))
        engine = changes.pop(ENGINE, [])
        running = await self._store.runs_at(moment, most=MOST_RUNNING)
        count, waiting = await self._store.waits_at(moment, most=MOST_WAITING)
        failed = await self._store.failures_before(moment, since=moment - JUST, most=MOST_FAILED)
        found = gaps(engine, moment, moment + timedelta(microseconds=1))
        return Moment(
            at=moment,
            gap=found[0] if found else None,
            robots=[_robot_then(each[-1], running) for each in changes.values() if not _is_gone(each)],
            running=running,
            steps=await self._steps(running, moment, now),
            waiting_count=count,
            waiting=waiting,
            reasons=self._reasons(waiting),
            failed=failed,
            names=self._names(changes),
        )

    # --- inside ---------------------------------------------------------------------------------------------------

    def _check(self, since: datetime, until: datetime) -> None:
        self._aware(since, "from")
        self._aware(until, "to")
        if not since < until:
            raise InvalidRequestError("from: it must lie before `to`.", field="from")
        if until - since > LONGEST:
            raise InvalidRequestError(f"from: at most {LONGEST.days} days are shown at once.", field="from")

    @staticmethod
    def _aware(moment: datetime, field: str) -> None:
        if moment.tzinfo is None:
            message = f"{field}: a time zone is missing; write it like 2026-03-02T09:00:00Z."
            raise InvalidRequestError(message, field=field)

    def _load_s(self, since: datetime, length_s: float) -> float:
        """Where only coarse samples are left, shorter stretches would be full of holes."""
        is_old = since < self._clock.now() - FINE_KEPT
        return max(length_s, COARSE_S * 2) if is_old else length_s

    def _lanes(
        self,
        changes: Mapping[RobotId, Sequence[StateChange]],
        runs: Sequence[Run],
        merged: Sequence[MergedRuns],
        since: datetime,
        until: datetime,
    ) -> tuple[Sequence[Lane], int]:
        runs_of: dict[RobotId, list[Run]] = {}
        for run in runs:
            runs_of.setdefault(run.robot_id, []).append(run)
        merged_of: dict[RobotId, list[MergedRuns]] = {}
        for each in merged:
            merged_of.setdefault(each.robot_id, []).append(each)
        names = self._names(changes)
        there = {robot_id for robot_id, each in changes.items() if not (_is_gone(each) and each[-1].at <= since)}
        shown = sorted(
            there | set(runs_of) | set(merged_of),
            key=lambda robot_id: (not (robot_id in runs_of or robot_id in merged_of), names.get(robot_id, robot_id)),
        )
        lanes = [
            Lane(
                robot_id=robot_id,
                name=names.get(robot_id, robot_id),
                slots=self._slots(robot_id, changes.get(robot_id, ())),
                stretches=stretches(changes.get(robot_id, ()), since, until),
                runs=tuple(runs_of.get(robot_id, ())),
                merged=tuple(merged_of.get(robot_id, ())),
            )
            for robot_id in shown[:MOST_LANES]
        ]
        return sorted(lanes, key=lambda lane: (lane.name, lane.robot_id)), max(0, len(shown) - MOST_LANES)

    def _slots(self, robot_id: RobotId, changes: Sequence[StateChange]) -> int:
        robot = self._pool.get(robot_id)
        known = [each.slots for each in changes if each.slots]
        return max([1, *known, *([robot.slots] if robot is not None else [])])

    def _names(self, changes: Mapping[RobotId, Sequence[StateChange]]) -> dict[RobotId, str]:
        return {robot.robot_id: robot.name for robot in self._pool.robots()} | {
            robot_id: each[-1].name for robot_id, each in changes.items()
        }

    async def _steps(
        self, running: Sequence[Run], moment: datetime, now: datetime
    ) -> Mapping[tuple[JobId, int], StepsThen]:
        found = dict(await self._store.steps_at(running[:MOST_WITH_STEPS], moment))
        if now - moment > NOWADAYS:
            return found
        for run in running:
            job = self._queue.get(run.job_id)
            if job is not None and job.attempt == run.attempt and job.current_step:
                found[run.job_id, run.attempt] = StepsThen(current=(job.current_step,), done=0, total=0)
        return found

    def _reasons(self, waiting: Sequence[Wait]) -> dict[JobId, str]:
        jobs = [self._queue.get(wait.job_id) for wait in waiting if wait.until_at is None]
        return {
            job.job_id: self._waiting.in_one(job).verdict
            for job in jobs
            if job is not None and job.status is JobStatus.QUEUED
        }


def _is_gone(changes: Sequence[StateChange]) -> bool:
    return changes[-1].state is FleetState.REMOVED


def _robot_then(change: StateChange, running: Sequence[Run]) -> RobotThen:
    return RobotThen(
        robot_id=change.robot_id,
        name=change.name,
        slots=change.slots,
        state=change.state,
        since_at=change.at,
        note=change.note,
        running=sum(run.robot_id == change.robot_id for run in running),
    )
