"""Jobs that meet a free robot: accepted and claimed in one write, unless somebody waits already."""

from collections.abc import Sequence

import pytest
from fake_fleet import SAFE, Fleet

from orchestrator.contract.api.jobs import SubmitRequest
from orchestrator.contract.errors import BotswainError
from orchestrator.contract.states import JobPriority, JobStatus
from orchestrator.domain.events import JobChanged
from orchestrator.domain.job import Job
from orchestrator.engine.errors import StorageError
from orchestrator.engine.ports.jobs import NewJob


def wish(key: str | None = None, **words: object) -> tuple[SubmitRequest, str | None, str]:
    return SubmitRequest.model_validate({"definition": SAFE, **words}), key, "ada"


def accepted(outcomes: list[Job | BotswainError]) -> list[Job]:
    return [each for each in outcomes if isinstance(each, Job)]


@pytest.mark.feature("C92")
async def test_a_job_that_meets_a_free_robot_is_claimed_as_it_is_accepted(fleet: Fleet) -> None:
    robot = await fleet.robot("r1")
    heard: list[JobStatus] = []
    fleet.engine.bus.subscribe(JobChanged, lambda event: heard.append(event.job.status))
    job = await fleet.engine.submit_job(wish()[0])
    assert (job.status, job.attempt, job.robot_id, job.version) == (JobStatus.DISPATCHED, 1, robot.robot_id, 2)
    assert fleet.store.jobs[job.job_id] == job
    assert (job.job_id, 1) in fleet.store.attempt_records
    assert heard == [JobStatus.QUEUED, JobStatus.DISPATCHED]
    await fleet.settle()
    assert [each.job_id for each in robot.assignments] == [job.job_id]
    await robot.finish()
    await fleet.settle()
    assert fleet.store.jobs[job.job_id].status is JobStatus.COMPLETED


async def test_nobody_who_waits_is_overtaken(fleet: Fleet) -> None:
    await fleet.robot("r1", tags=("mail",))
    runs, waits = await fleet.submit(tags=["mail"]), await fleet.submit(tags=["mail"])
    await fleet.robot("r2", tags=("gpu",))
    job = await fleet.engine.submit_job(wish(tags=["gpu"])[0])
    assert [fleet.status(each) for each in (runs, waits)] == [JobStatus.RUNNING, JobStatus.QUEUED]
    assert (job.status, job.version) == (JobStatus.QUEUED, 1)
    await fleet.settle()
    assert fleet.status(job) is JobStatus.RUNNING


async def test_the_most_urgent_of_a_batch_get_the_slots(fleet: Fleet) -> None:
    await fleet.robot("r1", slots=2)
    wishes = [wish(priority=each) for each in ("low", "normal", "critical", "high")]
    jobs = accepted(await fleet.engine.submit_jobs(wishes))
    claimed = {job.priority for job in jobs if job.status is JobStatus.DISPATCHED}
    assert claimed == {JobPriority.CRITICAL, JobPriority.HIGH}


async def test_a_known_key_takes_no_slot(fleet: Fleet) -> None:
    robot = await fleet.robot("r1", slots=3)
    first, again, other = accepted(await fleet.engine.submit_jobs([wish("k"), wish("k"), wish()]))
    assert first == again
    assert {first.status, other.status} == {JobStatus.DISPATCHED}
    known = await fleet.engine.submit_job(wish()[0], idempotency_key="k")
    assert known.job_id == first.job_id
    assert fleet.engine.pool.jobs_of(robot.robot_id) == (first.job_id, other.job_id)


async def test_what_cannot_be_stored_keeps_no_slot(fleet: Fleet) -> None:
    robot = await fleet.robot("r1")
    fleet.store.is_full = True
    with pytest.raises(StorageError):
        await fleet.engine.submit_job(wish()[0])
    assert fleet.engine.pool.jobs_of(robot.robot_id) == ()
    fleet.store.is_full = False
    job = await fleet.submit()
    assert fleet.status(job) is JobStatus.RUNNING


async def test_a_robot_that_goes_while_the_claim_is_written_gets_no_offer_and_the_job_waits(
    fleet: Fleet, monkeypatch: pytest.MonkeyPatch
) -> None:
    robot, add_jobs = await fleet.robot("r1"), fleet.store.add_jobs

    async def interrupted(batch: Sequence[NewJob]) -> Sequence[tuple[Job, bool]]:
        await robot.lose_connection()
        return await add_jobs(batch)

    monkeypatch.setattr(fleet.store, "add_jobs", interrupted)
    job = await fleet.engine.submit_job(wish()[0])
    assert (job.status, fleet.status(job)) == (JobStatus.DISPATCHED, JobStatus.QUEUED)
    assert fleet.store.attempt_records[(job.job_id, 1)].outcome == "expired"
    await robot.connect()
    await fleet.settle()
    assert fleet.status(job) is JobStatus.RUNNING
    assert fleet.store.jobs[job.job_id].attempt == 2
