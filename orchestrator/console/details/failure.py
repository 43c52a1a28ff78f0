"""Everything about a group of failures: what it says, how often and where it happened, which jobs stand failed."""

from datetime import datetime

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QScrollArea, QVBoxLayout, QWidget

from orchestrator.console.commands import CommandContext
from orchestrator.console.contract_words import kind_words, owner_words
from orchestrator.console.details.head import DetailHead
from orchestrator.console.details.remark import Remark, remark_card
from orchestrator.console.failure_columns import failure_states, place_columns, place_id
from orchestrator.console.formatting import NOTHING, count, exact_time, relative_time
from orchestrator.console.job_columns import job_columns
from orchestrator.console.operations import reason_of
from orchestrator.console.tables.memory_rows import MemoryRows
from orchestrator.console.tables.view import TableView
from orchestrator.console.theme.status import StatusSpec, group_status
from orchestrator.console.theme.tokens import SPACE_L, SPACE_M, Tone
from orchestrator.console.widgets.detail_button import detail_button
from orchestrator.console.widgets.empty_state import EmptyText
from orchestrator.console.widgets.labels import label
from orchestrator.console.widgets.property_list import Property, PropertyList
from orchestrator.console.widgets.table_card import table_card
from orchestrator.console.words import counted, tr
from orchestrator.console.workbench import Workbench
from orchestrator.contract.api.jobs import JobView
from orchestrator.contract.api.operations import BulkFilterRequest, BulkRequest, FailureGroupView, FailurePlaceView

_NO_PLACES = EmptyText("git-branch", tr("Nowhere yet"), tr("Versions and robots that it was seen on show here."))
_NO_JOBS = EmptyText(
    "circle-check", tr("No job stands failed"), tr("All of them were retried, or have been cleaned away.")
)
_PLACES_HEIGHT, _JOBS_HEIGHT = 150, 240


