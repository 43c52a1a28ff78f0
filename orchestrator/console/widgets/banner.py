"""A line over the whole width for something that lasts: engine restarting, no robots, queue paused."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QToolButton, QWidget

from orchestrator.console.theme.theme import Theme
from orchestrator.console.theme.tokens import SPACE_L, SPACE_M, SPACE_S, Tone
from orchestrator.console.widgets.icon_label import IconLabel
from orchestrator.console.widgets.labels import label, set_property
from orchestrator.console.words import tr


class Banner(QFrame):
    """Icon, sentence, one action, and a cross; hidden until `show_message`."""

    action_clicked = Signal()
    dismissed = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("banner")
        self._icon, self._text = IconLabel(theme, "info", Tone.INFO), label("")
        self._action = QPushButton()
        self._action.hide()
        self._action.clicked.connect(self.action_clicked)
        self._close = QToolButton()
        self._close.setProperty("variant", "ghost")
        self._close.setAccessibleName(tr("Dismiss"))
        theme.bind_icon(self._close, "x", Tone.MUTED)
        self._close.clicked.connect(self._dismiss)
        row = QHBoxLayout(self)
        row.setContentsMargins(SPACE_L, SPACE_S, SPACE_M, SPACE_S)
        row.setSpacing(SPACE_M)
        row.addWidget(self._icon)
        row.addWidget(self._text, 1)
        row.addWidget(self._action)
        row.addWidget(self._close)
        self.hide()

    def show_message(
        self, text: str, tone: Tone = Tone.INFO, icon: str = "info", action: str = "", *, closable: bool = True
    ) -> None:
        """Say it, until `hide` or the cross."""
        self._icon.set_icon(icon, tone)
        self._text.setText(text)
        self._action.setText(action)
        self._action.setVisible(bool(action))
        self._close.setVisible(closable)
        self.setAccessibleName(text)
        set_property(self, "tone", str(tone))
        self.show()

    def _dismiss(self) -> None:
        self.hide()
        self.dismissed.emit()
