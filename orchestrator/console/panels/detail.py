"""The pane at the right: the job, robot or failure that was opened last, with the way back."""

from typing import Protocol

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QApplication, QHBoxLayout, QStackedWidget, QTabBar, QToolButton, QVBoxLayout, QWidget

from orchestrator.console.commands import CommandContext
from orchestrator.console.contract_words import thing_words
from orchestrator.console.details.failure import FailureDetailView
from orchestrator.console.details.job import JobDetailView
from orchestrator.console.details.robot import RobotDetailView
from orchestrator.console.theme.tokens import SPACE_L, SPACE_M, Tone
from orchestrator.console.widgets.labels import label
from orchestrator.console.words import tr
from orchestrator.console.workbench import Workbench

_MOST_REMEMBERED = 50


class DetailView(Protocol):
    """What shows one thing of a kind."""

    def open(self, item_id: str, /) -> None:
        """Show another one."""

    def context(self) -> CommandContext:
        """The commands act on it."""
        ...


class DetailPane(QWidget):
    """Hidden until something is opened; Alt+Left and Alt+Right go through what was."""

    left = Signal()
    """Closed while the keyboard was in it."""

    def __init__(self, bench: Workbench, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._bench = bench
        self._visited: list[tuple[str, str]] = []
        self._place = -1
        self.setProperty("panel", True)
        self.setAccessibleName(tr("Details"))
        self.setMinimumWidth(440)
        self.job, self.robot, self.failure = JobDetailView(bench), RobotDetailView(bench), FailureDetailView(bench)
        self._views: dict[str, DetailView] = {"job": self.job, "robot": self.robot, "failure": self.failure}
        self._pages: dict[str, QWidget] = {"job": self.job, "robot": self.robot, "failure": self.failure}
        self.stack = QStackedWidget()
        for page in self._pages.values():
            self.stack.addWidget(page)
        self._kind = label("", "overline")
        self.back_button = self._button("arrow-left", tr("Back"), "Alt+Left", self.back)
        self.forward_button = self._button("arrow-right", tr("Forward"), "Alt+Right", self.forward)
        self.close_button = self._button("x", tr("Close the details"), "", self.close_pane)
        self._arrange()

    def open(self, kind: str, item_id: str) -> None:
        """Show a job, a robot or a group of failures."""
        del self._visited[self._place + 1 :]
        if not self._visited or self._visited[-1] != (kind, item_id):
            self._visited.append((kind, item_id))
        del self._visited[:-_MOST_REMEMBERED]
        self._go(len(self._visited) - 1)

    def back(self) -> None:
        """What was shown before."""
        self._go(self._place - 1)

    def forward(self) -> None:
        """What was shown after it."""
        self._go(self._place + 1)

    def close_pane(self) -> None:
        """Give the room back to the panel."""
        had_keyboard = self.isAncestorOf(QApplication.focusWidget() or self)
        self.hide()
        if had_keyboard:
            self.left.emit()

    def take_keyboard(self) -> None:
        """Into its tabs, where it has some."""
        page = self.stack.currentWidget() or self
        tabs = page.findChild(QTabBar)
        (page if tabs is None else tabs).setFocus()

    def context(self) -> CommandContext:
        """What is shown, for the commands."""
        if not 0 <= self._place < len(self._visited):
            return CommandContext(connected=self._bench.store.is_connected)
        return self._views[self._visited[self._place][0]].context()

    def _go(self, place: int) -> None:
        if not 0 <= place < len(self._visited):
            return
        self._place = place
        kind, item_id = self._visited[place]
        self._kind.setText(thing_words(kind))
        self.stack.setCurrentWidget(self._pages[kind])
        self.show()
        self._views[kind].open(item_id)
        self.back_button.setEnabled(place > 0)
        self.forward_button.setEnabled(place < len(self._visited) - 1)

    def _button(self, icon: str, words: str, keys: str, run: object) -> QToolButton:
        button = QToolButton()
        button.setProperty("variant", "ghost")
        button.setAccessibleName(words)
        button.setToolTip(f"{words} ({keys})" if keys else words)
        if keys:
            button.setShortcut(keys)
        self._bench.theme.bind_icon(button, icon, Tone.MUTED)
        button.clicked.connect(run)
        return button

    def _arrange(self) -> None:
        bar = QHBoxLayout()
        bar.setSpacing(2)
        bar.addWidget(self.back_button)
        bar.addWidget(self.forward_button)
        bar.addSpacing(SPACE_M)
        bar.addWidget(self._kind, 1, Qt.AlignmentFlag.AlignVCenter)
        bar.addWidget(self.close_button)
        column = QVBoxLayout(self)
        column.setContentsMargins(SPACE_L, SPACE_L, SPACE_L, SPACE_M)
        column.setSpacing(SPACE_M)
        column.addLayout(bar)
        column.addWidget(self.stack, 1)
