"""The queue: every job, filtered by status and text, page by page from the engine's database."""

from PySide6.QtCore import QElapsedTimer, QPoint, QTimer, Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QMenu, QPushButton, QToolButton

from orchestrator.console.actions.jobs import JOB_MENU
from orchestrator.console.commands import CommandContext
from orchestrator.console.job_columns import job_columns
from orchestrator.console.operations import reason_of
from orchestrator.console.panels.base import Panel
from orchestrator.console.queries import CHIP_WORDS, JobFilter, chip_counts, job_filter
from orchestrator.console.store import Kind
from orchestrator.console.tables.paged_model import PagedModel, PageRequest
from orchestrator.console.tables.view import TableView
from orchestrator.console.theme.tokens import Tone
from orchestrator.console.widgets.command_button import command_button
from orchestrator.console.widgets.empty_state import EmptyText
from orchestrator.console.widgets.filter_bar import FilterBar, FilterChoice
from orchestrator.console.widgets.labels import label
from orchestrator.console.widgets.selection_bar import SelectionBar
from orchestrator.console.widgets.table_card import table_card
from orchestrator.console.words import counted, tr
from orchestrator.console.workbench import Workbench
from orchestrator.contract.api.jobs import JobView
from orchestrator.contract.states import JobPriority

_NONE_YET = EmptyText(
    "list-checks",
    tr("No jobs yet"),
    tr("A job is one run of a workflow. Run one now, or let a schedule do it."),
    tr("New job…"),
)
_NO_MATCH = EmptyText(
    "list-filter", tr("No job matches"), tr("No job has this status and these words."), tr("Show all jobs")
)
_PAGE = 100
"""Two screens full: more of them take longer to come."""
_PAGES = 32
"""That are kept: a row takes some 3 KB."""
_SETTLE_MS = 600
_BUSY_SETTLE_MS = 1_200
"""While jobs come all the time, which nobody can follow anyway."""
_PLACEHOLDER = tr("Search, or robot:web-01 status:timeout")


