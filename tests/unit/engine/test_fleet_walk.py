"""Random walks of a small fleet with losses, kills, duplicates, restarts: the invariants of FAULTS hold in each.

A: no acknowledged job is missing. B: one result per job at most, of the job's attempt. C: each attempt is started at
most once. D: no two live runs of a job that is not safe to repeat. E: after healing, every job ends.
"""

import asyncio
import random
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import datetime

import pytest
from fake_fleet import SAFE, UNSAFE, FakeRobot, Fleet
from hypothesis import given, settings
from hypothesis import strategies as st
from log_guard import LogGuard

from orchestrator.contract.errors import ErrorKind
from orchestrator.contract.ids import JobId, RobotId
from orchestrator.contract.protocol.jobs import JobAccepted, JobResultReport
from orchestrator.contract.results import JobResult
from orchestrator.contract.states import JobStatus
from orchestrator.domain.job import TRANSITIONS, Job
from orchestrator.domain.recovery import after_crash
from orchestrator.engine import lease_watch, settlement
from orchestrator.engine.errors import ConflictError
from orchestrator.engine.job_queue import JobQueue
from orchestrator.engine.moves import Move, recorded
from orchestrator.engine.results import OPEN_TO_RESULTS, ResultDesk

ACTIONS = (
    "submit_safe", "submit_unsafe", "submit_urgent", "finish", "fail", "fail_for_good", "cancel", "retry", "kill",
    "died", "cut", "half_cut", "connect", "heartbeat", "pass_1", "pass_20", "pass_70", "pass_1000", "repeat_result",
    "repeat_accept", "restart", "drain", "lose_frames", "mute", "stand_still",
)  # fmt: skip


