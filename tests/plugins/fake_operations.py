"""What is remembered of operators' work, in memory."""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from statistics import median

from orchestrator.contract.ids import JobId, RobotId, WorkflowId
from orchestrator.contract.states import JobStatus
from orchestrator.domain.audit_chain import Seal
from orchestrator.domain.bulk import BulkFilter, BulkItem, BulkOperation, BulkState
from orchestrator.domain.deployment import Deployment
from orchestrator.domain.failures import FailureGroup, GroupState, normalised, step_of
from orchestrator.domain.job import Job
from orchestrator.domain.robot_plan import RobotPlan
from orchestrator.engine.ports.audit import AuditEntry
from orchestrator.engine.ports.dead_letters import Discard

Write = Callable[[], Awaitable[None]]
Note = Callable[[AuditEntry | None], None]


class FakeOperations:
    """Every room of operators' work, over the fake store's jobs."""

    def __init__(self, write: Write, note: Note, jobs: Mapping[JobId, Job]) -> None:
        self.deployments = FakeDeployments(write, note)
        self.failures = FakeFailures(write, note, jobs)
        self.dead_letters = FakeDeadLetters(write, note, jobs)
        self.bulk = FakeBulk(write, note, jobs)
        self.robot_plans = FakeRobotPlans(write, note, jobs)
        self.seals = FakeSeals()


@dataclass
class FakeDeployments:
    write: Write
    note: Note
    kept: dict[tuple[WorkflowId, RobotId], Deployment] = field(default_factory=dict)

    async def save(self, deployments: Sequence[Deployment], audit: AuditEntry | None = None) -> None:
        await self.write()
        self.kept |= {(each.workflow_id, each.robot_id): each for each in deployments}
        self.note(audit)

    async def every(self) -> Sequence[Deployment]:
        return [each for _, each in sorted(self.kept.items())]

    async def remove(self, workflow_id: WorkflowId, robot_id: RobotId) -> None:
        await self.write()
        self.kept.pop((workflow_id, robot_id), None)


@dataclass
class FakeFailures:
    write: Write
    note: Note
    jobs: Mapping[JobId, Job]
    kept: dict[str, FailureGroup] = field(default_factory=dict)

    def count(self, job: Job) -> None:
        """What the real store does in the transaction of a job's end."""
        if job.fingerprint is None or job.error is None:
            return
        at = job.finished_at or job.changed_at
        known = self.kept.get(job.fingerprint)
        if known is None:
            self.kept[job.fingerprint] = FailureGroup(
                fingerprint=job.fingerprint,
                step_id=step_of(job.error, job.current_step),
                kind=job.error.kind,
                message=normalised(job.error.message),
                sample=job.error.message,
                first_seen_at=at,
                last_seen_at=at,
                count=1,
            )
            return
        state = GroupState.REOPENED if known.state is GroupState.SOLVED else known.state
        self.kept[job.fingerprint] = replace(known, count=known.count + 1, last_seen_at=at, state=state)

    async def groups(
        self, *, states: frozenset[GroupState] = frozenset(), limit: int = 100, offset: int = 0
    ) -> tuple[Sequence[FailureGroup], int]:
        found = [self._now(each) for each in self.kept.values() if not states or each.state in states]
        found.sort(key=lambda each: each.last_seen_at, reverse=True)
        return found[offset : offset + limit], len(found)

    async def group(self, fingerprint: str) -> FailureGroup | None:
        known = self.kept.get(fingerprint)
        return self._now(known) if known else None

    async def failed_jobs(self, fingerprint: str, *, limit: int) -> Sequence[JobId]:
        return [job.job_id for job in self.jobs.values() if job.fingerprint == fingerprint][:limit]

    async def solved(self) -> Sequence[str]:
        return [each.fingerprint for each in self.kept.values() if each.state is GroupState.SOLVED]

    async def mark(
        self, fingerprint: str, state: GroupState, *, at: datetime, actor: str, note: str, audit: AuditEntry
    ) -> bool:
        await self.write()
        known = self.kept.get(fingerprint)
        if known is None:
            return False
        self.kept[fingerprint] = replace(known, state=state, changed_at=at, changed_by=actor, note=note)
        self.note(audit)
        return True

    def _now(self, group: FailureGroup) -> FailureGroup:
        return replace(group, failed_now=sum(job.fingerprint == group.fingerprint for job in self.jobs.values()))


