"""The PostgreSQL server below an orchestrator dies, falls silent, is crowded, and is used by others."""

import asyncio
import random
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

import psycopg
import pytest
from fault_table import Injections
from postgres_server import PostgresServer

from orchestrator.client.errors import RefusedError
from orchestrator.contract.api.jobs import SubmitRequest
from orchestrator.contract.states import JobStatus
from tests.faults.far_robot import needs_root
from tests.faults.fleet import Fleet
from tests.faults.ledger import ledger_workflow
from tests.faults.postgres_fleet import own_server, postgres_fleet, until_store
from tests.faults.relay import Relay
from tests.faults.submitters import Submitters

END_BOTSWAIN = """
    SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity
    WHERE usename = 'botswain' AND application_name LIKE 'botswain %'
"""
TOUCH_NEWEST = """
    UPDATE jobs SET version = version WHERE position IN (SELECT position FROM jobs ORDER BY position DESC LIMIT 5)
"""

pytestmark = [pytest.mark.timeout(900)]


async def refused(fleet: Fleet) -> tuple[RefusedError, float]:
    """What a submit hears, and after how many seconds."""
    request = SubmitRequest(definition=ledger_workflow(held=False), variables={"mark": "never", "password": "x"})
    began = time.monotonic()
    with pytest.raises(RefusedError) as told:
        await fleet.client.submit(request)
    return told.value, time.monotonic() - began


async def none_is_called(mark: str, fleet: Fleet) -> bool:
    """True when no job with the mark was kept."""
    rows = await asyncio.to_thread(fleet.orchestrator.rows)
    return set(rows) <= {each.job_id for each in fleet.submitted} and fleet.ledger.count("begin", mark) == 0


@pytest.mark.faults
@pytest.mark.fault("22", "PostgreSQL killed while jobs run", "A B C D E, 503 in the meantime")
async def test_a_killed_database_is_told_loses_nothing_and_is_used_again_by_itself(
    tmp_path: Path, injected: Injections
) -> None:
    with own_server() as server:
        async with postgres_fleet(tmp_path, server) as fleet:
            await fleet.robot("anna", slots=2)
            jobs = [await fleet.submit(f"job-{n}", retry_safe=n % 2 == 0) for n in range(4)]
            await fleet.ledger.until(lambda now: len(now.held()) == 2)
            await asyncio.to_thread(server.kill)
            injected.one()
            error, _ = await refused(fleet)
            assert (error.status, error.body.code) == (503, "storage")
            assert "does not answer; nothing was accepted" in error.body.message
            assert "does not answer" in (state := await until_store(fleet, is_well=False)).checks["store"]
            assert state.status == "degraded"
            with pytest.raises(RefusedError, match="does not answer"):
                await fleet.client.jobs()
            fleet.ledger.release("job-0", "job-1")
            await asyncio.to_thread(server.start)
            await until_store(fleet, is_well=True)
            rows = await fleet.settle()
            assert {rows[job.job_id].status for job in jobs} == {"completed"}
            assert await none_is_called("never", fleet)


@pytest.mark.faults
@pytest.mark.fault("22", "PostgreSQL killed and restarted again and again while clients submit", "A B C D E")
async def test_a_database_that_dies_again_and_again_loses_and_doubles_nothing(
    tmp_path: Path, injected: Injections
) -> None:
    with own_server() as server:
        async with postgres_fleet(tmp_path, server) as fleet:
            await fleet.robot("anna", slots=4)
            fleet.ledger.release_all()
            submitters = Submitters(fleet)
            async with submitters.at_work():
                while not submitters.are_done:
                    await submitters.until_more(1 + 5 * (injected.count % 5))
                    await asyncio.sleep(0.013 * (injected.count % 7))
                    await asyncio.to_thread(server.stop if injected.count % 3 == 2 else server.kill)
                    injected.one()
                    await asyncio.to_thread(server.start)
            assert await submitters.ask_again() == submitters.answers
            rows = await fleet.settle()
            assert len(rows) == len(submitters.answers)
            assert {row.status for row in rows.values()} == {"completed"}


@pytest.mark.faults
@pytest.mark.fault("23", "PostgreSQL keeps the line and says nothing", "A B C D E, 503 within 30 s")
async def test_a_silent_database_is_given_up_within_half_a_minute(tmp_path: Path, injected: Injections) -> None:
    with own_server() as server:
        async with (
            Relay(server.port).listening() as relay,
            postgres_fleet(tmp_path, server, port=relay.port) as fleet,
        ):
            await silence(fleet, injected, relay.stop, relay.mend)


@pytest.mark.faults
@pytest.mark.fault("23", "packets to and from PostgreSQL are dropped", "A B C D E, 503 within 30 s")
async def test_a_database_behind_a_broken_network_is_given_up_within_half_a_minute(
    tmp_path: Path, injected: Injections
) -> None:
    needs_root("iptables")
    with own_server() as server, ExitStack() as stack:
        async with postgres_fleet(tmp_path, server) as fleet:
            await silence(fleet, injected, lambda: stack.enter_context(dropped(server.port)), stack.close)


