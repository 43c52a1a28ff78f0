"""What every panel has in common: it works only while it is seen, and it says in which state it is."""

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from orchestrator.console.commands import CommandContext
from orchestrator.console.store import ConnectionState, ConsoleStore, Kind
from orchestrator.console.theme.tokens import SPACE_L, SPACE_M, SPACE_XL
from orchestrator.console.widgets.labels import label
from orchestrator.console.workbench import Workbench


class Panel(QWidget):
    """A page of the window with a title and a column below it.

    Subclasses say in `kinds` what they show and in `refresh` how; `refresh` is called when the panel comes into
    sight and when something of these kinds has changed while it is seen, never while it is hidden.
    """

    key = ""
    title = ""
    kinds: frozenset[Kind] = frozenset()
    can_search = False

    def __init__(self, bench: Workbench, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.bench = bench
        self.setProperty("panel", True)
        self.setAccessibleName(self.title)
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self._is_stale = True
        self._soon = QTimer(self, singleShot=True, interval=0)
        self._soon.timeout.connect(self._refresh_if_seen)
        self.head = QHBoxLayout()
        self.head.setSpacing(SPACE_M)
        self.head.addWidget(label(self.title, "title"))
        self.head.addStretch(1)
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(SPACE_XL, SPACE_L, SPACE_XL, SPACE_L)
        self.column.setSpacing(SPACE_L)
        self.column.addLayout(self.head)
        bench.store.changed.connect(self._changed)
        bench.store.connection_changed.connect(self._connection_changed)

    @property
    def store(self) -> ConsoleStore:
        """What is known of the engine."""
        return self.bench.store

    def refresh(self) -> None:
        """Show what is known now."""

    def connected(self) -> None:
        """The line to the engine is there (again): ask for what no event brings."""

    def take_keyboard(self) -> None:
        """Put the keyboard where one works here: into the list, where there is one."""
        self.setFocus()

    def focus_search(self) -> None:
        """Ctrl+F: put the keyboard where one searches, if the panel has such a place."""

    def show_part(self, part: str) -> None:
        """Show one of its parts, if it has several."""

    def context(self) -> CommandContext:
        """What is selected here, for the commands."""
        return CommandContext(panel=self.key, connected=self.store.is_connected)

    def showEvent(self, event: QShowEvent) -> None:
        """What changed while it was hidden is shown now."""
        super().showEvent(event)
        if self._is_stale:
            self._soon.start()

    def hideEvent(self, event: QHideEvent) -> None:
        """Hidden panels rest."""
        super().hideEvent(event)
        self._soon.stop()
        self._is_stale = True

    def touch(self) -> None:
        """Refresh soon, or when it is seen again."""
        self._is_stale = True
        if self.isVisible() and not self._soon.isActive():
            self._soon.start()

    def _refresh_if_seen(self) -> None:
        if self.isVisible():
            self._is_stale = False
            self.refresh()

    def _changed(self, kind: Kind, _ids: frozenset[str]) -> None:
        if kind in self.kinds:
            self.touch()

    def _connection_changed(self) -> None:
        if self.store.state is ConnectionState.CONNECTED:
            self.connected()
        self.touch()
