"""Workflows, schedules and figures over HTTP."""

from datetime import timedelta
from pathlib import Path

import httpx
import pytest
from running_orchestrator import LOOK, eventually, job_with, robot_of

from orchestrator.app import Orchestrator
from orchestrator.client.client import OrchestratorClient
from orchestrator.client.errors import RefusedError
from orchestrator.contract.api.jobs import SubmitRequest
from orchestrator.contract.api.recordings import ImportRecordingRequest
from orchestrator.contract.api.schedules import PreviewRequest, ScheduleFrequencyName, ScheduleRequest, ScheduleRule
from orchestrator.contract.ids import JsonValue
from orchestrator.contract.states import JobPriority, JobStatus
from orchestrator.contract.variables import MASK
from orchestrator.contract.workflow import WorkflowDefinition
from orchestrator.engine.sealing import Sealing
from orchestrator.store.vault import FileVault

NIGHTLY = ScheduleRequest(
    name="nightly", workflow="Look", rule=ScheduleRule(cron_expression="0 3 * * *", timezone="Europe/Berlin")
)


async def refusal(doing: object) -> RefusedError:
    with pytest.raises(RefusedError) as refused:
        await doing  # type: ignore[misc]
    return refused.value


@pytest.mark.feature("C37", "C42", "W34")
async def test_a_workflow_has_versions_and_old_ones_stay_readable(client: OrchestratorClient) -> None:
    first = await client.save_workflow(LOOK)
    assert (first.number, (await client.save_workflow(LOOK)).number) == (1, 1)
    second = await client.save_workflow({**LOOK, "description": "newer"})
    assert (second.workflow_id, second.number) == (first.workflow_id, 2)
    assert [each.number for each in await client.workflow_versions("Look")] == [2, 1]
    assert [each.description for each in await client.workflows()] == ["newer"]
    old = await client.workflow("Look", workflow_hash=first.workflow_hash)
    assert (old.workflow.number, old.definition["name"]) == (1, "Look")
    assert (await client.workflow(first.workflow_id)).workflow.number == 2
    assert (await refusal(client.workflow("Look", workflow_hash="0000"))).status == 404


@pytest.mark.feature("C37")
async def test_a_removed_workflow_is_gone_and_its_jobs_are_not(client: OrchestratorClient) -> None:
    await client.save_workflow(LOOK)
    job = await client.submit(SubmitRequest(workflow="Look"))
    await client.remove_workflow("Look")
    assert await client.workflows() == []
    assert (await client.job(job.job_id)).job.workflow_name == "Look"
    for doing in (client.workflow("Look"), client.remove_workflow("Look"), client.workflow_versions("Look")):
        assert (await refusal(doing)).status == 404


async def test_a_wrong_definition_is_explained_and_not_kept(client: OrchestratorClient) -> None:
    wrong = "name: Wrong\nsteps:\n  - id: a\n    action: dance\n  - id: a\n    action: goto\n    dependencies: [b]\n"
    report = await client.validate(wrong)
    assert not report.is_valid
    assert any("dance" in problem.message for problem in report.problems)
    assert all(problem.line for problem in report.problems)
    refused = await refusal(client.save_workflow(wrong))
    assert (refused.status, refused.body.problems) == (422, report.problems)
    good = await client.validate(LOOK)
    assert (good.is_valid, good.name, good.steps) == (True, "Look", 1)
    assert await client.workflows() == []
    assert (await client.save_workflow(LOOK)).workflow_hash == good.workflow_hash


@pytest.mark.feature("X26")
async def test_a_recording_becomes_a_definition_that_can_be_stored(client: OrchestratorClient) -> None:
    recording = '{"title": "Shop", "steps": [{"type": "navigate", "url": "http://a.test/"}, {"type": "fly"}]}'
    report = await client.import_recording(ImportRecordingRequest(recording=recording))
    assert [(gap.place, gap.line) for gap in report.gaps] == [("steps[1]", 1)]
    assert await client.workflows() == []
    assert (await client.save_workflow(report.definition)).name == "Shop"
    refused = await refusal(client.import_recording(ImportRecordingRequest(recording="hello")))
    assert refused.status == 422
    assert "no recording that Botswain knows" in str(refused)


@pytest.mark.feature("C19", "C20", "C21", "C22", "C23", "C24", "C40")
async def test_a_schedule_is_added_changed_paused_resumed_and_removed(client: OrchestratorClient) -> None:
    await client.save_workflow(LOOK)
    added = await client.add_schedule(NIGHTLY)
    assert added.next_run_at is not None
    assert "03:00" in added.words
    assert [each.schedule_id for each in await client.schedules()] == [added.schedule_id]
    weekly = ScheduleRule(frequency=ScheduleFrequencyName.WEEKLY, time_of_day="09:30", weekdays=(1, 4))
    changed = await client.update_schedule("nightly", NIGHTLY.model_copy(update={"name": "weekly", "rule": weekly}))
    assert (changed.schedule_id, changed.name, changed.rule.weekdays) == (added.schedule_id, "weekly", (1, 4))
    paused = await client.pause_schedule("weekly")
    assert (paused.enabled, paused.next_run_at) == (False, None)
    resumed = await client.resume_schedule(added.schedule_id)
    assert (resumed.enabled, resumed.next_run_at) == (True, changed.next_run_at)
    await client.remove_schedule("weekly")
    assert (await refusal(client.schedule("weekly"))).status == 404


