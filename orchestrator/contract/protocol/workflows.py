"""Messages about workflows that a robot keeps, so that offers need not carry their definitions."""

from enum import StrEnum
from typing import Annotated, ClassVar

from pydantic import Field

from orchestrator.contract.protocol.message import MessageType, Payload
from orchestrator.contract.workflow import WorkflowDefinition

HashText = Annotated[str, Field(min_length=1, max_length=64, pattern=r"^[0-9a-f]+$")]
"""A version of a workflow: the hash of its content."""


class DeploymentOutcome(StrEnum):
    """What a robot did with a workflow that it was sent, or told to forget."""

    DEPLOYED = "deployed"
    FAILED = "failed"
    REMOVED = "removed"


class DeployWorkflow(Payload):
    """Keep this version of a workflow; answered with DEPLOYMENT_STATUS."""

    message_type: ClassVar = MessageType.DEPLOY_WORKFLOW

    workflow_hash: HashText
    workflow: WorkflowDefinition


class UndeployWorkflow(Payload):
    """Forget this version of a workflow; runs of it go on. Answered with DEPLOYMENT_STATUS."""

    message_type: ClassVar = MessageType.UNDEPLOY_WORKFLOW

    workflow_hash: HashText


class DeploymentStatus(Payload):
    """What became of a DEPLOY_WORKFLOW or UNDEPLOY_WORKFLOW."""

    message_type: ClassVar = MessageType.DEPLOYMENT_STATUS

    workflow_hash: HashText
    outcome: DeploymentOutcome
    detail: str = Field(default="", max_length=1_000)
    """Why it failed, in one sentence."""
