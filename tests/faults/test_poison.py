"""Jobs that take their robot with them, and browsers that hang, crash or grow."""

import asyncio
import os
import signal
from pathlib import Path

import psutil
import pytest
from fault_table import Injections

from orchestrator.contract.api.jobs import SubmitRequest
from orchestrator.contract.states import JobStatus
from tests.faults.failpoints import VARIABLE
from tests.faults.fleet import Fleet
from tests.faults.processes import RobotProcess, all_gone

pytestmark = [pytest.mark.timeout(900), pytest.mark.faults]

PAGE = {
    "name": "Page",
    "retry_safe": True,
    "timeout": 25,
    "steps": [
        {"id": "look", "action": "goto", "parameters": {"url": "about:blank"}},
        {"id": "stay", "action": "wait", "parameters": {"seconds": 300}, "dependencies": ["look"], "timeout": 300},
    ],
}
BROWSERS_GONE_S = 30.0


@pytest.mark.fault("46", "a job that kills each robot that runs it", "A B C E, dead letter after three")
async def test_a_poisonous_job_is_put_aside_after_three_robots(fleet: Fleet, injected: Injections) -> None:
    job = await fleet.submit("poison", max_retries=50)
    for turn in range(3):
        robot = await fleet.robot(f"robot-{turn}")
        await fleet.ledger.until(lambda now, turn=turn: now.count("begin") == turn + 1 and bool(now.held()))  # type: ignore[misc]
        robot.kill()
        injected.one()
    await fleet.watch.until_ended(job.job_id, limit_s=240)
    await fleet.robot("healthy")
    good = await fleet.submit("good", held=False)
    rows = await fleet.settle()
    assert rows[job.job_id].status == "dead_letter"
    assert [each.outcome for each in rows[job.job_id].attempts] == ["crashed"] * 3
    assert rows[good.job_id].status == "completed"


@pytest.mark.fault("46", "a robot that dies at the start of whatever it is given", "A B C E")
async def test_a_robot_that_dies_of_every_job_takes_no_job_along_for_good(fleet: Fleet, injected: Injections) -> None:
    frail = await fleet.robot("frail", environment={VARIABLE: "before:job_accepted"})
    job = await fleet.submit("job", retry_safe=False, held=False)
    await frail.until_dead()
    injected.one()
    await fleet.robot("strong")
    rows = await fleet.settle()
    assert rows[job.job_id].status == "completed"
    assert fleet.ledger.count("begin", "job") == 1


def browsers_of(robot: RobotProcess) -> list[psutil.Process]:
    """The browser processes below a robot."""
    assert robot.victim is not None
    return [each for each in robot.victim.tree() if "chrom" in each.name() or "headless" in each.name()]


async def with_page(fleet: Fleet) -> tuple[RobotProcess, str, list[psutil.Process]]:
    """A robot that shows a page."""
    robot = await fleet.robot("anna")
    job = await fleet.client.submit(SubmitRequest(definition=PAGE, max_retries=0))
    await fleet.watch.until(lambda now: job.job_id in now.jobs and now.jobs[job.job_id].current_step == "stay")
    browsers = browsers_of(robot)
    assert browsers
    return robot, job.job_id, browsers


@pytest.mark.fault("47", "every process of a browser frozen", "E G, the job ends at its limit")
async def test_a_hung_browser_ends_with_its_job(fleet: Fleet, injected: Injections) -> None:
    robot, job_id, browsers = await with_page(fleet)
    for process in browsers:
        os.kill(process.pid, signal.SIGSTOP)
    injected.one(len(browsers))
    await fleet.watch.until_ended(job_id, limit_s=240)
    assert fleet.watch.jobs[job_id].status in {JobStatus.TIMEOUT, JobStatus.FAILED}
    assert await all_gone(browsers, BROWSERS_GONE_S) == []
    assert robot.victim is not None
    assert robot.victim.is_running


@pytest.mark.fault("47", "a browser killed under a job", "E G")
async def test_a_crashed_browser_fails_its_step_and_leaves_nothing(fleet: Fleet, injected: Injections) -> None:
    robot, job_id, browsers = await with_page(fleet)
    for process in browsers:
        process.kill()
    injected.one(len(browsers))
    await fleet.watch.until_ended(job_id, limit_s=240)
    assert fleet.watch.jobs[job_id].status is not JobStatus.COMPLETED
    assert await all_gone(browsers, BROWSERS_GONE_S) == []
    await fleet.submit("afterwards", held=False)
    await fleet.settle()
    assert robot.victim is not None
    assert robot.victim.is_running


@pytest.mark.fault("also", "the folder for artifacts cannot be written", "A B E")
async def test_a_job_ends_although_its_files_find_no_place(fleet: Fleet, injected: Injections, tmp_path: Path) -> None:
    folder = fleet.orchestrator.folder / "artifacts"
    if folder.exists():
        folder.rmdir()
    folder.write_text("in the way")
    injected.one()
    await fleet.robot("anna")
    shot = {
        "name": "Shot",
        "retry_safe": True,
        "steps": [
            {"id": "look", "action": "goto", "parameters": {"url": "about:blank"}},
            {"id": "shoot", "action": "screenshot", "dependencies": ["look"]},
        ],
    }
    job = await fleet.client.submit(SubmitRequest(definition=shot))
    async with asyncio.timeout(250):
        await fleet.watch.until_ended(job.job_id, limit_s=240)
    assert fleet.watch.jobs[job.job_id].status is JobStatus.COMPLETED
    await fleet.submit("afterwards", held=False)
    await fleet.settle()
    assert "Traceback" not in fleet.orchestrator.log.read_text()
