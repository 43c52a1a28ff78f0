"""Queries over what was tried to recover and what people were asked, and the rooms behind the engine's ports."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, RowMapping, delete, insert, select, update

from orchestrator.contract.ids import JobId
from orchestrator.contract.questions import Question, QuestionStatus
from orchestrator.contract.recovery import RecoveryRecord
from orchestrator.engine.ports.audit import AuditEntry
from orchestrator.store import audit as audits
from orchestrator.store.database import Database
from orchestrator.store.schema_recovery import questions, recoveries


class RecoveryRecords:
    """The shipped `engine.ports.recovery.RecoveryStore`; what each method promises is written there."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, records: Sequence[RecoveryRecord]) -> None:
        rows = [_row_of(record) for record in records]
        if rows:
            await self._database.write(lambda connection: connection.execute(insert(recoveries), rows).close())

    async def listing(
        self, *, job_id: JobId | None = None, since: datetime | None = None, limit: int = 1_000
    ) -> Sequence[RecoveryRecord]:
        query = select(recoveries).order_by(recoveries.c.number.desc()).limit(limit)
        if job_id is not None:
            query = query.where(recoveries.c.job_id == job_id)
        if since is not None:
            query = query.where(recoveries.c.at >= since)

        def work(connection: Connection) -> list[RecoveryRecord]:
            return [_record_of(row) for row in connection.execute(query).mappings()]

        return await self._database.read(work)

    async def remove_before(self, moment: datetime) -> int:
        query = delete(recoveries).where(recoveries.c.at < moment)
        return await self._database.write(lambda connection: connection.execute(query).rowcount)


class QuestionRecords:
    """The shipped `engine.ports.recovery.QuestionStore`; what each method promises is written there."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, question: Question, audit: AuditEntry) -> Question:
        def work(connection: Connection) -> Question:
            known = _question(connection, question.question_id)
            if known is not None:
                return known
            connection.execute(insert(questions), _question_row(question))
            audits.add(connection, audit)
            return question

        return await self._database.write(work)

    async def one(self, question_id: str) -> Question | None:
        return await self._database.read(lambda connection: _question(connection, question_id))

    async def close(self, question: Question, audit: AuditEntry) -> bool:
        guard = (questions.c.question_id == question.question_id, questions.c.status == QuestionStatus.OPEN.value)

        def work(connection: Connection) -> bool:
            closed = connection.execute(update(questions).where(*guard).values(**_question_row(question))).rowcount == 1
            audits.add(connection, audit if closed else None)
            return closed

        return await self._database.write(work)

    async def listing(
        self, *, status: QuestionStatus | None = None, job_id: JobId | None = None, limit: int = 1_000
    ) -> Sequence[Question]:
        query = select(questions.c.question).order_by(questions.c.asked_at, questions.c.question_id).limit(limit)
        if status is not None:
            query = query.where(questions.c.status == status.value)
        if job_id is not None:
            query = query.where(questions.c.job_id == job_id)

        def work(connection: Connection) -> list[Question]:
            return [Question.model_validate(document) for document in connection.execute(query).scalars()]

        return await self._database.read(work)


def _row_of(record: RecoveryRecord) -> dict[str, object]:
    return {
        "job_id": record.job_id,
        "attempt": record.attempt,
        "step_id": record.step_id,
        "side": record.side.value,
        "strategy": record.strategy.value,
        "error_kind": record.error_kind.value,
        "succeeded": record.succeeded,
        "at": record.at,
        "duration_s": record.duration_s,
        "note": record.note,
    }


def _record_of(row: RowMapping) -> RecoveryRecord:
    return RecoveryRecord.model_validate({name: row[name] for name in RecoveryRecord.model_fields})


def _question_row(question: Question) -> dict[str, object]:
    return {
        "question_id": question.question_id,
        "job_id": question.job_id,
        "status": question.status.value,
        "asked_at": question.asked_at,
        "question": question.model_dump(mode="json"),
    }


def _question(connection: Connection, question_id: str) -> Question | None:
    query = select(questions.c.question).where(questions.c.question_id == question_id)
    document = connection.execute(query).scalar_one_or_none()
    return None if document is None else Question.model_validate(document)
