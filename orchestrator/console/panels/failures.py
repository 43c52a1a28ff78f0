"""Failures, like with like, and behind a switch the dead letters that wait for a decision."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import TypeVar

from PySide6.QtCore import QPoint
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QMenu, QStackedWidget

from orchestrator.console.actions.failures import FAILURE_MENU
from orchestrator.console.actions.letters import LETTER_MENU
from orchestrator.console.actions.repairs import REPAIR_MENU
from orchestrator.console.commands import CommandContext
from orchestrator.console.contract_words import kind_words
from orchestrator.console.failure_columns import (
    FAILURE_SORTERS,
    LETTER_SORTERS,
    cut_off_words,
    failure_columns,
    failure_states,
    letter_columns,
    what_happened,
    workflow_of,
)
from orchestrator.console.inquiry import Inquiry
from orchestrator.console.panels.base import Panel
from orchestrator.console.repair_table import RepairTable
from orchestrator.console.tables.memory_rows import MemoryRows
from orchestrator.console.tables.view import TableView
from orchestrator.console.widgets.empty_state import EmptyText
from orchestrator.console.widgets.filter_bar import FilterBar, FilterChoice
from orchestrator.console.widgets.labels import label
from orchestrator.console.widgets.segmented import SegmentedControl
from orchestrator.console.widgets.table_card import table_card
from orchestrator.console.words import counted, tr
from orchestrator.console.workbench import Workbench
from orchestrator.contract.api.common import Page
from orchestrator.contract.api.operations import DeadLetterView, FailureGroupView

_CALM = EmptyText(
    "circle-check", tr("No failures"), tr("When jobs fail, those that failed alike stand together here, as one line.")
)
_NO_LETTERS = EmptyText(
    "circle-check",
    tr("No dead letters"),
    tr("Jobs that could not be repeated safely wait here until somebody decides."),
)
_NO_MATCH = EmptyText(
    "list-filter", tr("Nothing matches"), tr("No failure has this state and these words."), tr("Show all")
)
_CHIPS: Mapping[str, frozenset[str]] = MappingProxyType(
    {"open": frozenset({"open", "reopened"}), "reopened": frozenset({"reopened"}), "solved": frozenset({"solved"})}
)
_CHIP_WORDS = (("open", tr("Not solved")), ("reopened", tr("Came back")), ("solved", tr("Solved")))
_AT_FIRST = FilterChoice(frozenset({"open"}))
GROUPS, LETTERS, REPAIRS = "groups", "letters", "repairs"
_PARTS = (GROUPS, LETTERS, REPAIRS)
Row = TypeVar("Row", FailureGroupView, DeadLetterView)


class FailuresPanel(Panel):
    """Enter opens; the search looks into messages, workflows, steps and kinds."""

    key, title = "failures", tr("Failures")
    can_search = True

    def __init__(self, bench: Workbench) -> None:
        super().__init__(bench)
        parts = ((GROUPS, tr("Failures")), (LETTERS, tr("Dead letters")), (REPAIRS, tr("Repairs")))
        self.part = SegmentedControl(tr("Show"), parts, GROUPS)
        self.filter_bar = FilterBar(bench.theme, _CHIP_WORDS, tr("Search messages, workflows, steps"))
        self.groups: MemoryRows[FailureGroupView] = MemoryRows(
            failure_columns(), lambda each: each.fingerprint, bench.clock, FAILURE_SORTERS, self
        )
        self.letters: MemoryRows[DeadLetterView] = MemoryRows(
            letter_columns(), lambda each: each.job.job_id, bench.clock, LETTER_SORTERS, self
        )
        self.group_table: TableView[FailureGroupView] = TableView(
            bench.theme,
            self.groups.model,
            bench.settings,
            bench.clock,
            name="failures",
            title=tr("Failures"),
            empty=_CALM,
        )
        self.letter_table: TableView[DeadLetterView] = TableView(
            bench.theme,
            self.letters.model,
            bench.settings,
            bench.clock,
            name="letters",
            title=tr("Dead letters"),
            empty=_NO_LETTERS,
        )
        self.repairs = RepairTable(bench, self)
        self._arrange()
        self._connect()
        self.filter_bar.set_choice(_AT_FIRST)

    def show_part(self, part: str) -> None:
        """The failures, the dead letters or the repairs."""
        self.part.set_key(part)
        self.stack.setCurrentIndex(_PARTS.index(part))
        self.filter_bar.show_chips(shown=part == GROUPS)
        self.refresh()
        self.bench.commands.refresh()

    def refresh(self) -> None:
        """Counts, rows, and the line below them."""
        concerns = self.bench.concerns
        self.part.set_count(GROUPS, concerns.open_failures)
        self.part.set_count(LETTERS, concerns.open_letters)
        self._show_groups(concerns.failures)
        self.part.set_count(REPAIRS, len(concerns.open_repairs))
        self._show_letters(concerns.letters)
        self.repairs.show(self.filter_bar.choice.text)
        self.total.setText(self._sum())

    def showEvent(self, event: QShowEvent) -> None:
        """Whoever follows the count on the rail comes to what it counts."""
        super().showEvent(event)
        counts = {LETTERS: self.bench.concerns.open_letters, REPAIRS: len(self.bench.concerns.open_repairs)}
        found = next((part for part, number in counts.items() if number), None)
        is_calm = not self.bench.concerns.open_failures and self.filter_bar.choice == _AT_FIRST
        if self.part.key == GROUPS and is_calm and found is not None:
            self.show_part(found)

    def connected(self) -> None:
        """Ask for what no event brings."""
        self.bench.concerns.ask_soon()

    def focus_search(self) -> None:
        """Into the search field."""
        self.filter_bar.search.setFocus()
        self.filter_bar.search.selectAll()

    def take_keyboard(self) -> None:
        """Into the list of the part that is shown."""
        self._tables[_PARTS.index(self.part.key)].setFocus()

    def context(self) -> CommandContext:
        """The selected failures, or the job behind the selected dead letter."""
        is_connected = self.store.is_connected
        if self.part.key == LETTERS:
            jobs = self.letter_table.selected_rows()
            states = frozenset(each.job.status.value for each in jobs)
            ids = self.letter_table.selected_ids()
            return CommandContext(panel=self.key, kind="job", ids=ids, states=states, connected=is_connected)
        if self.part.key == REPAIRS:
            ids = self.repairs.table.selected_ids()
            return CommandContext(panel=self.key, kind="repair", ids=ids, connected=is_connected)
        rows = self.group_table.selected_rows()
        states = frozenset[str]().union(*(failure_states(each) for each in rows))
        ids = self.group_table.selected_ids()
        return CommandContext(panel=self.key, kind="failure", ids=ids, states=states, connected=is_connected)

    def _arrange(self) -> None:
        self.head.addWidget(self.filter_bar.search)
        self.head.insertWidget(1, self.part)
        self.stack = QStackedWidget()
        self._tables = (self.group_table, self.letter_table, self.repairs.table)
        for table in self._tables:
            self.stack.addWidget(table_card(table))
        self.total = label("", "caption")
        self.column.addWidget(self.filter_bar)
        self.column.addWidget(self.stack, 1)
        self.column.addWidget(self.total)

    def _connect(self) -> None:
        bench, commands = self.bench, self.bench.commands
        self.part.selected.connect(self.show_part)
        self.filter_bar.changed.connect(lambda _: self.refresh())
        for rows in (
            self.groups,
            self.letters,
            self.repairs.rows,
        ):  # they ask for their rows a moment after they got them
            rows.model.total_changed.connect(lambda _: self.total.setText(self._sum()))
        for inquiry in (bench.concerns.failures, bench.concerns.letters, bench.concerns.repairs):
            inquiry.changed.connect(self.touch)
        self.group_table.opened.connect(bench.navigator.open_failure)
        self.group_table.previewed.connect(bench.navigator.open_failure)
        self.group_table.retry_wanted.connect(lambda: commands.run("failure.retry"))
        self.group_table.delete_wanted.connect(lambda: commands.run("failure.solve"))
        self.letter_table.opened.connect(bench.navigator.open_job)
        self.letter_table.previewed.connect(bench.navigator.open_job)
        self.letter_table.retry_wanted.connect(lambda: commands.run("letter.retry"))
        self.letter_table.delete_wanted.connect(lambda: commands.run("letter.discard"))
        tables = ((self.group_table, FAILURE_MENU), (self.letter_table, LETTER_MENU), (self.repairs.table, REPAIR_MENU))
        for table, menu in tables:
            table.menu_wanted.connect(lambda position, menu=menu: self._show_menu(position, menu))
            table.selection_changed.connect(commands.refresh)
            table.begin.connect(self.filter_bar.reset)
            table.retry_load.connect(self._load_again)

    def _load_again(self) -> None:
        for rows in (self.groups, self.letters, self.repairs.rows):
            rows.model.reload()
        self.bench.concerns.ask_soon()

    def _show_groups(self, found: Inquiry[Page[FailureGroupView]]) -> None:
        choice = self.filter_bar.choice
        states = frozenset[str]().union(*(_CHIPS[chip] for chip in choice.chips))
        if found.value is None:
            if found.trouble:
                self.groups.fail(found.trouble)
            return
        groups = found.value.items
        self.filter_bar.set_counts({chip: _count(groups, states) for chip, states in _CHIPS.items()})
        shown = [
            each
            for each in groups
            if (not states or each.state in states) and _has_words(choice.text, _group_words(each))
        ]
        is_open = not choice.text and not (choice.chips - _AT_FIRST.chips)
        self.group_table.set_empty_text(_CALM if is_open else _NO_MATCH)
        self.groups.set_rows(shown)

    def _show_letters(self, found: Inquiry[Page[DeadLetterView]]) -> None:
        if found.value is None:
            if found.trouble:
                self.letters.fail(found.trouble)
            return
        text = self.filter_bar.choice.text
        self.letter_table.set_empty_text(_NO_MATCH if text else _NO_LETTERS)
        self.letters.set_rows([each for each in found.value.items if _has_words(text, _letter_words(each))])

    def _sum(self) -> str:
        concerns = self.bench.concerns
        if self.part.key == REPAIRS:
            return self.repairs.sum()
        if self.part.key == LETTERS:
            return _sum(concerns.letters, counted("%n dead letter", "%n dead letters", self.letters.model.total))
        return _sum(
            concerns.failures, counted("%n group of failures", "%n groups of failures", self.groups.model.total)
        )

    def _show_menu(self, position: QPoint, entries: Sequence[str]) -> None:
        menu = QMenu(self)
        self.bench.commands.refresh()
        self.bench.commands.fill_menu(menu, entries)
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(position)


def _count(groups: Sequence[FailureGroupView], states: frozenset[str]) -> int:
    return sum(each.state in states for each in groups)


def _sum(found: Inquiry[Page[Row]], words: str) -> str:
    page = found.value
    if page is None:
        return ""
    if found.trouble:
        return tr("Not brought up to date: {trouble}", trouble=found.trouble)
    shown = len(page.items)
    return words + (
        tr("   the newest {shown} of {total} are shown", shown=shown, total=page.total) if page.total > shown else ""
    )


def _has_words(text: str, words: str) -> bool:
    folded = words.casefold()
    return all(word in folded for word in text.casefold().split())


def _group_words(each: FailureGroupView) -> str:
    return " ".join((each.sample, each.message, workflow_of(each), each.step_id, kind_words(each.kind), each.note))


def _letter_words(each: DeadLetterView) -> str:
    parts = (each.job.workflow_name, what_happened(each), each.advice, cut_off_words(each), each.job.robot_name)
    return " ".join((*parts, each.job.job_id))
