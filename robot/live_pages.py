"""The runs of this robot as somebody who watches, or takes one over, meets them."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AbstractContextManager, nullcontext

from orchestrator.contract.ids import JsonValue
from orchestrator.contract.live import InputEvent, Then, ViewWish
from orchestrator.contract.protocol.live import TakeOver
from orchestrator.contract.protocol.message import AttemptRef
from orchestrator.contract.protocol.questions import PersonAnswered
from orchestrator.contract.questions import AtDeadline, QuestionKind, QuestionText
from robot.actions.addresses import checked_address
from robot.actions.live_input import Address, act
from robot.browser.concealment import Concealment
from robot.browser.curtain import Curtain
from robot.browser.session import Session
from robot.browser.showing import Keep, Showing, Shown
from robot.masking import Mask
from robot.workflow.hold import RunHold, Word

Ask = Callable[[str, QuestionText], Awaitable[PersonAnswered]]
"""Asks a person in the name of a step, and waits for the end of the question."""


class LiveRun:
    """One run."""

    def __init__(self, shown: Shown, hold: RunHold, mask: Mask, *, address: Address, ask: Ask | None) -> None:
        self.shown = shown
        self.hold = hold
        self.mask = mask
        self.address = address
        self._ask = ask
        self._asking: asyncio.Task[None] | None = None

    def curtain_over(self, parameters: JsonValue) -> AbstractContextManager[None]:
        """What an action with these parameters holds down: the curtain when it handles a secret, nothing otherwise."""
        if self.mask.is_empty or self.mask.value(parameters) == parameters:
            return nullcontext()
        return self.shown.curtain.down()

    def take_over(self, order: TakeOver) -> None:
        """Stop at the barrier and ask the person for the word to go on; taking it twice does no harm."""
        if self._ask is not None and not self.hold.is_on:
            self.hold.take()
            self._asking = asyncio.get_running_loop().create_task(self._until_handed_back(order, self._ask))

    def close(self) -> None:
        """The run has ended."""
        if self._asking is not None:
            self._asking.cancel()

    async def _until_handed_back(self, order: TakeOver, ask: Ask) -> None:
        word = Word()
        try:
            given = await ask("", _question(order))
            word = Word(then=_then(given.answer), by=given.answered_by, note=given.note)
        finally:
            self.hold.hand_back(word)


class LivePages:
    """Every run between its beginning and its end."""

    def __init__(self) -> None:
        self._runs: dict[AttemptRef, LiveRun] = {}
        self.stirred: Callable[[AttemptRef], None] = _nobody_listens
        """Called when something about a run that a person has may have changed."""

    def open(
        self,
        ref: AttemptRef,
        sessions: Callable[[], Sequence[Session]],
        mask: Mask,
        hold: RunHold,
        *,
        allow_private_networks: bool,
        ask: Ask | None,
    ) -> LiveRun:
        """A run begins. Without `ask` it can be watched, but nobody can take it over."""
        shown = Shown(
            sessions=sessions,
            curtain=Curtain(),
            concealment=Concealment(lambda: mask.texts),
            masked=mask.text,
        )

        async def address(url: str, here: str) -> str:
            base = here if here.startswith("http") else None
            return await checked_address(url, base=base, allow_private_networks=allow_private_networks)

        hold.changed = lambda: self.stirred(ref)
        self._runs[ref] = LiveRun(shown, hold, mask, address=address, ask=ask)
        return self._runs[ref]

    def close(self, ref: AttemptRef) -> None:
        """A run has ended."""
        run = self._runs.pop(ref, None)
        if run is not None:
            run.close()
            self.stirred(ref)

    def take_over(self, ref: AttemptRef, order: TakeOver) -> None:
        """A person takes a run; one that is not here has ended."""
        run = self._runs.get(ref)
        if run is not None:
            run.take_over(order)

    def hold_of(self, ref: AttemptRef) -> RunHold | None:
        """The run's barrier; None for a run that is not here."""
        run = self._runs.get(ref)
        return run.hold if run is not None else None

    def showing(self, ref: AttemptRef, wish: ViewWish, *, keep: Keep, tell: Callable[[str], None]) -> Showing | None:
        """Something that shows the run while it is let; None for a run that is not here."""
        run = self._runs.get(ref)
        return Showing(run.shown, wish, keep=keep, tell=tell) if run is not None else None

    async def act(self, ref: AttemptRef, session: int | None, events: Sequence[InputEvent]) -> str:
        """Do in the run's page what a person does; why not, or nothing."""
        run = self._runs.get(ref)
        if run is None:
            return "The run is not here any more."
        able = [each for each in run.shown.sessions() if not each.is_lost and not each.has_crashed]
        wanted = next((each for each in able if session in {None, each.number}), None)
        if wanted is None:
            return "The run has no page at the moment."
        return run.mask.text(await act(wanted, events, address=run.address))


def _question(order: TakeOver) -> QuestionText:
    return QuestionText(
        kind=QuestionKind.SOLVE,
        question=f"{order.by} has taken the run over{f': {order.reason}' if order.reason else '.'}",
        choices=tuple(Then),
        default=Then.CONTINUE,
        deadline_s=order.deadline_s,
        at_deadline=AtDeadline.CONTINUE,
    )


def _then(answer: str | None) -> Then:
    return Then(answer) if answer in set(Then) else Then.CONTINUE


def _nobody_listens(_: AttemptRef) -> None:
    """Until somebody does."""
