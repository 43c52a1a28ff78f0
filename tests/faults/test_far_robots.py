"""Robots behind a real network stack: packets swallowed, refused, lost, squeezed; peers gone without a word."""

import asyncio
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from fault_table import Injections

from orchestrator.contract.api.jobs import SubmitRequest
from orchestrator.contract.states import JobStatus, RobotStatus
from tests.faults.far_robot import Cable, laid_cable
from tests.faults.fleet import Fleet, running_fleet
from tests.faults.processes import PATIENT_TERMS, QUICK_ENGINE, OrchestratorProcess, RobotProcess

pytestmark = [pytest.mark.timeout(900), pytest.mark.faults]

PRODUCTION_HEARTBEAT_S = 10.0


@pytest.fixture
def cable() -> Iterator[Cable]:
    """A network between orchestrator and robots."""
    with laid_cable() as cable:
        yield cable


@pytest.fixture
async def far_fleet(tmp_path: Path, cable: Cable) -> AsyncIterator[Fleet]:
    """An orchestrator at the near end of it."""
    orchestrator = OrchestratorProcess(folder=tmp_path / "data", terms=PATIENT_TERMS, environment=reachable(cable))
    async with running_fleet(tmp_path, orchestrator, host=cable.host) as fleet:
        yield fleet


def reachable(cable: Cable) -> dict[str, str]:
    """Settings of an orchestrator that listens at the near end."""
    return {"BOTSWAIN_HOST": cable.host, "BOTSWAIN_INSECURE": "true"}


async def busy_robot(fleet: Fleet, cable: Cable, name: str = "anna", *, held: int = 4) -> RobotProcess:
    """A robot at the far end that holds so many jobs, every second of them not to be repeated."""
    robot = await fleet.robot(name, slots=max(held, 2), under=cable.under)
    for number in range(held):
        await fleet.submit(f"job-{number}", retry_safe=number % 2 == 0)
    await fleet.ledger.until(lambda now: len(now.held()) == held)
    return robot


@pytest.mark.parametrize("seconds", [5, 30])
@pytest.mark.fault("14", "packets swallowed in both directions", "A B C D E")
async def test_a_silent_network_delays_and_repeats_nothing(
    far_fleet: Fleet, cable: Cable, injected: Injections, seconds: float
) -> None:
    fleet = far_fleet
    await busy_robot(fleet, cable)
    cable.drop(fleet.facts.port)
    injected.one()
    fleet.ledger.release("job-0", "job-1")
    await asyncio.sleep(seconds)
    cable.mend()
    rows = await fleet.settle()
    assert {row.status for row in rows.values()} == {"completed"}
    assert fleet.ledger.count("begin") == len(rows)


@pytest.mark.parametrize("way", ["to_robot", "to_orchestrator"])
@pytest.mark.fault("15", "packets swallowed in one direction", "A B C D E")
async def test_a_network_that_works_in_one_direction_records_nothing_twice(
    far_fleet: Fleet, cable: Cable, injected: Injections, way: str
) -> None:
    fleet = far_fleet
    await busy_robot(fleet, cable)
    cable.drop(fleet.facts.port, to_robot=way == "to_robot", to_orchestrator=way == "to_orchestrator")
    injected.one()
    fleet.ledger.release("job-0", "job-1")
    await asyncio.sleep(12)
    cable.mend()
    rows = await fleet.settle()
    assert {row.status for row in rows.values()} == {"completed"}
    assert fleet.ledger.count("begin") == len(rows)


@pytest.mark.fault("16", "a robot's machine vanishes without a FIN", "A B C D E")
async def test_a_peer_that_vanished_without_a_word_is_noticed_and_replaced(
    far_fleet: Fleet, cable: Cable, injected: Injections
) -> None:
    fleet = far_fleet
    robot = await busy_robot(fleet, cable, held=2)
    cable.drop(fleet.facts.port)
    robot.kill()
    injected.one()
    vanished_s = time.monotonic()
    await fleet.until_lost("anna")
    assert time.monotonic() - vanished_s < 45
    cable.mend()
    robot.start()
    await fleet.until_connected("anna")
    rows = await fleet.settle()
    assert {row.status for row in rows.values()} == {"completed", "dead_letter"}


