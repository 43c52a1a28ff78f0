"""A schedule whose jobs fail again and again is paused where a person wants it so, and comes back with one undo."""

import pytest
from fake_fleet import UNSAFE, FakeRobot, Fleet

from orchestrator.contract.api.schedules import ScheduleRequest, ScheduleRule
from orchestrator.contract.states import JobStatus
from orchestrator.domain.notices import NoticeEnd
from orchestrator.domain.schedule import Schedule
from orchestrator.engine.errors import InvalidRequestError, NotFoundError


async def scene() -> tuple[Fleet, FakeRobot, Schedule]:
    fleet = await Fleet().start()
    robot = await fleet.robot("r1")
    await fleet.engine.workflows.save(UNSAFE)
    rule = ScheduleRule(cron_expression="* * * * *")
    request = ScheduleRequest(name="minutely", workflow="Send", rule=rule)
    schedule = await fleet.engine.schedule_desk.schedule_of(request)
    return fleet, robot, await fleet.engine.scheduler.add_schedule(schedule)


async def runs(fleet: Fleet, robot: FakeRobot, *statuses: JobStatus) -> None:
    """The schedule fires once for each status, and its job ends so."""
    for status in statuses:
        while not robot.running:
            await fleet.advance(10)
        await robot.finish(status=status)
        await fleet.settle()


@pytest.mark.feature("X25")
async def test_it_is_paused_after_so_many_failures_in_a_row_and_an_undo_resumes_it() -> None:
    fleet, robot, schedule = await scene()
    await fleet.engine.watch.schedule_failures.set_limit(schedule.schedule_id, 3, actor="ada")
    await runs(fleet, robot, JobStatus.FAILED, JobStatus.FAILED, JobStatus.COMPLETED)
    await runs(fleet, robot, JobStatus.FAILED, JobStatus.FAILED)
    assert fleet.engine.scheduler.get(schedule.schedule_id).enabled
    await runs(fleet, robot, JobStatus.FAILED)
    assert not fleet.engine.scheduler.get(schedule.schedule_id).enabled
    (notice,) = fleet.engine.watch.notices.open()
    assert (notice.kind, notice.title) == ("schedule", "Schedule minutely was paused.")
    assert notice.reason == "Its last 3 runs failed: It ended as failed."
    undone = await fleet.engine.watch.notices.undo(notice.notice_id, actor="ada")
    assert (undone.end, fleet.engine.scheduler.get(schedule.schedule_id).enabled) == (NoticeEnd.UNDONE, True)
    await runs(fleet, robot, JobStatus.FAILED, JobStatus.FAILED)
    assert fleet.engine.scheduler.get(schedule.schedule_id).enabled, "the count begins anew"


async def test_without_a_limit_it_is_never_paused() -> None:
    fleet, robot, schedule = await scene()
    await runs(fleet, robot, *[JobStatus.FAILED] * 6)
    assert fleet.engine.scheduler.get(schedule.schedule_id).enabled
    assert fleet.engine.watch.notices.open() == ()


async def test_a_person_who_resumes_it_by_hand_takes_the_notice_down() -> None:
    fleet, robot, schedule = await scene()
    await fleet.engine.watch.schedule_failures.set_limit(schedule.schedule_id, 1)
    await runs(fleet, robot, JobStatus.FAILED)
    assert len(fleet.engine.watch.notices.open()) == 1
    await fleet.engine.scheduler.resume_schedule(schedule.schedule_id)
    assert fleet.engine.watch.notices.open() == ()


async def test_limits_survive_a_restart_and_are_checked() -> None:
    fleet, robot, schedule = await scene()
    limits = fleet.engine.watch.schedule_failures
    await limits.set_limit(schedule.schedule_id, 2)
    await runs(fleet, robot, JobStatus.FAILED)
    await fleet.restart()
    await robot.connect()
    await runs(fleet, robot, JobStatus.FAILED)
    assert not fleet.engine.scheduler.get(schedule.schedule_id).enabled
    with pytest.raises(InvalidRequestError, match="between 1 and 100"):
        await limits.set_limit(schedule.schedule_id, 0)
    with pytest.raises(NotFoundError):
        await limits.set_limit("nobody", 2)  # type: ignore[arg-type]
    await fleet.engine.watch.schedule_failures.set_limit(schedule.schedule_id, None)
    assert fleet.store.watch.values == {}
