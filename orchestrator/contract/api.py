"""What the API answers and takes: views of the engine's things, and the requests that change them.

Paths below `/api/v1`; the client beside this package calls each of them once. Times are aware UTC, durations seconds.
Errors come as `ErrorBody` with 400 (unreadable), 401 (key), 404, 409 (state), 413, 422 (input), 503 (store).
"""

from datetime import datetime, time
from enum import StrEnum
from typing import Generic, TypeVar

from pydantic import BaseModel, ConfigDict, Field

from orchestrator.contract.errors import ErrorInfo, Problem
from orchestrator.contract.ids import JsonValue
from orchestrator.contract.results import Artifact, JobResult
from orchestrator.contract.retry import RetryPolicy
from orchestrator.contract.states import JobPriority, JobStatus, RobotStatus, StepStatus

API = "/api/v1"
ACTOR_HEADER = "X-Botswain-Actor"
"""In whose name a request is made, for the activity: printable ASCII; what is behind the hundredth character is cut."""
MOST_ACTOR = 100
MAX_PAGE = 1_000


class View(BaseModel):
    """A snapshot for reading; unknown fields of a newer server are ignored."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class Request(BaseModel):
    """An order; unknown fields are mistakes."""

    model_config = ConfigDict(frozen=True, extra="forbid")


T = TypeVar("T")


class Page(View, Generic[T]):
    """Some of many."""

    items: tuple[T, ...]
    total: int
    offset: int = 0


class ErrorBody(View):
    """Why a request was not done."""

    code: str
    """`not_found`, `conflict`, `invalid`, `unauthorized`, `storage`, `too_large`, `unavailable`, `internal`."""
    message: str
    field: str = ""
    hint: str = ""
    problems: tuple[Problem, ...] = ()


class StepView(View):
    """One step of a job's newest attempt."""

    step_id: str
    name: str = ""
    action: str = ""
    status: StepStatus = StepStatus.PENDING
    dependencies: tuple[str, ...] = ()
    attempts: int = 0
    duration_s: float | None = None
    message: str = ""


class AttemptView(View):
    """One attempt of a job."""

    attempt: int
    robot_id: str | None
    robot_name: str = ""
    claimed_at: datetime
    started_at: datetime | None = None
    ended_at: datetime | None = None
    outcome: str | None = None
    error: str | None = None


class ArtifactView(View):
    """A file of a job; `GET /artifacts/{job_id}/{attempt}/{name}` gives its bytes."""

    attempt: int
    artifact: Artifact


class JobView(View):
    """A job in a table."""

    job_id: str
    workflow_id: str
    workflow_name: str
    workflow_hash: str
    status: JobStatus
    priority: JobPriority
    robot_id: str | None = None
    robot_name: str = ""
    attempt: int = 0
    progress: float = 0.0
    current_step: str = ""
    created_at: datetime
    changed_at: datetime
    not_before: datetime | None = None
    started_at: datetime | None = None
    finished_at: datetime | None = None
    duration_s: float | None = None
    """Of the newest attempt, while it runs up to `changed_at`."""
    error: ErrorInfo | None = None
    schedule_id: str | None = None
    waiting: str = ""
    """For a job that waits: why, in one sentence."""
    version: int = 0


class JobDetail(View):
    """Everything about one job but its log."""

    job: JobView
    variables: dict[str, JsonValue] = Field(default_factory=dict)
    tags: tuple[str, ...] = ()
    capabilities: tuple[str, ...] = ()
    timeout_s: float
    retry: RetryPolicy
    submitted_by: str = ""
    steps: tuple[StepView, ...] = ()
    attempts: tuple[AttemptView, ...] = ()
    result: JobResult | None = None
    artifacts: tuple[ArtifactView, ...] = ()


class SubmitRequest(Request):
    """`POST /jobs`. The header `Idempotency-Key` makes a repeat return the first job."""

    workflow: str | None = None
    """Id or name of a stored workflow ..."""
    definition: JsonValue = None
    """... or a definition (object, or YAML/JSON text), which is stored first."""
    variables: dict[str, JsonValue] = Field(default_factory=dict)
    priority: JobPriority | None = None
    """None: the workflow's."""
    robot: str | None = None
    """Only the robot with this id or name."""
    tags: tuple[str, ...] = ()
    capabilities: tuple[str, ...] = ()
    timeout_s: float | None = Field(default=None, gt=0, le=7 * 86_400)
    """None: the workflow's."""
    max_retries: int | None = Field(default=None, ge=0, le=100)
    """None: 2 for a retry-safe workflow, 0 for others."""
    not_before: datetime | None = None
    submitted_by: str = Field(default="", max_length=200)


class CancelRequest(Request):
    """`POST /jobs/{id}/cancel`."""

    reason: str = Field(default="", max_length=1_000)


class WaitReason(View):
    """`GET /jobs/{id}/waiting`: one verdict, about one robot or the job itself."""

    robot_id: str | None = None
    robot_name: str = ""
    verdict: str
    fix: str = ""


class LogLine(View):
    """A log line with its place."""

    at: datetime
    level: str
    message: str
    robot_id: str = ""
    job_id: str | None = None
    attempt: int | None = None
    step_id: str | None = None
    fields: dict[str, JsonValue] = Field(default_factory=dict)


class LogPage(View):
    """`GET /jobs/{id}/logs` and `GET /robots/{id}/logs`: lines in order; `cursor` goes on behind them."""

    lines: tuple[LogLine, ...]
    cursor: int


