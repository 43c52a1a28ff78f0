"""Queries over triggers and firings, and the room behind the engine's port for them."""

from collections.abc import Collection, Sequence
from dataclasses import asdict, replace

from pydantic import TypeAdapter
from sqlalchemy import Connection, RowMapping, delete, func, insert, select

from orchestrator.contract.ids import JobId
from orchestrator.contract.states import JobStatus
from orchestrator.domain.job import Job
from orchestrator.domain.triggers import FiringOutcome, Trigger, TriggerId
from orchestrator.engine.errors import ConflictError
from orchestrator.engine.ports.audit import AuditEntry
from orchestrator.engine.ports.jobs import NewJob
from orchestrator.engine.ports.triggers import EndedJob, Firing
from orchestrator.store import audit as audits
from orchestrator.store import job_batches
from orchestrator.store.database import Database
from orchestrator.store.job_places import JobPlaces
from orchestrator.store.schema import audit
from orchestrator.store.schema_triggers import marks, trigger_firings, triggers
from orchestrator.store.upsert import upsert

_TRIGGER: TypeAdapter[Trigger] = TypeAdapter(Trigger)
_MARK = "job-ends"
_ENDS = ("job.completed", "job.failed", "job.cancelled", "job.timeout", "job.dead_letter")
"""The audit is written in the transaction of the end itself: it is the outbox of ends."""


class TriggerRecords:
    """The shipped `engine.ports.triggers.TriggerStore`; what each method promises is written there."""

    def __init__(self, database: Database, places: JobPlaces) -> None:
        self._database = database
        self._places = places

    async def save(self, trigger: Trigger, audit: AuditEntry) -> None:
        def work(connection: Connection) -> None:
            _save(connection, trigger)
            audits.add(connection, audit)

        await self._database.write(work)

    async def every(self) -> Sequence[Trigger]:
        return await self._database.read(_every)

    async def remove(self, trigger_id: TriggerId, audit: AuditEntry) -> bool:
        def work(connection: Connection) -> bool:
            gone = connection.execute(delete(triggers).where(triggers.c.trigger_id == trigger_id)).rowcount == 1
            audits.add(connection, audit if gone else None)
            return gone

        return await self._database.write(work)

    async def fire(
        self, firing: Firing, job: Job | None, *, key: str | None, audit: AuditEntry
    ) -> tuple[Firing, Job | None]:
        def work(connection: Connection) -> tuple[Firing, Job | None]:
            known = _firing(connection, firing.trigger_id, firing.event_key)
            if known is not None:
                return known, None
            kept = _added(connection, NewJob(job=job, idempotency_key=key, audit=audit)) if job is not None else None
            audits.add(connection, audit if job is None else None)
            noted = replace(firing, job_id=kept.job_id if kept else None)
            _note(connection, noted)
            return noted, kept

        try:
            return await self._database.write(work)
        finally:
            self._places.touch([job.created_at] if job is not None else ())

    async def note_present(self, firings: Sequence[Firing]) -> None:
        def work(connection: Connection) -> None:
            for firing in firings:
                if _firing(connection, firing.trigger_id, firing.event_key) is None:
                    _note(connection, firing)

        await self._database.write(work)

    async def known_keys(self, trigger_id: TriggerId, keys: Collection[str]) -> frozenset[str]:
        return await self._database.read(lambda connection: _known_keys(connection, trigger_id, keys))

    async def firings(self, trigger_id: TriggerId, *, limit: int = 100) -> Sequence[Firing]:
        query = (
            select(trigger_firings)
            .where(trigger_firings.c.trigger_id == trigger_id, trigger_firings.c.outcome != FiringOutcome.PRESENT.value)
            .order_by(trigger_firings.c.at.desc(), trigger_firings.c.event_key.desc())
            .limit(limit)
        )
        return await self._database.read(
            lambda connection: [_firing_of(row) for row in connection.execute(query).mappings()]
        )

    async def origin(self, job_id: JobId) -> Firing | None:
        query = select(trigger_firings).where(trigger_firings.c.job_id == job_id)
        row = await self._database.read(lambda connection: connection.execute(query).mappings().first())
        return None if row is None else _firing_of(row)

    async def followers(self, job_id: JobId) -> Sequence[Firing]:
        query = select(trigger_firings).where(trigger_firings.c.source_job_id == job_id).order_by(trigger_firings.c.at)
        return await self._database.read(
            lambda connection: [_firing_of(row) for row in connection.execute(query).mappings()]
        )

    async def ends_after(self, number: int, *, limit: int) -> Sequence[EndedJob]:
        query = (
            select(audit.c.number, audit.c.at, audit.c.job_id, audit.c.kind)
            .where(audit.c.number > number, audit.c.kind.in_(_ENDS), audit.c.job_id.is_not(None))
            .order_by(audit.c.number)
            .limit(limit)
        )
        rows = await self._database.read(lambda connection: connection.execute(query).mappings().all())
        return [
            EndedJob(
                number=row["number"],
                at=row["at"],
                job_id=JobId(row["job_id"]),
                status=JobStatus(row["kind"].removeprefix("job.")),
            )
            for row in rows
        ]

    async def newest_end(self) -> int:
        query = select(func.max(audit.c.number))
        return await self._database.read(lambda connection: connection.execute(query).scalar_one()) or 0

    async def mark(self) -> int | None:
        query = select(marks.c.number).where(marks.c.name == _MARK)
        return await self._database.read(lambda connection: connection.execute(query).scalar_one_or_none())

    async def set_mark(self, number: int) -> None:
        await self._database.write(lambda connection: upsert(connection, marks, [{"name": _MARK, "number": number}]))


