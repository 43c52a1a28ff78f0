"""The network between robots and orchestrator stops, works in one direction only, breaks and flaps."""

import asyncio

import pytest
from fault_table import Injections

from tests.faults.fleet import Fleet
from tests.faults.relay import Relay, Way

pytestmark = [pytest.mark.timeout(900)]


@pytest.mark.faults
@pytest.mark.parametrize("seconds", [2, 5, 20])
@pytest.mark.fault("14", "no traffic between robot and orchestrator for a while", "A B C D E")
async def test_a_partition_delays_results_and_repeats_only_what_may_be_repeated(
    fleet: Fleet, injected: Injections, seconds: float
) -> None:
    async with Relay(fleet.facts.port).listening() as relay:
        await fleet.robot("anna", slots=4, port=relay.port)
        jobs = [await fleet.submit(f"job-{n}", retry_safe=n % 2 == 0) for n in range(4)]
        await fleet.ledger.until(lambda now: len(now.held()) == 4)
        relay.stop()
        injected.one()
        fleet.ledger.release("job-0", "job-1")
        await asyncio.sleep(seconds)
        relay.mend()
        rows = await fleet.settle()
    assert {rows[job.job_id].status for job in jobs if job.retry_safe} == {"completed"}


@pytest.mark.faults
@pytest.mark.parametrize("way", list(Way))
@pytest.mark.fault("15", "traffic in one direction only", "A B C D E")
async def test_traffic_in_one_direction_only_records_nothing_twice(
    fleet: Fleet, injected: Injections, way: Way
) -> None:
    async with Relay(fleet.facts.port).listening() as relay:
        await fleet.robot("anna", slots=4, port=relay.port)
        jobs = [await fleet.submit(f"job-{n}", retry_safe=n % 2 == 0) for n in range(4)]
        await fleet.ledger.until(lambda now: len(now.held()) == 4)
        relay.stop(way)
        injected.one()
        fleet.ledger.release("job-0", "job-1")
        await asyncio.sleep(8)
        relay.mend()
        rows = await fleet.settle()
    assert {rows[job.job_id].status for job in jobs if job.retry_safe} == {"completed"}


@pytest.mark.faults
@pytest.mark.fault("17", "connections reset while jobs run and results travel", "A B C D E")
async def test_resets_neither_end_nor_repeat_what_runs(patient_fleet: Fleet, injected: Injections) -> None:
    fleet = patient_fleet
    async with Relay(fleet.facts.port).listening() as relay:
        await fleet.robot("anna", slots=2, port=relay.port)
        jobs = [await fleet.submit(f"job-{n}", retry_safe=False) for n in range(3)]
        await fleet.ledger.until(lambda now: len(now.held()) == 2)
        dials = relay.dials
        relay.cut()
        injected.one()
        await fleet.watch.until(lambda _: relay.dials > dials)
        rows = await fleet.settle()
    assert {rows[job.job_id].status for job in jobs} == {"completed"}
    assert fleet.ledger.count("begin") == len(jobs)


@pytest.mark.faults
@pytest.mark.fault("18", "connections reset every second while sixty quick jobs run", "A B C D E")
async def test_a_flapping_network_loses_and_repeats_nothing(patient_fleet: Fleet, injected: Injections) -> None:
    fleet = patient_fleet
    fleet.ledger.release_all()
    async with Relay(fleet.facts.port).listening() as relay:
        for name in ("anna", "bert"):
            await fleet.robot(name, slots=2, port=relay.port)
        jobs = [await fleet.submit(f"job-{n}", retry_safe=n % 2 == 0, held=False) for n in range(60)]
        while injected.count < 20 and fleet.ledger.count("end") < len(jobs):
            await asyncio.sleep(0.3 + 0.17 * (injected.count % 6))
            relay.cut()
            injected.one()
        rows = await fleet.settle()
    assert {rows[job.job_id].status for job in jobs} == {"completed"}
    assert fleet.ledger.count("begin") == len(jobs)
