"""Alerts, notices, resources, stalls and absences as others see them."""

from collections.abc import Iterable, Mapping

from orchestrator.contract.api.alerts import AlertRulesView, AlertView
from orchestrator.contract.api.away import AwayJobView, AwayReportView, MissedRunsView
from orchestrator.contract.api.notices import NoticeView
from orchestrator.contract.api.orchestrator import CheckView, HealthView
from orchestrator.contract.api.resources import FigureView, MonitorSettingsView, UsageView
from orchestrator.contract.api.stalls import StallPolicyView, StallView
from orchestrator.contract.ids import JobId
from orchestrator.domain.alerts import Alert, AlertRules
from orchestrator.domain.away import AwayReport, Fate
from orchestrator.domain.notices import Notice
from orchestrator.domain.resources import Figure, MonitorSettings, Usage
from orchestrator.domain.stalls import Stall, StallPolicy
from orchestrator.engine.engine import OrchestratorEngine
from orchestrator.engine.health import HealthReport


def alert_view(alert: Alert) -> AlertView:
    """An alert."""
    return AlertView.model_validate(alert, from_attributes=True)


def alert_rules_view(rules: AlertRules) -> AlertRulesView:
    """The rules of alerts."""
    fields = {name: getattr(rules, name) for name in AlertRulesView.model_fields}
    return AlertRulesView(**fields | {"muted": tuple(sorted(rules.muted))})


def notice_view(notice: Notice, *, can_undo: bool) -> NoticeView:
    """A notice."""
    view = NoticeView.model_validate(notice, from_attributes=True)
    return view.model_copy(update={"can_undo": can_undo})


def usage_view(usage: Usage) -> UsageView:
    """A look at a machine."""
    return UsageView.model_validate(usage, from_attributes=True)


def figure_views(figures: Mapping[str, Figure]) -> dict[str, FigureView]:
    """Figures by measure."""
    return {name: FigureView.model_validate(each, from_attributes=True) for name, each in figures.items()}


def monitor_settings_view(settings: MonitorSettings) -> MonitorSettingsView:
    """What the resource monitor works with."""
    limits = settings.thresholds
    return MonitorSettingsView(
        enabled=settings.enabled,
        interval_s=settings.interval_s,
        memory_warning=limits.memory.warning,
        memory_critical=limits.memory.critical,
        cpu_warning=limits.cpu.warning,
        cpu_critical=limits.cpu.critical,
        disk_warning=limits.disk.warning,
        disk_critical=limits.disk.critical,
    )


def stall_view(stall: Stall) -> StallView:
    """How a run stands still."""
    return StallView.model_validate(stall, from_attributes=True)


def stall_of(engine: OrchestratorEngine, job_id: JobId) -> StallView | None:
    """How a job stands still, or stood when it ended; None while it moves."""
    stall = engine.watch.stalls.stall_of(job_id)
    return stall_view(stall) if stall is not None else None


def stall_policy_view(workflow: str, policy: StallPolicy) -> StallPolicyView:
    """How a workflow is watched."""
    fields = {name: getattr(policy, name) for name in StallPolicyView.model_fields if name != "workflow"}
    return StallPolicyView(workflow=workflow, **fields)


def away_view(report: AwayReport) -> AwayReportView:
    """What a start found."""
    jobs = [AwayJobView(job_id=job_id, workflow_name=name, fate=fate) for job_id, (name, fate) in report.jobs.items()]
    return AwayReportView(
        report_id=report.report_id,
        started_at=report.started_at,
        last_seen_at=report.last_seen_at,
        jobs=tuple(jobs),
        more_jobs=report.more_jobs,
        counts={fate.value: count for fate in Fate if (count := report.count(fate))},
        schedules=tuple(MissedRunsView.model_validate(each, from_attributes=True) for each in report.schedules),
        dismissed_at=report.dismissed_at,
        dismissed_by=report.dismissed_by,
    )


def alert_views(alerts: Iterable[Alert]) -> tuple[AlertView, ...]:
    """Several alerts."""
    return tuple(alert_view(alert) for alert in alerts)


def health_view(report: HealthReport, *, is_running: bool) -> HealthView:
    """How the orchestrator feels."""
    state = "healthy" if report.is_well else "degraded" if is_running else "stopping"
    return HealthView(
        status=state,
        checks={each.name: each.trouble or "ok" for each in report.outcomes},
        details=tuple(
            CheckView(name=each.name, critical=each.critical, trouble=each.trouble, took_s=round(each.took_s, 4))
            for each in report.outcomes
        ),
    )
