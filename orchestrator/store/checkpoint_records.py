"""Queries over checkpoints, and the room behind the engine's port for them."""

from collections.abc import Collection, Sequence
from dataclasses import replace

from sqlalchemy import Connection, RowMapping, Select, delete, func, insert, select

from orchestrator.contract.checkpoints import CheckpointFacts, CheckpointKind
from orchestrator.contract.ids import JobId, RobotId
from orchestrator.contract.states import LIVE_STATES
from orchestrator.domain.checkpoints import Checkpoint
from orchestrator.store.database import Database
from orchestrator.store.schema import jobs
from orchestrator.store.schema_recovery import checkpoints

_LIVE = sorted(status.value for status in LIVE_STATES)
_SEEN = [column for column in checkpoints.c if column.name != "state"]
_AT_ONCE = 500


class CheckpointRecords:
    """The shipped `engine.ports.recovery.CheckpointStore`; what each method promises is written there."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, checkpoint: Checkpoint, state: bytes) -> Checkpoint | None:
        return await self._database.write(lambda connection: _added(connection, checkpoint, state))

    async def one(self, checkpoint_id: str) -> Checkpoint | None:
        return await self._database.read(lambda connection: _one(connection, checkpoint_id))

    async def state(self, checkpoint_id: str) -> bytes | None:
        query = select(checkpoints.c.state).where(checkpoints.c.checkpoint_id == checkpoint_id)
        found = await self._database.read(lambda connection: connection.execute(query).scalar_one_or_none())
        return None if found is None else bytes(found)

    async def listing(
        self, *, job_id: JobId | None = None, kind: CheckpointKind | None = None, limit: int | None = None
    ) -> Sequence[Checkpoint]:
        query = select(*_SEEN).order_by(checkpoints.c.number.desc()).limit(limit)
        if job_id is not None:
            query = query.where(checkpoints.c.job_id == job_id)
        if kind is not None:
            query = query.where(checkpoints.c.kind == kind.value)
        return await self._database.read(lambda connection: _all(connection, query))

    async def newest_of_open_jobs(self) -> Sequence[Checkpoint]:
        newest = (
            select(func.max(checkpoints.c.number))
            .join(jobs, jobs.c.job_id == checkpoints.c.job_id)
            .where(jobs.c.finished_at.is_(None))
            .group_by(checkpoints.c.job_id)
        )
        query = select(*_SEEN).where(checkpoints.c.number.in_(newest))
        return await self._database.read(lambda connection: _all(connection, query))

    async def remove(self, checkpoint_ids: Collection[str]) -> int:
        return await self._database.write(lambda connection: _removed(connection, list(checkpoint_ids)))


def _added(connection: Connection, checkpoint: Checkpoint, state: bytes) -> Checkpoint | None:
    known = _one(connection, checkpoint.checkpoint_id)
    if known is not None:
        return known
    facts = checkpoint.facts
    fence = select(jobs.c.position).where(
        jobs.c.job_id == facts.job_id,
        jobs.c.attempt == facts.attempt,
        jobs.c.robot_id == checkpoint.robot_id,
        jobs.c.status.in_(_LIVE),
    )
    if connection.execute(fence).first() is None:
        return None
    row = {
        "checkpoint_id": facts.checkpoint_id,
        "job_id": facts.job_id,
        "attempt": facts.attempt,
        "kind": facts.kind.value,
        "robot_id": checkpoint.robot_id,
        "kept_at": checkpoint.kept_at,
        "size": checkpoint.size,
        "facts": facts.model_dump(mode="json"),
        "state": state,
    }
    key = connection.execute(insert(checkpoints), row).inserted_primary_key
    assert key is not None
    return replace(checkpoint, number=key[0])


def _one(connection: Connection, checkpoint_id: str) -> Checkpoint | None:
    query = select(*_SEEN).where(checkpoints.c.checkpoint_id == checkpoint_id)
    row = connection.execute(query).mappings().first()
    return None if row is None else _checkpoint_of(row)


def _all(connection: Connection, query: Select[tuple[object, ...]]) -> Sequence[Checkpoint]:
    return [_checkpoint_of(row) for row in connection.execute(query).mappings()]


def _removed(connection: Connection, checkpoint_ids: Sequence[str]) -> int:
    gone = 0
    for place in range(0, len(checkpoint_ids), _AT_ONCE):
        some = checkpoint_ids[place : place + _AT_ONCE]
        gone += connection.execute(delete(checkpoints).where(checkpoints.c.checkpoint_id.in_(some))).rowcount
    return gone


def _checkpoint_of(row: RowMapping) -> Checkpoint:
    return Checkpoint(
        facts=CheckpointFacts.model_validate(row["facts"]),
        robot_id=None if row["robot_id"] is None else RobotId(row["robot_id"]),
        kept_at=row["kept_at"],
        size=row["size"],
        number=row["number"],
    )
