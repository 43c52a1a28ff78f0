"""Log lines as they come: bounded, following the end, filtered by level and text."""

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from PySide6.QtGui import QColor, QTextCharFormat, QTextCursor, QTextFormat
from PySide6.QtWidgets import QPlainTextEdit, QTextEdit, QWidget

from orchestrator.console.theme.theme import Theme
from orchestrator.console.theme.tokens import Tone
from orchestrator.console.words import tr

MAX_LINES = 10_000
LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")
_TONES = {"DEBUG": Tone.MUTED, "WARNING": Tone.WARNING, "ERROR": Tone.DANGER, "CRITICAL": Tone.DANGER}


@dataclass(frozen=True, slots=True, kw_only=True)
class LogLine:
    """One line with its time (aware), level and source."""

    at: datetime
    level: str
    text: str
    source: str = ""


class LogView(QPlainTextEdit):
    """The newest 10,000 lines; follows the end until the user scrolls up."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._lines: deque[LogLine] = deque(maxlen=MAX_LINES)
        self._lowest, self._needle = "DEBUG", ""
        self._marked: LogLine | None = None
        self.setProperty("log", True)
        self.setReadOnly(True)
        self.setUndoRedoEnabled(False)
        self.setMaximumBlockCount(MAX_LINES)
        self.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.setAccessibleName(tr("Log"))
        theme.changed.connect(self._rewrite)

    @property
    def is_following(self) -> bool:
        """Whether new lines scroll into view."""
        bar = self.verticalScrollBar()
        return bar.value() >= bar.maximum()

    def follow(self) -> None:
        """Go to the end and stay there."""
        self.verticalScrollBar().setValue(self.verticalScrollBar().maximum())

    def append_lines(self, lines: Iterable[LogLine]) -> None:
        """Add a batch; the place that is read stays where it is unless at the end."""
        fresh = list(lines)
        self._lines.extend(fresh)
        self._write([line for line in fresh if self._passes(line)])

    def set_filter(self, lowest: str = "DEBUG", needle: str = "") -> None:
        """Show only lines of this level or above that contain the text."""
        self._lowest, self._needle = lowest, needle.lower()
        self._rewrite()

    def clear_lines(self) -> None:
        """Forget everything."""
        self._lines.clear()
        self._marked = None
        self.setExtraSelections([])
        self.clear()

    @property
    def marked_text(self) -> str:
        """What stands in the marked line; empty when none is marked, or it does not pass the filter."""
        selections = self.extraSelections()
        return selections[0].cursor.block().text() if selections else ""

    def mark(self, line: LogLine) -> None:
        """Go to this very line, and keep it marked."""
        self._marked = line
        place = self._show_mark()
        if place is not None:
            self.setTextCursor(place)
            self.centerCursor()

    def _show_mark(self) -> QTextCursor | None:
        shown = [line for line in self._lines if self._passes(line)]
        place = next((number for number, line in enumerate(shown) if line is self._marked), None)
        if place is None:
            self.setExtraSelections([])
            return None
        selection = QTextEdit.ExtraSelection()
        selection.cursor = QTextCursor(self.document().findBlockByNumber(place))
        selection.format.setBackground(QColor(self._theme.tokens.warning_soft))
        selection.format.setProperty(QTextFormat.Property.FullWidthSelection, True)
        self.setExtraSelections([selection])
        return QTextCursor(self.document().findBlockByNumber(place))

    def _passes(self, line: LogLine) -> bool:
        return _rank(line.level) >= _rank(self._lowest) and self._needle in line.text.lower()

    def _rewrite(self) -> None:
        self.clear()
        self._write([line for line in self._lines if self._passes(line)])
        if self._marked is not None:
            self._show_mark()

    def _write(self, lines: list[LogLine]) -> None:
        if not lines:
            return
        was_following = self.is_following
        cursor = QTextCursor(self.document())
        cursor.beginEditBlock()
        cursor.movePosition(QTextCursor.MoveOperation.End)
        for line in lines:
            if not self.document().isEmpty():
                cursor.insertBlock()
            self._write_line(cursor, line)
        cursor.endEditBlock()
        if was_following:
            self.follow()

    def _write_line(self, cursor: QTextCursor, line: LogLine) -> None:
        source = f"[{line.source}] " if line.source else ""
        cursor.insertText(f"{line.at.astimezone():%H:%M:%S} ", self._format(Tone.MUTED))
        cursor.insertText(f"{line.level:<8} ", self._format(_TONES.get(line.level, Tone.INFO)))
        cursor.insertText(f"{source}{line.text}", self._format(_TONES.get(line.level, Tone.NEUTRAL)))

    def _format(self, tone: Tone) -> QTextCharFormat:
        look = QTextCharFormat()
        look.setForeground(self._theme.colour(tone))
        return look


def _rank(level: str) -> int:
    return LEVELS.index(level) if level in LEVELS else 1
