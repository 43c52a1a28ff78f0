"""What stands in the window until the rooms are there: the title of one, bars for its contents, a line that says so."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QStatusBar, QVBoxLayout, QWidget

from orchestrator.console.theme.theme import Theme
from orchestrator.console.theme.tokens import ICON_S, SPACE_L, SPACE_M, SPACE_XL, Tone
from orchestrator.console.widgets.icon_label import IconLabel
from orchestrator.console.widgets.labels import label
from orchestrator.console.widgets.skeleton import Skeleton
from orchestrator.console.words import tr


class WaitingRoom(QWidget):
    """As a panel looks before its rows are there."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.setProperty("panel", True)
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self._title = label("", "title")
        column = QVBoxLayout(self)
        column.setContentsMargins(SPACE_XL, SPACE_L, SPACE_XL, SPACE_L)
        column.setSpacing(SPACE_L)
        column.addWidget(self._title)
        bars = Skeleton(theme)
        column.addWidget(bars, 1)
        bars.show()

    def set_title(self, title: str) -> None:
        """Whose room it will be."""
        self._title.setText(title)
        self.setAccessibleName(title)


class WaitingLine(QStatusBar):
    """The status line before there is a status."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.setSizeGripEnabled(False)
        self.setAccessibleName(tr("Status"))
        self.setContentsMargins(SPACE_M, 0, SPACE_M, 0)
        self.addWidget(IconLabel(theme, "loader", Tone.MUTED, ICON_S))
        self.addWidget(label(tr("Loading"), "caption"))
