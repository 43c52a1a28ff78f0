"""What is remembered of operators' work, in one."""

from typing import Protocol

from orchestrator.engine.ports.bulk import BulkStore
from orchestrator.engine.ports.dead_letters import DeadLetterStore
from orchestrator.engine.ports.deployments import DeploymentStore
from orchestrator.engine.ports.failures import FailureStore
from orchestrator.engine.ports.robot_plans import RobotPlanStore
from orchestrator.engine.ports.seals import SealStore


class OperationStore(Protocol):
    """Deployments, failure groups, dead letters, bulk actions, plans with robots, and seals of the audit."""

    @property
    def deployments(self) -> DeploymentStore: ...

    @property
    def failures(self) -> FailureStore: ...

    @property
    def dead_letters(self) -> DeadLetterStore: ...

    @property
    def bulk(self) -> BulkStore: ...

    @property
    def robot_plans(self) -> RobotPlanStore: ...

    @property
    def seals(self) -> SealStore: ...
