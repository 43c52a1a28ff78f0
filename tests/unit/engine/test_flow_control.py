"""Keys over the fleet: how many at once, how fast, in which order, and never a deadlock."""

import asyncio
import random
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest
from fake_fleet import MOMENT, SAFE, Fleet
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from orchestrator.contract.errors import ErrorKind, UserError
from orchestrator.contract.ids import JobId, RobotId, SessionId
from orchestrator.contract.protocol.jobs import RefusalReason
from orchestrator.contract.states import JobPriority, JobStatus, RobotStatus
from orchestrator.domain.job import Job
from orchestrator.domain.robot import Robot
from orchestrator.engine.settings import EngineSettings

RUNNING, QUEUED = JobStatus.RUNNING, JobStatus.QUEUED


StartFleet = Callable[[EngineSettings], Awaitable[Fleet]]


@pytest.fixture
async def slow_fleet() -> AsyncIterator[StartFleet]:
    """Starts a fleet with settings of the test's own, such as a tick that never comes."""
    started: list[Fleet] = []

    async def start(settings: EngineSettings) -> Fleet:
        started.append(await Fleet(settings).start())
        return started[-1]

    yield start
    for fleet in started:
        await fleet.engine.stop()


def running(fleet: Fleet) -> set[JobId]:
    return {job.job_id for job in fleet.engine.queue.open_jobs() if job.status is RUNNING}


def a_robot(name: str) -> Robot:
    online = RobotStatus.ONLINE
    return Robot(robot_id=RobotId(name), name=name, status=online, registered_at=MOMENT, last_seen_at=MOMENT)


async def finish(fleet: Fleet, job: Job, status: JobStatus = JobStatus.COMPLETED, **how: object) -> None:
    robot = next(each for each in fleet.robots.values() if any(ref.job_id == job.job_id for ref in each.running))
    ref = next(ref for ref in robot.running if ref.job_id == job.job_id)
    await robot.finish(ref, status, **how)  # type: ignore[arg-type]
    await fleet.settle()


@pytest.mark.feature("X17")
async def test_a_key_is_held_by_one_job_at_a_time_and_nobody_else_waits_for_it(fleet: Fleet) -> None:
    await fleet.robot("r", slots=5)
    first, second = [await fleet.submit(concurrency=["login:a"]) for _ in range(2)]
    other, plain = await fleet.submit(concurrency=["login:b"]), await fleet.submit()
    assert running(fleet) == {first.job_id, other.job_id, plain.job_id}
    await finish(fleet, first)
    assert fleet.status(second) is RUNNING


@pytest.mark.feature("X17")
async def test_a_workflows_key_is_made_of_the_jobs_variables(fleet: Fleet) -> None:
    await fleet.robot("r", slots=5)
    keyed = {**SAFE, "variables": {"account": {"type": "string"}}, "concurrency": "login:${{ vars.account }}"}
    anna, bert, anna_too = [
        await fleet.submit(definition=keyed, variables={"account": name}) for name in ("anna", "bert", "anna")
    ]
    assert running(fleet) == {anna.job_id, bert.job_id}
    assert [claim.key for claim in anna_too.concurrency] == ["login:anna"]


async def test_a_key_that_has_no_value_refuses_the_job_with_the_key(fleet: Fleet) -> None:
    with pytest.raises(UserError, match=r"`login:\$\{\{ vars.nobody \}\}` has no value"):
        await fleet.submit(concurrency=["login:${{ vars.nobody }}"])


@pytest.mark.feature("X17")
async def test_an_operators_limit_goes_before_what_workflows_say(fleet: Fleet) -> None:
    await fleet.robot("r", slots=9)
    site = {"key": "site:example.org", "limit": 4}
    jobs = [await fleet.submit(concurrency=[site]) for _ in range(8)]
    assert len(running(fleet)) == 4
    await fleet.engine.flow.set_limit("site:example.org", at_once=6, per_second=None, actor="anna")
    await fleet.settle()
    assert len(running(fleet)) == 6
    await fleet.engine.flow.set_limit("site:example.org", at_once=2, per_second=None, actor="anna")
    for job in jobs[:4]:
        await finish(fleet, job)
    assert len(running(fleet)) == 2
    await fleet.engine.flow.remove_limit("site:example.org")
    await fleet.settle()
    assert len(running(fleet)) == 4


@pytest.mark.feature("X17")
async def test_inside_a_key_urgency_and_then_arrival_decide(fleet: Fleet) -> None:
    await fleet.robot("r", slots=9)
    holder = await fleet.submit(concurrency=["k"])
    low, normal, normal_too = [
        await fleet.submit(concurrency=["k"], priority=each) for each in ("low", "normal", "normal")
    ]
    high = await fleet.submit(concurrency=["k"], priority="high")
    for last, following in [(holder, high), (high, normal), (normal, normal_too), (normal_too, low)]:
        await finish(fleet, last)
        assert running(fleet) == {following.job_id}


