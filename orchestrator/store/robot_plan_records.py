"""Queries over plans with robots, and the room behind the engine's port for them."""

from collections.abc import Collection, Mapping, Sequence
from statistics import median

from pydantic import TypeAdapter
from sqlalchemy import Connection, delete, select

from orchestrator.contract.ids import RobotId, WorkflowId
from orchestrator.contract.states import JobStatus
from orchestrator.domain.robot_plan import RobotPlan
from orchestrator.engine.ports.audit import AuditEntry
from orchestrator.store import audit as audits
from orchestrator.store.database import Database
from orchestrator.store.schema import jobs
from orchestrator.store.schema_operations import robot_plans
from orchestrator.store.upsert import upsert

RUNS_LOOKED_AT = 25
_PLAN: TypeAdapter[RobotPlan] = TypeAdapter(RobotPlan)


class RobotPlanRecords:
    """The shipped `engine.ports.robot_plans.RobotPlanStore`; what each method promises is written there."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def save(self, plan: RobotPlan, audit: AuditEntry | None = None) -> None:
        def work(connection: Connection) -> None:
            row = {"robot_id": plan.robot_id, "plan": _PLAN.dump_python(plan, mode="json")}
            upsert(connection, robot_plans, [row])
            audits.add(connection, audit)

        await self._database.write(work)

    async def every(self) -> Sequence[RobotPlan]:
        query = select(robot_plans.c.plan).order_by(robot_plans.c.robot_id)
        return await self._database.read(
            lambda connection: [
                _PLAN.validate_python(found, strict=False) for found in connection.execute(query).scalars()
            ]
        )

    async def remove(self, robot_id: RobotId, audit: AuditEntry | None = None) -> bool:
        def work(connection: Connection) -> bool:
            was_there = connection.execute(delete(robot_plans).where(robot_plans.c.robot_id == robot_id)).rowcount == 1
            audits.add(connection, audit if was_there else None)
            return was_there

        return await self._database.write(work)

    async def usual_s(self, workflow_ids: Collection[WorkflowId]) -> Mapping[WorkflowId, float]:
        return await self._database.read(lambda connection: _usual_s(connection, workflow_ids))


def _usual_s(connection: Connection, workflow_ids: Collection[WorkflowId]) -> Mapping[WorkflowId, float]:
    found = {workflow_id: _lengths(connection, workflow_id) for workflow_id in workflow_ids}
    return {workflow_id: median(lengths) for workflow_id, lengths in found.items() if lengths}


def _lengths(connection: Connection, workflow_id: WorkflowId) -> list[float]:
    query = (
        select(jobs.c.started_at, jobs.c.finished_at)
        .where(jobs.c.workflow_id == workflow_id, jobs.c.status == JobStatus.COMPLETED.value)
        .order_by(jobs.c.created_at.desc())
        .limit(RUNS_LOOKED_AT)
    )
    return [
        (finished_at - started_at).total_seconds()
        for started_at, finished_at in connection.execute(query)
        if started_at is not None and finished_at is not None
    ]
