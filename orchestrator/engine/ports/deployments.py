"""What is remembered of workflows that robots keep."""

from collections.abc import Sequence
from typing import Protocol

from orchestrator.contract.ids import RobotId, WorkflowId
from orchestrator.domain.deployment import Deployment
from orchestrator.engine.ports.audit import AuditEntry


class DeploymentStore(Protocol):
    """Deployments, one for each workflow and robot."""

    async def save(self, deployments: Sequence[Deployment], audit: AuditEntry | None = None) -> None:
        """Insert or replace, all or none."""
        ...

    async def every(self) -> Sequence[Deployment]: ...

    async def remove(self, workflow_id: WorkflowId, robot_id: RobotId) -> None: ...
