"""A few faults with the leases, heartbeats and patience of production, which take many minutes each."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from fault_table import Injections

from orchestrator.domain.lease import LeaseTerms
from tests.faults.fleet import Fleet, running_fleet
from tests.faults.processes import OrchestratorProcess
from tests.faults.relay import Relay

pytestmark = [pytest.mark.timeout(3_600), pytest.mark.faults, pytest.mark.long]

LIMIT_S = 1_800.0


@pytest.fixture
async def production_fleet(tmp_path: Path) -> AsyncIterator[Fleet]:
    """An orchestrator that counts in minutes, as everybody's does."""
    orchestrator = OrchestratorProcess(folder=tmp_path / "data", terms=LeaseTerms(), engine={})
    async with running_fleet(tmp_path, orchestrator) as fleet:
        yield fleet


async def four_held(fleet: Fleet) -> None:
    """Four jobs that run, every second of them not to be repeated."""
    for number in range(4):
        await fleet.submit(f"job-{number}", retry_safe=number % 2 == 0, timeout_s=LIMIT_S)
    await fleet.ledger.until(lambda now: len(now.held()) == 4)


def began_once(fleet: Fleet) -> bool:
    """True when no job that must not be repeated began twice."""
    return all(fleet.ledger.count("begin", each.mark) == 1 for each in fleet.submitted if not each.retry_safe)


@pytest.mark.fault("1", "orchestrator killed while jobs run, with the terms of production", "A B C D E")
async def test_a_killed_orchestrator_finds_its_jobs_again(production_fleet: Fleet, injected: Injections) -> None:
    fleet = production_fleet
    await fleet.robot("anna", slots=4)
    await four_held(fleet)
    for _ in range(3):
        fleet.orchestrator.kill()
        injected.one()
        await fleet.orchestrator.start()
        await fleet.until_connected("anna")
    rows = await fleet.settle(limit_s=LIMIT_S)
    assert {row.status for row in rows.values()} == {"completed"}
    assert fleet.ledger.count("begin") == len(rows)


@pytest.mark.fault("6", "robot killed for good, with the terms of production", "A B C D E")
async def test_a_robot_that_never_comes_back_costs_its_jobs_what_is_promised(
    production_fleet: Fleet, injected: Injections
) -> None:
    fleet = production_fleet
    robot = await fleet.robot("anna", slots=4)
    await four_held(fleet)
    robot.kill()
    injected.one()
    await fleet.robot("bert", slots=4)
    rows = await fleet.settle(limit_s=LIMIT_S)
    assert {rows[each.job_id].status for each in fleet.submitted if each.retry_safe} == {"completed"}
    assert {rows[each.job_id].status for each in fleet.submitted if not each.retry_safe} == {"dead_letter"}
    assert began_once(fleet)


@pytest.mark.fault("11", "orchestrator frozen for two minutes, with the terms of production", "A B C D E")
async def test_two_frozen_minutes_are_held_against_nobody(production_fleet: Fleet, injected: Injections) -> None:
    fleet = production_fleet
    await fleet.robot("anna", slots=4)
    await four_held(fleet)
    assert fleet.orchestrator.victim is not None
    fleet.orchestrator.victim.freeze()
    injected.one()
    await asyncio.sleep(120)
    fleet.orchestrator.victim.thaw()
    rows = await fleet.settle(limit_s=LIMIT_S)
    assert {row.status for row in rows.values()} == {"completed"}
    assert began_once(fleet)


@pytest.mark.parametrize("seconds", [60, 600])
@pytest.mark.fault("14", "no traffic for one and for ten minutes, with the terms of production", "A B C D E")
async def test_minutes_of_silence_delay_what_must_not_be_repeated(
    production_fleet: Fleet, injected: Injections, seconds: float
) -> None:
    fleet = production_fleet
    async with Relay(fleet.facts.port).listening() as relay:
        await fleet.robot("anna", slots=4, port=relay.port)
        await four_held(fleet)
        relay.stop()
        injected.one()
        fleet.ledger.release("job-0", "job-1")
        await asyncio.sleep(seconds)
        relay.mend()
        rows = await fleet.settle(limit_s=LIMIT_S)
    assert {row.status for row in rows.values()} == {"completed"}
    assert began_once(fleet)
