"""What a search found, group by group: title, a piece of the text with the found words marked, when it was."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from PySide6.QtCore import QAbstractListModel, QModelIndex, QPersistentModelIndex, QRect, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter
from PySide6.QtWidgets import QFrame, QListView, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from orchestrator.console.formatting import exact_time, relative_time
from orchestrator.console.theme.fonts import mono_font, text_font
from orchestrator.console.theme.theme import Theme
from orchestrator.console.theme.tokens import ICON_M, SPACE_S, TEXT_S, TEXT_XS, Tone

Index = QModelIndex | QPersistentModelIndex
_NO_PARENT = QModelIndex()
_HEIGHT, _HEADING = 50, 30
_PADDING = 12
_LEFT = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft
_RIGHT = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight


@dataclass(frozen=True, slots=True, kw_only=True)
class HitRow:
    """A heading (without `open`), or one thing that was found."""

    title: str
    icon: str = ""
    tone: Tone = Tone.MUTED
    state: str = ""
    excerpt: str = ""
    marks: tuple[tuple[int, int], ...] = ()
    at: datetime | None = None
    is_code: bool = False
    """The excerpt is a log line."""
    open: Callable[[], object] | None = field(default=None, compare=False)


class HitModel(QAbstractListModel):
    """The rows in order."""

    def __init__(self, clock: Callable[[], datetime], parent: QWidget) -> None:
        super().__init__(parent)
        self._clock = clock
        self.rows: tuple[HitRow, ...] = ()

    def set_rows(self, rows: Sequence[HitRow]) -> None:
        """Show these rows."""
        self.beginResetModel()
        self.rows = tuple(rows)
        self.endResetModel()

    def rowCount(self, parent: Index = _NO_PARENT) -> int:
        """Headings and hits."""
        return 0 if parent.isValid() else len(self.rows)

    def flags(self, index: Index) -> Qt.ItemFlag:
        """A heading cannot be chosen."""
        if not index.isValid() or self.rows[index.row()].open is None:
            return Qt.ItemFlag.NoItemFlags
        return Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Words for screen readers, the whole piece as a tooltip; the delegate paints the rows themselves."""
        if not index.isValid():
            return None
        row = self.rows[index.row()]
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            when = relative_time(row.at, self._clock()) if row.at else ""
            return " ".join(part for part in (row.title, row.state, row.excerpt, when) if part)
        if role == Qt.ItemDataRole.ToolTipRole and row.open is not None:
            return "\n".join(part for part in (row.excerpt, exact_time(row.at) if row.at else "") if part)
        return None


