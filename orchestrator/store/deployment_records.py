"""Queries over deployments, and the room behind the engine's port for them."""

from collections.abc import Sequence
from dataclasses import asdict

from sqlalchemy import Connection, RowMapping, delete, select

from orchestrator.contract.ids import RobotId, WorkflowHash, WorkflowId
from orchestrator.domain.deployment import Deployment, DeploymentState
from orchestrator.engine.ports.audit import AuditEntry
from orchestrator.store import audit as audits
from orchestrator.store.database import Database
from orchestrator.store.schema_operations import deployments
from orchestrator.store.upsert import upsert


class DeploymentRecords:
    """The shipped `engine.ports.deployments.DeploymentStore`; what each method promises is written there."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def save(self, wanted: Sequence[Deployment], audit: AuditEntry | None = None) -> None:
        def work(connection: Connection) -> None:
            upsert(connection, deployments, [{**asdict(each), "state": each.state.value} for each in wanted])
            audits.add(connection, audit)

        await self._database.write(work)

    async def every(self) -> Sequence[Deployment]:
        query = select(deployments).order_by(deployments.c.workflow_id, deployments.c.robot_id)
        return await self._database.read(
            lambda connection: [_deployment_of(row) for row in connection.execute(query).mappings()]
        )

    async def remove(self, workflow_id: WorkflowId, robot_id: RobotId) -> None:
        gone = delete(deployments).where(deployments.c.workflow_id == workflow_id, deployments.c.robot_id == robot_id)
        await self._database.write(lambda connection: connection.execute(gone))


def _deployment_of(row: RowMapping) -> Deployment:
    return Deployment(
        workflow_id=WorkflowId(row["workflow_id"]),
        robot_id=RobotId(row["robot_id"]),
        workflow_hash=WorkflowHash(row["workflow_hash"]),
        state=DeploymentState(row["state"]),
        detail=row["detail"],
        actor=row["actor"],
        changed_at=row["changed_at"],
    )
