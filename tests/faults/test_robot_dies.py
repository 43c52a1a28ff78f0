"""Robots are killed in mid-job and around their results, frozen beyond their leases, and asked to end."""

import asyncio

import pytest
from fault_table import Injections

from orchestrator.contract.api.jobs import SubmitRequest
from orchestrator.contract.protocol.message import MessageType
from orchestrator.contract.states import JobStatus
from tests.faults.fleet import Fleet
from tests.faults.frame_relay import FrameRelay
from tests.faults.processes import all_gone
from tests.faults.relay import Relay, Way

pytestmark = pytest.mark.timeout(900)

LIMIT_S = 60.0


@pytest.mark.feature("X06")
@pytest.mark.fault("6", "robot killed in mid-job", "A B C D E G")
async def test_a_killed_robots_jobs_are_repeated_only_where_that_is_allowed(fleet: Fleet, injected: Injections) -> None:
    robot = await fleet.robot("anna", slots=2)
    safe, once = await fleet.submit("safe"), await fleet.submit("once", retry_safe=False)
    await fleet.ledger.until(lambda now: now.held() == {"safe", "once"})
    assert robot.victim is not None
    family = robot.victim.tree()
    robot.kill()
    injected.one()
    assert await all_gone(family) == []
    await fleet.robot("bert")
    rows = await fleet.settle()
    assert [each.outcome for each in rows[safe.job_id].attempts] == ["crashed", "completed"]
    assert [each.outcome for each in rows[once.job_id].attempts] == ["crashed"]
    assert rows[once.job_id].status != "completed"
    assert fleet.ledger.count("begin", "once") == 1


@pytest.mark.faults
@pytest.mark.fault("6", "robots killed again and again, and started again on their state", "A B C D E")
async def test_a_robot_that_dies_again_and_again_starts_no_attempt_twice(fleet: Fleet, injected: Injections) -> None:
    robots = [await fleet.robot(name, slots=3) for name in ("anna", "bert")]
    jobs = [await fleet.submit(f"job-{n}", retry_safe=n % 2 == 0, max_retries=(n + 1) % 2 * 50) for n in range(24)]
    for turn in range(8):
        await fleet.ledger.until(lambda now: bool(now.held()) or now.count("end") == len(jobs))
        robot = robots[turn % 2]
        robot.kill()
        injected.one()
        robot.start()
        fleet.ledger.release(*sorted(fleet.ledger.held())[:2])
        await fleet.until_connected(robot.name)
    rows = await fleet.settle()
    assert {rows[job.job_id].status for job in jobs if job.retry_safe} <= {"completed", "dead_letter"}


@pytest.mark.faults
@pytest.mark.fault("7", "robot killed when its result is on its disk and not yet delivered", "A B C D E")
async def test_a_spooled_result_is_delivered_by_the_robots_next_process(
    patient_fleet: Fleet, injected: Injections
) -> None:
    fleet = patient_fleet
    async with Relay(fleet.facts.port).listening() as relay:
        robot = await fleet.robot("anna", port=relay.port)
        job = await fleet.submit("job", retry_safe=False)
        await fleet.ledger.until(lambda now: now.held() == {"job"})
        relay.stop()
        fleet.ledger.release_all()
        await fleet.ledger.until(lambda now: now.count("end") == 1)
        await robot.until_spooled(1)
        robot.kill()
        injected.one()
        relay.mend()
        relay.cut()
        robot.start()
        rows = await fleet.settle()
    assert rows[job.job_id].status == "completed"
    assert rows[job.job_id].attempt == 1


