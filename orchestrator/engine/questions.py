"""Questions of runs to people: asked once however often the robot repeats it, answered once, and never forgotten."""

import logging
from collections.abc import Awaitable, Callable
from datetime import timedelta

from orchestrator.contract.ids import JobId, SessionId
from orchestrator.contract.protocol.questions import AskPerson, PersonAnswered, QuestionDropped
from orchestrator.contract.questions import AtDeadline, Question, QuestionKind, QuestionStatus
from orchestrator.contract.states import LIVE_STATES, JobStatus
from orchestrator.domain.events import JobChanged
from orchestrator.domain.job import Job
from orchestrator.domain.recovery_events import QuestionChanged
from orchestrator.domain.robot import Robot
from orchestrator.engine.bus import AuditAdded, EventBus
from orchestrator.engine.checkpoints import Send
from orchestrator.engine.clock import Clock, Wakeup
from orchestrator.engine.errors import ConflictError, InvalidRequestError, NotFoundError, StorageError
from orchestrator.engine.job_queue import JobQueue
from orchestrator.engine.moves import Move, about
from orchestrator.engine.ports.audit import AuditEntry
from orchestrator.engine.ports.recovery import QuestionStore

LOOK_S = 60.0
"""Safety tick of the loop, which knows when the next question expires."""
RETRY_S = 2.0
NO = "no"
YES = "yes"

logger = logging.getLogger(__name__)


