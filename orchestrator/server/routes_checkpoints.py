"""`/api/v1/checkpoints`: robots bring and fetch their content, clients look at them and throw them away."""

import asyncio
import zlib
from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from pydantic import ValidationError
from starlette.responses import Response

from orchestrator.contract.api.recovery import CheckpointStatisticsView, CleanupRequest, CleanupView
from orchestrator.contract.checkpoints import CheckpointKind, CheckpointUpload, CheckpointView
from orchestrator.contract.ids import JobId, RobotId
from orchestrator.engine.errors import InvalidRequestError
from orchestrator.server.parts import Parts, parts
from orchestrator.server.recovery_views import checkpoint_statistics_view, checkpoint_view

router = APIRouter(prefix="/checkpoints", tags=["checkpoints"])

Using = Annotated[Parts, Depends(parts)]


@router.put("/{checkpoint_id}", status_code=201)
async def bring(checkpoint_id: str, request: Request, using: Using) -> CheckpointView:
    """Take a checkpoint of a run that is live on the robot that says so; the same id is kept once."""
    upload, state, size = await asyncio.to_thread(_packed, await request.body())
    if upload.facts.checkpoint_id != checkpoint_id:
        raise InvalidRequestError("checkpoint_id: the address and the body name two checkpoints.", field="facts")
    kept = await using.engine.checkpoints.take(RobotId(upload.robot_id), upload.facts, state, size)
    return checkpoint_view(kept)


@router.get("/{checkpoint_id}/state")
async def content(checkpoint_id: str, using: Using) -> Response:
    """What a robot needs to go on."""
    state = await using.engine.checkpoints.state(checkpoint_id)
    plain = await asyncio.to_thread(zlib.decompress, state)
    return Response(plain, media_type="application/json")


@router.get("")
async def list_checkpoints(
    using: Using,
    job: str | None = None,
    kind: CheckpointKind | None = None,
    limit: Annotated[int, Query(ge=1, le=10_000)] = 100,
) -> list[CheckpointView]:
    """Checkpoints, newest first."""
    job_id = JobId(job) if job is not None else None
    return [
        checkpoint_view(each) for each in await using.engine.checkpoints.list(job_id=job_id, kind=kind, limit=limit)
    ]


@router.get("/statistics")
async def statistics(using: Using) -> CheckpointStatisticsView:
    """How many there are, of which kinds, and how much room they take."""
    return checkpoint_statistics_view(await using.engine.checkpoints.statistics())


@router.post("/cleanup")
async def clean_up(request: CleanupRequest, using: Using) -> CleanupView:
    """Remove old ones, and the oldest of jobs that have too many."""
    removed = await using.engine.checkpoints.cleanup(
        max_age=timedelta(days=request.max_age_days),
        max_count=request.max_count,
        keep_milestones=request.keep_milestones,
    )
    return CleanupView(removed=removed)


@router.get("/{checkpoint_id}")
async def one_checkpoint(checkpoint_id: str, using: Using) -> CheckpointView:
    """One checkpoint without its content."""
    return checkpoint_view(await using.engine.checkpoints.get(checkpoint_id))


@router.delete("/{checkpoint_id}", status_code=204)
async def delete_checkpoint(checkpoint_id: str, using: Using) -> None:
    """Remove one."""
    await using.engine.checkpoints.delete(checkpoint_id)


def _packed(body: bytes) -> tuple[CheckpointUpload, bytes, int]:
    """The upload, its content for the store, and the content's size as JSON."""
    try:
        upload = CheckpointUpload.model_validate_json(body)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        place = ".".join(str(part) for part in first["loc"])
        raise InvalidRequestError(f"{place or 'body'}: {first['msg']}.", field=place) from None
    plain = upload.state.model_dump_json().encode()
    return upload, zlib.compress(plain), len(plain)
