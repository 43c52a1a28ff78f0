"""Queries over what elements looked like, and over repairs of targets."""

from collections.abc import Sequence
from datetime import datetime

from pydantic import TypeAdapter
from sqlalchemy import Connection, delete, func, select

from orchestrator.contract.ids import WorkflowId
from orchestrator.contract.sightings import ElementLook
from orchestrator.domain.repairs import Repair, RepairState
from orchestrator.engine.ports.audit import AuditEntry
from orchestrator.store import audit as audits
from orchestrator.store.database import Database
from orchestrator.store.schema_repairs import element_looks, repairs
from orchestrator.store.upsert import upsert

_REPAIR: TypeAdapter[Repair] = TypeAdapter(Repair)


class RepairRecords:
    """The shipped `engine.ports.repairs.RepairStore`; what each method promises is written there."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def look(self, workflow_id: WorkflowId, step_id: str, locator: str) -> ElementLook | None:
        table = element_looks
        query = select(table.c.look).where(
            table.c.workflow_id == workflow_id, table.c.step_id == step_id, table.c.locator == locator
        )
        found = await self._database.read(lambda connection: connection.execute(query).scalar_one_or_none())
        return None if found is None else ElementLook.model_validate(found)

    async def keep_look(
        self, workflow_id: WorkflowId, step_id: str, locator: str, look: ElementLook, *, at: datetime, most: int
    ) -> None:
        row = {
            "workflow_id": workflow_id,
            "step_id": step_id,
            "locator": locator,
            "look": look.model_dump(mode="json", exclude_defaults=True),
            "seen_at": at,
        }

        def work(connection: Connection) -> None:
            upsert(connection, element_looks, [row])
            _forget_looks(connection, most)

        await self._database.write(work)

    async def repairs(self, states: frozenset[RepairState], *, limit: int = 500) -> Sequence[Repair]:
        query = select(repairs.c.content).order_by(repairs.c.last_seen_at.desc(), repairs.c.repair_id).limit(limit)
        if states:
            query = query.where(repairs.c.state.in_([each.value for each in states]))
        return await self._database.read(
            lambda connection: [_REPAIR.validate_python(each) for each in connection.execute(query).scalars()]
        )

    async def repair(self, repair_id: str) -> Repair | None:
        query = select(repairs.c.content).where(repairs.c.repair_id == repair_id)
        found = await self._database.read(lambda connection: connection.execute(query).scalar_one_or_none())
        return None if found is None else _REPAIR.validate_python(found)

    async def save(self, repair: Repair, *, most: int, audit: AuditEntry | None = None) -> None:
        row = {
            "repair_id": repair.repair_id,
            "workflow_id": repair.workflow_id,
            "step_id": repair.step_id,
            "state": repair.state.value,
            "last_seen_at": repair.last_seen_at,
            "content": _REPAIR.dump_python(repair, mode="json"),
        }

        def work(connection: Connection) -> None:
            upsert(connection, repairs, [row])
            _forget_repairs(connection, most)
            audits.add(connection, audit)

        await self._database.write(work)


def _forget_looks(connection: Connection, most: int) -> None:
    table = element_looks
    oldest = select(table.c.seen_at).order_by(table.c.seen_at.desc()).offset(most).limit(1)
    bound = connection.execute(oldest).scalar_one_or_none()
    if bound is not None:
        connection.execute(delete(table).where(table.c.seen_at <= bound))


def _forget_repairs(connection: Connection, most: int) -> None:
    """Open ones stay: somebody has yet to see them."""
    table = repairs
    if connection.execute(select(func.count()).select_from(table)).scalar_one() <= most:
        return
    decided = table.c.state != RepairState.OPEN.value
    oldest = select(table.c.repair_id).where(decided).order_by(table.c.last_seen_at.desc()).offset(most)
    found = [row[0] for row in connection.execute(oldest)]
    connection.execute(delete(table).where(table.c.repair_id.in_(found)))