async def test_a_schedules_secrets_are_masked_and_survive_a_change_that_gives_the_mask_back(
    orchestrator: Orchestrator, client: OrchestratorClient, tmp_path: Path
) -> None:
    steps: list[JsonValue] = [{"id": "a", "action": "set", "parameters": {"value": 1}}]
    variables: JsonValue = {"password": {"type": "string", "secret": True}, "user": "anna"}
    await client.save_workflow({"name": "Look", "steps": steps, "variables": variables})
    await client.add_schedule(NIGHTLY.model_copy(update={"variables": {"password": "hunter2", "user": "bert"}}))
    shown = await client.schedule("nightly")
    assert shown.variables == {"password": MASK, "user": "bert"}
    await client.update_schedule("nightly", NIGHTLY.model_copy(update={"variables": {**shown.variables, "user": "c"}}))
    (kept,) = await orchestrator.parts.store.schedules()
    definition = WorkflowDefinition.model_validate({"name": "Look", "steps": steps, "variables": variables})
    opened = Sealing(FileVault.of(tmp_path)).opened(definition, kept.variables)
    assert opened == {"password": "hunter2", "user": "c"}


async def test_a_schedule_can_be_run_now_and_knows_its_jobs(client: OrchestratorClient) -> None:
    await client.save_workflow(LOOK)
    added = await client.add_schedule(NIGHTLY.model_copy(update={"priority": JobPriority.HIGH}))
    job = await client.run_schedule("nightly")
    assert (job.schedule_id, job.priority) == (added.schedule_id, JobPriority.HIGH)
    seen = await client.schedule("nightly")
    assert seen.next_run_at == added.next_run_at
    for schedule in ("nightly", added.schedule_id):
        assert [each.job_id for each in (await client.jobs(schedule=schedule)).items] == [job.job_id]


@pytest.mark.parametrize(
    ("rule", "field"),
    [
        ({"cron_expression": "61 * * * *"}, "cron_expression"),
        ({"cron_expression": "0 0 30 2 *"}, "cron_expression"),
        ({"cron_expression": None}, "cron_expression"),
        ({"cron_expression": "* * * * *", "timezone": "Mars/Olympus"}, "timezone"),
        ({"frequency": "once"}, "run_at"),
        ({"frequency": "once", "run_at": "2030-01-01T00:00:00"}, "run_at"),
        ({"frequency": "weekly", "time_of_day": "09:00", "weekdays": [8]}, "weekdays"),
        ({"frequency": "monthly", "time_of_day": "09:00", "day_of_month": 40}, "rule.day_of_month"),
        ({"frequency": "fortnightly"}, "rule.frequency"),
        ({"cron_expression": "* * * * *", "starts_at": "2030-01-01T00:00:00"}, "starts_at"),
    ],
)
async def test_a_wrong_rule_names_its_field(http: httpx.AsyncClient, rule: JsonValue, field: str) -> None:
    await http.post("/workflows", json={"definition": LOOK})
    for path, body in (
        ("/schedules/preview", {"rule": rule}),
        ("/schedules", {"name": "wrong", "workflow": "Look", "rule": rule}),
    ):
        answer = await http.post(path, json=body)
        assert answer.status_code == 422, answer.text
        assert answer.json()["field"] == field, answer.text
    assert (await http.get("/schedules")).json() == []


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"misfire_policy": "x"}, "misfire_policy"),
        ({"overlap_policy": "x"}, "overlap_policy"),
        ({"robot": "x"}, "robot"),
        ({"name": ""}, "name"),
        ({"jitter_s": -1}, "jitter_s"),
    ],
)
async def test_wrong_settings_of_a_schedule_name_their_field(
    http: httpx.AsyncClient, change: dict[str, JsonValue], field: str
) -> None:
    await http.post("/workflows", json={"definition": LOOK})
    answer = await http.post("/schedules", json={**NIGHTLY.model_dump(mode="json"), **change})
    assert (answer.status_code, answer.json()["field"]) == (422, field)


async def test_a_preview_tells_the_truth_about_the_clock_change(client: OrchestratorClient) -> None:
    rule = ScheduleRule(cron_expression="30 2 * * *", timezone="Europe/Berlin")
    request = PreviewRequest.model_validate({"rule": rule.model_dump(), "after": "2026-03-28T12:00:00Z", "count": 2})
    preview = await client.preview(request)
    assert [fire.at.isoformat() for fire in preview.fires] == ["2026-03-29T01:00:00+00:00", "2026-03-30T00:30:00+00:00"]
    assert preview.fires[0].note
    assert preview.clock_changes[0].words == "Sunday 2026-03-29: the clock jumps from 02:00 to 03:00"
    assert preview.clock_changes[0].effect.startswith("Runs once that day, at 03:00 (01:00 UTC).")


