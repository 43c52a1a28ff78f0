"""The client's part about checkpoints, pauses, questions and recovery."""

from datetime import datetime

from orchestrator.client.paths import part_of_path
from orchestrator.client.transport import Transport
from orchestrator.contract.api.common import API
from orchestrator.contract.api.jobs import JobView
from orchestrator.contract.api.recovery import (
    AnswerRequest,
    CheckpointRequest,
    CheckpointStatisticsView,
    CleanupRequest,
    CleanupView,
    PauseRequest,
    RecoveryStatisticsView,
    ResumePlanView,
    RetryFromRequest,
)
from orchestrator.contract.checkpoints import CheckpointKind, CheckpointView
from orchestrator.contract.ids import JsonValue
from orchestrator.contract.questions import Question, QuestionStatus
from orchestrator.contract.recovery import RecoveryRecord


class CheckpointClient:
    """Checkpoints: take, look, go on from, throw away."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    async def take(
        self, job_id: str, *, note: str = "", metadata: dict[str, JsonValue] | None = None
    ) -> CheckpointView:
        """A checkpoint of a running job, now; returns when it is kept."""
        body = CheckpointRequest(note=note, metadata=metadata or {})
        path = f"/jobs/{part_of_path(job_id)}/checkpoint"
        return await self._transport.read(CheckpointView, "POST", path, body=body)

    async def list(
        self, job_id: str | None = None, *, kind: CheckpointKind | None = None, limit: int = 100
    ) -> "tuple[CheckpointView, ...]":
        """Checkpoints, newest first."""
        query: dict[str, str | int] = {"limit": limit}
        query |= {"job": job_id} if job_id else {}
        query |= {"kind": kind.value} if kind else {}
        return await self._transport.read(tuple[CheckpointView, ...], "GET", "/checkpoints", query=query)

    async def get(self, checkpoint_id: str) -> CheckpointView:
        """One checkpoint without its content."""
        return await self._transport.read(CheckpointView, "GET", f"/checkpoints/{part_of_path(checkpoint_id)}")

    async def delete(self, checkpoint_id: str) -> None:
        """Remove one."""
        await self._transport.send("DELETE", f"{API}/checkpoints/{part_of_path(checkpoint_id)}")

    async def cleanup(self, *, max_age_days: float = 30.0, max_count: int = 100, keep_milestones: bool = True) -> int:
        """Remove old ones; how many."""
        body = CleanupRequest(max_age_days=max_age_days, max_count=max_count, keep_milestones=keep_milestones)
        return (await self._transport.read(CleanupView, "POST", "/checkpoints/cleanup", body=body)).removed

    async def statistics(self) -> CheckpointStatisticsView:
        """How many there are, of which kinds, and how much room they take."""
        return await self._transport.read(CheckpointStatisticsView, "GET", "/checkpoints/statistics")

    async def plan(
        self, job_id: str, *, checkpoint_id: str | None = None, newest_version: bool = False
    ) -> ResumePlanView:
        """What a retry from a checkpoint would reuse and run again; nothing happens."""
        query = {"newest_version": "true"} if newest_version else {}
        query |= {"checkpoint": checkpoint_id} if checkpoint_id else {}
        path = f"/jobs/{part_of_path(job_id)}/retry-plan"
        return await self._transport.read(ResumePlanView, "GET", path, query=query)

    async def retry(self, job_id: str, *, checkpoint_id: str | None = None, newest_version: bool = False) -> JobView:
        """Run an ended job again, from its newest or the given checkpoint."""
        body = RetryFromRequest(checkpoint_id=checkpoint_id, newest_version=newest_version)
        return await self._transport.read(JobView, "POST", f"/jobs/{part_of_path(job_id)}/retry-from", body=body)

    async def pause(self, job_id: str, *, reason: str = "") -> JobView:
        """Let a running job stop at a checkpoint and free its robot."""
        body = PauseRequest(reason=reason)
        return await self._transport.read(JobView, "POST", f"/jobs/{part_of_path(job_id)}/pause", body=body)

    async def resume(self, job_id: str) -> JobView:
        """Let a paused job go on, on any robot."""
        return await self._transport.read(JobView, "POST", f"/jobs/{part_of_path(job_id)}/resume")


class QuestionClient:
    """Questions of runs to people."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    async def list(
        self, *, status: QuestionStatus | None = QuestionStatus.OPEN, job_id: str | None = None
    ) -> "tuple[Question, ...]":
        """Questions, oldest first; `status` None for all."""
        query = {"status": status.value} if status else {"every": "true"}
        query |= {"job": job_id} if job_id else {}
        return await self._transport.read(tuple[Question, ...], "GET", "/questions", query=query)

    async def get(self, question_id: str) -> Question:
        """One question and its answer."""
        return await self._transport.read(Question, "GET", f"/questions/{part_of_path(question_id)}")

    async def answer(self, question_id: str, answer: str, *, note: str = "") -> Question:
        """Answer a question; its run goes on."""
        body = AnswerRequest(answer=answer, note=note)
        return await self._transport.read(Question, "POST", f"/questions/{part_of_path(question_id)}/answer", body=body)


class RecoveryClient:
    """What recoveries came to."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    async def statistics(self, *, since: datetime | None = None) -> RecoveryStatisticsView:
        """How often each strategy was tried, for which errors, and how often it helped."""
        query = {"since": since.isoformat()} if since else {}
        return await self._transport.read(RecoveryStatisticsView, "GET", "/recovery/statistics", query=query)

    async def history(self, job_id: str | None = None, *, limit: int = 100) -> tuple[RecoveryRecord, ...]:
        """What was tried, newest first."""
        query: dict[str, str | int] = {"limit": limit}
        query |= {"job": job_id} if job_id else {}
        return await self._transport.read(tuple[RecoveryRecord, ...], "GET", "/recovery", query=query)
