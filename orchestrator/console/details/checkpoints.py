"""How far a job had come, again and again: its checkpoints, and the way to go on from one."""

from PySide6.QtCore import Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from orchestrator.console.checkpoint_columns import checkpoint_columns
from orchestrator.console.operations import reason_of
from orchestrator.console.tables.memory_rows import MemoryRows
from orchestrator.console.tables.view import TableView
from orchestrator.console.theme.tokens import SPACE_M, SPACE_S
from orchestrator.console.widgets.detail_button import detail_button
from orchestrator.console.widgets.empty_state import EmptyText
from orchestrator.console.widgets.table_card import table_card
from orchestrator.console.words import tr
from orchestrator.console.workbench import Workbench
from orchestrator.contract.api.jobs import JobView
from orchestrator.contract.checkpoints import CheckpointView
from orchestrator.contract.states import JobStatus

_NONE = EmptyText(
    "bookmark",
    tr("No checkpoints"),
    tr("Runs keep them after steps and at milestones; a pause and a retry go on from them."),
)


class CheckpointTab(QWidget):
    """Asks while it is seen; `resume_wanted(checkpoint id)`, `take_wanted` on its buttons."""

    resume_wanted = Signal(str)
    take_wanted = Signal()

    def __init__(self, bench: Workbench, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._bench = bench
        self._job: JobView | None = None
        self._shown: tuple[str, int] = ("", -1)
        self.rows: MemoryRows[CheckpointView] = MemoryRows(
            checkpoint_columns(), lambda each: each.facts.checkpoint_id, bench.clock, parent=self
        )
        self.table: TableView[CheckpointView] = TableView(
            bench.theme, self.rows.model, bench.settings, bench.clock, name="checkpoints", title=tr("Checkpoints"),
            empty=_NONE,
        )  # fmt: skip
        self.resume_button = detail_button(bench.theme, tr("Retry from this one…"), "history")
        self.take_button = detail_button(bench.theme, tr("Take one now"), "bookmark")
        self.resume_button.clicked.connect(lambda: self.resume_wanted.emit(self._chosen()))
        self.take_button.clicked.connect(self.take_wanted)
        self.table.opened.connect(lambda _: self._open())
        self.table.selection_changed.connect(self._show_buttons)
        self.table.retry_load.connect(self._load_again)
        row = QHBoxLayout()
        row.setSpacing(SPACE_S)
        row.addWidget(self.resume_button)
        row.addWidget(self.take_button)
        row.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, SPACE_M, 0, 0)
        column.setSpacing(SPACE_M)
        column.addWidget(table_card(self.table), 1)
        column.addLayout(row)

    def show_job(self, job: JobView) -> None:
        """Another job, or news of it."""
        is_other = self._job is None or self._job.job_id != job.job_id
        self._job = job
        if is_other:
            self.rows.forget()
        self._show_buttons()
        if self.isVisible():
            self._ask()

    def showEvent(self, event: QShowEvent) -> None:
        """Ask only when somebody looks."""
        super().showEvent(event)
        self._ask()

    def _ask(self) -> None:
        if self._job is None or (self._job.job_id, self._job.version) == self._shown:
            return
        self._shown = (self._job.job_id, self._job.version)
        job_id = self._job.job_id
        self._bench.tasks.start(
            self._load(job_id), key="detail.checkpoints", on_error=lambda error: self.rows.fail(reason_of(error))
        )

    async def _load(self, job_id: str) -> None:
        found = await self._bench.link.client.checkpoints.list(job_id)
        if self._job is not None and job_id == self._job.job_id:
            self.rows.set_rows(found)
            self._show_buttons()

    def _load_again(self) -> None:
        self._shown = ("", -1)
        self.rows.model.reload()
        self._ask()

    def _chosen(self) -> str:
        return next(iter(self.table.selected_ids()), "")

    def _open(self) -> None:
        if self.resume_button.isEnabled():
            self.resume_wanted.emit(self._chosen())

    def _show_buttons(self) -> None:
        status = self._job.status if self._job else None
        can_retry = status is not None and status.has_ended and status is not JobStatus.COMPLETED
        self.resume_button.setVisible(can_retry)
        self.resume_button.setEnabled(can_retry and len(self.table.selected_ids()) == 1)
        self.take_button.setVisible(status is JobStatus.RUNNING)