@pytest.mark.feature("C10", "C59", "C46")
async def test_figures_add_up(orchestrator: Orchestrator, client: OrchestratorClient) -> None:
    jobs = [await client.submit(SubmitRequest(definition=LOOK)) for _ in range(4)]
    async with robot_of(orchestrator) as robot:
        for error in ("", "", "sold out"):
            await robot.finish(await robot.take_job(), error=error)
        await robot.take_job()
        await job_with(client, jobs[3].job_id, JobStatus.RUNNING)
        figures = await eventually(client.dashboard, lambda seen: seen.failed_jobs_today == 1)
        assert (figures.total_robots, figures.online_robots, figures.offline_robots) == (1, 1, 0)
        assert (figures.total_jobs_today, figures.completed_jobs_today) == (4, 2)
        assert (figures.pending_jobs, figures.running_jobs, figures.average_execution_time) == (0, 1, 1.5)
        assert figures.success_rate == pytest.approx(2 / 3)
        series = await client.metrics(window_s=3_600)
        assert len(series.buckets) == 60
        assert series.until - series.since == timedelta(hours=1)
        assert (sum(b.completed for b in series.buckets), sum(b.failed for b in series.buckets)) == (2, 1)
        assert [use.name for use in series.robots] == ["anna"]
    kinds = [item.kind for item in await client.activity(limit=100)]
    assert kinds.count("job.submitted") == 4
    assert kinds.count("robot.connected") == 1
    assert len(await client.activity(limit=2)) == 2


@pytest.mark.feature("O53", "O59", "C03", "C04", "C87")
async def test_health_and_info_say_what_runs(orchestrator: Orchestrator, client: OrchestratorClient) -> None:
    health = await client.health()
    assert health.status == "healthy"
    assert {"engine", "store", "dispatcher", "gateway"} <= {each.name for each in health.details if each.critical}
    assert set(health.checks.values()) == {"ok"}
    info = await client.info()
    assert info.robots_url == orchestrator.robots_url
    assert "SQLite" in info.database
    await orchestrator.parts.engine.stop()
    refused = await refusal(client.health())
    assert refused.status == 503


async def test_names_with_a_slash_are_found_like_others(orchestrator: Orchestrator, client: OrchestratorClient) -> None:
    name = "A/B: 50%"
    workflow = await client.save_workflow({**LOOK, "name": name})
    assert (await client.workflow(name)).workflow.workflow_id == workflow.workflow_id
    assert [each.number for each in await client.workflow_versions(name)] == [1]
    added = await client.add_schedule(NIGHTLY.model_copy(update={"name": name, "workflow": name}))
    assert (await client.pause_schedule(name)).schedule_id == added.schedule_id
    async with robot_of(orchestrator, name=name):
        assert (await client.robot(name)).name == name
        assert (await client.robot_logs(name)).lines == ()
    await client.remove_schedule(name)
    await client.remove_workflow(name)


async def test_a_name_with_a_slash_that_nothing_has_is_told_like_any_other(client: OrchestratorClient) -> None:
    missing = {
        "There is no workflow 'A/B'.": client.remove_workflow("A/B"),
        "There is no robot 'A/B'.": client.drain_robot("A/B"),
        "There is no schedule 'A/B'.": client.run_schedule("A/B"),
    }
    for message, doing in missing.items():
        refused = await refusal(doing)
        assert (refused.status, refused.body.code, str(refused)) == (404, "not_found", message)


async def actors(client: OrchestratorClient) -> list[str]:
    """Who did what, oldest first."""
    return [each.actor for each in reversed(await client.activity())]


async def test_the_activity_names_who_acted(orchestrator: Orchestrator, client: OrchestratorClient) -> None:
    async with OrchestratorClient(orchestrator.url, orchestrator.key, actor="command line") as person:
        await person.save_workflow(LOOK)
        await person.add_schedule(NIGHTLY)
        job = await person.submit(SubmitRequest(workflow="Look", submitted_by="the nightly script"))
        await person.cancel(job.job_id)
    await client.pause_schedule("nightly")
    assert await actors(client) == ["command line", "command line", "the nightly script", "command line", "api"]


@pytest.mark.parametrize(
    ("said", "shown"), [("x" * 300, "x" * 100), ("caf\u00e9", "api"), ("a\tb", "api"), ("", "api")]
)
async def test_who_acts_is_bounded_and_can_be_shown(
    client: OrchestratorClient, http: httpx.AsyncClient, said: str, shown: str
) -> None:
    await client.save_workflow(LOOK)
    answer = await http.delete("/workflows/Look", headers={b"X-Botswain-Actor": said.encode()})
    assert answer.status_code == 204
    assert (await actors(client))[-1] == shown
