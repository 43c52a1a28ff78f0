"""Cancels that meet offers, starts, ends, silence and other cancels: always one final state."""

import asyncio

import pytest
from fault_table import Injections

from orchestrator.client.errors import RefusedError
from orchestrator.contract.states import JobStatus
from tests.faults.fleet import Fleet
from tests.faults.relay import Relay

pytestmark = pytest.mark.timeout(900)


async def cancel(fleet: Fleet, job_id: str) -> bool:
    """True when the orchestrator took the order; False when the job had ended."""
    try:
        await fleet.client.cancel(job_id, reason="race")
    except RefusedError as error:
        if error.body.code != "conflict":
            raise
        return False
    return True


@pytest.mark.fault("48", "cancels at every moment of a job's life, each of them twice", "A B C D E")
async def test_whatever_a_cancel_meets_the_job_has_one_end(fleet: Fleet, injected: Injections) -> None:
    fleet.ledger.release_all()
    await fleet.robot("anna", slots=4)
    jobs = []
    for number in range(40):
        job = await fleet.submit(f"job-{number}", retry_safe=number % 2 == 0, held=False)
        jobs.append(job)
        await asyncio.sleep(0.004 * (number % 20))
        took = await asyncio.gather(cancel(fleet, job.job_id), cancel(fleet, job.job_id))
        injected.one(len(took))
    rows = await fleet.settle()
    statuses = {rows[job.job_id].status for job in jobs}
    assert statuses <= {"completed", "cancelled"}
    begun = {entry.mark for entry in fleet.ledger.entries if entry.kind == "begin"}
    ended = {entry.mark for entry in fleet.ledger.entries if entry.kind == "end"}
    completed = {job.mark for job in jobs if rows[job.job_id].status == "completed"}
    assert completed <= ended <= begun


@pytest.mark.faults
@pytest.mark.fault("48", "cancel while the robot cannot be reached", "A B C D E")
async def test_a_cancel_reaches_a_robot_that_was_away(fleet: Fleet, injected: Injections) -> None:
    async with Relay(fleet.facts.port).listening() as relay:
        await fleet.robot("anna", slots=2, port=relay.port)
        jobs = [await fleet.submit(f"job-{n}", retry_safe=False) for n in range(2)]
        await fleet.ledger.until(lambda now: len(now.held()) == 2)
        relay.stop()
        for job in jobs:
            await fleet.client.cancel(job.job_id)
            injected.one()
        await asyncio.sleep(2)
        relay.mend()
        await fleet.watch.until_ended(*(job.job_id for job in jobs), limit_s=240)
        await fleet.ledger.until(lambda now: not now.held())
        rows = await fleet.settle()
    assert {rows[job.job_id].status for job in jobs} == {"cancelled"}
    assert fleet.ledger.count("end") == 0


@pytest.mark.faults
@pytest.mark.fault("48", "cancel while the robot is dead", "A B C D E")
async def test_a_cancel_of_a_dead_robots_job_ends_the_job(fleet: Fleet, injected: Injections) -> None:
    robot = await fleet.robot("anna", slots=2)
    jobs = [await fleet.submit(f"job-{n}", retry_safe=n == 0) for n in range(2)]
    await fleet.ledger.until(lambda now: len(now.held()) == 2)
    robot.kill()
    for job in jobs:
        await fleet.client.cancel(job.job_id)
        injected.one()
    await fleet.robot("bert")
    rows = await fleet.settle()
    assert {rows[job.job_id].status for job in jobs} == {JobStatus.CANCELLED}
    assert fleet.ledger.count("begin") == 2
