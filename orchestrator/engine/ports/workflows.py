"""What is remembered of workflows."""

from collections.abc import Sequence
from typing import Protocol

from orchestrator.contract.ids import WorkflowHash, WorkflowId
from orchestrator.domain.workflow_version import WorkflowVersion
from orchestrator.engine.ports.audit import AuditEntry


class WorkflowStore(Protocol):
    """Workflows and their versions."""

    async def add_version(
        self, workflow_id: WorkflowId | None, version: WorkflowVersion, audit: AuditEntry
    ) -> WorkflowVersion:
        """Keep a version; the same content of the same workflow is kept once and returned as it was.

        Without an id the workflow is found by its name, or made with the version's id.
        """
        ...

    async def version(self, workflow_id: WorkflowId, workflow_hash: WorkflowHash) -> WorkflowVersion | None: ...

    async def newest(self, workflow: str) -> WorkflowVersion | None:
        """The newest version of the workflow with this id or, failing that, this name."""
        ...

    async def versions(self, workflow_id: WorkflowId) -> Sequence[WorkflowVersion]: ...

    async def workflows(self) -> Sequence[WorkflowVersion]:
        """The newest version of each workflow, by name."""
        ...

    async def remove_workflow(self, workflow_id: WorkflowId, audit: AuditEntry) -> bool:
        """Take a workflow out of the lists; versions that jobs refer to stay readable."""
        ...
