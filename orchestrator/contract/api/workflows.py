"""Workflows and their versions."""

from datetime import datetime

from pydantic import Field

from orchestrator.contract.api.common import Request, View
from orchestrator.contract.errors import Problem
from orchestrator.contract.ids import JsonValue


class WorkflowView(View):
    """A workflow in the tree."""

    workflow_id: str
    name: str
    description: str = ""
    folder: str = ""
    tags: tuple[str, ...] = ()
    workflow_hash: str
    number: int
    """Version number, from 1."""
    steps: int
    created_at: datetime
    saved_by: str = ""
    note: str = ""
    """Why there is this version, such as a rollback."""


class WorkflowDetail(View):
    """A workflow with one version's content."""

    workflow: WorkflowView
    definition: dict[str, JsonValue]
    source: str = ""
    """The YAML that this version was saved as, with its comments; empty for one that came as data."""


class SaveWorkflowRequest(Request):
    """`POST /workflows`: a definition as an object or as YAML/JSON text."""

    definition: JsonValue
    workflow_id: str | None = None
    note: str = Field(default="", max_length=500)
    """Why there is this version, in the words of whoever saves it."""


class ValidationReport(View):
    """`POST /workflows/validate`."""

    problems: tuple[Problem, ...] = ()
    name: str = ""
    steps: int = 0
    workflow_hash: str = ""

    @property
    def is_valid(self) -> bool:
        """True when the definition can be run."""
        return not self.problems