@pytest.mark.faults
@pytest.mark.fault("5", "acknowledgements of results lost on their way", "A B C D E")
async def test_a_result_whose_acknowledgement_was_lost_is_sent_again_and_recorded_once(
    patient_fleet: Fleet, injected: Injections
) -> None:
    fleet = patient_fleet
    is_lost, is_over = asyncio.Event(), asyncio.Event()

    def lose(way: Way, frame: str) -> list[str]:
        if way is Way.TO_ORCHESTRATOR or is_over.is_set() or f'"{MessageType.RESULT_ACK}"' not in frame:
            return [frame]
        injected.one()
        is_lost.set()
        return []

    async with FrameRelay(fleet.facts.port, lose).listening() as relay:
        robot = await fleet.robot("anna", port=relay.port)
        job = await fleet.submit("job", retry_safe=False)
        fleet.ledger.release_all()
        await fleet.until_status(job, JobStatus.COMPLETED)
        async with asyncio.timeout(LIMIT_S):
            await is_lost.wait()
        relay.cut()
        is_over.set()
        await robot.until_spooled(0)
        rows = await fleet.settle()
    assert rows[job.job_id].attempt == 1
    assert rows[job.job_id].results == (1,)


@pytest.mark.faults
@pytest.mark.parametrize("retry_safe", [True, False])
@pytest.mark.fault("10", "robot frozen beyond its lease, then woken", "A B C D E")
async def test_a_robot_that_wakes_beyond_its_lease_is_not_listened_to(
    fleet: Fleet, injected: Injections, *, retry_safe: bool
) -> None:
    robot = await fleet.robot("anna")
    job = await fleet.submit("job", retry_safe=retry_safe)
    await fleet.ledger.until(lambda now: now.held() == {"job"})
    assert robot.victim is not None
    robot.victim.freeze()
    injected.one()
    await fleet.until_lost("anna")
    await fleet.robot("bert")
    if retry_safe:
        await fleet.ledger.until(lambda now: now.most_alive["job"] == 2)
    else:
        await fleet.watch.until_ended(job.job_id, limit_s=240)
    fleet.ledger.release_all()
    robot.victim.thaw()
    await fleet.until_connected("anna")
    rows = await fleet.settle()
    row = rows[job.job_id]
    assert len(row.results) == (1 if retry_safe else 0)
    assert row.attempts[0].outcome in {"crashed", "stale"}
    if retry_safe:
        assert row.attempts[1].outcome == "completed"
    await robot.until_spooled(0)


@pytest.mark.faults
@pytest.mark.fault("2", "robot asked to end while it runs jobs", "A B C D E G")
async def test_a_robot_that_is_asked_to_end_leaves_nothing_behind(fleet: Fleet, injected: Injections) -> None:
    robot = await fleet.robot("anna", slots=2)
    safe, once = await fleet.submit("safe"), await fleet.submit("once", retry_safe=False)
    await fleet.ledger.until(lambda now: now.held() == {"safe", "once"})
    assert robot.victim is not None
    family = robot.victim.tree()
    assert await robot.victim.end() == 0
    injected.one()
    assert await all_gone(family) == []
    await fleet.robot("bert")
    rows = await fleet.settle()
    assert rows[safe.job_id].status == "completed"
    assert rows[once.job_id].status in {"failed", "dead_letter"}


BROWSE = {
    "name": "Browse",
    "retry_safe": True,
    "steps": [
        {"id": "look", "action": "goto", "parameters": {"url": "about:blank"}},
        {"id": "stay", "action": "wait", "parameters": {"seconds": 120}, "dependencies": ["look"]},
    ],
}


@pytest.mark.faults
@pytest.mark.fault("6", "robot killed while its browser works", "G")
async def test_a_killed_robots_browser_is_gone_within_thirty_seconds(fleet: Fleet, injected: Injections) -> None:
    robot = await fleet.robot("anna")
    job = await fleet.client.submit(SubmitRequest(definition=BROWSE, max_retries=0))
    await fleet.watch.until(lambda now: job.job_id in now.jobs and now.jobs[job.job_id].current_step == "stay")
    assert robot.victim is not None
    family = robot.victim.tree()
    assert len(family) > 1
    robot.kill()
    injected.one()
    assert await all_gone(family, 30) == []
