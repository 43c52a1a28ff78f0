"""The table of repairs that wait for a decision: Enter looks at one, Delete rejects it."""

from PySide6.QtCore import QObject

from orchestrator.console.repair_columns import REPAIR_SORTERS, repair_columns, repair_words
from orchestrator.console.tables.memory_rows import MemoryRows
from orchestrator.console.tables.view import TableView
from orchestrator.console.widgets.empty_state import EmptyText
from orchestrator.console.words import counted, tr
from orchestrator.console.workbench import Workbench
from orchestrator.contract.api.repairs import RepairView

_CALM = EmptyText(
    "circle-check",
    tr("No repairs"),
    tr("When a page has outgrown a step's locators, what would find its element now is proposed here."),
)
_NO_MATCH = EmptyText("list-filter", tr("Nothing matches"), tr("No repair has these words."), tr("Show all"))


class RepairTable:
    """Follows what is proposed; made once, shown where its owner wants it."""

    def __init__(self, bench: Workbench, parent: QObject) -> None:
        self._bench = bench
        self.rows: MemoryRows[RepairView] = MemoryRows(
            repair_columns(), lambda each: each.repair_id, bench.clock, REPAIR_SORTERS, parent
        )
        self.table: TableView[RepairView] = TableView(
            bench.theme, self.rows.model, bench.settings, bench.clock, name="repairs", title=tr("Repairs"), empty=_CALM
        )
        commands = bench.commands
        self.table.opened.connect(lambda _: commands.run("repair.open"))
        self.table.previewed.connect(lambda _: commands.run("repair.job"))
        self.table.delete_wanted.connect(lambda: commands.run("repair.reject"))

    def show(self, text: str) -> None:
        """The proposals in which these words are."""
        found = self._bench.concerns.repairs
        if found.value is None:
            if found.trouble:
                self.rows.fail(found.trouble)
            return
        wanted = text.casefold().split()
        self.table.set_empty_text(_NO_MATCH if wanted else _CALM)
        self.rows.set_rows([each for each in found.value if _has(repair_words(each).casefold(), wanted)])

    def sum(self) -> str:
        """The line below the table."""
        found = self._bench.concerns.repairs
        if found.trouble:
            return tr("Not brought up to date: {reason}", reason=found.trouble)
        return counted("%n repair", "%n repairs", self.rows.model.total) if found.value is not None else ""


def _has(words: str, wanted: list[str]) -> bool:
    return all(each in words for each in wanted)
