"""`/api/v1/workflows`: definitions and their versions."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query
from fastapi.concurrency import run_in_threadpool

from orchestrator.contract.api.recordings import ImportRecordingRequest, ImportReport
from orchestrator.contract.api.workflows import SaveWorkflowRequest, ValidationReport, WorkflowDetail, WorkflowView
from orchestrator.contract.ids import WorkflowId
from orchestrator.recordings.read import import_recording
from orchestrator.recordings.recording import Choice
from orchestrator.recordings.yaml_text import report_of
from orchestrator.server.parts import Actor, Parts, parts
from orchestrator.server.views import workflow_detail, workflow_view

router = APIRouter(prefix="/workflows", tags=["workflows"])

Using = Annotated[Parts, Depends(parts)]


@router.get("")
async def list_workflows(using: Using) -> list[WorkflowView]:
    """The newest version of each workflow, by name."""
    return [workflow_view(version) for version in await using.store.workflows()]


@router.post("", status_code=201)
async def save_workflow(request: SaveWorkflowRequest, using: Using, actor: Actor) -> WorkflowView:
    """Store a definition as the newest version of its workflow."""
    workflow_id = WorkflowId(request.workflow_id) if request.workflow_id else None
    saved = await using.engine.workflows.save(
        request.definition, workflow_id=workflow_id, actor=actor, note=request.note
    )
    return workflow_view(saved)


@router.post("/validate")
async def validate(request: SaveWorkflowRequest, using: Using) -> ValidationReport:
    """What is wrong with a definition; nothing is stored."""
    workflow_id = WorkflowId(request.workflow_id) if request.workflow_id else None
    found = await using.engine.workflows.inspect(request.definition, workflow_id=workflow_id)
    if found.definition is None:
        return ValidationReport(problems=found.problems)
    return ValidationReport(
        name=found.definition.name,
        steps=len(found.definition.steps),
        workflow_hash=found.definition.content_hash,
    )


@router.post("/import")
async def import_workflow(request: ImportRecordingRequest) -> ImportReport:
    """Turn a recording of another tool into a definition, with what could not be carried over; nothing is stored."""
    choice = Choice(test=request.test, suite=request.suite, name=request.name)
    imported = await run_in_threadpool(
        import_recording, request.recording, source="the recording", kind=request.kind, choice=choice
    )
    return report_of(imported, source="a recording")


@router.get("/{workflow}")
async def one_workflow(
    workflow: str,
    using: Using,
    version: Annotated[str | None, Query(max_length=64)] = None,
    workflow_hash: Annotated[str | None, Query(alias="hash", max_length=64)] = None,
) -> WorkflowDetail:
    """A workflow by id or name, with the content of its newest or the given version (a number or a hash)."""
    workflows, wanted = using.engine.workflows, version or workflow_hash
    found = await workflows.pinned(workflow, wanted) if wanted else await workflows.newest(workflow)
    return workflow_detail(found)


@router.get("/{workflow}/versions")
async def workflow_versions(workflow: str, using: Using) -> list[WorkflowView]:
    """All versions of a workflow, newest first."""
    newest = await using.engine.workflows.newest(workflow)
    return [workflow_view(version) for version in await using.store.versions(newest.workflow_id)]


@router.delete("/{workflow}", status_code=204)
async def remove_workflow(workflow: str, using: Using, actor: Actor) -> None:
    """Take a workflow out of the lists."""
    version = await using.engine.workflows.newest(workflow)
    await using.engine.workflows.remove(version.workflow_id, actor=actor)