@pytest.mark.feature("X17")
async def test_lost_and_cancelling_jobs_keep_their_keys_and_retries_do_not(fleet: Fleet) -> None:
    robot = await fleet.robot("r", slots=2)
    robot.obeys_cancels = False
    first, second = await fleet.submit(concurrency=["k"], max_retries=3), await fleet.submit(concurrency=["k"])
    await robot.lose_connection()
    await fleet.advance(15)
    assert fleet.status(first) is JobStatus.LOST
    await fleet.robot("other", slots=2)
    assert fleet.status(second) is QUEUED
    await robot.connect()
    await fleet.settle()
    await fleet.engine.cancel_job(first.job_id)
    await fleet.settle()
    assert (fleet.status(first), fleet.status(second)) == (JobStatus.CANCELLING, QUEUED)
    await finish(fleet, first, JobStatus.CANCELLED)
    assert fleet.status(second) is RUNNING
    third = await fleet.submit(concurrency=["k"])
    await finish(fleet, second, JobStatus.FAILED)
    assert fleet.status(third) is RUNNING


@pytest.mark.feature("X17")
async def test_after_a_restart_running_jobs_still_hold_their_keys_and_limits_stand(fleet: Fleet) -> None:
    robot = await fleet.robot("r", slots=9)
    await fleet.engine.flow.set_limit("k", at_once=2, per_second=None)
    jobs = [await fleet.submit(concurrency=["k"]) for _ in range(4)]
    await fleet.restart()
    await robot.connect()
    await fleet.settle()
    assert running(fleet) == {job.job_id for job in jobs[:2]}
    await finish(fleet, jobs[0])
    assert running(fleet) == {job.job_id for job in jobs[1:3]}


@pytest.mark.feature("X17")
async def test_starts_with_a_key_keep_their_distance_and_wake_by_themselves(slow_fleet: StartFleet) -> None:
    fleet = await slow_fleet(EngineSettings(dispatch_interval_s=3_600))
    await fleet.robot("r", slots=9)
    key = {"key": "site:x", "limit": "unlimited", "rate": "2/s"}
    for _ in range(5):
        await fleet.submit(concurrency=[key])
    counts = [len(running(fleet))]
    for _ in range(5):
        await fleet.clock.advance(0.5)
        await fleet.settle()
        counts.append(len(running(fleet)))
    assert counts == [1, 2, 3, 4, 5, 5]


async def test_an_offer_that_was_refused_costs_no_start(slow_fleet: StartFleet) -> None:
    fleet = await slow_fleet(EngineSettings(dispatch_interval_s=3_600, refusal_rest_s=0.25))
    robot = await fleet.robot("r")
    robot.refuses = RefusalReason.BUSY
    job = await fleet.submit(concurrency=[{"key": "k", "rate": "1/h"}])
    robot.refuses = None
    await fleet.clock.advance(0.3)
    await fleet.settle()
    assert fleet.status(job) is RUNNING


async def test_a_job_that_could_not_be_claimed_gives_its_keys_and_its_token_back(
    fleet: Fleet, expected_warnings: Callable[[str], None]
) -> None:
    expected_warnings("Dispatching pauses")
    job = await fleet.submit(concurrency=[{"key": "k", "rate": "1/h"}])
    fleet.store.is_full = True
    robot = fleet.add("r")
    fleet.engine.pool.joined(a_robot("r"), SessionId("s"))
    fleet.engine.pool.welcomed(robot.robot_id, SessionId("s"))
    await fleet.settle()
    assert fleet.status(job) is QUEUED
    assert fleet.engine.dispatcher.is_paused
    fleet.store.is_full = False
    await robot.connect()
    await fleet.settle()
    assert fleet.status(job) is RUNNING


@pytest.mark.feature("X17")
async def test_jobs_with_several_keys_take_all_or_none(fleet: Fleet) -> None:
    await fleet.robot("r", slots=9)
    ab = await fleet.submit(concurrency=["a", "b"])
    bc = await fleet.submit(concurrency=["b", "c"])
    c = await fleet.submit(concurrency=["c"])
    assert running(fleet) == {ab.job_id, c.job_id}
    await finish(fleet, ab)
    assert fleet.status(bc) is QUEUED
    a = await fleet.submit(concurrency=["a"])
    b = await fleet.submit(concurrency=["b"])
    assert {a.job_id, b.job_id} <= running(fleet)
    await finish(fleet, c)
    await finish(fleet, b)
    assert fleet.status(bc) is RUNNING


