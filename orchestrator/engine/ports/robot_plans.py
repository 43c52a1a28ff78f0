"""What is remembered of operators' plans with robots, and of how long workflows take."""

from collections.abc import Collection, Mapping, Sequence
from typing import Protocol

from orchestrator.contract.ids import RobotId, WorkflowId
from orchestrator.domain.robot_plan import RobotPlan
from orchestrator.engine.ports.audit import AuditEntry


class RobotPlanStore(Protocol):
    """Plans, one for each robot that has one."""

    async def save(self, plan: RobotPlan, audit: AuditEntry | None = None) -> None: ...

    async def every(self) -> Sequence[RobotPlan]: ...

    async def remove(self, robot_id: RobotId, audit: AuditEntry | None = None) -> bool: ...

    async def usual_s(self, workflow_ids: Collection[WorkflowId]) -> Mapping[WorkflowId, float]:
        """How long the newest completed jobs of each workflow took: the median, in seconds."""
        ...
