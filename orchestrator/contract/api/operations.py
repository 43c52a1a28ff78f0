"""What operators do every day: dead letters, failure groups, bulk actions, drains, restarts, deployments, the audit."""

from datetime import datetime
from typing import Literal

from pydantic import Field

from orchestrator.contract.api.common import Request, View
from orchestrator.contract.api.jobs import ArtifactView, AttemptView, JobView, StepView
from orchestrator.contract.api.logs import LogLine
from orchestrator.contract.errors import ErrorKind
from orchestrator.contract.states import JobPriority, JobStatus

ShortText = Field(default="", max_length=1_000)


class CutOffStep(View):
    """A step that was in the middle when its job was cut off."""

    step_id: str
    name: str
    action: str = ""
    is_safe_to_repeat: bool = False


class DeadLetterView(View):
    """A job that waits for a person's decision."""

    job: JobView
    advice: str
    is_safe_to_repeat: bool
    cut_off: tuple[CutOffStep, ...] = ()


class DiscardView(View):
    """Who decided that a dead letter needs nothing more."""

    attempt: int
    reason: str
    actor: str
    at: datetime


class DeadLetterDetail(View):
    """`GET /dead-letters/{job}`: the evidence."""

    letter: DeadLetterView
    attempts: tuple[AttemptView, ...] = ()
    steps: tuple[StepView, ...] = ()
    log: tuple[LogLine, ...] = ()
    """The newest lines."""
    artifacts: tuple[ArtifactView, ...] = ()
    checkpoints: int = 0
    discard: DiscardView | None = None


class DiscardRequest(Request):
    """`POST /dead-letters/{job}/discard`."""

    reason: str = Field(min_length=1, max_length=1_000)


class DeadLetterRetryRequest(Request):
    """`POST /dead-letters/{job}/retry`."""

    from_checkpoint: bool = False
    """True: go on from the newest checkpoint instead of from the start."""


class FailurePlaceView(View):
    """Where failures of a group happened."""

    workflow_id: str
    workflow_name: str
    workflow_hash: str
    robot_id: str | None = None
    robot_name: str = ""
    count: int
    last_seen_at: datetime


class FailureGroupView(View):
    """Failures with one fingerprint."""

    fingerprint: str
    step_id: str
    kind: ErrorKind
    message: str
    """With placeholders for what differs each time."""
    sample: str
    """The newest message as it was."""
    first_seen_at: datetime
    last_seen_at: datetime
    count: int
    failed_now: int
    """Jobs that stand failed now and could be retried."""
    state: Literal["open", "solved", "reopened"]
    changed_at: datetime | None = None
    changed_by: str = ""
    note: str = ""
    places: tuple[FailurePlaceView, ...] = ()
    """Those seen last first, at most 200; in a list of groups only the first of them."""


class SolveRequest(Request):
    """`POST /failures/{fingerprint}/solve`."""

    note: str = ShortText


class BulkFilterRequest(Request):
    """Which jobs: those with these ids, or all that fit every other field."""

    job_ids: tuple[str, ...] = Field(default=(), max_length=1_000)
    status: tuple[JobStatus, ...] = ()
    workflow: str | None = None
    """Id or name."""
    robot: str | None = None
    schedule: str | None = None
    failure: str | None = Field(default=None, max_length=64)
    """The fingerprint of a failure group: its jobs that stand failed."""
    text: str = Field(default="", max_length=500)


class BulkRequest(Request):
    """`POST /bulk/preview`: what would be done, to which jobs."""

    action: Literal["cancel", "retry", "priority"]
    priority: JobPriority | None = None
    """For `priority`: the new one."""
    reason: str = ShortText
    filter: BulkFilterRequest


class BulkPreview(View):
    """What an action would touch; nothing has been changed."""

    token: str
    """For `POST /bulk`, within a quarter of an hour; pins exactly these jobs."""
    count: int
    by_status: dict[JobStatus, int] = Field(default_factory=dict)
    sample: tuple[JobView, ...] = ()
    left_out: dict[str, int] = Field(default_factory=dict)
    """Why jobs that fit cannot be touched, and how many."""


class BulkApplyRequest(Request):
    """`POST /bulk`."""

    token: str = Field(min_length=1, max_length=100)


