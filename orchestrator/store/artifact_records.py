"""Queries over what the files of jobs take, and over incidents that stay; the room behind the engine's port."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, case, delete, func, select, tuple_, update

from orchestrator.contract.ids import JobId
from orchestrator.contract.results import Artifact
from orchestrator.contract.states import FAILED_STATES, FINAL_STATES
from orchestrator.domain.artifact_budget import HeldFile
from orchestrator.engine.ports.artifacts import ArtifactUsage, IncidentPin
from orchestrator.engine.ports.audit import AuditEntry
from orchestrator.store import audit as audits
from orchestrator.store.database import Database
from orchestrator.store.schema import artifacts, jobs
from orchestrator.store.schema_artifacts import incident_pins
from orchestrator.store.upsert import upsert

_FAILED = sorted(status.value for status in FAILED_STATES)
_ENDED = sorted(status.value for status in FINAL_STATES)
_KEY = tuple_(artifacts.c.job_id, artifacts.c.attempt, artifacts.c.name)


class ArtifactRecords:
    """The shipped `engine.ports.artifacts.ArtifactStore`; what each method promises is written there."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def usage(self) -> Sequence[ArtifactUsage]:
        return await self._database.read(_usage)

    async def removable(self, *, failed: bool, ended_before: datetime, most: int) -> Sequence[HeldFile]:
        is_failed = jobs.c.status.in_(_FAILED)
        query = (
            select(artifacts.c.job_id, artifacts.c.attempt, artifacts.c.name, artifacts.c.size, jobs.c.finished_at)
            .join(jobs, jobs.c.job_id == artifacts.c.job_id)
            .where(
                artifacts.c.is_kept,
                jobs.c.status.in_(_ENDED),
                jobs.c.finished_at < ended_before,
                is_failed if failed else ~is_failed,
                artifacts.c.job_id.not_in(select(incident_pins.c.job_id)),
            )
            .order_by(jobs.c.finished_at, artifacts.c.job_id, artifacts.c.attempt, artifacts.c.name)
            .limit(most)
        )
        return await self._database.read(lambda connection: [_held(*row) for row in connection.execute(query).all()])

    async def drop(self, files: Sequence[HeldFile], *, note: str, audit: AuditEntry | None = None) -> int:
        return await self._database.write(lambda connection: _drop(connection, files, note, audit))

    async def pin(self, pin: IncidentPin, audit: AuditEntry) -> None:
        row = {"job_id": pin.job_id, "pinned_at": pin.pinned_at, "actor": pin.actor, "note": pin.note}

        def work(connection: Connection) -> None:
            upsert(connection, incident_pins, [row])
            audits.add(connection, audit)

        await self._database.write(work)

    async def unpin(self, job_id: JobId, audit: AuditEntry) -> bool:
        query = delete(incident_pins).where(incident_pins.c.job_id == job_id)

        def work(connection: Connection) -> bool:
            there_was = connection.execute(query).rowcount == 1
            audits.add(connection, audit if there_was else None)
            return there_was

        return await self._database.write(work)

    async def pins(self, *, limit: int = 1_000) -> Sequence[IncidentPin]:
        query = select(incident_pins).order_by(incident_pins.c.pinned_at.desc(), incident_pins.c.job_id).limit(limit)
        return await self._database.read(
            lambda connection: [IncidentPin(**row) for row in connection.execute(query).mappings()]
        )

    async def pin_of(self, job_id: JobId) -> IncidentPin | None:
        query = select(incident_pins).where(incident_pins.c.job_id == job_id)

        def work(connection: Connection) -> IncidentPin | None:
            row = connection.execute(query).mappings().one_or_none()
            return None if row is None else IncidentPin(**row)

        return await self._database.read(work)

    async def newest_failure(self, fingerprint: str) -> JobId | None:
        query = (
            select(jobs.c.job_id)
            .where(jobs.c.fingerprint == fingerprint, jobs.c.status.in_(_FAILED))
            .order_by(jobs.c.created_at.desc())
            .limit(1)
        )
        found = await self._database.read(lambda connection: connection.execute(query).scalar_one_or_none())
        return None if found is None else JobId(found)


def _usage(connection: Connection) -> Sequence[ArtifactUsage]:
    pinned = artifacts.c.job_id.in_(select(incident_pins.c.job_id))
    group = case(
        (pinned, "pinned"),
        (jobs.c.status.in_(_FAILED), "failed"),
        (jobs.c.status.in_(_ENDED), "other"),
        else_="running",
    ).label("what")
    found = (
        select(group, artifacts.c.size)
        .join(jobs, jobs.c.job_id == artifacts.c.job_id)
        .where(artifacts.c.is_kept)
        .subquery()
    )
    query = select(found.c.what, func.count(), func.sum(found.c.size)).group_by(found.c.what).order_by(found.c.what)
    return [
        ArtifactUsage(group=name, files=count, size=int(size or 0))
        for name, count, size in connection.execute(query).all()
    ]


def _drop(connection: Connection, files: Sequence[HeldFile], note: str, audit: AuditEntry | None) -> int:
    keys = [(file.job_id, file.attempt, file.name) for file in files]
    query = select(artifacts).where(_KEY.in_(keys), artifacts.c.is_kept)
    kept = connection.execute(query).mappings().all()
    for row in kept:
        told = Artifact.model_validate(row["artifact"]).model_copy(update={"is_kept": False, "note": note})
        is_it = _KEY.in_([(row["job_id"], row["attempt"], row["name"])])
        values = {"artifact": told.model_dump(mode="json"), "is_kept": False}
        connection.execute(update(artifacts).where(is_it).values(**values))
    audits.add(connection, audit if kept else None)
    return len(kept)


def _held(job_id: str, attempt: int, name: str, size: int, ended_at: datetime) -> HeldFile:
    return HeldFile(job_id=JobId(job_id), attempt=attempt, name=name, size=size, ended_at=ended_at)
