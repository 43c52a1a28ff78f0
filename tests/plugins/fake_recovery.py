"""Checkpoints, recoveries and questions in memory: the fakes of the engine's ports for them."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import count

from orchestrator.contract.checkpoints import CheckpointKind
from orchestrator.contract.ids import JobId
from orchestrator.contract.questions import Question, QuestionStatus
from orchestrator.contract.recovery import RecoveryRecord
from orchestrator.domain.checkpoints import Checkpoint
from orchestrator.domain.job import Job
from orchestrator.engine.ports.audit import AuditEntry


class FakeCheckpoints:
    """Implements `CheckpointStore`; `job` tells how a job stands."""

    def __init__(self, job: Callable[[JobId], Job | None]) -> None:
        self._job = job
        self._numbers = count(1)
        self.kept: dict[str, tuple[Checkpoint, bytes]] = {}

    async def add(self, checkpoint: Checkpoint, state: bytes) -> Checkpoint | None:
        if checkpoint.checkpoint_id in self.kept:
            return self.kept[checkpoint.checkpoint_id][0]
        job = self._job(checkpoint.job_id)
        wanted = (checkpoint.facts.attempt, checkpoint.robot_id)
        if job is None or not job.status.is_live or (job.attempt, job.robot_id) != wanted:
            return None
        kept = replace(checkpoint, number=next(self._numbers))
        self.kept[checkpoint.checkpoint_id] = (kept, state)
        return kept

    async def one(self, checkpoint_id: str) -> Checkpoint | None:
        return self.kept[checkpoint_id][0] if checkpoint_id in self.kept else None

    async def state(self, checkpoint_id: str) -> bytes | None:
        return self.kept[checkpoint_id][1] if checkpoint_id in self.kept else None

    async def listing(
        self, *, job_id: JobId | None = None, kind: CheckpointKind | None = None, limit: int | None = None
    ) -> Sequence[Checkpoint]:
        found = [
            each
            for each, _ in self.kept.values()
            if (job_id is None or each.job_id == job_id) and (kind is None or each.kind is kind)
        ]
        return sorted(found, key=lambda each: -each.number)[:limit]

    async def newest_of_open_jobs(self) -> Sequence[Checkpoint]:
        newest: dict[JobId, Checkpoint] = {}
        for each in reversed(await self.listing()):
            job = self._job(each.job_id)
            if job is not None and not job.status.has_ended:
                newest[each.job_id] = each
        return list(newest.values())

    async def remove(self, checkpoint_ids: Collection[str]) -> int:
        return sum(self.kept.pop(each, None) is not None for each in checkpoint_ids)


class FakeRecoveries:
    """Implements `RecoveryStore`."""

    def __init__(self) -> None:
        self.records: list[RecoveryRecord] = []

    async def add(self, records: Sequence[RecoveryRecord]) -> None:
        self.records.extend(records)

    async def listing(
        self, *, job_id: JobId | None = None, since: datetime | None = None, limit: int = 1_000
    ) -> Sequence[RecoveryRecord]:
        found = [
            each
            for each in reversed(self.records)
            if (job_id is None or each.job_id == job_id) and (since is None or each.at >= since)
        ]
        return found[:limit]

    async def remove_before(self, moment: datetime) -> int:
        before = len(self.records)
        self.records = [each for each in self.records if each.at >= moment]
        return before - len(self.records)


class FakeQuestions:
    """Implements `QuestionStore`."""

    def __init__(self, note: Callable[[AuditEntry | None], None]) -> None:
        self._note = note
        self.kept: dict[str, Question] = {}

    async def add(self, question: Question, audit: AuditEntry) -> Question:
        if question.question_id not in self.kept:
            self.kept[question.question_id] = question
            self._note(audit)
        return self.kept[question.question_id]

    async def one(self, question_id: str) -> Question | None:
        return self.kept.get(question_id)

    async def close(self, question: Question, audit: AuditEntry) -> bool:
        known = self.kept.get(question.question_id)
        if known is None or known.status is not QuestionStatus.OPEN:
            return False
        self.kept[question.question_id] = question
        self._note(audit)
        return True

    async def listing(
        self, *, status: QuestionStatus | None = None, job_id: JobId | None = None, limit: int = 1_000
    ) -> Sequence[Question]:
        found = [
            each
            for each in self.kept.values()
            if (status is None or each.status is status) and (job_id is None or each.job_id == job_id)
        ]
        return sorted(found, key=lambda each: (each.asked_at, each.question_id))[:limit]
