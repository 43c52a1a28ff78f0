"""The scripted engine's answers about failures, dead letters and bulk actions, all of them read off its jobs."""

import hashlib
from collections import Counter

from fastapi import APIRouter
from scripted_desk import Desk, RefusalError, absent, clock

from orchestrator.contract.api.common import ErrorBody, Page
from orchestrator.contract.api.jobs import JobView
from orchestrator.contract.api.operations import (
    BulkApplyRequest,
    BulkFilterRequest,
    BulkPreview,
    BulkRequest,
    BulkView,
    CutOffStep,
    DeadLetterDetail,
    DeadLetterRetryRequest,
    DeadLetterView,
    DiscardRequest,
    FailureGroupView,
    FailurePlaceView,
    SolveRequest,
)
from orchestrator.contract.errors import ErrorInfo
from orchestrator.contract.ids import new_id
from orchestrator.contract.states import JobStatus

_FAILED = (JobStatus.FAILED, JobStatus.TIMEOUT)


def fingerprint(error: ErrorInfo) -> str:
    """What like failures have in common."""
    return hashlib.sha256(f"{error.kind}{error.message}".encode()).hexdigest()[:16]


def failure_routes(router: APIRouter, desk: Desk) -> None:  # noqa: C901 - one small function for each route
    """Answer what the API asks about groups of failures."""
    notes: dict[str, tuple[str, str]] = {}

    def group(mark: str, jobs: list[JobView]) -> FailureGroupView:
        newest = max(jobs, key=lambda job: job.changed_at)
        assert newest.error is not None
        state, note = notes.get(mark, ("open", ""))
        return FailureGroupView(
            fingerprint=mark,
            step_id=newest.error.step_id or "",
            kind=newest.error.kind,
            message=newest.error.message,
            sample=newest.error.message,
            first_seen_at=min(job.changed_at for job in jobs),
            last_seen_at=newest.changed_at,
            count=len(jobs) + 3,
            failed_now=len(jobs),
            state="solved" if state == "solved" else "open",
            changed_at=clock() if note else None,
            changed_by="ada" if note else "",
            note=note,
            places=tuple(_places(jobs)),
        )

    def groups() -> dict[str, FailureGroupView]:
        found: dict[str, list[JobView]] = {}
        for job in desk.fleet.jobs.values():
            if job.error is not None and job.status in _FAILED:
                found.setdefault(fingerprint(job.error), []).append(job)
        return {mark: group(mark, jobs) for mark, jobs in found.items()}

    def found_group(mark: str) -> FailureGroupView:
        known = groups()
        if mark not in known:
            raise absent(f"failure group {mark}")
        return known[mark]

    @router.get("/failures")
    async def failures() -> Page[FailureGroupView]:
        found = sorted(groups().values(), key=lambda each: each.last_seen_at, reverse=True)
        short = tuple(each.model_copy(update={"places": each.places[:1]}) for each in found)
        return Page(items=short, total=len(found), offset=0)

    @router.get("/failures/{mark}")
    async def one(mark: str) -> FailureGroupView:
        return found_group(mark)

    @router.post("/failures/{mark}/solve")
    async def solve(mark: str, request: SolveRequest) -> FailureGroupView:
        found_group(mark)
        notes[mark] = ("solved", request.note)
        return found_group(mark)

    @router.post("/failures/{mark}/reopen")
    async def reopen(mark: str) -> FailureGroupView:
        notes.pop(mark, None)
        return found_group(mark)


def _places(jobs: list[JobView]) -> list[FailurePlaceView]:
    seen = Counter((job.workflow_id, job.robot_id) for job in jobs)
    by_place = {(job.workflow_id, job.robot_id): job for job in sorted(jobs, key=lambda job: job.changed_at)}
    views = [
        FailurePlaceView(
            workflow_id=job.workflow_id,
            workflow_name=job.workflow_name,
            workflow_hash=job.workflow_hash,
            robot_id=job.robot_id,
            robot_name=job.robot_name,
            count=seen[place],
            last_seen_at=job.changed_at,
        )
        for place, job in by_place.items()
    ]
    return sorted(views, key=lambda view: view.last_seen_at, reverse=True)


