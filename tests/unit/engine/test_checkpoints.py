"""Checkpoints in the engine: fenced like results, chosen for the next attempt, and thrown away in time."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from fake_fleet import SAFE, UNSAFE, FakeRobot, Fleet

from orchestrator.contract.checkpoints import MAX_CHECKPOINT_BYTES, CheckpointFacts, CheckpointKind
from orchestrator.contract.errors import ErrorKind
from orchestrator.contract.ids import JobId, new_id
from orchestrator.contract.protocol.checkpoints import PauseJob, TakeCheckpoint, UnpauseJob
from orchestrator.contract.states import JobStatus
from orchestrator.domain.checkpoints import Checkpoint
from orchestrator.domain.events import Event
from orchestrator.domain.job import Job
from orchestrator.domain.recovery_events import CheckpointTaken
from orchestrator.engine.errors import ConflictError, InvalidRequestError, NotFoundError


async def bring(
    fleet: Fleet, robot: FakeRobot, job: Job, kind: CheckpointKind = CheckpointKind.AUTOMATIC, **facts: Any
) -> Checkpoint:
    """What a robot does that has taken a checkpoint of the job's newest attempt."""
    about = {
        "checkpoint_id": new_id(),
        "job_id": job.job_id,
        "attempt": fleet.store.jobs[job.job_id].attempt,
        "kind": kind,
        "taken_at": fleet.clock.now(),
        "total": 4,
        **facts,
    }
    return await fleet.engine.checkpoints.take(
        robot.robot_id, CheckpointFacts.model_validate(about), b"{}", len(str(about))
    )


@pytest.mark.feature("E13", "E19", "E20", "E21", "E62")
async def test_a_checkpoint_of_a_running_attempt_is_kept_listed_and_announced(fleet: Fleet) -> None:
    robot = await fleet.robot("r1")
    job = await fleet.submit()
    heard: list[CheckpointTaken] = []
    fleet.engine.bus.subscribe(CheckpointTaken, heard.append)
    by_name: list[Event] = []
    fleet.engine.bus.subscribe_to("orchestration.checkpoint_created", by_name.append)

    kept = await bring(fleet, robot, job, done=("a",), metadata={"why": "test"}, resources={"memory_percent": 12.0})
    milestone = await bring(fleet, robot, job, CheckpointKind.MILESTONE)

    room = fleet.engine.checkpoints
    assert (await room.get(kept.checkpoint_id)).facts.metadata == {"why": "test"}
    assert await room.state(kept.checkpoint_id) == b"{}"
    assert await room.list(job_id=job.job_id) == (milestone, kept)
    assert await room.list(kind=CheckpointKind.MILESTONE, limit=5) == (milestone,)
    assert await room.list(job_id=JobId("another")) == ()
    assert [each.checkpoint for each in heard] == [kept, milestone]
    assert by_name == heard
    with pytest.raises(NotFoundError):
        await room.get("none")


async def test_the_same_checkpoint_is_kept_once(fleet: Fleet) -> None:
    robot = await fleet.robot("r1")
    job = await fleet.submit()
    first = await bring(fleet, robot, job, checkpoint_id="c1")
    assert await bring(fleet, robot, job, checkpoint_id="c1") == first
    assert len(await fleet.engine.checkpoints.list()) == 1


async def test_a_checkpoint_of_another_robots_or_an_old_attempt_is_refused(fleet: Fleet) -> None:
    robot, other = await fleet.robot("r1"), await fleet.robot("r2")
    job = await fleet.submit()
    mine = robot if robot.running else other
    theirs = other if mine is robot else robot
    with pytest.raises(ConflictError, match="is not this robot's any more"):
        await bring(fleet, theirs, job)
    with pytest.raises(ConflictError):
        await bring(fleet, mine, job, attempt=7)
    await mine.finish()
    await fleet.settle()
    with pytest.raises(ConflictError):
        await bring(fleet, mine, job)


async def test_a_checkpoint_that_is_too_large_is_refused_with_its_size(fleet: Fleet) -> None:
    robot = await fleet.robot("r1")
    job = await fleet.submit()
    facts = CheckpointFacts(
        checkpoint_id="c", job_id=job.job_id, attempt=1, kind=CheckpointKind.MANUAL, taken_at=fleet.clock.now()
    )
    with pytest.raises(InvalidRequestError, match="5,242,881 bytes"):
        await fleet.engine.checkpoints.take(robot.robot_id, facts, b"", MAX_CHECKPOINT_BYTES + 1)


