"""The upper end of a detail: what it is, its state, and what can be done with it."""

from collections.abc import Sequence

from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from orchestrator.console.theme.status import StatusSpec
from orchestrator.console.theme.theme import Theme
from orchestrator.console.theme.tokens import SPACE_S, Tone
from orchestrator.console.widgets.labels import label
from orchestrator.console.widgets.status_badge import StatusBadge


class DetailHead(QWidget):
    """Title, state, caption, and a row of buttons."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.title, self.caption = label("", "heading"), label("", "caption")
        self.title.setWordWrap(True)
        self.caption.setWordWrap(True)
        self.badge = StatusBadge(theme, StatusSpec("circle", Tone.MUTED, ""))
        self._buttons = QHBoxLayout()
        self._buttons.setSpacing(SPACE_S)
        top = QHBoxLayout()
        top.addWidget(self.title, 1)
        top.addWidget(self.badge)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACE_S)
        column.addLayout(top)
        column.addWidget(self.caption)
        column.addLayout(self._buttons)

    def set_status(self, title: str, caption: str, status: StatusSpec) -> None:
        """Say what it is and how it stands."""
        self.title.setText(title)
        self.caption.setText(caption)
        self.badge.set_status(status)

    def add_buttons(self, buttons: Sequence[QPushButton]) -> None:
        """Put buttons below the caption."""
        for button in buttons:
            self._buttons.addWidget(button)
        self._buttons.addStretch(1)
