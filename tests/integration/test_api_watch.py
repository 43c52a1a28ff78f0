"""What went wrong, over the API: alerts, notices with a real undo, machines, standstill, health and Prometheus."""

import asyncio
from pathlib import Path

import httpx
import pytest
from running_orchestrator import LOOK, eventually, robot_of, settings_in
from scripted_robot import LIMIT_S

from orchestrator.app import Orchestrator
from orchestrator.client.client import OrchestratorClient
from orchestrator.client.errors import RefusedError
from orchestrator.client.health import health_of
from orchestrator.contract.api.alerts import AlertRulesRequest
from orchestrator.contract.api.jobs import SubmitRequest
from orchestrator.contract.api.resources import MonitorSettingsRequest
from orchestrator.contract.api.schedules import ScheduleRequest, ScheduleRule
from orchestrator.contract.api.stalls import StallPolicyRequest
from orchestrator.contract.states import JobStatus
from orchestrator.domain.events import SwitchedOff

NIGHTLY = ScheduleRequest(name="nightly", workflow="Look", rule=ScheduleRule(cron_expression="0 3 * * *"))


@pytest.mark.feature("C91", "O55")
async def test_an_alert_is_raised_by_changed_rules_acknowledged_and_kept_over_a_restart(tmp_path: Path) -> None:
    async with (
        Orchestrator.running(settings_in(tmp_path)) as running,
        OrchestratorClient(running.url, running.key, actor="ada") as client,
    ):
        rules = await client.alerts.change_rules(AlertRulesRequest(backlog_warning=1, backlog_critical=50))
        assert (rules.backlog_warning, rules.calm_s) == (1, 30.0)
        await client.submit(SubmitRequest(definition=LOOK))
        running.parts.engine.watch.alert_watch.look()
        (alert,) = [each for each in await client.alerts.list() if each.kind == "backlog"]
        assert (alert.level, alert.resolved_at) == ("warning", None)
        seen = await client.alerts.acknowledge(alert.alert_id)
        assert seen.acknowledged_by == "ada"
        with pytest.raises(RefusedError, match="backlog_warning has to be above 0 and below"):
            await client.alerts.change_rules(AlertRulesRequest(backlog_warning=99))
        with pytest.raises(RefusedError, match="muted: 'noise' is no kind"):
            await client.alerts.change_rules(AlertRulesRequest(muted=("noise",)))
        with pytest.raises(RefusedError, match="no open alert"):
            await client.alerts.acknowledge("nobody")
    async with (
        Orchestrator.running(settings_in(tmp_path)) as running,
        OrchestratorClient(running.url, running.key) as client,
    ):
        assert (await client.alerts.rules()).backlog_warning == 1
        kept = [each for each in await client.alerts.list() if each.kind == "backlog"]
        assert [(each.alert_id, each.acknowledged_by) for each in kept] == [(alert.alert_id, "ada")]
        assert alert.alert_id in [each.alert_id for each in await client.alerts.list(over=True)]


@pytest.mark.feature("X25")
async def test_a_notice_is_undone_for_real_over_the_api(orchestrator: Orchestrator, client: OrchestratorClient) -> None:
    await client.save_workflow(LOOK)
    schedule = await client.add_schedule(NIGHTLY)
    assert (await client.notices.set_failure_limit("nightly", 2)).failures == 2
    assert [(each.name, each.failures) for each in await client.notices.failure_limits()] == [("nightly", 2)]
    await client.pause_schedule("nightly")
    orchestrator.parts.engine.bus.publish(
        SwitchedOff(kind="schedule", subject=schedule.schedule_id, title="Schedule nightly was paused.", reason="Bad.")
    )
    (notice,) = await client.notices.list()
    assert (notice.title, notice.can_undo) == ("Schedule nightly was paused.", True)
    assert (await client.notices.undo(notice.notice_id)).end == "undone"
    assert (await client.schedule("nightly")).enabled
    assert await client.notices.list() == ()
    assert [each.end for each in await client.notices.list(over=True)] == ["undone"]
    with pytest.raises(RefusedError, match="no open notice"):
        await client.notices.dismiss(notice.notice_id)
    with pytest.raises(RefusedError, match="schedule"):
        await client.notices.set_failure_limit("nobody", 2)


