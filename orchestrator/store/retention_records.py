"""Queries that forget what is old, and the room behind the engine's port for them."""

import logging
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from sqlalchemy import Connection, Table, and_, delete, exists, select, tuple_

from orchestrator.contract.ids import JobId
from orchestrator.contract.questions import QuestionStatus
from orchestrator.contract.states import FINAL_STATES, JobStatus
from orchestrator.domain.triggers import TriggerId
from orchestrator.engine.errors import StorageError
from orchestrator.engine.ports.search import Feed
from orchestrator.store import search_rows
from orchestrator.store.database import Database
from orchestrator.store.figures import FigureRecords
from orchestrator.store.job_places import JobPlaces
from orchestrator.store.schema import artifacts, attempts, fires, jobs, logs, results, schedules, steps
from orchestrator.store.schema_artifacts import incident_pins
from orchestrator.store.schema_operations import discards, failure_groups, failure_places
from orchestrator.store.schema_recovery import checkpoints, questions, recoveries
from orchestrator.store.schema_triggers import trigger_firings
from orchestrator.store.search_index import Entry
from orchestrator.store.search_records import SearchRecords

logger = logging.getLogger(__name__)

Indexed = Mapping[Feed, Sequence[Entry]]
"""What the index for searching has to forget too."""
_OF_A_JOB: tuple[Table, ...] = (attempts, results, steps, artifacts, logs, checkpoints, recoveries, questions, discards)
"""Goes with its job."""


class RetentionRecords:
    """The shipped `engine.ports.retention.RetentionStore`; what each method promises is written there."""

    def __init__(self, database: Database, search: SearchRecords, figures: FigureRecords, places: JobPlaces) -> None:
        self._database = database
        self._search = search
        self._figures = figures
        self._places = places

    async def remove_jobs(self, ended_before: datetime, *, most: int) -> Sequence[JobId]:
        gone, entries = await self._database.write(lambda connection: _remove_jobs(connection, ended_before, most))
        if gone:
            self._figures.forget_totals()
            self._places.forget()
        await self._forget(entries)
        return gone

    async def remove_logs(self, before: datetime, *, most: int) -> int:
        count, entries = await self._database.write(lambda connection: _remove_logs(connection, before, most))
        await self._forget(entries)
        return count

    async def _forget(self, entries: Indexed) -> None:
        """The rows are gone; words of theirs that stay in the index take room and lead nowhere."""
        try:
            await self._search.forget(entries)
        except StorageError as error:
            logger.info("The index for searching keeps words of rows that are gone: %s", error)

    async def remove_questions(self, asked_before: datetime, *, most: int) -> int:
        old = (
            select(questions.c.question_id)
            .where(questions.c.asked_at < asked_before, questions.c.status != QuestionStatus.OPEN.value)
            .limit(most)
        )
        query = delete(questions).where(questions.c.question_id.in_(old))
        return await self._database.write(lambda connection: connection.execute(query).rowcount)

    async def remove_firings(self, before: datetime, *, besides: Collection[TriggerId], most: int) -> int:
        key = tuple_(trigger_firings.c.trigger_id, trigger_firings.c.event_key)
        old = (
            select(trigger_firings.c.trigger_id, trigger_firings.c.event_key)
            .where(trigger_firings.c.at < before, trigger_firings.c.trigger_id.not_in(list(besides)))
            .limit(most)
        )
        query = delete(trigger_firings).where(key.in_(old))
        return await self._database.write(lambda connection: connection.execute(query).rowcount)

    async def remove_surplus_firings(self, trigger_id: TriggerId, *, keep: int) -> int:
        return await self._database.write(lambda connection: _remove_surplus(connection, trigger_id, keep))

    async def remove_orphaned_fires(self, before: datetime, *, most: int) -> int:
        key = tuple_(fires.c.schedule_id, fires.c.fire_at)
        has_schedule = exists().where(schedules.c.schedule_id == fires.c.schedule_id)
        old = select(fires.c.schedule_id, fires.c.fire_at).where(fires.c.fire_at < before, ~has_schedule).limit(most)
        query = delete(fires).where(key.in_(old))
        return await self._database.write(lambda connection: connection.execute(query).rowcount)

    async def remove_failure_groups(self, seen_before: datetime, *, most: int) -> int:
        return await self._database.write(lambda connection: _remove_groups(connection, seen_before, most))


def _remove_jobs(connection: Connection, ended_before: datetime, most: int) -> tuple[Sequence[JobId], Indexed]:
    is_decided = exists().where(discards.c.job_id == jobs.c.job_id, discards.c.attempt == jobs.c.attempt)
    waits = and_(jobs.c.status == JobStatus.DEAD_LETTER.value, ~is_decided)
    old = (
        select(jobs.c.job_id)
        .where(
            jobs.c.finished_at < ended_before,
            jobs.c.status.in_(sorted(each.value for each in FINAL_STATES)),
            ~waits,
            jobs.c.job_id.not_in(select(incident_pins.c.job_id)),
        )
        .order_by(jobs.c.finished_at)
        .limit(most)
    )
    gone = connection.execute(old).scalars().all()
    entries: Indexed = {}
    if gone:
        entries = search_rows.of_jobs(connection, [JobId(job_id) for job_id in gone])
        for table in (*_OF_A_JOB, jobs):
            connection.execute(delete(table).where(table.c.job_id.in_(gone)))
    return [JobId(job_id) for job_id in gone], entries


def _remove_logs(connection: Connection, before: datetime, most: int) -> tuple[int, Indexed]:
    """Lines are numbered as they come: a page of the oldest that has nothing old in it ends the search."""
    page = connection.execute(select(logs.c.number, logs.c.at).order_by(logs.c.number).limit(most)).all()
    old = [number for number, at in page if at < before]
    entries: Indexed = {}
    if old:
        entries = search_rows.of_lines(connection, old[-1], before)
        connection.execute(delete(logs).where(logs.c.number <= old[-1], logs.c.at < before))
    return len(old), entries


def _remove_surplus(connection: Connection, trigger_id: TriggerId, keep: int) -> int:
    of_it = select(trigger_firings.c.at).where(trigger_firings.c.trigger_id == trigger_id)
    last = connection.execute(
        of_it.order_by(trigger_firings.c.at.desc()).offset(keep - 1).limit(1)
    ).scalar_one_or_none()
    if last is None:
        return 0
    surplus = delete(trigger_firings).where(trigger_firings.c.trigger_id == trigger_id, trigger_firings.c.at < last)
    return connection.execute(surplus).rowcount


def _remove_groups(connection: Connection, seen_before: datetime, most: int) -> int:
    old = select(failure_groups.c.fingerprint).where(failure_groups.c.last_seen_at < seen_before).limit(most)
    gone = connection.execute(old).scalars().all()
    if gone:
        for table in (failure_places, failure_groups):
            connection.execute(delete(table).where(table.c.fingerprint.in_(gone)))
    return len(gone)
