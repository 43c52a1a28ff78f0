"""Asks before something that cannot be undone; the safe answer is the default."""

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtWidgets import QWidget

from orchestrator.console.widgets.labels import label
from orchestrator.console.widgets.sheet import Sheet
from orchestrator.console.words import tr


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """The question, what hangs on it, and the words of the button that does it and of the one that does not."""

    title: str
    text: str
    button: str
    keep: str = tr("Keep")
    kept: Callable[[], None] | None = None
    """What comes of the safe answer, where that is more than nothing."""


class QuestionSheet(Sheet):
    """Two buttons; Enter and Escape keep everything as it is."""

    def __init__(self, question: Question, sure: Callable[[], None], parent: QWidget) -> None:
        super().__init__(question.title, "", parent)
        self.setMinimumWidth(440)
        words = label(question.text)
        words.setWordWrap(True)
        self.body.addWidget(words)
        self.body.addStretch(1)
        self.keep_button = self.add_button(question.keep, is_default=True)
        self.keep_button.clicked.connect(self.reject)
        self.sure_button = self.add_button(question.button, variant="danger")
        self.sure_button.clicked.connect(self.accept)
        self.accepted.connect(sure)
        if question.kept is not None:
            self.rejected.connect(question.kept)
