"""A week as 7 rows of 24 hours, each cell as strong as its hour is busy."""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QHelpEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QToolTip, QWidget

from orchestrator.console.theme.fonts import text_font
from orchestrator.console.theme.theme import Theme
from orchestrator.console.theme.tokens import TEXT_XS, Tone
from orchestrator.console.words import tr

_LEFT, _TOP, _GAP, _ROW = 78, 20, 2, 30
_COLUMNS = 24
_FULL = 1.0
_FAINT, _STRONG = 40, 235


@dataclass(frozen=True, slots=True, kw_only=True)
class HeatCell:
    """A share (1 is full, more is too much) and what the pointer shows."""

    share: float
    words: str


class HeatMap(QWidget):
    """Hours above, days at the left; what is too much is red and has an edge, so that it is not colour alone."""

    def __init__(self, theme: Theme, title: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._rows: Sequence[str] = ()
        self._cells: Sequence[HeatCell] = ()
        self.setAccessibleName(title)
        self.setMinimumSize(QSize(_LEFT + _COLUMNS * 16, _TOP + 7 * _ROW))
        theme.changed.connect(self.update)

    def set_week(self, days: Sequence[str], cells: Sequence[HeatCell]) -> None:
        """The days' names and their cells, row by row, each from midnight on."""
        self._rows, self._cells = days, cells
        self.setAccessibleDescription(
            "; ".join(cell.words for cell in cells if cell.share >= _FULL) or tr("never full")
        )
        self.update()

    def event(self, event: QEvent) -> bool:
        """What is under the pointer, in words."""
        if event.type() is QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            cell = self._cell_at(event.pos().x(), event.pos().y())
            QToolTip.showText(event.globalPos(), cell.words if cell else "", self)
            return True
        return super().event(event)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002 - Qt's signature
        """Hours, days, cells."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(text_font(TEXT_XS))
        painter.setPen(QColor(self._theme.tokens.muted))
        for column in range(0, _COLUMNS, 3):
            where = QRectF(_LEFT + column * self._width(), 0, self._width() * 3, _TOP)
            painter.drawText(where, int(Qt.AlignmentFlag.AlignLeft), f"{column:02d}:00")
        for row, name in enumerate(self._rows):
            where = QRectF(0, _TOP + row * _ROW, _LEFT, _ROW)
            painter.setPen(QColor(self._theme.tokens.muted))
            painter.drawText(where, int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft), name)
        for number, cell in enumerate(self._cells):
            self._paint_cell(painter, number, cell)

    def _paint_cell(self, painter: QPainter, number: int, cell: HeatCell) -> None:
        row, column = divmod(number, _COLUMNS)
        where = QRectF(_LEFT + column * self._width(), _TOP + row * _ROW, self._width() - _GAP, _ROW - _GAP)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(self._theme.tokens.neutral_soft))
        painter.drawRoundedRect(where, 3, 3)
        if cell.share <= 0:
            return
        tone = self._theme.colour(Tone.DANGER if cell.share > _FULL else Tone.ACCENT)
        if cell.share > _FULL:
            painter.setPen(tone)
        strength = QColor(tone)
        strength.setAlpha(round(_FAINT + (_STRONG - _FAINT) * min(cell.share, _FULL)))
        painter.setBrush(strength)
        painter.drawRoundedRect(where, 3, 3)

    def _cell_at(self, x: float, y: float) -> HeatCell | None:
        column, row = int((x - _LEFT) // self._width()), int((y - _TOP) // _ROW)
        number = row * _COLUMNS + column
        is_inside = 0 <= column < _COLUMNS and row >= 0 and number < len(self._cells)
        return self._cells[number] if is_inside else None

    def _width(self) -> float:
        return (self.width() - _LEFT) / _COLUMNS
