"""A log that follows: level, search, and new lines while it is seen."""

from collections.abc import Awaitable, Callable
from pathlib import Path

from PySide6.QtCore import QPoint, Qt, QTimer
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QFileDialog,
    QHBoxLayout,
    QLineEdit,
    QVBoxLayout,
    QWidget,
)

from orchestrator.console.theme.tokens import SPACE_M, SPACE_S, Tone
from orchestrator.console.widgets.labels import label
from orchestrator.console.widgets.log_view import LEVELS, LogLine, LogView
from orchestrator.console.widgets.table_card import table_card
from orchestrator.console.words import tr
from orchestrator.console.workbench import Workbench
from orchestrator.contract.api.logs import LogLine as Line
from orchestrator.contract.api.logs import LogPage

_EVERY_MS = 1_000
_CONTEXT = 200
"""Lines of all jobs before one that was asked for, among which its own are looked for."""
Fetch = Callable[[int], Awaitable[LogPage]]


class LogTab(QWidget):
    """Asks behind its cursor once a second while it is shown; `show_log` begins another log."""

    def __init__(self, bench: Workbench, key: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._bench, self._key = bench, f"log.{key}"
        self._fetch: Fetch | None = None
        self._cursor = 0
        self._wanted_line = 0
        self.view = LogView(bench.theme)
        self.view.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.view.customContextMenuRequested.connect(self._show_menu)
        self.level = QComboBox()
        self.level.addItems([level.capitalize() for level in LEVELS])
        self.level.setCurrentIndex(1)
        self.level.setAccessibleName(tr("Lowest level"))
        self.search = QLineEdit(placeholderText=tr("Search the log"), clearButtonEnabled=True)
        self.search.setAccessibleName(tr("Search the log"))
        self.follow = QCheckBox(tr("Follow"))
        self.follow.setChecked(True)
        self._trouble = label("", "caption")
        self._timer = QTimer(self, singleShot=True, interval=_EVERY_MS)
        self._timer.timeout.connect(self._ask)
        self._arrange()
        self.level.currentIndexChanged.connect(self._filter)
        self.search.textChanged.connect(self._filter)
        self.follow.toggled.connect(lambda on: self.view.follow() if on else None)
        self._filter()

    def show_log(self, fetch: Fetch, *, line: int = 0) -> None:
        """Another log, from its newest lines on, or from a little before the line of this number, which is marked."""
        self._fetch, self._cursor, self._wanted_line = fetch, 0, line
        self.view.clear_lines()
        if line:
            self.follow.setChecked(False)
            self.level.setCurrentIndex(0)
            self.search.clear()
        if self.isVisible():
            self._ask()

    def _show_menu(self, position: QPoint) -> None:
        menu = self.view.createStandardContextMenu()
        menu.addSeparator()
        menu.addAction(tr("Save the log…")).triggered.connect(self.choose_file)
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(self.view.viewport().mapToGlobal(position))

    def choose_file(self) -> None:
        """Ask where to, then write what is shown."""
        dialog = QFileDialog(self, tr("Save the log"), str(Path.home() / "log.txt"))
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix("txt")
        dialog.fileSelected.connect(lambda name: self.save(Path(name)))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def save(self, path: Path) -> None:
        """The lines that are shown, by level and search, as text."""
        try:
            path.write_text(self.view.toPlainText() + "\n", encoding="utf-8")
        except OSError as error:
            words = tr("{file} could not be written: {reason}", file=path.name, reason=error.strerror or error)
            self._bench.operations.tell("log.save", words, icon="circle-x", tone=Tone.DANGER)
        else:
            self._bench.operations.tell("log.save", tr("The log is in {file}.", file=path.name), icon="download")

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
        if self._wanted_line > 1:
            await self._load_around(fetch, self._wanted_line)
        page = await fetch(self._cursor)
        self._cursor = page.cursor
        self._trouble.setText("")
        self.view.append_lines(map(_shown, page.lines))
        if self.follow.isChecked() and page.lines:
            self.view.follow()
        self._again()

    async def _load_around(self, fetch: Fetch, number: int) -> None:
        """The line of this number comes first behind the one before it; those before it end with it."""
        there = await fetch(number - 1)
        lead = await fetch(max(1, number - _CONTEXT))
        self._wanted_line, self._cursor = 0, there.cursor
        first = there.lines[0] if there.lines else None
        before = lead.lines[: lead.lines.index(first)] if first in lead.lines else ()
        lines = [_shown(each) for each in (*before, *there.lines)]
        self.view.append_lines(lines)
        if first is not None:
            self.view.mark(lines[len(before)])

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


def _shown(line: Line) -> LogLine:
    source = line.step_id or line.logger.removeprefix("orchestrator.")
    return LogLine(at=line.at, level=line.level.upper(), text=line.message, source=source)