class Walk:
    """A fleet of three robots and the dice."""

    def __init__(self, seed: int) -> None:
        self.fleet = Fleet()
        self.rng = random.Random(seed)
        self.accepted: dict[JobId, bool] = {}
        """Acknowledged jobs, and whether each is safe to repeat."""
        self.results: list[tuple[FakeRobot, JobResultReport]] = []

    async def begin(self) -> None:
        await self.fleet.start()
        for number in range(3):
            await self.fleet.robot(f"r{number}", slots=1 + number % 2)

    async def take(self, action: str) -> None:
        robot = self.rng.choice(list(self.fleet.robots.values()))
        await getattr(self, f"_{action}")(robot)
        await self.fleet.settle()
        self.check()

    async def heal(self) -> None:
        """Everybody comes back and finishes; a person decides about dead letters."""
        for robot in self.fleet.robots.values():
            robot.ignores_offers = False
            robot.obeys_cancels = True
            await robot.connect()
            await self.fleet.engine.resume_robot(robot.robot_id)
        await self.fleet.settle()
        for _ in range(60):
            for robot in self.fleet.robots.values():
                if robot.session_id is None or robot.session_id not in self.fleet.gateway.sessions:
                    await robot.connect()
                while robot.running:
                    await robot.finish()
                    await self.fleet.settle()
            await self.fleet.advance(30)
            if all(job.status.has_ended for job in self.fleet.store.jobs.values()):
                return

    # --- what can happen ------------------------------------------------------------------------------------------

    async def _submit(self, **request: object) -> None:
        job = await self.fleet.submit(**request)
        self.accepted[job.job_id] = job.retry_safe

    async def _submit_safe(self, _: FakeRobot) -> None:
        await self._submit(definition=SAFE)

    async def _submit_unsafe(self, _: FakeRobot) -> None:
        await self._submit(definition=UNSAFE)

    async def _submit_urgent(self, _: FakeRobot) -> None:
        await self._submit(definition=UNSAFE, priority="critical", timeout_s=100)

    async def _finish(self, robot: FakeRobot) -> None:
        await self._end(robot, JobStatus.COMPLETED, ErrorKind.INTERNAL)

    async def _fail(self, robot: FakeRobot) -> None:
        await self._end(robot, JobStatus.FAILED, ErrorKind.NETWORK)

    async def _fail_for_good(self, robot: FakeRobot) -> None:
        await self._end(robot, JobStatus.FAILED, ErrorKind.BUSINESS)

    async def _end(self, robot: FakeRobot, status: JobStatus, kind: ErrorKind) -> None:
        if robot.running:
            result = await robot.finish(self.rng.choice(robot.running), status, kind=kind)
            self.results.append((robot, JobResultReport(result=result)))

    async def _cancel(self, robot: FakeRobot) -> None:
        robot.obeys_cancels = self.rng.random() < 0.5
        await self._command(self.fleet.engine.cancel_job)

    async def _retry(self, _: FakeRobot) -> None:
        await self._command(self._retry_job)

    async def _retry_job(self, job_id: JobId) -> Job:
        """A person may retry what a robot that was cut off still runs: then two runs are that person's decision."""
        job = await self.fleet.engine.retry_job(job_id)
        self.accepted[job_id] |= self.fleet.ledger.live[job_id] > 0
        return job

    async def _command(self, command: Callable[[JobId], Awaitable[Job]]) -> None:
        if self.accepted:
            try:
                await command(self.rng.choice(list(self.accepted)))
            except ConflictError:
                pass  # the job is not in a state for it

    async def _kill(self, robot: FakeRobot) -> None:
        await robot.kill()

    async def _died(self, robot: FakeRobot) -> None:
        await robot.kill()
        await self.fleet.engine.robot_died(robot.robot_id)

    async def _cut(self, robot: FakeRobot) -> None:
        await robot.lose_connection()

    async def _half_cut(self, robot: FakeRobot) -> None:
        await robot.lose_connection(orchestrator_notices=False)

    async def _connect(self, robot: FakeRobot) -> None:
        await robot.connect()

    async def _heartbeat(self, robot: FakeRobot) -> None:
        await robot.heartbeat()

    async def _pass_1(self, _: FakeRobot) -> None:
        await self.fleet.advance(1, heartbeats=False)

    async def _pass_20(self, _: FakeRobot) -> None:
        await self.fleet.advance(20, heartbeats=self.rng.random() < 0.7)

    async def _pass_70(self, _: FakeRobot) -> None:
        await self.fleet.advance(70, heartbeats=self.rng.random() < 0.7)

    async def _pass_1000(self, _: FakeRobot) -> None:
        await self.fleet.advance(1_000, heartbeats=self.rng.random() < 0.7)

    async def _stand_still(self, _: FakeRobot) -> None:
        await self.fleet.clock.stand_still_for(self.rng.choice([10, 200, 2_000]))

    async def _repeat_result(self, _: FakeRobot) -> None:
        if self.results:
            robot, report = self.rng.choice(self.results)
            await robot.say(report)

    async def _repeat_accept(self, robot: FakeRobot) -> None:
        if robot.journal:
            ref = self.rng.choice(sorted(robot.journal, key=lambda ref: (ref.job_id, ref.attempt)))
            await robot.say(JobAccepted(job_id=ref.job_id, attempt=ref.attempt))

    async def _restart(self, _: FakeRobot) -> None:
        await self.fleet.restart(away_s=self.rng.choice([0, 30, 600]))

    async def _drain(self, robot: FakeRobot) -> None:
        engine = self.fleet.engine
        await (engine.drain_robot if self.rng.random() < 0.5 else engine.resume_robot)(robot.robot_id)

    async def _lose_frames(self, robot: FakeRobot) -> None:
        """What the orchestrator said is lost with the connection that should have carried it."""
        await self._submit(definition=UNSAFE)
        if robot.session_id is not None and robot.session_id in self.fleet.gateway.sessions:
            self.fleet.gateway.sessions[robot.session_id].clear()
        await robot.lose_connection()

    async def _mute(self, robot: FakeRobot) -> None:
        robot.ignores_offers = not robot.ignores_offers

    # --- what must hold -------------------------------------------------------------------------------------------

    def check(self) -> None:
        store, ledger = self.fleet.store, self.fleet.ledger
        assert set(self.accepted) == set(store.jobs), "A"
        for (job_id, attempt), result in store.results.items():
            assert result.attempt == attempt <= store.jobs[job_id].attempt, "B"
        ended_well = [job for job in store.jobs.values() if job.status is JobStatus.COMPLETED]
        assert all((job.job_id, job.attempt) in store.results for job in ended_well), "B"
        assert all(count == 1 for count in ledger.starts.values()), "C"
        for name, most in ledger.most_at_once.items():
            assert most <= 1 or self.accepted[JobId(name)], "D"
        assert all(after in TRANSITIONS[before] or after is before for _, before, after in store.history)

    def check_end(self) -> None:
        left = [job for job in self.fleet.store.jobs.values() if not job.status.has_ended]
        assert not left, f"E: {left}"
        assert not any(robot.spool for robot in self.fleet.robots.values())
        assert not any(self.fleet.engine.pool.jobs_of(robot_id) for robot_id in self.fleet.engine.pool._berths)


