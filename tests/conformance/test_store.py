"""What every store promises the engine, whichever database is below."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest

from orchestrator.contract.errors import ErrorInfo, ErrorKind
from orchestrator.contract.ids import JobId, RobotId, ScheduleId, WorkflowId, new_id
from orchestrator.contract.protocol.jobs import StepProgress
from orchestrator.contract.results import Artifact, JobResult, LogEntry, LogLevel
from orchestrator.contract.retry import RetryPolicy
from orchestrator.contract.states import JobPriority, JobStatus, RobotStatus, StepStatus
from orchestrator.contract.workflow import WorkflowDefinition
from orchestrator.domain.job import Job, Requirements
from orchestrator.domain.robot import Robot
from orchestrator.domain.schedule import FireOutcome, OverlapPolicy, Schedule, ScheduleFrequency
from orchestrator.domain.workflow_version import WorkflowVersion
from orchestrator.engine.errors import InvalidRequestError, StaleJobError
from orchestrator.engine.ports.audit import AuditEntry
from orchestrator.engine.ports.jobs import AttemptRecord, JobQuery, JobSave, NewJob
from orchestrator.engine.ports.schedules import FireRecord
from orchestrator.engine.ports.store import Store

NOW = datetime(2026, 3, 1, 12, 0, 0, 123_456, tzinfo=UTC)
ROBOT = RobotId("robot-1")
DEFINITION = WorkflowDefinition.model_validate(
    {"name": "Prices", "steps": [{"id": "a", "action": "goto", "parameters": {"url": "https://example.org"}}]}
)
WORKFLOW = WorkflowVersion(
    workflow_id=WorkflowId("w1"),
    workflow_hash=DEFINITION.content_hash,
    number=0,
    definition=DEFINITION,
    created_at=NOW,
)


def audit(kind: str = "test", **about: Any) -> AuditEntry:
    return AuditEntry(at=NOW, kind=kind, message=f"{kind} happened", **about)


def job(**changes: Any) -> Job:
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
    return replace(blank, **changes)


async def added(store: Store, **changes: Any) -> Job:
    return (await store.add_job(job(**changes), idempotency_key=None, audit=audit()))[0]


def result_of(of: Job, *, seconds: float = 2.0) -> JobResult:
    return JobResult(
        job_id=of.job_id,
        attempt=of.attempt,
        status=JobStatus.COMPLETED,
        outputs={"rows": [1, 2]},
        started_at=NOW,
        finished_at=NOW + timedelta(seconds=seconds),
        execution_time_s=seconds,
    )


async def finished(store: Store, status: JobStatus, *, at: datetime, seconds: float = 2.0) -> Job:
    running = await added(store, status=JobStatus.RUNNING, attempt=1, robot_id=ROBOT, started_at=at)
    after = running.moved(status, at=at, finished_at=at)
    return await store.save_job(after, expected=running, result=result_of(running, seconds=seconds))


class TestJobs:
    @pytest.mark.feature("C38")
    async def test_a_job_comes_back_as_it_was_kept(self, store: Store) -> None:
        kept = await added(
            store,
            priority=JobPriority.CRITICAL,
            variables={"list": [1, {"deep": None}], "text": "ä😀"},
            requirements=Requirements(
                tags=frozenset({"gpu", "eu"}), capabilities=frozenset({"browser:chromium"}), robot_id=ROBOT
            ),
            retry=RetryPolicy(max_retries=7, retryable_errors=(ErrorKind.TIMEOUT,)),
            retry_safe=True,
            not_before=NOW + timedelta(hours=1),
            error=ErrorInfo(kind=ErrorKind.TIMEOUT, message="late"),
            schedule_id=ScheduleId("s"),
            fire_at=NOW,
        )
        assert await store.job(kept.job_id) == kept
        assert kept.position > 0

    async def test_an_unknown_job_is_none(self, store: Store) -> None:
        assert await store.job(JobId("nobody")) is None

    async def test_positions_rise_in_the_order_of_acceptance(self, store: Store) -> None:
        positions = [(await added(store)).position for _ in range(5)]
        assert positions == sorted(set(positions))

    async def test_a_repeated_key_gives_the_first_job_and_adds_none(self, store: Store) -> None:
        first, is_new = await store.add_job(job(), idempotency_key="k", audit=audit())
        again, is_new_again = await store.add_job(job(), idempotency_key="k", audit=audit())
        assert (is_new, is_new_again) == (True, False)
        assert again == first
        assert len(await store.activity()) == 1

    async def test_a_key_used_by_many_at_once_gives_one_job(self, store: Store) -> None:
        answers = await asyncio.gather(*(store.add_job(job(), idempotency_key="k", audit=audit()) for _ in range(20)))
        assert len({kept.job_id for kept, _ in answers}) == 1
        assert sum(is_new for _, is_new in answers) == 1

    @pytest.mark.feature("C35")
    async def test_a_save_moves_the_job_and_raises_its_version(self, store: Store) -> None:
        before = await added(store)
        after = await store.save_job(
            before.moved(JobStatus.DISPATCHED, at=NOW, attempt=1, robot_id=ROBOT),
            expected=before,
            attempt=AttemptRecord(job_id=before.job_id, attempt=1, robot_id=ROBOT, claimed_at=NOW),
            audit=audit("job.dispatched", job_id=before.job_id),
        )
        assert after.version == before.version + 1
        assert await store.job(before.job_id) == after
        assert [record.attempt for record in await store.attempts(before.job_id)] == [1]

    async def test_an_attempts_claim_time_is_that_of_its_first_record(self, store: Store) -> None:
        first = AttemptRecord(job_id=JobId("j"), attempt=1, robot_id=ROBOT, claimed_at=NOW)
        await store.note_attempt(first)
        later = replace(first, claimed_at=NOW + timedelta(hours=1), outcome="completed", ended_at=NOW)
        await store.note_attempt(later)
        assert await store.attempts(JobId("j")) == [replace(later, claimed_at=NOW)]

    async def test_only_one_of_two_that_read_the_same_may_write(self, store: Store) -> None:
        before = await added(store)
        moves = [before.moved(JobStatus.DISPATCHED, at=NOW, attempt=1, robot_id=RobotId(name)) for name in "ab"]
        outcomes = await asyncio.gather(
            *(store.save_job(move, expected=before) for move in moves), return_exceptions=True
        )
        assert sum(isinstance(outcome, StaleJobError) for outcome in outcomes) == 1
        kept = await store.job(before.job_id)
        assert kept in outcomes

    async def test_a_stale_save_leaves_nothing_of_itself(self, store: Store) -> None:
        before = await added(store, status=JobStatus.RUNNING, attempt=1)
        await store.save_job(before.moved(JobStatus.LOST, at=NOW), expected=before)
        with pytest.raises(StaleJobError):
            await store.save_job(
                before.moved(JobStatus.COMPLETED, at=NOW),
                expected=before,
                attempt=AttemptRecord(job_id=before.job_id, attempt=1, robot_id=ROBOT, claimed_at=NOW),
                result=result_of(before),
                audit=audit("never"),
            )
        assert await store.result(before.job_id) is None
        assert await store.attempts(before.job_id) == []
        assert "never" not in {entry.kind for _, entry in await store.activity()}

    @pytest.mark.feature("C41")
    async def test_a_result_is_kept_with_the_move_that_records_it(self, store: Store) -> None:
        ended = await finished(store, JobStatus.COMPLETED, at=NOW)
        assert await store.result(ended.job_id) == result_of(ended)

    async def test_a_second_result_of_an_attempt_is_refused(self, store: Store) -> None:
        ended = await finished(store, JobStatus.FAILED, at=NOW)
        again = ended.moved(JobStatus.QUEUED, at=NOW)
        with pytest.raises(Exception, match="results"):
            await store.save_job(again, expected=ended, result=result_of(ended))
        assert await store.job(ended.job_id) == ended

    async def test_jobs_are_read_by_status_page_by_page(self, store: Store) -> None:
        kept = [await added(store) for _ in range(5)]
        await added(store, status=JobStatus.PENDING)
        first = await store.jobs_with_status(frozenset({JobStatus.QUEUED}), limit=3)
        rest = await store.jobs_with_status(frozenset({JobStatus.QUEUED}), after_position=first[-1].position, limit=3)
        assert [*first, *rest] == kept

    async def test_progress_is_remembered_without_touching_the_version(self, store: Store) -> None:
        running = await added(store, status=JobStatus.RUNNING, attempt=2)
        for status in (StepStatus.RUNNING, StepStatus.COMPLETED):
            step = StepProgress(step_id="a", status=status)
            await store.save_progress(running.job_id, 2, progress=0.5, current_step="A", steps=[step])
        await store.save_progress(running.job_id, 1, progress=0.9, current_step="old", steps=[])
        now = await store.job(running.job_id)
        assert now == replace(running, progress=0.5, current_step="A")
        assert [step.status for step in await store.steps(running.job_id, 2)] == [StepStatus.COMPLETED]


class TestBatches:
    async def test_a_batch_of_new_jobs_is_kept_in_its_order(self, store: Store) -> None:
        wanted = [NewJob(job=job(), audit=audit()) for _ in range(5)]
        kept = [outcome for outcome in await store.add_jobs(wanted) if not isinstance(outcome, Exception)]
        assert [each.job_id for each, _ in kept] == [each.job.job_id for each in wanted]
        assert all(is_new for _, is_new in kept)
        assert [each.position for each, _ in kept] == sorted({each.position for each, _ in kept})
        assert [await store.job(each.job_id) for each, _ in kept] == [each for each, _ in kept]
        assert len(await store.activity()) == 5

    async def test_a_key_that_is_known_or_comes_twice_in_a_batch_gives_the_first_job(self, store: Store) -> None:
        known, _ = await store.add_job(job(), idempotency_key="old", audit=audit())
        batch = [NewJob(job=job(), audit=audit(), idempotency_key=key) for key in ("old", "new", "new", None)]
        kept = [outcome for outcome in await store.add_jobs(batch) if not isinstance(outcome, Exception)]
        assert [is_new for _, is_new in kept] == [False, True, False, True]
        assert kept[0][0] == known
        assert kept[2][0] == kept[1][0]
        assert len(await store.activity()) == 3

    async def test_a_new_job_is_claimed_in_the_same_write_unless_its_key_is_known(self, store: Store) -> None:
        wanted = [NewJob(job=each, audit=audit(), idempotency_key="k", claim=_claim(each)) for each in (job(), job())]
        (first, is_new), (again, is_second_new) = [
            each for each in await store.add_jobs(wanted) if isinstance(each, tuple)
        ]
        assert (is_new, is_second_new, again) == (True, False, first)
        assert (first.status, first.attempt, first.version) == (JobStatus.DISPATCHED, 1, wanted[0].job.version + 1)
        assert await store.job(first.job_id) == first
        assert [each.attempt for each in await store.attempts(first.job_id)] == [1]
        assert await store.job(wanted[1].job.job_id) is None
        assert await store.attempts(wanted[1].job.job_id) == []
        ended = first.moved(JobStatus.QUEUED, at=NOW)
        assert isinstance(await store.save_job(ended, expected=first), Job)

    async def test_each_guard_of_a_batch_is_its_own(self, store: Store) -> None:
        queued = [await added(store) for _ in range(4)]
        await store.save_job(queued[2].moved(JobStatus.CANCELLED, at=NOW, finished_at=NOW), expected=queued[2])
        outcomes = await store.save_jobs([_claim(each) for each in queued])
        assert [isinstance(outcome, StaleJobError) for outcome in outcomes] == [False, False, True, False]
        assert [await store.job(each.job_id) for each in queued[:2]] == list(outcomes[:2])
        assert await store.attempts(queued[2].job_id) == []
        assert len(await store.attempts(queued[3].job_id)) == 1

    async def test_a_job_that_comes_twice_in_a_batch_moves_once(self, store: Store) -> None:
        before = await added(store)
        outcomes = await store.save_jobs([_claim(before), _claim(before)])
        assert [isinstance(outcome, StaleJobError) for outcome in outcomes] == [False, True]
        assert await store.job(before.job_id) == outcomes[0]

    async def test_a_batch_writes_what_differs_and_nothing_else(self, store: Store) -> None:
        before = await added(store)
        (claimed,) = await store.save_jobs([_claim(before)])
        assert isinstance(claimed, Job)
        running = claimed.moved(JobStatus.RUNNING, at=NOW, started_at=NOW)
        ended = replace(running.moved(JobStatus.COMPLETED, at=NOW, finished_at=NOW), progress=1.0)
        outcomes = await store.save_jobs(
            [JobSave(after=ended, expected=claimed, result=result_of(ended), audit=audit("job.completed"))]
        )
        assert await store.job(before.job_id) == outcomes[0] == replace(ended, version=claimed.version + 1)
        assert await store.result(before.job_id) == result_of(ended)

    async def test_many_batches_at_once_share_transactions_and_keep_their_answers(self, store: Store) -> None:
        answers = await asyncio.gather(
            *(store.add_jobs([NewJob(job=job(), audit=audit()) for _ in range(size)]) for size in range(1, 8))
        )
        assert [len(each) for each in answers] == list(range(1, 8))
        jobs = [outcome[0].job_id for each in answers for outcome in each if not isinstance(outcome, Exception)]
        assert len(set(jobs)) == len(jobs) == 28


def _claim(before: Job) -> JobSave:
    after = before.moved(JobStatus.DISPATCHED, at=NOW, attempt=before.attempt + 1, robot_id=ROBOT)
    record = AttemptRecord(job_id=before.job_id, attempt=after.attempt, robot_id=ROBOT, claimed_at=NOW)
    return JobSave(after=after, expected=before, attempt=record)


class TestListing:
    @pytest.mark.feature("C36")
    async def test_jobs_are_filtered_sorted_and_paged(self, store: Store) -> None:
        for number in range(6):
            status = JobStatus.QUEUED if number % 2 else JobStatus.PENDING
            await added(store, status=status, created_at=NOW + timedelta(minutes=number))
        page, total = await store.list_jobs(
            JobQuery(statuses=frozenset({JobStatus.QUEUED}), sort="created_at", offset=1, limit=1)
        )
        assert total == 3
        assert [each.created_at for each in page] == [NOW + timedelta(minutes=3)]
        assert await store.count_by_status() == {JobStatus.QUEUED: 3, JobStatus.PENDING: 3}

    @pytest.mark.parametrize("text", ["50% off", "50%", "OFF", "fails with 50% o"])
    async def test_text_is_found_as_it_is_written(self, store: Store, text: str) -> None:
        wanted = await added(store, error=ErrorInfo(kind=ErrorKind.BUSINESS, message="It fails with 50% off"))
        await added(store, error=ErrorInfo(kind=ErrorKind.BUSINESS, message="It fails with 5000"))
        page, _ = await store.list_jobs(JobQuery(text=text))
        assert page == [wanted]

    async def test_what_is_empty_is_the_smallest(self, store: Store) -> None:
        late = await added(store, status=JobStatus.RUNNING, started_at=NOW + timedelta(hours=1))
        empty = await added(store)
        early = await added(store, status=JobStatus.RUNNING, started_at=NOW)
        for sort, order in (("started_at", [empty, early, late]), ("-started_at", [late, early, empty])):
            page, _ = await store.list_jobs(JobQuery(sort=sort))
            assert page == order

    async def test_an_unknown_sort_is_named(self, store: Store) -> None:
        with pytest.raises(InvalidRequestError, match=r"'colour'.*created_at"):
            await store.list_jobs(JobQuery(sort="colour"))


class TestWorkflows:
    @pytest.mark.feature("C37", "W34")
    async def test_each_content_is_one_version_and_old_ones_stay_readable(self, store: Store) -> None:
        first = await store.add_version(None, WORKFLOW, audit())
        changed = DEFINITION.model_copy(update={"description": "better"})
        newer = replace(
            WORKFLOW, workflow_id=WorkflowId("ignored"), definition=changed, workflow_hash=changed.content_hash
        )
        second = await store.add_version(None, newer, audit())
        again = await store.add_version(None, newer, audit())
        assert (first.number, second.number, again) == (1, 2, second)
        assert second.workflow_id == first.workflow_id
        assert await store.newest("Prices") == await store.newest(first.workflow_id) == second
        assert await store.version(first.workflow_id, first.workflow_hash) == first
        assert await store.versions(first.workflow_id) == [second, first]
        assert second.definition.content_hash == second.workflow_hash

    async def test_what_a_version_is_written_in_is_kept_and_may_change_without_another_version(
        self, store: Store
    ) -> None:
        first = await store.add_version(None, replace(WORKFLOW, source="# one\nname: Prices\n"), audit())
        retold = await store.add_version(None, replace(WORKFLOW, source="# two\nname: Prices\n"), audit())
        assert (first.source, retold) == ("# one\nname: Prices\n", replace(first, source="# two\nname: Prices\n"))
        await store.add_version(None, WORKFLOW, audit())
        assert await store.versions(first.workflow_id) == [retold]

    async def test_a_removed_workflow_leaves_the_lists_but_not_its_jobs(self, store: Store) -> None:
        kept = await store.add_version(None, WORKFLOW, audit())
        assert await store.remove_workflow(kept.workflow_id, audit())
        assert not await store.remove_workflow(kept.workflow_id, audit())
        assert await store.workflows() == []
        assert await store.newest("Prices") is None
        assert await store.version(kept.workflow_id, kept.workflow_hash) == kept


class TestRobotsAndSchedules:
    @pytest.mark.feature("C39", "C56")
    async def test_a_robot_is_remembered_until_it_is_removed(self, store: Store) -> None:
        robot = Robot(
            robot_id=ROBOT,
            name="Anna",
            status=RobotStatus.BUSY,
            slots=3,
            tags=frozenset({"eu"}),
            registered_at=NOW,
            last_seen_at=NOW,
            metrics={"cpu": 0.5},
        )
        await store.save_robot(robot)
        await store.save_robot(replace(robot, status=RobotStatus.LOST))
        assert await store.robots() == [replace(robot, status=RobotStatus.LOST)]
        assert await store.remove_robot(ROBOT, audit())
        assert await store.robots() == []

    @pytest.mark.feature("C40", "C57")
    async def test_a_schedule_comes_back_as_it_was_kept(self, store: Store) -> None:
        schedule = a_schedule(weekdays=frozenset({1, 5}), time_of_day=time(9, 30), robot_id=ROBOT, variables={"a": [1]})
        await store.save_schedule(schedule)
        assert await store.schedules() == [schedule]
        assert await store.schedule(schedule.schedule_id) == schedule
        assert await store.remove_schedule(schedule.schedule_id, audit())
        assert await store.schedule(schedule.schedule_id) is None

    async def test_an_instant_of_a_schedule_gives_one_job_however_often_it_is_fired(self, store: Store) -> None:
        schedule = a_schedule()
        given = await asyncio.gather(*(store.fire(schedule, considered(NOW), job(), audit()) for _ in range(10)))
        assert sum(each is not None for each in given) == 1
        assert sum((await store.count_by_status()).values()) == 1

    async def test_a_skipped_instant_is_not_fired_later(self, store: Store) -> None:
        schedule = a_schedule()
        assert await store.fire(schedule, considered(NOW, FireOutcome.OVERLAP), None, audit()) is None
        assert await store.fire(schedule, considered(NOW), job(), audit()) is None
        assert await store.count_by_status() == {}
        assert [each.outcome for each in await store.fires(schedule.schedule_id)] == [FireOutcome.OVERLAP]

    async def test_the_history_of_a_schedule_is_read_newest_first_and_bounded(self, store: Store) -> None:
        schedule, instants = a_schedule(), [NOW + timedelta(minutes=place) for place in range(5)]
        for at in instants:
            await store.fire(schedule, considered(at), job(), audit())
        newest = await store.fires(schedule.schedule_id, limit=2)
        assert [each.fire_at for each in newest] == [instants[4], instants[3]]
        older = await store.fires(schedule.schedule_id, before=newest[-1].fire_at)
        assert [each.fire_at for each in older] == instants[2::-1]
        assert await store.newest_jobs() == {schedule.schedule_id: newest[0].job_id}
        await store.prune_fires(schedule.schedule_id, keep=3)
        assert [each.fire_at for each in await store.fires(schedule.schedule_id)] == instants[:1:-1]


def considered(at: datetime, outcome: FireOutcome = FireOutcome.FIRED) -> FireRecord:
    return FireRecord(schedule_id=ScheduleId("s1"), fire_at=at, considered_at=NOW, outcome=outcome)


def a_schedule(**changes: Any) -> Schedule:
    blank = Schedule(
        schedule_id=ScheduleId("s1"),
        name="Mornings",
        workflow_id=WORKFLOW.workflow_id,
        frequency=ScheduleFrequency.WEEKLY,
        timezone="Europe/Berlin",
        overlap_policy=OverlapPolicy.SKIP,
        next_run_at=NOW,
        created_at=NOW,
        updated_at=NOW,
    )
    return replace(blank, **changes)


class TestLogsAndFigures:
    async def test_log_lines_are_read_newest_first_page_or_behind_a_cursor(self, store: Store) -> None:
        lines = [
            LogEntry(at=NOW, level=LogLevel.INFO, message=f"line {n}", job_id="j", fields={"n": n}) for n in range(5)
        ]
        await store.add_logs(ROBOT, lines[:3], 0)
        seen, cursor = await store.logs(job_id=JobId("j"), limit=2)
        assert seen == lines[1:3]
        await store.add_logs(ROBOT, lines[3:], 0)
        more, _ = await store.logs(robot_id=ROBOT, after=cursor)
        assert more == lines[3:]

    async def test_dropped_lines_are_told(self, store: Store) -> None:
        await store.add_logs(ROBOT, [LogEntry(at=NOW, level=LogLevel.INFO, message="x")], 7)
        lines, _ = await store.logs(robot_id=ROBOT)
        assert "7 log lines were dropped" in lines[-1].message

    async def test_a_file_of_a_job_is_remembered_once_by_name(self, store: Store) -> None:
        for size in (1, 2):
            await store.add_artifact(JobId("j"), 1, Artifact(name="shot.jpg", kind="screenshot", size=size))
        assert await store.artifacts(JobId("j")) == [(1, Artifact(name="shot.jpg", kind="screenshot", size=2))]

    @pytest.mark.feature("C46")
    async def test_what_happened_is_read_newest_first_and_paged(self, store: Store) -> None:
        for number in range(3):
            await store.add_audit(audit(f"k{number}", details={"n": number}))
        newest = await store.activity(limit=2)
        older = await store.activity(before=newest[-1][0])
        assert [entry.kind for _, entry in [*newest, *older]] == ["k2", "k1", "k0"]
