"""A person in a run's page: one at a time, for a limited time, and everything that was done is counted and kept.

Robot and question hold the run; this room holds the lease of the person. When it is lost with a restart the run still
stands, its question is still open, and whoever takes the run over again gets a new lease for it.
"""

import asyncio
import hmac
import logging
import secrets
from collections import Counter, deque
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from orchestrator.contract.ids import JobId, JsonValue
from orchestrator.contract.live import InputEvent, Then
from orchestrator.contract.protocol.live import RunInput, TakeOver
from orchestrator.contract.protocol.terms import LIVE
from orchestrator.contract.questions import Question, QuestionKind, QuestionStatus
from orchestrator.contract.states import LIVE_STATES, JobStatus
from orchestrator.domain.events import JobChanged
from orchestrator.domain.job import Job
from orchestrator.domain.recovery_events import QuestionChanged
from orchestrator.engine.bus import AuditAdded, EventBus
from orchestrator.engine.checkpoints import Send
from orchestrator.engine.clock import Clock, Wakeup
from orchestrator.engine.errors import ConflictError, NotFoundError, OrchestratorError
from orchestrator.engine.job_queue import JobQueue
from orchestrator.engine.live_frames import RunLook
from orchestrator.engine.live_view import LiveView
from orchestrator.engine.moves import about
from orchestrator.engine.ports.audit import AuditEntry
from orchestrator.engine.ports.store import Store
from orchestrator.engine.questions import QuestionDesk
from orchestrator.engine.robot_pool import RobotPool

HELD_LIMIT_S = 10.0
"""How long a command waits until the robot has stopped the run."""
LOOK_S = 3_600.0
RETRY_S = 2.0
DONE = "done"
FAILED = "failed"
_TAKEN = frozenset({JobStatus.RUNNING, JobStatus.WAITING_FOR_HUMAN})

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Lease:
    """One person's right to act in a run's page."""

    job_id: JobId
    attempt: int
    holder: str
    token: str = field(repr=False)
    """Shown with everything that the person does."""
    since: datetime
    until: datetime
    """Then the run goes on without the person."""
    is_held: bool
    """True once the run stands and waits for the person."""


