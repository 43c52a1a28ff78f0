"""What the engine needs from outside, in its own words: a store that remembers and a gateway that reaches robots."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from orchestrator.contract.ids import JobId, JsonValue, RobotId, ScheduleId, SessionId, WorkflowHash, WorkflowId
from orchestrator.contract.protocol import AttemptRef, Payload, StepProgress
from orchestrator.contract.results import Artifact, JobResult, LogEntry
from orchestrator.contract.states import JobStatus
from orchestrator.domain.job import Job
from orchestrator.domain.robot import Robot
from orchestrator.domain.schedule import Schedule
from orchestrator.domain.workflow_version import WorkflowVersion


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditEntry:
    """One thing that happened, for the activity list and the audit log."""

    at: datetime
    kind: str
    """`job.completed`, `robot.lost`, `schedule.paused`, ..."""
    message: str
    """One sentence for people."""
    actor: str = "engine"
    job_id: JobId | None = None
    robot_id: RobotId | None = None
    schedule_id: ScheduleId | None = None
    details: Mapping[str, JsonValue] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class JobQuery:
    """Which jobs to list; empty fields do not restrict."""

    statuses: frozenset[JobStatus] = frozenset()
    robot_id: RobotId | None = None
    workflow_id: WorkflowId | None = None
    schedule_id: ScheduleId | None = None
    text: str = ""
    """Found in the id, the workflow's name, the current step or the error's message; case does not matter."""
    sort: str = "-created_at"
    """Field of the list, `-` for descending: created_at, changed_at, status, priority, workflow_name, robot_id, ..."""
    offset: int = 0
    limit: int = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class AttemptRecord:
    """How one attempt went, kept for good."""

    job_id: JobId
    attempt: int
    robot_id: RobotId | None
    claimed_at: datetime
    started_at: datetime | None = None
    ended_at: datetime | None = None
    outcome: str | None = None
    """`completed`, `failed`, `timeout`, `cancelled`, `crashed`, `refused`, `expired`, `stale`."""
    error: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FinishedBucket:
    """Ended jobs of one stretch of time."""

    starts_at: datetime
    completed: int
    failed: int
    """FAILED, TIMEOUT and DEAD_LETTER."""
    cancelled: int
    average_execution_s: float | None
    p95_execution_s: float | None


class JobStore(Protocol):
    """Jobs, their attempts, results, steps and logs. A method returns once its change is durable."""

    async def add_job(self, job: Job, *, idempotency_key: str | None, audit: AuditEntry) -> tuple[Job, bool]:
        """Keep a new job and give it its position. (the job, True); for a known key (the first job, False)."""
        ...

    async def save_job(
        self,
        after: Job,
        *,
        expected: Job,
        attempt: AttemptRecord | None = None,
        result: JobResult | None = None,
        audit: AuditEntry | None = None,
    ) -> Job:
        """Replace `expected` by `after` in one transaction with the records that belong to it.

        Guarded by id, status, attempt and version of `expected`; StaleJobError when somebody was first. Returns the
        job with its new version. `attempt` is inserted or updated by (job, attempt).
        """
        ...

    async def job(self, job_id: JobId) -> Job | None: ...

    async def jobs_with_status(
        self, statuses: frozenset[JobStatus], *, after_position: int = 0, limit: int = 1_000
    ) -> Sequence[Job]:
        """Jobs in any of the statuses by rising position, page by page: what a start reads."""
        ...

    async def list_jobs(self, query: JobQuery) -> tuple[Sequence[Job], int]:
        """A page of jobs, and how many match in all."""
        ...

    async def count_by_status(self) -> Mapping[JobStatus, int]: ...

    async def result(self, job_id: JobId) -> JobResult | None:
        """The recorded result of the newest attempt that has one."""
        ...

    async def attempts(self, job_id: JobId) -> Sequence[AttemptRecord]: ...

    async def note_attempt(self, record: AttemptRecord) -> None:
        """Insert or update an attempt that does not move its job, such as a stale one."""
        ...

    async def save_progress(
        self, job_id: JobId, attempt: int, *, progress: float, current_step: str, steps: Sequence[StepProgress]
    ) -> None:
        """Remember how far an attempt is; steps are merged by id. Does not raise the job's version."""
        ...

    async def steps(self, job_id: JobId, attempt: int) -> Sequence[StepProgress]: ...

    async def add_logs(self, robot_id: RobotId, entries: Sequence[LogEntry], dropped: int) -> None: ...

    async def logs(
        self, *, job_id: JobId | None = None, robot_id: RobotId | None = None, after: int = 0, limit: int = 500
    ) -> tuple[Sequence[LogEntry], int]:
        """Lines in order, newest `limit` when `after` is 0, else those behind the cursor; and the next cursor."""
        ...

    async def add_artifact(self, job_id: JobId, attempt: int, artifact: Artifact) -> None: ...

    async def artifacts(self, job_id: JobId) -> Sequence[tuple[int, Artifact]]:
        """(attempt, artifact) of a job, in order."""
        ...


