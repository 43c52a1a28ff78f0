"""The icon beside the clock: how many jobs run, the way back to the window, and its messages."""

from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QMenu, QSystemTrayIcon, QWidget

from orchestrator.console.formatting import count
from orchestrator.console.store import ConsoleStore, Kind
from orchestrator.console.words import counted, tr

_SHOWN_MS = 8_000
_LOOK_MS = 5_000


class Tray(QObject):
    """Shows itself where the desktop has a place for it; `is_there` says so, and `lost` that the place is gone."""

    lost = Signal()

    def __init__(
        self,
        icon: QIcon,
        store: ConsoleStore,
        *,
        show: Callable[[], None],
        leave: Callable[[], object],
        parent: QWidget,
    ) -> None:
        super().__init__(parent)
        self._store, self._show, self._parent = store, show, parent
        self._menu = QMenu(parent)
        self._menu.addAction(tr("Show Botswain")).triggered.connect(show)
        self._menu.addSeparator()
        self._menu.addAction(tr("Quit")).triggered.connect(leave)
        self._icon = QSystemTrayIcon(icon, self)
        self._icon.setContextMenu(self._menu)
        self._icon.activated.connect(self._activated)
        self._icon.messageClicked.connect(show)
        self._look = QTimer(self, interval=_LOOK_MS)
        self._look.timeout.connect(self._look_again)
        store.changed.connect(self._changed)
        if self.is_there:
            self._icon.show()
        self._tell_counts()

    @property
    def is_there(self) -> bool:
        """Whether this desktop has a tray."""
        return QSystemTrayIcon.isSystemTrayAvailable()

    @property
    def words(self) -> str:
        """What the pointer shows."""
        return self._icon.toolTip()

    def send(self, title: str, text: str) -> None:
        """A message of the desktop; clicking it shows the window."""
        if self.is_there:
            self._icon.showMessage(title, text, self._icon.icon(), _SHOWN_MS)

    def watch(self) -> None:
        """The icon is the way back to a hidden window: tell when it is `lost` meanwhile."""
        self._icon.show()  # the tray may have come after the window
        self._look.start()

    def _look_again(self) -> None:
        if not self._parent.isHidden():
            self._look.stop()
        elif not self.is_there:
            self._look.stop()
            self.lost.emit()

    def close(self) -> None:
        """Take the icon away, with the window."""
        self._look.stop()
        self._icon.hide()

    def _activated(self, reason: QSystemTrayIcon.ActivationReason) -> None:
        if reason is QSystemTrayIcon.ActivationReason.Trigger:
            self._show()

    def _changed(self, kind: Kind, _ids: frozenset[str]) -> None:
        if kind is Kind.DASHBOARD:
            self._tell_counts()

    def _tell_counts(self) -> None:
        board = self._store.dashboard
        if board is None:
            self._icon.setToolTip("Botswain")
            return
        robots = counted(
            "{online_robots} of %n robot online",
            "{online_robots} of %n robots online",
            board.total_robots,
            online_robots=board.online_robots,
        )
        words = tr(
            "{running_jobs} running, {pending_jobs} waiting",
            running_jobs=count(board.running_jobs),
            pending_jobs=count(board.pending_jobs),
        )
        self._icon.setToolTip(tr("Botswain\n{words}\n{robots}", words=words, robots=robots))