@pytest.mark.feature("E37", "E41", "E42", "E46", "E47", "E48", "O52")
async def test_machines_are_shown_with_figures_and_watched_as_a_person_wants(
    orchestrator: Orchestrator, client: OrchestratorClient
) -> None:
    view = await eventually(client.resources.current, lambda view: bool(view.machines))
    (host,) = view.machines
    assert (host.machine, view.settings.memory_warning, view.settings.interval_s) == ("host", 0.7, 30.0)
    assert host.usage.memory is not None
    assert set(host.levels) == {"cpu", "memory", "disk"}
    history = await client.resources.history()
    assert history.statistics["memory"].highest >= history.statistics["memory"].lowest > 0
    changed = await client.resources.change_settings(MonitorSettingsRequest(interval_s=5, cpu_warning=0.6))
    assert (changed.interval_s, changed.cpu_warning, changed.cpu_critical) == (5.0, 0.6, 0.9)
    with pytest.raises(RefusedError, match="cpu_warning, cpu_critical: Thresholds are shares"):
        await client.resources.change_settings(MonitorSettingsRequest(cpu_warning=0.95))
    with pytest.raises(RefusedError, match="interval_s"):
        await client.resources.change_settings(MonitorSettingsRequest(interval_s=0.1))
    assert not (await client.resources.stop()).enabled
    assert (await client.resources.start()).enabled
    with pytest.raises(RefusedError, match="no robot"):
        await client.resources.history("nobody")


@pytest.mark.feature("X02")
async def test_stall_policies_are_set_by_name_and_a_run_can_be_looked_at(
    orchestrator: Orchestrator, client: OrchestratorClient
) -> None:
    await client.save_workflow(LOOK)
    own = await client.stalls.set_policy("Look", StallPolicyRequest(note_after_s=60, screenshot_after_s=None))
    assert (own.workflow, own.note_after_s, own.screenshot_after_s, own.cancel_after_s) == ("Look", 60.0, None, None)
    assert [each.workflow for each in await client.stalls.policies()] == ["*", "Look"]
    with pytest.raises(RefusedError, match="cancel_after_s has to be between note_after_s"):
        await client.stalls.set_policy("*", StallPolicyRequest(cancel_after_s=1))
    assert (await client.stalls.remove_policy("Look")).note_after_s == 300.0
    job = await client.submit(SubmitRequest(workflow="Look"))
    with pytest.raises(RefusedError, match="does not run"):
        await client.stalls.capture(job.job_id)
    assert await client.stalls.list() == ()


@pytest.mark.feature("X08")
async def test_a_start_tells_what_it_found_until_that_is_dismissed(tmp_path: Path) -> None:
    async with (
        Orchestrator.running(settings_in(tmp_path)) as running,
        OrchestratorClient(running.url, running.key) as client,
        robot_of(running) as robot,
    ):
        assert await client.away.list() == ()
        job = await client.submit(SubmitRequest(definition=LOOK))
        await robot.take_job()
        await eventually(lambda: client.job(job.job_id), lambda detail: detail.job.status is JobStatus.RUNNING)
    async with (
        Orchestrator.running(settings_in(tmp_path)) as running,
        OrchestratorClient(running.url, running.key, actor="ada") as client,
    ):
        (report,) = await client.away.list()
        assert [(each.job_id, each.workflow_name, each.fate) for each in report.jobs] == [
            (job.job_id, "Look", "unknown")
        ]
        assert (report.counts, report.last_seen_at is not None) == ({"unknown": 1}, True)
        assert (await client.away.dismiss(report.report_id)).dismissed_by == "ada"
        assert await client.away.list() == ()


@pytest.mark.feature("W32", "O53")
async def test_a_critical_check_that_fails_is_a_503_and_another_one_is_not(
    orchestrator: Orchestrator, client: OrchestratorClient
) -> None:
    health = orchestrator.parts.engine.watch.health

    async def fails() -> str | None:
        return "It is full."

    health.register("shelf", fails, critical=False)
    view = await client.health()
    assert (view.status, view.checks["shelf"]) == ("degraded", "It is full.")
    health.register("shelf", fails, critical=True)
    with pytest.raises(RefusedError):
        await client.health()
    view = await health_of(orchestrator.url)
    assert [(each.name, each.trouble) for each in view.details if each.trouble] == [("shelf", "It is full.")]


@pytest.mark.feature("C90", "O52", "O10")
async def test_prometheus_gets_figures_in_its_own_format(
    orchestrator: Orchestrator, client: OrchestratorClient, http: httpx.AsyncClient
) -> None:
    await client.submit(SubmitRequest(definition=LOOK))
    cancelled = await client.submit(SubmitRequest(definition=LOOK))
    await client.cancel(cancelled.job_id)
    async with robot_of(orchestrator, slots=3), asyncio.timeout(LIMIT_S):
        answer = await http.get(f"{orchestrator.url}/metrics")
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/plain; version=0.0.4")
    lines = answer.text.splitlines()
    for line in (
        "botswain_jobs_accepted_total 2.0",
        'botswain_jobs_ended_total{status="cancelled"} 1.0',
        "botswain_slots 3.0",
        "botswain_store_degraded 0.0",
        "# TYPE botswain_job_duration_seconds histogram",
        "# TYPE botswain_queue_depth gauge",
    ):
        assert line in lines, answer.text
    async with httpx.AsyncClient(trust_env=False) as stranger:
        assert (await stranger.get(f"{orchestrator.url}/metrics")).status_code == 401
