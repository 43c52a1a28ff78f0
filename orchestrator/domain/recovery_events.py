"""What has happened to checkpoints, recoveries and questions, as events."""

from dataclasses import dataclass
from typing import ClassVar

from orchestrator.contract.questions import Question
from orchestrator.contract.recovery import RecoveryRecord
from orchestrator.domain.checkpoints import Checkpoint
from orchestrator.domain.events import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckpointTaken(Event):
    """A checkpoint is kept."""

    topic: ClassVar[str] = "orchestration.checkpoint_created"

    checkpoint: Checkpoint


@dataclass(frozen=True, slots=True, kw_only=True)
class RecoveryTried(Event):
    """A strategy was tried, inside an attempt or by another one, and it is known whether it helped."""

    topic: ClassVar[str] = "orchestration.recovery"

    record: RecoveryRecord

    @property
    def names(self) -> tuple[str, ...]:
        """`orchestration.recovery`, and how it ended."""
        return (self.topic, f"{self.topic}_{'succeeded' if self.record.succeeded else 'failed'}")


@dataclass(frozen=True, slots=True, kw_only=True)
class RecoveryBegun(Event):
    """A job is about to be recovered by another attempt."""

    topic: ClassVar[str] = "orchestration.recovery_initiated"

    record: RecoveryRecord
    """With `succeeded` still false."""


@dataclass(frozen=True, slots=True, kw_only=True)
class QuestionChanged(Event):
    """A question was asked, answered, expired or withdrawn."""

    topic: ClassVar[str] = "questions.changed"

    question: Question

    @property
    def names(self) -> tuple[str, ...]:
        """`questions.changed`, and the status: `questions.open`, `questions.answered`."""
        return (self.topic, f"questions.{self.question.status}")
