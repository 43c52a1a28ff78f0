"""The fleet in memory: who is connected under which session, what each robot holds, and who has room."""

import random
from collections import OrderedDict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial

from orchestrator.contract.ids import JobId, JsonValue, RobotId, SessionId, WorkflowId
from orchestrator.contract.protocol.terms import KEEP_WORKFLOWS, START_AT_ONCE
from orchestrator.contract.states import RobotStatus
from orchestrator.domain.changed import changed
from orchestrator.domain.events import JobChanged, RobotChanged, RobotRemoved
from orchestrator.domain.job import Job, Requirements
from orchestrator.domain.placement import Candidate, LoadBalancingStrategy, choose, suits
from orchestrator.domain.robot import Robot
from orchestrator.engine.bus import EventBus
from orchestrator.engine.clock import Clock
from orchestrator.engine.free_robots import FreeRobots

AFFINITIES_KEPT = 10_000
WORKFLOWS_KEPT = 64
"""Of each robot: what is remembered of its versions; a robot keeps more, and is sent what was forgotten again."""


@dataclass(slots=True, eq=False)
class Berth:
    """One robot's place in the pool; belongs to the pool."""

    robot: Robot
    session_id: SessionId | None = None
    is_welcomed: bool = False
    """True once the session has been answered: only then it gets work."""
    leaves: bool = False
    """The robot itself wants nothing new."""
    held: dict[JobId, None] = field(default_factory=dict)
    reported_load: float = 0.0
    last_assigned: int = 0
    heard_s: float = 0.0
    saved_s: float = float("-inf")
    rests_until_s: float = float("-inf")
    misfits: dict[Requirements, float] = field(default_factory=dict)
    candidate: Candidate | None = None
    features: frozenset[str] = frozenset()
    """What its session has agreed on."""
    workflows: dict[str, None] = field(default_factory=dict)
    """Hashes of the versions that it keeps, as far as is known; the newest last."""
    unkept: dict[str, None] = field(default_factory=dict)
    """Hashes of versions that it was sent and did not keep, as a robot of another release does."""


