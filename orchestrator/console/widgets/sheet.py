"""A dialog as all of the console's are: title, explanation, scrolling body, buttons at the right."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QDialog, QFrame, QHBoxLayout, QPushButton, QScrollArea, QVBoxLayout, QWidget

from orchestrator.console.theme.tokens import SPACE_L, SPACE_M, SPACE_S, SPACE_XL
from orchestrator.console.widgets.labels import hairline, label
from orchestrator.console.words import tr

_ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)


class Sheet(QDialog):
    """Opened with `open()`, never `exec()`: the event loop of the coroutines must go on."""

    def __init__(self, title: str, explanation: str, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle(title)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.body = QVBoxLayout()
        self.body.setContentsMargins(SPACE_XL, SPACE_M, SPACE_XL, SPACE_L)
        self.body.setSpacing(SPACE_M)
        self.buttons = QHBoxLayout()
        self.buttons.setContentsMargins(SPACE_XL, SPACE_M, SPACE_XL, SPACE_M)
        self.buttons.setSpacing(SPACE_S)
        self.buttons.addStretch(1)
        self._complaint = label("", "tone-danger")
        self._complaint.setWordWrap(True)
        self._complaint.setContentsMargins(SPACE_XL, 0, SPACE_XL, SPACE_S)
        self._complaint.hide()
        self._arrange(title, explanation)

    def add_button(self, words: str, *, variant: str = "", is_default: bool = False) -> QPushButton:
        """A button at the right end of the foot."""
        button = QPushButton(words)
        button.setProperty("variant", variant)
        button.setAutoDefault(is_default)
        button.setDefault(is_default)
        self.buttons.addWidget(button)
        return button

    def add_cancel(self) -> None:
        """The button that closes without doing anything."""
        self.add_button(tr("Cancel")).clicked.connect(self.reject)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter presses the button that has the keyboard; Qt would press the default one instead."""
        focused = self.focusWidget()
        if event.key() in _ENTER and isinstance(focused, QPushButton) and focused.hasFocus():
            focused.click()
        else:
            super().keyPressEvent(event)

    def complain(self, words: str) -> None:
        """Say above the buttons what is wrong; empty takes it away."""
        self._complaint.setText(words)
        self._complaint.setVisible(bool(words))

    def _arrange(self, title: str, explanation: str) -> None:
        content = QWidget()
        content.setProperty("panel", True)
        content.setLayout(self.body)
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        scroll.setWidget(content)
        head = QVBoxLayout()
        head.setContentsMargins(SPACE_XL, SPACE_L, SPACE_XL, 0)
        head.setSpacing(2)
        head.addWidget(label(title, "title"))
        if explanation:
            words = label(explanation, "muted")
            words.setWordWrap(True)
            head.addWidget(words)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(head)
        column.addWidget(scroll, 1)
        column.addWidget(self._complaint)
        column.addWidget(hairline())
        column.addLayout(self.buttons)


def titled(words: str, field: QWidget, caption: str = "") -> QVBoxLayout:
    """A field under its name; the name is also what a screen reader says."""
    field.setAccessibleName(words)
    column = QVBoxLayout()
    column.setSpacing(4)
    column.addWidget(label(words, "strong"))
    column.addWidget(field)
    if caption:
        text = label(caption, "caption")
        text.setWordWrap(True)
        column.addWidget(text)
    return column
