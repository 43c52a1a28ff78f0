"""What every store promises about forgetting: what is old goes with all that hangs on it, the rest stays."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from plain_jobs import running_job

from orchestrator.contract.ids import RobotId, ScheduleId
from orchestrator.contract.questions import Question, QuestionKind, QuestionStatus, QuestionText
from orchestrator.contract.results import Artifact, JobResult, LogEntry, LogLevel
from orchestrator.contract.states import JobStatus
from orchestrator.domain.job import Job
from orchestrator.domain.triggers import FiringOutcome, TriggerId
from orchestrator.engine.ports.audit import AuditEntry
from orchestrator.engine.ports.dead_letters import Discard
from orchestrator.engine.ports.triggers import Firing
from orchestrator.store.schema import metadata
from orchestrator.store.services import OrchestratorService

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
DAY = timedelta(days=1)
ROBOT = RobotId("r1")
AUDIT = AuditEntry(at=NOW, kind="test", message="It happened.")
OPERATING = Path(__file__).parents[2] / "docs" / "operating.md"


async def ended(store: OrchestratorService, status: JobStatus, at: datetime) -> Job:
    kept = await running_job(store, at)
    result = JobResult(
        job_id=kept.job_id, attempt=1, status=JobStatus.COMPLETED, started_at=at, finished_at=at, execution_time_s=1
    )
    return await store.save_job(replace(kept, status=status, finished_at=at), expected=kept, result=result)


async def test_a_job_goes_with_everything_that_hangs_on_it(store: OrchestratorService) -> None:
    old = await ended(store, JobStatus.COMPLETED, NOW - 10 * DAY)
    young = await ended(store, JobStatus.COMPLETED, NOW)
    for job in (old, young):
        await store.add_logs(ROBOT, [LogEntry(at=NOW, level=LogLevel.INFO, message="A line.", job_id=job.job_id)], 0)
        file = Artifact(name="a.txt", kind="file", media_type="text/plain", size=1, sha256="0" * 64)
        await store.add_artifact(job.job_id, 1, file)
    assert await store.retention.remove_jobs(NOW - DAY, most=10) == [old.job_id]
    assert await store.retention.remove_jobs(NOW - DAY, most=10) == []
    assert await store.job(old.job_id) is None
    assert await store.result(old.job_id) is None
    assert await store.artifacts(old.job_id) == []
    lines, _ = await store.logs(job_id=old.job_id)
    assert lines == []
    assert await store.result(young.job_id) is not None
    assert len(await store.artifacts(young.job_id)) == 1


async def test_the_oldest_go_first_and_no_more_than_asked_for(store: OrchestratorService) -> None:
    jobs = [await ended(store, JobStatus.FAILED, NOW - days * DAY) for days in (3, 9, 6)]
    assert await store.retention.remove_jobs(NOW - DAY, most=2) == [jobs[1].job_id, jobs[2].job_id]


async def test_a_dead_letter_stays_until_somebody_has_decided(store: OrchestratorService) -> None:
    dead = await ended(store, JobStatus.DEAD_LETTER, NOW - 10 * DAY)
    assert await store.retention.remove_jobs(NOW, most=10) == []
    word = Discard(job_id=dead.job_id, attempt=1, reason="old", actor="ada", at=NOW)
    await store.operations.dead_letters.discard(word, AUDIT)
    assert await store.retention.remove_jobs(NOW, most=10) == [dead.job_id]


async def test_old_log_lines_go_and_new_ones_stay(store: OrchestratorService) -> None:
    for days in (9, 8, 1):
        await store.add_logs(ROBOT, [LogEntry(at=NOW - days * DAY, level=LogLevel.INFO, message=f"{days}")], 0)
    assert await store.retention.remove_logs(NOW - 2 * DAY, most=2) == 2
    assert await store.retention.remove_logs(NOW - 2 * DAY, most=2) == 0
    lines, _ = await store.logs(robot_id=ROBOT)
    assert [line.message for line in lines] == ["1"]


async def test_closed_questions_go_and_open_ones_stay(store: OrchestratorService) -> None:
    for status in (QuestionStatus.OPEN, QuestionStatus.ANSWERED):
        question = Question(
            question_id=status.value,
            job_id="j",
            attempt=1,
            step_id="s",
            status=status,
            asked_at=NOW - 9 * DAY,
            deadline_at=NOW,
            text=QuestionText(kind=QuestionKind.ANSWER, question="Who?", deadline_s=60),
        )
        await store.questions.add(question, AUDIT)
    assert await store.retention.remove_questions(NOW, most=10) == 1
    assert await store.questions.one(QuestionStatus.OPEN.value) is not None


async def test_firings_go_by_age_or_by_number(store: OrchestratorService) -> None:
    for trigger_id in ("a", "b"):
        firings = [
            Firing(
                trigger_id=TriggerId(trigger_id), event_key=f"{days}", at=NOW - days * DAY, outcome=FiringOutcome.FIRED
            )
            for days in (1, 5, 9)
        ]
        await store.triggers.note_present(firings)
    assert await store.retention.remove_firings(NOW - 4 * DAY, besides=[TriggerId("b")], most=10) == 2
    assert await store.retention.remove_surplus_firings(TriggerId("b"), keep=2) == 1
    left = {name: await store.triggers.known_keys(TriggerId(name), ["1", "5", "9"]) for name in ("a", "b")}
    assert left == {"a": {"1"}, "b": {"1", "5"}}


async def test_an_empty_store_has_nothing_to_forget(store: OrchestratorService) -> None:
    assert await store.retention.remove_orphaned_fires(NOW, most=10) == 0
    assert await store.retention.remove_failure_groups(NOW, most=10) == 0
    assert await store.retention.remove_surplus_firings(TriggerId("a"), keep=1) == 0
    assert await store.fires(ScheduleId("s"), limit=1) == []


def test_every_table_has_a_rule_of_how_long_its_rows_are_kept() -> None:
    text = OPERATING.read_text(encoding="utf-8")
    told = text.split("## What is kept, and for how long")[1].split("\n## ")[0]
    missing = {name for name in metadata.tables if f"`{name}`" not in told}
    assert missing == set()
