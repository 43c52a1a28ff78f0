"""The same failure is one group; a solved one that comes back says so, and all its jobs are retried at once."""

import pytest
from fake_fleet import Fleet

from orchestrator.contract.errors import ErrorKind
from orchestrator.contract.states import JobStatus
from orchestrator.domain.bulk import BulkAction, BulkFilter, BulkKind, BulkState
from orchestrator.domain.failures import FailureGroup, GroupState
from orchestrator.domain.job import Job
from orchestrator.engine.errors import ConflictError, NotFoundError


async def failed(fleet: Fleet, count: int = 1) -> list[Job]:
    robot = fleet.robots.get("r1") or await fleet.robot("r1", slots=10)
    jobs = [await fleet.submit(max_retries=0) for _ in range(count)]
    for _ in jobs:
        await robot.finish(status=JobStatus.FAILED, kind=ErrorKind.BUSINESS)
        await fleet.settle()
    return jobs


async def only(fleet: Fleet) -> FailureGroup:
    (group,), total = await fleet.engine.operations.failures.groups(states=frozenset(GroupState))
    assert total == 1
    return group


@pytest.mark.feature("X11", "O42")
async def test_the_same_failure_of_many_jobs_is_one_group(fleet: Fleet) -> None:
    jobs = await failed(fleet, 3)
    group = await only(fleet)
    assert (group.count, group.failed_now, group.kind) == (3, 3, ErrorKind.BUSINESS)
    assert {fleet.job(job).fingerprint for job in jobs} == {group.fingerprint}


async def test_jobs_that_are_retried_or_cancelled_have_no_fingerprint(fleet: Fleet) -> None:
    (job,) = await failed(fleet)
    await fleet.engine.retry_job(job.job_id)
    assert fleet.job(job).fingerprint is None
    await fleet.engine.cancel_job(job.job_id)
    await fleet.settle()
    assert (fleet.status(job), fleet.job(job).fingerprint) == (JobStatus.CANCELLED, None)
    assert (await only(fleet)).failed_now == 0


@pytest.mark.feature("X11")
async def test_a_solved_group_that_comes_back_is_reopened_and_says_so_once(fleet: Fleet) -> None:
    await failed(fleet)
    desk = fleet.engine.operations.failures
    group = await only(fleet)
    solved = await desk.solve(group.fingerprint, note="new locator", actor="anna")
    assert (solved.state, solved.note, solved.changed_by) == (GroupState.SOLVED, "new locator", "anna")
    assert (await desk.groups())[1] == 0 or (await desk.groups())[0] == []
    with pytest.raises(ConflictError, match="solved already"):
        await desk.solve(group.fingerprint, note="", actor="anna")
    await fleet.restart()
    await fleet.robots["r1"].connect()
    await failed(fleet, 2)
    assert (await only(fleet)).state is GroupState.REOPENED
    assert [entry.kind for entry in fleet.store.audit].count("failures.came_back") == 1


async def test_the_word_that_a_group_is_solved_can_be_taken_back(fleet: Fleet) -> None:
    await failed(fleet)
    desk = fleet.engine.operations.failures
    fingerprint = (await only(fleet)).fingerprint
    await desk.solve(fingerprint, note="", actor="anna")
    assert (await desk.reopen(fingerprint, actor="anna")).state is GroupState.OPEN
    with pytest.raises(NotFoundError, match="failure group 'nope'"):
        await desk.group("nope")


@pytest.mark.feature("X11")
async def test_every_job_of_a_group_is_retried_with_one_action(fleet: Fleet) -> None:
    jobs = await failed(fleet, 3)
    bulk = fleet.engine.operations.bulk
    wanted = BulkFilter(fingerprint=(await only(fleet)).fingerprint)
    preview = await bulk.preview(BulkAction(kind=BulkKind.RETRY), wanted, actor="anna")
    operation = await bulk.apply(preview.token, actor="anna")
    await fleet.settle()
    done = await bulk.operation(operation.operation_id)
    assert (done.state, done.done, done.skipped) == (BulkState.DONE, 3, 0)
    assert all(fleet.status(job) is JobStatus.RUNNING for job in jobs)
