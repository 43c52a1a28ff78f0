"""The main window: its frame, which stands at once, and how it answers; `furnishing` builds the rooms into it."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt, QTimer, Signal
from PySide6.QtGui import QCloseEvent, QPaintEvent, QShowEvent
from PySide6.QtWidgets import (
    QApplication,
    QFrame,
    QHBoxLayout,
    QMainWindow,
    QSplitter,
    QStackedWidget,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from orchestrator.console.formatting import time_words
from orchestrator.console.rooms import ROOMS
from orchestrator.console.settings import ConsoleSettings
from orchestrator.console.theme.theme import Theme
from orchestrator.console.theme.tokens import ICON_L, SPACE_S, Tone
from orchestrator.console.waiting_room import WaitingLine, WaitingRoom
from orchestrator.console.widgets.icon_label import IconLabel
from orchestrator.console.widgets.labels import label
from orchestrator.console.widgets.nav_rail import NavRail
from orchestrator.console.words import tr

if TYPE_CHECKING:  # these take most of a second, and the frame is to be seen before
    from orchestrator.console.action_groups import ActionGroups
    from orchestrator.console.commands import CommandContext, CommandRegistry
    from orchestrator.console.farewell import Farewell
    from orchestrator.console.notice_desk import NoticeDesk
    from orchestrator.console.notifications import Notifications
    from orchestrator.console.panels.base import Panel
    from orchestrator.console.panels.detail import DetailPane
    from orchestrator.console.panels.jobs import JobsPanel
    from orchestrator.console.rail_badges import RailBadges
    from orchestrator.console.rooms import Rooms
    from orchestrator.console.store import ConsoleStore
    from orchestrator.console.tray import Tray
    from orchestrator.console.widgets.banner import Banner
    from orchestrator.console.widgets.command_palette import CommandPalette
    from orchestrator.console.widgets.filter_bar import FilterChoice
    from orchestrator.console.widgets.skeleton import StaleOverlay
    from orchestrator.console.widgets.toast import ToastStack
    from orchestrator.console.workbench import Workbench

_SIZE = QSize(1380, 880)
_SMALLEST = QSize(1120, 640)
_FIRST_ROOM = "dashboard"


class ConsoleWindow(QMainWindow):
    """Rail, room and status line; `painted` once it has been seen, `closing` when the user closes it.

    What is declared here without a value comes with `furnish`; until then, wishes to go to a room are remembered.
    """

    painted = Signal()
    closing = Signal()

    store: "ConsoleStore"
    toasts: "ToastStack"
    commands: "CommandRegistry"
    bench: "Workbench"
    panels: "Rooms"
    jobs: "JobsPanel"
    detail: "DetailPane"
    banner: "Banner"
    veil: "StaleOverlay"
    groups: "ActionGroups"
    palette_box: "CommandPalette"
    farewell: "Farewell"
    notices: "NoticeDesk"
    badges: "RailBadges"
    tray: "Tray"
    notifications: "Notifications"

    def __init__(self, theme: Theme, settings: ConsoleSettings) -> None:
        super().__init__()
        self.setObjectName("console")
        self.setWindowTitle("Botswain")
        self.setWindowIcon(theme.icon("ship-wheel", Tone.ACCENT, 32))
        self.setMinimumSize(_SMALLEST)
        self.resize(_SIZE)
        self.theme, self.settings = theme, settings
        self._is_leaving = self._is_furnished = self._was_painted = False
        remembered = settings.text("panel", _FIRST_ROOM)
        self._room = remembered if remembered in {item.key for item in ROOMS} else _FIRST_ROOM
        self._build()
        geometry = settings.state("window")
        if geometry is not None:
            self.restoreGeometry(geometry)
        self.show_panel(self._room)

    @property
    def room(self) -> str:
        """The key of the panel that is shown, or that is wanted as soon as it is there."""
        return self._room

    @property
    def current_panel(self) -> "Panel":
        """The panel that is shown."""
        return self.panels[self._room]

    @property
    def is_seen(self) -> bool:
        """Whether somebody looks at it."""
        return self.isVisible() and self.isActiveWindow()

    def context(self) -> "CommandContext":
        """What is selected where the keyboard is: in the detail pane, or else in the panel."""
        focused = QApplication.focusWidget()
        if focused is not None and self.detail.isVisible() and self.detail.isAncestorOf(focused):
            return self.detail.context()
        return self.current_panel.context()

    def furnished(self) -> None:
        """Everything is there now: open the room that was wanted meanwhile."""
        self._is_furnished = True
        self.show_panel(self._room)
        self.stack.removeWidget(self._waiting)
        self._waiting.deleteLater()
        if self.isVisible():
            self.current_panel.take_keyboard()

    def show_panel(self, key: str) -> None:
        """Go to a panel."""
        self._room = key
        self.rail.set_current(key)
        self.settings.set_text("panel", key)
        if not self._is_furnished:
            self._waiting.set_title(next(item.title for item in ROOMS if item.key == key))
            return
        panel = self.panels[key]
        self.stack.setCurrentWidget(panel)
        if self.stack.isHidden():  # there is no room for both
            self.detail.close_pane()
        if not self.rail.has_keyboard:
            panel.take_keyboard()
        self.commands.refresh()

    def show_part(self, key: str, part: str) -> None:
        """Go to a panel, and there to one of its parts."""
        self.panels[key].show_part(part)
        self.show_panel(key)

    def show_jobs(self, choice: "FilterChoice") -> None:
        """Go to the jobs that match."""
        self.jobs.show_choice(choice)
        self.show_panel("jobs")

    def open_detail(self, kind: str, item_id: str) -> None:
        """Show one thing: beside the panel, or in the sheet that is made for it."""
        if kind == "question":
            self.groups.questions.answer(item_id)
        elif kind == "alert":
            self.groups.watch.show_alerts()
        else:
            self.detail.open(kind, item_id)

    def search(self) -> None:
        """Put the keyboard where one searches: here, or else among the jobs."""
        if not self.current_panel.can_search:
            self.show_panel("jobs")
        self.current_panel.focus_search()

    def refresh(self) -> None:
        """Ask anew for what the panel shows."""
        self.current_panel.connected()
        self.current_panel.touch()

    def take_keyboard(self) -> None:
        """Give the keyboard to the panel."""
        self.current_panel.take_keyboard()

    def tell_connection(self) -> None:
        """Lay a veil over what no longer follows the engine."""
        self.commands.refresh()
        if self.store.is_lost and self.store.heard_at is not None:
            self.veil.show_text(tr("Not connected: data of {time}", time=time_words(self.store.heard_at)))
        else:
            self.veil.hide()

    def paintEvent(self, event: QPaintEvent) -> None:
        """The first time, tell it when everything has been painted."""
        super().paintEvent(event)
        if not self._was_painted:
            self._was_painted = True
            QTimer.singleShot(0, self.painted.emit)

    def showEvent(self, event: QShowEvent) -> None:
        """The keyboard begins in the panel, not on the rail."""
        super().showEvent(event)
        if self._is_furnished:
            self.current_panel.take_keyboard()
        else:
            self._waiting.setFocus()

    def closeEvent(self, event: QCloseEvent) -> None:
        """Ask while jobs would be cut off; then remember how it looks, and go."""
        if self._is_furnished:
            if not self._is_leaving and self.farewell.running:
                event.ignore()
                self._ask_farewell()
                return
            self.tray.close()
            self.settings.set_state("detail", self.splitter.saveState())
        self.settings.set_state("window", self.saveGeometry())
        self.settings.flush()
        self.closing.emit()
        super().closeEvent(event)

    def bring_back(self) -> None:
        """Out of the tray, in front, as large as it was."""
        self.setWindowState(self.windowState() & ~Qt.WindowState.WindowMinimized)
        self.show()
        self.raise_()
        self.activateWindow()

    def leave(self) -> None:
        """Close without another question."""
        self._is_leaving = True
        self.close()

    def add_foot_button(self, command_id: str) -> None:
        """A small button at the foot of the rail for a command."""
        button = QToolButton()
        button.setDefaultAction(self.commands.action(command_id))
        button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonIconOnly)
        button.setProperty("variant", "ghost")
        button.setAccessibleName(self.commands.command(command_id).title)
        self.foot.addWidget(button)

    def _ask_farewell(self) -> None:
        if not self.isVisible():
            self.bring_back()
        self.farewell.ask(self, leave=self.leave, keep=self._go_out_of_sight, has_tray=self.tray.is_there)

    def _go_out_of_sight(self) -> None:
        if self.tray.is_there:
            self.hide()
            self.tray.watch()
        else:
            self.showMinimized()

    def _build(self) -> None:
        self.rail = NavRail(self.theme, tuple(ROOMS))
        self._dress_rail()
        self.rail.selected.connect(self.show_panel)
        self.stack = QStackedWidget()
        self._waiting = WaitingRoom(self.theme)
        self.stack.addWidget(self._waiting)
        self.splitter = QSplitter(Qt.Orientation.Horizontal)
        self.splitter.setChildrenCollapsible(False)
        self.splitter.addWidget(self.stack)
        self.setStatusBar(WaitingLine(self.theme))
        ground = QWidget()
        self.column = QVBoxLayout()
        self.column.setContentsMargins(0, 0, 0, 0)
        self.column.setSpacing(0)
        self.column.addWidget(self.splitter, 1)
        row = QHBoxLayout(ground)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(self.rail)
        row.addLayout(self.column, 1)
        self.setCentralWidget(ground)

    def _dress_rail(self) -> None:
        brand = QFrame()
        row = QHBoxLayout(brand)
        row.setContentsMargins(8, 4, 0, 14)
        row.setSpacing(SPACE_S)
        row.addWidget(IconLabel(self.theme, "ship-wheel", Tone.ACCENT, ICON_L))
        row.addWidget(label("Botswain", "heading"))
        row.addStretch(1)
        self.rail.column.insertWidget(0, brand)
        self.foot = QHBoxLayout()
        self.foot.setSpacing(2)
        self.rail.column.addLayout(self.foot)
