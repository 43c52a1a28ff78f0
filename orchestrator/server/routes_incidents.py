"""Incidents: one file of everything about a failure, pins that keep it, and what files of jobs take."""

import re
from typing import Annotated

from fastapi import APIRouter, Depends
from fastapi.responses import StreamingResponse

from orchestrator.contract.api.incidents import (
    ArtifactCleanupView,
    ArtifactGroupView,
    ArtifactUsageView,
    PinRequest,
    PinView,
)
from orchestrator.contract.ids import JobId
from orchestrator.domain.job import Job
from orchestrator.engine.ports.artifacts import IncidentPin
from orchestrator.server.incident_zip import incident_zip
from orchestrator.server.parts import Actor, Parts, parts

router = APIRouter(tags=["incidents"])

Using = Annotated[Parts, Depends(parts)]


@router.get("/jobs/{job_id}/incident")
async def incident(job_id: str, using: Using) -> StreamingResponse:
    """Everything about a job in one zip file, which a person opens without any connection."""
    return _streamed(using, await using.engine.job(JobId(job_id)))


@router.get("/failures/{fingerprint}/incident")
async def incident_of_group(fingerprint: str, using: Using) -> StreamingResponse:
    """The same of the newest job that failed like this."""
    await using.engine.operations.failures.group(fingerprint)
    return _streamed(using, await using.engine.job(await using.engine.artifacts.newest_failure(fingerprint)))


@router.put("/jobs/{job_id}/pin")
async def pin(job_id: str, request: PinRequest, using: Using, actor: Actor) -> PinView:
    """Keep a job with its files until it is unpinned."""
    job = await using.engine.job(JobId(job_id))
    return _pin_view(await using.engine.artifacts.pin(job, note=request.note, actor=actor))


@router.delete("/jobs/{job_id}/pin", status_code=204)
async def unpin(job_id: str, using: Using, actor: Actor) -> None:
    """Let the rules for old files decide again."""
    await using.engine.artifacts.unpin(await using.engine.job(JobId(job_id)), actor=actor)


@router.get("/incidents/pinned")
async def pinned(using: Using) -> list[PinView]:
    """What is kept on purpose, the newest first."""
    return [_pin_view(each) for each in await using.engine.artifacts.pins()]


@router.get("/artifacts/usage")
async def usage(using: Using) -> ArtifactUsageView:
    """What files of jobs take, and what they may."""
    groups = await using.engine.artifacts.usage()
    rules = using.engine.artifacts.rules
    return ArtifactUsageView(
        groups=tuple(ArtifactGroupView(group=each.group, files=each.files, size=each.size) for each in groups),
        size=sum(each.size for each in groups),
        most_bytes=rules.most_bytes,
        keep_days=rules.kept_days,
        keep_failed_days=rules.failed_kept_days,
    )


@router.post("/artifacts/cleanup")
async def cleanup(using: Using, actor: Actor) -> ArtifactCleanupView:
    """Look now for files that are too old or too many, and remove them."""
    gone = await using.engine.artifacts.clean(actor=actor)
    return ArtifactCleanupView(files=gone.files, size=gone.size)


def _streamed(using: Parts, job: Job) -> StreamingResponse:
    stem = re.sub(r"[^A-Za-z0-9]+", "-", job.workflow_name).strip("-").lower()[:40] or "job"
    name = f"incident-{stem}-{job.job_id[-8:]}.zip"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "X-Content-Type-Options": "nosniff"}
    return StreamingResponse(incident_zip(using, job), media_type="application/zip", headers=headers)


def _pin_view(pin: IncidentPin) -> PinView:
    return PinView(job_id=pin.job_id, pinned_at=pin.pinned_at, actor=pin.actor, note=pin.note)