@hypothesis_settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.integers(0, 2**32))
def test_however_jobs_come_and_go_no_key_is_overbooked_and_nothing_that_could_run_waits(seed: int) -> None:
    asyncio.run(come_and_go(random.Random(seed)))


async def come_and_go(rng: random.Random) -> None:
    fleet = await Fleet(EngineSettings(dispatch_interval_s=86_400)).start()
    try:
        await walk(fleet, rng)
    finally:
        await fleet.engine.stop()


async def walk(fleet: Fleet, rng: random.Random) -> None:
    await fleet.robot("plain", slots=rng.randint(1, 4))
    await fleet.robot("gpu", slots=rng.randint(1, 3), tags=("gpu",))
    limits = {"a": 1, "b": 2, "c": 1}
    await fleet.engine.flow.set_limit("b", at_once=2, per_second=None)
    jobs: list[Job] = []
    for _ in range(40):
        match rng.randrange(6):
            case 0 | 1 | 2:
                keys = rng.sample("abc", rng.randrange(4))
                tags = rng.choice([(), ("gpu",)])
                jobs.append(await fleet.submit(concurrency=keys, tags=tags, priority=rng.choice(list(JobPriority))))
            case 3 | 4 if running(fleet):
                done = rng.choice(sorted(running(fleet)))
                status = rng.choice([JobStatus.COMPLETED, JobStatus.FAILED])
                await finish(fleet, fleet.job(done), status, kind=ErrorKind.BUSINESS)
            case 5 if jobs:
                job = rng.choice(jobs)
                if fleet.status(job) is QUEUED:
                    await fleet.engine.cancel_job(job.job_id)
                    await fleet.settle()
            case _:
                pass
        check(fleet, limits)
    while running(fleet):
        await finish(fleet, fleet.job(min(running(fleet))))
        check(fleet, limits)
    assert all(fleet.status(job).has_ended for job in jobs)


def check(fleet: Fleet, limits: dict[str, int]) -> None:
    live = [job for job in fleet.engine.queue.open_jobs() if job.status.is_live]
    held = Counter(claim.key for job in live for claim in job.concurrency)
    assert all(held[key] <= limit for key, limit in limits.items()), held
    for job in fleet.engine.queue.get_by_status(QUEUED):
        has_keys = all(held[claim.key] < limits[claim.key] for claim in job.concurrency)
        has_robot = any(
            each.has_room and job.requirements.tags <= each.robot.tags for each in fleet.engine.pool.candidates()
        )
        assert not (has_keys and has_robot), job


@pytest.mark.feature("X21", "D70", "C33")
async def test_a_low_job_that_has_waited_long_enough_goes_before_a_fresh_high_one(slow_fleet: StartFleet) -> None:
    fleet = await slow_fleet(EngineSettings(ageing_s=60.0))
    robot = await fleet.robot("r")
    busy = await fleet.submit()
    old = await fleet.submit(priority="low")
    await fleet.advance(115)
    high = await fleet.submit(priority="high")
    assert fleet.engine.queue.peek() == fleet.job(high)
    await fleet.advance(10)
    fresh = await fleet.submit(priority="high")
    critical = await fleet.submit(priority="critical")
    order = []
    for last in (busy, critical, high, old):
        await finish(fleet, last)
        order += [ref.job_id for ref in robot.running]
    assert order == [critical.job_id, high.job_id, old.job_id, fresh.job_id]


@pytest.mark.feature("X21")
async def test_a_new_priority_moves_a_waiting_job_and_keeps_what_it_has_waited(fleet: Fleet) -> None:
    first, second = await fleet.submit(priority="low"), await fleet.submit()
    assert fleet.engine.queue.peek() == fleet.job(second)
    await fleet.engine.order.prioritise(first.job_id, JobPriority.NORMAL, actor="anna")
    assert fleet.engine.queue.peek() == fleet.job(first)
    keyed = [await fleet.submit(concurrency=["k"]) for _ in range(3)]
    await fleet.robot("r", slots=9)
    await fleet.engine.order.prioritise(keyed[2].job_id, JobPriority.HIGH)
    await finish(fleet, keyed[0])
    assert (fleet.status(keyed[2]), fleet.status(keyed[1])) == (RUNNING, QUEUED)


@pytest.mark.feature("X17")
async def test_of_a_long_line_behind_a_key_the_dispatcher_sees_only_who_can_start(fleet: Fleet) -> None:
    line = [await fleet.submit(concurrency=[{"key": "k", "limit": 3}]) for _ in range(60)]
    urgent = await fleet.submit(concurrency=["k"], priority="critical")
    (use,) = fleet.engine.flow.limits()
    assert use.waiting == len(line) + 1 - 3
    assert len(fleet.engine.queue) == len(line) + 1
    await fleet.robot("r", slots=9)
    assert running(fleet) == {urgent.job_id, line[0].job_id, line[1].job_id}
