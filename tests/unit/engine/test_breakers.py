"""Breakers: a site that fails again and again is left alone, tried, and used again when it answers."""

import pytest
from fake_fleet import Fleet

from orchestrator.contract.errors import ErrorKind
from orchestrator.contract.states import JobStatus
from orchestrator.domain.breaker import BreakerState
from orchestrator.domain.events import Event, SwitchedOff, SwitchedOn
from orchestrator.domain.job import Job
from orchestrator.engine.errors import NotFoundError

SITE = "site:example.org"
RUNNING, QUEUED = JobStatus.RUNNING, JobStatus.QUEUED
OPEN, CLOSED, HALF_OPEN = BreakerState.OPEN, BreakerState.CLOSED, BreakerState.HALF_OPEN


async def a_job(fleet: Fleet) -> Job:
    return await fleet.submit(concurrency=[{"key": SITE, "limit": 9}], max_retries=0)


async def end(fleet: Fleet, job: Job, status: JobStatus, kind: ErrorKind = ErrorKind.NETWORK) -> None:
    robot = fleet.robots["r"]
    await robot.finish(next(ref for ref in robot.running if ref.job_id == job.job_id), status, kind=kind)
    await fleet.settle()


async def trip(fleet: Fleet, times: int = 5) -> None:
    for _ in range(times):
        await end(fleet, await a_job(fleet), JobStatus.FAILED)


def heard(fleet: Fleet) -> list[Event]:
    events: list[Event] = []
    fleet.engine.bus.subscribe(SwitchedOff, events.append)
    fleet.engine.bus.subscribe(SwitchedOn, events.append)
    return events


@pytest.mark.feature("O27", "X17", "X25")
async def test_a_site_that_fails_again_and_again_is_left_alone_and_everybody_hears_why(fleet: Fleet) -> None:
    events = heard(fleet)
    await fleet.robot("r", slots=9)
    await trip(fleet, 4)
    assert fleet.engine.flow_control.breaker(SITE).state is CLOSED
    await trip(fleet, 1)
    waiting, other = await a_job(fleet), await fleet.submit(concurrency=["site:other"])
    assert (fleet.status(waiting), fleet.status(other)) == (QUEUED, RUNNING)
    (opened,) = events
    assert isinstance(opened, SwitchedOff)
    assert (opened.kind, opened.subject) == ("breaker", SITE)
    assert opened.reason == "5 of the last 5 jobs failed on the site or the network within 300 s."


@pytest.mark.feature("O27")
async def test_one_job_tries_and_the_others_follow_when_it_ends_well(fleet: Fleet) -> None:
    events = heard(fleet)
    await fleet.robot("r", slots=9)
    await trip(fleet)
    first, second, third = [await a_job(fleet) for _ in range(3)]
    await fleet.advance(59)
    assert fleet.status(first) is QUEUED
    await fleet.advance(1)
    assert [fleet.status(each) for each in (first, second, third)] == [RUNNING, QUEUED, QUEUED]
    assert fleet.engine.flow_control.breaker(SITE).state is HALF_OPEN
    await end(fleet, first, JobStatus.COMPLETED)
    assert [fleet.status(each) for each in (second, third)] == [RUNNING, RUNNING]
    assert [type(event) for event in events] == [SwitchedOff, SwitchedOn]
    await fleet.advance(10)
    assert not fleet.store.flow.breaker_records


@pytest.mark.feature("O27")
async def test_each_probe_that_fails_doubles_the_rest_and_one_that_says_nothing_does_not(fleet: Fleet) -> None:
    await fleet.robot("r", slots=9)
    await trip(fleet)
    first, second, third = [await a_job(fleet) for _ in range(3)]
    await fleet.advance(60)
    await end(fleet, first, JobStatus.FAILED)
    await fleet.advance(119)
    assert fleet.status(second) is QUEUED
    await fleet.advance(1)
    assert fleet.status(second) is RUNNING
    await fleet.engine.cancel_job(second.job_id)
    await fleet.settle()
    assert fleet.status(third) is RUNNING


@pytest.mark.parametrize("kind", [ErrorKind.BUSINESS, ErrorKind.TARGET_NOT_FOUND, ErrorKind.BROWSER_LOST])
async def test_failures_that_are_not_the_sites_open_nothing(fleet: Fleet, kind: ErrorKind) -> None:
    await fleet.robot("r")
    for _ in range(6):
        await end(fleet, await a_job(fleet), JobStatus.FAILED, kind)
    assert fleet.engine.flow_control.breaker(SITE).state is CLOSED


async def test_a_few_failures_among_many_successes_open_nothing(fleet: Fleet) -> None:
    await fleet.robot("r")
    for _ in range(5):
        await end(fleet, await a_job(fleet), JobStatus.FAILED)
        for _ in range(2):
            await end(fleet, await a_job(fleet), JobStatus.COMPLETED)
    assert fleet.engine.flow_control.breaker(SITE).state is CLOSED


async def test_old_failures_do_not_count(fleet: Fleet) -> None:
    await fleet.robot("r")
    await trip(fleet, 4)
    await fleet.advance(301)
    await trip(fleet, 4)
    assert fleet.engine.flow_control.breaker(SITE).state is CLOSED


@pytest.mark.feature("O27")
async def test_a_person_opens_and_closes_breakers_and_nothing_but_a_person_closes_that_one(fleet: Fleet) -> None:
    await fleet.robot("r", slots=9)
    await fleet.engine.flow.open_breaker(SITE, reason="They are moving house.", actor="anna")
    job = await a_job(fleet)
    await fleet.advance(4_000)
    assert fleet.status(job) is QUEUED
    (look,) = fleet.engine.flow.breakers()
    assert (look.state, look.reason, look.opened_by, look.probe_at, look.waiting) == (
        OPEN, "They are moving house.", "anna", None, 1
    )  # fmt: skip
    await fleet.engine.flow.close_breaker(SITE, actor="anna")
    await fleet.settle()
    assert fleet.status(job) is RUNNING
    with pytest.raises(NotFoundError, match="no open breaker"):
        await fleet.engine.flow.close_breaker(SITE)


@pytest.mark.feature("O27")
async def test_an_open_breaker_outlives_a_restart(fleet: Fleet) -> None:
    await fleet.robot("r", slots=9)
    await trip(fleet)
    await fleet.restart(away_s=20)
    await fleet.robots["r"].connect()
    job = await a_job(fleet)
    await fleet.advance(35)
    assert fleet.status(job) is QUEUED
    await fleet.advance(5)
    assert fleet.status(job) is RUNNING
