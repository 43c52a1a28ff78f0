"""What is wrong, one line for each mistake; Enter or a click goes there."""

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QListWidget, QListWidgetItem, QStackedWidget, QVBoxLayout, QWidget

from orchestrator.console.theme.theme import Theme
from orchestrator.console.theme.tokens import SPACE_M, SPACE_XS, Tone
from orchestrator.console.widgets.labels import label
from orchestrator.console.words import counted, tr
from orchestrator.contract.errors import Problem


class ProblemsView(QWidget):
    """The newest list of mistakes; `chosen` with one of them."""

    chosen = Signal(object)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._problems: tuple[Problem, ...] | None = None
        self._last = -1
        self.title = label("", "strong")
        self.list = QListWidget()
        self.list.setAccessibleName(tr("Problems"))
        self.list.setWordWrap(False)
        self.list.itemClicked.connect(self._go)
        self.list.itemActivated.connect(self._go)
        self._fine = label(tr("Nothing is wrong."), "muted")
        self._fine.setContentsMargins(SPACE_XS, 0, 0, 0)
        self._fine.setAlignment(Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft)
        self._pages = QStackedWidget()
        self._pages.addWidget(self._fine)
        self._pages.addWidget(self.list)
        column = QVBoxLayout(self)
        column.setContentsMargins(SPACE_M, SPACE_XS, SPACE_M, SPACE_XS)
        column.setSpacing(SPACE_XS)
        column.addWidget(self.title)
        column.addWidget(self._pages, 1)
        self.show_problems(())

    def show_problems(self, problems: Sequence[Problem]) -> None:
        """List these."""
        if self._problems == tuple(problems):
            return
        self._problems = tuple(problems)
        self._last = -1
        self.list.clear()
        for problem in problems:
            item = QListWidgetItem(self._theme.icon("circle-x", Tone.DANGER), _words(problem))
            item.setData(Qt.ItemDataRole.UserRole, problem)
            item.setToolTip(problem.message)
            self.list.addItem(item)
        self.title.setText(counted("%n problem", "%n problems", len(problems)) if problems else tr("Problems"))
        self._pages.setCurrentIndex(1 if problems else 0)

    def go_on(self) -> None:
        """To the next mistake, from the last one back to the first."""
        if self.list.count():
            self._last = (self._last + 1) % self.list.count()
            self.list.setCurrentRow(self._last)
            self._go(self.list.item(self._last))

    def _go(self, item: QListWidgetItem) -> None:
        self._last = self.list.row(item)
        self.chosen.emit(item.data(Qt.ItemDataRole.UserRole))


def _words(problem: Problem) -> str:
    places = [tr("line {line}", line=problem.line) if problem.line else "", problem.step or ""]
    where = ", ".join(place for place in places if place)
    return f"{where}: {problem.message}" if where else problem.message
