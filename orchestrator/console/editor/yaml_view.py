"""The document as text: line numbers, marks where something is wrong, and the lines of the chosen step."""

from collections.abc import Mapping

from PySide6.QtCore import QEvent, QRect, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QKeyEvent,
    QKeySequence,
    QPainter,
    QPaintEvent,
    QResizeEvent,
    QTextCursor,
    QTextFormat,
)
from PySide6.QtWidgets import QPlainTextEdit, QTextEdit, QWidget

from orchestrator.console.editor.highlighter import YamlHighlighter
from orchestrator.console.theme.fonts import mono_font
from orchestrator.console.theme.theme import Theme
from orchestrator.console.theme.tokens import TEXT_S
from orchestrator.console.words import tr

_MARGIN = 10
_MARK = 6


class YamlView(QPlainTextEdit):
    """Its own undo is off: the history of the document is everybody's."""

    typed = Signal(str)
    line_entered = Signal(int)
    """The line, from 1, to which the user moved the cursor."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._is_showing = False
        self._problems: Mapping[int, str] = {}
        self._chosen: range = range(0)
        self.setObjectName("yamlView")
        self.setProperty("log", True)
        self.setUndoRedoEnabled(False)
        self.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.setTabChangesFocus(True)
        self.setAccessibleName(tr("The workflow as YAML"))
        self.setFont(mono_font(TEXT_S))
        self._gutter = _Gutter(self)
        self._highlighter = YamlHighlighter(self.document(), theme)
        self.textChanged.connect(self._text_changed)
        self.cursorPositionChanged.connect(self._cursor_moved)
        self.blockCountChanged.connect(lambda _: self._make_room())
        self.updateRequest.connect(self._gutter.follow)
        theme.changed.connect(self._paint_lines)
        self._make_room()

    @property
    def theme(self) -> Theme:
        """The look in force."""
        return self._theme

    @property
    def problems(self) -> Mapping[int, str]:
        """What is wrong, by line from 1."""
        return self._problems

    def show_text(self, text: str) -> None:
        """Show this text; what is the same stays, and with it the cursor and the place on the screen."""
        old = self.toPlainText()
        if text == old:
            return
        start, end_old, end_new = _difference(old, text)
        cursor = QTextCursor(self.document())
        self._is_showing = True
        cursor.setPosition(_units(old[:start]))
        cursor.setPosition(_units(old[:end_old]), QTextCursor.MoveMode.KeepAnchor)
        cursor.insertText(text[start:end_new])
        self._is_showing = False

    def show_problems(self, problems: Mapping[int, str]) -> None:
        """Mark these lines."""
        self._problems = problems
        words = "; ".join(tr("line {line}", line=line) + f": {text}" for line, text in list(problems.items())[:5])
        self.setAccessibleDescription(words)
        self._paint_lines()

    def show_step(self, lines: range) -> None:
        """Mark the lines of the chosen step, from 1, and bring the first into sight unless the user is in the text."""
        if lines == self._chosen:
            return
        self._chosen = lines
        self._paint_lines()
        if lines and not self.hasFocus():
            self._is_showing = True
            for line in (lines.stop - 1, lines.start):
                self.setTextCursor(QTextCursor(self.document().findBlockByNumber(line - 1)))
                self.ensureCursorVisible()
            self._is_showing = False

    def go_to(self, line: int) -> None:
        """The cursor to the beginning of a line, from 1, and the keyboard here."""
        cursor = QTextCursor(self.document().findBlockByNumber(max(line - 1, 0)))
        self.setTextCursor(cursor)
        self.centerCursor()
        self.setFocus()

    def event(self, event: QEvent) -> bool:
        """Undo and redo belong to the window."""
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent) and is_history_key(event):
            event.ignore()
            return False
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter keeps the indentation, and goes deeper behind a key without a value."""
        if event.key() not in (Qt.Key.Key_Return, Qt.Key.Key_Enter) or event.modifiers():
            super().keyPressEvent(event)
            return
        cursor = self.textCursor()
        line = cursor.block().text()[: cursor.positionInBlock()]
        cursor.insertText("\n" + _next_indent(line))
        self.setTextCursor(cursor)

    def changeEvent(self, event: QEvent) -> None:
        """The gutter is as wide as the numbers in the font."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange and hasattr(self, "_gutter"):
            self._make_room()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """The gutter is as high as the text."""
        super().resizeEvent(event)
        area = self.contentsRect()
        self._gutter.setGeometry(QRect(area.left(), area.top(), self.gutter_width(), area.height()))

    def gutter_width(self) -> int:
        """Room for the largest number and a mark."""
        digits = max(len(str(self.blockCount())), 2)
        return self.fontMetrics().horizontalAdvance("9") * digits + 2 * _MARGIN + _MARK

    def paint_gutter(self, painter: QPainter, area: QRect) -> None:
        """Numbers of the lines that are seen."""
        tokens = self._theme.tokens
        painter.fillRect(area, QColor(tokens.sunken))
        painter.setFont(self.font())
        block = self.firstVisibleBlock()
        top = self.blockBoundingGeometry(block).translated(self.contentOffset()).top()
        while block.isValid() and top <= area.bottom():
            height = self.blockBoundingRect(block).height()
            number = block.blockNumber() + 1
            is_wrong = number in self._problems
            painter.setPen(QColor(tokens.danger if is_wrong else tokens.muted))
            room = QRect(0, round(top), self.gutter_width() - _MARGIN, round(height))
            painter.drawText(room, int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter), str(number))
            if is_wrong:
                painter.fillRect(QRect(0, round(top), 3, round(height)), QColor(tokens.danger))
            block, top = block.next(), top + height

    def _text_changed(self) -> None:
        if not self._is_showing:
            self.typed.emit(self.toPlainText())

    def _cursor_moved(self) -> None:
        self._paint_lines()
        if not self._is_showing and self.hasFocus():
            self.line_entered.emit(self.textCursor().blockNumber() + 1)

    def _make_room(self) -> None:
        self.setViewportMargins(self.gutter_width(), 0, 0, 0)
        self._gutter.update()

    def _paint_lines(self) -> None:
        tokens = self._theme.tokens
        marks = [self._line_mark(number, tokens.accent_soft) for number in self._chosen]
        marks += [self._line_mark(number, tokens.danger_soft) for number in self._problems]
        self.setExtraSelections(marks)
        self._gutter.update()

    def _line_mark(self, number: int, colour: str) -> QTextEdit.ExtraSelection:
        mark = QTextEdit.ExtraSelection()
        mark.cursor = QTextCursor(self.document().findBlockByNumber(number - 1))
        mark.format.setBackground(QColor(colour))
        mark.format.setProperty(QTextFormat.Property.FullWidthSelection, True)
        return mark


class _Gutter(QWidget):
    """Painted by the view, beside its text."""

    def __init__(self, view: YamlView) -> None:
        super().__init__(view)
        self._view = view

    def sizeHint(self) -> QSize:
        """As wide as the numbers."""
        return QSize(self._view.gutter_width(), 0)

    def paintEvent(self, event: QPaintEvent) -> None:
        """The view knows where its lines are."""
        self._view.paint_gutter(QPainter(self), event.rect())

    def follow(self, area: QRect, moved: int) -> None:
        """Scroll with the text."""
        if moved:
            self.scroll(0, moved)
        else:
            self.update(0, area.y(), self.width(), area.height())


def is_history_key(event: QKeyEvent) -> bool:
    """True for the keys of undo and redo."""
    return event.matches(QKeySequence.StandardKey.Undo) or event.matches(QKeySequence.StandardKey.Redo)


def _difference(old: str, new: str) -> tuple[int, int, int]:
    """Where two texts begin to differ, and where in each of them they are the same again."""
    start, most = 0, min(len(old), len(new))
    while start < most and old[start] == new[start]:
        start += 1
    end = 0
    while end < most - start and old[-1 - end] == new[-1 - end]:
        end += 1
    return start, len(old) - end, len(new) - end


def _units(text: str) -> int:
    """Qt counts UTF-16 units."""
    return len(text.encode("utf-16-le", errors="surrogatepass")) // 2


def _next_indent(line: str) -> str:
    indent = " " * (len(line) - len(line.lstrip(" ")))
    rest = line.strip()
    if rest.startswith("- "):
        indent += "  "
    return indent + ("  " if rest.endswith(":") and not rest.startswith("#") else "")
