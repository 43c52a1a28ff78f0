"""The queue: order, shapes, the one door, and what happens to whoever comes second."""

import asyncio
from dataclasses import replace

import pytest
from fake_fleet import Fleet
from log_guard import ExpectWarning

from orchestrator.contract.api.jobs import SubmitRequest
from orchestrator.contract.errors import WorkflowError
from orchestrator.contract.ids import JobId
from orchestrator.contract.states import JobPriority, JobStatus
from orchestrator.domain.errors import IllegalTransitionError
from orchestrator.engine.errors import InvalidRequestError, NotFoundError, StoppingError, StorageError


async def run_all(fleet: Fleet, robot_name: str = "r1") -> list[str]:
    """Finish whatever runs until nothing does; the jobs in the order in which they ran."""
    robot, order = fleet.robots[robot_name], []
    while robot.running:
        order.append(robot.running[0].job_id)
        await robot.finish()
        await fleet.settle()
    return order


@pytest.mark.feature("C33", "O18", "D22")
async def test_a_critical_job_overtakes_queued_low_ones(fleet: Fleet) -> None:
    first = [await fleet.submit(priority=JobPriority.LOW) for _ in range(3)]
    urgent = await fleet.submit(priority=JobPriority.CRITICAL)
    await fleet.robot("r1")
    assert await run_all(fleet) == [urgent.job_id, *(job.job_id for job in first)]


@pytest.mark.feature("C32")
async def test_inside_one_priority_the_first_in_is_the_first_out(fleet: Fleet) -> None:
    jobs = [await fleet.submit() for _ in range(5)]
    await fleet.robot("r1")
    assert await run_all(fleet) == [job.job_id for job in jobs]


async def test_a_job_that_no_robot_can_take_holds_back_no_other(fleet: Fleet) -> None:
    stuck = [await fleet.submit(tags=("gpu",), priority=JobPriority.CRITICAL) for _ in range(3)]
    free = await fleet.submit(priority=JobPriority.LOW)
    robot = await fleet.robot("r1")
    assert [ref.job_id for ref in robot.running] == [free.job_id]
    assert {fleet.status(job) for job in stuck} == {JobStatus.QUEUED}


@pytest.mark.feature("C34")
async def test_peek_shows_the_next_job_and_takes_nothing(fleet: Fleet) -> None:
    assert fleet.engine.queue.peek() is None
    await fleet.submit(priority=JobPriority.LOW)
    urgent = await fleet.submit(priority=JobPriority.HIGH)
    for _ in range(2):
        peeked = fleet.engine.queue.peek()
        assert peeked is not None
        assert peeked.job_id == urgent.job_id


@pytest.mark.feature("C36")
async def test_jobs_are_found_by_their_status_in_order(fleet: Fleet) -> None:
    jobs = [await fleet.submit() for _ in range(3)]
    await fleet.robot("r1")
    assert [job.job_id for job in fleet.engine.queue.get_by_status(JobStatus.RUNNING)] == [jobs[0].job_id]
    assert [job.job_id for job in fleet.engine.queue.get_by_status(JobStatus.QUEUED)] == [j.job_id for j in jobs[1:]]


@pytest.mark.feature("C35", "C31")
async def test_a_status_is_updated_only_along_the_table(fleet: Fleet) -> None:
    job = await fleet.submit()
    at = fleet.clock.now()
    with pytest.raises(IllegalTransitionError):
        await fleet.engine.queue.update_status(job.job_id, JobStatus.COMPLETED, at=at)
    moved = await fleet.engine.queue.update_status(job.job_id, JobStatus.CANCELLED, at=at)
    assert (moved.status, fleet.status(job)) == (JobStatus.CANCELLED, JobStatus.CANCELLED)


async def test_an_unknown_job_is_named(fleet: Fleet) -> None:
    with pytest.raises(NotFoundError, match="no job 'nobody'"):
        await fleet.engine.job(JobId("nobody"))


