"""Paints a table's cells fast: it reads rows directly, prepares pens and fonts once per look, keeps words laid out."""

from collections import OrderedDict
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Generic, TypeVar

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QPoint, QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QStaticText, QTransform
from PySide6.QtWidgets import QStyledItemDelegate, QStyleOptionViewItem, QWidget

from orchestrator.console.formatting import percent
from orchestrator.console.tables.columns import CellKind, ColumnSpec, Progress, cell_text
from orchestrator.console.tables.paged_model import PagedModel
from orchestrator.console.theme.fonts import mono_font, text_font
from orchestrator.console.theme.status import StatusSpec
from orchestrator.console.theme.theme import Theme
from orchestrator.console.theme.tokens import ICON_M, ROW_HEIGHT, SPACE_S, TEXT_S, Tokens, Tone

Row = TypeVar("Row")
Index = QModelIndex | QPersistentModelIndex
_PADDING = 10
_BAR_WIDTH, _BAR_HEIGHT, _PERCENT_WIDTH = 64, 6, 40
_CACHE_SIZE = 1024
_PLAIN = QTransform()
Cell = tuple[int, int, int]
"""A column's number, where it begins in the view, and how wide it is."""


class TableDelegate(QStyledItemDelegate, Generic[Row]):
    """Cells of every kind of `CellKind`, readable on the selected row, in both looks."""

    def __init__(
        self, theme: Theme, model: PagedModel[Row], clock: Callable[[], datetime], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.hovered_row = -1
        self.ground = QColor()
        """What lies behind the cells."""
        self._theme, self._model, self._clock = theme, model, clock
        self._text, self._mono, self._small = text_font(), mono_font(), text_font(TEXT_S)
        self._metrics = {id(font): QFontMetrics(font) for font in (self._text, self._mono, self._small)}
        self._laid_out: OrderedDict[tuple[str, int, int], _Words] = OrderedDict()
        self._take_colours()
        theme.changed.connect(self._take_colours)

    def _take_colours(self) -> None:
        tokens: Tokens = self._theme.tokens
        self._tokens = tokens
        self.ground = QColor(tokens.surface)
        self._ink, self._muted = QColor(tokens.text), QColor(tokens.muted)
        self._selection, self._hover = QColor(tokens.selection), QColor(tokens.hover)
        self._line, self._track = QColor(tokens.border), QColor(tokens.border_strong)
        self._bar, self._edge = QColor(tokens.accent), QColor(tokens.accent)
        self._tones = {tone: self._theme.colour(tone) for tone in Tone}

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:  # noqa: ARG002 - Qt's signature
        """Every row has the same height; the width is the column's."""
        column: ColumnSpec[Row] = self._model.columns[index.column()]
        return QSize(column.width, ROW_HEIGHT)

    def paint_row(
        self, painter: QPainter, number: int, room: QRect, cells: Iterable[Cell], *, selected: bool, current: bool
    ) -> None:
        """Ground and hairline in `room`, which is the whole row's, then these cells by their kinds; a row on its way
        shows bars in their places."""
        top, height = room.top(), room.height()
        if selected:
            painter.fillRect(room, self._selection)
        elif number == self.hovered_row:
            painter.fillRect(room, self._hover)
        painter.fillRect(room.left(), room.bottom(), room.width(), 1, self._line)
        row = self._model.row_at(number)
        for section, place, length in cells:
            inner = QRect(place + _PADDING, top, length - 2 * _PADDING, height)
            if row is None:
                self._paint_absent(painter, inner)
            else:
                self._paint_cell(painter, inner, self._model.columns[section], row)
            if current and section == 0:
                painter.fillRect(place, top, 2, height - 1, self._edge)

    def _paint_absent(self, painter: QPainter, rect: QRect) -> None:
        bar = QRectF(rect.left(), rect.center().y() - 4, rect.width() * 0.6, 8)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._line)
        painter.drawRoundedRect(bar, 4, 4)

    def _paint_cell(self, painter: QPainter, rect: QRect, column: ColumnSpec[Row], row: Row) -> None:
        value = column.value(row)
        kind = column.kind
        if kind is CellKind.STATUS and isinstance(value, StatusSpec):
            self._paint_status(painter, rect, value)
        elif kind is CellKind.PROGRESS and isinstance(value, Progress):
            self._paint_progress(painter, rect, value)
        else:
            text = value if isinstance(value, str) else cell_text(value, self._clock())
            font = self._mono if kind is CellKind.MONO else self._text
            colour = self._muted if column.muted or kind is CellKind.TIME else self._ink
            self._draw(painter, rect, text, font, colour, kind is CellKind.NUMBER)

    def _paint_status(self, painter: QPainter, rect: QRect, status: StatusSpec) -> None:
        ratio = painter.device().devicePixelRatio()
        picture = self._theme.pixmap(status.icon, status.tone, ICON_M, ratio)
        painter.drawPixmap(QPoint(rect.left(), rect.center().y() - ICON_M // 2 + 1), picture)
        words = rect.adjusted(ICON_M + SPACE_S, 0, 0, 0)
        self._draw(painter, words, status.label, self._text, self._tones[status.tone])

    def _paint_progress(self, painter: QPainter, rect: QRect, progress: Progress) -> None:
        if progress.fraction is None:
            self._draw(painter, rect, progress.text, self._text, self._muted)
            return
        self._paint_bar(painter, rect, min(max(progress.fraction, 0.0), 1.0))
        shift = _BAR_WIDTH + _PERCENT_WIDTH
        share = QRect(rect.left() + _BAR_WIDTH, rect.top(), _PERCENT_WIDTH, rect.height())
        rounded = percent(round(progress.fraction, 2)).replace(" ", "")
        self._draw(painter, share, rounded, self._small, self._ink, True)
        rest = rect.adjusted(shift + SPACE_S, 0, 0, 0)
        self._draw(painter, rest, progress.text, self._text, self._muted)

    def _paint_bar(self, painter: QPainter, rect: QRect, fraction: float) -> None:
        top = rect.center().y() - _BAR_HEIGHT / 2 + 1
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._track)
        painter.drawRoundedRect(QRectF(rect.left(), top, _BAR_WIDTH, _BAR_HEIGHT), 3, 3)
        if fraction > 0:
            painter.setBrush(self._bar)
            painter.drawRoundedRect(
                QRectF(rect.left(), top, max(fraction * _BAR_WIDTH, _BAR_HEIGHT), _BAR_HEIGHT), 3, 3
            )
        painter.restore()

    def _draw(  # noqa: PLR0917 - a hot path: keywords cost a tenth of the repaint
        self, painter: QPainter, rect: QRect, text: str, font: QFont, colour: QColor, is_right: bool = False
    ) -> None:
        width = rect.width()
        if not text or width <= 0:
            return
        words = self._words(text, font, width)
        painter.setFont(font)
        painter.setPen(colour)
        left = rect.left() + (width - words.width if is_right else 0.0)
        painter.drawStaticText(QPointF(left, rect.top() + (rect.height() - words.height) / 2), words.drawn)

    def _words(self, text: str, font: QFont, width: int) -> "_Words":
        key = (text, id(font), width)
        found = self._laid_out.get(key)
        if found is None:
            line = text if "\n" not in text else text.replace("\n", " ")
            found = _Words(self._metrics[id(font)].elidedText(line, Qt.TextElideMode.ElideRight, width), font)
            self._laid_out[key] = found
            if len(self._laid_out) > _CACHE_SIZE:
                self._laid_out.popitem(last=False)
        return found


class _Words:
    """A line as it is drawn; to lay it out takes longer than to draw it."""

    __slots__ = ("drawn", "height", "width")

    def __init__(self, line: str, font: QFont) -> None:
        self.drawn = QStaticText(line)
        self.drawn.setTextFormat(Qt.TextFormat.PlainText)
        self.drawn.prepare(_PLAIN, font)
        size = self.drawn.size()
        self.width, self.height = size.width(), size.height()
