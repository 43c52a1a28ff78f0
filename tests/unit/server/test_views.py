"""What the API shows of the engine's values."""

from datetime import timedelta

import pytest
from fake_fleet import SAFE, Fleet

from orchestrator.contract.api.schedules import ScheduleRule
from orchestrator.contract.states import JobStatus
from orchestrator.contract.variables import MASK
from orchestrator.engine.schedule_desk import rule_schedule
from orchestrator.server.views import (
    dashboard_view,
    job_detail,
    job_view,
    preview_view,
    robot_view,
    validation_report,
    workflow_view,
)


@pytest.mark.feature("C55")
async def test_a_job_is_shown_with_its_steps_attempts_and_masked_secrets(fleet: Fleet) -> None:
    variables = {"who": {"default": "anna"}, "password": {"secret": True, "type": "string", "required": True}}
    definition = {**SAFE, "variables": variables}
    robot = await fleet.robot("r1")
    job = await fleet.submit(definition=definition, variables={"password": "hunter2"})
    await fleet.advance(5)
    await robot.finish()
    await fleet.settle()
    job = fleet.job(job)
    version = await fleet.engine.workflows.version_of(job)
    assert version is not None
    detail = job_detail(
        job,
        view=job_view(job, robot_name="r1"),
        definition=version.definition,
        steps=await fleet.store.steps(job.job_id, 1),
        attempts=await fleet.store.attempts(job.job_id),
        result=await fleet.store.result(job.job_id),
        artifacts=(),
        robot_names={"r1": "robot one"},
    )
    assert detail.variables == {"who": "anna", "password": MASK}
    assert detail.job.duration_s == 5.0
    assert [(step.step_id, step.action) for step in detail.steps] == [("look", "goto")]
    assert [(attempt.robot_name, attempt.outcome) for attempt in detail.attempts] == [("robot one", "completed")]
    assert "hunter2" not in detail.model_dump_json()


@pytest.mark.feature("X01")
async def test_a_waiting_job_is_shown_with_its_reason(fleet: Fleet) -> None:
    job = await fleet.submit()
    view = job_view(job, waiting=await fleet.engine.why_waiting(job.job_id))
    assert (view.status, view.waiting) == (JobStatus.QUEUED, "There is no robot yet.")


@pytest.mark.feature("C56")
async def test_a_robot_is_shown_with_what_it_holds(fleet: Fleet) -> None:
    robot = await fleet.robot("r1", slots=2, tags=("gpu",))
    job = await fleet.submit()
    await robot.heartbeat()
    (known,) = fleet.engine.pool.robots()
    view = robot_view(known, fleet.engine.pool.jobs_of(known.robot_id))
    assert (view.slots, view.slots_busy, view.current_jobs, view.tags) == (2, 1, (job.job_id,), ("gpu",))


async def test_a_rule_is_shown_with_its_next_runs(fleet: Fleet) -> None:
    now = fleet.clock.now()
    schedule = rule_schedule(ScheduleRule(cron_expression="0 9 * * 1-5", timezone="Europe/Berlin"), now)
    preview = preview_view(schedule, after=now, count=3)
    assert [fire.weekday for fire in preview.fires] == ["Tuesday", "Wednesday", "Thursday"]
    assert preview.fires[0].at - now < timedelta(hours=24)
    assert preview.words


async def test_a_definition_is_judged_without_being_stored(fleet: Fleet) -> None:
    good = validation_report(fleet.engine.workflows.validate(SAFE))
    assert (good.is_valid, good.steps, good.name) == (True, 1, "Look")
    bad = validation_report(fleet.engine.workflows.validate("steps:\n  - id: a\n    action: clik\n"))
    assert not bad.is_valid
    assert bad.problems[0].line
    assert not fleet.store.versions_by_id


async def test_workflows_and_figures_are_shown(fleet: Fleet) -> None:
    version = await fleet.engine.workflows.save(SAFE)
    assert (workflow_view(version).number, workflow_view(version).steps) == (1, 1)
    view = dashboard_view(await fleet.engine.get_dashboard_metrics())
    assert (view.total_robots, view.success_rate) == (0, 1.0)
