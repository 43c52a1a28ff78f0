"""What every panel gets in its constructor, instead of globals."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from PySide6.QtCore import QObject, Signal

from orchestrator.console.commands import CommandRegistry
from orchestrator.console.concerns import Concerns
from orchestrator.console.demo import Demo
from orchestrator.console.engine_link import EngineLink
from orchestrator.console.local_robots import LocalRobots
from orchestrator.console.operations import Operations
from orchestrator.console.settings import ConsoleSettings
from orchestrator.console.store import ConsoleStore
from orchestrator.console.tasks import TaskOwner
from orchestrator.console.theme.theme import Theme
from orchestrator.console.widgets.filter_bar import FilterChoice


class Navigator(QObject):
    """Wishes to look at something else; the window answers them, so that panels need not know each other."""

    panel_wanted = Signal(str)
    detail_wanted = Signal(str, str)
    jobs_wanted = Signal(object)
    workflow_wanted = Signal(str)
    part_wanted = Signal(str, str)

    def show_panel(self, key: str) -> None:
        """Go to a panel."""
        self.panel_wanted.emit(key)

    def show_part(self, key: str, part: str) -> None:
        """Go to a panel, and there to one of its parts, such as the dead letters among the failures."""
        self.part_wanted.emit(key, part)

    def open_job(self, job_id: str) -> None:
        """Show a job in the detail pane."""
        self.detail_wanted.emit("job", job_id)

    def open_robot(self, robot_id: str) -> None:
        """Show a robot in the detail pane."""
        self.detail_wanted.emit("robot", robot_id)

    def open_failure(self, fingerprint: str) -> None:
        """Show a group of failures in the detail pane."""
        self.detail_wanted.emit("failure", fingerprint)

    def show_jobs(self, choice: FilterChoice) -> None:
        """Go to the jobs that match."""
        self.jobs_wanted.emit(choice)


@dataclass(frozen=True, slots=True, kw_only=True)
class Workbench:
    """Store, commands and line to the engine; the look, the settings and the clock."""

    store: ConsoleStore
    concerns: Concerns
    commands: CommandRegistry
    link: EngineLink
    operations: Operations
    tasks: TaskOwner
    theme: Theme
    settings: ConsoleSettings
    navigator: Navigator
    local: LocalRobots
    demo: Demo
    clock: Callable[[], datetime]
