"""Answers what a run asks: approve or reject, choose or write, or say that it is done by hand."""

from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QLineEdit, QPlainTextEdit, QPushButton, QRadioButton, QWidget

from orchestrator.console.formatting import exact_time, relative_time, short_id
from orchestrator.console.operations import Operation, reason_of
from orchestrator.console.question_columns import at_deadline_words, question_look, workflow_of
from orchestrator.console.theme.tokens import SPACE_M, Tone
from orchestrator.console.widgets.icon_label import IconLabel
from orchestrator.console.widgets.json_tree import JsonTree
from orchestrator.console.widgets.labels import label
from orchestrator.console.widgets.property_list import Property, PropertyList
from orchestrator.console.widgets.sheet import Sheet, titled
from orchestrator.console.widgets.table_card import table_card
from orchestrator.console.words import tr
from orchestrator.console.workbench import Workbench
from orchestrator.contract.questions import Question, QuestionKind

_TITLES = {
    QuestionKind.APPROVE: tr("Approve this?"),
    QuestionKind.ANSWER: tr("A run asks you"),
    QuestionKind.SOLVE: tr("Something to do by hand"),
}
_YES, _NO, _DONE = "yes", "no", "done"


class AnswerDialog(Sheet):
    """The buttons are the answers; closing it answers nothing."""

    def __init__(self, bench: Workbench, question: Question, parent: QWidget) -> None:
        super().__init__(_TITLES[question.text.kind], "", parent)
        self._bench, self.question = bench, question
        self.resize(560, 520 if question.text.details is not None else 420)
        self.choices = QButtonGroup(self)
        self.text = QPlainTextEdit()
        self.note = QLineEdit()
        self.answer_buttons: list[QPushButton] = []
        self._add_question()
        self._add_answer()
        self.body.addLayout(titled(tr("Note"), self.note, tr("Optional; kept beside the answer, and told to the run.")))
        self.body.addStretch(1)
        self._add_buttons()

    def _add_question(self) -> None:
        question, look = self.question, question_look(self.question)
        row = QHBoxLayout()
        row.setSpacing(SPACE_M)
        row.addWidget(IconLabel(self._bench.theme, look.icon, look.tone))
        words = label(question.text.question, "heading")
        words.setWordWrap(True)
        row.addWidget(words, 1)
        self.body.addLayout(row)
        facts = PropertyList(self._bench.theme)
        now = self._bench.clock()
        asked_by = tr(
            "{workflow}  {id}, step {step_id}",
            workflow=workflow_of(question, self._bench.store),
            id=short_id(question.job_id),
            step_id=question.step_id,
        )
        deadline = tr(
            "{age}, then {at_deadline_words}",
            age=relative_time(question.deadline_at, now),
            at_deadline_words=at_deadline_words(question),
        )
        facts.set_properties(
            [
                Property(tr("Asked by"), asked_by, tooltip=question.job_id),
                Property(tr("Asked"), relative_time(question.asked_at, now), tooltip=exact_time(question.asked_at)),
                Property(tr("Deadline"), deadline, tooltip=exact_time(question.deadline_at)),
            ]
        )
        self.body.addWidget(facts)
        if question.text.details is not None:
            details = JsonTree(tr("What it is about"))
            details.set_heading(tr("What it is about"))
            details.set_value(question.text.details)
            details.setMinimumHeight(130)
            self.body.addWidget(table_card(details))

    def _add_answer(self) -> None:
        if self.question.text.kind is not QuestionKind.ANSWER:
            return
        if not self.question.text.choices:
            self.text.setFixedHeight(84)
            self.text.setTabChangesFocus(True)
            self.text.setPlainText(self.question.text.default or "")
            self.body.addLayout(titled(tr("Answer"), self.text))
            self.text.setFocus()
            return
        self.body.addWidget(label(tr("Answer"), "strong"))
        for number, choice in enumerate(self.question.text.choices):
            button = QRadioButton(choice)
            button.setChecked(choice == self.question.text.default)
            self.choices.addButton(button, number)
            self.body.addWidget(button)

    def _add_buttons(self) -> None:
        self.open_button = QPushButton(" " + tr("Open the job"))
        self.open_button.clicked.connect(self._open_job)
        self._bench.theme.bind_icon(self.open_button, "eye", Tone.NEUTRAL)
        self.buttons.insertWidget(0, self.open_button)
        self.add_button(tr("Later")).clicked.connect(self.reject)
        match self.question.text.kind:
            case QuestionKind.APPROVE:
                self._answer_button(tr("Reject"), _NO, variant="danger")
                self._answer_button(tr("Approve"), _YES, variant="primary")
            case QuestionKind.SOLVE:
                self._answer_button(tr("It is done"), _DONE, variant="primary")
            case QuestionKind.ANSWER:
                button = self.add_button(tr("Send the answer"), variant="primary", is_default=True)
                button.clicked.connect(self._send_chosen)
                self.answer_buttons.append(button)

    def _answer_button(self, words: str, answer: str, *, variant: str) -> None:
        button = self.add_button(words, variant=variant)
        button.clicked.connect(lambda: self._send(answer))
        self.answer_buttons.append(button)

    def _open_job(self) -> None:
        self._bench.navigator.open_job(self.question.job_id)
        self.reject()

    def _send_chosen(self) -> None:
        chosen = self.choices.checkedButton()
        answer = chosen.text() if chosen is not None else self.text.toPlainText().strip()
        if not answer:
            self.complain(tr("Answer: choose one.") if self.question.text.choices else tr("Answer: write one."))
        else:
            self._send(answer)

    def _send(self, answer: str) -> None:
        note = self.note.text().strip()
        question_id, name = self.question.question_id, workflow_of(self.question, self._bench.store)
        self._enable(is_on=False)
        self._bench.operations.run(
            Operation(
                key=f"question.{question_id}",
                failure=tr("The answer was not taken"),
                do=lambda client: client.questions.answer(question_id, answer, note=note),
                success=lambda _: tr("Answered. {name} goes on.", name=name),
                then=self._answered,
                on_failure=self._refused,
            )
        )

    def _answered(self, _: Question) -> None:
        self._bench.concerns.questions.ask()
        self.accept()

    def _refused(self, error: Exception) -> None:
        self._enable(is_on=True)
        self.complain(reason_of(error))
        self._bench.concerns.questions.ask()

    def _enable(self, *, is_on: bool) -> None:
        for button in self.answer_buttons:
            button.setEnabled(is_on)
