"""The versions of a workflow: what changed between one and the newest, and the way back to it."""

from PySide6.QtWidgets import QPlainTextEdit, QWidget

from orchestrator.console.dialogs.deploy import DeployDialog
from orchestrator.console.formatting import NOTHING, short_id
from orchestrator.console.operations import Operation, reason_of
from orchestrator.console.tables.columns import CellKind, ColumnSpec
from orchestrator.console.tables.memory_rows import MemoryRows
from orchestrator.console.tables.view import TableView
from orchestrator.console.widgets.empty_state import EmptyText
from orchestrator.console.widgets.labels import label
from orchestrator.console.widgets.sheet import Sheet
from orchestrator.console.widgets.table_card import table_card
from orchestrator.console.words import tr
from orchestrator.console.workbench import Workbench
from orchestrator.contract.api.operations import VersionDiffView
from orchestrator.contract.api.workflows import WorkflowView

_NONE = EmptyText(
    "git-branch", tr("No versions"), tr("Each time a workflow is saved with a change, a version is added.")
)
_TABLE_HEIGHT = 190


class VersionsDialog(Sheet):
    """The words below follow the chosen version; nothing changes before a button is pressed."""

    def __init__(self, bench: Workbench, workflow: WorkflowView, parent: QWidget) -> None:
        super().__init__(
            tr("Versions of {name}", name=workflow.name),
            tr("A job keeps the version that it was submitted with."),
            parent,
        )
        self._bench, self._workflow = bench, workflow
        self._numbers: dict[str, WorkflowView] = {}
        self.resize(680, 600)
        self.rows: MemoryRows[WorkflowView] = MemoryRows(_columns(), _id, bench.clock, parent=self)
        self.table: TableView[WorkflowView] = TableView(
            bench.theme,
            self.rows.model,
            bench.settings,
            bench.clock,
            name="versions",
            title=tr("Versions"),
            empty=_NONE,
        )
        self.table.setSelectionMode(TableView.SelectionMode.SingleSelection)
        self.changes = QPlainTextEdit()
        self.changes.setReadOnly(True)
        self.changes.setAccessibleName(tr("What changed"))
        self.changes.setTabChangesFocus(True)
        self._title = label(tr("What changed"), "strong")
        self._arrange_parts()
        self.table.selection_changed.connect(self._chosen_changed)
        self.table.retry_load.connect(self._load_again)
        self._load_again()
        for key in ("versions.load", "versions.diff"):
            self.finished.connect(lambda _, key=key: bench.tasks.cancel(key))

    @property
    def chosen(self) -> WorkflowView | None:
        """The chosen version."""
        return self._numbers.get(next(iter(self.table.selected_ids()), ""))

    def _load_again(self) -> None:
        self.rows.forget()
        self._bench.tasks.start(
            self._load(), key="versions.load", on_error=lambda error: self.rows.fail(reason_of(error))
        )

    async def _load(self) -> None:
        found = await self._bench.link.client.workflow_versions(self._workflow.workflow_id)
        self._numbers = {_id(each): each for each in found}
        self.rows.set_rows(found)
        if found:
            self.table.selectRow(min(1, len(found) - 1))

    def _newest(self) -> int:
        return max((each.number for each in self._numbers.values()), default=0)

    def _chosen_changed(self) -> None:
        chosen = self.chosen
        is_old = chosen is not None and chosen.number != self._newest()
        self.back_button.setEnabled(is_old)
        self.deploy_button.setEnabled(chosen is not None)
        if chosen is None:
            return
        if not is_old:
            self._title.setText(tr("What changed"))
            self.changes.setPlainText(tr("This is the newest version."))
            return
        self._title.setText(tr("From version {number} to {newest}", number=chosen.number, newest=self._newest()))
        self._bench.tasks.start(self._compare(chosen.number), key="versions.diff", on_error=self._not_compared)

    async def _compare(self, number: int) -> None:
        diff: VersionDiffView = await self._bench.link.client.operations.diff(self._workflow.workflow_id, number)
        self.changes.setPlainText("\n".join(diff.changes) or tr("Nothing that would change a run."))

    def _not_compared(self, error: Exception) -> None:
        self.changes.setPlainText(tr("The versions could not be compared: {reason}", reason=reason_of(error)))

    def _arrange_parts(self) -> None:
        frame = table_card(self.table)
        frame.setFixedHeight(_TABLE_HEIGHT)
        self.body.addWidget(frame)
        self.body.addWidget(self._title)
        self.body.addWidget(self.changes, 1)
        self.add_button(tr("Close")).clicked.connect(self.reject)
        self.deploy_button = self.add_button(tr("Bring it to robots…"))
        self.deploy_button.setEnabled(False)
        self.deploy_button.clicked.connect(self._deploy)
        self.back_button = self.add_button(tr("Roll back to it"), variant="primary")
        self.back_button.setEnabled(False)
        self.back_button.clicked.connect(self._roll_back)

    def _roll_back(self) -> None:
        chosen = self.chosen
        if chosen is not None:
            before = self._newest()
            self._bench.operations.run(self._roll_back_to(chosen.number, before))

    def _roll_back_to(self, number: int, before: int) -> Operation[WorkflowView]:
        workflow_id, name = self._workflow.workflow_id, self._workflow.name
        note = f"rolled back to version {number} in the console"
        return Operation(
            key="workflow.rollback",
            failure=tr("{name} could not be rolled back", name=name),
            do=lambda client: client.operations.roll_back(workflow_id, number, note=note),
            success=lambda view: tr(
                "{name} is as in version {number} again, as version {number2}.",
                name=view.name,
                number=number,
                number2=view.number,
            ),
            then=lambda _: self.accept(),
            undo=lambda _: _forward(workflow_id, name, before),
        )

    def _deploy(self) -> None:
        chosen = self.chosen
        if chosen is not None:
            DeployDialog(self._bench, self._workflow, chosen.number, self).open()


def _forward(workflow_id: str, name: str, number: int) -> Operation[WorkflowView]:
    return Operation(
        key="workflow.rollback",
        failure=tr("The rollback could not be taken back"),
        do=lambda client: client.operations.roll_back(workflow_id, number, note="the rollback was taken back"),
        success=lambda _: tr("{name} is as it was before the rollback.", name=name),
    )


def _id(view: WorkflowView) -> str:
    return str(view.number)


def _columns() -> tuple[ColumnSpec[WorkflowView], ...]:
    return (
        ColumnSpec(key="number", title=tr("Version"), value=lambda each: str(each.number), kind=CellKind.NUMBER,
                   width=72),
        ColumnSpec(key="hash", title=tr("Hash"), value=lambda each: short_id(each.workflow_hash), kind=CellKind.MONO,
                   width=90, muted=True, spare=2),
        ColumnSpec(key="saved", title=tr("Saved"), value=lambda each: each.created_at, kind=CellKind.TIME, width=104),
        ColumnSpec(key="by", title=tr("By"), value=lambda each: each.saved_by or NOTHING, width=100, spare=1),
        ColumnSpec(key="note", title=tr("Note"), value=lambda each: each.note or NOTHING, width=160, stretches=True),
    )  # fmt: skip
