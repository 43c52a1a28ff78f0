"""Ctrl+K: every command, found by a few letters."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QModelIndex, QObject, QPersistentModelIndex, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent, QKeySequence, QPainter, QStandardItem, QStandardItemModel
from PySide6.QtWidgets import (
    QFrame,
    QLineEdit,
    QListView,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from orchestrator.console.commands import Command, CommandContext, CommandRegistry
from orchestrator.console.theme.fonts import text_font
from orchestrator.console.theme.theme import Theme
from orchestrator.console.theme.tokens import SPACE_M, SPACE_S, TEXT_S, Tone
from orchestrator.console.widgets.fuzzy import fuzzy_score
from orchestrator.console.words import tr

_ID = Qt.ItemDataRole.UserRole
_NOTE = Qt.ItemDataRole.UserRole + 1
_LIMIT = 50
_SETTLE_MS = 250
_LEAST_LETTERS = 3
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
Index = QModelIndex | QPersistentModelIndex


@dataclass(frozen=True, slots=True, kw_only=True)
class Jump:
    """One line of the palette: a command, or a job, robot or workflow to go to."""

    key: str
    title: str
    icon: str
    run: Callable[[], object]
    keywords: str = ""
    note: str = ""


class NoteDelegate(QStyledItemDelegate):
    """The line as Qt paints it, and its key at the right."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        """Both."""
        super().paint(painter, option, index)
        painter.save()
        painter.setFont(text_font(TEXT_S))
        painter.setPen(self._theme.colour(Tone.MUTED))
        room = option.rect.adjusted(0, 0, -SPACE_M, 0)
        painter.drawText(room, int(_RIGHT), str(index.data(_NOTE) or ""))
        painter.restore()


def _nowhere() -> Iterable[Jump]:
    return ()


class CommandPalette(QFrame):
    """A field and a list over the window; Enter runs, Escape closes, arrows move.

    `places` gives the things that one can jump to; they are searched from the second letter on. What only the engine
    can find is asked for by `wanted(text)` a moment after the last key, and put behind everything by `show_found`.
    """

    wanted = Signal(str)

    def __init__(
        self,
        theme: Theme,
        registry: CommandRegistry,
        host: QWidget,
        places: Callable[[], Iterable[Jump]] = _nowhere,
    ) -> None:
        super().__init__(host)
        self.setObjectName("palette")
        self.setAccessibleName(tr("Command palette"))
        self._theme, self._registry, self._places = theme, registry, places
        self._shown: dict[str, Jump] = {}
        self._context = CommandContext()
        self.field = QLineEdit(placeholderText=tr("Type a command, or the name of a job, robot or workflow"))
        self.field.setProperty("bare", True)
        self.field.setAccessibleName(tr("Command"))
        self.results = QStandardItemModel(self)
        self._list = QListView()
        self._list.setModel(self.results)
        self._list.setItemDelegate(NoteDelegate(theme, self))
        self._list.setAccessibleName(tr("Commands"))
        self._list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._list.setEditTriggers(QListView.EditTrigger.NoEditTriggers)
        self._list.clicked.connect(self._run_current)
        column = QVBoxLayout(self)
        column.setContentsMargins(SPACE_S, SPACE_S, SPACE_S, SPACE_S)
        column.addWidget(self.field)
        column.addWidget(self._list)
        self._asking = QTimer(self, singleShot=True, interval=_SETTLE_MS)
        self._asking.timeout.connect(lambda: self.wanted.emit(self.field.text().strip()))
        self.field.textChanged.connect(self._search)
        self.field.installEventFilter(self)
        self.hide()

    def open(self) -> None:
        """Show it in the upper middle of the window, empty, with the keyboard in it."""
        host = self.parentWidget()
        if host is not None:
            width = min(600, host.width() - 48)
            self.setGeometry((host.width() - width) // 2, 64, width, min(420, host.height() - 128))
        self._context = self._registry.context  # later the keyboard is in the palette, and nothing is selected there
        self.field.clear()
        self._search("")
        self.show()
        self.raise_()
        self.field.setFocus()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """The field keeps the keyboard; arrows, Enter and Escape go to the list."""
        if isinstance(event, QKeyEvent) and event.type() is QEvent.Type.KeyPress and self._take(event):
            return True
        if event.type() is QEvent.Type.FocusOut:
            self.hide()
        return super().eventFilter(watched, event)

    def show_found(self, text: str, found: Iterable[Jump]) -> None:
        """Put what was found behind the rest, unless other words stand there by now."""
        if not self.isVisible() or text != self.field.text().strip():
            return
        for entry in found:
            self._shown[entry.key] = entry
            self.results.appendRow(self._item(entry))
        if not self._list.currentIndex().isValid():
            self._list.setCurrentIndex(self.results.index(0, 0))
        self._fit()

    def _take(self, event: QKeyEvent) -> bool:
        match Qt.Key(event.key()):
            case Qt.Key.Key_Escape:
                self.hide()
            case Qt.Key.Key_Return | Qt.Key.Key_Enter:
                self._run_current()
            case Qt.Key.Key_Down:
                self._move(1)
            case Qt.Key.Key_Up:
                self._move(-1)
            case _:
                return False
        return True

    def _move(self, step: int) -> None:
        rows = self.results.rowCount()
        if rows:
            self._list.setCurrentIndex(self.results.index((self._list.currentIndex().row() + step) % rows, 0))

    def _search(self, wanted: str) -> None:
        scored = [(fuzzy_score(wanted, f"{e.title} {e.keywords}"), e) for e in self._entries(wanted)]
        found = [(score, e) for score, e in scored if score is not None]
        if wanted.strip():
            found.sort(key=lambda pair: -pair[0])
        self.results.clear()
        self._shown = {}
        for _, entry in found[:_LIMIT]:
            self._shown[entry.key] = entry
            self.results.appendRow(self._item(entry))
        if self.results.rowCount():
            self._list.setCurrentIndex(self.results.index(0, 0))
        self._fit()
        if len(wanted.strip()) >= _LEAST_LETTERS:
            self._asking.start()
        else:
            self._asking.stop()

    def _fit(self) -> None:
        host = self.parentWidget()
        if host is not None:
            wanted = 76 + 26 * max(self.results.rowCount(), 1)
            self.resize(self.width(), min(wanted, 420, host.height() - 128))

    def _entries(self, wanted: str) -> list[Jump]:
        commands = [self._entry(c) for c in self._registry.all() if self._registry.is_enabled(c.id, self._context)]
        return commands + (list(self._places()) if len(wanted.strip()) > 1 else [])

    def _entry(self, command: Command) -> Jump:
        section = f"{command.section}: " if command.section else ""
        return Jump(
            key=command.id,
            title=f"{section}{command.title}",
            icon=command.icon or "command",
            run=lambda: self._registry.run(command.id, self._context),
            keywords=command.keywords,
            note=QKeySequence(command.shortcut).toString(),
        )

    def _item(self, entry: Jump) -> QStandardItem:
        item = QStandardItem(entry.title)
        item.setData(entry.key, _ID)
        item.setData(entry.note, _NOTE)
        item.setData(f"{entry.title} {entry.note}".strip(), Qt.ItemDataRole.AccessibleTextRole)
        item.setIcon(self._theme.icon(entry.icon, Tone.MUTED))
        return item

    def _run_current(self) -> None:
        index = self._list.currentIndex()
        if index.isValid():
            entry = self._shown[str(index.data(_ID))]
            self.hide()
            entry.run()
