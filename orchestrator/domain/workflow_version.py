"""A stored workflow: its name in the tree, and its versions, which are never changed."""

from dataclasses import dataclass
from datetime import datetime

from orchestrator.contract.ids import WorkflowHash, WorkflowId
from orchestrator.contract.workflow import WorkflowDefinition


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkflowVersion:
    """One version of a workflow: its number names it, the hash names its content.

    The newest version is the one with the highest number. An old content that comes back is a new version.
    """

    workflow_id: WorkflowId
    workflow_hash: WorkflowHash
    number: int
    """1 for the first version of this workflow."""
    definition: WorkflowDefinition
    created_at: datetime
    saved_by: str = ""
    note: str = ""
    """Why there is this version, such as `Rolled back to version 3.`"""
    source: str = ""
    """The YAML that it was saved as, with its comments; empty for one that came as data."""
