"""What is remembered of jobs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from orchestrator.contract.ids import JobId, RobotId, ScheduleId, WorkflowId
from orchestrator.contract.protocol.jobs import StepProgress
from orchestrator.contract.results import Artifact, JobResult, LogEntry
from orchestrator.contract.states import JobStatus
from orchestrator.domain.job import Job
from orchestrator.engine.ports.audit import AuditEntry


@dataclass(frozen=True, slots=True, kw_only=True)
class JobQuery:
    """Which jobs to list; empty fields do not restrict."""

    statuses: frozenset[JobStatus] = frozenset()
    robot_id: RobotId | None = None
    workflow_id: WorkflowId | None = None
    schedule_id: ScheduleId | None = None
    text: str = ""
    """Found in the id or the workflow's name, or, unless the job completed, in its current step or the error's message.

    Any piece counts, in the middle of a word too; case does not matter.
    """
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
    queued_at: datetime | None = None
    """Since when the job had waited for this attempt; the first record of an attempt says it, later ones do not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class JobSave:
    """`expected` becomes `after`, together with the records that belong to the move."""

    after: Job
    expected: Job
    attempt: AttemptRecord | None = None
    result: JobResult | None = None
    audit: AuditEntry | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NewJob:
    """A job to be kept."""

    job: Job
    audit: AuditEntry
    idempotency_key: str | None = None
    claim: JobSave | None = None
    """A first move in the same transaction, from `job`: it is accepted as already claimed. Nothing of it is kept when
    the key is known."""


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

    async def add_jobs(self, batch: Sequence[NewJob]) -> Sequence[tuple[Job, bool] | Exception]:
        """`add_job` for many in one transaction; one outcome for each, in order.

        A key that comes twice gives the first job twice. An error among the outcomes concerns that job alone;
        StorageError is raised when nothing could be kept.
        """
        ...

    async def save_jobs(self, batch: Sequence[JobSave]) -> Sequence[Job | Exception]:
        """`save_job` for many in one transaction; one outcome for each, in order.

        Each is guarded by itself: a StaleJobError among the outcomes concerns that job alone, the others stand.
        StorageError is raised when nothing could be kept.
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
