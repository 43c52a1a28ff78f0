"""Ctrl+K: every command, found by a few letters."""

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QKeyEvent, QKeySequence, QStandardItem, QStandardItemModel
from PySide6.QtWidgets import QFrame, QLineEdit, QListView, QVBoxLayout, QWidget

from orchestrator.console.commands import Command, CommandRegistry
from orchestrator.console.theme.theme import Theme
from orchestrator.console.theme.tokens import SPACE_S, Tone
from orchestrator.console.widgets.fuzzy import fuzzy_score

_ID = Qt.ItemDataRole.UserRole
_LIMIT = 50


class CommandPalette(QFrame):
    """A field and a list over the window; Enter runs, Escape closes, arrows move."""

    def __init__(self, theme: Theme, registry: CommandRegistry, host: QWidget) -> None:
        super().__init__(host)
        self.setObjectName("palette")
        self.setAccessibleName("Command palette")
        self._theme, self._registry = theme, registry
        self.field = QLineEdit(placeholderText="Type a command")
        self.field.setProperty("bare", True)
        self.field.setAccessibleName("Command")
        self.results = QStandardItemModel(self)
        self._list = QListView()
        self._list.setModel(self.results)
        self._list.setAccessibleName("Commands")
        self._list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._list.setEditTriggers(QListView.EditTrigger.NoEditTriggers)
        self._list.clicked.connect(self._run_current)
        column = QVBoxLayout(self)
        column.setContentsMargins(SPACE_S, SPACE_S, SPACE_S, SPACE_S)
        column.addWidget(self.field)
        column.addWidget(self._list)
        self.field.textChanged.connect(self._search)
        self.field.installEventFilter(self)
        self.hide()

    def open(self) -> None:
        """Show it in the upper middle of the window, empty, with the keyboard in it."""
        host = self.parentWidget()
        if host is not None:
            width = min(600, host.width() - 48)
            self.setGeometry((host.width() - width) // 2, 64, width, min(420, host.height() - 128))
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
        scored = [(fuzzy_score(wanted, f"{c.title} {c.keywords}"), c) for c in self._registry.all()]
        found = [(score, c) for score, c in scored if score is not None and self._registry.is_enabled(c.id)]
        found.sort(key=lambda pair: -pair[0])
        self.results.clear()
        for _, command in found[:_LIMIT]:
            self.results.appendRow(self._item(command))
        if self.results.rowCount():
            self._list.setCurrentIndex(self.results.index(0, 0))
        self._fit()

    def _fit(self) -> None:
        host = self.parentWidget()
        if host is not None:
            wanted = 76 + 26 * max(self.results.rowCount(), 1)
            self.resize(self.width(), min(wanted, 420, host.height() - 128))

    def _item(self, command: Command) -> QStandardItem:
        keys = QKeySequence(command.shortcut).toString()
        section = f"{command.section}: " if command.section else ""
        item = QStandardItem(f"{section}{command.title}" + (f"   {keys}" if keys else ""))
        item.setData(command.id, _ID)
        item.setIcon(self._theme.icon(command.icon or "command", Tone.MUTED))
        return item

    def _run_current(self) -> None:
        index = self._list.currentIndex()
        if index.isValid():
            command_id = str(index.data(_ID))
            self.hide()
            self._registry.run(command_id)
