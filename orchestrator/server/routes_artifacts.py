"""`/api/v1/artifacts`: robots bring the files of their jobs, clients fetch them."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import FileResponse

from orchestrator.contract.ids import JobId
from orchestrator.contract.results import MAX_ATTEMPT, Artifact
from orchestrator.engine.errors import ConflictError
from orchestrator.server.artifact_folder import MOST_BYTES, TooLargeError
from orchestrator.server.parts import Parts, parts

router = APIRouter(prefix="/artifacts", tags=["artifacts"])

Using = Annotated[Parts, Depends(parts)]


@router.put("/{job_id}/{attempt}/{name}", status_code=201)
async def bring(  # noqa: PLR0917  FastAPI reads the query from the parameters
    job_id: str,
    attempt: int,
    name: str,
    request: Request,
    using: Using,
    kind: Annotated[str, Query(max_length=50)] = "file",
    step_id: Annotated[str | None, Query(max_length=200)] = None,
    step_try: Annotated[int | None, Query(ge=1, le=MAX_ATTEMPT)] = None,
    note: Annotated[str, Query(max_length=500)] = "",
    is_kept: Annotated[bool, Query()] = True,
) -> Artifact:
    """Take in a file of an attempt that exists; one that was not kept is only told of, and `note` says why."""
    declared = request.headers.get("content-length", "0")
    if not declared.isdigit() or int(declared) > MOST_BYTES:
        raise TooLargeError(name)
    job = await using.engine.job(JobId(job_id))
    if not 1 <= attempt <= job.attempt:
        raise ConflictError(f"Job {job_id} has no attempt {attempt}.")
    about = {"step_try": step_try, "note": note, "is_kept": is_kept}
    if is_kept:
        kept = await using.artifacts.keep(job_id, attempt, name, request.stream(), kind=kind, step_id=step_id)
    else:
        using.artifacts.path(job_id, attempt, name)
        kept = Artifact(name=name, kind=kind, size=0, step_id=step_id)
    artifact = kept.model_copy(update=about)
    await using.store.add_artifact(job.job_id, attempt, artifact)
    using.engine.artifacts.came(artifact.size)
    return artifact


@router.get("/{job_id}/{attempt}/{name}")
async def fetch(job_id: str, attempt: int, name: str, using: Using) -> FileResponse:
    """The bytes of a file."""
    path = using.artifacts.existing(job_id, attempt, name)
    # a page that a job has saved must not run in whoever looks at it
    return FileResponse(path, filename=name, headers={"X-Content-Type-Options": "nosniff"})
