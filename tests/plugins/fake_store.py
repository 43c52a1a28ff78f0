"""The engine's store in memory, with the guarantees of a real one: guarded saves, unique fires, idempotency keys."""

import asyncio
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from fnmatch import fnmatchcase
from itertools import count

from fake_artifacts import FakeArtifacts
from fake_flow import FakeFlow
from fake_memory import FakeMemory
from fake_operations import FakeOperations
from fake_recovery import FakeCheckpoints, FakeQuestions, FakeRecoveries
from fake_repairs import FakeRepairs
from fake_retention import FakeRetention
from fake_search import FakeSearch
from fake_timeline import FakeTimeline
from fake_triggers import FakeSettings, FakeTriggers
from fake_watch import FakeWatch
from fake_work_items import FakeWorkItems

from orchestrator.contract.ids import JobId, RobotId, ScheduleId, WorkflowHash, WorkflowId
from orchestrator.contract.protocol.jobs import StepProgress
from orchestrator.contract.results import Artifact, JobResult, LogEntry
from orchestrator.contract.states import JobStatus
from orchestrator.domain.job import Job
from orchestrator.domain.metrics import percentile
from orchestrator.domain.robot import Robot
from orchestrator.domain.schedule import Schedule
from orchestrator.domain.workflow_version import WorkflowVersion
from orchestrator.engine.errors import JobHeldError, OrchestratorError, StaleJobError, StorageError
from orchestrator.engine.ports.audit import AuditEntry, AuditFilter
from orchestrator.engine.ports.figures import FinishedBucket
from orchestrator.engine.ports.jobs import AttemptRecord, JobQuery, JobSave, NewJob
from orchestrator.engine.ports.schedules import FireRecord

FAILED = frozenset({JobStatus.FAILED, JobStatus.TIMEOUT, JobStatus.DEAD_LETTER})


