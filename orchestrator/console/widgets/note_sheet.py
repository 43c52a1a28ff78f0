"""Asks for a sentence, such as a reason, before something is done."""

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtWidgets import QPlainTextEdit, QWidget

from orchestrator.console.widgets.sheet import Sheet, titled
from orchestrator.console.words import tr

MOST_CHARACTERS = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteWish:
    """What is to be done, why a sentence is wanted, and the words of field and button."""

    title: str
    explanation: str
    field: str
    button: str
    caption: str = ""
    is_required: bool = False
    is_grave: bool = False
    """The button is red, and Cancel is the default."""


class NoteSheet(Sheet):
    """Calls `sure(sentence)`; an empty one is refused where it is required."""

    def __init__(self, wish: NoteWish, sure: Callable[[str], None], parent: QWidget) -> None:
        super().__init__(wish.title, wish.explanation, parent)
        self._wish, self._sure = wish, sure
        self.setMinimumWidth(480)
        self.note = QPlainTextEdit()
        self.note.setTabChangesFocus(True)
        self.note.setFixedHeight(84)
        self.body.addLayout(titled(wish.field, self.note, wish.caption))
        self.body.addStretch(1)
        self.add_cancel()
        self.sure_button = self.add_button(
            wish.button, variant="danger" if wish.is_grave else "primary", is_default=not wish.is_grave
        )
        self.sure_button.clicked.connect(self._accept)
        self.note.setFocus()

    def _accept(self) -> None:
        words = self.note.toPlainText().strip()
        if self._wish.is_required and not words:
            self.complain(tr("{field}: write one sentence, others will read it.", field=self._wish.field))
            self.note.setFocus()
        elif len(words) > MOST_CHARACTERS:
            self.complain(tr("{field}: at most 1,000 characters.", field=self._wish.field))
        else:
            self.accept()
            self._sure(words)