@pytest.mark.feature("E28", "D54")
async def test_after_a_crash_a_safe_job_goes_on_from_its_newest_checkpoint(fleet: Fleet) -> None:
    robot = await fleet.robot("r1")
    job = await fleet.submit()
    await bring(fleet, robot, job, done=("a",))
    newest = await bring(fleet, robot, job, done=("a", "b"))
    await robot.kill()
    await fleet.engine.robot_died(robot.robot_id)
    other = await fleet.robot("r2")
    await fleet.settle()
    assert [each.checkpoint_id for each in other.assignments] == [newest.checkpoint_id]
    assert any("goes on after 2 of 4 steps" in each.message for each in fleet.store.audit)


@pytest.mark.feature("X06")
@pytest.mark.parametrize(
    ("may", "status"), [(True, JobStatus.PENDING), (False, JobStatus.DEAD_LETTER)], ids=["safe step", "unsafe step"]
)
async def test_a_job_that_is_not_safe_as_a_whole_goes_on_only_if_nothing_unsafe_can_have_begun(
    fleet: Fleet, may: bool, status: JobStatus
) -> None:
    robot = await fleet.robot("r1")
    job = await fleet.submit(definition=UNSAFE)
    kept = await bring(fleet, robot, job, done=("a",), may_resume_after_crash=may)
    await robot.kill()
    await fleet.engine.robot_died(robot.robot_id)
    after = fleet.store.jobs[job.job_id]
    assert after.status in {status, JobStatus.QUEUED} if may else after.status is status
    assert after.resume_from == (kept.checkpoint_id if may else None)


async def test_a_checkpoint_of_an_attempt_before_is_no_place_for_a_run_that_began_anew(fleet: Fleet) -> None:
    robot = await fleet.robot("r1")
    job = await fleet.submit(definition=UNSAFE)
    await bring(fleet, robot, job, may_resume_after_crash=True)
    await robot.finish(status=JobStatus.FAILED, kind=ErrorKind.BUSINESS)
    await fleet.engine.retry_job(job.job_id)
    await fleet.settle()
    await robot.kill()
    await fleet.engine.robot_died(robot.robot_id)
    assert fleet.status(job) is JobStatus.DEAD_LETTER


@pytest.mark.feature("E27", "E28", "O43")
async def test_retries_after_failures_go_back_to_the_checkpoint_and_every_second_one_begins_anew(fleet: Fleet) -> None:
    robot = await fleet.robot("r1")
    job = await fleet.submit(definition=SAFE, max_retries=3)
    kept = await bring(fleet, robot, job, done=("a",))
    for _ in range(2):
        await robot.finish(status=JobStatus.FAILED)
        await fleet.advance(120)
    assert [each.checkpoint_id for each in robot.assignments] == [None, kept.checkpoint_id, None]


@pytest.mark.feature("E25", "D53")
async def test_a_person_retries_from_the_newest_or_a_chosen_checkpoint(fleet: Fleet) -> None:
    robot = await fleet.robot("r1")
    job = await fleet.submit(definition=UNSAFE)
    first = await bring(fleet, robot, job, done=("a",), sessions=("main: http://here/",))
    error = await bring(fleet, robot, job, CheckpointKind.ERROR, done=("a", "b"))
    with pytest.raises(ConflictError, match="only a job that did not succeed"):
        await fleet.engine.resumption.plan(job.job_id)
    await robot.finish(status=JobStatus.FAILED, kind=ErrorKind.BUSINESS)

    plan = await fleet.engine.resumption.plan(job.job_id)
    assert plan.checkpoint == error
    assert fleet.status(job) is JobStatus.FAILED
    await fleet.engine.resumption.retry(job.job_id, checkpoint_id=first.checkpoint_id, actor="Ada")
    await fleet.settle()
    assert robot.assignments[-1].checkpoint_id == first.checkpoint_id
    await robot.finish()
    assert fleet.status(job) is JobStatus.COMPLETED


async def test_a_retry_without_a_checkpoint_says_so(fleet: Fleet) -> None:
    robot = await fleet.robot("r1")
    job = await fleet.submit(definition=UNSAFE)
    await robot.finish(status=JobStatus.FAILED, kind=ErrorKind.BUSINESS)
    with pytest.raises(ConflictError, match="has no checkpoint; retry it from the start"):
        await fleet.engine.resumption.retry(job.job_id)


