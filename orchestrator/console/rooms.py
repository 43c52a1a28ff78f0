"""The rooms of the window, in the order of the rail: each has a key, words, an icon, and the panel behind it."""

from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType

from PySide6.QtWidgets import QStackedWidget

from orchestrator.console.panels.base import Panel
from orchestrator.console.panels.dashboard import DashboardPanel
from orchestrator.console.panels.failures import FailuresPanel
from orchestrator.console.panels.jobs import JobsPanel
from orchestrator.console.panels.metrics import MetricsPanel
from orchestrator.console.panels.questions import QuestionsPanel
from orchestrator.console.panels.robots import RobotsPanel
from orchestrator.console.panels.schedules import SchedulesPanel
from orchestrator.console.panels.timeline import TimelinePanel
from orchestrator.console.panels.wall import WallPanel
from orchestrator.console.panels.workflows import WorkflowsPanel
from orchestrator.console.widgets.nav_rail import NavItem
from orchestrator.console.words import tr
from orchestrator.console.workbench import Workbench

ROOMS: Mapping[NavItem, Callable[[Workbench], Panel]] = MappingProxyType(
    {
        NavItem("dashboard", tr("Dashboard"), "layout-dashboard"): DashboardPanel,
        NavItem("jobs", tr("Jobs"), "list-checks"): JobsPanel,
        NavItem("failures", tr("Failures"), "triangle-alert"): FailuresPanel,
        NavItem("questions", tr("For you"), "hand"): QuestionsPanel,
        NavItem("robots", tr("Robots"), "bot"): RobotsPanel,
        NavItem("schedules", tr("Schedules"), "calendar-clock"): SchedulesPanel,
        NavItem("workflows", tr("Workflows"), "workflow"): WorkflowsPanel,
        NavItem("metrics", tr("Metrics"), "chart-line"): MetricsPanel,
        NavItem("wall", tr("Wall"), "monitor-play"): WallPanel,
        NavItem("timeline", tr("Timeline"), "history"): TimelinePanel,
    }
)


class Rooms(Mapping[str, Panel]):
    """The panels by key, each built when it is asked for first: what nobody has looked at costs a start, and a change
    of the theme, nothing."""

    def __init__(self, bench: Workbench, stack: QStackedWidget) -> None:
        self._bench = bench
        self._stack = stack
        self._makers = {item.key: make for item, make in ROOMS.items()}
        self._built: dict[str, Panel] = {}

    def __getitem__(self, key: str) -> Panel:
        """KeyError when there is no such room."""
        if key not in self._built:
            panel = self._built[key] = self._makers[key](self._bench)
            self._stack.addWidget(panel)
            if self._bench.store.is_connected:
                panel.connected()
        return self._built[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._makers)

    def __len__(self) -> int:
        return len(self._makers)
