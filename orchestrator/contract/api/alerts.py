"""Alerts: what is wrong, and the rules by which it is noticed."""

from datetime import datetime

from pydantic import Field

from orchestrator.contract.api.common import Request, View
from orchestrator.contract.ids import JsonValue


class AlertView(View):
    """One thing that is or was wrong."""

    alert_id: str
    kind: str
    """`robot_gone`, `job_timeout`, `error_rate`, `backlog`, `cpu`, `memory`, `disk`, `store`, `schedule_missed`,
    `stalled`, `engine`."""
    subject: str
    """What it is about: the id of a robot, a workflow, a job; `host` for the orchestrator's machine, `machine:` and its
    name for another one, whose robots are in `details`; empty for the orchestrator as a whole."""
    level: str
    """`warning` or `critical`."""
    message: str
    raised_at: datetime
    changed_at: datetime
    times: int = 1
    """How often it happened while it was open."""
    acknowledged_at: datetime | None = None
    acknowledged_by: str = ""
    resolved_at: datetime | None = None
    """None while it is wrong."""
    details: dict[str, JsonValue] = Field(default_factory=dict)


class AlertRulesView(View):
    """`GET /alerts/rules`. Durations are seconds, rates 0 to 1."""

    muted: tuple[str, ...]
    robot_gone_after_s: float
    error_rate_window_s: float
    error_rate_jobs: int
    error_rate_warning: float
    error_rate_critical: float
    backlog_warning: int
    backlog_critical: int
    backlog_age_warning_s: float
    backlog_age_critical_s: float
    calm_s: float
    single_s: float


class AlertRulesRequest(Request):
    """`PATCH /alerts/rules`: what is not given stays as it is."""

    muted: tuple[str, ...] | None = None
    """Kinds that are not raised."""
    robot_gone_after_s: float | None = None
    """How long a robot may be away without a goodbye."""
    error_rate_window_s: float | None = None
    error_rate_jobs: int | None = None
    """Fewer ended jobs in the window say nothing."""
    error_rate_warning: float | None = None
    error_rate_critical: float | None = None
    backlog_warning: int | None = None
    """Jobs that wait."""
    backlog_critical: int | None = None
    backlog_age_warning_s: float | None = None
    """How long the job that is next has waited."""
    backlog_age_critical_s: float | None = None
    calm_s: float | None = None
    """How long it must have been calm before an alert resolves."""
    single_s: float | None = None
    """How long an alert about a single happening stands."""
