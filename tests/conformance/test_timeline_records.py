"""What every store promises about the fleet's past: what ran, waited and stood where, at any moment of it."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from plain_jobs import plain_job

from orchestrator.contract.ids import JobId, RobotId
from orchestrator.contract.results import JobResult, StepResult
from orchestrator.contract.states import JobStatus, StepStatus
from orchestrator.domain.job import Job
from orchestrator.domain.timeline import FleetSample, FleetState, StateChange
from orchestrator.engine.ports.audit import AuditEntry
from orchestrator.engine.ports.jobs import AttemptRecord
from orchestrator.store.services import OrchestratorService

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
ROBOT, OTHER = RobotId("r1"), RobotId("r2")
AUDIT = AuditEntry(at=NOW, kind="test", message="It happened.")

pytestmark = pytest.mark.feature("X24")


async def submitted(store: OrchestratorService, at: datetime, status: JobStatus = JobStatus.QUEUED) -> Job:
    job = plain_job(at, status=status, queued_at=at, workflow_name="Nightly")
    return (await store.add_job(job, idempotency_key=None, audit=AUDIT))[0]


async def ran(
    store: OrchestratorService,
    begin: datetime,
    end: datetime | None,
    *,
    waited: timedelta = timedelta(),
    robot: RobotId = ROBOT,
    outcome: str = "completed",
) -> JobId:
    """A job with one attempt; without an end it still runs."""
    job = await submitted(store, begin - waited)
    record = AttemptRecord(
        job_id=job.job_id,
        attempt=1,
        robot_id=robot,
        claimed_at=begin,
        started_at=begin,
        ended_at=end,
        outcome=None if end is None else outcome,
        queued_at=begin - waited,
    )
    status = JobStatus.RUNNING if end is None else JobStatus.COMPLETED
    after = replace(job, status=status, attempt=1, robot_id=robot, started_at=begin, finished_at=end)
    await store.save_job(after, expected=job, attempt=record)
    return job.job_id


async def test_a_window_shows_what_ran_in_it_wherever_that_began_and_ended(store: OrchestratorService) -> None:
    before = await ran(store, NOW - 3 * HOUR, NOW - 2 * HOUR)
    into = await ran(store, NOW - 90 * MINUTE, NOW - 30 * MINUTE)
    inside = await ran(store, NOW - 20 * MINUTE, NOW - 10 * MINUTE, outcome="failed")
    short_across = await ran(store, NOW - MINUTE, NOW + MINUTE)
    long_across = await ran(store, NOW - 2 * HOUR, NOW + 9 * HOUR, robot=OTHER)
    still = await ran(store, NOW - 5 * HOUR, None)
    later = await ran(store, NOW + MINUTE, NOW + 2 * MINUTE)
    found = await store.timeline.runs(NOW - HOUR, NOW, most=100, bucket_s=60)
    assert {run.job_id for run in found.runs} == {into, inside, short_across, long_across, still}
    assert {before, later}.isdisjoint(run.job_id for run in found.runs)
    assert {run.job_id: run.outcome for run in found.runs}[inside] == "failed"
    assert found.runs[0].job_id == still
    assert (found.merged, found.left_out) == ((), 0)


async def test_short_runs_are_counted_where_there_are_too_many_to_name(store: OrchestratorService) -> None:
    for number in range(6):
        end = NOW - 10 * MINUTE + number * timedelta(seconds=9)
        await ran(store, end - timedelta(seconds=5), end, outcome="failed" if number == 3 else "completed")
    longest = await ran(store, NOW - 40 * MINUTE, NOW - 10 * MINUTE, robot=OTHER)
    await ran(store, NOW - 20 * MINUTE, NOW - 10 * MINUTE, robot=OTHER)
    found = await store.timeline.runs(NOW - HOUR, NOW, most=1, bucket_s=60)
    assert [(each.robot_id, each.runs, each.failed, each.busy_s) for each in found.merged] == [(ROBOT, 6, 1, 30.0)]
    assert found.merged[0].starts_at == NOW - 10 * MINUTE
    assert [run.job_id for run in found.runs] == [longest]
    assert found.left_out == 1


async def test_a_moment_shows_what_ran_and_what_had_failed(store: OrchestratorService) -> None:
    failed = await ran(store, NOW - 6 * MINUTE, NOW - 5 * MINUTE, outcome="timeout")
    await ran(store, NOW - 50 * MINUTE, NOW - 40 * MINUTE, outcome="failed")
    running = await ran(store, NOW - 2 * MINUTE, NOW + MINUTE)
    await ran(store, NOW + timedelta(seconds=1), None)
    assert [run.job_id for run in await store.timeline.runs_at(NOW, most=10)] == [running]
    found = await store.timeline.failures_before(NOW, since=NOW - 15 * MINUTE, most=10)
    assert [(run.job_id, run.outcome) for run in found] == [(failed, "timeout")]


async def test_what_waited_at_a_moment_is_known_later(store: OrchestratorService) -> None:
    claimed = await ran(store, NOW + 20 * MINUTE, NOW + 21 * MINUTE, waited=HOUR, robot=OTHER)
    await ran(store, NOW - MINUTE, NOW + MINUTE, waited=HOUR)
    waiting = (await submitted(store, NOW - MINUTE)).job_id
    await submitted(store, NOW + MINUTE)
    given_up = await submitted(store, NOW - 2 * MINUTE)
    ended = replace(given_up, status=JobStatus.CANCELLED, finished_at=NOW + MINUTE, changed_at=NOW + MINUTE)
    await store.save_job(ended, expected=given_up)
    count, waits = await store.timeline.waits_at(NOW, most=10)
    assert count == 3
    assert [wait.job_id for wait in waits] == [claimed, given_up.job_id, waiting]
    assert (waits[0].since_at, waits[0].until_at) == (NOW - 40 * MINUTE, NOW + 20 * MINUTE)
    assert [wait.robot_id for wait in waits] == [OTHER, None, None]
    assert (await store.timeline.waits_at(NOW, most=1))[0] == 3
    assert {wait.workflow_name for wait in waits} == {"Nightly"}


async def test_since_when_an_attempt_waited_is_what_its_first_record_says(store: OrchestratorService) -> None:
    job_id = await ran(store, NOW, None, waited=HOUR)
    (record,) = await store.attempts(job_id)
    await store.note_attempt(replace(record, queued_at=None, ended_at=NOW + HOUR, outcome="completed"))
    (kept,) = await store.attempts(job_id)
    assert (kept.queued_at, kept.outcome) == (NOW - HOUR, "completed")


async def test_the_steps_of_a_moment_are_told_by_the_result(store: OrchestratorService) -> None:
    job = await submitted(store, NOW)
    after = replace(job, status=JobStatus.COMPLETED, attempt=1, robot_id=ROBOT, finished_at=NOW + HOUR)
    steps = [
        StepResult(step_id=f"s{n}", name=f"Step {n}", status=StepStatus.COMPLETED, started_at=at, duration_s=60)
        for n, at in enumerate((NOW, NOW + MINUTE, NOW + 2 * MINUTE))
    ]
    result = JobResult(
        job_id=job.job_id,
        attempt=1,
        status=JobStatus.COMPLETED,
        step_results=tuple(steps),
        started_at=NOW,
        finished_at=NOW + HOUR,
        execution_time_s=180,
    )
    record = AttemptRecord(
        job_id=job.job_id, attempt=1, robot_id=ROBOT, claimed_at=NOW, started_at=NOW, ended_at=NOW + HOUR
    )
    await store.save_job(after, expected=job, attempt=record, result=result)
    at = NOW + 90 * timedelta(seconds=1)
    runs = await store.timeline.runs_at(at, most=10)
    then = (await store.timeline.steps_at(runs, at))[(job.job_id, 1)]
    assert (then.current, then.done, then.total) == (("Step 1",), 1, 3)


def change(at: datetime, state: FleetState, robot: RobotId = ROBOT, note: str = "") -> StateChange:
    return StateChange(robot_id=robot, at=at, state=state, name=robot.upper(), slots=2, note=note)


async def test_states_inside_a_window_come_with_how_it_was_before(store: OrchestratorService) -> None:
    changes = [
        change(NOW - 9 * HOUR, FleetState.ONLINE),
        change(NOW - 8 * HOUR, FleetState.LOST),
        change(NOW - 8 * HOUR, FleetState.ONLINE, OTHER),
        change(NOW, FleetState.MAINTENANCE, note="new disk"),
        change(NOW + HOUR, FleetState.REMOVED),
    ]
    await store.timeline.note(changes, [])
    assert await store.timeline.states(NOW - HOUR, NOW, most=10) == [changes[1], changes[2], changes[3]]
    newest = await store.timeline.newest_states()
    assert {robot: each.state for robot, each in newest.items()} == {
        ROBOT: FleetState.REMOVED,
        OTHER: FleetState.ONLINE,
    }


async def test_samples_come_as_mean_and_peak_and_holes_stay_holes(store: OrchestratorService) -> None:
    assert await store.timeline.newest_sample_at() is None
    samples = [
        FleetSample(at=NOW + number * timedelta(seconds=10), waiting=waiting, running=1)
        for number, waiting in ((0, 2), (1, 4), (20, 9))
    ]
    await store.timeline.note([], samples)
    points = await store.timeline.load(NOW, NOW + HOUR, 60)
    assert [(each.at, each.waiting, each.most_waiting, each.running) for each in points] == [
        (NOW, 3.0, 4, 1.0),
        (NOW + 3 * MINUTE, 9.0, 9, 1.0),
    ]
    assert await store.timeline.newest_sample_at() == samples[-1].at


async def test_what_is_old_is_forgotten_but_how_robots_stood_is_not(store: OrchestratorService) -> None:
    changes = [change(NOW - hours * HOUR, FleetState.ONLINE) for hours in (9, 8)]
    samples = [
        FleetSample(at=NOW - hours * HOUR, waiting=0, running=0, is_coarse=coarse)
        for hours, coarse in ((9, True), (5, True), (4, False), (1, False))
    ]
    await store.timeline.note(changes, samples)
    assert await store.timeline.forget(NOW - 6 * HOUR, fine_before=NOW - 2 * HOUR, most=10) == 3
    assert await store.timeline.forget(NOW - 6 * HOUR, fine_before=NOW - 2 * HOUR, most=10) == 0
    assert list(await store.timeline.states(NOW - HOUR, NOW, most=10)) == changes[1:]
    kept = await store.timeline.load(NOW - 10 * HOUR, NOW, 3600)
    assert [point.at for point in kept] == [NOW - 5 * HOUR, NOW - HOUR]