@dataclass
class FakeDeadLetters:
    write: Write
    note: Note
    jobs: Mapping[JobId, Job]
    kept: dict[tuple[JobId, int], Discard] = field(default_factory=dict)

    async def waiting(self, *, limit: int = 100, offset: int = 0) -> tuple[Sequence[Job], int]:
        found = [
            job
            for job in self.jobs.values()
            if job.status is JobStatus.DEAD_LETTER and (job.job_id, job.attempt) not in self.kept
        ]
        return found[offset : offset + limit], len(found)

    async def discard(self, discard: Discard, audit: AuditEntry) -> None:
        await self.write()
        self.kept[(discard.job_id, discard.attempt)] = discard
        self.note(audit)

    async def discarded(self, job_id: JobId) -> Discard | None:
        found = [each for (owner, _), each in sorted(self.kept.items()) if owner == job_id]
        return found[-1] if found else None


@dataclass
class FakeBulk:
    write: Write
    note_audit: Note
    jobs: Mapping[JobId, Job]
    kept: dict[str, BulkOperation] = field(default_factory=dict)
    kept_items: dict[str, dict[JobId, BulkItem]] = field(default_factory=dict)
    stands_after: int | None = None
    """An action that has done more than so many jobs is never noted: the engine dies before the disk answers."""

    async def matching(self, wanted: BulkFilter, *, after_position: int = 0, limit: int = 1_000) -> Sequence[Job]:
        found = [job for job in self.jobs.values() if job.position > after_position and _fits(wanted, job)]
        return sorted(found, key=lambda job: job.position)[:limit]

    async def start(self, operation: BulkOperation, items: Sequence[BulkItem], audit: AuditEntry) -> None:
        await self.note(operation, items, audit)

    async def note(self, operation: BulkOperation, items: Sequence[BulkItem], audit: AuditEntry | None = None) -> None:
        await self.write()
        if (
            self.stands_after is not None
            and operation.state is BulkState.RUNNING
            and operation.done > self.stands_after
        ):
            await asyncio.Event().wait()
        self.kept[operation.operation_id] = operation
        self.kept_items.setdefault(operation.operation_id, {}).update({item.job_id: item for item in items})
        self.note_audit(audit)

    async def operations(self, *, limit: int = 50) -> Sequence[BulkOperation]:
        return sorted(self.kept.values(), key=lambda each: each.started_at, reverse=True)[:limit]

    async def operation(self, operation_id: str) -> BulkOperation | None:
        return self.kept.get(operation_id)

    async def items(self, operation_id: str, *, after: JobId | None = None, limit: int = 1_000) -> Sequence[BulkItem]:
        found = sorted(self.kept_items.get(operation_id, {}).items())
        return [item for job_id, item in found if after is None or job_id > after][:limit]


@dataclass
class FakeRobotPlans:
    write: Write
    note: Note
    jobs: Mapping[JobId, Job]
    kept: dict[RobotId, RobotPlan] = field(default_factory=dict)

    async def save(self, plan: RobotPlan, audit: AuditEntry | None = None) -> None:
        await self.write()
        self.kept[plan.robot_id] = plan
        self.note(audit)

    async def every(self) -> Sequence[RobotPlan]:
        return list(self.kept.values())

    async def remove(self, robot_id: RobotId, audit: AuditEntry | None = None) -> bool:
        await self.write()
        was_there = self.kept.pop(robot_id, None) is not None
        self.note(audit if was_there else None)
        return was_there

    async def usual_s(self, workflow_ids: Collection[WorkflowId]) -> Mapping[WorkflowId, float]:
        lengths: dict[WorkflowId, list[float]] = {}
        for job in self.jobs.values():
            if job.status is JobStatus.COMPLETED and job.started_at is not None and job.finished_at is not None:
                lengths.setdefault(job.workflow_id, []).append((job.finished_at - job.started_at).total_seconds())
        return {each: median(lengths[each]) for each in workflow_ids if each in lengths}


class FakeSeals:
    """No chain: it is the real store's."""

    async def seal(self, *, at: datetime, most: int) -> Seal | None:
        return None

    async def seals(self, *, after: int = 0, limit: int = 100) -> Sequence[Seal]:
        return []

    async def rows(self, first: int, last: int) -> Sequence[Sequence[object]]:
        return []

    async def unsealed(self) -> int:
        return 0


def _fits(wanted: BulkFilter, job: Job) -> bool:
    if wanted.job_ids:
        return job.job_id in wanted.job_ids
    return (
        (not wanted.statuses or job.status in wanted.statuses)
        and wanted.workflow_id in {None, job.workflow_id}
        and wanted.robot_id in {None, job.robot_id}
        and wanted.schedule_id in {None, job.schedule_id}
        and wanted.fingerprint in {None, job.fingerprint}
        and wanted.text.lower() in f"{job.job_id} {job.workflow_name} {job.current_step}".lower()
    )
