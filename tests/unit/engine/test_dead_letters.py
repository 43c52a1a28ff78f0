"""Jobs that wait for a person's decision, with the evidence, and the ways out."""

import pytest
from fake_fleet import UNSAFE, Fleet

from orchestrator.contract.protocol.jobs import StatusUpdate, StepProgress
from orchestrator.contract.states import JobStatus, StepStatus
from orchestrator.domain.job import Job
from orchestrator.engine.dead_letters import DeadLetters
from orchestrator.engine.errors import ConflictError


def desk(fleet: Fleet) -> DeadLetters:
    return fleet.engine.operations.dead_letters


async def dead(fleet: Fleet) -> Job:
    """A job whose robot vanished in the middle of a step that is not safe to repeat."""
    robot = await fleet.robot("r1")
    job = await fleet.submit(definition=UNSAFE)
    step = StepProgress(step_id="send", name="Send it", status=StepStatus.RUNNING)
    await robot.say(StatusUpdate(job_id=job.job_id, attempt=1, sequence=1, progress=0.1, steps=(step,)))
    await fleet.settle()
    await robot.kill()
    await fleet.engine.robot_died(robot.robot_id)
    await fleet.settle()
    assert fleet.status(job) is JobStatus.DEAD_LETTER
    return fleet.job(job)


@pytest.mark.feature("X27")
async def test_a_dead_letter_is_listed_with_what_was_running_and_whether_it_may_be_repeated(fleet: Fleet) -> None:
    job = await dead(fleet)
    (letter,), total = await desk(fleet).waiting()
    assert (total, letter.job.job_id, letter.is_safe_to_repeat) == (1, job.job_id, False)
    assert [(step.title, step.action, step.is_safe_to_repeat) for step in letter.running] == [
        ("Send it", "click", False)
    ]
    assert (
        letter.advice
        == "'Send it' was running and is not safe to repeat: look whether it was done, then retry or discard."
    )


@pytest.mark.feature("X27")
async def test_its_evidence_has_attempts_steps_log_and_files(fleet: Fleet) -> None:
    job = await dead(fleet)
    shown = await desk(fleet).show(job)
    assert [(each.attempt, each.outcome) for each in shown.attempts] == [(1, "crashed")]
    assert [step.step_id for step in shown.steps] == ["send"]
    assert shown.discard is None


@pytest.mark.feature("X27")
async def test_a_discarded_one_is_counted_no_longer_and_keeps_its_reason(fleet: Fleet) -> None:
    job = await dead(fleet)
    first = await desk(fleet).discard(job, reason="sent by hand", actor="anna")
    assert await desk(fleet).discard(job, reason="again", actor="bert") == first
    assert await desk(fleet).count() == 0
    assert (await desk(fleet).show(job)).discard == first
    assert fleet.status(job) is JobStatus.DEAD_LETTER
    assert (fleet.store.audit[-1].kind, fleet.store.audit[-1].actor) == ("job.discarded", "anna")


@pytest.mark.feature("X27")
async def test_a_retried_one_runs_again_and_waits_anew_when_it_dies_anew(fleet: Fleet) -> None:
    job = await dead(fleet)
    await desk(fleet).discard(job, reason="sent by hand", actor="anna")
    await fleet.engine.retry_job(job.job_id)
    with pytest.raises(ConflictError, match="queued, not a dead letter"):
        await desk(fleet).show(fleet.job(job))
    with pytest.raises(ConflictError, match="only a dead letter can be discarded"):
        await desk(fleet).discard(fleet.job(job), reason="x", actor="anna")
    robot = fleet.robots["r1"]
    await robot.connect()
    await fleet.settle()
    await robot.kill()
    await fleet.engine.robot_died(robot.robot_id)
    await fleet.settle()
    assert await desk(fleet).count() == 1
