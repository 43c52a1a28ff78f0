"""The fleet: each robot's state, slots, load and work; lost ones first."""

from datetime import timedelta

from PySide6.QtCore import QPoint
from PySide6.QtWidgets import QMenu

from orchestrator.console.actions.local_robots import LOCAL_MENU
from orchestrator.console.actions.robots import ROBOT_MENU
from orchestrator.console.commands import CommandContext
from orchestrator.console.formatting import NOTHING, browser_name, byte_size
from orchestrator.console.local_strip import LocalStrip
from orchestrator.console.panels.base import Panel
from orchestrator.console.store import Kind
from orchestrator.console.tables.columns import CellKind, ColumnSpec, Progress
from orchestrator.console.tables.memory_rows import MemoryRows
from orchestrator.console.tables.view import TableView
from orchestrator.console.theme.status import robot_status
from orchestrator.console.widgets.command_button import command_button
from orchestrator.console.widgets.empty_state import EmptyText
from orchestrator.console.widgets.labels import label
from orchestrator.console.widgets.table_card import table_card
from orchestrator.console.words import counted, tr
from orchestrator.console.workbench import Workbench
from orchestrator.contract.api.robots import RobotView
from orchestrator.contract.states import RobotStatus

_NONE_YET = EmptyText(
    "bot",
    tr("No robots yet"),
    tr("A robot runs browsers. Start one on this computer, or connect another machine's with one line in a terminal."),
    tr("Start a robot here…"),
)
_ORDER = (RobotStatus.LOST, RobotStatus.BUSY, RobotStatus.ONLINE, RobotStatus.DRAINING, RobotStatus.OFFLINE)
_SILENT = timedelta(seconds=25)


