"""Pauses, checkpoints by hand and retries from them, questions to people, and what recoveries came to."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Query

from orchestrator.contract.api.jobs import JobView
from orchestrator.contract.api.recovery import (
    AnswerRequest,
    CheckpointRequest,
    PauseRequest,
    RecoveryStatisticsView,
    ResumePlanView,
    RetryFromRequest,
)
from orchestrator.contract.checkpoints import CheckpointView
from orchestrator.contract.ids import JobId
from orchestrator.contract.questions import Question, QuestionStatus
from orchestrator.contract.recovery import RecoveryRecord
from orchestrator.engine.errors import InvalidRequestError
from orchestrator.server.looks import Looks
from orchestrator.server.parts import Actor, Parts, parts
from orchestrator.server.recovery_views import checkpoint_view, plan_view, recovery_statistics_view

router = APIRouter(tags=["recovery"])

Using = Annotated[Parts, Depends(parts)]


@router.post("/jobs/{job_id}/checkpoint")
async def take_checkpoint(job_id: str, request: CheckpointRequest, using: Using) -> CheckpointView:
    """A checkpoint of a running job, now."""
    taken = await using.engine.checkpoints.create(JobId(job_id), note=request.note, metadata=request.metadata)
    return checkpoint_view(taken)


@router.post("/jobs/{job_id}/pause")
async def pause(job_id: str, request: PauseRequest, using: Using, actor: Actor) -> JobView:
    """Let a running job finish its current steps, take a checkpoint and free its robot."""
    return Looks(using.engine).job(await using.engine.pauses.pause(JobId(job_id), reason=request.reason, actor=actor))


@router.post("/jobs/{job_id}/resume")
async def resume(job_id: str, using: Using, actor: Actor) -> JobView:
    """Let a paused job go on, on any robot."""
    return Looks(using.engine).job(await using.engine.pauses.resume(JobId(job_id), actor=actor))


@router.get("/jobs/{job_id}/retry-plan")
async def retry_plan(
    job_id: str, using: Using, checkpoint: str | None = None, newest_version: bool = False
) -> ResumePlanView:
    """What a retry from a checkpoint would reuse and what would run again; nothing happens."""
    plan = await using.engine.resumption.plan(JobId(job_id), checkpoint_id=checkpoint, newest=newest_version)
    return plan_view(plan)


@router.post("/jobs/{job_id}/retry-from")
async def retry_from(job_id: str, request: RetryFromRequest, using: Using, actor: Actor) -> JobView:
    """Run an ended job again, from its newest or the given checkpoint."""
    job = await using.engine.resumption.retry(
        JobId(job_id), checkpoint_id=request.checkpoint_id, newest=request.newest_version, actor=actor
    )
    return Looks(using.engine).job(job)


@router.get("/questions")
async def list_questions(
    using: Using, status: QuestionStatus | None = QuestionStatus.OPEN, job: str | None = None, every: bool = False
) -> list[Question]:
    """Questions, oldest first: the open ones, those of a status, or all of them."""
    wanted = None if every else status
    return list(await using.engine.questions.listing(status=wanted, job_id=JobId(job) if job else None))


@router.get("/questions/{question_id}")
async def one_question(question_id: str, using: Using) -> Question:
    """One question and its answer."""
    return await using.engine.questions.get(question_id)


@router.post("/questions/{question_id}/answer")
async def answer(question_id: str, request: AnswerRequest, using: Using, actor: Actor) -> Question:
    """Answer a question; its run goes on."""
    return await using.engine.questions.answer(question_id, request.answer, note=request.note, actor=actor)


@router.get("/recovery/statistics")
async def recovery_statistics(using: Using, since: datetime | None = None) -> RecoveryStatisticsView:
    """How often each strategy was tried, for which errors, and how often it helped."""
    if since is not None and since.tzinfo is None:
        raise InvalidRequestError("since: a time zone is missing; write it like 2026-03-02T09:00:00Z.", field="since")
    return recovery_statistics_view(await using.engine.recovery.statistics(since=since))


@router.get("/recovery")
async def recovery_history(
    using: Using, job: str | None = None, limit: Annotated[int, Query(ge=1, le=10_000)] = 100
) -> list[RecoveryRecord]:
    """What was tried, newest first."""
    return list(await using.engine.recovery.history(job_id=JobId(job) if job else None, limit=limit))
