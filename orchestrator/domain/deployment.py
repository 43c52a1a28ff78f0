"""A workflow's place on a robot: wanted there, there, or not there and why."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from orchestrator.contract.ids import RobotId, WorkflowHash, WorkflowId


class DeploymentState(StrEnum):
    """How far a deployment is, by the robot's own word."""

    PENDING = "pending"
    """Sent, or to be sent when the robot connects."""
    DEPLOYED = "deployed"
    FAILED = "failed"
    REMOVING = "removing"
    """To be forgotten by the robot; the deployment is gone once it has said so."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Deployment:
    """One version of a workflow on one robot."""

    workflow_id: WorkflowId
    robot_id: RobotId
    workflow_hash: WorkflowHash
    state: DeploymentState
    detail: str = ""
    """Why it failed."""
    actor: str = ""
    changed_at: datetime

    def is_outdated(self, newest: WorkflowHash) -> bool:
        """True when the robot has, or gets, another version than the newest."""
        return self.state is not DeploymentState.REMOVING and self.workflow_hash != newest
