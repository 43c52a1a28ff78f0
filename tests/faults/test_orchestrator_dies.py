"""The orchestrator is killed, stopped, frozen and restarted while robots work and clients submit."""

import asyncio
import subprocess
import sys
import time
from functools import partial

import pytest
from fault_table import Injections

from orchestrator.contract.states import JobStatus
from tests.faults.fleet import Fleet
from tests.faults.ledger import Ledger
from tests.faults.processes import OrchestratorProcess
from tests.faults.submitters import Submitters

pytestmark = pytest.mark.timeout(900)


def has_ended(count: int, ledger: Ledger) -> bool:
    """True once so many jobs have reported their end."""
    return ledger.count("end") >= count


@pytest.mark.feature("X07", "W31", "C92")
@pytest.mark.fault("1", "orchestrator killed while jobs run", "A B C D E")
async def test_running_jobs_outlive_the_orchestrator_and_are_not_started_again(
    patient_fleet: Fleet, injected: Injections
) -> None:
    fleet = patient_fleet
    for name in ("anna", "bert"):
        await fleet.robot(name, slots=3)
    jobs = [await fleet.submit(f"job-{n}", retry_safe=n % 2 == 0) for n in range(8)]
    await fleet.ledger.until(lambda now: len(now.held()) == 6)
    fleet.orchestrator.kill()
    injected.one()
    await fleet.orchestrator.start()
    await fleet.until_connected("anna", "bert")
    rows = await fleet.settle()
    assert {rows[job.job_id].status for job in jobs} == {"completed"}
    assert fleet.ledger.count("begin") == len(jobs)


@pytest.mark.faults
@pytest.mark.fault("1", "orchestrator killed again and again while 50 jobs run", "A B C D E")
async def test_jobs_survive_a_killed_orchestrator_many_times(patient_fleet: Fleet, injected: Injections) -> None:
    fleet = patient_fleet
    for name in ("anna", "bert", "carl"):
        await fleet.robot(name, slots=4)
    jobs = await fleet.submit_many("safe", 25)
    jobs += await fleet.submit_many("once", 25, retry_safe=False)
    for turn in range(6):
        await fleet.ledger.until(lambda now: len(now.held()) >= min(8, len(jobs) - now.count("end")))
        fleet.orchestrator.kill()
        injected.one()
        fleet.ledger.release(*sorted(fleet.ledger.held())[: 4 + turn])
        await fleet.orchestrator.start()
        await fleet.until_connected("anna", "bert", "carl")
    rows = await fleet.settle()
    assert {rows[job.job_id].status for job in jobs} == {"completed"}
    assert fleet.ledger.count("begin") == len(jobs)


@pytest.mark.faults
@pytest.mark.fault("2", "orchestrator asked to end while jobs run", "A B C D E")
async def test_an_orchestrator_that_is_asked_to_end_leaves_running_jobs_alone(
    patient_fleet: Fleet, injected: Injections
) -> None:
    fleet = patient_fleet
    await fleet.robot("anna", slots=2)
    jobs = [await fleet.submit(f"job-{n}", retry_safe=False) for n in range(3)]
    await fleet.ledger.until(lambda now: len(now.held()) == 2)
    assert fleet.orchestrator.victim is not None
    began = time.monotonic()
    code = await fleet.orchestrator.victim.end(limit_s=10)
    injected.one()
    assert code == 0
    assert time.monotonic() - began < 10
    assert len(fleet.ledger.held()) == 2
    await fleet.orchestrator.start()
    rows = await fleet.settle()
    assert {rows[job.job_id].status for job in jobs} == {"completed"}
    assert fleet.ledger.count("begin") == len(jobs)


@pytest.mark.faults
@pytest.mark.fault("3", "orchestrator killed at any moment while clients submit", "A B C E")
async def test_what_was_acknowledged_is_kept_and_a_repeated_key_gives_the_same_job(
    patient_fleet: Fleet, injected: Injections
) -> None:
    fleet = patient_fleet
    await fleet.robot("anna", slots=4)
    fleet.ledger.release_all()
    submitters = Submitters(fleet)
    async with submitters.at_work():
        while not submitters.are_done:
            await submitters.until_more(1 + 12 * (injected.count % 5))
            await asyncio.sleep(0.013 * (injected.count % 7))
            fleet.orchestrator.kill()
            injected.one()
            await fleet.orchestrator.start()
    assert await submitters.ask_again() == submitters.answers
    rows = await fleet.settle()
    assert len(rows) == len(submitters.answers)
    assert {row.status for row in rows.values()} == {"completed"}


@pytest.mark.faults
@pytest.mark.fault("4/5", "orchestrator killed around claims, starts and results", "A B C D E")
async def test_kills_around_claims_and_results_neither_lose_nor_repeat_a_job(
    patient_fleet: Fleet, injected: Injections
) -> None:
    fleet = patient_fleet
    for name in ("anna", "bert"):
        await fleet.robot(name, slots=2)
    fleet.ledger.release_all()
    jobs = [await fleet.submit(f"quick-{n}", retry_safe=n % 2 == 0, held=False) for n in range(60)]
    while fleet.ledger.count("end") < len(jobs) and injected.count < 10:
        wanted = min(len(jobs), fleet.ledger.count("end") + 1 + injected.count % 4)
        await fleet.ledger.until(partial(has_ended, wanted))
        fleet.orchestrator.kill()
        injected.one()
        await fleet.orchestrator.start()
    rows = await fleet.settle()
    assert {rows[job.job_id].status for job in jobs} == {"completed"}
    assert fleet.ledger.count("begin") == len(jobs)


@pytest.mark.faults
@pytest.mark.fault("11", "orchestrator frozen for longer than every lease", "A B C D E")
async def test_a_frozen_orchestrator_judges_nobody_by_the_time_it_was_away(
    forgiving_fleet: Fleet, injected: Injections
) -> None:
    fleet = forgiving_fleet
    for name in ("anna", "bert"):
        await fleet.robot(name, slots=2)
    jobs = [await fleet.submit(f"job-{n}", retry_safe=n % 2 == 0) for n in range(4)]
    await fleet.ledger.until(lambda now: len(now.held()) == 4)
    assert fleet.orchestrator.victim is not None
    fleet.orchestrator.victim.freeze()
    injected.one()
    await asyncio.sleep(15)
    fleet.orchestrator.victim.thaw()
    await fleet.until_connected("anna", "bert")
    rows = await fleet.settle()
    assert {rows[job.job_id].status for job in jobs} == {"completed"}
    assert fleet.ledger.count("begin") == len(jobs)


@pytest.mark.faults
@pytest.mark.fault("49", "a second orchestrator on the same database", "A B C D E")
async def test_a_second_orchestrator_on_the_same_database_refuses_in_one_sentence(
    fleet: Fleet, injected: Injections
) -> None:
    second = OrchestratorProcess(folder=fleet.orchestrator.folder)
    command = [sys.executable, "-m", "orchestrator.cli.main", "serve", "--port", "0"]
    command += ["--data-dir", str(second.folder)]
    refused = await asyncio.to_thread(subprocess.run, command, capture_output=True, text=True, timeout=60, check=False)
    injected.one()
    assert refused.returncode == 2
    assert "Another orchestrator uses" in refused.stderr
    assert "Traceback" not in refused.stderr
    await fleet.robot("anna")
    job = await fleet.submit("job", held=False)
    rows = await fleet.settle()
    assert rows[job.job_id].status == JobStatus.COMPLETED