class WorkflowStore(Protocol):
    """Workflows and their versions."""

    async def add_version(
        self, workflow_id: WorkflowId | None, version: WorkflowVersion, audit: AuditEntry
    ) -> WorkflowVersion:
        """Keep a version; the same content of the same workflow is kept once and returned as it was.

        Without an id the workflow is found by its name, or made with the version's id.
        """
        ...

    async def version(self, workflow_id: WorkflowId, workflow_hash: WorkflowHash) -> WorkflowVersion | None: ...

    async def newest(self, workflow: str) -> WorkflowVersion | None:
        """The newest version of the workflow with this id or, failing that, this name."""
        ...

    async def versions(self, workflow_id: WorkflowId) -> Sequence[WorkflowVersion]: ...

    async def workflows(self) -> Sequence[WorkflowVersion]:
        """The newest version of each workflow, by name."""
        ...

    async def remove_workflow(self, workflow_id: WorkflowId, audit: AuditEntry) -> bool:
        """Take a workflow out of the lists; versions that jobs refer to stay readable."""
        ...


class RobotStore(Protocol):
    """What is remembered of robots."""

    async def save_robot(self, robot: Robot, audit: AuditEntry | None = None) -> None: ...

    async def robots(self) -> Sequence[Robot]: ...

    async def remove_robot(self, robot_id: RobotId, audit: AuditEntry) -> bool: ...


class ScheduleStore(Protocol):
    """Schedules and their fire times."""

    async def save_schedule(self, schedule: Schedule, audit: AuditEntry | None = None) -> None: ...

    async def schedules(self) -> Sequence[Schedule]: ...

    async def schedule(self, schedule_id: ScheduleId) -> Schedule | None: ...

    async def remove_schedule(self, schedule_id: ScheduleId, audit: AuditEntry) -> bool: ...

    async def fire(self, schedule: Schedule, fire_at: datetime, job: Job | None, audit: AuditEntry) -> Job | None:
        """In one transaction: note that the instant was considered, save the schedule, and add the job.

        (schedule, instant) is unique: None when it was fired before, and nothing is changed then but the schedule's
        next run. `job` None records an instant that the policies skipped.
        """
        ...


class MetricsStore(Protocol):
    """Figures over what has been stored."""

    async def finished(self, *, since: datetime, until: datetime, bucket_s: float) -> Sequence[FinishedBucket]:
        """Ended jobs per stretch, oldest first, empty stretches included."""
        ...

    async def robot_busy_s(self, *, since: datetime, until: datetime) -> Mapping[RobotId, float]:
        """Seconds of attempts per robot inside the window."""
        ...

    async def activity(self, *, limit: int = 100, before: int | None = None) -> Sequence[tuple[int, AuditEntry]]:
        """Newest first, with the number that pages on."""
        ...

    async def add_audit(self, entry: AuditEntry) -> None: ...


class Store(JobStore, WorkflowStore, RobotStore, ScheduleStore, MetricsStore, Protocol):
    """Everything that the orchestrator remembers. `OrchestratorService` is the one that ships."""


class Gateway(Protocol):
    """Reaches connected robots; never blocks: a robot that does not read is dropped."""

    def send(self, robot_id: RobotId, session_id: SessionId, payload: Payload) -> bool:
        """Queue a message for that very session; False when the session is gone."""
        ...

    def close(self, robot_id: RobotId, session_id: SessionId, reason: str) -> None:
        """End the session's connection."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """An attempt that a robot holds, as the gateway hears of it."""

    ref: AttemptRef
    robot_id: RobotId
    session_id: SessionId