class QuestionDesk:
    """Takes robots' questions and people's answers; a question ends exactly once, guarded in the store.

    The robot asks again after each reconnect and each half minute, and is then told what became of its question: so an
    answer that got lost on its way is repeated, and a question outlives restarts of either side.
    """

    def __init__(self, store: QuestionStore, queue: JobQueue, bus: EventBus, clock: Clock, *, send: Send) -> None:
        self._store = store
        self._queue = queue
        self._bus = bus
        self._clock = clock
        self._send = send
        self._open: dict[str, Question] = {}
        self._wakeup = Wakeup(clock)
        self.cancel_job: Callable[[JobId, str], Awaitable[None]] = _no_cancel
        """Cancels a job for a reason."""
        bus.subscribe(JobChanged, self._on_job, states=frozenset(JobStatus) - LIVE_STATES)

    async def load(self) -> None:
        """At a start: know what is still open."""
        self._open = {each.question_id: each for each in await self._store.listing(status=QuestionStatus.OPEN)}

    async def run(self) -> None:
        """Let questions expire whose time is over, and withdraw those whose run has ended, until cancelled."""
        while True:
            await self._wakeup.wait(self._next_s())
            try:
                await self._tidy()
            except StorageError as error:
                logger.warning("Questions cannot be closed now: %s", error)
                await self._wakeup.wait(RETRY_S)

    # --- people ---------------------------------------------------------------------------------------------------

    async def listing(
        self, *, status: QuestionStatus | None = QuestionStatus.OPEN, job_id: JobId | None = None
    ) -> tuple[Question, ...]:
        """Questions, oldest first."""
        return tuple(await self._store.listing(status=status, job_id=job_id))

    async def get(self, question_id: str) -> Question:
        """One question. NotFoundError."""
        found = await self._store.one(question_id)
        if found is None:
            raise NotFoundError("question", question_id)
        return found

    async def answer(self, question_id: str, answer: str, *, note: str = "", actor: str = "engine") -> Question:
        """Answer a question; the run goes on.

        NotFoundError; InvalidRequestError for what is no choice; ConflictError when it is open no more, or the run that
        asked is not the job's newest any more.
        """
        question = await self.get(question_id)
        if question.status is not QuestionStatus.OPEN:
            raise ConflictError(f"Question {question_id} is {question.status} already.")
        if not self._is_alive(question):
            await self._close(question, QuestionStatus.WITHDRAWN)
            raise ConflictError(f"The run that asked question {question_id} has ended.")
        if self._clock.now() >= question.deadline_at:
            await self._close(question, QuestionStatus.EXPIRED)
            raise ConflictError(f"The time for question {question_id} is over.")
        closed = await self._close(
            question, QuestionStatus.ANSWERED, answer=checked_answer(question, answer), by=actor, note=note
        )
        if closed is None:
            raise ConflictError(f"Somebody else was first: question {question_id} is closed.")
        return closed

    # --- robots ---------------------------------------------------------------------------------------------------

    async def asked(self, robot: Robot, _: SessionId, message: AskPerson) -> None:
        """A robot asks, or asks again."""
        job = self._queue.get(JobId(message.job_id))
        if job is None or job.robot_id != robot.robot_id or not job.concerns(message.attempt):
            return
        question = await self._kept(job, message)
        if question.job_id != job.job_id or question.attempt != job.attempt:
            return
        if question.status is not QuestionStatus.OPEN:
            self._tell(question)
            return
        self._open[question.question_id] = question
        self._wakeup.ring()
        await self._queue.move(job.job_id, lambda now: self._waiting(now, question))

    async def dropped(self, robot: Robot, _: SessionId, message: QuestionDropped) -> None:
        """The robot waits no longer."""
        question = self._open.get(message.question_id)
        job = self._queue.get(JobId(message.job_id))
        if question is None or job is None or job.robot_id != robot.robot_id or not job.concerns(question.attempt):
            return
        is_over = self._clock.now() >= question.deadline_at
        await self._close(question, QuestionStatus.EXPIRED if is_over else QuestionStatus.WITHDRAWN)

    # --- inside ---------------------------------------------------------------------------------------------------

    async def _kept(self, job: Job, message: AskPerson) -> Question:
        known = self._open.get(message.question_id)
        if known is not None:
            return known
        now = self._clock.now()
        left_s = max(0.0, message.text.deadline_s - message.waited_s)
        question = Question(
            question_id=message.question_id,
            job_id=message.job_id,
            attempt=message.attempt,
            step_id=message.step_id,
            text=message.text,
            asked_at=now - timedelta(seconds=message.waited_s),
            deadline_at=now + timedelta(seconds=left_s),
        )
        words = f"{job.workflow_name} asks: {message.text.question[:500]}"
        entry = about(job, "question.asked", words, now)
        kept = await self._store.add(question, entry)
        if kept == question:
            self._announce(question, entry)
        return kept

    def _waiting(self, job: Job, question: Question) -> Move | None:
        if job.status is not JobStatus.RUNNING or job.attempt != question.attempt:
            return None
        now = self._clock.now()
        words = f"{job.workflow_name} waits for a person."
        return Move(
            after=job.moved(JobStatus.WAITING_FOR_HUMAN, at=now), audit=about(job, "job.waiting_for_human", words, now)
        )

    async def _close(
        self, question: Question, status: QuestionStatus, *, answer: str | None = None, by: str = "", note: str = ""
    ) -> Question | None:
        """Close it, tell everybody; None when it was closed already."""
        now = self._clock.now()
        if status is QuestionStatus.EXPIRED and question.text.at_deadline is AtDeadline.CONTINUE:
            answer = question.text.default
        closed = question.model_copy(
            update={"status": status, "answer": answer, "answered_by": by, "answered_at": now, "note": note}
        )
        entry = AuditEntry(
            at=now,
            kind=f"question.{status}",
            message=_story(closed),
            actor=by or "engine",
            job_id=JobId(question.job_id),
            details={"question_id": question.question_id, "answer": answer, "note": note},
        )
        is_first = await self._store.close(closed, entry)
        self._open.pop(question.question_id, None)
        if is_first:
            self._announce(closed, entry)
            self._tell(closed)
            await self._follow_policy(closed)
        return closed if is_first else None

    async def _follow_policy(self, question: Question) -> None:
        """What the end of a question means for its job; a cancel goes before everything else."""
        is_cancel = question.status is QuestionStatus.EXPIRED and question.text.at_deadline is AtDeadline.CANCEL
        if is_cancel and self._is_alive(question):
            try:
                await self.cancel_job(JobId(question.job_id), "Nobody answered in time.")
            except ConflictError as error:
                logger.info("A job whose question expired is not cancelled: %s", error)
        await self._go_on(question)

    async def _go_on(self, question: Question) -> None:
        """WAITING_FOR_HUMAN to RUNNING, when no other question of the run is open."""
        if any(each.job_id == question.job_id for each in self._open.values()):
            return
        now = self._clock.now()

        def decide(job: Job) -> Move | None:
            if job.status is not JobStatus.WAITING_FOR_HUMAN or job.attempt != question.attempt:
                return None
            words = f"{job.workflow_name} goes on."
            return Move(after=job.moved(JobStatus.RUNNING, at=now), audit=about(job, "job.answered", words, now))

        await self._queue.move(JobId(question.job_id), decide)

    def _tell(self, question: Question) -> None:
        job = self._queue.get(JobId(question.job_id))
        if job is None or job.robot_id is None or not job.concerns(question.attempt):
            return
        news = PersonAnswered(
            job_id=question.job_id,
            attempt=question.attempt,
            question_id=question.question_id,
            status=question.status,
            answer=question.answer,
            answered_by=question.answered_by,
            note=question.note,
        )
        self._send(job.robot_id, news)

    def _is_alive(self, question: Question) -> bool:
        job = self._queue.get(JobId(question.job_id))
        return job is not None and job.status.is_live and job.concerns(question.attempt)

    async def _tidy(self) -> None:
        now = self._clock.now()
        for question in tuple(self._open.values()):
            if not self._is_alive(question):
                await self._close(question, QuestionStatus.WITHDRAWN)
            elif now >= question.deadline_at:
                await self._close(question, QuestionStatus.EXPIRED)

    def _next_s(self) -> float:
        if not self._open:
            return LOOK_S
        first = min(each.deadline_at for each in self._open.values())
        return min(LOOK_S, max(0.0, (first - self._clock.now()).total_seconds()))

    def _on_job(self, event: JobChanged) -> None:
        if (
            self._open
            and not event.job.status.is_live
            and any(each.job_id == event.job.job_id for each in self._open.values())
        ):
            self._wakeup.ring()

    def _announce(self, question: Question, entry: AuditEntry) -> None:
        self._bus.publish(QuestionChanged(question=question))
        self._bus.publish(AuditAdded(entry=entry))


async def _no_cancel(_: JobId, __: str) -> None:
    """Until the engine has wired its parts."""


def checked_answer(question: Question, answer: str) -> str:
    """The answer as one of the choices; InvalidRequestError names them."""
    choices = (YES, NO) if question.text.kind is QuestionKind.APPROVE else question.text.choices
    if not choices:
        return answer
    found = next((each for each in choices if each.casefold() == answer.strip().casefold()), None)
    if found is None:
        raise InvalidRequestError(f"answer: {answer!r:.80} is no choice; choose {', '.join(choices)}.", field="answer")
    return found


def _story(question: Question) -> str:
    match question.status:
        case QuestionStatus.ANSWERED:
            remark = f" ({question.note})" if question.note else ""
            return (
                f"{question.answered_by} answered {question.answer!r:.200} to: {question.text.question[:300]}{remark}"
            )
        case QuestionStatus.EXPIRED:
            return f"Nobody answered in time: {question.text.question[:300]}"
        case _:
            return f"The run that asked has ended: {question.text.question[:300]}"
