"""What became of each instant of a schedule: fired, missed, skipped, refused; and the job that it made."""

from collections.abc import Mapping
from types import MappingProxyType

from PySide6.QtWidgets import QWidget

from orchestrator.console.formatting import NOTHING, count
from orchestrator.console.operations import reason_of
from orchestrator.console.tables.columns import CellKind, ColumnSpec
from orchestrator.console.tables.memory_rows import MemoryRows
from orchestrator.console.tables.view import TableView
from orchestrator.console.theme.status import StatusSpec, job_status
from orchestrator.console.theme.tokens import Tone
from orchestrator.console.widgets.empty_state import EmptyText
from orchestrator.console.widgets.labels import label
from orchestrator.console.widgets.sheet import Sheet
from orchestrator.console.widgets.table_card import table_card
from orchestrator.console.words import counted, tr
from orchestrator.console.workbench import Workbench
from orchestrator.contract.api.schedules import InstantView, ScheduleView

_NONE = EmptyText(
    "history", tr("Nothing yet"), tr("Each time that it is due leaves a line here, also when it was missed.")
)
_OUTCOMES: Mapping[str, StatusSpec] = MappingProxyType(
    {
        "fired": StatusSpec("circle-check", Tone.SUCCESS, tr("Fired")),
        "overlap": StatusSpec("circle-slash", Tone.WARNING, tr("Still running")),
        "missed": StatusSpec("clock", Tone.WARNING, tr("Missed")),
        "refused": StatusSpec("circle-x", Tone.DANGER, tr("Refused")),
    }
)
_UNKNOWN = StatusSpec("circle-help", Tone.MUTED, tr("Unknown"))


class ScheduleHistoryDialog(Sheet):
    """The newest first; Enter opens the job."""

    def __init__(self, bench: Workbench, schedule: ScheduleView, parent: QWidget) -> None:
        super().__init__(tr("History of {name}", name=schedule.name), schedule.words, parent)
        self._bench, self._schedule = bench, schedule
        self._jobs: dict[str, str] = {}
        self.resize(720, 520)
        self.rows: MemoryRows[InstantView] = MemoryRows(_columns(), _id, bench.clock, parent=self)
        self.table: TableView[InstantView] = TableView(
            bench.theme, self.rows.model, bench.settings, bench.clock, name="instants", title=tr("History"), empty=_NONE
        )
        self.total = label("", "caption")
        self.body.addWidget(table_card(self.table), 1)
        self.body.addWidget(self.total)
        self.add_button(tr("Close")).clicked.connect(self.accept)
        self.table.opened.connect(self._open)
        self.table.retry_load.connect(self._load_again)
        self._load_again()
        self.finished.connect(lambda _: bench.tasks.cancel("schedule.history"))

    def _load_again(self) -> None:
        self.rows.forget()
        self._bench.tasks.start(
            self._load(), key="schedule.history", on_error=lambda error: self.rows.fail(reason_of(error))
        )

    async def _load(self) -> None:
        found = await self._bench.link.client.schedule_history(self._schedule.schedule_id)
        self._jobs = {_id(each): each.job_id for each in found if each.job_id}
        self.rows.set_rows(found)
        missed = sum(each.instants for each in found if each.outcome == "missed")
        self.total.setText(
            counted("%n run was missed", "%n runs were missed", missed) if missed else tr("No run was missed")
        )

    def _open(self, row_id: str) -> None:
        if row_id in self._jobs:
            self._bench.navigator.open_job(self._jobs[row_id])
            self.accept()


def _id(view: InstantView) -> str:
    return view.fire_at.isoformat()


def _columns() -> tuple[ColumnSpec[InstantView], ...]:
    return (
        ColumnSpec(key="outcome", title=tr("Outcome"), value=lambda each: _OUTCOMES.get(each.outcome, _UNKNOWN),
                   kind=CellKind.STATUS, width=132),
        ColumnSpec(key="at", title=tr("Due"), value=lambda each: each.fire_at, kind=CellKind.TIME, width=104),
        ColumnSpec(key="instants", title=tr("Runs"), value=lambda each: count(each.instants), kind=CellKind.NUMBER,
                   width=60, spare=1),
        ColumnSpec(key="job", title=tr("Job"), kind=CellKind.STATUS, width=132,
                   value=lambda each: job_status(each.job_status) if each.job_status else NOTHING),
        ColumnSpec(key="note", title=tr("Note"), value=lambda each: each.note or NOTHING, width=180, stretches=True),
    )  # fmt: skip
