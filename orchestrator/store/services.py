"""OrchestratorService: everything that the orchestrator remembers, behind the engine's ports."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Concatenate, ParamSpec, TypeVar

from sqlalchemy import Connection

from orchestrator.contract.ids import JobId, RobotId, ScheduleId, WorkflowHash, WorkflowId
from orchestrator.contract.protocol.jobs import StepProgress
from orchestrator.contract.results import Artifact, JobResult, LogEntry, LogLevel
from orchestrator.contract.states import JobStatus
from orchestrator.domain.job import Job
from orchestrator.domain.robot import Robot
from orchestrator.domain.schedule import Schedule
from orchestrator.domain.workflow_version import WorkflowVersion
from orchestrator.engine.ports.audit import AuditEntry, AuditFilter
from orchestrator.engine.ports.figures import FinishedBucket
from orchestrator.engine.ports.jobs import AttemptRecord, JobQuery, JobSave, NewJob
from orchestrator.engine.ports.schedules import FireRecord
from orchestrator.store import audit as audits
from orchestrator.store import job_batches, jobs, logs, robots, runs, schedules, workflows
from orchestrator.store.artifact_records import ArtifactRecords
from orchestrator.store.checkpoint_records import CheckpointRecords
from orchestrator.store.database import Database
from orchestrator.store.figures import FigureRecords
from orchestrator.store.flow_records import FlowRecords
from orchestrator.store.job_places import JobPlaces
from orchestrator.store.memory_records import MemoryRecords
from orchestrator.store.operation_records import OperationRecords
from orchestrator.store.recovery_records import QuestionRecords, RecoveryRecords
from orchestrator.store.repair_records import RepairRecords
from orchestrator.store.retention_records import RetentionRecords
from orchestrator.store.search_records import SearchRecords
from orchestrator.store.setting_records import SettingRecords
from orchestrator.store.timeline_records import TimelineRecords
from orchestrator.store.trigger_records import TriggerRecords
from orchestrator.store.vault_proof import VaultProofs
from orchestrator.store.watch_records import WatchRecords
from orchestrator.store.work_item_records import WorkItemRecords

P = ParamSpec("P")
T = TypeVar("T")


class OrchestratorService:
    """The shipped `engine.ports.Store`; what each method promises is written there.

    A method that changes something returns once the change is durable; otherwise it raises StorageError.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self.checkpoints = CheckpointRecords(database)
        self.recoveries = RecoveryRecords(database)
        self.questions = QuestionRecords(database)
        self.watch = WatchRecords(database)
        self.flow = FlowRecords(database)
        self.live = SettingRecords(database)
        self.operations = OperationRecords(database)
        self.memory = MemoryRecords(database)
        self.search = SearchRecords(database)
        self.figures = FigureRecords(database)
        self._places = JobPlaces()
        self.triggers = TriggerRecords(database, self._places)
        self.retention = RetentionRecords(database, self.search, self.figures, self._places)
        self.work_items = WorkItemRecords(database)
        self.files = ArtifactRecords(database)
        self.timeline = TimelineRecords(database)
        self.repairs = RepairRecords(database)
        self.vault_proofs = VaultProofs(database)

    @property
    def trouble(self) -> str | None:
        """Why the newest change could not be kept; None while all is well."""
        return self._database.trouble

    async def _read(self, query: Callable[Concatenate[Connection, P], T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        return await self._database.read(lambda connection: query(connection, *args, **kwargs))

    # jobs

    async def add_job(self, job: Job, *, idempotency_key: str | None, audit: AuditEntry) -> tuple[Job, bool]:
        new = NewJob(job=job, idempotency_key=idempotency_key, audit=audit)
        return _only(await self.add_jobs([new]))

    async def add_jobs(self, batch: Sequence[NewJob]) -> Sequence[tuple[Job, bool] | Exception]:
        try:
            return await self._database.write_each(job_batches.add, batch)
        finally:
            self._places.touch(new.job.created_at for new in batch)

    async def save_job(
        self,
        after: Job,
        *,
        expected: Job,
        attempt: AttemptRecord | None = None,
        result: JobResult | None = None,
        audit: AuditEntry | None = None,
    ) -> Job:
        save = JobSave(after=after, expected=expected, attempt=attempt, result=result, audit=audit)
        return _only(await self.save_jobs([save]))

    async def save_jobs(self, batch: Sequence[JobSave]) -> Sequence[Job | Exception]:
        try:
            return await self._database.write_each(job_batches.save, batch)
        finally:
            ends = (each.finished_at for save in batch for each in (save.expected, save.after))
            self.figures.touch(end for end in ends if end is not None)

    async def job(self, job_id: JobId) -> Job | None:
        return await self._read(jobs.one, job_id)

    async def jobs_with_status(
        self, statuses: frozenset[JobStatus], *, after_position: int = 0, limit: int = 1_000
    ) -> Sequence[Job]:
        return await self._read(jobs.with_status, statuses, after_position, limit)

    async def list_jobs(self, query: JobQuery) -> tuple[Sequence[Job], int]:
        return await self._read(jobs.listing, query, self._places)

    async def count_by_status(self) -> Mapping[JobStatus, int]:
        return await self.figures.by_status()

    async def result(self, job_id: JobId) -> JobResult | None:
        return await self._read(runs.newest_result, job_id)

    async def attempts(self, job_id: JobId) -> Sequence[AttemptRecord]:
        return await self._read(runs.attempts_of, job_id)

    async def note_attempt(self, record: AttemptRecord) -> None:
        await self._database.write(lambda connection: job_batches.save_attempts(connection, [record]))

    async def save_progress(
        self, job_id: JobId, attempt: int, *, progress: float, current_step: str, steps: Sequence[StepProgress]
    ) -> None:
        def work(connection: Connection) -> None:
            jobs.save_progress(connection, job_id, attempt, progress, current_step)
            runs.merge_steps(connection, job_id, attempt, steps)

        await self._database.write(work)

    async def steps(self, job_id: JobId, attempt: int) -> Sequence[StepProgress]:
        return await self._read(runs.steps_of, job_id, attempt)

    async def add_logs(self, robot_id: RobotId, entries: Sequence[LogEntry], dropped: int) -> None:
        await self._database.write(
            lambda connection: logs.add(connection, robot_id, [*entries, *_gap(entries, dropped)])
        )

    async def logs(
        self, *, job_id: JobId | None = None, robot_id: RobotId | None = None, after: int = 0, limit: int = 500
    ) -> tuple[Sequence[LogEntry], int]:
        return await self._read(logs.listing, job_id, robot_id, after, limit)

    async def add_artifact(self, job_id: JobId, attempt: int, artifact: Artifact) -> None:
        await self._database.write(lambda connection: runs.add_artifact(connection, job_id, attempt, artifact))

    async def artifacts(self, job_id: JobId) -> Sequence[tuple[int, Artifact]]:
        return await self._read(runs.artifacts_of, job_id)

    # workflows

    async def add_version(
        self, workflow_id: WorkflowId | None, version: WorkflowVersion, audit: AuditEntry
    ) -> WorkflowVersion:
        def work(connection: Connection) -> WorkflowVersion:
            kept = workflows.add_version(connection, workflow_id, version)
            audits.add(connection, audit)
            return kept

        return await self._database.write(work)

    async def version(self, workflow_id: WorkflowId, workflow_hash: WorkflowHash) -> WorkflowVersion | None:
        return await self._read(workflows.version, workflow_id, workflow_hash)

    async def newest(self, workflow: str) -> WorkflowVersion | None:
        return await self._read(workflows.newest, workflow)

    async def versions(self, workflow_id: WorkflowId) -> Sequence[WorkflowVersion]:
        return await self._read(workflows.versions, workflow_id)

    async def workflows(self) -> Sequence[WorkflowVersion]:
        return await self._read(workflows.all_newest)

    async def remove_workflow(self, workflow_id: WorkflowId, audit: AuditEntry) -> bool:
        return await self._remove(workflows.remove, workflow_id, audit)

    # robots

    async def save_robot(self, robot: Robot, audit: AuditEntry | None = None) -> None:
        def work(connection: Connection) -> None:
            robots.save(connection, robot)
            audits.add(connection, audit)

        await self._database.write(work)

    async def robots(self) -> Sequence[Robot]:
        return await self._read(robots.everyone)

    async def remove_robot(self, robot_id: RobotId, audit: AuditEntry) -> bool:
        return await self._remove(robots.remove, robot_id, audit)

    # schedules

    async def save_schedule(self, schedule: Schedule, audit: AuditEntry | None = None) -> None:
        def work(connection: Connection) -> None:
            schedules.save(connection, schedule)
            audits.add(connection, audit)

        await self._database.write(work)

    async def schedules(self) -> Sequence[Schedule]:
        return await self._read(schedules.every)

    async def schedule(self, schedule_id: ScheduleId) -> Schedule | None:
        return await self._read(schedules.one, schedule_id)

    async def remove_schedule(self, schedule_id: ScheduleId, audit: AuditEntry) -> bool:
        return await self._remove(schedules.remove, schedule_id, audit)

    async def fire(self, schedule: Schedule, record: FireRecord, job: Job | None, audit: AuditEntry) -> Job | None:
        def work(connection: Connection) -> Job | None:
            schedules.save(connection, schedule)
            if schedules.was_fired(connection, schedule.schedule_id, record.fire_at):
                return None
            kept = None
            if job is not None:
                ((kept, _),) = job_batches.add(connection, [NewJob(job=job, audit=audit)])
            else:
                audits.add(connection, audit)
            schedules.note_fire(connection, record, kept.job_id if kept else None)
            return kept

        try:
            return await self._database.write(work)
        finally:
            self._places.touch([job.created_at] if job is not None else ())

    async def fires(
        self, schedule_id: ScheduleId, *, before: datetime | None = None, limit: int = 100
    ) -> Sequence[FireRecord]:
        return await self._read(schedules.fires_of, schedule_id, before, limit)

    async def newest_jobs(self) -> Mapping[ScheduleId, JobId]:
        return await self._read(schedules.newest_jobs)

    async def prune_fires(self, schedule_id: ScheduleId, *, keep: int) -> None:
        await self._database.write(lambda connection: schedules.prune_fires(connection, schedule_id, keep))

    # figures

    async def finished(self, *, since: datetime, until: datetime, bucket_s: float) -> Sequence[FinishedBucket]:
        return await self.figures.finished(since, until, bucket_s)

    async def robot_busy_s(self, *, since: datetime, until: datetime) -> Mapping[RobotId, float]:
        return await self.figures.robot_busy_s(since, until)

    async def activity(
        self, *, limit: int = 100, before: int | None = None, wanted: AuditFilter | None = None
    ) -> Sequence[tuple[int, AuditEntry]]:
        return await self._read(audits.newest, limit, before, wanted)

    async def add_audit(self, entry: AuditEntry) -> None:
        await self._database.write(lambda connection: audits.add(connection, entry))

    async def _remove(self, remove: Callable[[Connection, T], bool], wanted: T, audit: AuditEntry) -> bool:
        def work(connection: Connection) -> bool:
            was_there = remove(connection, wanted)
            audits.add(connection, audit if was_there else None)
            return was_there

        return await self._database.write(work)


def _only(outcomes: Sequence[T | Exception]) -> T:
    """The outcome of a batch of one."""
    outcome = outcomes[0]
    if isinstance(outcome, Exception):
        raise outcome
    return outcome


def _gap(entries: Sequence[LogEntry], dropped: int) -> Sequence[LogEntry]:
    """A line that says how many lines are missing, so that a gap in a log is never silent."""
    if not dropped or not entries:
        return []
    last = entries[-1]
    message = f"{dropped} log lines were dropped here: the robot could not keep them."
    return [last.model_copy(update={"level": LogLevel.WARNING, "message": message, "fields": {}})]
