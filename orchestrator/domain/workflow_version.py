"""A stored workflow: its name in the tree, and its versions, which are never changed."""

from dataclasses import dataclass
from datetime import datetime

from orchestrator.contract.ids import WorkflowHash, WorkflowId
from orchestrator.contract.workflow import WorkflowDefinition


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkflowVersion:
    """One content of a workflow; the hash of the content is the version."""

    workflow_id: WorkflowId
    workflow_hash: WorkflowHash
    number: int
    """1 for the first version of this workflow."""
    definition: WorkflowDefinition
    created_at: datetime
