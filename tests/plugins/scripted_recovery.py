"""The scripted engine's answers about questions of runs, checkpoints and pauses."""

from datetime import timedelta

from fastapi import APIRouter
from scripted_desk import Desk, absent, clock

from orchestrator.contract.api.jobs import JobView
from orchestrator.contract.api.recovery import AnswerRequest, PauseRequest, ResumePlanView, RetryFromRequest
from orchestrator.contract.checkpoints import CheckpointFacts, CheckpointKind, CheckpointView
from orchestrator.contract.questions import AtDeadline, Question, QuestionKind, QuestionStatus, QuestionText
from orchestrator.contract.states import JobStatus


def sample_questions(desk: Desk) -> list[Question]:
    """What the jobs of the sample fleet ask: the one that waits for a person, and two that run."""
    waiting = [job for job in desk.fleet.jobs.values() if job.status is JobStatus.WAITING_FOR_HUMAN]
    running = [job for job in desk.fleet.jobs.values() if job.status is JobStatus.RUNNING]
    texts = (
        QuestionText(
            kind=QuestionKind.APPROVE,
            question="Send this proposal to Nordwind GmbH for 4,800 EUR?",
            choices=("yes", "no"),
            deadline_s=3_600,
            details={"client": "Nordwind GmbH", "amount": 4800, "currency": "EUR", "lines": ["Setup", "Training"]},
        ),
        QuestionText(
            kind=QuestionKind.ANSWER,
            question="Which of the three invoices is the corrected one?",
            choices=("RE-2041", "RE-2041-K", "RE-2042"),
            default="RE-2041",
            deadline_s=900,
            at_deadline=AtDeadline.CONTINUE,
        ),
        QuestionText(
            kind=QuestionKind.SOLVE,
            question="The portal shows a puzzle that only a person may solve.",
            deadline_s=600,
            at_deadline=AtDeadline.CANCEL,
        ),
    )
    now = clock()
    return [
        Question(
            question_id=f"q-{number}",
            job_id=job.job_id,
            attempt=1,
            step_id="details",
            text=text,
            asked_at=now - timedelta(minutes=2 + number),
            deadline_at=now + timedelta(seconds=text.deadline_s - 120),
        )
        for number, (job, text) in enumerate(zip([*waiting, *running], texts, strict=False))
    ]


def question_routes(router: APIRouter, desk: Desk) -> None:
    """Answer what the API asks about questions."""
    desk.questions = {each.question_id: each for each in sample_questions(desk)}

    @router.get("/questions")
    async def listing(*, every: bool = False) -> list[Question]:
        return [each for each in desk.questions.values() if every or each.status is QuestionStatus.OPEN]

    @router.get("/questions/{question_id}")
    async def one(question_id: str) -> Question:
        if question_id not in desk.questions:
            raise absent(f"question {question_id}")
        return desk.questions[question_id]

    @router.post("/questions/{question_id}/answer")
    async def answer(question_id: str, request: AnswerRequest) -> Question:
        change = {
            "status": QuestionStatus.ANSWERED,
            "answer": request.answer,
            "note": request.note,
            "answered_by": "console",
            "answered_at": clock(),
        }
        after = (await one(question_id)).model_copy(update=change)
        desk.questions[question_id] = after
        desk.change_job(after.job_id, status=JobStatus.RUNNING)
        return after


def checkpoint_routes(router: APIRouter, desk: Desk) -> None:
    """Answer what the API asks about checkpoints and pauses."""

    def job_of(job_id: str) -> JobView:
        if job_id not in desk.fleet.jobs:
            raise absent(f"job {job_id}")
        return desk.fleet.jobs[job_id]

    @router.get("/checkpoints")
    async def every(job: str) -> list[CheckpointView]:
        return _checkpoints(job_of(job))

    @router.get("/jobs/{job_id}/retry-plan")
    async def plan(job_id: str, checkpoint: str | None = None) -> ResumePlanView:
        known = _checkpoints(job_of(job_id))
        chosen = next((each for each in known if each.facts.checkpoint_id == checkpoint), known[0])
        return ResumePlanView(
            checkpoint=chosen,
            workflow_hash=job_of(job_id).workflow_hash,
            reused=chosen.facts.done,
            again=("merge", "details", "rank", "picture"),
            unsafe=("details",),
        )

    @router.post("/jobs/{job_id}/retry-from")
    async def retry_from(job_id: str, request: RetryFromRequest) -> JobView:
        assert request.checkpoint_id is None or request.checkpoint_id.startswith("cp-")
        return desk.change_job(job_id, status=JobStatus.QUEUED, finished_at=None, error=None, progress=0.5)

    @router.post("/jobs/{job_id}/pause")
    async def pause(job_id: str, _: PauseRequest) -> JobView:
        return desk.change_job(job_id, status=JobStatus.PAUSED)

    @router.post("/jobs/{job_id}/resume")
    async def resume(job_id: str) -> JobView:
        return desk.change_job(job_id, status=JobStatus.QUEUED)


def _checkpoints(job: JobView) -> list[CheckpointView]:
    kinds = (CheckpointKind.ERROR, CheckpointKind.MILESTONE, CheckpointKind.AUTOMATIC)
    done = ("sessions", "search_product", "search_field", "search_related")
    taken = job.finished_at or job.changed_at
    return [
        CheckpointView(
            facts=CheckpointFacts(
                checkpoint_id=f"cp-{number}",
                job_id=job.job_id,
                attempt=max(job.attempt, 1),
                kind=kind,
                taken_at=taken - timedelta(seconds=20 * number),
                note="A step has failed for good." if kind is CheckpointKind.ERROR else "",
                step_id="details",
                done=done[: 4 - number],
                total=8,
                may_resume_after_crash=True,
            ),
            robot_id=job.robot_id,
            kept_at=taken,
            size=48_200 - number * 9_000,
        )
        for number, kind in enumerate(kinds)
    ]
