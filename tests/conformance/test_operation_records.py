"""What every store promises about operators' work, whichever database is below."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, text, update

from orchestrator.contract.errors import ErrorInfo, ErrorKind
from orchestrator.contract.ids import JobId, RobotId, WorkflowHash, WorkflowId, new_id
from orchestrator.contract.results import JobResult
from orchestrator.contract.states import JobPriority, JobStatus
from orchestrator.contract.workflow import WorkflowDefinition
from orchestrator.domain.bulk import (
    BulkAction,
    BulkFilter,
    BulkItem,
    BulkKind,
    BulkOperation,
    BulkOutcome,
    BulkState,
)
from orchestrator.domain.deployment import Deployment, DeploymentState
from orchestrator.domain.failures import FailureGroup, GroupState, fingerprint
from orchestrator.domain.job import Job
from orchestrator.domain.recovery import retried_by_a_person
from orchestrator.domain.robot_plan import AtDeadline, PlanKind, RobotPlan
from orchestrator.domain.workflow_version import WorkflowVersion
from orchestrator.engine.audit_chain import AuditChain
from orchestrator.engine.clock import SystemClock
from orchestrator.engine.errors import ConflictError
from orchestrator.engine.ports.audit import AuditEntry, AuditFilter
from orchestrator.engine.ports.dead_letters import Discard
from orchestrator.store import schema
from orchestrator.store.services import OrchestratorService

NOW = datetime(2026, 3, 1, 12, 0, 0, 123_456, tzinfo=UTC)
ROBOT = RobotId("robot-1")
DEFINITION = WorkflowDefinition.model_validate({"name": "Prices", "steps": [{"id": "a", "action": "goto"}]})
WORKFLOW = WorkflowVersion(
    workflow_id=WorkflowId("w1"),
    workflow_hash=DEFINITION.content_hash,
    number=0,
    definition=DEFINITION,
    created_at=NOW,
)
ERROR = ErrorInfo(kind=ErrorKind.TIMEOUT, message="Order 17 was not paid in 30 s", step_id="pay")


def audit(kind: str = "test", **about: Any) -> AuditEntry:
    return AuditEntry(at=NOW, kind=kind, message=f"{kind} happened", **about)


async def added(store: OrchestratorService, **changes: Any) -> Job:
    blank = Job(
        job_id=JobId(new_id()),
        workflow_id=WORKFLOW.workflow_id,
        workflow_hash=WORKFLOW.workflow_hash,
        workflow_name="Prices",
        status=JobStatus.QUEUED,
        timeout_s=60.0,
        created_at=NOW,
        changed_at=NOW,
    )
    return (await store.add_job(replace(blank, **changes), idempotency_key=None, audit=audit()))[0]


async def failed(
    store: OrchestratorService, *, after_s: float = 0, status: JobStatus = JobStatus.FAILED, **changes: Any
) -> Job:
    facts = {"attempt": 1, "robot_id": ROBOT, "started_at": NOW, **changes}
    running = await added(store, status=JobStatus.RUNNING, **facts)
    at = NOW + timedelta(seconds=after_s)
    after = running.moved(status, at=at, finished_at=at, error=ERROR, fingerprint=fingerprint(ERROR))
    return await store.save_job(after, expected=running)


async def the_group(store: OrchestratorService) -> FailureGroup:
    found = await store.operations.failures.group(fingerprint(ERROR))
    assert found is not None
    return found


class TestFailureGroups:
    @pytest.mark.feature("X11")
    async def test_failures_are_counted_with_the_end_that_they_belong_to(self, store: OrchestratorService) -> None:
        other = WorkflowHash("other")
        await asyncio.gather(*(failed(store, after_s=number) for number in range(5)))
        await failed(store, after_s=9, workflow_hash=other, robot_id=RobotId("robot-2"))
        group = await the_group(store)
        assert (group.count, group.failed_now, group.step_id, group.kind) == (6, 6, "pay", ErrorKind.TIMEOUT)
        assert (group.message, group.sample) == ("Order <n> was not paid in <n> s", ERROR.message)
        assert (group.first_seen_at, group.last_seen_at) == (NOW, NOW + timedelta(seconds=9))
        assert [(each.workflow_hash, each.robot_id, each.count) for each in group.places] == [
            (other, RobotId("robot-2"), 1),
            (WORKFLOW.workflow_hash, ROBOT, 5),
        ]
        (listed,), _ = await store.operations.failures.groups()
        assert listed.places == group.places[:1]

    @pytest.mark.feature("X11")
    async def test_a_solved_group_is_reopened_by_the_next_failure(self, store: OrchestratorService) -> None:
        await failed(store)
        records = store.operations.failures
        marked = await records.mark(
            fingerprint(ERROR), GroupState.SOLVED, at=NOW, actor="anna", note="done", audit=audit("failures.solved")
        )
        assert marked
        assert list(await records.solved()) == [fingerprint(ERROR)]
        assert await records.groups(states=frozenset({GroupState.OPEN, GroupState.REOPENED})) == ([], 0)
        await failed(store, after_s=60)
        group = await the_group(store)
        assert (group.state, group.changed_at, group.note) == (GroupState.REOPENED, NOW + timedelta(seconds=60), "done")

    async def test_a_retried_job_leaves_its_group(self, store: OrchestratorService) -> None:
        job = await failed(store)
        await failed(store)
        await store.save_job(retried_by_a_person(job, at=NOW), expected=job)
        assert (await the_group(store)).failed_now == 1
        assert job.job_id not in await store.operations.failures.failed_jobs(fingerprint(ERROR), limit=10)

    async def test_a_group_that_is_not_there_is_none(self, store: OrchestratorService) -> None:
        assert await store.operations.failures.group("nope") is None
        marking = store.operations.failures.mark(
            "nope", GroupState.SOLVED, at=NOW, actor="a", note="", audit=audit("x")
        )
        assert not await marking
        assert await store.activity() == []

    @pytest.mark.feature("X11")
    async def test_a_groups_jobs_are_found_by_an_index_however_many_failed(self, store: OrchestratorService) -> None:
        def plan(connection: Connection) -> str:
            if connection.dialect.name == "postgresql":
                connection.execute(text("SET LOCAL enable_seqscan = off"))
                words = "EXPLAIN"
            else:
                words = "EXPLAIN QUERY PLAN"
            query = "SELECT fingerprint, count(*) FROM jobs WHERE fingerprint IN ('a', 'b') GROUP BY fingerprint"
            return str(connection.execute(text(f"{words} {query}")).all())

        assert "ix_jobs_fingerprint" in await store._database.read(plan)


class TestDeadLetters:
    @pytest.mark.feature("X27")
    async def test_dead_letters_wait_until_they_are_discarded_or_retried(self, store: OrchestratorService) -> None:
        first = await failed(store, status=JobStatus.DEAD_LETTER)
        second = await failed(store, status=JobStatus.DEAD_LETTER, after_s=5)
        await failed(store)
        records = store.operations.dead_letters
        assert await records.waiting() == ([second, first], 2)
        assert await records.waiting(limit=1, offset=1) == ([first], 2)
        discard = Discard(job_id=first.job_id, attempt=1, reason="paid by hand", actor="anna", at=NOW)
        await records.discard(discard, audit("job.discarded"))
        assert await records.waiting() == ([second], 1)
        assert await records.discarded(first.job_id) == discard
        assert await records.discarded(second.job_id) is None

    async def test_a_discard_holds_for_its_attempt_only(self, store: OrchestratorService) -> None:
        job = await failed(store, status=JobStatus.DEAD_LETTER)
        records = store.operations.dead_letters
        await records.discard(Discard(job_id=job.job_id, attempt=1, reason="x", actor="a", at=NOW), audit("d"))
        again = await store.save_job(retried_by_a_person(job, at=NOW), expected=job)
        claimed = await store.save_job(again.moved(JobStatus.DISPATCHED, at=NOW, attempt=2), expected=again)
        await store.save_job(claimed.moved(JobStatus.DEAD_LETTER, at=NOW, finished_at=NOW), expected=claimed)
        assert (await records.waiting())[1] == 1


def operation(number: int = 1, **changes: Any) -> BulkOperation:
    plain = BulkOperation(
        operation_id=f"op-{number:04}",
        action=BulkAction(kind=BulkKind.PRIORITY, priority=JobPriority.HIGH, reason="late"),
        actor="anna",
        started_at=NOW + timedelta(seconds=number),
        planned=2,
    )
    return replace(plain, **changes)


def item(job_id: str, **changes: Any) -> BulkItem:
    plain = BulkItem(job_id=JobId(job_id), seen_status=JobStatus.QUEUED, seen_priority=JobPriority.LOW, seen_attempt=0)
    return replace(plain, **changes)


class TestBulk:
    @pytest.mark.feature("X12")
    async def test_an_operation_and_its_items_come_back_as_they_were_noted(self, store: OrchestratorService) -> None:
        records = store.operations.bulk
        await records.start(operation(), [item("b"), item("a")], audit("bulk.started"))
        done = operation(state=BulkState.DONE, done=1, skipped=1, ended_at=NOW)
        await records.note(done, [item("b", outcome=BulkOutcome.SKIPPED, note="it is gone")], audit("bulk.done"))
        assert await records.operation("op-0001") == done
        assert await records.items("op-0001") == [
            item("a"),
            item("b", outcome=BulkOutcome.SKIPPED, note="it is gone"),
        ]
        assert [each.job_id for each in await records.items("op-0001", after=JobId("a"))] == ["b"]
        await records.start(operation(2), [], audit("bulk.started"))
        assert [each.operation_id for each in await records.operations()] == ["op-0002", "op-0001"]
        assert await records.operation("nope") is None

    @pytest.mark.feature("X12")
    async def test_jobs_are_matched_by_every_field_and_page_by_page(self, store: OrchestratorService) -> None:
        queued = [await added(store) for _ in range(3)]
        broken = await failed(store, schedule_id="s1")
        records = store.operations.bulk

        async def found(**wanted: Any) -> list[JobId]:
            return [job.job_id for job in await records.matching(BulkFilter(**wanted))]

        assert await found(statuses=frozenset({JobStatus.QUEUED})) == [job.job_id for job in queued]
        assert await found(fingerprint=fingerprint(ERROR)) == [broken.job_id]
        assert await found(robot_id=ROBOT, schedule_id="s1", text="NOT PAID") == [broken.job_id]
        assert await found(job_ids=(queued[1].job_id, JobId("gone"))) == [queued[1].job_id]
        assert await found(workflow_id="nobody's") == []
        page = await records.matching(BulkFilter(text="price"), after_position=queued[0].position, limit=2)
        assert [job.job_id for job in page] == [queued[1].job_id, queued[2].job_id]


class TestFleet:
    @pytest.mark.feature("C85")
    async def test_deployments_are_kept_by_workflow_and_robot(self, store: OrchestratorService) -> None:
        wanted = Deployment(
            workflow_id=WORKFLOW.workflow_id,
            robot_id=ROBOT,
            workflow_hash=WORKFLOW.workflow_hash,
            state=DeploymentState.PENDING,
            actor="anna",
            changed_at=NOW,
        )
        records = store.operations.deployments
        await records.save([wanted], audit("workflow.deployed"))
        failed = replace(wanted, state=DeploymentState.FAILED, detail="no room")
        await records.save([failed])
        assert await records.every() == [failed]
        await records.remove(wanted.workflow_id, ROBOT)
        assert await records.every() == []

    @pytest.mark.feature("X20")
    async def test_a_robot_has_one_plan(self, store: OrchestratorService) -> None:
        plan = RobotPlan(
            robot_id=ROBOT,
            kind=PlanKind.DRAIN,
            actor="anna",
            started_at=NOW,
            deadline_at=NOW + timedelta(minutes=5),
            then=AtDeadline.HAND_OVER,
        )
        records = store.operations.robot_plans
        await records.save(plan, audit("robot.drain"))
        overdue = replace(plan, is_overdue=True)
        await records.save(overdue)
        assert await records.every() == [overdue]
        assert await records.remove(ROBOT)
        assert not await records.remove(ROBOT)

    @pytest.mark.feature("X20")
    async def test_how_long_a_workflow_usually_takes_is_the_median_of_its_newest_completed_jobs(
        self, store: OrchestratorService
    ) -> None:
        for seconds in (10, 20, 90):
            running = await added(store, status=JobStatus.RUNNING, attempt=1, robot_id=ROBOT, started_at=NOW)
            at = NOW + timedelta(seconds=seconds)
            done = running.moved(JobStatus.COMPLETED, at=at, finished_at=at)
            result = JobResult(
                job_id=running.job_id, attempt=1, status=done.status, started_at=NOW, finished_at=at, execution_time_s=1
            )
            await store.save_job(done, expected=running, result=result)
        await failed(store, after_s=900)
        usual = await store.operations.robot_plans.usual_s({WORKFLOW.workflow_id, WORKFLOW.workflow_id})
        assert usual == {WORKFLOW.workflow_id: 20}


class TestVersions:
    @pytest.mark.feature("W34")
    async def test_an_old_content_comes_back_as_a_new_version_with_a_note(self, store: OrchestratorService) -> None:
        first = await store.add_version(None, WORKFLOW, audit())
        changed = DEFINITION.model_copy(update={"description": "worse"})
        second = await store.add_version(
            None, replace(WORKFLOW, definition=changed, workflow_hash=changed.content_hash), audit()
        )
        back = await store.add_version(
            first.workflow_id, replace(WORKFLOW, saved_by="anna", note="Rolled back to version 1."), audit()
        )
        assert (back.number, back.workflow_hash, back.saved_by) == (3, first.workflow_hash, "anna")
        assert await store.versions(first.workflow_id) == [back, second, first]
        assert await store.newest("Prices") == back
        assert await store.version(first.workflow_id, first.workflow_hash) == back
        assert await store.workflows() == [back]


class TestAudit:
    @pytest.mark.feature("C46")
    async def test_entries_are_read_by_kind_job_robot_and_actor(self, store: OrchestratorService) -> None:
        await store.add_audit(audit("job.started", job_id=JobId("j1"), actor="anna"))
        await store.add_audit(audit("job.failed", job_id=JobId("j2"), robot_id=ROBOT))
        await store.add_audit(audit("robot.lost", robot_id=ROBOT))

        async def kinds(**wanted: Any) -> list[str]:
            return [entry.kind for _, entry in await store.activity(wanted=AuditFilter(**wanted))]

        assert await kinds(kind="job.*") == ["job.failed", "job.started"]
        assert await kinds(kind="job.started") == ["job.started"]
        assert await kinds(kind="job._ailed") == []
        assert await kinds(job_id=JobId("j1")) == ["job.started"]
        assert await kinds(robot_id=ROBOT) == ["robot.lost", "job.failed"]
        assert await kinds(actor="anna", kind="*") == ["job.started"]

    @pytest.mark.feature("C46", "O57")
    async def test_a_whole_audit_verifies_and_its_head_can_be_kept_elsewhere(self, store: OrchestratorService) -> None:
        chain = await sealed_chain(store, rows=7)
        report = await chain.verify()
        assert (report.is_whole, report.rows, report.seals, report.unsealed) == (True, 7, 3, 0)
        await store.add_audit(audit("late"))
        assert (await chain.verify(expected_head=report.head)).unsealed == 1
        with pytest.raises(ConflictError, match="No seal has the head"):
            await chain.verify(expected_head="0" * 64)

    @pytest.mark.feature("C46", "O57")
    async def test_each_changed_or_missing_row_is_found(self, store: OrchestratorService) -> None:
        chain = await sealed_chain(store, rows=12)
        rows = schema.audit
        harms: tuple[Any, ...] = (
            update(rows).where(rows.c.number == 2).values(message="nothing happened"),
            update(rows).where(rows.c.number == 5).values(actor="nobody"),
            update(rows).where(rows.c.number == 9).values(details={"n": 2}),
            rows.delete().where(rows.c.number == 11),
        )
        for harm in harms:
            await store._database.write(lambda connection, harm=harm: connection.execute(harm))  # type: ignore[misc]
        report = await chain.verify()
        assert [gap.number for gap in report.breaks] == [2, 5, 9, 12]
        assert ["was changed" in gap.words for gap in report.breaks[:3]] == [True] * 3
        assert report.breaks[3].words.startswith("1 of the rows 10 to 12 are missing")


async def sealed_chain(store: OrchestratorService, *, rows: int) -> AuditChain:
    for number in range(rows):
        await store.add_audit(audit(f"k{number}", details={"n": 1}))
    while await store.operations.seals.seal(at=NOW, most=3):
        pass
    return AuditChain(store.operations.seals, SystemClock())
