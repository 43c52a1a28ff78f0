"""The columns of the table of questions, and the words for what a question is."""

from collections.abc import Callable, Mapping
from datetime import datetime
from types import MappingProxyType

from orchestrator.console.formatting import NOTHING, relative_time
from orchestrator.console.store import ConsoleStore
from orchestrator.console.tables.columns import CellKind, ColumnSpec
from orchestrator.console.theme.status import StatusSpec
from orchestrator.console.theme.tokens import Tone
from orchestrator.console.words import tr
from orchestrator.contract.questions import AtDeadline, Question, QuestionKind

_LOOKS: Mapping[QuestionKind, StatusSpec] = MappingProxyType(
    {
        QuestionKind.APPROVE: StatusSpec("user-round-check", Tone.WARNING, tr("Approve")),
        QuestionKind.ANSWER: StatusSpec("pencil", Tone.INFO, tr("Answer")),
        QuestionKind.SOLVE: StatusSpec("hand", Tone.WARNING, tr("Do by hand")),
    }
)


def question_look(question: Question) -> StatusSpec:
    """What is wanted, as icon and word."""
    return _LOOKS[question.text.kind]


def at_deadline_words(question: Question) -> str:
    """`the step fails`, `goes on with “yes”`."""
    match question.text.at_deadline:
        case AtDeadline.FAIL:
            return tr("the step fails")
        case AtDeadline.CANCEL:
            return tr("the job is cancelled")
        case AtDeadline.CONTINUE:
            chosen = question.text.default
            return tr("it goes on with “{chosen}”", chosen=chosen) if chosen else tr("it goes on without an answer")


def workflow_of(question: Question, store: ConsoleStore) -> str:
    """Whose run asks; the beginning of its id where the name is not known."""
    job = store.jobs.get(question.job_id)
    return job.workflow_name if job else question.job_id[:8]


def question_columns(store: ConsoleStore, clock: Callable[[], datetime]) -> tuple[ColumnSpec[Question], ...]:
    """What is wanted, the question, who asks, until when."""
    return (
        ColumnSpec(key="kind", title=tr("Wanted"), value=question_look, kind=CellKind.STATUS, width=124,
                   sort_key="kind"),
        ColumnSpec(key="question", title=tr("Question"), value=lambda each: each.text.question, width=260,
                   stretches=True,
                   sort_key="question"),
        ColumnSpec(key="workflow", title=tr("Asked by"), value=lambda each: workflow_of(each, store), width=156,
                   sort_key="workflow", ages=True),
        ColumnSpec(key="step", title=tr("Step"), value=lambda each: each.step_id or NOTHING, kind=CellKind.MONO,
                   width=110,
                   muted=True, spare=3),
        ColumnSpec(key="asked", title=tr("Asked"), value=lambda each: each.asked_at, kind=CellKind.TIME, width=100,
                   sort_key="asked", spare=2),
        ColumnSpec(key="deadline", title=tr("Deadline"), value=lambda each: each.deadline_at, kind=CellKind.TIME,
                   width=96, sort_key="deadline"),
        ColumnSpec(key="then", title=tr("After that"), value=at_deadline_words, width=170, muted=True, spare=1,
                   tooltip=lambda each: f"{relative_time(each.deadline_at, clock())} {at_deadline_words(each)}"),
    )  # fmt: skip