class RobotView(View):
    """A robot in a table."""

    robot_id: str
    name: str
    status: RobotStatus
    slots: int
    slots_busy: int = 0
    tags: tuple[str, ...] = ()
    capabilities: tuple[str, ...] = ()
    browser: str = ""
    host: str = ""
    platform: str = ""
    software_version: str = ""
    draining: bool = False
    current_jobs: tuple[str, ...] = ()
    last_seen_at: datetime
    registered_at: datetime
    cpu_percent: float | None = None
    memory_percent: float | None = None
    process_memory_bytes: int | None = None
    leaked: int = 0


class WorkflowView(View):
    """A workflow in the tree."""

    workflow_id: str
    name: str
    description: str = ""
    folder: str = ""
    tags: tuple[str, ...] = ()
    workflow_hash: str
    number: int
    """Version number, from 1."""
    steps: int
    created_at: datetime


class WorkflowDetail(View):
    """A workflow with one version's content."""

    workflow: WorkflowView
    definition: dict[str, JsonValue]


class SaveWorkflowRequest(Request):
    """`POST /workflows`: a definition as an object or as YAML/JSON text."""

    definition: JsonValue
    workflow_id: str | None = None


class ValidationReport(View):
    """`POST /workflows/validate`."""

    problems: tuple[Problem, ...] = ()
    name: str = ""
    steps: int = 0
    workflow_hash: str = ""

    @property
    def is_valid(self) -> bool:
        """True when the definition can be run."""
        return not self.problems


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

    name: str = Field(min_length=1, max_length=200)
    workflow: str
    """Id or name."""
    rule: ScheduleRule
    variables: dict[str, JsonValue] = Field(default_factory=dict)
    priority: JobPriority | None = None
    robot: str | None = None
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
    misfire_policy: str = "latest"
    overlap_policy: str = "queue"
    jitter_s: float = 0.0
    enabled: bool = True
    next_run_at: datetime | None = None
    last_run_at: datetime | None = None
    last_job_id: str | None = None
    created_at: datetime


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


class PreviewView(View):
    """The truth about a rule: in words, its next runs, and what may surprise."""

    words: str
    fires: tuple[FireView, ...]
    warnings: tuple[str, ...] = ()


class DashboardView(View):
    """The reference's DashboardMetrics, and the age of the data."""

    at: datetime
    total_robots: int
    online_robots: int
    offline_robots: int
    total_jobs_today: int
    completed_jobs_today: int
    failed_jobs_today: int
    pending_jobs: int
    """PENDING and QUEUED."""
    running_jobs: int
    average_execution_time: float
    """Seconds, over the jobs that ended in the last 24 h; 0 without any."""
    p95_execution_time: float = 0.0
    success_rate: float
    """0 to 1, over the jobs that ended in the last 24 h; 1 without any."""
    failed_24h: int = 0
    by_status: dict[str, int] = Field(default_factory=dict)


class MetricBucket(View):
    """Ended jobs of one stretch of time; None where nothing ended, so that gaps stay gaps."""

    starts_at: datetime
    completed: int
    failed: int
    cancelled: int
    average_execution_s: float | None = None
    p95_execution_s: float | None = None


class QueueSample(View):
    """How full the queue was."""

    at: datetime
    queued: int
    running: int


class RobotUse(View):
    """How busy a robot was inside the window."""

    robot_id: str
    name: str
    busy_s: float
    utilisation: float
    """0 to 1 of its slots' time."""


class MetricsView(View):
    """`GET /metrics/series?window_s=`."""

    since: datetime
    until: datetime
    bucket_s: float
    buckets: tuple[MetricBucket, ...]
    queue: tuple[QueueSample, ...] = ()
    robots: tuple[RobotUse, ...] = ()


class ActivityItem(View):
    """One thing that happened."""

    number: int
    at: datetime
    kind: str
    message: str
    actor: str = ""
    job_id: str | None = None
    robot_id: str | None = None
    schedule_id: str | None = None


class InfoView(View):
    """`GET /info`: what this orchestrator is."""

    name: str = "botswain"
    version: str
    database: str
    """Kind and place, without a password."""
    data_dir: str
    started_at: datetime
    load_balancing: str
    robots_url: str
    """Where robots connect."""


class EnrolmentView(View):
    """`GET /enrolment`: what a new robot needs."""

    connect: str
    token: str
    command: str
    """The line to paste on the other machine."""


class HealthView(View):
    """`GET /health`, without a key."""

    status: str
    """`healthy`, `degraded` or `stopping`."""
    checks: dict[str, str] = Field(default_factory=dict)


class EventBatch(View):
    """One frame of the event stream (`/events`): what changed, coalesced, at most 10 a second.

    The first frame after connecting is a snapshot (`is_snapshot`): all robots, schedules and workflows, the jobs that
    robots hold and the newest 200 others; tables read the rest page by page. A frame repeats the whole view of what
    changed, never a difference.
    """

    number: int
    is_snapshot: bool = False
    jobs: tuple[JobView, ...] = ()
    robots: tuple[RobotView, ...] = ()
    removed_robots: tuple[str, ...] = ()
    schedules: tuple[ScheduleView, ...] = ()
    removed_schedules: tuple[str, ...] = ()
    workflows: tuple[WorkflowView, ...] = ()
    removed_workflows: tuple[str, ...] = ()
    steps: dict[str, tuple[StepView, ...]] = Field(default_factory=dict)
    """By job: steps that changed."""
    activity: tuple[ActivityItem, ...] = ()
    dashboard: DashboardView | None = None