@pytest.mark.feature("X05")
async def test_a_newer_version_is_taken_only_where_the_done_steps_are_the_same(fleet: Fleet) -> None:
    def version(first: str, second: str) -> dict[str, Any]:
        steps = [
            {"id": "a", "action": "log", "parameters": {"message": first}},
            {"id": "b", "action": "log", "parameters": {"message": second}, "dependencies": ["a"]},
        ]
        return {"name": "Versions", "steps": steps}

    robot = await fleet.robot("r1")
    job = await fleet.submit(definition=version("one", "two"))
    await bring(fleet, robot, job, CheckpointKind.ERROR, done=("a",), running=("b",))
    await robot.finish(status=JobStatus.FAILED, kind=ErrorKind.BUSINESS)

    await fleet.engine.workflows.save(version("other", "two"))
    with pytest.raises(ConflictError, match="Step 'a' is done in the checkpoint and does something else now"):
        await fleet.engine.resumption.plan(job.job_id, newest=True)

    mended = await fleet.engine.workflows.save(version("one", "mended"))
    plan = await fleet.engine.resumption.plan(job.job_id, newest=True)
    assert (plan.plan.reused, plan.plan.again) == (("a",), ("b",))
    await fleet.engine.resumption.retry(job.job_id, newest=True)
    await fleet.settle()
    assert robot.assignments[-1].workflow_hash == mended.workflow_hash


@pytest.mark.feature("D55", "D56", "E09", "E10")
async def test_a_pause_is_asked_of_the_robot_repeated_and_ends_at_the_checkpoint(fleet: Fleet) -> None:
    robot = await fleet.robot("r1")
    job = await fleet.submit(definition=UNSAFE)
    await fleet.engine.pauses.pause(job.job_id, reason="lunch", actor="Ada")
    await fleet.engine.pauses.pause(job.job_id, reason="twice does no harm")
    await fleet.settle()
    assert [each.reason for each in robot.told if isinstance(each, PauseJob)] == ["lunch", "lunch"]
    await robot.heartbeat()
    await fleet.settle()
    assert [each.job_id for each in robot.pauses] == [job.job_id]

    kept = await bring(fleet, robot, job, CheckpointKind.MANUAL, done=("a",))
    await robot.finish(status=JobStatus.PAUSED)
    paused = fleet.store.jobs[job.job_id]
    assert (paused.status, paused.robot_id, paused.resume_from) == (JobStatus.PAUSED, None, kept.checkpoint_id)

    other = await fleet.robot("r2")
    await robot.kill()
    await fleet.engine.pauses.resume(job.job_id)
    await fleet.settle()
    assert [each.checkpoint_id for each in other.assignments] == [kept.checkpoint_id]


async def test_a_pause_outlives_a_restart_of_the_engine(fleet: Fleet) -> None:
    robot = await fleet.robot("r1")
    job = await fleet.submit(definition=UNSAFE)
    kept = await bring(fleet, robot, job, CheckpointKind.MANUAL)
    await fleet.engine.pauses.pause(job.job_id)
    await fleet.restart()
    await robot.connect()
    await robot.heartbeat()
    await fleet.settle()
    assert [each.job_id for each in robot.pauses] == [job.job_id]
    await robot.finish(status=JobStatus.PAUSED)
    await fleet.restart()
    await robot.connect()
    await fleet.engine.pauses.resume(job.job_id)
    await fleet.settle()
    assert robot.assignments[-1].checkpoint_id == kept.checkpoint_id


async def test_a_pause_that_is_taken_back_lets_the_run_go_on(fleet: Fleet) -> None:
    robot = await fleet.robot("r1")
    job = await fleet.submit(definition=UNSAFE)
    await fleet.engine.pauses.pause(job.job_id)
    await fleet.engine.pauses.resume(job.job_id)
    await fleet.settle()
    assert isinstance(robot.told[-1], UnpauseJob)
    await robot.finish(status=JobStatus.PAUSED)  # it had stopped already when the word came
    await fleet.advance(1)
    assert fleet.status(job) is JobStatus.RUNNING


@pytest.mark.parametrize("state", ["queued", "ended", "cancelling"])
async def test_what_does_not_run_cannot_be_paused_and_the_answer_says_why(fleet: Fleet, state: str) -> None:
    robot = await fleet.robot("r1") if state != "queued" else None
    job = await fleet.submit(definition=UNSAFE)
    if robot is not None:
        robot.obeys_cancels = False
        await (robot.finish() if state == "ended" else fleet.engine.cancel_job(job.job_id))
    why = {"queued": "it has not started", "ended": "it has ended", "cancelling": "it is being cancelled"}[state]
    with pytest.raises(ConflictError, match=why):
        await fleet.engine.pauses.pause(job.job_id)
    with pytest.raises(ConflictError, match="is not paused"):
        await fleet.engine.pauses.resume(job.job_id)


