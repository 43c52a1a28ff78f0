"""The rooms of the window, in the order of the rail: each has a key, words, an icon, and the panel behind it."""

from collections.abc import Callable, Iterator, Mapping
from importlib import import_module
from types import MappingProxyType
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QStackedWidget

from orchestrator.console.widgets.nav_rail import NavItem
from orchestrator.console.words import tr

if TYPE_CHECKING:  # the rail is to be seen before anything of these is loaded
    from orchestrator.console.panels.base import Panel
    from orchestrator.console.workbench import Workbench

ROOMS: Mapping[NavItem, str] = MappingProxyType(
    {
        NavItem("dashboard", tr("Dashboard"), "layout-dashboard"): "dashboard:DashboardPanel",
        NavItem("jobs", tr("Jobs"), "list-checks"): "jobs:JobsPanel",
        NavItem("failures", tr("Failures"), "triangle-alert"): "failures:FailuresPanel",
        NavItem("questions", tr("For you"), "hand"): "questions:QuestionsPanel",
        NavItem("robots", tr("Robots"), "bot"): "robots:RobotsPanel",
        NavItem("schedules", tr("Schedules"), "calendar-clock"): "schedules:SchedulesPanel",
        NavItem("workflows", tr("Workflows"), "workflow"): "workflows:WorkflowsPanel",
        NavItem("metrics", tr("Metrics"), "chart-line"): "metrics:MetricsPanel",
        NavItem("wall", tr("Wall"), "monitor-play"): "wall:WallPanel",
        NavItem("timeline", tr("Timeline"), "history"): "timeline:TimelinePanel",
    }
)
"""Where each panel is: `module:class` among the panels, loaded when somebody goes there."""


def load_room(key: str) -> "Callable[[Workbench], Panel]":
    """The panel's class. KeyError when there is no such room."""
    place = next((place for item, place in ROOMS.items() if item.key == key), None)
    if place is None:
        raise KeyError(key)
    module, _, name = place.partition(":")
    found: Callable[[Workbench], Panel] = getattr(import_module(f"orchestrator.console.panels.{module}"), name)
    return found


def load_rooms() -> None:
    """All of them, on a thread: going to one for the first time only has to build it then."""
    for item in ROOMS:
        load_room(item.key)


class Rooms(Mapping[str, "Panel"]):
    """The panels by key, each built when it is asked for first: what nobody has looked at costs a start, and a change
    of the theme, nothing."""

    def __init__(self, bench: "Workbench", stack: QStackedWidget) -> None:
        self._bench = bench
        self._stack = stack
        self._keys = tuple(item.key for item in ROOMS)
        self._built: dict[str, Panel] = {}

    def __getitem__(self, key: str) -> "Panel":
        """KeyError when there is no such room."""
        if key not in self._built:
            panel = self._built[key] = load_room(key)(self._bench)
            self._stack.addWidget(panel)
            if self._bench.store.is_connected:
                panel.connected()
        return self._built[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._keys)

    def __len__(self) -> int:
        return len(self._keys)
