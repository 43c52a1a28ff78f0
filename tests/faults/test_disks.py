"""Disks that are full, fail, have no names left, are locked by somebody else, or give back something else."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from pathlib import Path

import httpx
import pytest
from fault_table import Injections

from orchestrator.client.errors import RefusedError
from orchestrator.contract.api.jobs import SubmitRequest
from tests.faults.fleet import Fleet, running_fleet
from tests.faults.ledger import PASSWORD, ledger_workflow
from tests.faults.processes import PATIENT_TERMS, OrchestratorProcess
from tests.faults.relay import Relay
from tests.faults.small_disk import failing_disk, small_disk

pytestmark = [pytest.mark.timeout(900), pytest.mark.faults]

UNAVAILABLE = {503, 507}


async def is_refused_as_unavailable(fleet: Fleet) -> bool:
    """True when a submit is answered with a clear error; False when it was accepted (and is then to be kept)."""
    try:
        request = SubmitRequest(definition=ledger_workflow(), variables={"mark": "no", "password": PASSWORD})
        await fleet.client.submit(request)
    except RefusedError as error:
        if error.status not in UNAVAILABLE:
            raise
        return True
    return False


async def health(fleet: Fleet) -> int:
    """What `/health` says."""
    async with httpx.AsyncClient(trust_env=False) as client:
        return (await client.get(f"{fleet.facts.url}/health")).status_code


async def until_health(fleet: Fleet, status: int) -> None:
    """Wait until `/health` says so."""
    async with asyncio.timeout(180):
        while await health(fleet) != status:  # noqa: ASYNC110  it is asked over HTTP
            await asyncio.sleep(0.2)


@asynccontextmanager
async def fleet_with(folder: Path, **orchestrator: object) -> AsyncIterator[Fleet]:
    """A fleet whose orchestrator is patient and has these fields."""
    process = OrchestratorProcess(folder=folder / "data", terms=PATIENT_TERMS, **orchestrator)  # type: ignore[arg-type]
    async with running_fleet(folder, process) as fleet:
        yield fleet


async def carries_on(fleet: Fleet) -> None:
    """Everything that was acknowledged ends well, and new work is taken."""
    await until_health(fleet, 200)
    await fleet.submit("afterwards", retry_safe=False)
    rows = await fleet.settle()
    assert {rows[job.job_id].status for job in fleet.submitted} == {"completed"}
    assert fleet.ledger.count("begin") == len(fleet.submitted)


@pytest.mark.fault("31", "the orchestrator's disk is full", "A B C D E, a clear refusal")
async def test_a_full_disk_refuses_new_work_keeps_what_was_taken_and_recovers(
    tmp_path: Path, injected: Injections
) -> None:
    with small_disk(tmp_path / "data") as disk:
        async with fleet_with(tmp_path) as fleet:
            await fleet.robot("anna", slots=4)
            for number in range(4):
                await fleet.submit(f"job-{number}", retry_safe=number % 2 == 0)
            await fleet.ledger.until(lambda now: len(now.held()) == 4)
            disk.fill()
            injected.one()
            fleet.ledger.release("job-0", "job-1")
            await fleet.ledger.until(lambda now: now.count("end") == 2)
            for _ in range(30):
                if await is_refused_as_unavailable(fleet):
                    break
            else:
                pytest.fail("a full disk took thirty jobs")
            await until_health(fleet, 503)
            disk.empty()
            await carries_on(fleet)


@pytest.mark.fault("33", "the orchestrator's disk answers with EIO", "A B C D E, no crash loop")
async def test_a_failing_disk_refuses_new_work_and_recovers(tmp_path: Path, injected: Injections) -> None:
    flag, environment = failing_disk(tmp_path, "botswain.db")
    async with fleet_with(tmp_path, environment=environment) as fleet:
        await fleet.robot("anna", slots=4)
        for number in range(4):
            await fleet.submit(f"job-{number}", retry_safe=number % 2 == 0)
        await fleet.ledger.until(lambda now: len(now.held()) == 4)
        flag.touch()
        injected.one()
        fleet.ledger.release("job-0", "job-1")
        await fleet.ledger.until(lambda now: now.count("end") == 2)
        assert await is_refused_as_unavailable(fleet)
        await until_health(fleet, 503)
        assert fleet.orchestrator.victim is not None
        assert fleet.orchestrator.victim.is_running
        flag.unlink()
        await carries_on(fleet)


@pytest.mark.fault("28", "somebody else locks the database for eight seconds", "A B C D E")
async def test_a_locked_database_delays_and_loses_nothing(tmp_path: Path, injected: Injections) -> None:
    async with fleet_with(tmp_path) as fleet:
        await fleet.robot("anna", slots=4)
        await fleet.submit("before")
        with closing(sqlite3.connect(fleet.orchestrator.database, isolation_level=None, timeout=10)) as other:
            other.execute("BEGIN EXCLUSIVE")
            injected.one()
            submitting = asyncio.get_running_loop().create_task(fleet.submit("meanwhile", retry_safe=False))
            await asyncio.sleep(8)
            other.execute("COMMIT")
        await submitting
        await carries_on(fleet)


@pytest.mark.fault("30", "a reader that holds its view while 300 jobs run", "A E, the log of writes shrinks again")
async def test_a_long_reader_lets_the_write_ahead_log_grow_only_while_it_reads(
    tmp_path: Path, injected: Injections
) -> None:
    async with fleet_with(tmp_path) as fleet:
        fleet.ledger.release_all()
        await fleet.robot("anna", slots=8)
        log = fleet.orchestrator.database.with_name("botswain.db-wal")
        with closing(sqlite3.connect(f"file:{fleet.orchestrator.database}?mode=ro", uri=True)) as reader:
            reader.execute("BEGIN")
            reader.execute("SELECT count(*) FROM jobs").fetchone()
            injected.one()
            for batch in range(6):
                await asyncio.gather(*(fleet.submit(f"job-{batch}-{n}", held=False) for n in range(25)))
            await fleet.watch.until_ended(*(job.job_id for job in fleet.submitted), limit_s=240)
            grown = log.stat().st_size
        for number in range(10):
            await fleet.submit(f"later-{number}", held=False)
        await fleet.settle()
        assert log.stat().st_size <= grown + 8 * 1_048_576
        await fleet.orchestrator.stop()
        assert not log.exists() or log.stat().st_size == 0


@pytest.mark.fault("32", "a robot's disk is full when its job ends", "A B C D E")
async def test_a_robot_without_room_keeps_its_result_in_hand_and_takes_nothing_new(
    tmp_path: Path, injected: Injections
) -> None:
    with small_disk(tmp_path / "small", "4m") as disk:
        async with fleet_with(tmp_path) as fleet:
            await fleet.robot("anna", slots=2, folder=disk.path / "anna")
            await fleet.submit("job", retry_safe=False)
            await fleet.ledger.until(lambda now: now.held() == {"job"})
            disk.fill()
            injected.one()
            fleet.ledger.release("job")
            await fleet.ledger.until(lambda now: now.count("end") == 1)
            await fleet.submit("another", retry_safe=False)
            await asyncio.sleep(3)
            assert fleet.ledger.count("begin") == 1
            disk.empty()
            rows = await fleet.settle()
            assert {row.status for row in rows.values()} == {"completed"}


@pytest.mark.fault("also", "a robot's file system has no names left", "A B C D E")
async def test_a_robot_on_a_disk_without_inodes_waits(tmp_path: Path, injected: Injections) -> None:
    with small_disk(tmp_path / "small", "16m", names=400) as disk:
        async with fleet_with(tmp_path) as fleet:
            await fleet.robot("anna", slots=2, folder=disk.path / "anna")
            await fleet.submit("job", retry_safe=False)
            await fleet.ledger.until(lambda now: now.held() == {"job"})
            disk.use_up_names()
            injected.one()
            fleet.ledger.release("job")
            await fleet.ledger.until(lambda now: now.count("end") == 1)
            await asyncio.sleep(2)
            disk.free_names()
            rows = await fleet.settle()
            assert {row.status for row in rows.values()} == {"completed"}


@pytest.mark.fault("also", "a robot's log moved away and removed while jobs run", "A B C D E, and a new log")
async def test_a_robots_log_may_be_turned_over_while_it_writes(patient_fleet: Fleet, injected: Injections) -> None:
    fleet = patient_fleet
    robot = await fleet.robot("anna", slots=2)
    fleet.ledger.release_all()
    log = robot.folder / "robot.log"
    for turn in range(3):
        if turn == 2:
            log.unlink()
        else:
            log.rename(log.with_name(f"moved-{turn}.log"))
        injected.one()
        jobs = [await fleet.submit(f"job-{turn}-{n}", retry_safe=n == 0, held=False) for n in range(3)]
        await fleet.watch.until_ended(*(job.job_id for job in jobs), limit_s=240)
        assert all(job.job_id in log.read_text() for job in jobs)
    rows = await fleet.settle()
    assert {row.status for row in rows.values()} == {"completed"}
    assert fleet.ledger.count("begin") == len(rows)


@pytest.mark.fault("also", "a bit of a spooled result flips", "A C E, told and set aside")
async def test_a_damaged_result_is_set_aside_and_its_job_does_not_hang(tmp_path: Path, injected: Injections) -> None:
    async with fleet_with(tmp_path) as fleet, Relay(fleet.facts.port).listening() as relay:
        robot = await fleet.robot("anna", port=relay.port)
        job = await fleet.submit("job", retry_safe=False)
        await fleet.ledger.until(lambda now: now.held() == {"job"})
        relay.stop()
        fleet.ledger.release_all()
        await robot.until_spooled(1)
        robot.kill()
        (spooled,) = (robot.folder / "spool").glob("*.result")
        content = bytearray(spooled.read_bytes())
        content[len(content) // 2] ^= 0x04
        spooled.write_bytes(bytes(content))
        injected.one()
        relay.mend()
        relay.cut()
        robot.start()
        rows = await fleet.settle()
        assert rows[job.job_id].status == "dead_letter"
        assert list((robot.folder / "quarantine").glob("*.result"))
        assert "is damaged" in robot.log.read_text()
        assert robot.victim is not None
        assert robot.victim.is_running


@pytest.mark.fault("also", "a page of the database is damaged", "a clear refusal, nothing is made worse")
async def test_a_damaged_database_is_refused_in_one_sentence(tmp_path: Path, injected: Injections) -> None:
    async with fleet_with(tmp_path) as fleet:
        await fleet.robot("anna")
        fleet.ledger.release_all()
        for number in range(20):
            await fleet.submit(f"job-{number}", held=False)
        await fleet.settle()
        await fleet.orchestrator.stop()
        size = fleet.orchestrator.database.stat().st_size
        with fleet.orchestrator.database.open("r+b") as file:
            for place in range(8_192, size - 4_096, 12_288):
                file.seek(place)
                file.write(b"\x5a" * 2_048)
                injected.one()
        before = fleet.orchestrator.database.read_bytes()
        with pytest.raises(AssertionError, match="did not start") as refused:
            await fleet.orchestrator.start()
        assert "DatabaseError" in str(refused.value) or "damaged" in str(refused.value)
        assert fleet.orchestrator.database.read_bytes() == before


@pytest.mark.fault("also", "an orchestrator that may open 64 files only", "A B C D E")
async def test_an_orchestrator_short_of_file_handles_goes_on(tmp_path: Path, injected: Injections) -> None:
    async with fleet_with(tmp_path, under=("prlimit", "--nofile=64")) as fleet:
        fleet.ledger.release_all()
        await fleet.robot("anna", slots=4)
        async with asyncio.TaskGroup() as tasks:
            for _ in range(80):
                tasks.create_task(idle_connection(fleet, seconds=5))
            injected.one(80)
            for number in range(5):
                await fleet.submit(f"job-{number}", held=False)
        rows = await fleet.settle()
        assert {row.status for row in rows.values()} == {"completed"}


async def idle_connection(fleet: Fleet, *, seconds: float) -> None:
    """Somebody who dials and says nothing."""
    try:
        _, writer = await asyncio.open_connection(fleet.facts.host, fleet.facts.port)
    except OSError:
        return
    await asyncio.sleep(seconds)
    writer.close()