class FailureDetailView(QWidget):
    """Asks the engine when it is opened and whenever the list of failures has changed."""

    def __init__(self, bench: Workbench, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._bench, self._fingerprint = bench, ""
        self.group: FailureGroupView | None = None
        self.head = DetailHead(bench.theme)
        self.facts = PropertyList(bench.theme)
        self.facts.copied.connect(lambda _: bench.operations.tell("copied", tr("Copied."), icon="copy"))
        self.places: MemoryRows[FailurePlaceView] = MemoryRows(place_columns(), place_id, bench.clock, parent=self)
        columns = [column for column in job_columns(bench.clock) if column.key in {"workflow", "robot", "created"}]
        self.jobs: MemoryRows[JobView] = MemoryRows(columns, lambda job: job.job_id, bench.clock, parent=self)
        self._remark: QFrame | None = None
        self._arrange()
        bench.concerns.failures.changed.connect(self._ask_if_seen)

    @property
    def title(self) -> str:
        """What the history calls it."""
        return self.group.message if self.group else self._fingerprint

    def open(self, item_id: str) -> None:
        """Show another group."""
        if item_id != self._fingerprint:
            self._fingerprint, self.group = item_id, None
            self.head.set_status(tr("Failure"), "", StatusSpec("loader", Tone.MUTED, tr("Loading")))
        self._ask()

    def context(self) -> CommandContext:
        """The commands act on this group."""
        return CommandContext(
            panel="detail",
            kind="failure",
            ids=(self._fingerprint,) if self.group else (),
            states=failure_states(self.group) if self.group else frozenset(),
            connected=self._bench.store.is_connected,
        )

    def _ask_if_seen(self) -> None:
        if self.isVisible() and self._fingerprint:
            self._ask()

    def _ask(self) -> None:
        self._bench.tasks.start(self._load(self._fingerprint), key="detail.failure", on_error=self._failed)

    async def _load(self, fingerprint: str) -> None:
        operations = self._bench.link.client.operations
        group = await operations.failure_group(fingerprint)
        failed: tuple[JobView, ...] = ()
        if group.failed_now:
            wanted = BulkRequest(action="retry", filter=BulkFilterRequest(failure=fingerprint))
            failed = (await operations.preview_bulk(wanted)).sample
        if fingerprint == self._fingerprint:
            self._show(group, failed)

    def _failed(self, error: Exception) -> None:
        if self.group is None:
            self.head.set_status(tr("Failure"), reason_of(error), StatusSpec("circle-x", Tone.DANGER, tr("Not loaded")))

    def _show(self, group: FailureGroupView, failed: tuple[JobView, ...]) -> None:
        self.group = group
        where = tr(" in step {step_id}", step_id=group.step_id) if group.step_id else ""
        words = tr(
            "{times}   {jobs} failed",
            times=counted("%n time", "%n times", group.count),
            jobs=counted("%n job stands", "%n jobs stand", group.failed_now),
        )
        self.head.set_status(f"{kind_words(group.kind)}{where}", words, group_status(group.state))
        self._show_remark(group)
        self.facts.set_properties(_facts(group, self._bench.clock()))
        self.places.set_rows(group.places)
        self.jobs.set_rows(sorted(failed, key=lambda job: job.changed_at, reverse=True))
        self._jobs_title.setText(
            tr("Jobs that stand failed") if len(failed) >= group.failed_now else tr("Some of its jobs")
        )
        self.retry_button.setEnabled(group.failed_now > 0)
        self.solve_button.setVisible(group.state != "solved")
        self.reopen_button.setVisible(group.state == "solved")
        self._bench.commands.refresh()

    def _show_remark(self, group: FailureGroupView) -> None:
        is_solved = group.state == "solved"
        remark = Remark(
            icon="circle-check" if is_solved else "circle-x",
            tone=Tone.SUCCESS if is_solved else Tone.DANGER,
            title=group.sample,
            caption=tr("The newest message"),
            advice=_note_words(group) if group.note else "",
        )
        if self._remark is not None:
            self._remark.hide()
            self._remark.deleteLater()
        self._remark = remark_card(self._bench.theme, remark)
        self._rows.insertWidget(0, self._remark)

    def _arrange(self) -> None:
        bench = self._bench
        self.retry_button = detail_button(bench.theme, tr("Retry all…"), "rotate-cw")
        self.jobs_button = detail_button(bench.theme, tr("Its jobs"), "list-checks")
        self.solve_button = detail_button(bench.theme, tr("Mark as solved…"), "check")
        self.reopen_button = detail_button(bench.theme, tr("Reopen"), "undo-2")
        self.reopen_button.hide()
        self.head.add_buttons((self.retry_button, self.jobs_button, self.solve_button, self.reopen_button))
        place_table: TableView[FailurePlaceView] = TableView(
            bench.theme, self.places.model, bench.settings, bench.clock, name="failure_places",
            title=tr("Where it happened"), empty=_NO_PLACES,
        )  # fmt: skip
        self.job_table: TableView[JobView] = TableView(
            bench.theme, self.jobs.model, bench.settings, bench.clock, name="failure_jobs",
            title=tr("Jobs that stand failed"), empty=_NO_JOBS,
        )  # fmt: skip
        self.job_table.opened.connect(bench.navigator.open_job)
        self._jobs_title = label(tr("Jobs that stand failed"), "strong")
        content = QWidget()
        content.setProperty("panel", True)
        self._rows = QVBoxLayout(content)
        self._rows.setContentsMargins(0, SPACE_M, SPACE_M, SPACE_M)
        self._rows.setSpacing(SPACE_L)
        self._rows.addWidget(self.facts)
        for title, table, height in (
            (label(tr("Where it happened"), "strong"), place_table, _PLACES_HEIGHT),
            (self._jobs_title, self.job_table, _JOBS_HEIGHT),
        ):
            self._rows.addWidget(title)
            frame = table_card(table)
            frame.setMinimumHeight(height)
            self._rows.addWidget(frame, 1)
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setProperty("reader", True)
        scroll.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        scroll.setAccessibleName(tr("Details of the failure"))
        scroll.setWidget(content)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACE_M)
        column.addWidget(self.head)
        column.addWidget(scroll, 1)


def _note_words(group: FailureGroupView) -> str:
    return tr("{who} noted: {note}", who=group.changed_by or tr("Somebody"), note=group.note)


def _facts(group: FailureGroupView, now: datetime) -> list[Property]:
    def moment(name: str, at: datetime | None) -> Property:
        return Property(name, relative_time(at, now), tooltip=exact_time(at))

    facts = [
        Property(tr("Group"), group.fingerprint, is_id=True),
        Property(tr("Pattern"), group.message),
        Property(tr("Whose"), owner_words(group.kind.owner)),
        moment(tr("First seen"), group.first_seen_at),
        moment(tr("Last seen"), group.last_seen_at),
        Property(tr("Times"), count(group.count)),
        Property(tr("Failed now"), count(group.failed_now) if group.failed_now else NOTHING),
    ]
    if group.changed_at is not None:
        words = {"solved": tr("Solved"), "reopened": tr("Came back"), "open": tr("Reopened")}[group.state]
        facts.append(moment(words, group.changed_at))
    return facts
