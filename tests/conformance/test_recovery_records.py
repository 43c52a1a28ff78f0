"""What every store promises about checkpoints, recoveries and questions; the engine's fake promises the same."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from fake_store import FakeStore
from plain_jobs import running_job

from orchestrator.contract.checkpoints import CheckpointFacts, CheckpointKind
from orchestrator.contract.errors import ErrorKind
from orchestrator.contract.ids import JobId, RobotId, new_id
from orchestrator.contract.questions import Question, QuestionKind, QuestionStatus, QuestionText
from orchestrator.contract.recovery import RecoveryRecord, RecoveryStrategy
from orchestrator.contract.states import JobStatus
from orchestrator.domain.checkpoints import Checkpoint
from orchestrator.domain.job import Job
from orchestrator.engine.ports.audit import AuditEntry
from orchestrator.engine.ports.store import Store
from orchestrator.store.services import OrchestratorService

NOW = datetime(2026, 3, 1, 12, 0, 0, 123_456, tzinfo=UTC)
ROBOT = RobotId("r1")
AUDIT = AuditEntry(at=NOW, kind="test", message="It happened.")


@pytest.fixture
def stores(store: OrchestratorService) -> tuple[Store, ...]:
    """A real store, and the one that the engine's tests use."""
    return (store, FakeStore())


def checkpoint(job: Job, kind: CheckpointKind = CheckpointKind.AUTOMATIC, **changes: object) -> Checkpoint:
    facts = CheckpointFacts(
        checkpoint_id=new_id(), job_id=job.job_id, attempt=job.attempt, kind=kind, taken_at=NOW, done=("a",)
    )
    fields: dict[str, object] = {"robot_id": ROBOT, **changes}
    return Checkpoint(facts=facts, kept_at=NOW, size=7, **fields)  # type: ignore[arg-type]  # fields by name


async def test_a_checkpoint_comes_back_as_it_was_with_its_place_in_the_order(stores: tuple[Store, ...]) -> None:
    for either in stores:
        job = await running_job(either, NOW)
        first = await either.checkpoints.add(checkpoint(job), b"\x00one")
        second = await either.checkpoints.add(checkpoint(job, CheckpointKind.MILESTONE), b"two")
        assert first is not None
        assert second is not None
        assert second.number > first.number
        assert await either.checkpoints.one(first.checkpoint_id) == first
        assert await either.checkpoints.state(first.checkpoint_id) == b"\x00one"
        assert await either.checkpoints.listing(job_id=job.job_id) == [second, first]
        assert await either.checkpoints.listing(kind=CheckpointKind.MILESTONE) == [second]
        assert await either.checkpoints.listing(limit=1) == [second]
        assert await either.checkpoints.newest_of_open_jobs() == [second]
        assert await either.checkpoints.remove([first.checkpoint_id, "none"]) == 1
        assert await either.checkpoints.one(first.checkpoint_id) is None
        assert await either.checkpoints.state(first.checkpoint_id) is None


async def test_a_checkpoint_is_fenced_by_attempt_robot_and_life(stores: tuple[Store, ...]) -> None:
    for either in stores:
        job = await running_job(either, NOW)
        queued = await running_job(either, NOW, status=JobStatus.QUEUED)
        assert await either.checkpoints.add(checkpoint(replace(job, attempt=2)), b"") is None
        assert await either.checkpoints.add(checkpoint(job, robot_id=RobotId("r2")), b"") is None
        assert await either.checkpoints.add(checkpoint(queued), b"") is None
        once = checkpoint(job)
        kept = await either.checkpoints.add(once, b"first")
        assert await either.checkpoints.add(once, b"second") == kept
        assert await either.checkpoints.state(once.checkpoint_id) == b"first"


async def test_records_of_recoveries_are_kept_newest_first_and_forgotten_by_age(stores: tuple[Store, ...]) -> None:
    for either in stores:

        def record(job: str, at: datetime) -> RecoveryRecord:
            return RecoveryRecord(
                job_id=job,
                attempt=1,
                strategy=RecoveryStrategy.RETRY,
                error_kind=ErrorKind.TIMEOUT,
                succeeded=True,
                at=at,
            )

        old, new = record("a", NOW - timedelta(days=2)), record("b", NOW)
        await either.recoveries.add([old, new])
        await either.recoveries.add([])
        assert await either.recoveries.listing() == [new, old]
        assert await either.recoveries.listing(job_id=JobId("a")) == [old]
        assert await either.recoveries.listing(since=NOW) == [new]
        assert await either.recoveries.remove_before(NOW) == 1
        assert await either.recoveries.listing() == [new]


async def test_a_question_is_kept_once_and_closed_once(stores: tuple[Store, ...]) -> None:
    for either in stores:
        question = Question(
            question_id="q",
            job_id="j",
            attempt=1,
            step_id="s",
            text=QuestionText(kind=QuestionKind.APPROVE, question="Yes?", deadline_s=60),
            asked_at=NOW,
            deadline_at=NOW + timedelta(seconds=60),
        )
        assert await either.questions.add(question, AUDIT) == question
        assert await either.questions.add(question.model_copy(update={"step_id": "other"}), AUDIT) == question
        closed = question.model_copy(update={"status": QuestionStatus.ANSWERED, "answer": "yes", "answered_by": "Ada"})
        assert await either.questions.close(closed, AUDIT)
        assert not await either.questions.close(question.model_copy(update={"status": QuestionStatus.EXPIRED}), AUDIT)
        assert await either.questions.one("q") == closed
        assert await either.questions.listing(status=QuestionStatus.OPEN) == []
        assert await either.questions.listing(job_id=JobId("j")) == [closed]