@pytest.mark.fault("16", "the orchestrator's end vanishes without a FIN", "A B C D E")
async def test_a_robot_notices_an_orchestrator_that_vanished(
    far_fleet: Fleet, cable: Cable, injected: Injections
) -> None:
    fleet = far_fleet
    await busy_robot(fleet, cable, held=2)
    cable.drop(fleet.facts.port)
    fleet.orchestrator.kill()
    injected.one()
    await fleet.orchestrator.start()
    cable.mend()
    await fleet.until_connected("anna")
    rows = await fleet.settle()
    assert {row.status for row in rows.values()} == {"completed"}
    assert fleet.ledger.count("begin") == len(rows)


@pytest.mark.fault("17", "every packet answered with a reset, for ten seconds", "A B C D E")
async def test_a_storm_of_resets_passes(far_fleet: Fleet, cable: Cable, injected: Injections) -> None:
    fleet = far_fleet
    await busy_robot(fleet, cable)
    cable.reset(fleet.facts.port)
    injected.one()
    fleet.ledger.release("job-0", "job-1")
    await asyncio.sleep(10)
    cable.mend()
    rows = await fleet.settle()
    assert {row.status for row in rows.values()} == {"completed"}
    assert fleet.ledger.count("begin") == len(rows)


@pytest.mark.fault("18", "a fifth of all packets lost while forty quick jobs run", "A B C D E")
async def test_a_lossy_network_only_slows_work_down(far_fleet: Fleet, cable: Cable, injected: Injections) -> None:
    fleet = far_fleet
    fleet.ledger.release_all()
    await fleet.robot("anna", slots=4, under=cable.under)
    cable.lose(fleet.facts.port, 0.2)
    injected.one()
    jobs = [await fleet.submit(f"job-{n}", retry_safe=n % 2 == 0, held=False) for n in range(40)]
    rows = await fleet.settle()
    assert {rows[job.job_id].status for job in jobs} == {"completed"}
    assert fleet.ledger.count("begin") == len(jobs)


@pytest.mark.fault("18", "a network that is there for a second and gone for the next", "A B C D E")
async def test_a_flapping_network_only_slows_work_down(far_fleet: Fleet, cable: Cable, injected: Injections) -> None:
    fleet = far_fleet
    fleet.ledger.release_all()
    await fleet.robot("anna", slots=4, under=cable.under)
    jobs = [await fleet.submit(f"job-{n}", retry_safe=n % 2 == 0, held=False) for n in range(20)]
    for _ in range(10):
        cable.drop(fleet.facts.port)
        injected.one()
        await asyncio.sleep(1)
        cable.mend()
        await asyncio.sleep(1)
    rows = await fleet.settle()
    assert {rows[job.job_id].status for job in jobs} == {"completed"}
    assert fleet.ledger.count("begin") == len(jobs)


BIG = {
    "name": "Big",
    "retry_safe": True,
    "variables": {"text": {"type": "string", "required": True}},
    "steps": [{"id": "keep", "action": "set", "parameters": {"value": "${{ text }}"}}],
}


@pytest.mark.fault("19", "a result of 320 kB over 64 kbit/s: 40 seconds", "A B E, nobody is taken for dead")
async def test_a_big_result_on_a_narrow_line_arrives_and_its_robot_is_not_taken_for_dead(
    tmp_path: Path, cable: Cable, injected: Injections
) -> None:
    engine = {**QUICK_ENGINE, "heartbeat_s": PRODUCTION_HEARTBEAT_S, "missed_heartbeats": 3}
    orchestrator = OrchestratorProcess(folder=tmp_path / "data", engine=engine, environment=reachable(cable))
    async with running_fleet(tmp_path, orchestrator, host=cable.host) as fleet:
        await fleet.robot("anna", under=cable.under)
        cable.narrow(64)
        injected.one()
        request = SubmitRequest(definition=BIG, variables={"text": "x" * 320_000})
        job = await fleet.client.submit(request)
        await fleet.watch.until_ended(job.job_id, limit_s=240)
        assert fleet.watch.jobs[job.job_id].status is JobStatus.COMPLETED
        assert fleet.watch.robots["anna"].status not in {RobotStatus.LOST, RobotStatus.OFFLINE}
        assert "went away" not in orchestrator.log.read_text()
