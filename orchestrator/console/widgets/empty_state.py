"""What an empty place says: what would be here, why it is not, and how to begin."""

from dataclasses import dataclass

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QLabel, QPushButton, QVBoxLayout, QWidget

from orchestrator.console.theme.theme import Theme
from orchestrator.console.theme.tokens import SPACE_L, SPACE_S, Tone
from orchestrator.console.widgets.icon_label import IconLabel
from orchestrator.console.widgets.labels import label

_WIDTH = 380
_ICON = 28


@dataclass(frozen=True, slots=True)
class EmptyText:
    """Icon, title, explanation, and the words of the one button (none: no button)."""

    icon: str
    title: str
    explanation: str
    action: str = ""


class EmptyState(QWidget):
    """Icon, title, explanation and one button in the middle of the place; `action_clicked` on the button."""

    action_clicked = Signal()

    def __init__(self, theme: Theme, text: EmptyText, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("emptyState")
        self._icon = IconLabel(theme, text.icon, Tone.MUTED, _ICON)
        self._title = label("", "heading")
        self._explanation = label("", "muted")
        self._explanation.setWordWrap(True)
        self._explanation.setFixedWidth(_WIDTH)
        self._button = QPushButton()
        self._button.setProperty("variant", "primary")
        self._button.clicked.connect(self.action_clicked)
        self._arrange()
        self._text: EmptyText | None = None
        self.set_text(text)

    def set_text(self, text: EmptyText) -> None:
        """Say something else."""
        if text == self._text:
            return
        self._text = text
        self._icon.set_icon(text.icon, Tone.MUTED)
        self._title.setText(text.title)
        self._explanation.setText(text.explanation)
        # Laid out at its hint, a label that wraps would get the height of one line.
        self._explanation.setMinimumHeight(self._explanation.heightForWidth(_WIDTH))
        self._button.setText(text.action)
        self._button.setVisible(bool(text.action))
        self.setAccessibleName(text.title)
        self.setAccessibleDescription(text.explanation)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """In a low place the picture goes first, then the explanation; the title stays."""
        super().resizeEvent(event)
        title = self._title.sizeHint().height() + (self._button.sizeHint().height() if self._button.text() else 0)
        words = title + self._explanation.minimumHeight() + 2 * SPACE_S
        self._explanation.setVisible(self.height() >= words)
        self._icon.setVisible(self.height() >= words + _ICON + 2 * SPACE_L)

    def _arrange(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(SPACE_L, 0, SPACE_L, 0)
        column.setSpacing(SPACE_S)
        column.addStretch(2)
        for part in (self._icon, self._title, self._explanation):
            if isinstance(part, QLabel):
                part.setAlignment(Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop)
            column.addWidget(part, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addWidget(self._button, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addStretch(3)
