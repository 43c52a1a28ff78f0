"""What waits for a person, beside what the event stream brings: failures, dead letters, questions of runs."""

from PySide6.QtCore import QObject, Signal

from orchestrator.client.client import OrchestratorClient
from orchestrator.console.engine_link import EngineLink
from orchestrator.console.inquiry import Inquiry
from orchestrator.console.store import ConnectionState, ConsoleStore, Kind
from orchestrator.console.tasks import TaskOwner
from orchestrator.contract.api.common import MAX_PAGE, Page
from orchestrator.contract.api.operations import DeadLetterView, FailureGroupView
from orchestrator.contract.api.repairs import RepairView
from orchestrator.contract.questions import Question
from orchestrator.contract.states import JobStatus

_STATES = ("open", "reopened", "solved")
_TELLING = (JobStatus.FAILED, JobStatus.TIMEOUT, JobStatus.DEAD_LETTER, JobStatus.WAITING_FOR_HUMAN)


class Concerns(QObject):
    """Asks again when the engine's counts of troubled jobs change; `asked(Question)` for each question that is new."""

    asked = Signal(object)

    def __init__(self, link: EngineLink, store: ConsoleStore, tasks: TaskOwner, parent: QObject) -> None:
        super().__init__(parent)
        self._store = store
        self._counts: tuple[int, ...] = ()
        self._known: frozenset[str] | None = None
        self.failures: Inquiry[Page[FailureGroupView]] = Inquiry(
            "failures", _failures, link=link, store=store, tasks=tasks, parent=self
        )
        self.letters: Inquiry[Page[DeadLetterView]] = Inquiry(
            "letters", _letters, link=link, store=store, tasks=tasks, parent=self
        )
        self.questions: Inquiry[tuple[Question, ...]] = Inquiry(
            "questions", _questions, link=link, store=store, tasks=tasks, parent=self
        )
        self.repairs: Inquiry[tuple[RepairView, ...]] = Inquiry(
            "repairs", _repairs, link=link, store=store, tasks=tasks, parent=self
        )
        self.questions.changed.connect(self._tell_new_questions)
        store.changed.connect(self._changed)
        store.connection_changed.connect(self._connection_changed)

    @property
    def open_failures(self) -> int:
        """Groups that nobody has called solved."""
        page = self.failures.value
        return sum(group.state != "solved" for group in page.items) if page else 0

    @property
    def open_letters(self) -> int:
        """Dead letters that nobody has decided about."""
        return self.letters.value.total if self.letters.value else 0

    @property
    def open_questions(self) -> tuple[Question, ...]:
        """Questions that wait for an answer, the nearest deadline first."""
        return tuple(sorted(self.questions.value or (), key=lambda each: each.deadline_at))

    @property
    def open_repairs(self) -> tuple[RepairView, ...]:
        """Proposed repairs that wait for a decision."""
        return self.repairs.value or ()

    def ask_soon(self) -> None:
        """Everything may have changed."""
        for inquiry in (self.failures, self.letters, self.questions, self.repairs):
            inquiry.ask_soon()

    def _changed(self, kind: Kind, _ids: frozenset[str]) -> None:
        if kind is Kind.ALERTS:
            self.repairs.ask_soon()  # a target that falls back is an alert first
        if kind is not Kind.DASHBOARD:
            return
        counts = tuple(self._store.counts().get(status, 0) for status in _TELLING)
        if counts != self._counts:
            self._counts = counts
            self.ask_soon()

    def _connection_changed(self) -> None:
        if self._store.state is ConnectionState.CONNECTED:
            self.ask_soon()

    def _tell_new_questions(self) -> None:
        """What stood there when the window came is no news, and whoever takes a run over knows of it."""
        now = {each.question_id: each for each in self.open_questions}
        before = self._known
        if self.questions.value is not None:
            self._known = frozenset(now)
        for question_id, question in now.items():
            if before is not None and question_id not in before and not question.text.is_take_over:
                self.asked.emit(question)


async def _failures(client: OrchestratorClient) -> Page[FailureGroupView]:
    return await client.operations.failures(states=_STATES, limit=MAX_PAGE)


async def _letters(client: OrchestratorClient) -> Page[DeadLetterView]:
    return await client.operations.dead_letters(limit=MAX_PAGE)


async def _questions(client: OrchestratorClient) -> tuple[Question, ...]:
    return await client.questions.list()


async def _repairs(client: OrchestratorClient) -> tuple[RepairView, ...]:
    return await client.repairs.list()
