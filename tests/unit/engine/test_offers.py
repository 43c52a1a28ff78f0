"""Offers: refused, unanswered, sent into a closed connection; and which robot they go to."""

import pytest
from fake_fleet import Fleet
from log_guard import ExpectWarning

from orchestrator.contract.protocol.jobs import JobAccepted, RefusalReason
from orchestrator.contract.states import JobStatus
from orchestrator.domain.placement import LoadBalancingStrategy
from orchestrator.engine.settings import EngineSettings


async def test_an_offer_that_is_not_answered_goes_back_into_the_queue(fleet: Fleet) -> None:
    mute = await fleet.robot("mute")
    mute.ignores_offers = True
    job = await fleet.submit()
    await fleet.advance(14)
    assert fleet.status(job) is JobStatus.DISPATCHED
    mute.ignores_offers = False
    await fleet.advance(1.5)
    assert (fleet.status(job), fleet.job(job).attempt) == (JobStatus.RUNNING, 2)
    assert [record.outcome for record in await fleet.store.attempts(job.job_id)] == ["expired", None]
    assert fleet.job(job).failures == 0


async def test_an_acceptance_after_the_offer_expired_starts_nothing(fleet: Fleet) -> None:
    mute = await fleet.robot("mute")
    mute.ignores_offers = True
    job = await fleet.submit()
    await fleet.advance(16)
    await mute.say(JobAccepted(job_id=job.job_id, attempt=1))
    await fleet.settle()
    assert not fleet.ledger.starts
    assert fleet.job(job).attempt == 2


async def test_a_busy_robot_rests_and_is_asked_again(fleet: Fleet) -> None:
    robot = await fleet.robot("r1")
    robot.refuses = RefusalReason.BUSY
    job = await fleet.submit()
    assert len(robot.assignments) == 1
    await fleet.advance(1.9)
    assert len(robot.assignments) == 1
    robot.refuses = None
    await fleet.advance(0.2)
    assert fleet.status(job) is JobStatus.RUNNING


async def test_a_refusal_for_a_capability_sends_the_job_elsewhere_and_others_still_come(fleet: Fleet) -> None:
    settings = EngineSettings(load_balancing=LoadBalancingStrategy.ROUND_ROBIN)
    fleet = await Fleet(settings).start()
    picky, other = await fleet.robot("a", tags=("x",)), await fleet.robot("b", tags=("x",))
    picky.refuses = RefusalReason.CAPABILITY
    job = await fleet.submit(tags=("x",))
    assert len(picky.assignments) == 1
    assert [ref.job_id for ref in other.running] == [job.job_id]
    picky.refuses = None
    plain = await fleet.submit()
    assert [ref.job_id for ref in picky.running] == [plain.job_id]
    await fleet.engine.stop()


async def test_an_offer_into_a_closed_connection_is_taken_back_at_once(fleet: Fleet) -> None:
    robot = await fleet.robot("r1")
    await robot.lose_connection(orchestrator_notices=False)
    job = await fleet.submit()
    await fleet.settle()
    assert fleet.status(job) in {JobStatus.QUEUED, JobStatus.DISPATCHED}
    await robot.connect()
    await fleet.settle()
    assert fleet.status(job) is JobStatus.RUNNING


async def test_a_drained_robot_finishes_and_takes_nothing_new(fleet: Fleet) -> None:
    robot = await fleet.robot("r1", slots=2)
    await fleet.submit()
    await fleet.engine.drain_robot(robot.robot_id)
    waiting = await fleet.submit()
    assert len(robot.running) == 1
    assert fleet.status(waiting) is JobStatus.QUEUED
    await fleet.engine.resume_robot(robot.robot_id)
    await fleet.settle()
    assert len(robot.running) == 2


async def test_draining_outlives_a_reconnect(fleet: Fleet) -> None:
    robot = await fleet.robot("r1")
    await fleet.engine.drain_robot(robot.robot_id)
    registered = await robot.connect()
    assert registered.draining


async def spread(strategy: LoadBalancingStrategy, jobs: int, *, slots: int = 4) -> list[str]:
    """Names of the robots in the order in which jobs reached them."""
    fleet = await Fleet(EngineSettings(load_balancing=strategy)).start()
    for name in ("a", "b", "c"):
        await fleet.robot(name, slots=slots)
    order = []
    for _ in range(jobs):
        job = await fleet.submit()
        order.append(str(fleet.job(job).robot_id))
    await fleet.engine.stop()
    return order


@pytest.mark.feature("C25", "W27")
async def test_round_robin_goes_around() -> None:
    assert await spread(LoadBalancingStrategy.ROUND_ROBIN, 6) == ["a", "b", "c"] * 2


@pytest.mark.feature("C26", "W28", "C02")
async def test_least_loaded_evens_the_load_out() -> None:
    order = await spread(LoadBalancingStrategy.LEAST_LOADED, 6)
    assert sorted(order[:3]) == sorted(order[3:]) == ["a", "b", "c"]


@pytest.mark.feature("C27")
async def test_random_uses_every_robot_in_the_long_run() -> None:
    assert set(await spread(LoadBalancingStrategy.RANDOM, 12)) == {"a", "b", "c"}


@pytest.mark.feature("C28")
async def test_affinity_stays_with_the_robot_that_ran_the_workflow() -> None:
    order = await spread(LoadBalancingStrategy.AFFINITY, 5)
    assert len(set(order[:4])) == 1
    assert order[4] != order[0]


async def test_twenty_jobs_keep_both_robots_busy(fleet: Fleet) -> None:
    first, second = await fleet.robot("r1"), await fleet.robot("r2")
    jobs = [await fleet.submit() for _ in range(20)]
    done = {"r1": 0, "r2": 0}
    while first.running or second.running:
        assert len(first.running) <= 1
        assert len(second.running) <= 1
        for robot in (first, second):
            if robot.running:
                await robot.finish()
                done[robot.robot_id] += 1
        await fleet.settle()
    assert done == {"r1": 10, "r2": 10}
    assert {fleet.status(job) for job in jobs} == {JobStatus.COMPLETED}


async def test_a_job_whose_row_another_program_holds_lets_the_others_pass_and_goes_later(
    fleet: Fleet, expected_warnings: ExpectWarning
) -> None:
    expected_warnings("Another program holds the row of job")
    held = await fleet.submit()
    fleet.store.held.add(held.job_id)
    other = await fleet.submit()
    await fleet.robot("r1")
    await fleet.settle()
    assert (fleet.status(held), fleet.status(other)) == (JobStatus.QUEUED, JobStatus.RUNNING)
    await fleet.robot("r2")
    fleet.store.held.clear()
    await fleet.advance(6)
    assert fleet.status(held) is JobStatus.RUNNING
