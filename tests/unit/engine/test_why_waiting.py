"""The answers to "why does it wait?" agree with what the dispatcher does, and what they advise helps."""

import asyncio
import random
from collections import Counter
from typing import assert_never

import pytest
from fake_fleet import FakeRobot, Fleet
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from orchestrator.contract.api.jobs import SubmitRequest
from orchestrator.contract.ids import JobId
from orchestrator.contract.protocol.jobs import RefusalReason
from orchestrator.contract.states import JobPriority, JobStatus
from orchestrator.domain.job import Job
from orchestrator.domain.remedy import Remedy, RemedyKind
from orchestrator.domain.waiting import Verdict, cheapest, will_start
from orchestrator.engine.settings import EngineSettings

QUEUED = JobStatus.QUEUED
WAITS = frozenset({JobStatus.PENDING, QUEUED, JobStatus.PAUSED})
SITE = "site:example.org"


class Scene:
    """A random fleet with random jobs, and what a person can do about them."""

    def __init__(self, seed: int) -> None:
        self.rng = random.Random(seed)
        self.fleet = Fleet(EngineSettings(dispatch_interval_s=5.0, refusal_rest_s=3.0, misfit_rest_s=20.0))
        self.jobs: list[Job] = []
        self.seen: Counter[str] = Counter()

    async def play(self) -> None:
        await self.fleet.start()
        try:
            await self._build()
            for _ in range(12):
                await self._change()
                await self.fleet.settle()
                self._check_that_nothing_startable_waits()
            await self._check_that_help_helps()
        finally:
            await self.fleet.engine.stop()

    # --- building ---------------------------------------------------------------------------------------------------

    async def _build(self) -> None:
        for number in range(self.rng.randrange(4)):
            tags = tuple(self.rng.sample(["gpu", "eu"], self.rng.randrange(3)))
            await self.fleet.robot(f"r{number}", slots=self.rng.randint(1, 2), tags=tags)
        if self.rng.random() < 0.3:
            await self.fleet.engine.flow.set_limit(SITE, at_once=self.rng.randint(1, 3), per_second=None)
        if self.rng.random() < 0.2:
            await self.fleet.engine.flow.open_breaker(SITE, reason="They are moving house.")

    async def _change(self) -> None:
        match self.rng.randrange(9):
            case 0 | 1 | 2 | 3:
                await self._submit()
            case 4:
                await self._finish_one()
            case 5:
                await self._with_a_robot(self._cut)
            case 6:
                await self._with_a_robot(self._drain)
            case 7:
                await self._with_a_robot(self._refuse)
            case _:
                await self.fleet.advance(self.rng.choice([0.5, 4.0, 21.0]))

    async def _submit(self) -> None:
        rate = self.rng.choice([None, None, "1/min"])
        keys = self.rng.choice([[], [], [SITE], ["login:a", SITE], [{"key": "login:a", "rate": rate}]])
        later = self.fleet.clock.now().replace(year=2027) if self.rng.random() < 0.1 else None
        request = SubmitRequest.model_validate(
            {
                "workflow": "Look",
                "tags": self.rng.sample(["gpu", "eu", "moon"], self.rng.choice([0, 0, 1, 1, 2])),
                "priority": self.rng.choice(list(JobPriority)),
                "concurrency": keys,
                "not_before": later,
            }
        )
        if not self.jobs:
            self.jobs.append(await self.fleet.submit(tags=["mars"]))
        job = await self.fleet.engine.submit_job(request)
        self.jobs.append(job)
        await self._check_what_is_said_of_it(job)

    async def _check_what_is_said_of_it(self, job: Job) -> None:
        """Everybody else who waits is blocked, so that whether this one starts depends on its own verdicts alone."""
        if self.fleet.engine.queue.get(job.job_id) is not job or job.status is not QUEUED:
            return
        found = self.why(job)
        accepts = [each.refuses is None for each in self.fleet.robots.values()]
        await self.fleet.settle()
        if all(accepts):
            assert self.fleet.status(job).is_live == will_start(found), words(found)
            self.seen["starts" if will_start(found) else "waits"] += 1

    async def _finish_one(self) -> None:
        robots = [each for each in self.fleet.robots.values() if each.running and each.is_connected]
        if robots:
            await self.rng.choice(robots).finish()
            await self.fleet.settle()

    async def _with_a_robot(self, act: object) -> None:
        robots = sorted(self.fleet.robots.values(), key=lambda each: each.robot_id)
        if robots:
            await act(self.rng.choice(robots))  # type: ignore[operator]

    async def _cut(self, robot: FakeRobot) -> None:
        if robot.is_connected and not robot.running:
            await (robot.goodbye() if self.rng.random() < 0.5 else robot.lose_connection())
            robot.session_id = None

    async def _drain(self, robot: FakeRobot) -> None:
        await self.fleet.engine.drain_robot(robot.robot_id)

    async def _refuse(self, robot: FakeRobot) -> None:
        robot.refuses = self.rng.choice([None, RefusalReason.BUSY, RefusalReason.CAPABILITY])

    # --- checking ---------------------------------------------------------------------------------------------------

    def why(self, job: Job) -> tuple[Verdict, ...]:
        return self.fleet.engine.waiting.why(self.fleet.job(job))

    def waiting(self) -> list[Job]:
        return [self.fleet.job(job) for job in self.jobs if self.fleet.status(job) in WAITS]

    def _check_that_nothing_startable_waits(self) -> None:
        for job in self.waiting():
            found = self.why(job)
            assert found
            assert not will_start(found), words(found)

    async def _check_that_help_helps(self) -> None:
        for robot in self.fleet.robots.values():
            robot.refuses = None
        for job in self.waiting():
            if self.fleet.status(job) not in WAITS:
                continue
            found = self.why(job)
            best = cheapest(found)
            assert best is not None, words(found)
            self.seen[best.kind.value] += 1
            before = self.fleet.status(job)
            if await self.apply(best, job.job_id):
                changed = self.fleet.status(job) is not before or words(self.why(job)) != words(found)
                assert changed, (best, words(found))

    async def apply(self, remedy: Remedy, job_id: JobId) -> bool:
        """Do what is advised, as a person would; False for what only another job would solve."""
        engine = self.fleet.engine
        match remedy.kind:
            case RemedyKind.WAIT:
                await self._wait(remedy)
            case RemedyKind.HURRY:
                await engine.order.hurry(job_id)
            case RemedyKind.RAISE_PRIORITY:
                await engine.order.prioritise(job_id, JobPriority(str(remedy.body["priority"])))
            case RemedyKind.RAISE_LIMIT:
                at_once = remedy.body["at_once"]
                assert isinstance(at_once, int)
                await engine.flow.set_limit(str(remedy.body["key"]), at_once=at_once, per_second=None)
            case RemedyKind.CLOSE_BREAKER:
                await engine.flow.close_breaker(str(remedy.body["key"]))
            case RemedyKind.RESUME_ROBOT:
                assert remedy.robot_id is not None
                await engine.resume_robot(remedy.robot_id)
            case RemedyKind.START_ROBOT:
                await self._start(remedy)
            case RemedyKind.SUBMIT_ANEW | RemedyKind.OTHER_JOB:
                return False
            case RemedyKind.RETRY | RemedyKind.RESUME_JOB | RemedyKind.ANSWER | RemedyKind.FREE_DISK:
                raise AssertionError(f"nothing here needs {remedy}")
            case _:
                assert_never(remedy.kind)
        await self.fleet.settle()
        return True

    async def _wait(self, remedy: Remedy) -> None:
        if remedy.after_s is not None:
            await self.fleet.advance(remedy.after_s + 0.1)
            return
        assert remedy.robot_id is not None
        await self.fleet.robots[remedy.robot_id].finish()

    async def _start(self, remedy: Remedy) -> None:
        known = self.fleet.robots.get(remedy.robot_id or "")
        if known is not None:
            await known.connect()
            return
        assert remedy.needs is not None
        name = f"new{len(self.fleet.robots)}"
        await self.fleet.robot(name, tags=tuple(remedy.needs.tags), capabilities=tuple(remedy.needs.capabilities))


def words(found: tuple[Verdict, ...]) -> list[str]:
    return [each.verdict for each in found]


@pytest.mark.feature("X01", "D75")
@hypothesis_settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(seed=st.integers(0, 2**32))
def test_verdicts_agree_with_the_dispatcher_and_the_cheapest_help_makes_a_difference(seed: int) -> None:
    asyncio.run(Scene(seed).play())


def test_the_scenes_see_starts_waits_and_most_kinds_of_help() -> None:
    seen: Counter[str] = Counter()
    for seed in range(40):
        scene = Scene(seed)
        asyncio.run(scene.play())
        seen += scene.seen
    wanted = {"starts", "waits", "wait", "hurry", "raise_limit", "close_breaker", "resume_robot", "start_robot"}
    assert wanted <= set(seen), seen


async def test_a_database_that_takes_no_writes_is_why_nothing_starts(fleet: Fleet) -> None:
    job = await fleet.submit()
    fleet.store.is_full = True
    own, *_ = fleet.engine.waiting.why(fleet.job(job))
    assert own.verdict.startswith("Nothing can be started while the database cannot be written: The disk is full")
    assert own.code == "no_writes"
