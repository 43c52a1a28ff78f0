"""One change that the user asks for is one operation: confirm, send, say how it went, offer Undo or Retry."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial
from typing import Any, Generic, TypeVar

from PySide6.QtWidgets import QWidget

from orchestrator.client.client import OrchestratorClient
from orchestrator.client.errors import RefusedError
from orchestrator.console.engine_link import EngineLink
from orchestrator.console.tasks import TaskOwner
from orchestrator.console.theme.tokens import Tone
from orchestrator.console.widgets.question import Question, QuestionSheet
from orchestrator.console.widgets.toast import ToastAction, ToastStack, ToastText
from orchestrator.console.words import tr

T = TypeVar("T")

_TOLD_S, _OFFERED_S = 6.0, 12.0
"""Undo is to be read, thought of and reached."""


# No slots: on CPython 3.11 a frozen, slotted, generic dataclass cannot be made as `Operation[Job](...)`.
@dataclass(frozen=True, kw_only=True)
class Operation(Generic[T]):
    """A change: what it is called, how it is done, what to say and to do afterwards."""

    key: str
    """Toasts of the same key replace each other."""
    failure: str
    """`Could not cancel the job`; the reason is put behind it."""
    do: Callable[[OrchestratorClient], Awaitable[T]]
    success: Callable[[T], str]
    """The sentence of the toast; empty for none."""
    question: Question | None = None
    then: Callable[[T], None] | None = None
    undo: "Callable[[T], Operation[Any]] | None" = None
    details: Callable[[T], None] | None = None
    details_words: str = ""
    """What the button of the details says; empty for `Details`."""
    on_failure: Callable[[Exception], None] | None = None
    """Says what went wrong where the user is; then no toast says it again."""


class Operations:
    """Runs operations for a window; there is no other way in which the console changes anything."""

    def __init__(self, link: EngineLink, tasks: TaskOwner, window: QWidget, toasts: ToastStack) -> None:
        self._link, self._tasks, self._window, self._toasts = link, tasks, window, toasts

    def run(self, operation: Operation[T]) -> None:
        """Ask if it must be asked, then do it; returns at once."""
        if operation.question is None:
            self._start(operation)
        else:
            self._ask(operation, operation.question)

    def tell(self, key: str, text: str, *, icon: str = "info", tone: Tone = Tone.INFO, detail: str = "") -> None:
        """A toast that belongs to no operation, such as `Copied`."""
        self._toasts.show_toast(ToastText(key=key, text=text, icon=icon, tone=tone, detail=detail, lasts_s=3.0))

    def _ask(self, operation: Operation[T], question: Question) -> None:
        QuestionSheet(question, lambda: self._start(operation), self._window).open()

    def _start(self, operation: Operation[T]) -> None:
        failed = partial(self._failed, operation)
        self._tasks.start(self._do(operation), on_error=failed)

    async def _do(self, operation: Operation[T]) -> None:
        outcome = await operation.do(self._link.client)
        if operation.then is not None:
            operation.then(outcome)
        sentence = operation.success(outcome)
        if sentence:
            offers = self._offers(operation, outcome)
            self._toasts.show_toast(
                ToastText(
                    key=operation.key,
                    text=sentence,
                    icon="circle-check",
                    tone=Tone.SUCCESS,
                    actions=offers,
                    lasts_s=_OFFERED_S if offers else _TOLD_S,
                )
            )

    def _offers(self, operation: Operation[T], outcome: T) -> tuple[ToastAction, ...]:
        offers: list[ToastAction] = []
        if operation.undo is not None:
            reverse = operation.undo(outcome)
            offers.append(ToastAction(tr("Undo"), lambda: self.run(reverse)))
        if operation.details is not None:
            offers.append(ToastAction(operation.details_words or tr("Details"), partial(operation.details, outcome)))
        return tuple(offers)

    def _failed(self, operation: Operation[T], error: Exception) -> None:
        if operation.on_failure is not None:
            operation.on_failure(error)
            return
        self._toasts.show_toast(
            ToastText(
                key=operation.key,
                text=operation.failure,
                detail=reason_of(error),
                icon="circle-x",
                tone=Tone.DANGER,
                lasts_s=12.0,
                actions=(ToastAction(tr("Try again"), lambda: self._start(operation)),),
            )
        )


def reason_of(error: Exception) -> str:
    """Why something was not done, with the way out where one is known."""
    hint = error.body.hint if isinstance(error, RefusedError) else ""
    return f"{error} {hint}".strip()
