"""A list of things that happened or need somebody: icon, sentence, when; Enter or a click opens."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from PySide6.QtCore import QAbstractListModel, QModelIndex, QPersistentModelIndex, QRect, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QResizeEvent
from PySide6.QtWidgets import QFrame, QListView, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from orchestrator.console.formatting import exact_time, relative_time
from orchestrator.console.theme.fonts import text_font
from orchestrator.console.theme.theme import Theme
from orchestrator.console.theme.tokens import ICON_M, SPACE_S, TEXT_S, Tone
from orchestrator.console.widgets.empty_state import EmptyState, EmptyText

Index = QModelIndex | QPersistentModelIndex
_NO_PARENT = QModelIndex()
_ROW_HEIGHT = 34
_PADDING = 12
_LEFT = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft
_RIGHT = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedItem:
    """One line; `target` is what opening it leads to, as (kind, id)."""

    icon: str
    tone: Tone
    text: str
    detail: str = ""
    at: datetime | None = None
    target: tuple[str, str] = ("", "")


class FeedModel(QAbstractListModel):
    """The items in order."""

    def __init__(self, clock: Callable[[], datetime], parent: QWidget) -> None:
        super().__init__(parent)
        self._clock = clock
        self.items: tuple[FeedItem, ...] = ()

    def set_items(self, items: Sequence[FeedItem]) -> None:
        """Show these items; the same ones change nothing."""
        if tuple(items) != self.items:
            self.beginResetModel()
            self.items = tuple(items)
            self.endResetModel()

    def rowCount(self, parent: Index = _NO_PARENT) -> int:
        """One row an item."""
        return 0 if parent.isValid() else len(self.items)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Words for screen readers, the exact time as a tooltip; the delegate paints the items themselves."""
        if not index.isValid():
            return None
        item = self.items[index.row()]
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return f"{item.text} {relative_time(item.at, self._clock()) if item.at else item.detail}"
        if role == Qt.ItemDataRole.ToolTipRole:
            return "\n".join(part for part in (item.text, item.detail, exact_time(item.at) if item.at else "") if part)
        return None


class FeedDelegate(QStyledItemDelegate):
    """Icon, sentence, time at the right."""

    def __init__(self, theme: Theme, model: FeedModel, clock: Callable[[], datetime], parent: QWidget) -> None:
        super().__init__(parent)
        self._theme, self._model, self._clock = theme, model, clock
        self._font, self._small = text_font(), text_font(TEXT_S)
        self._metrics, self._small_metrics = QFontMetrics(self._font), QFontMetrics(self._small)

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:  # noqa: ARG002 - Qt's signature
        """Every row is as high as the others."""
        return QSize(120, _ROW_HEIGHT)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Ground by state, then the parts."""
        item, rect = self._model.items[index.row()], QRect(option.rect)
        tokens = self._theme.tokens
        if option.state & QStyle.StateFlag.State_HasFocus:
            painter.fillRect(rect, QColor(tokens.selection))
        elif option.state & QStyle.StateFlag.State_MouseOver:
            painter.fillRect(rect, QColor(tokens.hover))
        picture = self._theme.pixmap(item.icon, item.tone, ICON_M, painter.device().devicePixelRatio())
        painter.drawPixmap(rect.left() + _PADDING, rect.center().y() - ICON_M // 2 + 1, picture)
        when = relative_time(item.at, self._clock()) if item.at else item.detail
        used = self._small_metrics.horizontalAdvance(when)
        inner = rect.adjusted(_PADDING + ICON_M + SPACE_S, 0, -_PADDING, 0)
        painter.setFont(self._small)
        painter.setPen(QColor(tokens.muted))
        painter.drawText(inner, int(_RIGHT), when)
        painter.setFont(self._font)
        painter.setPen(QColor(tokens.text))
        room = inner.adjusted(0, 0, -used - SPACE_S * 2, 0)
        words = self._metrics.elidedText(item.text, Qt.TextElideMode.ElideRight, room.width())
        painter.drawText(room, int(_LEFT), words)


class Feed(QListView):
    """`opened(kind, id)` for the item that was clicked or entered."""

    opened = Signal(str, str)

    def __init__(
        self,
        theme: Theme,
        title: str,
        empty: EmptyText,
        clock: Callable[[], datetime],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setAccessibleName(title)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setMouseTracking(True)
        self.setUniformItemSizes(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._items = FeedModel(clock, self)
        self.setModel(self._items)
        self.setItemDelegate(FeedDelegate(theme, self._items, clock, self))
        self._empty = EmptyState(theme, empty, self.viewport())
        self.activated.connect(self._open)
        self.clicked.connect(self._open)

    def set_empty_text(self, text: EmptyText) -> None:
        """What stands here while there is no item."""
        self._empty.set_text(text)

    def set_items(self, items: Sequence[FeedItem]) -> None:
        """Show these items, newest first."""
        self._items.set_items(items)
        self._empty.setVisible(not items)
        self.viewport().update()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """The empty state fills the list."""
        super().resizeEvent(event)
        self._empty.setGeometry(self.viewport().rect())

    def _open(self, index: Index) -> None:
        kind, target = self._items.items[index.row()].target
        if kind:
            self.opened.emit(kind, target)
