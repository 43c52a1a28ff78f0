"""Questions that are closed: what was asked, what came of it, who answered and when."""

from collections.abc import Mapping
from types import MappingProxyType

from PySide6.QtWidgets import QWidget

from orchestrator.console.formatting import NOTHING
from orchestrator.console.operations import reason_of
from orchestrator.console.question_columns import workflow_of
from orchestrator.console.store import ConsoleStore
from orchestrator.console.tables.columns import CellKind, ColumnSpec
from orchestrator.console.tables.memory_rows import MemoryRows
from orchestrator.console.tables.view import TableView
from orchestrator.console.theme.status import StatusSpec
from orchestrator.console.theme.tokens import Tone
from orchestrator.console.widgets.empty_state import EmptyText
from orchestrator.console.widgets.labels import label
from orchestrator.console.widgets.sheet import Sheet
from orchestrator.console.widgets.table_card import table_card
from orchestrator.console.words import counted, tr
from orchestrator.console.workbench import Workbench
from orchestrator.contract.questions import Question, QuestionStatus

_NONE = EmptyText("history", tr("Nothing was asked yet"), tr("Questions that are answered or over show here."))
_LOOKS: Mapping[QuestionStatus, StatusSpec] = MappingProxyType(
    {
        QuestionStatus.OPEN: StatusSpec("hand", Tone.WARNING, tr("Open", "a state")),
        QuestionStatus.ANSWERED: StatusSpec("user-round-check", Tone.SUCCESS, tr("Answered")),
        QuestionStatus.EXPIRED: StatusSpec("timer-off", Tone.WARNING, tr("Nobody answered")),
        QuestionStatus.WITHDRAWN: StatusSpec("undo-2", Tone.MUTED, tr("Withdrawn")),
    }
)


class QuestionHistorySheet(Sheet):
    """The newest first; Enter opens the job that asked."""

    def __init__(self, bench: Workbench, parent: QWidget) -> None:
        super().__init__(tr("Answered questions"), tr("What runs asked people, and what came of it."), parent)
        self._bench = bench
        self._closed: dict[str, Question] = {}
        self.resize(900, 560)
        sorters = {
            "asked": lambda each: each.asked_at,
            "closed": lambda each: each.answered_at or each.asked_at,
            "by": lambda each: each.answered_by,
            "workflow": lambda each: workflow_of(each, bench.store).lower(),
        }
        self.rows: MemoryRows[Question] = MemoryRows(
            _columns(bench.store), lambda each: each.question_id, bench.clock, sorters, self
        )
        self.table: TableView[Question] = TableView(
            bench.theme,
            self.rows.model,
            bench.settings,
            bench.clock,
            name="question_history",
            title=tr("Answered questions"),
            empty=_NONE,
        )
        self.note = label("", "caption")
        self.note.setWordWrap(True)
        self.body.addWidget(table_card(self.table), 1)
        self.body.addWidget(self.note)
        self.job_button = self.add_button(tr("Open the job"))
        self.job_button.setEnabled(False)
        self.job_button.clicked.connect(self._open_job)
        self.add_button(tr("Close"), variant="primary", is_default=True).clicked.connect(self.reject)
        self.table.opened.connect(lambda _: self._open_job())
        self.table.selection_changed.connect(self._show_note)
        self.table.retry_load.connect(self._load_again)
        self._load_again()
        self.finished.connect(lambda _: bench.tasks.cancel("questions.history"))

    def _load_again(self) -> None:
        self._bench.tasks.start(
            self._load(), key="questions.history", on_error=lambda error: self.rows.fail(reason_of(error))
        )

    async def _load(self) -> None:
        found = await self._bench.link.client.questions.list(status=None)
        closed = [each for each in found if each.status is not QuestionStatus.OPEN]
        self._closed = {each.question_id: each for each in closed}
        self.rows.set_rows(sorted(closed, key=lambda each: each.answered_at or each.asked_at, reverse=True))
        self.note.setText(counted("%n question", "%n questions", len(closed)))

    def _chosen(self) -> Question | None:
        return self._closed.get(next(iter(self.table.selected_ids()), ""))

    def _show_note(self) -> None:
        chosen = self._chosen()
        self.job_button.setEnabled(chosen is not None)
        if chosen is not None:
            remark = tr("  Note: {note}", note=chosen.note) if chosen.note else ""
            self.note.setText(f"{chosen.text.question}{remark}")

    def _open_job(self) -> None:
        chosen = self._chosen()
        if chosen is not None:
            self.accept()
            self._bench.navigator.open_job(chosen.job_id)


def _columns(store: ConsoleStore) -> tuple[ColumnSpec[Question], ...]:
    return (
        ColumnSpec(key="status", title=tr("What came of it"), value=lambda each: _LOOKS[each.status],
                   kind=CellKind.STATUS, width=150),
        ColumnSpec(key="question", title=tr("Question"), value=lambda each: each.text.question, width=240,
                   stretches=True, tooltip=lambda each: each.text.question),
        ColumnSpec(key="answer", title=tr("Answer"), value=lambda each: each.answer or NOTHING, width=110,
                   tooltip=lambda each: each.note),
        ColumnSpec(key="by", title=tr("By"), value=lambda each: each.answered_by or NOTHING, width=100, sort_key="by"),
        ColumnSpec(key="closed", title=tr("When"), value=lambda each: each.answered_at, kind=CellKind.TIME, width=104,
                   sort_key="closed"),
        ColumnSpec(key="workflow", title=tr("Asked by"), value=lambda each: workflow_of(each, store), width=140,
                   muted=True, spare=1, sort_key="workflow"),
    )  # fmt: skip