def _save(connection: Connection, trigger: Trigger) -> None:
    namesake = select(triggers.c.trigger_id).where(
        triggers.c.name == trigger.name, triggers.c.trigger_id != trigger.trigger_id
    )
    if connection.execute(namesake).first() is not None:
        raise ConflictError(f"There is a trigger {trigger.name!r} already; choose another name.")
    document = _TRIGGER.dump_python(trigger, mode="json")
    upsert(connection, triggers, [{"trigger_id": trigger.trigger_id, "name": trigger.name, "trigger": document}])


def _every(connection: Connection) -> Sequence[Trigger]:
    documents = connection.execute(select(triggers.c.trigger).order_by(triggers.c.name)).scalars()
    return [_TRIGGER.validate_python(document, strict=False) for document in documents]


def _added(connection: Connection, new: NewJob) -> Job:
    outcome = job_batches.add(connection, [new])[0]
    if isinstance(outcome, Exception):
        raise outcome
    return outcome[0]


def _note(connection: Connection, firing: Firing) -> None:
    connection.execute(insert(trigger_firings), {**asdict(firing), "outcome": firing.outcome.value})


def _firing(connection: Connection, trigger_id: str, event_key: str) -> Firing | None:
    query = select(trigger_firings).where(
        trigger_firings.c.trigger_id == trigger_id, trigger_firings.c.event_key == event_key
    )
    row = connection.execute(query).mappings().first()
    return None if row is None else _firing_of(row)


def _known_keys(connection: Connection, trigger_id: str, keys: Collection[str]) -> frozenset[str]:
    found: set[str] = set()
    wanted = list(keys)
    for start in range(0, len(wanted), 500):
        query = select(trigger_firings.c.event_key).where(
            trigger_firings.c.trigger_id == trigger_id,
            trigger_firings.c.event_key.in_(wanted[start : start + 500]),
        )
        found.update(connection.execute(query).scalars())
    return frozenset(found)


def _firing_of(row: RowMapping) -> Firing:
    return Firing(
        trigger_id=TriggerId(row["trigger_id"]),
        event_key=row["event_key"],
        at=row["at"],
        outcome=FiringOutcome(row["outcome"]),
        job_id=None if row["job_id"] is None else JobId(row["job_id"]),
        source_job_id=None if row["source_job_id"] is None else JobId(row["source_job_id"]),
        depth=row["depth"],
        note=row["note"],
    )
