"""What people do with questions of runs: answer them, look at the run; news of one come as a toast."""

from collections.abc import Callable

from PySide6.QtWidgets import QWidget

from orchestrator.console.commands import Command, CommandContext
from orchestrator.console.dialogs.answer import AnswerDialog
from orchestrator.console.question_columns import workflow_of
from orchestrator.console.theme.tokens import Tone
from orchestrator.console.widgets.toast import ToastAction, ToastStack, ToastText
from orchestrator.console.words import tr
from orchestrator.console.workbench import Workbench
from orchestrator.contract.questions import Question

QUESTION_MENU = ("question.answer", "question.job")
_STAYS_S = 20.0


class QuestionActions:
    """Registers the commands about questions, and holds what they do."""

    def __init__(self, bench: Workbench, window: QWidget, toasts: ToastStack) -> None:
        self._bench, self._window, self._toasts = bench, window, toasts
        bench.commands.register(*self._commands())
        bench.concerns.asked.connect(self._tell)
        bench.concerns.questions.changed.connect(bench.commands.refresh)

    def answer(self, question_id: str) -> None:
        """Show the question, with its answers as buttons."""
        question = self._find(question_id)
        if question is not None:
            AnswerDialog(self._bench, question, self._window).open()

    def answer_next(self) -> None:
        """The one with the nearest deadline."""
        found = self._bench.concerns.open_questions
        if found:
            self.answer(found[0].question_id)

    def open_job(self, question_id: str) -> None:
        """Look at the run that asks."""
        question = self._find(question_id)
        if question is not None:
            self._bench.navigator.open_job(question.job_id)

    def _find(self, question_id: str) -> Question | None:
        found = self._bench.concerns.open_questions
        return next((each for each in found if each.question_id == question_id), None)

    def _tell(self, question: Question) -> None:
        self._toasts.show_toast(
            ToastText(
                key=f"question.{question.question_id}",
                text=tr("{workflow} asks you", workflow=workflow_of(question, self._bench.store)),
                detail=question.text.question,
                icon="hand",
                tone=Tone.WARNING,
                actions=(ToastAction(tr("Answer…"), lambda: self.answer(question.question_id)),),
                lasts_s=_STAYS_S,
            )
        )

    def _commands(self) -> tuple[Command, ...]:
        return (
            Command(
                id="question.next",
                title=tr("Answer the most urgent question…"),
                run=lambda _: self.answer_next(),
                shortcut="Ctrl+Shift+A",
                icon="hand",
                section=tr("Questions"),
                keywords="approve human person waiting",
                enabled=lambda context: context.connected and bool(self._bench.concerns.open_questions),
            ),
            _command("question.answer", tr("Answer…"), "user-round-check", self.answer),
            _command("question.job", tr("Open the job"), "eye", self.open_job),
        )


def _command(command_id: str, title: str, icon: str, run: Callable[[str], None]) -> Command:
    def enabled(context: CommandContext) -> bool:
        return context.kind == "question" and len(context.ids) == 1 and context.connected

    return Command(
        id=command_id,
        title=title,
        run=lambda context: run(context.ids[0]),
        icon=icon,
        section=tr("Question"),
        enabled=enabled,
    )