class HitDelegate(QStyledItemDelegate):
    """Two lines a hit: what it is and when, then the piece of text."""

    def __init__(self, theme: Theme, model: HitModel, clock: Callable[[], datetime], parent: QWidget) -> None:
        super().__init__(parent)
        self._theme, self._model, self._clock = theme, model, clock
        self._strong, self._small = text_font(weight=QFont.Weight.DemiBold), text_font(TEXT_S)
        self._heading, self._mono = text_font(TEXT_XS, QFont.Weight.DemiBold), mono_font(TEXT_S)

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:  # noqa: ARG002 - Qt's signature
        """Headings are lower."""
        return QSize(120, _HEADING if self._model.rows[index.row()].open is None else _HEIGHT)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Ground by state, then the parts."""
        row, rect = self._model.rows[index.row()], QRect(option.rect)
        painter.save()
        if row.open is None:
            self._paint_heading(painter, row, rect)
        else:
            self._paint_ground(painter, option)
            self._paint_hit(painter, row, rect)
        painter.restore()

    def _paint_heading(self, painter: QPainter, row: HitRow, rect: QRect) -> None:
        painter.setFont(self._heading)
        painter.setPen(self._theme.colour(Tone.MUTED))
        painter.drawText(rect.adjusted(_PADDING, SPACE_S, -_PADDING, 0), int(_LEFT), row.title)

    def _paint_ground(self, painter: QPainter, option: QStyleOptionViewItem) -> None:
        tokens = self._theme.tokens
        if option.state & QStyle.StateFlag.State_Selected:
            painter.fillRect(option.rect, QColor(tokens.selection))
        elif option.state & QStyle.StateFlag.State_MouseOver:
            painter.fillRect(option.rect, QColor(tokens.hover))

    def _paint_hit(self, painter: QPainter, row: HitRow, rect: QRect) -> None:
        picture = self._theme.pixmap(row.icon, row.tone, ICON_M, painter.device().devicePixelRatio())
        painter.drawPixmap(rect.left() + _PADDING, rect.top() + 9, picture)
        inner = rect.adjusted(_PADDING + ICON_M + SPACE_S, 5, -_PADDING, -5)
        upper, lower = QRect(inner), QRect(inner)
        upper.setHeight(inner.height() // 2)
        lower.setTop(upper.bottom() + 1)
        self._paint_title(painter, row, upper)
        self._paint_excerpt(painter, row, lower)

    def _paint_title(self, painter: QPainter, row: HitRow, room: QRect) -> None:
        small = QFontMetrics(self._small)
        right = "   ".join(part for part in (row.state, relative_time(row.at, self._clock()) if row.at else "") if part)
        painter.setFont(self._small)
        painter.setPen(self._theme.colour(Tone.MUTED))
        painter.drawText(room, int(_RIGHT), right)
        width = room.width() - small.horizontalAdvance(right) - SPACE_S
        painter.setFont(self._strong)
        painter.setPen(self._theme.colour(Tone.NEUTRAL))
        title = QFontMetrics(self._strong).elidedText(row.title, Qt.TextElideMode.ElideRight, width)
        painter.drawText(room, int(_LEFT), title)

    def _paint_excerpt(self, painter: QPainter, row: HitRow, room: QRect) -> None:
        font = self._mono if row.is_code else self._small
        metrics, left = QFontMetrics(font), room.left()
        painter.setFont(font)
        painter.setClipRect(room)
        for words, is_mark in _pieces(row.excerpt, row.marks):
            width = metrics.horizontalAdvance(words)
            place = QRect(left, room.top(), width, room.height())
            if is_mark:
                painter.fillRect(place.adjusted(-1, 2, 1, -2), QColor(self._theme.tokens.warning_soft))
            painter.setPen(self._theme.colour(Tone.NEUTRAL if is_mark else Tone.MUTED))
            painter.drawText(place, int(_LEFT), words)
            left += width
            if left > room.right():
                return


class HitList(QListView):
    """Rows to go through with the arrows; a click or Enter opens."""

    opened = Signal()

    def __init__(self, theme: Theme, clock: Callable[[], datetime], title: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(title)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setMouseTracking(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setEditTriggers(QListView.EditTrigger.NoEditTriggers)
        self.hits = HitModel(clock, self)
        self.setModel(self.hits)
        self.setItemDelegate(HitDelegate(theme, self.hits, clock, self))
        self.clicked.connect(lambda _: self.open_current())
        theme.changed.connect(self.viewport().update)

    def set_rows(self, rows: Sequence[HitRow]) -> None:
        """Show these rows, the first hit chosen."""
        self.hits.set_rows(rows)
        self.move_on(1)

    def move_on(self, step: int) -> None:
        """The next hit that way, round the ends."""
        places = [number for number, row in enumerate(self.hits.rows) if row.open is not None]
        if not places:
            return
        now = self.currentIndex().row()
        place = (places.index(now) + step) % len(places) if now in places else min(0, step)
        self.setCurrentIndex(self.hits.index(places[place], 0))

    def open_current(self) -> None:
        """Go to the hit that is chosen."""
        index = self.currentIndex()
        row = self.hits.rows[index.row()] if index.isValid() else None
        if row is not None and row.open is not None:
            self.opened.emit()
            row.open()


def _pieces(text: str, marks: Sequence[tuple[int, int]]) -> list[tuple[str, bool]]:
    pieces, last = list[tuple[str, bool]](), 0
    for start, length in marks:
        pieces += [(text[last:start], False), (text[start : start + length], True)]
        last = start + length
    return [each for each in (*pieces, (text[last:], False)) if each[0]]
