"""A start tells what it found: what goes on, what ended meanwhile, what was missed; until somebody has read it."""

from datetime import timedelta

import pytest
from fake_fleet import SAFE, UNSAFE, Fleet

from orchestrator.contract.api.schedules import ScheduleRequest, ScheduleRule
from orchestrator.contract.ids import JobId
from orchestrator.contract.states import JobStatus
from orchestrator.domain.away import AwayReport, Fate
from orchestrator.engine.errors import NotFoundError


def report_of(fleet: Fleet) -> AwayReport:
    return fleet.engine.watch.away.reports()[0]


def fates(fleet: Fleet) -> dict[str, Fate]:
    return {job_id: fate for job_id, (_, fate) in report_of(fleet).jobs.items()}


async def test_a_first_start_has_nothing_to_tell() -> None:
    fleet = await Fleet().start()
    assert fleet.engine.watch.away.reports() == ()
    await fleet.restart()
    assert fleet.engine.watch.away.reports() == ()
    assert fleet.store.watch.reports == {}


@pytest.mark.feature("X08")
async def test_jobs_that_were_running_are_followed_until_their_fate_is_known() -> None:
    fleet = await Fleet().start()
    goes_on, finishes, dies, away = [await fleet.robot(name) for name in ("a", "b", "c", "d")]
    jobs = [await fleet.submit(robot=name) for name in ("a", "b", "d")]
    jobs.insert(2, await fleet.submit(robot="c", definition=UNSAFE))
    names = [job.job_id for job in jobs]
    last_seen_at = fleet.store.audit[-1].at
    for robot in (finishes, dies, away):
        await robot.lose_connection(orchestrator_notices=False)
    await finishes.finish()
    await dies.kill()
    await fleet.restart(away_s=3_600)
    assert fates(fleet) == dict.fromkeys(names, Fate.UNKNOWN)
    report = report_of(fleet)
    assert (report.last_seen_at, report.started_at) == (last_seen_at, fleet.clock.now())

    for robot in (goes_on, finishes, dies):
        await robot.connect()
    await fleet.settle()
    await goes_on.heartbeat()
    expected = [Fate.ADOPTED, Fate.FINISHED, Fate.DEAD_LETTERED, Fate.UNKNOWN]
    assert fates(fleet) == dict(zip(names, expected, strict=True))
    await goes_on.finish()
    await fleet.advance(1_500)
    expected[3] = Fate.REQUEUED
    assert fates(fleet) == dict(zip(names, expected, strict=True))
    assert fleet.status(jobs[2]) is JobStatus.DEAD_LETTER


@pytest.mark.feature("X08")
async def test_missed_runs_are_told_with_what_their_policy_did() -> None:
    fleet = await Fleet().start()
    await fleet.engine.workflows.save(SAFE)
    for policy in ("latest", "skip", "all"):
        rule = ScheduleRule(cron_expression="*/10 * * * *")
        request = ScheduleRequest.model_validate(
            {"name": policy, "workflow": "Look", "rule": rule, "misfire_policy": policy, "overlap_policy": "allow"}
        )
        await fleet.engine.scheduler.add_schedule(await fleet.engine.schedule_desk.schedule_of(request))
    await fleet.clock.advance(60)
    await fleet.restart(away_s=3_700)
    await fleet.advance(10)
    missed = {each.name: (each.policy, each.made_up, each.dropped) for each in report_of(fleet).schedules}
    assert missed == {"latest": ("latest", 1, 5), "skip": ("skip", 0, 6), "all": ("all", 6, 0)}
    assert all(each.since > fleet.clock.now() - timedelta(hours=2) for each in report_of(fleet).schedules)
    due = sorted(job.not_before for job in fleet.store.jobs.values() if job.not_before is not None)
    assert len(due) == len(set(due)) == 6  # one after the other: of seven runs the first is due at once


@pytest.mark.feature("X08")
async def test_a_report_is_kept_over_further_starts_until_it_is_dismissed() -> None:
    fleet = await Fleet().start()
    await fleet.robot("a")
    job = await fleet.submit()
    await fleet.restart()
    first = report_of(fleet)
    await fleet.settle()
    await fleet.restart()
    assert [each.report_id for each in fleet.engine.watch.away.reports()][1:] == [first.report_id]
    dismissed = await fleet.engine.watch.away.dismiss(first.report_id, actor="ada")
    assert dismissed.dismissed_by == "ada"
    newest = report_of(fleet)
    assert JobId(job.job_id) in newest.jobs
    await fleet.engine.watch.away.dismiss(newest.report_id)
    assert fleet.engine.watch.away.reports() == ()
    with pytest.raises(NotFoundError):
        await fleet.engine.watch.away.dismiss(first.report_id)
