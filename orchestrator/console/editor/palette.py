"""The palette: structures and actions by group, found by a few letters, each with its sentence."""

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QMimeData, QModelIndex, QObject, QPersistentModelIndex, QRect, QSize, Qt, Signal
from PySide6.QtGui import QFontMetrics, QKeyEvent, QPainter, QStandardItem, QStandardItemModel
from PySide6.QtWidgets import (
    QLineEdit,
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from orchestrator.console.editor.graph_view import ENTRY_FORMAT
from orchestrator.console.editor.structures import PaletteEntry, palette
from orchestrator.console.theme.fonts import text_font
from orchestrator.console.theme.theme import Theme
from orchestrator.console.theme.tokens import SPACE_M, SPACE_S, TEXT_S, TEXT_XS, Tone
from orchestrator.console.widgets.table_card import table_card
from orchestrator.console.words import tr

_KEY = Qt.ItemDataRole.UserRole
_SENTENCE = Qt.ItemDataRole.UserRole + 1
_ENTRY_HEIGHT, _GROUP_HEIGHT = 42, 28


class PaletteView(QWidget):
    """Enter or a double click adds what is chosen; it can also be dragged into the graph."""

    chosen = Signal(str)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._entries = palette()
        self.search = QLineEdit()
        self.search.setPlaceholderText(tr("Find an action"))
        self.search.setAccessibleName(tr("Find an action"))
        self.search.setClearButtonEnabled(True)
        self.model = _Entries(self)
        self.list = QListView()
        self.list.setAccessibleName(tr("Actions"))
        self.list.setModel(self.model)
        self.list.setItemDelegate(_EntryDelegate(theme, self.list))
        self.list.setEditTriggers(QListView.EditTrigger.NoEditTriggers)
        self.list.setDragEnabled(True)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.activated.connect(self._activated)
        self.search.textChanged.connect(self._fill)
        self.search.returnPressed.connect(self.add_current)
        self.search.installEventFilter(self)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACE_S)
        column.addWidget(self.search)
        column.addWidget(table_card(self.list), 1)
        self._fill("")

    def add_current(self) -> None:
        """Add what is chosen in the list."""
        self._activated(self.list.currentIndex())

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """The arrow keys move in the list while one searches."""
        if event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            step = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1}.get(Qt.Key(event.key()))
            if step is not None:
                self._move(step)
                return True
        return super().eventFilter(watched, event)

    def _fill(self, text: str) -> None:
        words = text.lower().split()
        found = [entry for entry in self._entries if entry.fits(words)]
        self.model.show(sorted(found, key=lambda entry: entry.rank(text.strip().lower())) if words else found)
        self._move(1, start=-1)

    def _move(self, step: int, start: int | None = None) -> None:
        row = (self.list.currentIndex().row() if start is None else start) + step
        while 0 <= row < self.model.rowCount():
            index = self.model.index(row, 0)
            if index.data(_KEY):
                self.list.setCurrentIndex(index)
                return
            row += step

    def _activated(self, index: QModelIndex) -> None:
        key = index.data(_KEY)
        if key:
            self.chosen.emit(str(key))


class _Entries(QStandardItemModel):
    """Headings that cannot be chosen, and entries."""

    def show(self, entries: Sequence[PaletteEntry]) -> None:
        self.clear()
        group = ""
        for entry in entries:
            if entry.group != group:
                group = entry.group
                heading = QStandardItem(group)
                heading.setFlags(Qt.ItemFlag.NoItemFlags)
                self.appendRow(heading)
            item = QStandardItem(entry.title)
            item.setData(entry.key, _KEY)
            item.setData(entry.sentence, _SENTENCE)
            item.setToolTip(entry.sentence)
            item.setData(f"{entry.title}: {entry.sentence}", Qt.ItemDataRole.AccessibleTextRole)
            item.setFlags(Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemIsDragEnabled)
            self.appendRow(item)

    def mimeTypes(self) -> list[str]:
        """Only the graph takes them."""
        return [ENTRY_FORMAT]

    def mimeData(self, indexes: Sequence[QModelIndex]) -> QMimeData:
        """The key of the entry."""
        data = QMimeData()
        if indexes:
            data.setData(ENTRY_FORMAT, str(indexes[0].data(_KEY)).encode())
        return data


class _EntryDelegate(QStyledItemDelegate):
    """Title above sentence; headings smaller."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:  # noqa: ARG002 - Qt's signature
        """Two lines, or one for a heading."""
        return QSize(120, _ENTRY_HEIGHT if index.data(_KEY) else _GROUP_HEIGHT)

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        """The ground as Qt paints it, then the words."""
        painter.save()
        room: QRect = option.rect.adjusted(SPACE_M, 0, -SPACE_S, 0)
        if not index.data(_KEY):
            self._line(painter, room, str(index.data()), TEXT_XS, Tone.MUTED)
        else:
            ground = QStyleOptionViewItem(option)
            ground.text = ""
            style = option.widget.style()
            style.drawPrimitive(QStyle.PrimitiveElement.PE_PanelItemViewItem, ground, painter, option.widget)
            upper = QRect(room.left(), room.top() + 4, room.width(), 18)
            lower = QRect(room.left(), room.top() + 21, room.width(), 16)
            self._line(painter, upper, str(index.data()), TEXT_S, Tone.NEUTRAL)
            self._line(painter, lower, str(index.data(_SENTENCE)), TEXT_XS, Tone.MUTED)
        painter.restore()

    def _line(self, painter: QPainter, room: QRect, words: str, size: int, tone: Tone) -> None:
        font = text_font(size)
        painter.setFont(font)
        painter.setPen(self._theme.colour(tone))
        shown = QFontMetrics(font).elidedText(words, Qt.TextElideMode.ElideRight, room.width())
        painter.drawText(room, int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft), shown)
