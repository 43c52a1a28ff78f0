"""Jobs: in a table, in full, and what may be asked of them."""

from datetime import datetime

from pydantic import Field

from orchestrator.contract.api.common import Request, View
from orchestrator.contract.api.job_links import JobLinks, RunState
from orchestrator.contract.api.stalls import StallView
from orchestrator.contract.concurrency import ConcurrencyKeys
from orchestrator.contract.errors import ErrorInfo, ErrorOwner
from orchestrator.contract.ids import JsonValue
from orchestrator.contract.results import Artifact, JobResult
from orchestrator.contract.retry import RetryPolicy
from orchestrator.contract.states import JobPriority, JobStatus, StepStatus


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
    suspicion: str | None = None
    """Of a completed job: why it is suspect; None when it gave what its workflow expects."""
    schedule_id: str | None = None
    waiting: str = ""
    """For a job that waits: why, in one sentence."""
    starts_at: datetime | None = None
    """For a queued job: when it will probably start; None when that cannot be said."""
    starts_margin_s: float | None = None
    """The doubt of that, to both sides."""
    version: int = 0


class RunCondition(View):
    """How a run is, beside its status: what older systems call a workflow's status."""

    state: str
    """The status; `pausing` while a running job is to pause."""
    iteration: int = 1
    iterations: int = 1
    current_stage: str = ""
    """Titles of the steps that run."""
    resource_usage: dict[str, JsonValue] = Field(default_factory=dict)
    """Of the robot that holds the job."""
    active_alerts: tuple[str, ...] = ()
    """About the robot that holds the job, one sentence each."""
    checkpoint_count: int = 0
    recovery_attempts: int = 0
    resume_from: str | None = None
    """The checkpoint that the attempt began with, or that the next one will."""
    pause_reason: str | None = None
    error_owner: ErrorOwner | None = None
    """Whose the error is."""
    open_questions: int = 0


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
    stall: StallView | None = None
    """How the run stands still, or stood when it ended; None while it moves."""
    condition: RunCondition | None = None
    state: RunState | None = None
    links: JobLinks | None = None


class SubmitRequest(Request):
    """`POST /jobs`. The header `Idempotency-Key` makes a repeat return the first job."""

    workflow: str | None = None
    """Id or name of a stored workflow ..."""
    definition: JsonValue = None
    """... or a definition (object, or YAML/JSON text), which is stored first."""
    version: int | str | None = None
    """Of a stored workflow: a version's number, or its hash or the beginning of it. None: the newest."""
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
    deduplicate_s: float | None = Field(default=None, gt=0, le=86_400)
    """The first job again, when one of the same workflow with the same variables was accepted so lately."""
    concurrency: ConcurrencyKeys = ()
    """Keys besides the workflow's."""
    submitted_by: str = Field(default="", max_length=200)


class CancelRequest(Request):
    """`POST /jobs/{id}/cancel`."""

    reason: str = Field(default="", max_length=1_000)


class RemedyView(View):
    """What would help a waiting job: for people, for the command line and for programs."""

    kind: str
    """`hurry`, `raise_priority`, `close_breaker`, `resume_robot`, `start_robot`, `wait`, ..."""
    text: str
    command: str = ""
    """The command that does it; empty where only a person's hand can."""
    method: str = ""
    path: str = ""
    """Below `/api/v1`; empty where no call can do it."""
    body: dict[str, JsonValue] = Field(default_factory=dict)
    after_s: float | None = None
    """For what passes by itself: in how many seconds, when that is known."""


class WaitReason(View):
    """`GET /jobs/{id}/waiting`: one verdict, about one robot or the job itself."""

    robot_id: str | None = None
    robot_name: str = ""
    code: str = ""
    """The reason in one word: `due_later`, `key_taken`, `slots_busy`, `lacks_tag`, ..."""
    verdict: str
    blocks: bool = True
    """A queued job starts when nothing about the job blocks and at least one robot's verdict does not."""
    fix: str = ""
    remedy: RemedyView | None = None
    is_cheapest: bool = False
    """Its remedy costs least of all that would make a difference now."""