async def test_the_same_key_gives_the_first_job_again(fleet: Fleet) -> None:
    request = SubmitRequest(definition=(await fleet.engine.workflows.save({"steps": [{"id": "a", "action": "goto",
        "parameters": {"url": "http://127.0.0.1"}}]})).definition.model_dump(mode="json"))  # fmt: skip
    first = await fleet.engine.submit_job(request, idempotency_key="k")
    again = await fleet.engine.submit_job(request, idempotency_key="k")
    other = await fleet.engine.submit_job(request, idempotency_key="other")
    assert again.job_id == first.job_id != other.job_id
    assert fleet.engine.intake.counter.counts == {"accepted": 2, "known": 1}


async def test_a_job_that_could_not_be_stored_was_not_accepted(fleet: Fleet) -> None:
    await fleet.submit()
    fleet.store.is_full = True
    with pytest.raises(StorageError):
        await fleet.submit()
    fleet.store.is_full = False
    assert len(fleet.store.jobs) == len(fleet.engine.queue) == 1


async def test_a_full_disk_stops_dispatching_until_there_is_room_again(
    fleet: Fleet, expected_warnings: ExpectWarning
) -> None:
    expected_warnings("Dispatching pauses")
    job = await fleet.submit(tags=("x",))
    robot = fleet.add("r1", tags=("x",))
    await robot.connect()
    fleet.store.is_full = True
    await fleet.settle()
    assert fleet.engine.dispatcher.is_paused
    assert fleet.status(job) is JobStatus.QUEUED
    verdict, *_ = await fleet.engine.why_waiting(job.job_id)
    assert "cannot be written" in verdict.verdict
    fleet.store.is_full = False
    await fleet.advance(6)
    assert fleet.status(job) is JobStatus.RUNNING


async def test_of_two_writers_the_second_looks_again(fleet: Fleet) -> None:
    job = await fleet.submit()
    outcomes = await asyncio.gather(
        fleet.engine.cancel_job(job.job_id), fleet.engine.cancel_job(job.job_id), return_exceptions=True
    )
    assert sorted(type(each).__name__ for each in outcomes) == ["ConflictError", "Job"]
    assert fleet.status(job) is JobStatus.CANCELLED


async def test_news_that_were_overtaken_do_not_bring_an_ended_job_back(fleet: Fleet) -> None:
    job = await fleet.submit()
    await fleet.engine.cancel_job(job.job_id)
    fleet.engine.queue._remember(replace(job, status=JobStatus.RUNNING))
    assert fleet.engine.queue.get(job.job_id) is None


async def test_a_due_time_is_waited_for(fleet: Fleet) -> None:
    await fleet.robot("r1")
    due_at = fleet.clock.now().replace(minute=2)
    job = await fleet.submit(not_before=due_at)
    assert job.status is JobStatus.PENDING
    await fleet.advance(119)
    assert fleet.status(job) is JobStatus.PENDING
    await fleet.advance(1)
    assert fleet.status(job) is JobStatus.RUNNING


async def test_bad_submissions_name_the_field(fleet: Fleet) -> None:
    with pytest.raises(InvalidRequestError) as neither:
        await fleet.engine.submit_job(SubmitRequest())
    assert neither.value.field == "workflow"
    with pytest.raises(InvalidRequestError) as nobody:
        await fleet.submit(robot="nobody")
    assert nobody.value.field == "robot"
    with pytest.raises(WorkflowError, match="no action"):
        await fleet.submit(definition={"steps": [{"id": "a", "action": "acshun"}]})
    with pytest.raises(NotFoundError):
        await fleet.submit(workflow="nothing")
    assert not fleet.store.jobs


async def test_a_stopped_engine_takes_nothing() -> None:
    fleet = await Fleet().start()
    await fleet.engine.stop()
    with pytest.raises(StoppingError, match="nothing was accepted"):
        await fleet.submit()


@pytest.mark.feature("C87", "C88")
async def test_after_a_kill_queue_and_order_are_as_before(fleet: Fleet) -> None:
    low = await fleet.submit(priority=JobPriority.LOW)
    later = await fleet.submit(not_before=fleet.clock.now().replace(hour=10))
    high = await fleet.submit(priority=JobPriority.HIGH)
    before = dict(fleet.store.jobs)
    await fleet.restart()
    assert fleet.store.jobs == before
    await fleet.robot("r1")
    assert await run_all(fleet) == [high.job_id, low.job_id]
    assert fleet.status(later) is JobStatus.PENDING
