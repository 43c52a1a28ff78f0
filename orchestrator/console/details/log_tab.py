"""A log that follows: level, search, and new lines while it is seen."""

from collections.abc import Awaitable, Callable

from PySide6.QtCore import QTimer
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import QCheckBox, QComboBox, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from orchestrator.console.theme.tokens import SPACE_M, SPACE_S
from orchestrator.console.widgets.labels import label
from orchestrator.console.widgets.log_view import LEVELS, LogLine, LogView
from orchestrator.console.widgets.table_card import table_card
from orchestrator.console.workbench import Workbench
from orchestrator.contract.api.logs import LogPage

_EVERY_MS = 1_000
Fetch = Callable[[int], Awaitable[LogPage]]


class LogTab(QWidget):
    """Asks behind its cursor once a second while it is shown; `show_log` begins another log."""

    def __init__(self, bench: Workbench, key: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._bench, self._key = bench, f"log.{key}"
        self._fetch: Fetch | None = None
        self._cursor = 0
        self.view = LogView(bench.theme)
        self.level = QComboBox()
        self.level.addItems([level.capitalize() for level in LEVELS])
        self.level.setCurrentIndex(1)
        self.level.setAccessibleName("Lowest level")
        self.search = QLineEdit(placeholderText="Search the log", clearButtonEnabled=True)
        self.search.setAccessibleName("Search the log")
        self.follow = QCheckBox("Follow")
        self.follow.setChecked(True)
        self._trouble = label("", "caption")
        self._timer = QTimer(self, singleShot=True, interval=_EVERY_MS)
        self._timer.timeout.connect(self._ask)
        self._arrange()
        self.level.currentIndexChanged.connect(self._filter)
        self.search.textChanged.connect(self._filter)
        self.follow.toggled.connect(lambda on: self.view.follow() if on else None)
        self._filter()

    def show_log(self, fetch: Fetch) -> None:
        """Another log, from its newest lines on."""
        self._fetch, self._cursor = fetch, 0
        self.view.clear_lines()
        if self.isVisible():
            self._ask()

    def showEvent(self, event: QShowEvent) -> None:
        """Follow while seen."""
        super().showEvent(event)
        self._ask()

    def hideEvent(self, event: QHideEvent) -> None:
        """Rest while hidden."""
        super().hideEvent(event)
        self._timer.stop()
        self._bench.tasks.cancel(self._key)

    def _ask(self) -> None:
        if self._fetch is not None:
            self._bench.tasks.start(self._load(self._fetch), key=self._key, on_error=self._failed)

    async def _load(self, fetch: Fetch) -> None:
        page = await fetch(self._cursor)
        self._cursor = page.cursor
        self._trouble.setText("")
        self.view.append_lines(
            LogLine(at=line.at, level=line.level.upper(), text=line.message, source=line.step_id or "")
            for line in page.lines
        )
        if self.follow.isChecked() and page.lines:
            self.view.follow()
        self._again()

    def _failed(self, error: Exception) -> None:
        self._trouble.setText(str(error))
        self._again()

    def _again(self) -> None:
        if self.isVisible():
            self._timer.start()

    def _filter(self) -> None:
        self.view.set_filter(LEVELS[self.level.currentIndex()], self.search.text())

    def _arrange(self) -> None:
        bar = QHBoxLayout()
        bar.setSpacing(SPACE_S)
        bar.addWidget(self.level)
        bar.addWidget(self.search, 1)
        bar.addWidget(self.follow)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, SPACE_M, 0, 0)
        column.setSpacing(SPACE_S)
        column.addLayout(bar)
        column.addWidget(table_card(self.view), 1)
        column.addWidget(self._trouble)