class RobotPool:
    """The robots, kept up to date by sessions, heartbeats and the events of the queue."""

    def __init__(self, bus: EventBus, clock: Clock, *, rng: random.Random) -> None:
        self._bus = bus
        self._clock = clock
        self._rng = rng
        self._berths: dict[RobotId, Berth] = {}
        self._free = FreeRobots()
        self._holders: dict[JobId, list[Berth]] = {}
        """Whose slots a job takes: one robot's, or two's while one of them has not heard the news."""
        self._resting: set[RobotId] = set()
        self._last_of: OrderedDict[WorkflowId, RobotId] = OrderedDict()
        self._assignments = 0
        bus.subscribe(JobChanged, self._on_job)

    # --- asking ---------------------------------------------------------------------------------------------------

    def robots(self) -> tuple[Robot, ...]:
        """Every robot that is known, connected or not."""
        return tuple(berth.robot for berth in self._berths.values())

    def get(self, robot_id: RobotId) -> Robot | None:
        """What is known of a robot."""
        berth = self._berths.get(robot_id)
        return berth.robot if berth else None

    def find(self, name: str) -> Robot | None:
        """The robot with this id or, failing that, this name."""
        berth = self._berths.get(RobotId(name))
        return berth.robot if berth else next((each for each in self.robots() if each.name == name), None)

    def berth(self, robot_id: RobotId) -> Berth | None:
        """The robot's place, for the parts of the engine that watch it."""
        return self._berths.get(robot_id)

    def berths(self) -> Iterable[Berth]:
        """Every place."""
        return tuple(self._berths.values())

    def session_of(self, robot_id: RobotId) -> SessionId | None:
        """The robot's current session; None while it is away."""
        berth = self._berths.get(robot_id)
        return berth.session_id if berth else None

    def is_current(self, robot_id: RobotId, session_id: SessionId) -> bool:
        """True when the session is the robot's newest."""
        return self.session_of(robot_id) == session_id

    def jobs_of(self, robot_id: RobotId) -> tuple[JobId, ...]:
        """What the robot holds, in the order of claiming."""
        berth = self._berths.get(robot_id)
        return tuple(berth.held) if berth else ()

    def candidates(self) -> Sequence[Candidate]:
        """Every robot and how full it is, by name."""
        found = (self._candidate(berth) for berth in self._berths.values())
        return sorted(found, key=lambda each: (each.robot.name, each.robot.robot_id))

    @property
    def held_count(self) -> int:
        """How many jobs all robots hold, claims that are being written included."""
        return sum(map(len, self._holders.values()))

    @property
    def has_room(self) -> bool:
        """True when any robot would take a job."""
        return len(self._free) > 0

    def can_run(self, requirements: Requirements) -> bool:
        """True when a robot that suits has room now."""
        return self._free.can_run(requirements, partial(self._fits, requirements))

    def choose(self, job: Job, strategy: LoadBalancingStrategy) -> RobotId | None:
        """The robot for a job; None when none that suits has room."""
        requirements, fits = job.requirements, partial(self._fits, job.requirements)
        if strategy is LoadBalancingStrategy.RANDOM:
            able = (each for each in self._free.candidates() if fits(each.robot.robot_id))
            return choose(requirements, able, strategy, rng=self._rng)
        if strategy is LoadBalancingStrategy.AFFINITY:
            last = self._last_of.get(job.workflow_id)
            if last is not None and last in self._free and self._takes(self._berths[last], requirements):
                return last
        best = self._free.best(requirements, strategy, fits)
        return best.robot.robot_id if best is not None else None

    def get_available_robot(
        self, strategy: LoadBalancingStrategy, requirements: Requirements | None = None
    ) -> Robot | None:
        """A robot with room, chosen by the strategy."""
        robot_id = choose(requirements or Requirements(), self._free.candidates(), strategy, rng=self._rng)
        return self._berths[robot_id].robot if robot_id else None

    # --- changing -------------------------------------------------------------------------------------------------

    def add_robot(self, robot: Robot) -> None:
        """Know a robot, or know it anew; what it holds and its session stay."""
        self._refresh(self._berth_for(robot), announce=True)

    def remove_robot(self, robot_id: RobotId) -> bool:
        """Forget a robot; False when it was not known."""
        berth = self._berths.pop(robot_id, None)
        if berth is None:
            return False
        for job_id in berth.held:
            self._let_go(berth, job_id)
        self._free.drop(robot_id)
        self._resting.discard(robot_id)
        self._bus.publish(RobotRemoved(robot_id=robot_id))
        return True

    def update_robot_load(self, robot_id: RobotId, load: float) -> None:
        """Note what the robot says of itself, 0 to 1: it ranks lower, but stays able."""
        if berth := self._berths.get(robot_id):
            berth.reported_load = load
            self._refresh(berth)

    def joined(
        self, robot: Robot, session_id: SessionId, *, features: Iterable[str] = (), workflows: Iterable[str] = ()
    ) -> SessionId | None:
        """A robot connected: its newest session wins. The session that it replaces, if any."""
        berth = self._berth_for(robot)
        replaced, berth.session_id = berth.session_id, session_id
        berth.features, berth.workflows = frozenset(features), dict.fromkeys(workflows)
        berth.is_welcomed, berth.leaves = False, False
        berth.rests_until_s, berth.reported_load = float("-inf"), 0.0
        berth.misfits.clear()
        berth.unkept.clear()
        berth.heard_s = self._clock.monotonic()
        self._refresh(berth, announce=True)
        return replaced

    def welcomed(self, robot_id: RobotId, session_id: SessionId) -> bool:
        """The session was answered: from now on it gets work. False when it was already, or is not current."""
        berth = self._berths.get(robot_id)
        if berth is None or berth.session_id != session_id or berth.is_welcomed:
            return False
        berth.is_welcomed = True
        self._refresh(berth, announce=True)
        return True

    def left(self, robot_id: RobotId, status: RobotStatus, *, at: datetime) -> Robot | None:
        """The robot's session ended; `status` is LOST or OFFLINE."""
        berth = self._berths.get(robot_id)
        if berth is None:
            return None
        berth.session_id, berth.is_welcomed = None, False
        berth.robot = replace(berth.robot, status=status, session_id=None, last_seen_at=at)
        self._refresh(berth, announce=True)
        return berth.robot

    def heard(
        self, robot_id: RobotId, *, at: datetime, metrics: Mapping[str, JsonValue], load: float, leaves: bool
    ) -> Robot | None:
        """A heartbeat arrived."""
        berth = self._berths.get(robot_id)
        if berth is None:
            return None
        berth.heard_s = self._clock.monotonic()
        berth.leaves, berth.reported_load = leaves, load
        berth.robot = replace(berth.robot, last_seen_at=at, metrics=dict(metrics))
        self._refresh(berth, announce=True)
        return berth.robot

    def speaks(self, robot_id: RobotId, session_id: SessionId) -> bool:
        """A part of a message arrived, which is as good as a heartbeat; False when the session is not current."""
        berth = self._berths.get(robot_id)
        if berth is None or berth.session_id != session_id:
            return False
        berth.heard_s = self._clock.monotonic()
        return True

    def drain(self, robot_id: RobotId, *, draining: bool) -> Robot | None:
        """An operator wants the robot to take nothing new, or to take work again."""
        berth = self._berths.get(robot_id)
        if berth is None:
            return None
        berth.robot = replace(berth.robot, draining=draining)
        self._refresh(berth, announce=True)
        return berth.robot

    def hold(self, robot_id: RobotId, job: Job) -> None:
        """A slot of the robot is taken by a job, also while the claim is being written."""
        berth = self._berths.get(robot_id)
        if berth is None or job.job_id in berth.held:
            return
        berth.held[job.job_id] = None
        self._holders.setdefault(job.job_id, []).append(berth)
        self._assignments += 1
        berth.last_assigned = self._assignments
        self._note_affinity(job.workflow_id, robot_id)
        self._refresh_work(berth)

    def release(self, robot_id: RobotId, job_id: JobId) -> None:
        """The slot is free again."""
        berth = self._berths.get(robot_id)
        if berth is not None and job_id in berth.held:
            del berth.held[job_id]
            self._let_go(berth, job_id)
            self._refresh_work(berth)

    def starts_at_once(self, robot_id: RobotId) -> bool:
        """True when the robot understands an offer that is to be run without being told to start."""
        berth = self._berths.get(robot_id)
        return berth is not None and START_AT_ONCE in berth.features

    def may_run(self, job: Job) -> bool:
        """True when the offer of the job's newest attempt lets its robot begin without a further word."""
        return job.retry_safe and job.robot_id is not None and self.starts_at_once(job.robot_id)

    def may_have_begun(self, job: Job) -> bool:
        """True when the newest attempt may run although nothing was heard of it, as far as can be known."""
        return self.may_run(job) or (job.retry_safe and job.robot_id is not None and not self.session_of(job.robot_id))

    def note_workflow(self, robot_id: RobotId, workflow_hash: str) -> bool:
        """The robot is sent a version: True when it has it already, so that its hash will do."""
        berth = self._berths.get(robot_id)
        if berth is None or KEEP_WORKFLOWS not in berth.features or workflow_hash in berth.unkept:
            return False
        if workflow_hash in berth.workflows:
            return True
        if len(berth.workflows) >= WORKFLOWS_KEPT:
            del berth.workflows[next(iter(berth.workflows))]
        berth.workflows[workflow_hash] = None
        return False

    def forget_workflow(self, robot_id: RobotId, workflow_hash: str) -> bool:
        """The robot does not have the version: offers of this session carry it from now on; False if they did."""
        berth = self._berths.get(robot_id)
        if berth is None or workflow_hash in berth.unkept:
            return False
        berth.workflows.pop(workflow_hash, None)
        if len(berth.unkept) >= WORKFLOWS_KEPT:
            del berth.unkept[next(iter(berth.unkept))]
        berth.unkept[workflow_hash] = None
        return True

    def rest(self, robot_id: RobotId, seconds: float) -> None:
        """No offers to the robot for a while."""
        if berth := self._berths.get(robot_id):
            berth.rests_until_s = self._clock.monotonic() + seconds
            self._resting.add(robot_id)
            self._refresh(berth)

    def misfits(self, robot_id: RobotId, requirements: Requirements, seconds: float) -> None:
        """No offers of jobs of this shape to the robot for a while."""
        if berth := self._berths.get(robot_id):
            berth.misfits[requirements] = self._clock.monotonic() + seconds

    def end_rests(self) -> None:
        """Take robots whose rest is over among those with room again."""
        now_s = self._clock.monotonic()
        for robot_id in tuple(self._resting):
            berth = self._berths[robot_id]
            if berth.rests_until_s <= now_s:
                berth.rests_until_s = float("-inf")
                self._resting.discard(robot_id)
                self._refresh(berth)

    # --- inside ---------------------------------------------------------------------------------------------------

    def _berth_for(self, robot: Robot) -> Berth:
        berth = self._berths.setdefault(robot.robot_id, Berth(robot=robot, heard_s=self._clock.monotonic()))
        berth.robot = robot
        return berth

    def _on_job(self, event: JobChanged) -> None:
        job = event.job
        if job.status.is_live and job.robot_id is not None:
            self.hold(job.robot_id, job)
            return
        holders = self._holders.get(job.job_id)
        if holders is None or event.before is None:  # a new job is held when it is claimed as it is accepted
            return
        mine = [berth for berth in holders if berth.robot.robot_id == job.robot_id]
        for berth in mine or tuple(holders):
            self.release(berth.robot.robot_id, job.job_id)

    def _let_go(self, berth: Berth, job_id: JobId) -> None:
        holders = self._holders[job_id]
        holders.remove(berth)
        if not holders:
            del self._holders[job_id]

    def _fits(self, requirements: Requirements, robot_id: RobotId) -> bool:
        berth = self._berths[robot_id]
        return not berth.misfits or self._takes(berth, requirements)

    def _takes(self, berth: Berth, requirements: Requirements) -> bool:
        until_s = berth.misfits.get(requirements)
        if until_s is not None and until_s > self._clock.monotonic():
            return False
        return suits(requirements, berth.robot)

    def _candidate(self, berth: Berth) -> Candidate:
        if berth.candidate is None:
            berth.candidate = Candidate(
                robot=berth.robot,
                busy=len(berth.held),
                reported_load=berth.reported_load,
                last_assigned=berth.last_assigned,
                rests=berth.rests_until_s > self._clock.monotonic() or not berth.is_welcomed,
            )
        return berth.candidate

    def _refresh(self, berth: Berth, *, announce: bool = False) -> None:
        robot, status = berth.robot, _status(berth)
        if (robot.status, robot.session_id) != (status, berth.session_id):
            robot = berth.robot = changed(robot, status=status, session_id=berth.session_id)
        berth.candidate = None
        if self._has_room(berth):
            self._free.put(self._candidate(berth))
        else:
            self._free.drop(robot.robot_id)
        if announce:
            self._bus.publish(RobotChanged(robot=robot, jobs=tuple(berth.held)))

    def _refresh_work(self, berth: Berth) -> None:
        """Nothing but what the robot holds has changed; when that fills it, or makes room, so has its status."""
        before = berth.robot
        self._refresh(berth)
        is_about_work = berth.robot is before
        self._bus.publish(RobotChanged(robot=berth.robot, jobs=tuple(berth.held), is_about_work=is_about_work))

    def _has_room(self, berth: Berth) -> bool:
        return (
            berth.robot.status is RobotStatus.ONLINE
            and len(berth.held) < berth.robot.slots
            and berth.is_welcomed
            and berth.rests_until_s <= self._clock.monotonic()
            and self._berths.get(berth.robot.robot_id) is berth
        )

    def _note_affinity(self, workflow_id: WorkflowId, robot_id: RobotId) -> None:
        self._last_of[workflow_id] = robot_id
        self._last_of.move_to_end(workflow_id)
        if len(self._last_of) > AFFINITIES_KEPT:
            self._last_of.popitem(last=False)


def _status(berth: Berth) -> RobotStatus:
    if berth.session_id is None:
        return RobotStatus.OFFLINE if berth.robot.status is RobotStatus.OFFLINE else RobotStatus.LOST
    if berth.robot.draining or berth.leaves:
        return RobotStatus.DRAINING
    return RobotStatus.BUSY if len(berth.held) >= berth.robot.slots else RobotStatus.ONLINE
