"""Queued jobs say when they start: from history, slots and order, and only where that can be known."""

import pytest
from fake_fleet import SAFE, UNSAFE, Fleet

from orchestrator.contract.states import JobPriority
from orchestrator.domain.job import Job


async def ran_for(fleet: Fleet, seconds: float) -> None:
    await fleet.advance(seconds)
    await fleet.robots["r"].finish()
    await fleet.settle()


def expected(fleet: Fleet, job: Job) -> tuple[int, float | None]:
    found = fleet.engine.forecasts.start_of(fleet.job(job), is_fresh=True)
    assert found is not None
    return found.ahead, found.when.in_s if found.when is not None else None


@pytest.mark.feature("X21")
async def test_a_queued_job_says_when_it_starts_and_is_right(fleet: Fleet) -> None:
    await fleet.robot("r")
    for _ in range(3):
        await fleet.submit()
        await ran_for(fleet, 60)
    await fleet.submit()
    await fleet.advance(20)
    second, third = await fleet.submit(), await fleet.submit()
    assert expected(fleet, second) == (0, 40.0)
    assert expected(fleet, third) == (1, 100.0)
    urgent = await fleet.submit(priority=JobPriority.CRITICAL)
    await fleet.clock.advance(1)
    assert expected(fleet, urgent) == (0, 39.0)
    assert expected(fleet, third) == (2, 159.0)


@pytest.mark.feature("X21")
async def test_without_history_nothing_is_promised_and_a_restart_forgets_none(fleet: Fleet) -> None:
    robot = await fleet.robot("r")
    await fleet.submit(definition=SAFE)
    waiting = await fleet.submit(definition=UNSAFE)
    assert expected(fleet, waiting) == (0, None)
    await ran_for(fleet, 30)
    await ran_for(fleet, 30)
    await fleet.restart()
    await robot.connect()
    await fleet.submit(definition=SAFE)
    again = await fleet.submit(definition=UNSAFE)
    assert expected(fleet, again) == (0, 30.0)


async def test_a_job_that_is_not_queued_has_no_start_to_come(fleet: Fleet) -> None:
    await fleet.robot("r")
    job = await fleet.submit()
    assert fleet.engine.forecasts.start_of(fleet.job(job)) is None


async def test_lists_are_answered_from_a_plan_that_is_a_second_old(fleet: Fleet) -> None:
    await fleet.robot("r")
    await fleet.submit()
    await ran_for(fleet, 10)
    await fleet.submit()
    first = await fleet.submit()
    desk = fleet.engine.forecasts
    known = desk.start_of(fleet.job(first))
    assert known is not None
    assert known.when is not None
    late = await fleet.submit()
    soon = desk.start_of(fleet.job(late))
    assert soon is not None
    assert soon.when is None
    await fleet.clock.advance(1.0)
    then = desk.start_of(fleet.job(late))
    assert then is not None
    assert then.when is not None
