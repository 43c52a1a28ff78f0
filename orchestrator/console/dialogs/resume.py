"""Before a job goes on from a checkpoint: which one, what is reused, what runs again, what is not safe to repeat."""

from collections.abc import Sequence

from PySide6.QtWidgets import QCheckBox, QVBoxLayout, QWidget

from orchestrator.console.checkpoint_columns import checkpoint_columns
from orchestrator.console.details.remark import Remark, remark_card
from orchestrator.console.operations import Operation, reason_of
from orchestrator.console.tables.memory_rows import MemoryRows
from orchestrator.console.tables.view import TableView
from orchestrator.console.theme.tokens import SPACE_M, Tone
from orchestrator.console.widgets.empty_state import EmptyText
from orchestrator.console.widgets.labels import label
from orchestrator.console.widgets.property_list import Property, PropertyList
from orchestrator.console.widgets.sheet import Sheet
from orchestrator.console.widgets.table_card import table_card
from orchestrator.console.words import counted, tr
from orchestrator.console.workbench import Workbench
from orchestrator.contract.api.jobs import JobView
from orchestrator.contract.api.recovery import ResumePlanView
from orchestrator.contract.checkpoints import CheckpointKind, CheckpointView

_NONE = EmptyText("bookmark", tr("No checkpoints"), tr("This job has kept none: retry it from the start."))
_TABLE_HEIGHT = 170


class ResumeDialog(Sheet):
    """The plan follows the chosen checkpoint; nothing happens before the button."""

    def __init__(self, bench: Workbench, job_id: str, checkpoint_id: str, parent: QWidget) -> None:
        super().__init__(
            tr("Retry from the failed step"),
            tr("A new attempt goes on where the job was, logged in and on its page."),
            parent,
        )
        self._bench, self._job_id, self._wanted = bench, job_id, checkpoint_id
        self.plan: ResumePlanView | None = None
        self.resize(600, 600)
        self.rows: MemoryRows[CheckpointView] = MemoryRows(
            checkpoint_columns(), lambda each: each.facts.checkpoint_id, bench.clock, parent=self
        )
        self.table: TableView[CheckpointView] = TableView(
            bench.theme, self.rows.model, bench.settings, bench.clock, name="resume_checkpoints",
            title=tr("Checkpoints"), empty=_NONE,
        )  # fmt: skip
        self.newest_version = QCheckBox(tr("On the workflow's newest version, if the steps that are done are the same"))
        self._facts = PropertyList(bench.theme)
        self._warning = QVBoxLayout()
        self._arrange_plan()
        self.table.selection_changed.connect(self._look_again)
        self.table.setSelectionMode(TableView.SelectionMode.SingleSelection)
        self.table.opened.connect(lambda _: self.sure_button.click())
        self.newest_version.toggled.connect(lambda _: self._look_again())
        bench.tasks.start(self._load(), key="resume.load", on_error=self._failed)
        for key in ("resume.load", "resume.plan"):
            self.finished.connect(lambda _, key=key: bench.tasks.cancel(key))

    @property
    def chosen(self) -> str:
        """The id of the chosen checkpoint."""
        return next(iter(self.table.selected_ids()), "")

    async def _load(self) -> None:
        found = await self._bench.link.client.checkpoints.list(self._job_id)
        usable = [each for each in found if each.facts.kind is not CheckpointKind.RECOVERY]
        self.rows.set_rows(usable)
        known = {each.facts.checkpoint_id for each in usable}
        if usable:
            wanted = self._wanted if self._wanted in known else usable[0].facts.checkpoint_id
            self.table.selectRow(self.rows.model.place_of(wanted) or 0)

    def _look_again(self) -> None:
        self.sure_button.setEnabled(False)
        if self.chosen:
            self._bench.tasks.start(self._look(self.chosen), key="resume.plan", on_error=self._failed)

    async def _look(self, checkpoint_id: str) -> None:
        self.plan = await self._bench.link.client.checkpoints.plan(
            self._job_id, checkpoint_id=checkpoint_id, newest_version=self.newest_version.isChecked()
        )
        self.complain("")
        self._show(self.plan)
        self.sure_button.setEnabled(True)

    def _failed(self, error: Exception) -> None:
        self.complain(reason_of(error))

    def _show(self, plan: ResumePlanView) -> None:
        facts = [
            Property(tr("Reused"), _names(plan.reused)),
            Property(tr("Runs again"), _names(plan.again)),
        ]
        if plan.sessions:
            facts.append(Property(tr("Browser"), "\n".join(plan.sessions)))
        self._facts.set_properties(facts)
        while (item := self._warning.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.deleteLater()
        if plan.unsafe:
            warning = Remark(
                icon="triangle-alert",
                tone=Tone.WARNING,
                title=tr("{names} may have been done already", names=_names(plan.unsafe)),
                advice=tr("The workflow calls it not safe to repeat. Look at the site first."),
            )
            self._warning.addWidget(remark_card(self._bench.theme, warning))

    def _arrange_plan(self) -> None:
        frame = table_card(self.table)
        frame.setFixedHeight(_TABLE_HEIGHT)
        self.body.addWidget(frame)
        self.body.addWidget(self.newest_version)
        self.body.addWidget(label(tr("What will happen"), "strong"))
        self.body.addWidget(self._facts)
        self._warning.setContentsMargins(0, SPACE_M, 0, 0)
        self.body.addLayout(self._warning)
        self.body.addStretch(1)
        self.add_cancel()
        self.sure_button = self.add_button(tr("Retry from here"), variant="primary", is_default=True)
        self.sure_button.setEnabled(False)
        self.sure_button.clicked.connect(self._do)

    def _do(self) -> None:
        job_id, checkpoint_id, newest = self._job_id, self.chosen, self.newest_version.isChecked()
        self.sure_button.setEnabled(False)
        self._bench.operations.run(
            Operation(
                key="job.retry",
                failure=tr("The retry was refused"),
                do=lambda client: client.checkpoints.retry(job_id, checkpoint_id=checkpoint_id, newest_version=newest),
                success=lambda job: tr(
                    "{workflow_name} is queued again, from its checkpoint.", workflow_name=job.workflow_name
                ),
                then=self._accepted,
                on_failure=self._refused,
            )
        )

    def _accepted(self, job: JobView) -> None:
        self._bench.store.put_job(job)
        self.accept()

    def _refused(self, error: Exception) -> None:
        self.sure_button.setEnabled(True)
        self.complain(reason_of(error))


def _names(steps: Sequence[str]) -> str:
    return (
        counted("%n step: {names}", "%n steps: {names}", len(steps), names=", ".join(steps)) if steps else tr("nothing")
    )