async def walk(seed: int, actions: list[str]) -> None:
    walk = Walk(seed)
    await walk.begin()
    try:
        for action in actions:
            await walk.take(action)
        await walk.heal()
        walk.check()
        walk.check_end()
    finally:
        await walk.fleet.engine.stop()


@pytest.mark.feature("X07", "C31", "C30")
@settings(max_examples=40)
@given(seed=st.integers(0, 2**20), actions=st.lists(st.sampled_from(ACTIONS), min_size=5, max_size=40))
def test_whatever_happens_nothing_is_lost_or_done_twice(seed: int, actions: list[str]) -> None:
    asyncio.run(walk(seed, actions))


# --- what the walk is worth: deliberate mistakes that it must catch --------------------------------------------------


def _no_fence(monkeypatch: pytest.MonkeyPatch) -> None:
    """Any result of any attempt counts while the job lives."""

    def decide(self: ResultDesk, job: Job, _: RobotId, result: JobResult) -> Move | None:
        if job.status not in OPEN_TO_RESULTS:
            return None
        return recorded(job, result, rng=self._rng, at=self._clock.now())

    monkeypatch.setattr(ResultDesk, "_decide", decide)


def _repeat_everything(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every crash is followed by another run."""

    def decide(job: Job, *, at: datetime, point: object = None) -> Move:
        return Move(after=after_crash(replace(job, retry_safe=True, crashes=0), now=at).applied(job, at=at))

    monkeypatch.setattr(lease_watch, "crashed", decide)
    monkeypatch.setattr(settlement, "crashed", decide)


def _revive_at_start(monkeypatch: pytest.MonkeyPatch) -> None:
    """A start puts back into the queue whatever seems unfinished."""
    load = JobQueue.load

    async def reviving(self: JobQueue) -> None:
        await load(self)
        for job in tuple(self.open_jobs()):
            if job.status is JobStatus.RUNNING:
                after = replace(job, status=JobStatus.QUEUED, robot_id=None, session_id=None)
                self._remember(await self._store.save_job(after, expected=job))

    monkeypatch.setattr(JobQueue, "load", reviving)


WAYS: dict[Callable[[pytest.MonkeyPatch], None], str] = {
    _no_fence: "submit_safe cut pass_70 pass_20 finish connect finish",
    _repeat_everything: "submit_unsafe cut cut pass_1000 connect connect",
    _revive_at_start: "submit_unsafe restart connect connect connect",
}
"""Where each mistake shows, if the dice name the right robots."""


async def walk_often(actions: list[str]) -> None:
    for seed in range(60):
        await walk(seed, actions)


@pytest.mark.parametrize("mistake", WAYS)
def test_the_walk_finds_a_deliberate_mistake(
    mistake: Callable[[pytest.MonkeyPatch], None], monkeypatch: pytest.MonkeyPatch, log_guard: LogGuard
) -> None:
    asyncio.run(walk(0, WAYS[mistake].split()))
    mistake(monkeypatch)
    log_guard.expect(".", optional=True)
    with pytest.raises(AssertionError):
        asyncio.run(walk_often(WAYS[mistake].split()))
