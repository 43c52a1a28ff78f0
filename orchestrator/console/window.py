"""The main window: rail, panels, detail pane, banners, toasts, status line."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QCloseEvent, QShowEvent
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

from orchestrator.console.action_groups import ActionGroups
from orchestrator.console.commands import CommandContext, CommandRegistry
from orchestrator.console.concerns import Concerns
from orchestrator.console.demo import Demo
from orchestrator.console.engine_link import EngineLink
from orchestrator.console.farewell import Farewell, FarewellSheet
from orchestrator.console.formatting import time_words
from orchestrator.console.local_robots import LocalRobots
from orchestrator.console.notice_desk import NoticeDesk
from orchestrator.console.notifications import Courier, Notifications
from orchestrator.console.operations import Operations
from orchestrator.console.panels.base import Panel
from orchestrator.console.panels.detail import DetailPane
from orchestrator.console.panels.jobs import JobsPanel
from orchestrator.console.places import places
from orchestrator.console.rail_badges import RailBadges
from orchestrator.console.rooms import ROOMS, Rooms
from orchestrator.console.settings import ConsoleSettings
from orchestrator.console.status_line import StatusLine
from orchestrator.console.store import ConnectionState, ConsoleStore
from orchestrator.console.tasks import TaskOwner
from orchestrator.console.theme.theme import Theme
from orchestrator.console.theme.tokens import ICON_L, SPACE_S, Tone
from orchestrator.console.tray import Tray
from orchestrator.console.widgets.banner import Banner
from orchestrator.console.widgets.command_palette import CommandPalette
from orchestrator.console.widgets.filter_bar import FilterChoice
from orchestrator.console.widgets.icon_label import IconLabel
from orchestrator.console.widgets.labels import label
from orchestrator.console.widgets.nav_rail import NavRail
from orchestrator.console.widgets.side_by_side import SideBySide
from orchestrator.console.widgets.skeleton import StaleOverlay
from orchestrator.console.widgets.toast import ToastStack
from orchestrator.console.window_commands import WindowHands, register_window_commands
from orchestrator.console.words import tr
from orchestrator.console.workbench import Navigator, Workbench

_SIZE = QSize(1380, 880)
_SMALLEST = QSize(1120, 640)


class ConsoleWindow(QMainWindow):
    """Builds the panels and answers their wishes to look at something else; `closing` when the user closes it."""

    closing = Signal()

    def __init__(
        self,
        *,
        store: ConsoleStore,
        link: EngineLink,
        tasks: TaskOwner,
        theme: Theme,
        settings: ConsoleSettings,
        clock: Callable[[], datetime],
        folder: Path,
    ) -> None:
        """`folder` takes the state and the logs of robots that the window starts on this computer."""
        super().__init__()
        self.setObjectName("console")
        self.setWindowTitle("Botswain")
        self.setWindowIcon(theme.icon("ship-wheel", Tone.ACCENT, 32))
        self.setMinimumSize(_SMALLEST)
        self.resize(_SIZE)
        self._is_leaving = False
        self.store, self.theme, self._settings = store, theme, settings
        self._ground = QWidget()
        self.setCentralWidget(self._ground)
        self.toasts = ToastStack(theme, self)
        self.commands = CommandRegistry(theme, self)
        local = LocalRobots(folder, store=store, link=link, tasks=tasks, parent=self)
        self.bench = Workbench(
            store=store,
            concerns=Concerns(link, store, tasks, self),
            commands=self.commands,
            link=link,
            operations=Operations(link, tasks, self, self.toasts),
            tasks=tasks,
            theme=theme,
            settings=settings,
            navigator=Navigator(self),
            local=local,
            demo=Demo(local, store=store, link=link, tasks=tasks, parent=self),
            clock=clock,
        )
        self._build()
        self.groups = ActionGroups(self.bench, self, self.jobs, self.toasts)
        self.palette_box = CommandPalette(theme, self.commands, self, lambda: places(self.bench))
        self.groups.search.serve_palette(self.palette_box)
        register_window_commands(self.bench, self._hands())
        for command_id in ("window.theme", "window.language", "window.keys", "window.palette"):
            self.add_foot_button(command_id)
        self._foot.addStretch(1)
        self.farewell = Farewell(self.bench, self)
        self.notices = NoticeDesk(
            self.banner,
            store,
            farewell=self.farewell,
            watch=self.groups.watch,
            commands=self.commands,
            parent=self,
        )
        self.badges = RailBadges(self.rail, store, self.bench.concerns, self)
        self.tray = Tray(self.windowIcon(), store, show=self.bring_back, leave=self.close, parent=self)
        self.notifications = Notifications(
            store, self.bench.concerns, Courier(self.tray.send, self), self._is_seen, self
        )
        self.commands.set_context_source(self.context)
        self.commands.add_shortcuts(self)
        self._connect()
        self._restore()

    def context(self) -> CommandContext:
        """What is selected where the keyboard is: in the detail pane, or else in the panel."""
        focused = QApplication.focusWidget()
        if focused is not None and self.detail.isVisible() and self.detail.isAncestorOf(focused):
            return self.detail.context()
        return self.current_panel.context()

    @property
    def current_panel(self) -> Panel:
        """The panel that is shown."""
        panel = self.stack.currentWidget()
        assert isinstance(panel, Panel)
        return panel

    def show_panel(self, key: str) -> None:
        """Go to a panel."""
        panel = self.panels[key]
        self.stack.setCurrentWidget(panel)
        if self.stack.isHidden():  # there is no room for both
            self.detail.close_pane()
        self.rail.set_current(key)
        if not self.rail.has_keyboard:
            panel.take_keyboard()
        self._settings.set_text("panel", key)
        self.commands.refresh()

    def show_part(self, key: str, part: str) -> None:
        """Go to a panel, and there to one of its parts."""
        self.panels[key].show_part(part)
        self.show_panel(key)

    def show_jobs(self, choice: FilterChoice) -> None:
        """Go to the jobs that match."""
        self.jobs.show_choice(choice)
        self.show_panel("jobs")

    def showEvent(self, event: QShowEvent) -> None:
        """The keyboard begins in the panel, not on the rail."""
        super().showEvent(event)
        self.current_panel.take_keyboard()

    def closeEvent(self, event: QCloseEvent) -> None:
        """Ask while jobs would be cut off; then remember how it looks, and go."""
        if not self._is_leaving and self.farewell.running:
            event.ignore()
            self._ask_farewell()
            return
        self.tray.close()
        self._settings.set_state("window", self.saveGeometry())
        self._settings.set_state("detail", self.splitter.saveState())
        self._settings.flush()
        self.closing.emit()
        super().closeEvent(event)

    def bring_back(self) -> None:
        """Out of the tray, in front."""
        self.showNormal()
        self.raise_()
        self.activateWindow()

    def leave(self) -> None:
        """Close without another question."""
        self._is_leaving = True
        self.close()

    def _ask_farewell(self) -> None:
        if not self.isVisible():
            self.bring_back()
        sheet = FarewellSheet(self.farewell.running, self, has_tray=self.tray.is_there)
        sheet.stop_wanted.connect(self.leave)
        sheet.finish_wanted.connect(self.farewell.finish)
        sheet.keep_wanted.connect(self.hide if self.tray.is_there else self.showMinimized)
        sheet.open()

    def _is_seen(self) -> bool:
        return self.isVisible() and self.isActiveWindow()

    def _build(self) -> None:
        self.rail = NavRail(self.theme, tuple(ROOMS))
        self._dress_rail()
        self.stack = QStackedWidget()
        self.panels = Rooms(self.bench, self.stack)
        jobs = self.panels["jobs"]
        assert isinstance(jobs, JobsPanel)
        self.jobs = jobs
        self.detail = DetailPane(self.bench)
        self.banner = Banner(self.theme)
        self.splitter = QSplitter(Qt.Orientation.Horizontal)
        self.splitter.setChildrenCollapsible(False)
        self.splitter.addWidget(self.stack)
        self.splitter.addWidget(self.detail)
        self.splitter.setStretchFactor(0, 3)
        self.splitter.setStretchFactor(1, 2)
        self.splitter.setSizes([680, 520])
        self.detail.hide()
        SideBySide(self.splitter, self.stack, self.detail).covered.connect(self.detail.take_keyboard)
        self.setStatusBar(StatusLine(self.theme, self.store, self.bench.clock, self))
        self._arrange()
        self.veil = StaleOverlay(self.theme, self.stack)

    def _arrange(self) -> None:
        main = QVBoxLayout()
        main.setContentsMargins(0, 0, 0, 0)
        main.setSpacing(0)
        main.addWidget(self.banner)
        main.addWidget(self.splitter, 1)
        row = QHBoxLayout(self._ground)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(self.rail)
        row.addLayout(main, 1)

    def _dress_rail(self) -> None:
        brand = QFrame()
        row = QHBoxLayout(brand)
        row.setContentsMargins(8, 4, 0, 14)
        row.setSpacing(SPACE_S)
        row.addWidget(IconLabel(self.theme, "ship-wheel", Tone.ACCENT, ICON_L))
        row.addWidget(label("Botswain", "heading"))
        row.addStretch(1)
        self.rail.column.insertWidget(0, brand)
        self._foot = QHBoxLayout()
        self._foot.setSpacing(2)
        self.rail.column.addLayout(self._foot)

    def add_foot_button(self, command_id: str) -> None:
        """A small button at the foot of the rail for a command."""
        button = QToolButton()
        button.setDefaultAction(self.commands.action(command_id))
        button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonIconOnly)
        button.setProperty("variant", "ghost")
        button.setAccessibleName(self.commands.command(command_id).title)
        self._foot.addWidget(button)

    def _hands(self) -> WindowHands:
        return WindowHands(
            window=self,
            open_palette=self.palette_box.open,
            focus_search=self._search,
            refresh=self._refresh,
            close_detail=self.detail.close_pane,
        )

    def _take_keyboard_back(self) -> None:
        self.current_panel.take_keyboard()

    def _search(self) -> None:
        if not self.current_panel.can_search:
            self.show_panel("jobs")
        self.current_panel.focus_search()

    def _refresh(self) -> None:
        self.current_panel.connected()
        self.current_panel.touch()

    def _connect(self) -> None:
        navigator = self.bench.navigator
        navigator.panel_wanted.connect(self.show_panel)
        navigator.part_wanted.connect(self.show_part)
        navigator.jobs_wanted.connect(self.show_jobs)
        navigator.detail_wanted.connect(self._open_detail)
        navigator.workflow_wanted.connect(self.groups.workflows.run)
        self.rail.selected.connect(self.show_panel)
        self.groups.serve(self.detail)
        self.detail.left.connect(self._take_keyboard_back)
        self.farewell.may_close.connect(self.leave)
        self.store.connection_changed.connect(self._connection_changed)

    def _open_detail(self, kind: str, item_id: str) -> None:
        if kind == "question":
            self.groups.questions.answer(item_id)
        elif kind == "alert":
            self.groups.watch.show_alerts()
        else:
            self.detail.open(kind, item_id)

    def _connection_changed(self) -> None:
        self.commands.refresh()
        lost = self.store.state in (ConnectionState.LOST, ConnectionState.REFUSED)
        if lost and self.store.heard_at is not None:
            self.veil.show_text(tr("Not connected: data of {time}", time=time_words(self.store.heard_at)))
        else:
            self.veil.hide()

    def _restore(self) -> None:
        geometry = self._settings.state("window")
        if geometry is not None:
            self.restoreGeometry(geometry)
        sizes = self._settings.state("detail")
        if sizes is not None:
            self.splitter.restoreState(sizes)
        remembered = self._settings.text("panel", "dashboard")
        self.show_panel(remembered if remembered in self.panels else "dashboard")