async def silence(fleet: Fleet, injected: Injections, stop: Callable[[], object], mend: Callable[[], object]) -> None:
    """The same story, however the silence is made."""
    await fleet.robot("anna", slots=2)
    jobs = [await fleet.submit(f"job-{n}", retry_safe=False) for n in range(3)]
    await fleet.ledger.until(lambda now: len(now.held()) == 2)
    await asyncio.to_thread(stop)
    injected.one()
    fleet.ledger.release("job-0", "job-1")
    error, seconds = await refused(fleet)
    assert (error.status, seconds < 30) == (503, True), (error.status, seconds)
    await until_store(fleet, is_well=False)
    _, seconds = await refused(fleet)
    assert seconds < 12, "who comes later does not wait"
    await asyncio.to_thread(mend)
    await until_store(fleet, is_well=True, limit_s=240)
    rows = await fleet.settle()
    assert {rows[job.job_id].status for job in jobs} == {"completed"}
    assert fleet.ledger.count("begin") == len(jobs)


@contextmanager
def dropped(port: int) -> Iterator[None]:
    """Nothing passes to or from the port on this machine."""
    rules = [["-p", "tcp", way, str(port), "-j", "DROP"] for way in ("--dport", "--sport")]
    done = []
    try:
        for rule in rules:
            subprocess.run(["iptables", "-I", "INPUT", *rule], check=True, capture_output=True, timeout=20)
            done.append(rule)
        yield
    finally:
        for rule in done:
            subprocess.run(["iptables", "-D", "INPUT", *rule], check=True, capture_output=True, timeout=20)


@pytest.mark.faults
@pytest.mark.fault("24", "others use up PostgreSQL's connections", "A B C E, 503 in the meantime")
async def test_a_server_without_connections_refuses_and_serves_again(tmp_path: Path, injected: Injections) -> None:
    with own_server(max_connections="9", superuser_reserved_connections="3") as server, ExitStack() as others:
        async with postgres_fleet(tmp_path, server) as fleet:
            await fleet.robot("anna")
            job = await fleet.submit("job")
            await fleet.ledger.until(lambda now: len(now.held()) == 1)
            await asyncio.to_thread(crowd, server, others)
            injected.one()
            error, seconds = await refused(fleet)
            assert (error.status, seconds < 30) == (503, True)
            assert "no connection left" in error.body.message
            await until_store(fleet, is_well=False)
            await asyncio.to_thread(others.close)
            await until_store(fleet, is_well=True)
            rows = await fleet.settle()
            assert rows[job.job_id].status == JobStatus.COMPLETED


def crowd(server: PostgresServer, others: ExitStack) -> None:
    """Take every connection there is, also those of Botswain."""
    address = server.address("postgres")
    admin = others.enter_context(server.connect("postgres"))
    for _ in range(40):
        with suppress(psycopg.OperationalError):
            others.enter_context(psycopg.connect(address))
            continue
        admin.execute(END_BOTSWAIN)


@pytest.mark.faults
@pytest.mark.fault("25", "a forgotten session holds rows of jobs", "A B C D E, no other job waits")
async def test_rows_that_a_forgotten_session_holds_stop_only_their_own_job(
    tmp_path: Path, injected: Injections
) -> None:
    with own_server() as server:
        async with postgres_fleet(tmp_path, server) as fleet:
            await fleet.robot("anna", slots=1)
            first = await fleet.submit("first")
            await fleet.ledger.until(lambda now: now.held() == {"first"})
            stuck, *others = [await fleet.submit(f"job-{n}", held=False) for n in range(6)]
            with server.connect(fleet.orchestrator.name) as forgotten, forgotten.transaction():  # type: ignore[attr-defined]
                forgotten.execute("SELECT * FROM jobs WHERE job_id = %s FOR UPDATE", [stuck.job_id])
                injected.one()
                fleet.ledger.release("first")
                await fleet.watch.until_ended(first.job_id, *(each.job_id for each in others), limit_s=240)
                assert fleet.ledger.count("begin", stuck.mark) == 0
                await until_store(fleet, is_well=True)
            rows = await fleet.settle()
            assert {row.status for row in rows.values()} == {"completed"}


@pytest.mark.faults
@pytest.mark.fault("27", "others change rows of jobs in the opposite order", "A B C D E, nobody hears of it")
async def test_deadlocks_with_others_are_neither_told_nor_do_they_harm(tmp_path: Path, injected: Injections) -> None:
    with own_server(deadlock_timeout="20ms") as server:
        async with postgres_fleet(tmp_path, server) as fleet:
            await fleet.robot("anna", slots=4)
            fleet.ledger.release_all()
            over = threading.Event()
            name = fleet.orchestrator.name  # type: ignore[attr-defined]
            disturbing = asyncio.to_thread(disturb, server, name, over, injected)
            async with asyncio.TaskGroup() as group:
                group.create_task(disturbing)
                jobs = []
                for turn in range(5):
                    jobs += await fleet.submit_many(f"turn-{turn}", 10)
                await fleet.watch.until_ended(*(each.job_id for each in jobs), limit_s=240)
                over.set()
            rows = await fleet.settle()
            assert {rows[job.job_id].status for job in jobs} == {"completed"}
            assert "deadlock" not in fleet.orchestrator.log.read_text()


def disturb(server: PostgresServer, database: str, over: threading.Event, injected: Injections) -> None:
    """Touch rows of jobs and of their neighbours, newest first, and keep them for a moment."""
    dice = random.Random(7)
    with server.connect(database) as connection:
        while not over.wait(dice.uniform(0.0, 0.05)):
            with suppress(psycopg.errors.DeadlockDetected), connection.transaction():
                connection.execute("UPDATE robots SET name = name")
                connection.execute(TOUCH_NEWEST)
                over.wait(dice.uniform(0.0, 0.05))
                connection.execute("UPDATE attempts SET attempt = attempt WHERE ended_at IS NULL")
                connection.execute("UPDATE seats SET mark = mark")
                injected.one()