@pytest.mark.feature("E14", "E15")
async def test_a_checkpoint_is_asked_for_at_any_time_and_awaited(fleet: Fleet) -> None:
    robot = await fleet.robot("r1")
    job = await fleet.submit()
    room = fleet.engine.checkpoints
    async with asyncio.TaskGroup() as group:
        asking = group.create_task(room.create(job.job_id, note="now", metadata={"by": "test"}))
        await fleet.settle()
        order = robot.told[-1]
        assert isinstance(order, TakeCheckpoint)
        taken = await bring(fleet, robot, job, CheckpointKind.MANUAL, checkpoint_id=order.checkpoint_id)
    assert (order.note, order.metadata) == ("now", {"by": "test"})
    assert asking.result() == taken

    async with asyncio.TaskGroup() as group:
        group.create_task(asked_in_vain(fleet, job))
        await fleet.advance(6)
    assert fleet.engine.checkpoints.request(job.job_id, CheckpointKind.AUTOMATIC) is not None
    await robot.finish()
    assert fleet.engine.checkpoints.request(job.job_id) is None
    with pytest.raises(ConflictError, match="it is completed"):
        await fleet.engine.checkpoints.create(job.job_id)


async def asked_in_vain(fleet: Fleet, job: Job) -> None:
    with pytest.raises(ConflictError, match="sent no checkpoint"):
        await fleet.engine.checkpoints.create(job.job_id, limit_s=5)


@pytest.mark.feature("E22", "E23", "E24")
async def test_old_checkpoints_go_by_age_and_number_but_never_what_is_needed(fleet: Fleet) -> None:
    robot = await fleet.robot("r1", slots=2)
    done, open_job = await fleet.submit(), await fleet.submit()
    milestone = await bring(fleet, robot, done, CheckpointKind.MILESTONE)
    manual = [await bring(fleet, robot, done, CheckpointKind.MANUAL) for _ in range(3)]
    needed = await bring(fleet, robot, open_job)
    await robot.finish(next(ref for ref in robot.running if ref.job_id == done.job_id))
    room = fleet.engine.checkpoints
    await fleet.advance(1)

    figures = await room.statistics()
    assert (figures.total, figures.jobs) == (5, 2)
    assert figures.by_kind[CheckpointKind.MANUAL] == 3
    assert figures.bytes > 0

    assert await room.cleanup(max_count=2) == 1
    assert {each.checkpoint_id for each in await room.list()} == {
        each.checkpoint_id for each in (milestone, manual[1], manual[2], needed)
    }
    assert await room.cleanup(max_age=timedelta(0), max_count=0) == 2
    assert await room.cleanup(max_age=timedelta(0), keep_milestones=False) == 1
    assert [each.checkpoint_id for each in await room.list()] == [needed.checkpoint_id]
    await room.delete(needed.checkpoint_id)
    assert await room.list() == ()


async def test_only_the_newest_three_automatic_checkpoints_of_a_job_stay(fleet: Fleet) -> None:
    robot = await fleet.robot("r1")
    job = await fleet.submit()
    kept = [await bring(fleet, robot, job) for _ in range(5)]
    assert [each.checkpoint_id for each in await fleet.engine.checkpoints.list()] == [
        each.checkpoint_id for each in reversed(kept[2:])
    ]


async def test_the_engine_cleans_up_by_itself_when_it_starts(fleet: Fleet) -> None:
    robot = await fleet.robot("r1")
    job = await fleet.submit()
    await bring(fleet, robot, job, CheckpointKind.MANUAL)
    await robot.finish()
    fleet.clock.jump(31 * 86_400)
    await fleet.restart()
    assert await fleet.engine.checkpoints.list() == ()


@pytest.mark.feature("X06")
async def test_a_silent_robot_may_still_run_it_so_only_what_is_safe_to_repeat_goes_on_by_itself(fleet: Fleet) -> None:
    robot = await fleet.robot("r1", slots=2)
    unsafe, safe = await fleet.submit(definition=UNSAFE), await fleet.submit(definition=SAFE)
    for job in (unsafe, safe):
        await bring(fleet, robot, job, may_resume_after_crash=True)
    await robot.lose_connection()
    await fleet.advance(2_000, heartbeats=False)
    assert fleet.status(unsafe) is JobStatus.DEAD_LETTER
    assert fleet.status(safe) is JobStatus.QUEUED
    assert fleet.store.jobs[safe.job_id].resume_from is not None