class JobsPanel(Panel):
    """Rows follow the events; the order is refreshed when the pointer is elsewhere, else `n new: show` appears."""

    key, title = "jobs", tr("Jobs")
    kinds = frozenset({Kind.DASHBOARD})
    can_search = True

    loaded = Signal()

    def __init__(self, bench: Workbench) -> None:
        super().__init__(bench)
        self._filter = JobFilter()
        self._fresh: set[str] = set()
        self._has_all = False
        self._since_fresh = QElapsedTimer()
        self.model: PagedModel[JobView] = PagedModel(
            job_columns(bench.clock),
            lambda job: job.job_id,
            self._fetch,
            bench.clock,
            page_size=_PAGE,
            max_pages=_PAGES,
            sort_key="created_at",
            descending=True,
        )
        self.model.setParent(self)
        self.filter_bar = FilterBar(bench.theme, CHIP_WORDS, _PLACEHOLDER)
        self.table: TableView[JobView] = TableView(
            bench.theme, self.model, bench.settings, bench.clock, name="jobs", title=tr("Jobs"), empty=_NONE_YET
        )
        self._settle = QTimer(self, singleShot=True, interval=_SETTLE_MS)
        self._settle.timeout.connect(self._take_fresh)
        self._arrange()
        self._connect()
        self.model.reload()

    @property
    def wanted(self) -> JobFilter:
        """What is shown."""
        return self._filter

    def show_choice(self, choice: FilterChoice) -> None:
        """Show the jobs that match, e.g. from a card of the dashboard."""
        self.filter_bar.set_choice(choice)

    def showEvent(self, event: QShowEvent) -> None:
        """Nobody who comes to the list has rows under the pointer that must not move."""
        super().showEvent(event)
        self._show_fresh()

    def refresh(self) -> None:
        """The numbers on the chips."""
        self.filter_bar.set_counts(chip_counts(self.store.counts()))

    def connected(self) -> None:
        """Ask anew; the rows stay until the answer."""
        self.model.refresh()

    def focus_search(self) -> None:
        """Into the search field."""
        self.filter_bar.search.setFocus()
        self.filter_bar.search.selectAll()

    def take_keyboard(self) -> None:
        """Into the list."""
        self.table.setFocus()

    def context(self) -> CommandContext:
        """The selected jobs and their states, as the newest news have them."""
        ids = self.table.selected_ids()
        rows = [self.store.jobs.get(job_id) or self.model.row_of(job_id) for job_id in ids]
        states = frozenset(row.status.value for row in rows if row is not None)
        return CommandContext(
            panel=self.key,
            kind="job",
            ids=ids,
            states=states,
            connected=self.store.is_connected,
            fitting=self._filter.for_bulk() if self._has_all else None,
        )

    def _arrange(self) -> None:
        self.new_rows = QPushButton("")
        self.new_rows.setProperty("variant", "link")
        self.new_rows.hide()
        self.head.addWidget(self.new_rows)
        self.head.addWidget(self.filter_bar.search)
        self.views_button = QToolButton()
        self.views_button.setProperty("variant", "ghost")
        self.views_button.setAccessibleName(tr("Views and columns"))
        self.views_button.setToolTip(tr("Views, columns, export (Ctrl+Shift+V)"))
        self.bench.theme.bind_icon(self.views_button, "columns-3", Tone.MUTED)
        self.head.addWidget(self.views_button)
        self.head.addWidget(command_button(self.bench.commands, self.bench.theme, "job.new", primary=True))
        self.column.addWidget(self.filter_bar)
        self.selection_bar = SelectionBar(self.bench.theme)
        for command_id, words in (("job.retry", tr("Retry…")), ("job.cancel", tr("Cancel…"))):
            self.selection_bar.add_button(
                command_button(self.bench.commands, self.bench.theme, command_id, words=words)
            )
        self.priority_button = QPushButton(tr("Priority"))
        self.priority_button.clicked.connect(self._show_priorities)
        self.selection_bar.add_button(self.priority_button)
        self.total = label("", "caption")
        self.column.addWidget(table_card(self.table), 1)
        self.column.addWidget(self.selection_bar)  # below: rows must not move while they are chosen
        self.column.addWidget(self.total)

    def _connect(self) -> None:
        commands = self.bench.commands
        self.filter_bar.changed.connect(self._filter_chosen)
        self.new_rows.clicked.connect(self._show_fresh)
        self.table.opened.connect(self.bench.navigator.open_job)
        self.table.previewed.connect(self.bench.navigator.open_job)
        self.table.delete_wanted.connect(lambda: commands.run("job.cancel"))
        self.table.retry_wanted.connect(lambda: commands.run("job.retry"))
        self.table.menu_wanted.connect(self._show_menu)
        self.table.selection_changed.connect(self._rows_chosen)
        self.table.retry_load.connect(self.model.reload)
        self.table.begin.connect(self._begin)
        self.selection_bar.all_wanted.connect(self._select_all)
        self.selection_bar.cleared.connect(self._select_nothing)
        self.model.total_changed.connect(lambda _: self._tell_total())
        self.store.changed.connect(self._jobs_changed)

    def _fetch(self, request: PageRequest) -> None:
        if not self.store.is_connected:
            return
        self.bench.tasks.start(
            self._ask(request, self._filter),
            key=f"jobs.{request.generation}.{request.offset}",
            on_error=lambda error: self.model.fail(request, reason_of(error)),
        )

    async def _ask(self, request: PageRequest, wanted: JobFilter) -> None:
        sign = "-" if request.descending else ""
        page = await self.bench.link.client.jobs(
            statuses=sorted(wanted.statuses),
            robot=wanted.robot or None,
            workflow=wanted.workflow or None,
            schedule=wanted.schedule or None,
            text=wanted.text,
            sort=f"{sign}{request.sort_key}",
            offset=request.offset,
            limit=request.limit,
        )
        newest = [self._newest(job) for job in page.items]
        self.model.deliver(request, newest, page.total)
        self._forget_shown()
        self._tell_total()
        self.loaded.emit()

    def _newest(self, job: JobView) -> JobView:
        known = self.store.jobs.get(job.job_id)
        return known if known is not None and known.version > job.version else job

    def _filter_chosen(self, choice: FilterChoice) -> None:
        self._filter = job_filter(choice)
        self._has_all = False
        self.table.set_empty_text(_NONE_YET if self._filter.is_open else _NO_MATCH)
        self._forget_fresh()
        self.model.reload()

    def _jobs_changed(self, kind: Kind, ids: frozenset[str]) -> None:
        if kind is not Kind.JOBS or not ids:
            return
        rows = [self.store.jobs[job_id] for job_id in ids if job_id in self.store.jobs]
        self.model.update_rows(rows)
        self._fresh |= {row.job_id for row in rows if self.model.place_of(row.job_id) is None}
        is_moved = bool(self._fresh) or bool(self._filter.statuses)
        if is_moved and not self._settle.isActive():
            is_busy = self._since_fresh.isValid() and not self._since_fresh.hasExpired(_SETTLE_MS)
            self._settle.start(_BUSY_SETTLE_MS if is_busy else _SETTLE_MS)
        if not ids.isdisjoint(self.table.selected_ids()):
            self._selection_changed()

    def _take_fresh(self) -> None:
        """Rows do not move under the pointer: a refresh waits until it is elsewhere, or the user asks for it."""
        self._since_fresh.start()
        if not self.isVisible():
            self._forget_fresh()  # it asks anew when it is seen again
        elif self.model.total and (self.table.viewport().underMouse() or self.table.verticalScrollBar().value() > 0):
            self.new_rows.setText(counted("%n change: show", "%n changes: show", len(self._fresh)))
            self.new_rows.setVisible(bool(self._fresh))
        else:
            self._show_fresh()

    def _show_fresh(self) -> None:
        self._forget_fresh()
        self.model.refresh()

    def _forget_shown(self) -> None:
        """What came with a page, however that was asked for, needs no offer any more."""
        self._fresh = {job_id for job_id in self._fresh if self.model.place_of(job_id) is None}
        self.new_rows.setVisible(self.new_rows.isVisibleTo(self) and bool(self._fresh))

    def _forget_fresh(self) -> None:
        self._fresh.clear()
        self.new_rows.hide()

    def _rows_chosen(self) -> None:
        """Choosing rows means these rows, no longer all."""
        self._has_all = False
        self._selection_changed()

    def _select_all(self) -> None:
        self._has_all = True
        self._selection_changed()

    def _select_nothing(self) -> None:
        self._has_all = False
        self.table.chosen.clear()

    def _show_priorities(self) -> None:
        names = [f"job.priority.{priority.value}" for priority in reversed(JobPriority)]
        menu = self.bench.commands.menu_for(self.context(), names, self)
        menu.popup(self.priority_button.mapToGlobal(self.priority_button.rect().bottomLeft()))

    def _selection_changed(self) -> None:
        if self.isVisible():
            self.bench.commands.refresh()
            self._tell_total()

    def _tell_total(self) -> None:
        chosen = len(self.table.selected_ids()) + self.table.chosen.unseen
        self.selection_bar.show_selection(chosen, self.model.total, has_all=self._has_all)
        words = counted("%n job", "%n jobs", self.model.total) + ("" if self._filter.is_open else tr(" that match"))
        self.total.setText(words)
        self.total.setVisible(self.selection_bar.isHidden())

    def _show_menu(self, position: QPoint) -> None:
        menu = QMenu(self)
        self.bench.commands.refresh()
        self.bench.commands.fill_menu(menu, JOB_MENU)
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(position)

    def _begin(self) -> None:
        if self._filter.is_open:
            self.bench.commands.run("job.new")
        else:
            self.filter_bar.reset()
