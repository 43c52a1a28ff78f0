"""Schedules: on time, missed, overlapping, paused, used up, and never twice."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from itertools import pairwise

import pytest
from fake_fleet import SAFE, Fleet
from log_guard import ExpectWarning

from orchestrator.contract.api.schedules import ScheduleFrequencyName, ScheduleRequest, ScheduleRule
from orchestrator.contract.ids import ScheduleId
from orchestrator.contract.states import JobPriority, JobStatus
from orchestrator.domain.job import Job
from orchestrator.domain.schedule import Schedule
from orchestrator.engine.errors import InvalidRequestError, NotFoundError
from orchestrator.engine.run_timer import LibraryTimer

EVERY_MINUTE = ScheduleRule(cron_expression="* * * * *")


async def plan(fleet: Fleet, rule: ScheduleRule = EVERY_MINUTE, **fields: object) -> Schedule:
    """A schedule of the safe workflow, added through the desk as the server does it."""
    version = await fleet.engine.workflows.save(SAFE)
    request = ScheduleRequest.model_validate(
        {"name": "nightly", "workflow": version.workflow_id, "rule": rule, "overlap_policy": "allow", **fields}
    )
    schedule = await fleet.engine.schedule_desk.schedule_of(request)
    return await fleet.engine.scheduler.add_schedule(schedule)


def jobs_of(fleet: Fleet) -> Sequence[Job]:
    return sorted(fleet.store.jobs.values(), key=lambda job: job.position)


@pytest.mark.feature("C19", "C16", "C24")
async def test_a_cron_schedule_fires_at_its_minutes(fleet: Fleet) -> None:
    schedule = await plan(fleet, priority=JobPriority.HIGH)
    assert fleet.engine.scheduler.get_next_run(schedule.schedule_id) == datetime(2026, 3, 2, 9, 1, tzinfo=UTC)
    await fleet.advance(181)
    jobs = jobs_of(fleet)
    assert [job.fire_at for job in jobs] == [datetime(2026, 3, 2, 9, minute, tzinfo=UTC) for minute in (1, 2, 3)]
    assert {(job.schedule_id, job.priority) for job in jobs} == {(schedule.schedule_id, JobPriority.HIGH)}
    assert fleet.engine.scheduler.get(schedule.schedule_id).last_run_at == jobs[-1].fire_at


@pytest.mark.parametrize(
    ("rule", "first"),
    [
        pytest.param(
            ScheduleRule(frequency=ScheduleFrequencyName.HOURLY, time_of_day=time(0, 30)),
            datetime(2026, 3, 2, 9, 30, tzinfo=UTC),
            marks=pytest.mark.feature("C12"),
        ),
        pytest.param(
            ScheduleRule(frequency=ScheduleFrequencyName.DAILY, time_of_day=time(8)),
            datetime(2026, 3, 3, 8, tzinfo=UTC),
            marks=pytest.mark.feature("C13"),
        ),
        pytest.param(
            ScheduleRule(frequency=ScheduleFrequencyName.WEEKLY, time_of_day=time(8), weekdays=(5,)),
            datetime(2026, 3, 6, 8, tzinfo=UTC),
            marks=pytest.mark.feature("C14"),
        ),
        pytest.param(
            ScheduleRule(frequency=ScheduleFrequencyName.MONTHLY, time_of_day=time(8), day_of_month=31),
            datetime(2026, 3, 31, 8, tzinfo=UTC),
            marks=pytest.mark.feature("C15"),
        ),
    ],
)
async def test_calendar_frequencies_plan_their_next_run(fleet: Fleet, rule: ScheduleRule, first: datetime) -> None:
    schedule = await plan(fleet, rule)
    assert schedule.next_run_at == first


@pytest.mark.feature("C11")
async def test_a_schedule_that_runs_once_fires_once_and_switches_itself_off(fleet: Fleet) -> None:
    moment = fleet.clock.now() + timedelta(seconds=90)
    schedule = await plan(fleet, ScheduleRule(frequency=ScheduleFrequencyName.ONCE, run_at=moment))
    await fleet.advance(300)
    (job,) = jobs_of(fleet)
    kept = fleet.engine.scheduler.get(schedule.schedule_id)
    assert (job.fire_at, kept.enabled, kept.next_run_at) == (moment, False, None)


@pytest.mark.feature("C22", "C23")
async def test_a_paused_schedule_does_not_fire_and_makes_nothing_up_later(fleet: Fleet) -> None:
    schedule = await plan(fleet)
    await fleet.engine.scheduler.pause_schedule(schedule.schedule_id)
    await fleet.advance(300)
    assert not jobs_of(fleet)
    assert fleet.engine.scheduler.get_next_run(schedule.schedule_id) is None
    await fleet.engine.scheduler.resume_schedule(schedule.schedule_id)
    await fleet.advance(60)
    assert len(jobs_of(fleet)) == 1


@pytest.mark.feature("C20", "C21")
async def test_a_changed_schedule_follows_its_new_rule_and_a_removed_one_none(fleet: Fleet) -> None:
    schedule = await plan(fleet)
    hourly = replace(schedule, cron_expression="0 * * * *")
    changed = await fleet.engine.scheduler.update_schedule(hourly)
    assert changed.next_run_at == datetime(2026, 3, 2, 10, tzinfo=UTC)
    await fleet.advance(1_800)
    assert not jobs_of(fleet)
    await fleet.engine.scheduler.remove_schedule(schedule.schedule_id)
    await fleet.advance(3_600)
    assert not jobs_of(fleet)
    with pytest.raises(NotFoundError):
        fleet.engine.scheduler.get_next_run(schedule.schedule_id)


async def test_run_now_makes_one_job_and_leaves_the_plan_alone(fleet: Fleet) -> None:
    schedule = await plan(fleet)
    job = await fleet.engine.scheduler.run_now(schedule.schedule_id, actor="anna")
    assert (job.schedule_id, job.fire_at, job.status) == (schedule.schedule_id, None, JobStatus.QUEUED)
    assert fleet.engine.scheduler.get_next_run(schedule.schedule_id) == schedule.next_run_at


@pytest.mark.parametrize(("policy", "runs"), [("skip", 0), ("latest", 1), ("all", 10)])
async def test_missed_runs_follow_their_policy_after_a_downtime(fleet: Fleet, policy: str, runs: int) -> None:
    await plan(fleet, misfire_policy=policy)
    await fleet.restart(away_s=610)
    due = [job for job in jobs_of(fleet) if job.fire_at is not None]
    assert len(due) == runs or (policy == "skip" and len(due) == 1)  # a minute's grace keeps the newest
    starts = sorted(job.not_before for job in due if job.not_before is not None)
    assert all(later - earlier >= timedelta(seconds=1) for earlier, later in pairwise(starts))


async def test_a_week_of_missed_seconds_is_caught_up_with_one_run(fleet: Fleet) -> None:
    await plan(fleet, ScheduleRule(cron_expression="* * * * * *"), misfire_policy="latest")
    await fleet.restart(away_s=7 * 86_400)
    assert len(jobs_of(fleet)) == 1


async def test_no_second_is_missed_by_a_schedule_of_every_second(fleet: Fleet) -> None:
    await plan(fleet, ScheduleRule(cron_expression="* * * * * *"))
    await fleet.advance(30)
    assert len(jobs_of(fleet)) == 30


async def test_a_fire_that_was_stored_before_a_crash_is_not_repeated(fleet: Fleet) -> None:
    schedule = await plan(fleet)
    await fleet.advance(61)
    fleet.store.schedule_records[schedule.schedule_id] = schedule
    await fleet.restart()
    assert len(jobs_of(fleet)) == 1
    assert fleet.engine.scheduler.get_next_run(schedule.schedule_id) == datetime(2026, 3, 2, 9, 2, tzinfo=UTC)


async def test_a_clock_that_is_set_back_fires_nothing_twice(fleet: Fleet) -> None:
    await plan(fleet)
    await fleet.advance(61)
    fleet.clock.jump(-3_600)
    await fleet.advance(300)
    assert len(jobs_of(fleet)) == 1


async def test_overlap_skip_leaves_a_run_out_while_the_last_one_runs(fleet: Fleet) -> None:
    robot = await fleet.robot("r1", slots=4)
    await plan(fleet, overlap_policy="skip")
    await fleet.advance(181)
    assert len(jobs_of(fleet)) == 1
    await robot.finish()
    await fleet.advance(60)
    assert len(jobs_of(fleet)) == 2
    assert sum(entry.kind == "schedule.skipped" for entry in fleet.store.audit) == 2


async def test_overlap_queue_lets_one_wait_behind_the_running_one(fleet: Fleet) -> None:
    robot = await fleet.robot("r1", slots=4)
    await plan(fleet, overlap_policy="queue")
    await fleet.advance(301)
    assert [job.status for job in jobs_of(fleet)] == [JobStatus.RUNNING, JobStatus.PENDING]
    await robot.finish()
    await fleet.settle()
    assert [job.status for job in jobs_of(fleet)] == [JobStatus.COMPLETED, JobStatus.RUNNING]


async def test_a_held_back_job_is_still_held_back_after_a_restart(fleet: Fleet) -> None:
    robot = await fleet.robot("r1", slots=4)
    await plan(fleet, overlap_policy="queue")
    await fleet.advance(130)
    await fleet.restart()
    await robot.connect()
    await fleet.advance(10)
    assert [job.status for job in jobs_of(fleet)] == [JobStatus.RUNNING, JobStatus.PENDING]
    await robot.finish()
    await fleet.settle()
    assert [job.status for job in jobs_of(fleet)] == [JobStatus.COMPLETED, JobStatus.RUNNING]


async def test_overlap_allow_runs_side_by_side(fleet: Fleet) -> None:
    await fleet.robot("r1", slots=4)
    await plan(fleet, overlap_policy="allow")
    await fleet.advance(181)
    assert [job.status for job in jobs_of(fleet)] == [JobStatus.RUNNING] * 3


async def test_jitter_delays_the_job_and_not_the_fire(fleet: Fleet) -> None:
    await plan(fleet, jitter_s=50)
    await fleet.advance(61)
    (job,) = jobs_of(fleet)
    assert job.fire_at == datetime(2026, 3, 2, 9, 1, tzinfo=UTC)
    await fleet.advance(51)
    assert fleet.status(job) is JobStatus.QUEUED


async def test_a_schedule_whose_workflow_is_gone_says_so_and_goes_on(
    fleet: Fleet, expected_warnings: ExpectWarning
) -> None:
    expected_warnings("cannot run: There is no workflow")
    schedule = await plan(fleet)
    await fleet.engine.workflows.remove(schedule.workflow_id)
    await fleet.advance(61)
    assert not jobs_of(fleet)
    assert fleet.store.audit[-1].kind == "schedule.skipped"
    assert fleet.engine.scheduler.get_next_run(schedule.schedule_id) == datetime(2026, 3, 2, 9, 2, tzinfo=UTC)


async def test_a_full_disk_delays_a_fire_and_does_not_lose_it(fleet: Fleet, expected_warnings: ExpectWarning) -> None:
    expected_warnings("could not fire")
    await plan(fleet)
    fleet.store.is_full = True
    await fleet.advance(70)
    fleet.store.is_full = False
    await fleet.advance(10)
    assert len(jobs_of(fleet)) == 1


async def test_a_schedule_that_could_never_work_is_refused_by_its_field(fleet: Fleet) -> None:
    with pytest.raises(InvalidRequestError) as wrong:
        await plan(fleet, ScheduleRule(cron_expression="61 * * * *"))
    assert wrong.value.field == "cron_expression"
    with pytest.raises(InvalidRequestError) as policy:
        await plan(fleet, misfire_policy="sometimes")
    assert policy.value.field == "misfire_policy"


async def test_the_librarys_timer_rings_once_at_its_moment() -> None:
    timer, rung = LibraryTimer(), asyncio.Event()
    timer.start()
    timer.ring_at(ScheduleId("a"), datetime.now(UTC) + timedelta(hours=1), rung.set)  # noqa: TID251  a real timer
    timer.ring_at(ScheduleId("a"), datetime.now(UTC) + timedelta(milliseconds=20), rung.set)  # noqa: TID251
    timer.forget(ScheduleId("b"))
    async with asyncio.timeout(5):
        await rung.wait()
    timer.stop()
