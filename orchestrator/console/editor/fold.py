"""A heading that shows and hides what is below it."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QSizePolicy, QToolButton, QVBoxLayout, QWidget

from orchestrator.console.theme.theme import Theme
from orchestrator.console.theme.tokens import SPACE_M, SPACE_S, SPACE_XS, Tone


class Fold(QWidget):
    """Open or closed by mouse, Space or Enter."""

    def __init__(self, theme: Theme, title: str, *, is_open: bool, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.button = QToolButton()
        self.button.setText(f" {title}")
        self.button.setAccessibleName(title)
        self.button.setCheckable(True)
        self.button.setProperty("nav", True)
        self.button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.button.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.button.toggled.connect(self._toggled)
        self._holder = QWidget()
        self.body = QVBoxLayout(self._holder)
        self.body.setContentsMargins(SPACE_XS, SPACE_S, SPACE_XS, SPACE_M)
        self.body.setSpacing(SPACE_M)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.button)
        column.addWidget(self._holder)
        self.button.setChecked(is_open)
        self._toggled(is_open)

    def _toggled(self, is_open: bool) -> None:
        self._holder.setVisible(is_open)
        self._theme.bind_icon(self.button, "chevron-down" if is_open else "chevron-right", Tone.MUTED)