class FakeStore:
    """Keeps everything; survives the engine, so that a test can start another one on it.

    `is_full` makes every write fail with StorageError.
    """

    def __init__(self) -> None:
        self.jobs: dict[JobId, Job] = {}
        self.keys: dict[str, JobId] = {}
        self.results: dict[tuple[JobId, int], JobResult] = {}
        self.attempt_records: dict[tuple[JobId, int], AttemptRecord] = {}
        self.step_records: dict[tuple[JobId, int], dict[str, StepProgress]] = {}
        self.log_lines: list[tuple[RobotId, LogEntry]] = []
        self.artifact_records: dict[JobId, list[tuple[int, Artifact]]] = {}
        self.versions_by_id: dict[WorkflowId, list[WorkflowVersion]] = {}
        self.removed: set[WorkflowId] = set()
        self.robot_records: dict[RobotId, Robot] = {}
        self.schedule_records: dict[ScheduleId, Schedule] = {}
        self.fire_records: dict[tuple[ScheduleId, datetime], FireRecord] = {}
        self.audit: list[AuditEntry] = []
        self.history: list[tuple[JobId, JobStatus, JobStatus]] = []
        self.is_full = False
        self.held: set[JobId] = set()
        """Jobs whose rows another program holds."""
        self.watch = FakeWatch(self._write)
        self.work_items = FakeWorkItems(self._write, self.audit)
        self.flow = FakeFlow(self._write, self._note, self.jobs)
        self._positions = count(1)
        self.triggers = FakeTriggers(self._write, self.audit, self._add)
        self.live = FakeSettings(self._write, self.audit)
        self.checkpoints = FakeCheckpoints(self.jobs.get)
        self.recoveries = FakeRecoveries()
        self.questions = FakeQuestions(self._note)
        self.operations = FakeOperations(self._write, self._note, self.jobs)
        self.memory = FakeMemory()
        self.search = FakeSearch()
        self.repairs = FakeRepairs()
        self.retention = FakeRetention(self._write, self.jobs, self.triggers.fired)
        self.timeline = FakeTimeline(self._write, self.jobs, self.attempt_records)
        self.files = FakeArtifacts(self._write, self.jobs, self.artifact_records, self.audit.append)

    @property
    def trouble(self) -> str | None:
        return "The disk is full; nothing was stored." if self.is_full else None

    async def _write(self) -> None:
        await asyncio.sleep(0)
        if self.is_full:
            raise StorageError("The disk is full; nothing was stored.")

    def _note(self, audit: AuditEntry | None) -> None:
        if audit is not None:
            self.audit.append(audit)

    # --- jobs -----------------------------------------------------------------------------------------------------

    async def add_job(self, job: Job, *, idempotency_key: str | None, audit: AuditEntry) -> tuple[Job, bool]:
        return (await self.add_jobs([NewJob(job=job, idempotency_key=idempotency_key, audit=audit)]))[0]

    async def add_jobs(self, batch: Sequence[NewJob]) -> Sequence[tuple[Job, bool]]:
        await self._write()
        return [self._accepted(each) for each in batch]

    def _accepted(self, new: NewJob) -> tuple[Job, bool]:
        key = new.idempotency_key
        if key is not None and key in self.keys:
            return self.jobs[self.keys[key]], False
        kept = self._add(new.job, new.audit)
        if key is not None:
            self.keys[key] = kept.job_id
        if new.claim is not None:
            claimed = self._saved(
                replace(new.claim, after=replace(new.claim.after, position=kept.position), expected=kept)
            )
            assert isinstance(claimed, Job)
            return claimed, True
        return kept, True

    def _add(self, job: Job, audit: AuditEntry) -> Job:
        kept = replace(job, position=next(self._positions), version=1)
        self.jobs[job.job_id] = kept
        self._note(audit)
        return kept

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
        outcome = (await self.save_jobs([save]))[0]
        if isinstance(outcome, Job):
            return outcome
        raise outcome

    async def save_jobs(self, batch: Sequence[JobSave]) -> Sequence[Job | OrchestratorError]:
        await self._write()
        return [self._saved(each) for each in batch]

    def _saved(self, save: JobSave) -> Job | OrchestratorError:
        current = self.jobs.get(save.expected.job_id)
        if save.expected.job_id in self.held:
            return JobHeldError(save.expected.job_id)
        if current is None or _guard(current) != _guard(save.expected):
            return StaleJobError(save.expected.job_id)
        saved = replace(save.after, version=current.version + 1)
        self.jobs[saved.job_id] = saved
        self.history.append((saved.job_id, current.status, saved.status))
        if save.attempt is not None:
            self._note_attempt(save.attempt)
        if save.result is not None:
            assert (saved.job_id, save.result.attempt) not in self.results, "a second result for one attempt"
            self.results[(saved.job_id, save.result.attempt)] = save.result
        self._note(save.audit)
        self.operations.failures.count(saved)
        return saved

    async def job(self, job_id: JobId) -> Job | None:
        await asyncio.sleep(0)
        return self.jobs.get(job_id)

    async def jobs_with_status(
        self, statuses: frozenset[JobStatus], *, after_position: int = 0, limit: int = 1_000
    ) -> Sequence[Job]:
        found = [job for job in self.jobs.values() if job.status in statuses and job.position > after_position]
        return sorted(found, key=lambda job: job.position)[:limit]

    async def list_jobs(self, query: JobQuery) -> tuple[Sequence[Job], int]:
        found = [job for job in self.jobs.values() if _matches(job, query)]
        found.sort(key=lambda job: getattr(job, query.sort.lstrip("-")), reverse=query.sort.startswith("-"))
        return found[query.offset : query.offset + query.limit], len(found)

    async def count_by_status(self) -> Mapping[JobStatus, int]:
        return Counter(job.status for job in self.jobs.values())

    async def result(self, job_id: JobId) -> JobResult | None:
        found = [result for (owner, _), result in self.results.items() if owner == job_id]
        return max(found, key=lambda result: result.attempt, default=None)

    async def attempts(self, job_id: JobId) -> Sequence[AttemptRecord]:
        await asyncio.sleep(0)
        return [record for (owner, _), record in sorted(self.attempt_records.items()) if owner == job_id]

    async def note_attempt(self, record: AttemptRecord) -> None:
        await self._write()
        self._note_attempt(record)

    def _note_attempt(self, record: AttemptRecord) -> None:
        """Since when it waited, and when it was claimed, is what the first record says."""
        key = (record.job_id, record.attempt)
        first = self.attempt_records.get(key, record)
        self.attempt_records[key] = replace(record, claimed_at=first.claimed_at, queued_at=first.queued_at)

    async def save_progress(
        self, job_id: JobId, attempt: int, *, progress: float, current_step: str, steps: Sequence[StepProgress]
    ) -> None:
        await self._write()
        kept = self.step_records.setdefault((job_id, attempt), {})
        kept.update({step.step_id: step for step in steps})
        job = self.jobs[job_id]
        if job.attempt == attempt:
            self.jobs[job_id] = job.with_progress(progress, current_step)

    async def steps(self, job_id: JobId, attempt: int) -> Sequence[StepProgress]:
        return list(self.step_records.get((job_id, attempt), {}).values())

    async def add_logs(self, robot_id: RobotId, entries: Sequence[LogEntry], dropped: int) -> None:
        await self._write()
        self.log_lines.extend((robot_id, entry) for entry in entries)

    async def logs(
        self, *, job_id: JobId | None = None, robot_id: RobotId | None = None, after: int = 0, limit: int = 500
    ) -> tuple[Sequence[LogEntry], int]:
        found = [
            entry
            for robot, entry in self.log_lines
            if (job_id is None or entry.job_id == job_id) and (robot_id is None or robot == robot_id)
        ]
        lines = found[after : after + limit] if after else found[-limit:]
        return lines, len(found)

    async def add_artifact(self, job_id: JobId, attempt: int, artifact: Artifact) -> None:
        self.artifact_records.setdefault(job_id, []).append((attempt, artifact))

    async def artifacts(self, job_id: JobId) -> Sequence[tuple[int, Artifact]]:
        return self.artifact_records.get(job_id, [])

    # --- workflows ------------------------------------------------------------------------------------------------

    async def add_version(
        self, workflow_id: WorkflowId | None, version: WorkflowVersion, audit: AuditEntry
    ) -> WorkflowVersion:
        await self._write()
        named = await self.newest(version.definition.name) if workflow_id is None else None
        owner = workflow_id or (named.workflow_id if named else version.workflow_id)
        kept = self.versions_by_id.setdefault(owner, [])
        self.removed.discard(owner)
        if kept and kept[-1].workflow_hash == version.workflow_hash:
            kept[-1] = replace(kept[-1], source=version.source or kept[-1].source)
            return kept[-1]
        kept.append(replace(version, workflow_id=owner, number=len(kept) + 1))
        self._note(audit)
        return kept[-1]

    async def version(self, workflow_id: WorkflowId, workflow_hash: WorkflowHash) -> WorkflowVersion | None:
        found = self.versions_by_id.get(workflow_id, [])
        return next((each for each in found if each.workflow_hash == workflow_hash), None)

    async def newest(self, workflow: str) -> WorkflowVersion | None:
        alive = {owner: kept for owner, kept in self.versions_by_id.items() if owner not in self.removed}
        if workflow in alive:
            return alive[WorkflowId(workflow)][-1]
        return next((kept[-1] for kept in alive.values() if kept[-1].definition.name == workflow), None)

    async def versions(self, workflow_id: WorkflowId) -> Sequence[WorkflowVersion]:
        return self.versions_by_id.get(workflow_id, [])

    async def workflows(self) -> Sequence[WorkflowVersion]:
        found = [kept[-1] for owner, kept in self.versions_by_id.items() if owner not in self.removed]
        return sorted(found, key=lambda version: version.definition.name)

    async def remove_workflow(self, workflow_id: WorkflowId, audit: AuditEntry) -> bool:
        await self._write()
        if workflow_id not in self.versions_by_id or workflow_id in self.removed:
            return False
        self.removed.add(workflow_id)
        self._note(audit)
        return True

    # --- robots ---------------------------------------------------------------------------------------------------

    async def save_robot(self, robot: Robot, audit: AuditEntry | None = None) -> None:
        await self._write()
        self.robot_records[robot.robot_id] = robot
        self._note(audit)

    async def robots(self) -> Sequence[Robot]:
        return list(self.robot_records.values())

    async def remove_robot(self, robot_id: RobotId, audit: AuditEntry) -> bool:
        await self._write()
        self._note(audit)
        return self.robot_records.pop(robot_id, None) is not None

    # --- schedules ------------------------------------------------------------------------------------------------

    async def save_schedule(self, schedule: Schedule, audit: AuditEntry | None = None) -> None:
        await self._write()
        self.schedule_records[schedule.schedule_id] = schedule
        self._note(audit)

    async def schedules(self) -> Sequence[Schedule]:
        return list(self.schedule_records.values())

    async def schedule(self, schedule_id: ScheduleId) -> Schedule | None:
        return self.schedule_records.get(schedule_id)

    async def remove_schedule(self, schedule_id: ScheduleId, audit: AuditEntry) -> bool:
        await self._write()
        self._note(audit)
        return self.schedule_records.pop(schedule_id, None) is not None

    async def fire(self, schedule: Schedule, record: FireRecord, job: Job | None, audit: AuditEntry) -> Job | None:
        await self._write()
        instant = (schedule.schedule_id, record.fire_at)
        if instant in self.fire_records:
            known = self.schedule_records[schedule.schedule_id]
            self.schedule_records[schedule.schedule_id] = replace(known, next_run_at=schedule.next_run_at)
            return None
        self.fire_records[instant] = replace(record, job_id=job.job_id if job else None)
        self.schedule_records[schedule.schedule_id] = schedule
        if job is None:
            self._note(audit)
            return None
        return self._add(job, audit)

    async def fires(
        self, schedule_id: ScheduleId, *, before: datetime | None = None, limit: int = 100
    ) -> Sequence[FireRecord]:
        found = [record for (owner, at), record in self.fire_records.items() if owner == schedule_id]
        found = [record for record in found if before is None or record.fire_at < before]
        return sorted(found, key=lambda record: record.fire_at, reverse=True)[:limit]

    async def newest_jobs(self) -> Mapping[ScheduleId, JobId]:
        with_jobs = sorted((at, owner) for (owner, at), record in self.fire_records.items() if record.job_id)
        return {owner: job_id for at, owner in with_jobs if (job_id := self.fire_records[(owner, at)].job_id)}

    async def prune_fires(self, schedule_id: ScheduleId, *, keep: int) -> None:
        await self._write()
        for record in (await self.fires(schedule_id, limit=len(self.fire_records)))[keep:]:
            del self.fire_records[(schedule_id, record.fire_at)]

    # --- figures --------------------------------------------------------------------------------------------------

    async def finished(self, *, since: datetime, until: datetime, bucket_s: float) -> Sequence[FinishedBucket]:
        buckets = []
        start = since
        while start < until:
            end = min(until, start + timedelta(seconds=bucket_s))
            buckets.append(_bucket(start, [job for job in self.jobs.values() if _ended_in(job, start, end)]))
            start = end
        return buckets

    async def robot_busy_s(self, *, since: datetime, until: datetime) -> Mapping[RobotId, float]:
        busy: Counter[RobotId] = Counter()
        for record in self.attempt_records.values():
            if record.robot_id is not None and record.started_at is not None:
                end = min(until, record.ended_at or until)
                busy[record.robot_id] += max(0.0, (end - max(since, record.started_at)).total_seconds())  # type: ignore[assignment]
        return busy

    async def activity(
        self, *, limit: int = 100, before: int | None = None, wanted: AuditFilter | None = None
    ) -> Sequence[tuple[int, AuditEntry]]:
        numbered = [
            (number, entry)
            for number, entry in enumerate(self.audit, 1)
            if (before is None or number < before) and (wanted is None or _is_wanted(entry, wanted))
        ]
        return list(reversed(numbered))[:limit]

    async def add_audit(self, entry: AuditEntry) -> None:
        await self._write()
        self._note(entry)