def letter_routes(router: APIRouter, desk: Desk) -> None:
    """Answer what the API asks about dead letters."""
    discarded: set[str] = set()

    def letters() -> list[DeadLetterView]:
        dead = [job for job in desk.fleet.jobs.values() if job.status is JobStatus.DEAD_LETTER]
        return [_letter(job, number) for number, job in enumerate(dead) if job.job_id not in discarded]

    def letter_of(job_id: str) -> DeadLetterView:
        found = next((each for each in letters() if each.job.job_id == job_id), None)
        if found is None:
            raise absent(f"dead letter {job_id}")
        return found

    @router.get("/dead-letters")
    async def every() -> Page[DeadLetterView]:
        return Page(items=tuple(letters()), total=len(letters()), offset=0)

    @router.get("/dead-letters/{job_id}")
    async def one(job_id: str) -> DeadLetterDetail:
        return DeadLetterDetail(letter=letter_of(job_id), checkpoints=2)

    @router.post("/dead-letters/{job_id}/retry")
    async def retry(job_id: str, request: DeadLetterRetryRequest) -> JobView:
        letter_of(job_id)
        progress = 0.5 if request.from_checkpoint else 0.0
        return desk.change_job(job_id, status=JobStatus.QUEUED, finished_at=None, error=None, progress=progress)

    @router.post("/dead-letters/{job_id}/discard")
    async def discard(job_id: str, request: DiscardRequest) -> DeadLetterDetail:
        letter = letter_of(job_id)
        assert request.reason
        discarded.add(job_id)
        return DeadLetterDetail(letter=letter)


def _letter(job: JobView, number: int) -> DeadLetterView:
    is_safe = number % 2 == 1
    step = CutOffStep(step_id="details", name="Send the proposal", action="submit_proposal", is_safe_to_repeat=is_safe)
    advice = "Look at the site whether the proposal was sent." if not is_safe else "It can be repeated without harm."
    return DeadLetterView(job=job, advice=advice, is_safe_to_repeat=is_safe, cut_off=(step,))


def bulk_routes(router: APIRouter, desk: Desk) -> None:
    """Answer what the API asks about bulk actions."""
    previews: dict[str, tuple[BulkRequest, list[JobView]]] = {}
    done: dict[str, tuple[BulkView, list[JobView]]] = {}

    @router.post("/bulk/preview")
    async def preview(request: BulkRequest) -> BulkPreview:
        fitting = [job for job in desk.fleet.jobs.values() if _fits(job, request.filter)]
        able = [job for job in fitting if _is_able(job, request.action)]
        token = new_id()
        previews[token] = (request, able)
        left_out = {"have ended already": len(fitting) - len(able)} if len(able) < len(fitting) else {}
        return BulkPreview(
            token=token,
            count=len(able),
            by_status=Counter(job.status for job in able),
            sample=tuple(able[:20]),
            left_out=left_out,
        )

    @router.post("/bulk", status_code=202)
    async def apply(request: BulkApplyRequest) -> BulkView:
        if request.token not in previews:
            raise RefusalError(409, ErrorBody(code="conflict", message="The preview is too old."))
        wanted, jobs = previews.pop(request.token)
        for job in jobs:
            desk.change_job(job.job_id, **_changes(wanted))
        view = BulkView(
            operation_id=new_id(),
            action=wanted.action,
            priority=wanted.priority,
            actor="console",
            state="done",
            started_at=clock(),
            planned=len(jobs),
            done=len(jobs),
            skipped=0,
            undone=0,
        )
        done[view.operation_id] = (view, jobs)
        return view

    @router.post("/bulk/{operation_id}/undo")
    async def undo(operation_id: str) -> BulkView:
        view, jobs = done[operation_id]
        for job in jobs:
            kept = {"status": job.status, "error": job.error, "priority": job.priority, "finished_at": job.finished_at}
            desk.change_job(job.job_id, **kept)
        return view.model_copy(update={"state": "undone", "undone": len(jobs)})


def _fits(job: JobView, wanted: BulkFilterRequest) -> bool:
    if wanted.job_ids:
        return job.job_id in wanted.job_ids
    if wanted.failure is not None:
        return job.status in _FAILED and job.error is not None and fingerprint(job.error) == wanted.failure
    return (not wanted.status or job.status in wanted.status) and wanted.text.lower() in job.workflow_name.lower()


def _is_able(job: JobView, action: str) -> bool:
    match action:
        case "retry":
            return job.status.has_ended and job.status is not JobStatus.COMPLETED
        case "cancel":
            return not job.status.has_ended
        case _:
            return job.status in (JobStatus.QUEUED, JobStatus.PENDING)


def _changes(wanted: BulkRequest) -> dict[str, object]:
    match wanted.action:
        case "retry":
            return {"status": JobStatus.QUEUED, "finished_at": None, "error": None, "progress": 0.0}
        case "cancel":
            return {"status": JobStatus.CANCELLED, "finished_at": clock()}
        case _:
            return {"priority": wanted.priority}
