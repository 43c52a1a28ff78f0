"""What is remembered of checkpoints, recoveries and questions."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Protocol

from orchestrator.contract.checkpoints import CheckpointKind
from orchestrator.contract.ids import JobId
from orchestrator.contract.questions import Question, QuestionStatus
from orchestrator.contract.recovery import RecoveryRecord
from orchestrator.domain.checkpoints import Checkpoint
from orchestrator.engine.ports.audit import AuditEntry


class CheckpointStore(Protocol):
    """Checkpoints with their content, as bytes that nobody here reads."""

    async def add(self, checkpoint: Checkpoint, state: bytes) -> Checkpoint | None:
        """Keep a checkpoint of an attempt that is live on its robot, with its number; a repeat gives the first one.

        None when the attempt is not the job's newest any more, belongs to another robot, or has ended.
        """
        ...

    async def one(self, checkpoint_id: str) -> Checkpoint | None: ...

    async def state(self, checkpoint_id: str) -> bytes | None:
        """The content, as it came."""
        ...

    async def listing(
        self, *, job_id: JobId | None = None, kind: CheckpointKind | None = None, limit: int | None = None
    ) -> Sequence[Checkpoint]:
        """Checkpoints, newest first."""
        ...

    async def newest_of_open_jobs(self) -> Sequence[Checkpoint]:
        """The newest checkpoint of each job that has not ended."""
        ...

    async def remove(self, checkpoint_ids: Collection[str]) -> int:
        """Forget checkpoints; how many there were."""
        ...


class RecoveryStore(Protocol):
    """What was tried to recover, and whether it helped."""

    async def add(self, records: Sequence[RecoveryRecord]) -> None: ...

    async def listing(
        self, *, job_id: JobId | None = None, since: datetime | None = None, limit: int = 1_000
    ) -> Sequence[RecoveryRecord]:
        """Records, newest first."""
        ...

    async def remove_before(self, moment: datetime) -> int:
        """Forget old records; how many."""
        ...


class QuestionStore(Protocol):
    """Questions to people."""

    async def add(self, question: Question, audit: AuditEntry) -> Question:
        """Keep a new question; a known id gives the one that is kept."""
        ...

    async def one(self, question_id: str) -> Question | None: ...

    async def close(self, question: Question, audit: AuditEntry) -> bool:
        """Replace an open question by its closed self; False when it is open no more, and nothing is written."""
        ...

    async def listing(
        self, *, status: QuestionStatus | None = None, job_id: JobId | None = None, limit: int = 1_000
    ) -> Sequence[Question]:
        """Questions, oldest first."""
        ...