def _guard(job: Job) -> tuple[JobStatus, int, int]:
    return (job.status, job.attempt, job.version)


def _is_wanted(entry: AuditEntry, wanted: AuditFilter) -> bool:
    return (
        (wanted.kind is None or fnmatchcase(entry.kind, wanted.kind))
        and wanted.job_id in {None, entry.job_id}
        and wanted.robot_id in {None, entry.robot_id}
        and wanted.actor in {None, entry.actor}
    )


def _matches(job: Job, query: JobQuery) -> bool:
    return (
        (not query.statuses or job.status in query.statuses)
        and query.robot_id in {None, job.robot_id}
        and query.workflow_id in {None, job.workflow_id}
        and query.schedule_id in {None, job.schedule_id}
    )


def _ended_in(job: Job, start: datetime, end: datetime) -> bool:
    return job.finished_at is not None and start <= job.finished_at < end


def _bucket(start: datetime, jobs: Sequence[Job]) -> FinishedBucket:
    lengths = [(job.finished_at - job.started_at).total_seconds() for job in jobs if job.finished_at and job.started_at]
    return FinishedBucket(
        starts_at=start,
        completed=sum(job.status is JobStatus.COMPLETED for job in jobs),
        failed=sum(job.status in FAILED for job in jobs),
        cancelled=sum(job.status is JobStatus.CANCELLED for job in jobs),
        average_execution_s=sum(lengths) / len(lengths) if lengths else None,
        p95_execution_s=percentile(lengths, 0.95) if lengths else None,
    )