class TakeOverDesk:
    """Gives out leases, passes input on, and hands runs back."""

    def __init__(
        self,
        *,
        queue: JobQueue,
        pool: RobotPool,
        questions: QuestionDesk,
        live: LiveView,
        store: Store,
        bus: EventBus,
        clock: Clock,
        send: Send,
    ) -> None:
        self._queue = queue
        self._pool = pool
        self._questions = questions
        self._live = live
        self._store = store
        self._bus = bus
        self._clock = clock
        self._send = send
        self._leases: dict[JobId, Lease] = {}
        self._inputs: dict[JobId, Counter[str]] = {}
        self._asked: dict[JobId, asyncio.Event] = {}
        """Rings when the run's robot asks the person for the word to go on."""
        self._to_tell: deque[AuditEntry] = deque(maxlen=10_000)
        self._wakeup = Wakeup(clock)
        live.decorate = self._decorated
        bus.subscribe(QuestionChanged, self._on_question)
        bus.subscribe(JobChanged, self._on_waiting, states=frozenset({JobStatus.WAITING_FOR_HUMAN}))
        bus.subscribe(JobChanged, self._on_job, states=frozenset(JobStatus) - LIVE_STATES)

    async def run(self) -> None:
        """Write down what has ended, until cancelled."""
        while True:
            await self._wakeup.wait(RETRY_S if self._to_tell else LOOK_S)
            while self._to_tell:
                try:
                    await self._store.add_audit(self._to_tell[0])
                except OrchestratorError as error:
                    logger.warning("The end of a takeover is not written down yet: %s", error)
                    break
                self._bus.publish(AuditAdded(entry=self._to_tell.popleft()))

    # --- people ---------------------------------------------------------------------------------------------------

    def lease_of(self, job_id: JobId) -> Lease | None:
        """Who has a run; None while nobody does."""
        lease = self._leases.get(job_id)
        return lease if lease is not None and lease.until > self._clock.now() else None

    async def take(
        self, job_id: JobId, *, actor: str, reason: str = "", limit_s: float = 900.0, force: bool = False
    ) -> Lease:
        """Take a run over; nothing of it begins until it is handed back, or the limit has passed.

        A run whose step waits for a person to do something (`human.solve`) is joined as it stands. Who has the run
        already gets the same lease again. NotFoundError; ConflictError for a run that is not at work, or that somebody
        else has, unless `force`.
        """
        job = self._checked(job_id)
        before = self.lease_of(job_id)
        if before is not None and before.attempt == job.attempt and not (before.holder == actor or force):
            raise ConflictError(
                f"{before.holder} has job {job_id} until {before.until:%H:%M:%S} UTC; take it from them with `force`."
            )
        if before is not None and before.holder == actor and before.attempt == job.attempt and before.is_held:
            return before
        question = await self._open_question(job)
        if question is None:
            order = TakeOver(
                job_id=job_id, attempt=job.attempt, by=actor[:200], reason=reason[:1_000], deadline_s=limit_s
            )
            self._asked[job_id] = asyncio.Event()
            if job.robot_id is None or not self._send(job.robot_id, order):
                raise ConflictError(f"The robot of job {job_id} is not connected.")
        lease = self._lease(job, actor, question, limit_s)
        if before is not None and before.holder != actor:
            self._forget(before, f"{actor} took it from {before.holder}")
        self._leases[job_id], self._inputs[job_id] = lease, Counter()
        words = f"{actor} took {job.workflow_name} over{f': {reason}' if reason else ''}."
        await self._write(about(job, "takeover.begun", words, lease.since, actor))
        return await self._once_held(job_id, lease)

    async def input(self, job_id: JobId, token: str, events: Sequence[InputEvent], session: int | None = None) -> None:
        """Do something in the run's page. ConflictError without the lease's token."""
        lease = self.lease_of(job_id)
        if lease is None:
            raise ConflictError(f"Nobody has taken job {job_id} over: its page takes no input.")
        if not hmac.compare_digest(lease.token.encode(), token.encode()):
            raise ConflictError(f"{lease.holder} has job {job_id} now: your lease is over.")
        job = self._queue.get(job_id)
        order = RunInput(job_id=job_id, attempt=lease.attempt, session=session, events=tuple(events))
        if job is None or job.robot_id is None or not self._send(job.robot_id, order):
            raise ConflictError(f"The robot of job {job_id} is not connected.")
        self._inputs[job_id].update(_told(event) for event in events)

    async def hand_back(
        self,
        job_id: JobId,
        *,
        actor: str,
        token: str = "",
        then: Then = Then.CONTINUE,
        note: str = "",
        force: bool = False,
    ) -> Question:
        """Let the run go on.

        NotFoundError; ConflictError when nobody has it, or somebody else does without `force`.
        """
        job = self._checked(job_id)
        lease = self.lease_of(job_id)
        shows = lease is not None and bool(token) and hmac.compare_digest(lease.token.encode(), token.encode())
        if lease is not None and not (shows or force or (not token and lease.holder == actor)):
            raise ConflictError(f"{lease.holder} has job {job_id}; hand it back for them with `force`.")
        question = await self._open_question(job)
        if question is None:
            await self._wait_for_question(job_id)
            question = await self._open_question(job)
        if question is None:
            raise ConflictError(f"Job {job_id} has not been taken over.")
        return await self._questions.answer(question.question_id, _answer(question, then), note=note, actor=actor)

    # --- inside ---------------------------------------------------------------------------------------------------

    def _checked(self, job_id: JobId) -> Job:
        job = self._queue.get(job_id)
        if job is None:
            raise NotFoundError("running job", job_id)
        if job.status not in _TAKEN or job.robot_id is None:
            raise ConflictError(f"Job {job_id} is {job.status}: only a run that is at work can be taken over.")
        berth = self._pool.berth(job.robot_id)
        if berth is None or berth.session_id is None:
            raise ConflictError(f"The robot of job {job_id} is not connected.")
        if LIVE not in berth.features:
            raise ConflictError(f"{berth.robot.name} lets nobody take its runs over: update it to this release.")
        return job

    async def _open_question(self, job: Job) -> Question | None:
        """What the run waits for a person to do now."""
        found = await self._questions.listing(status=QuestionStatus.OPEN, job_id=job.job_id)
        fitting = (each for each in found if each.text.kind is QuestionKind.SOLVE and each.attempt == job.attempt)
        return next(fitting, None)

    def _lease(self, job: Job, actor: str, question: Question | None, limit_s: float) -> Lease:
        now = self._clock.now()
        return Lease(
            job_id=job.job_id,
            attempt=job.attempt,
            holder=actor,
            token=secrets.token_urlsafe(24),
            since=now,
            until=question.deadline_at if question is not None else now + timedelta(seconds=limit_s),
            is_held=question is not None,
        )

    async def _once_held(self, job_id: JobId, lease: Lease) -> Lease:
        if not lease.is_held:
            await self._wait_for_question(job_id)
        self._live.stirred(job_id)
        return self._leases.get(job_id, lease)

    async def _wait_for_question(self, job_id: JobId) -> None:
        asked = self._asked.get(job_id)
        if asked is None:
            return
        try:
            async with asyncio.timeout(HELD_LIMIT_S):
                await asked.wait()
        except TimeoutError:
            logger.info("The robot has not stopped the run for a person yet.")

    def _on_question(self, event: QuestionChanged) -> None:
        question = event.question
        job_id = JobId(question.job_id)
        if question.text.kind is not QuestionKind.SOLVE:
            return
        lease = self._leases.get(job_id)
        if question.status is QuestionStatus.OPEN:
            if lease is not None and lease.attempt == question.attempt:
                self._leases[job_id] = replace(lease, is_held=True, until=question.deadline_at)
            job = self._queue.get(job_id)
            if job is not None and job.status is JobStatus.WAITING_FOR_HUMAN:
                self._stands(job_id)
        elif lease is not None and lease.attempt == question.attempt:
            self._forget(lease, _ending(question))
        self._live.stirred(job_id)

    def _on_waiting(self, event: JobChanged) -> None:
        """A run stands; whether for a person who took it over is known by its question, which comes first."""
        lease = self._leases.get(event.job.job_id) if self._leases else None
        if lease is not None and lease.is_held:
            self._stands(lease.job_id)

    def _stands(self, job_id: JobId) -> None:
        if (asked := self._asked.pop(job_id, None)) is not None:
            asked.set()

    def _on_job(self, event: JobChanged) -> None:
        if self._leases and (lease := self._leases.get(event.job.job_id)) is not None:
            self._forget(lease, f"the run ended: {event.job.status}")
        if self._asked:
            self._asked.pop(event.job.job_id, None)

    def _forget(self, lease: Lease, why: str) -> None:
        """The lease is over: note how often which kind of input was given, never what was typed."""
        self._leases.pop(lease.job_id, None)
        counts: dict[str, JsonValue] = dict(sorted(self._inputs.pop(lease.job_id, Counter()).items()))
        now = self._clock.now()
        total = sum(value for value in counts.values() if isinstance(value, int))
        details: dict[str, JsonValue] = {
            "inputs": counts,
            "held_s": round((now - lease.since).total_seconds(), 1),
            "attempt": lease.attempt,
        }
        self._to_tell.append(
            AuditEntry(
                at=now,
                kind="takeover.ended",
                message=f"{lease.holder} had the run for {details['held_s']} s with {total} inputs; {why}.",
                actor=lease.holder,
                job_id=lease.job_id,
                details=details,
            )
        )
        self._wakeup.ring()

    async def _write(self, entry: AuditEntry) -> None:
        await self._store.add_audit(entry)
        self._bus.publish(AuditAdded(entry=entry))

    def _decorated(self, look: RunLook) -> RunLook:
        lease = self.lease_of(look.job_id)
        return look if lease is None else replace(look, holder=lease.holder, until=lease.until)


def _told(event: InputEvent) -> str:
    """The kind of an input, for counting."""
    what = getattr(event, "what", "")
    return f"{event.kind}.{what}" if what else event.kind


def _answer(question: Question, then: Then) -> str:
    """The word in the choices of the question: a step that waits to be solved knows done and failed only."""
    if then.value in question.text.choices:
        return then.value
    return FAILED if then is Then.FAIL else DONE


def _ending(question: Question) -> str:
    match question.status:
        case QuestionStatus.ANSWERED:
            return f"{question.answered_by} handed it back ({question.answer})"
        case QuestionStatus.EXPIRED:
            return "its time was over"
        case _:
            return "the run that waited has ended"
