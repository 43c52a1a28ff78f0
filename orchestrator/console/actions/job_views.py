"""What people do with the list of jobs itself: save what it shows under a name, choose columns, export it."""

from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from PySide6.QtCore import QPoint
from PySide6.QtWidgets import QFileDialog, QMenu, QToolButton, QWidget

from orchestrator.client.client import OrchestratorClient
from orchestrator.console.commands import Command, CommandContext
from orchestrator.console.job_export import export_jobs
from orchestrator.console.operations import Operation
from orchestrator.console.queries import CHIPS, JobFilter
from orchestrator.console.saved_views import BUILT_IN, MOST_NAME, SavedView, SavedViews
from orchestrator.console.tables.view import TableView
from orchestrator.console.widgets.filter_bar import FilterBar
from orchestrator.console.widgets.note_sheet import NoteSheet, NoteWish
from orchestrator.console.words import counted, tr
from orchestrator.console.workbench import Workbench
from orchestrator.contract.api.jobs import JobView


class JobList(Protocol):
    """The list whose views these are."""

    views_button: QToolButton
    filter_bar: FilterBar
    table: TableView[JobView]

    @property
    def wanted(self) -> JobFilter:
        """What is shown."""
        ...


class JobViewActions:
    """Registers the commands about the list of jobs, and holds what they do."""

    def __init__(self, bench: Workbench, panel: JobList, window: QWidget) -> None:
        self._bench, self._panel, self._window = bench, panel, window
        self.views = SavedViews(bench.settings, frozenset(CHIPS))
        bench.commands.register(*self._commands())
        panel.views_button.clicked.connect(self.show_menu)

    def show_menu(self) -> None:
        """Views, columns, export."""
        button = self._panel.views_button
        self.menu().popup(button.mapToGlobal(QPoint(0, button.height() + 4)))

    def menu(self) -> QMenu:
        """The views to choose from, then what can be done with the list."""
        menu = QMenu(self._panel.table)
        saved = self.views.all()
        for views in (BUILT_IN, saved):
            for view in views:
                menu.addAction(view.name).triggered.connect(self._shower(view))
            menu.addSeparator()
        self._bench.commands.fill_menu(menu, ("jobs.save_view",))
        if saved:
            removal = menu.addMenu(tr("Remove a view"))
            for view in saved:
                removal.addAction(view.name).triggered.connect(self._remover(view))
        menu.addSeparator()
        menu.addMenu(self._panel.table.columns_menu())
        self._bench.commands.fill_menu(menu, ("jobs.export",))
        menu.aboutToHide.connect(menu.deleteLater)
        return menu

    def save(self) -> None:
        """Ask for a name, and keep what is shown now."""
        wish = NoteWish(
            title=tr("Save this view"),
            explanation=tr("The status, the words and the fields of the search as they are now."),
            field=tr("Name"),
            button=tr("Save"),
            is_required=True,
        )
        NoteSheet(wish, self._save, self._window).open()

    def choose_file(self) -> None:
        """Ask where to, then export."""
        dialog = QFileDialog(self._window, tr("Export jobs"), str(Path.home() / "jobs.csv"))
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix("csv")
        dialog.setNameFilters([tr("Comma-separated values (*.csv)")])
        dialog.fileSelected.connect(lambda name: self.export(Path(name)))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def export(self, path: Path) -> None:
        """Write every job that matches into a file."""
        wanted = self._panel.wanted

        async def do(client: OrchestratorClient) -> int:
            return await export_jobs(client, wanted, path)

        self._bench.operations.run(
            Operation(
                key="jobs.export",
                failure=tr("The jobs could not be exported"),
                do=do,
                success=lambda number: counted(
                    "%n job is in {name}.", "%n jobs are in {name}.", number, name=path.name
                ),
            )
        )

    def _save(self, name: str) -> None:
        short = " ".join(name.split())[:MOST_NAME]
        self.views.save(SavedView(short, self._panel.filter_bar.choice))
        self._bench.operations.tell("view", tr("The view “{short}” is saved.", short=short), icon="bookmark")

    def _shower(self, view: SavedView) -> Callable[[], None]:
        return lambda: self._bench.navigator.show_jobs(view.choice)

    def _remover(self, view: SavedView) -> Callable[[], None]:
        def remove() -> None:
            self.views.remove(view.name)
            self._bench.operations.tell("view", tr("The view “{name}” is removed.", name=view.name), icon="trash-2")

        return remove

    def _commands(self) -> tuple[Command, ...]:
        return (
            Command(
                id="jobs.views",
                title=tr("Views and columns of the jobs"),
                run=lambda _: self.show_menu(),
                shortcut="Ctrl+Shift+V",
                icon="columns-3",
                section=tr("Jobs"),
                keywords="saved filter hide",
                enabled=_in_jobs,
            ),
            Command(
                id="jobs.save_view",
                title=tr("Save this view…"),
                run=lambda _: self.save(),
                icon="bookmark",
                section=tr("Jobs"),
                keywords="filter name",
                enabled=_in_jobs,
            ),
            Command(
                id="jobs.export",
                title=tr("Export these jobs as CSV…"),
                run=lambda _: self.choose_file(),
                shortcut="Ctrl+E",
                icon="download",
                section=tr("Jobs"),
                keywords="spreadsheet file",
                enabled=_in_jobs,
            ),
        )


def _in_jobs(context: CommandContext) -> bool:
    return context.panel == "jobs"
