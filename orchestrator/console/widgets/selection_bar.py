"""What can be done with several rows that are selected; above the table while there are several."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QToolButton, QWidget

from orchestrator.console.formatting import count
from orchestrator.console.theme.theme import Theme
from orchestrator.console.theme.tokens import SPACE_L, SPACE_S, Tone
from orchestrator.console.widgets.labels import label
from orchestrator.console.words import counted, tr


class SelectionBar(QFrame):
    """`all_wanted`: everything that matches, also what has not been loaded; `cleared`: nothing any more."""

    all_wanted = Signal()
    cleared = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("selectionBar")
        self.setAccessibleName(tr("Selection"))
        self.words = label("", "strong")
        self.all_button = QPushButton("")
        self.all_button.setProperty("variant", "link")
        self.all_button.clicked.connect(self.all_wanted)
        self._clear = QToolButton()
        self._clear.setProperty("variant", "ghost")
        self._clear.setAccessibleName(tr("Select nothing"))
        self._clear.setToolTip(tr("Select nothing"))
        theme.bind_icon(self._clear, "x", Tone.MUTED)
        self._clear.clicked.connect(self.cleared)
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(SPACE_L, SPACE_S, SPACE_S, SPACE_S)
        self._row.setSpacing(SPACE_S)
        self._row.addWidget(self.words)
        self._row.addWidget(self.all_button)
        self._row.addStretch(1)
        self._row.addWidget(self._clear)
        self.hide()

    def add_button(self, button: QPushButton) -> None:
        """Something that can be done with the selection."""
        self._row.insertWidget(self._row.count() - 1, button)

    def show_selection(self, chosen: int, total: int, *, has_all: bool) -> None:
        """How many are selected of how many that match."""
        self.setVisible(chosen > 1 or has_all)
        self.words.setText(
            tr("All {total} that match", total=count(total))
            if has_all
            else tr("{chosen} selected", chosen=count(chosen))
        )
        self.all_button.setText(counted("Select all %n job that match", "Select all %n jobs that match", total))
        self.all_button.setVisible(not has_all and total > chosen)
