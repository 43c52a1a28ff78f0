"""The orchestrator of Botswain: engine, server, console, command line, and what scripts import."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from orchestrator.scripting.builder import WorkflowBuilder, workflow
    from orchestrator.scripting.director import DirectorOrchestrator
    from orchestrator.scripting.orchestrator import Orchestrator
    from orchestrator.scripting.predefined import create_job_discovery_workflow, create_proposal_submission_workflow
    from orchestrator.scripting.terms import RecoveryStrategy, ResourceThresholds
    from orchestrator.scripting.workflow_orchestrator import WorkflowOrchestrator

_PLACES = {
    "DirectorOrchestrator": "director",
    "Orchestrator": "orchestrator",
    "RecoveryStrategy": "terms",
    "ResourceThresholds": "terms",
    "WorkflowBuilder": "builder",
    "WorkflowOrchestrator": "workflow_orchestrator",
    "create_job_discovery_workflow": "predefined",
    "create_proposal_submission_workflow": "predefined",
    "workflow": "builder",
}

__all__ = [
    "DirectorOrchestrator",
    "Orchestrator",
    "RecoveryStrategy",
    "ResourceThresholds",
    "WorkflowBuilder",
    "WorkflowOrchestrator",
    "create_job_discovery_workflow",
    "create_proposal_submission_workflow",
    "workflow",
]


if not TYPE_CHECKING:  # a type checker reads the imports above, and complains about any other name

    def __getattr__(name: str) -> object:
        """Load what a script asks for when it asks: whoever imports a module beneath pays for nothing of it."""
        if name not in _PLACES:
            raise AttributeError(f"module 'orchestrator' has no attribute {name!r}")
        import importlib  # noqa: PLC0415  the command line imports this module each time, and needs none of it

        return getattr(importlib.import_module(f"orchestrator.scripting.{_PLACES[name]}"), name)