class BulkView(View):
    """A bulk operation, as far as it is."""

    operation_id: str
    action: Literal["cancel", "retry", "priority"]
    priority: JobPriority | None = None
    reason: str = ""
    actor: str
    state: Literal["running", "done", "undoing", "undone", "interrupted"]
    started_at: datetime
    ended_at: datetime | None = None
    planned: int
    done: int
    skipped: int
    undone: int

    @property
    def is_over(self) -> bool:
        """True when nothing more happens by itself."""
        return self.state not in {"running", "undoing"}


class BulkItemView(View):
    """What became of one job of a bulk operation."""

    job_id: str
    seen_status: JobStatus
    outcome: Literal["planned", "done", "skipped", "undone"]
    note: str = ""


class DrainRequest(Request):
    """`POST /robots/{robot}/drain`."""

    deadline_s: float | None = Field(default=None, gt=0, le=7 * 86_400)
    then: Literal["wait", "hand-over", "kill"] = "wait"
    reason: str = ShortText


class MaintenanceRequest(Request):
    """`POST /robots/{robot}/maintenance`."""

    reason: str = Field(min_length=1, max_length=1_000)
    until: datetime | None = None


class RobotPlanView(View):
    """Why a robot takes nothing new."""

    kind: Literal["drain", "maintenance"]
    actor: str
    started_at: datetime
    reason: str = ""
    until_at: datetime | None = None
    deadline_at: datetime | None = None
    then: Literal["wait", "hand-over", "kill"] = "wait"
    is_overdue: bool = False


class DrainView(View):
    """`GET /robots/{robot}/drain`: when the robot will be free."""

    robot_id: str
    robot_name: str
    words: str
    """`robot-3 is free in about 4 min.`"""
    is_free: bool
    free_at: datetime | None = None
    """By what its jobs usually take; None when nothing is known of one of them."""
    free_at_latest: datetime
    """By their time limits."""
    jobs: tuple[JobView, ...] = ()
    plan: RobotPlanView | None = None


class RestartRequest(Request):
    """`POST /robots/restart`: these robots, or all that are connected."""

    robots: tuple[str, ...] = Field(default=(), max_length=1_000)
    reason: str = Field(default="", max_length=200)


class RobotRestartView(View):
    """One robot's part of a restart."""

    robot_id: str
    name: str
    state: Literal["waiting", "draining", "away", "back", "failed", "skipped"]
    detail: str = ""


class RolloutView(View):
    """`GET /robots/restart/{id}`: restarts of robots, one after the other."""

    rollout_id: str
    actor: str
    reason: str = ""
    started_at: datetime
    ended_at: datetime | None = None
    has_failed: bool = False
    robots: tuple[RobotRestartView, ...] = ()


class DeployRequest(Request):
    """`POST /workflows/{workflow}/deploy` and `/undeploy`."""

    robots: tuple[str, ...] = Field(default=(), max_length=1_000)
    """Ids or names; none means every robot that is known."""
    version: int | str | None = None
    """For `deploy`: a number or a hash. None: the newest."""


class DeploymentView(View):
    """A workflow on a robot."""

    workflow_id: str
    workflow_name: str
    workflow_hash: str
    number: int | None = None
    """The version's number."""
    robot_id: str
    robot_name: str
    state: Literal["pending", "deployed", "outdated", "failed", "removing"]
    detail: str = ""
    """Why it failed, or what would help."""
    actor: str = ""
    changed_at: datetime


class RollBackRequest(Request):
    """`POST /workflows/{workflow}/rollback`."""

    to: int | str
    """A version's number, or its hash or the beginning of it."""
    note: str = ShortText


class VersionDiffView(View):
    """`GET /workflows/{workflow}/diff?from=&to=`: what changed, in words."""

    name: str
    from_number: int
    to_number: int
    changes: tuple[str, ...] = ()


class AuditBreakView(View):
    """Where the audit is not as it was written."""

    number: int
    words: str


class AuditReportView(View):
    """`GET /audit/verify`."""

    is_whole: bool
    rows: int
    seals: int
    unsealed: int
    head: str
    breaks: tuple[AuditBreakView, ...] = ()
