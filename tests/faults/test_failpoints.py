"""Processes that end at the very instant between a write and the word that it was done, or in the middle of it."""

import pytest
from _pytest.mark.structures import ParameterSet
from fault_table import Injections

from tests.faults.failpoints import VARIABLE
from tests.faults.fleet import Fleet
from tests.faults.processes import PATIENT_TERMS, OrchestratorProcess

pytestmark = pytest.mark.timeout(900)


def at(point: str, number: str, words: str) -> ParameterSet:
    """One failpoint as a row of the table."""
    return pytest.param(point, id=point, marks=pytest.mark.fault(number, words, "A B C D E"))


def dies_at(orchestrator: OrchestratorProcess, point: str) -> None:
    """From its next start on, the orchestrator ends itself there."""
    orchestrator.environment = {**orchestrator.environment, VARIABLE: point}


async def restarted(orchestrator: OrchestratorProcess, point: str) -> None:
    """Another process of it, with a failpoint or, when that is empty, without."""
    await orchestrator.stop()
    dies_at(orchestrator, point)
    await orchestrator.start()


@pytest.mark.fault("3", "orchestrator killed between a job's commit and the answer", "A B C E")
@pytest.mark.feature("C31")
async def test_a_job_whose_answer_was_never_given_is_the_one_that_the_repeated_key_gets(
    fleet: Fleet, injected: Injections
) -> None:
    await restarted(fleet.orchestrator, "after:accepted")
    await fleet.robot("anna")
    async with fleet.revived() as deaths:
        job = await fleet.submit("job", key="the-key", held=False)
    injected.one(deaths.count)
    assert deaths.count == 1
    assert (await fleet.submit("job", key="the-key", held=False)).job_id == job.job_id
    rows = await fleet.settle()
    assert len(rows) == 1
    assert fleet.ledger.count("begin") == 1


@pytest.mark.faults
@pytest.mark.parametrize("retry_safe", [True, False])
@pytest.mark.parametrize(
    "point",
    [
        at("before:job_assignment", "4", "orchestrator killed between claim and offer"),
        at("before:job_start", "4", "orchestrator killed between acceptance and start"),
        at("before:result_ack", "5", "orchestrator killed between a result and its acknowledgement"),
    ],
)
async def test_an_orchestrator_that_dies_between_write_and_word_neither_loses_nor_repeats(
    fleet: Fleet, injected: Injections, point: str, *, retry_safe: bool
) -> None:
    if retry_safe and point == "before:job_start":
        pytest.skip("a repeatable run begins without being told")
    fleet.orchestrator.terms = PATIENT_TERMS
    await restarted(fleet.orchestrator, point)
    fleet.ledger.release_all()
    await fleet.robot("anna")
    async with fleet.revived() as deaths:
        jobs = [await fleet.submit(f"job-{n}", retry_safe=retry_safe) for n in range(3)]
        await deaths.until_first()
    injected.one(deaths.count)
    rows = await fleet.settle()
    assert {rows[job.job_id].status for job in jobs} == {"completed"}
    assert fleet.ledger.count("begin") == len(jobs)


@pytest.mark.faults
@pytest.mark.parametrize("retry_safe", [True, False])
@pytest.mark.parametrize(
    "point",
    [
        at("before:job_accepted", "6", "robot killed between its journal and its acceptance"),
        at("during:journal_write", "8", "robot killed in the middle of a line of its journal"),
        at("during:journal_write@2", "8", "robot killed in the middle of the line that says started"),
        at("before:job_result", "7", "robot killed between spool and first sending"),
        at("during:spool_write", "8", "robot killed in the middle of writing a result"),
    ],
)
async def test_a_robot_that_dies_between_write_and_word_neither_loses_nor_repeats(
    patient_fleet: Fleet, injected: Injections, point: str, *, retry_safe: bool
) -> None:
    fleet = patient_fleet
    fleet.ledger.release_all()
    job = await fleet.submit("job", retry_safe=retry_safe)
    robot = await fleet.robot("anna", environment={VARIABLE: point}, is_doomed=True)
    await robot.until_dead()
    injected.one()
    robot.environment = {}
    robot.start()
    rows = await fleet.settle()
    row = rows[job.job_id]
    if retry_safe or point.startswith("before:"):
        assert row.status == "completed"
    if point == "before:job_result" and not retry_safe:
        assert [each.outcome for each in row.attempts] == ["completed"]
    if point == "during:spool_write" and not retry_safe:
        assert (row.status, [each.outcome for each in row.attempts]) == ("dead_letter", ["crashed"])
    await robot.until_swept()
