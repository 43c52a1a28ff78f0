"""Schedules, their rules and the truth about them."""

from datetime import datetime, time
from enum import StrEnum

from pydantic import Field

from orchestrator.contract.api.common import Request, View
from orchestrator.contract.ids import JsonValue
from orchestrator.contract.names import Name
from orchestrator.contract.states import JobPriority, JobStatus


class ScheduleFrequencyName(StrEnum):
    """How often a schedule fires."""

    ONCE = "once"
    HOURLY = "hourly"
    DAILY = "daily"
    WEEKLY = "weekly"
    MONTHLY = "monthly"
    CRON = "cron"


class ScheduleRule(Request):
    """When a schedule fires; which fields count depends on the frequency."""

    frequency: ScheduleFrequencyName = ScheduleFrequencyName.CRON
    cron_expression: str | None = Field(default=None, max_length=300)
    timezone: str = "UTC"
    run_at: datetime | None = None
    """ONCE."""
    time_of_day: time | None = None
    """DAILY, WEEKLY, MONTHLY; HOURLY uses its minute."""
    weekdays: tuple[int, ...] = ()
    """WEEKLY: 1 is Monday, 7 is Sunday."""
    day_of_month: int | None = Field(default=None, ge=1, le=31)
    """MONTHLY; in shorter months the last day."""
    starts_at: datetime | None = None
    ends_at: datetime | None = None


class ScheduleRequest(Request):
    """`POST /schedules` and `PUT /schedules/{id}`."""

    name: Name = Field(min_length=1, max_length=200)
    workflow: str
    """Id or name."""
    rule: ScheduleRule
    variables: dict[str, JsonValue] = Field(default_factory=dict)
    priority: JobPriority | None = None
    robot: str | None = None
    version: int | None = Field(default=None, ge=1)
    """The workflow's version that its jobs run; None: the newest at the time of the run."""
    misfire_policy: str = "latest"
    """`skip`, `latest` or `all`."""
    overlap_policy: str = "queue"
    """`allow`, `skip` or `queue`."""
    jitter_s: float = Field(default=0.0, ge=0, le=3_600)
    enabled: bool = True


class ScheduleView(View):
    """A schedule in a table."""

    schedule_id: str
    name: str
    workflow_id: str
    workflow_name: str = ""
    rule: ScheduleRule
    words: str = ""
    """The rule in words."""
    variables: dict[str, JsonValue] = Field(default_factory=dict)
    priority: JobPriority = JobPriority.NORMAL
    robot_id: str | None = None
    version: int | None = None
    misfire_policy: str = "latest"
    overlap_policy: str = "queue"
    jitter_s: float = 0.0
    enabled: bool = True
    next_run_at: datetime | None = None
    last_run_at: datetime | None = None
    last_job_id: str | None = None
    trouble: str = ""
    """Why it cannot be planned at all, such as a time zone that is gone."""
    created_at: datetime


class InstantView(View):
    """What happened to one instant of a schedule, or to several in a row that were missed."""

    fire_at: datetime
    """Of several the last."""
    since_at: datetime | None = None
    """The first of several."""
    instants: int = 1
    considered_at: datetime | None = None
    outcome: str
    """`fired`, `overlap`, `missed` or `refused`."""
    note: str = ""
    """Why there is no job."""
    job_id: str | None = None
    job_status: JobStatus | None = None
    """As it is now; None for a job that is gone."""


class PreviewRequest(Request):
    """`POST /schedules/preview`."""

    rule: ScheduleRule
    after: datetime | None = None
    count: int = Field(default=10, ge=1, le=100)


class FireView(View):
    """One fire time of a preview."""

    at: datetime
    """UTC."""
    zone_time: str
    """Wall-clock time in the schedule's zone, with its offset."""
    weekday: str
    note: str = ""
    """What a clock change does to it."""


class ClockChangeView(View):
    """A change of the clock in the schedule's zone, and what the rule does then."""

    at: datetime
    """UTC."""
    words: str
    """The day, and from when to when the clock jumps."""
    effect: str
    """What runs that day, and what the change means for the runs after it."""


class PreviewView(View):
    """The truth about a rule: in words, its next runs, and what may surprise."""

    words: str
    fires: tuple[FireView, ...]
    warnings: tuple[str, ...] = ()
    clock_changes: tuple[ClockChangeView, ...] = ()
    """Those of the year to come, at most two."""