class RobotsPanel(Panel):
    """Enter opens the details with jobs and logs."""

    key, title = "robots", tr("Robots")
    kinds = frozenset({Kind.ROBOTS, Kind.JOBS})

    def __init__(self, bench: Workbench) -> None:
        super().__init__(bench)
        self.rows: MemoryRows[RobotView] = MemoryRows(
            self._columns(), lambda robot: robot.robot_id, bench.clock, _SORTERS, self
        )
        self.table: TableView[RobotView] = TableView(
            bench.theme,
            self.rows.model,
            bench.settings,
            bench.clock,
            name="robots",
            title=tr("Robots"),
            empty=_NONE_YET,
        )
        self.total = label("", "caption")
        self.head.addWidget(command_button(bench.commands, bench.theme, "robot.send"))
        self.head.addWidget(command_button(bench.commands, bench.theme, "robots.restart", words=tr("Restart all…")))
        self.head.addWidget(command_button(bench.commands, bench.theme, "robot.enrol"))
        self.head.addWidget(command_button(bench.commands, bench.theme, "local.new", primary=True))
        self.local = LocalStrip(bench)
        self.column.addWidget(table_card(self.table), 1)
        self.column.addWidget(self.total)
        self.column.addWidget(self.local)
        self._connect()

    def refresh(self) -> None:
        """Lost robots first, then those at work."""
        self.local.refresh()
        robots = sorted(self.store.robots.values(), key=lambda each: (_ORDER.index(each.status), each.name))
        if self.store.heard_at is not None:
            self.rows.set_rows(robots)
        online = sum(robot.status.is_connected for robot in robots)
        busy = sum(robot.slots_busy for robot in robots)
        slots = sum(robot.slots for robot in robots if robot.status.is_connected)
        self.total.setText(
            tr(
                "{robots}, {online} connected   {busy} of {slots} busy",
                robots=counted("%n robot", "%n robots", len(robots)),
                online=online,
                busy=busy,
                slots=counted("%n slot", "%n slots", slots),
            )
        )
        self.bench.commands.refresh()

    def take_keyboard(self) -> None:
        """Into the list."""
        self.table.setFocus()

    def context(self) -> CommandContext:
        """The selected robots."""
        ids = self.table.selected_ids()
        known = [self.store.robots[each] for each in ids if each in self.store.robots]
        return CommandContext(
            panel=self.key,
            kind="robot",
            ids=ids,
            states=frozenset(robot.status.value for robot in known),
            connected=self.store.is_connected,
        )

    def _connect(self) -> None:
        commands = self.bench.commands
        self.table.opened.connect(self.bench.navigator.open_robot)
        self.table.previewed.connect(self.bench.navigator.open_robot)
        self.table.delete_wanted.connect(lambda: commands.run("robot.remove"))
        self.table.menu_wanted.connect(self._show_menu)
        self.table.selection_changed.connect(commands.refresh)
        self.table.begin.connect(lambda: commands.run("local.new"))

    def _show_menu(self, position: QPoint) -> None:
        menu = QMenu(self)
        commands = self.bench.commands
        commands.refresh()
        commands.fill_menu(menu, ROBOT_MENU)
        own = [each for each in LOCAL_MENU if commands.is_enabled(each)]
        commands.fill_menu(menu, ("", *own) if own else ())
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(position)

    def _columns(self) -> tuple[ColumnSpec[RobotView], ...]:
        return (
            ColumnSpec(
                key="status",
                title=tr("Status"),
                value=lambda robot: robot_status(robot.status),
                kind=CellKind.STATUS,
                width=120,
                sort_key="status",
            ),
            ColumnSpec(key="name", title=tr("Name"), value=lambda robot: robot.name, width=130, sort_key="name"),
            ColumnSpec(key="slots", title=tr("Slots busy"), value=_slots, kind=CellKind.PROGRESS, width=184),
            ColumnSpec(
                key="jobs", title=tr("Runs now"), value=self._jobs, width=150, muted=True, stretches=True, ages=True
            ),
            ColumnSpec(
                key="cpu",
                title="CPU",
                value=lambda robot: _share(robot.cpu_percent),
                kind=CellKind.NUMBER,
                width=70,
                sort_key="cpu",
                spare=2,
            ),
            ColumnSpec(
                key="memory",
                title=tr("Memory"),
                value=lambda robot: _share(robot.memory_percent),
                kind=CellKind.NUMBER,
                width=80,
                tooltip=lambda robot: tr(
                    "The robot and its browsers: {size}", size=byte_size(robot.process_memory_bytes)
                ),
                sort_key="memory",
                spare=3,
            ),
            ColumnSpec(
                key="seen",
                title=tr("Heartbeat"),
                value=lambda robot: robot.last_seen_at,
                kind=CellKind.TIME,
                width=100,
                sort_key="seen",
                spare=1,
            ),
            ColumnSpec(
                key="browser",
                title=tr("Browser"),
                value=lambda robot: browser_name(robot.browser) or NOTHING,
                width=172,
                muted=True,
                tooltip=lambda robot: robot.browser,
                spare=5,
            ),
            ColumnSpec(
                key="tags",
                title=tr("Tags"),
                value=lambda robot: ", ".join(robot.tags) or NOTHING,
                width=140,
                muted=True,
                spare=4,
            ),
            ColumnSpec(
                key="host", title=tr("Host"), value=lambda robot: robot.host or NOTHING, width=130, hidden=True, spare=6
            ),
            ColumnSpec(
                key="version",
                title=tr("Version"),
                value=lambda robot: robot.software_version,
                width=80,
                hidden=True,
                spare=7,
            ),
        )

    def _jobs(self, robot: RobotView) -> str:
        names = [self.store.jobs[each].workflow_name for each in robot.current_jobs if each in self.store.jobs]
        return ", ".join(names) or NOTHING


_SORTERS = {
    "status": lambda robot: _ORDER.index(robot.status),
    "name": lambda robot: robot.name.lower(),
    "cpu": lambda robot: robot.cpu_percent or -1.0,
    "memory": lambda robot: robot.memory_percent or -1.0,
    "seen": lambda robot: robot.last_seen_at,
}


def _slots(robot: RobotView) -> Progress:
    if not robot.status.is_connected:
        return Progress(None, counted("%n slot", "%n slots", robot.slots))
    return Progress(
        robot.slots_busy / robot.slots if robot.slots else 0.0,
        tr("{slots_busy} of {slots}", slots_busy=robot.slots_busy, slots=robot.slots),
    )


def _share(value: float | None) -> str:
    return NOTHING if value is None else f"{value:.0f} %"
