"""Questions to people that steps of this robot wait for: asked at once, after each reconnect and each half minute."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from orchestrator.contract.ids import new_id
from orchestrator.contract.protocol.message import AttemptRef, Payload
from orchestrator.contract.protocol.questions import AskPerson, PersonAnswered, QuestionDropped
from orchestrator.contract.questions import AtDeadline, QuestionStatus, QuestionText
from robot.clock import Clock

REPEAT_S = 30.0
LONELY_S = 60.0
"""How much longer than its deadline a question waits for the orchestrator's word, before it counts as expired."""

logger = logging.getLogger(__name__)


@dataclass(eq=False, slots=True, kw_only=True)
class _Asked:
    """A question that a step waits for."""

    ref: AttemptRef
    question_id: str
    step_id: str
    text: QuestionText
    since_s: float
    answer: PersonAnswered | None = None
    closed: asyncio.Event = field(default_factory=asyncio.Event)


class Questions:
    """All of them, whichever run they belong to."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._asked: dict[str, _Asked] = {}
        self._dropped: list[QuestionDropped] = []
        self._news = asyncio.Event()

    async def ask(self, ref: AttemptRef, step_id: str, text: QuestionText) -> PersonAnswered:
        """Ask, and wait for what becomes of it: answered, or expired. Cancelling withdraws the question."""
        asked = _Asked(ref=ref, question_id=new_id(), step_id=step_id, text=text, since_s=self._clock.monotonic())
        self._asked[asked.question_id] = asked
        self._news.set()
        try:
            async with asyncio.timeout(text.deadline_s + LONELY_S):
                await asked.closed.wait()
        except TimeoutError:
            logger.info("Nobody could say what became of a question; its time is over.")
        finally:
            del self._asked[asked.question_id]
            if asked.answer is None:
                self._drop(asked)
        return asked.answer or self._expired(asked)

    def answered(self, answer: PersonAnswered) -> None:
        """The orchestrator says how a question ended."""
        asked = self._asked.get(answer.question_id)
        if asked is not None and asked.ref == AttemptRef(job_id=answer.job_id, attempt=answer.attempt):
            asked.answer = answer
            asked.closed.set()

    async def attend(self, send: Callable[[Payload], Awaitable[None]]) -> None:
        """Ask what is open for as long as the session lives."""
        while True:
            self._news.clear()
            dropped, self._dropped = self._dropped, []
            for each in dropped:
                await send(each)
            for asked in tuple(self._asked.values()):
                await send(self._message(asked))
            try:
                async with asyncio.timeout(REPEAT_S):
                    await self._news.wait()
            except TimeoutError:
                pass  # the answer may have got lost: ask again

    def _message(self, asked: _Asked) -> AskPerson:
        return AskPerson(
            job_id=asked.ref.job_id,
            attempt=asked.ref.attempt,
            question_id=asked.question_id,
            step_id=asked.step_id,
            text=asked.text,
            waited_s=max(0.0, self._clock.monotonic() - asked.since_s),
        )

    def _drop(self, asked: _Asked) -> None:
        self._dropped.append(
            QuestionDropped(job_id=asked.ref.job_id, attempt=asked.ref.attempt, question_id=asked.question_id)
        )
        self._news.set()

    @staticmethod
    def _expired(asked: _Asked) -> PersonAnswered:
        goes_on = asked.text.at_deadline is AtDeadline.CONTINUE
        return PersonAnswered(
            job_id=asked.ref.job_id,
            attempt=asked.ref.attempt,
            question_id=asked.question_id,
            status=QuestionStatus.EXPIRED,
            answer=asked.text.default if goes_on else None,
        )
