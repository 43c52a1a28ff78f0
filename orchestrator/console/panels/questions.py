"""What runs ask people: the nearest deadline first; Enter answers."""

from PySide6.QtCore import QPoint
from PySide6.QtWidgets import QMenu

from orchestrator.console.actions.questions import QUESTION_MENU
from orchestrator.console.commands import CommandContext
from orchestrator.console.panels.base import Panel
from orchestrator.console.question_columns import question_columns, workflow_of
from orchestrator.console.tables.memory_rows import MemoryRows
from orchestrator.console.tables.view import TableView
from orchestrator.console.widgets.command_button import command_button
from orchestrator.console.widgets.empty_state import EmptyText
from orchestrator.console.widgets.filter_bar import FilterBar
from orchestrator.console.widgets.labels import label
from orchestrator.console.widgets.table_card import table_card
from orchestrator.console.words import counted, tr
from orchestrator.console.workbench import Workbench
from orchestrator.contract.questions import Question

_CALM = EmptyText(
    "user-round-check",
    tr("Nobody waits for you"),
    tr("A step with human.approve, human.answer or human.solve stops its run and asks here."),
)
_NO_MATCH = EmptyText("list-filter", tr("Nothing matches"), tr("No open question has these words."), tr("Show all"))


class QuestionsPanel(Panel):
    """Follows the open questions."""

    key, title = "questions", tr("Waiting for you")
    can_search = True

    def __init__(self, bench: Workbench) -> None:
        super().__init__(bench)
        self.filter_bar = FilterBar(bench.theme, (), tr("Search questions and workflows"))
        sorters = {
            "kind": lambda each: each.text.kind.value,
            "question": lambda each: each.text.question.lower(),
            "workflow": lambda each: workflow_of(each, bench.store).lower(),
            "asked": lambda each: each.asked_at,
            "deadline": lambda each: each.deadline_at,
        }
        self.rows: MemoryRows[Question] = MemoryRows(
            question_columns(bench.store, bench.clock), lambda each: each.question_id, bench.clock, sorters, self
        )
        self.table: TableView[Question] = TableView(
            bench.theme,
            self.rows.model,
            bench.settings,
            bench.clock,
            name="questions",
            title=tr("Questions"),
            empty=_CALM,
        )
        self.total = label("", "caption")
        self.head.addWidget(self.filter_bar.search)
        self.head.addWidget(command_button(bench.commands, bench.theme, "question.history"))
        self.head.addWidget(
            command_button(bench.commands, bench.theme, "question.next", primary=True, words=tr("Answer…"))
        )
        self.column.addWidget(table_card(self.table), 1)
        self.column.addWidget(self.total)
        self._connect()

    def refresh(self) -> None:
        """The rows, and how many there are."""
        inquiry = self.bench.concerns.questions
        if inquiry.value is None:
            if inquiry.trouble:
                self.rows.fail(inquiry.trouble)
            return
        text = self.filter_bar.choice.text.casefold()
        self.table.set_empty_text(_NO_MATCH if text else _CALM)
        found = self.bench.concerns.open_questions
        self.rows.set_rows([each for each in found if text in self._words(each)])
        words = counted("%n question", "%n questions", len(found))
        self.total.setText(
            tr("Not brought up to date: {trouble}", trouble=inquiry.trouble) if inquiry.trouble else words
        )
        self.bench.commands.refresh()

    def connected(self) -> None:
        """Ask for what no event brings."""
        self.bench.concerns.questions.ask_soon()

    def focus_search(self) -> None:
        """Into the search field."""
        self.filter_bar.search.setFocus()
        self.filter_bar.search.selectAll()

    def take_keyboard(self) -> None:
        """Into the list."""
        self.table.setFocus()

    def context(self) -> CommandContext:
        """The selected questions."""
        ids = self.table.selected_ids()
        return CommandContext(panel=self.key, kind="question", ids=ids, connected=self.store.is_connected)

    def _words(self, question: Question) -> str:
        return f"{question.text.question} {workflow_of(question, self.store)} {question.step_id}".casefold()

    def _connect(self) -> None:
        commands = self.bench.commands
        self.filter_bar.changed.connect(lambda _: self.refresh())
        self.bench.concerns.questions.changed.connect(self.touch)
        self.table.opened.connect(lambda _: commands.run("question.answer"))
        self.table.previewed.connect(lambda _: commands.run("question.job"))
        self.table.menu_wanted.connect(self._show_menu)
        self.table.selection_changed.connect(commands.refresh)
        self.table.begin.connect(self.filter_bar.reset)
        self.table.retry_load.connect(self._load_again)

    def _load_again(self) -> None:
        self.rows.model.reload()
        self.bench.concerns.questions.ask_soon()

    def _show_menu(self, position: QPoint) -> None:
        menu = QMenu(self)
        self.bench.commands.refresh()
        self.bench.commands.fill_menu(menu, QUESTION_MENU)
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(position)
