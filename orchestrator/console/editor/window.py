"""The editor's window: palette, graph, text, properties and problems around one session."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QCloseEvent, QContextMenuEvent
from PySide6.QtWidgets import QLineEdit, QMenu, QVBoxLayout, QWidget

from orchestrator.console.commands import CommandContext, CommandRegistry
from orchestrator.console.dialogs.shortcuts import ShortcutsSheet
from orchestrator.console.editor.arrangement import Head, between_sides, stacked
from orchestrator.console.editor.checking import step_of
from orchestrator.console.editor.drafts import Draft, Drafts
from orchestrator.console.editor.editor_commands import GRAPH_MENU, editor_commands
from orchestrator.console.editor.empty_graph import EmptyGraph
from orchestrator.console.editor.graph_view import GraphView
from orchestrator.console.editor.leave import LeaveSheet
from orchestrator.console.editor.palette import PaletteView
from orchestrator.console.editor.problems_view import ProblemsView
from orchestrator.console.editor.properties import PropertiesForm
from orchestrator.console.editor.saving import Saving
from orchestrator.console.editor.session import EditorSession
from orchestrator.console.editor.text_files import TextFiles
from orchestrator.console.editor.work import StepWork
from orchestrator.console.editor.yaml_view import YamlView
from orchestrator.console.formatting import exact_time
from orchestrator.console.operations import Operations
from orchestrator.console.theme.tokens import SPACE_M, Tone
from orchestrator.console.widgets.banner import Banner
from orchestrator.console.widgets.command_palette import CommandPalette
from orchestrator.console.widgets.labels import label
from orchestrator.console.widgets.toast import ToastStack
from orchestrator.console.words import counted, tr
from orchestrator.console.workbench import Workbench
from orchestrator.contract.api.workflows import WorkflowView
from orchestrator.contract.errors import Problem

_SIZE = QSize(1400, 900)
_SMALLEST = QSize(1040, 640)
_FRAME = QSize(16, 56)
"""Room for what the desktop puts around a window."""


class EditorWindow(QWidget):
    """One workflow; `closed` when the window is gone."""

    closed = Signal()

    def __init__(
        self,
        bench: Workbench,
        text: str,
        view: WorkflowView | None,
        drafts: Drafts,
        parent: QWidget,
    ) -> None:
        super().__init__(parent, Qt.WindowType.Window)
        self.setObjectName("editor")
        self.setProperty("panel", True)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setMinimumSize(_SMALLEST)
        self.resize(_SIZE.boundedTo(self.screen().availableGeometry().size() - _FRAME))
        self._bench, self._is_leaving = bench, False
        self._selection: tuple[str, ...] = ()
        self._draft: Draft | None = None
        self.toasts = ToastStack(bench.theme, self)
        self.operations = Operations(bench.link, bench.tasks, self, self.toasts)
        self._untouched = text if view is None else None
        """As a new workflow begins: nobody is told of mistakes that nobody has made yet."""
        self.session = EditorSession(text, saved_text=text if view is not None else None, parent=self)
        self.saving = Saving(bench, self.session, self.operations, drafts, view)
        self.files = TextFiles(self.session, self.saving, self)
        self.work = StepWork(self.session, self.choose)
        self.commands = CommandRegistry(bench.theme, self)
        self.commands.register(*editor_commands(self._do))
        self.commands.set_context_source(CommandContext)
        self._make_parts()
        self._arrange()
        self.commands.add_shortcuts(self)
        self.palette_box = CommandPalette(bench.theme, self.commands, self)
        self._connect()
        state = bench.settings.state("editor")
        if state is not None:
            self.restoreGeometry(state)
        self._show()
        self.session.check_now()
        (self.graph if view is not None else self.palette_view.search).setFocus()

    @property
    def selection(self) -> tuple[str, ...]:
        """Ids of the chosen steps."""
        return self._selection

    @property
    def name(self) -> str:
        """As the text says it."""
        return self.session.document.name or tr("New workflow")

    def offer(self, draft: Draft) -> None:
        """Say that an unsaved text was kept, and put it back when wanted."""
        self._draft = draft
        words = tr("Unsaved changes of {when} were kept.", when=exact_time(draft.kept_at))
        self.banner.show_message(words, Tone.WARNING, "history", tr("Take them up"))

    def choose(self, ids: Sequence[str]) -> None:
        """Choose these steps, everywhere."""
        self.graph.select(ids)

    def add(self, key: str) -> None:
        """Put an entry of the palette behind what is chosen."""
        self.work.add(key, self._selection)

    def closeEvent(self, event: QCloseEvent) -> None:
        """Ask while there is something unsaved."""
        if self.session.is_dirty and not self._is_leaving and self._is_worth_keeping():
            event.ignore()
            self._ask_leave()
            return
        if self._is_leaving or not self.session.is_dirty or not self._is_worth_keeping():
            self.saving.drop_draft()
        self.saving.stop()
        self.session.history.blockSignals(True)  # it tells its end, when nobody is there any more
        self._bench.settings.set_state("editor", self.saveGeometry())
        self.closed.emit()
        super().closeEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """What can be done with the chosen steps."""
        if self.graph.underMouse() or self.graph.hasFocus():
            menu = QMenu(self)
            self.commands.fill_menu(menu, GRAPH_MENU)
            menu.aboutToHide.connect(menu.deleteLater)
            menu.popup(event.globalPos())

    # parts

    def _make_parts(self) -> None:
        theme = self._bench.theme
        self.banner, self.stale = Banner(theme), Banner(theme)
        self.palette_view = PaletteView(theme)
        self.graph = GraphView(theme)
        self.empty = EmptyGraph(theme, self.graph)
        self.text = YamlView(theme)
        self.properties = PropertiesForm(theme)
        self.problems = ProblemsView(theme)
        self.note = QLineEdit()
        self.note.setPlaceholderText(tr("What has changed (optional)"))
        self.note.setAccessibleName(tr("What has changed"))
        self.note.setMaxLength(500)
        self.note.setFixedWidth(230)
        self.title, self.state = label("", "heading"), label("", "caption")

    def _arrange(self) -> None:
        head = Head(self._bench.theme, self.commands, (self.title, self.state), self.note)
        self.buttons = head.buttons
        graph = stacked(self.stale, self.graph)
        column = QVBoxLayout(self)
        column.setContentsMargins(SPACE_M, SPACE_M, SPACE_M, SPACE_M)
        column.setSpacing(SPACE_M)
        column.addLayout(head)
        column.addWidget(self.banner)
        column.addWidget(between_sides(self.palette_view, (graph, self.text, self.problems), self.properties), 1)

    def _connect(self) -> None:
        session, work = self.session, self.work
        session.changed.connect(self._show)
        session.problems_changed.connect(self._show_problems)
        session.refused.connect(self._refused)
        self.files.refused.connect(self._refused)
        session.history.canUndoChanged.connect(self._show_history)
        session.history.canRedoChanged.connect(self._show_history)
        self.saving.refused.connect(self._go_to_first_problem)
        self.saving.saved.connect(self.note.clear)
        self.saving.name_wanted.connect(self._go_to_name)
        self.empty.action_clicked.connect(self.palette_view.search.setFocus)
        self.palette_view.chosen.connect(self.add)
        self.graph.selection_changed.connect(self._selection_changed)
        self.graph.connection_wanted.connect(work.connect)
        self.graph.disconnection_wanted.connect(work.disconnect)
        self.graph.entry_dropped.connect(lambda key, step: work.add(key, (step,) if step else ()))
        self.graph.edit_wanted.connect(lambda _: self.properties.focus_first())
        self.text.typed.connect(session.type_text)
        self.text.line_entered.connect(self._line_entered)
        self.properties.value_edited.connect(work.set_value)
        self.properties.links_edited.connect(work.link)
        self.properties.id_edited.connect(work.rename_id)
        self.properties.name_edited.connect(work.rename)
        self.properties.action_edited.connect(work.set_action)
        self.problems.chosen.connect(self._go_to_problem)
        self.banner.action_clicked.connect(self._take_draft)
        self.banner.dismissed.connect(self.saving.drop_draft)
        self.stale.action_clicked.connect(self._go_to_error)

    # what is shown

    @property
    def _problems(self) -> tuple[Problem, ...]:
        return self.session.problems if self._untouched is None else ()

    def _show(self) -> None:
        session = self.session
        if session.text != self._untouched:
            self._untouched = None
        self.text.show_text(session.text)
        if session.error is None:
            self.graph.show_outline(session.document.outline, self._wrong_steps())
            self.empty.setVisible(not session.document.outline.steps)
            self._selection = self.graph.selected_ids
            self.properties.show_document(session.document, self._selection)
        self._show_stale()
        self._mark_lines()
        self._show_head()
        self._show_history()

    def _show_head(self) -> None:
        view = self.saving.view
        is_changed = self.session.is_dirty and self._untouched is None
        changed = tr("unsaved changes") if is_changed else ""
        version = tr("version {number}", number=view.number) if view is not None else tr("not saved yet")
        problems = self._problems
        wrong = counted("%n problem", "%n problems", len(problems)) if problems else ""
        self.title.setText(self.name)
        self.state.setText("  ·  ".join(part for part in (version, changed, wrong) if part))
        self.setWindowTitle(f"{self.name}{' *' if is_changed else ''} – Botswain")  # noqa: RUF001 - a dash

    def _show_stale(self) -> None:
        error = self.session.error
        for part in (self.graph, self.properties, self.palette_view):
            part.setEnabled(error is None)
        if error is None:
            self.stale.hide()
            return
        words = tr("Line {line} cannot be read; this is how it was before.", line=error.line or 1)
        self.stale.show_message(words, Tone.DANGER, "triangle-alert", tr("Go to the line"), closable=False)

    def _show_history(self, _: bool = False) -> None:
        history = self.session.history
        for name, can in (("undo", history.canUndo()), ("redo", history.canRedo())):
            self.commands.action(f"editor.{name}").setEnabled(can)

    def _show_problems(self) -> None:
        problems = self._problems
        self.problems.show_problems(problems)
        self.text.show_problems({each.line: each.message for each in reversed(problems) if each.line is not None})
        if self.session.error is None:
            self.graph.show_outline(self.session.document.outline, self._wrong_steps())
            self._show_field_problems()
        self._show_head()

    def _show_field_problems(self) -> None:
        outline, step_id = self.session.document.outline, self.properties.step_id
        self.properties.show_problems([each for each in self._problems if step_of(each, outline) == step_id])

    def _wrong_steps(self) -> dict[str, str]:
        outline = self.session.document.outline
        found = {step_of(problem, outline): problem.message for problem in reversed(self._problems)}
        found.pop("", None)
        return found

    def _mark_lines(self) -> None:
        is_one = len(self._selection) == 1 and self.session.error is None
        self.text.show_step(self.session.document.lines_of(self._selection[0]) if is_one else range(0))

    # what happens

    def _selection_changed(self) -> None:
        self._selection = self.graph.selected_ids
        if self.session.error is None:
            self.properties.show_document(self.session.document, self._selection)
            self._show_field_problems()
        self._mark_lines()

    def _line_entered(self, line: int) -> None:
        if self.session.error is None:
            found = self.session.document.step_at(line)
            if (found,) != self._selection and (found or self._selection):
                self.choose([found] if found else [])

    def _refused(self, words: str) -> None:
        self.operations.tell("editor.refused", words, icon="triangle-alert", tone=Tone.WARNING)

    def _go_to_problem(self, problem: Problem) -> None:
        if self.session.error is None:
            step_id = step_of(problem, self.session.document.outline)
            self.choose([step_id] if step_id else [])
        if problem.line is not None:
            self.text.go_to(problem.line)
        self.properties.focus_field(problem)

    def _go_to_first_problem(self) -> None:
        self._untouched = None
        self._show_problems()
        number = len(self.session.problems)
        words = counted("Not saved: put %n problem right first.", "Not saved: put %n problems right first.", number)
        self.operations.tell("editor.save", words, icon="triangle-alert", tone=Tone.WARNING)
        if self.session.problems:
            self._go_to_problem(self.session.problems[0])

    def _go_to_error(self) -> None:
        if self.session.error is not None:
            self.text.go_to(self.session.error.line or 1)

    def _go_to_name(self) -> None:
        self.choose([])
        name = self.properties.box("name")
        if name is not None and isinstance(name.input, QLineEdit):
            name.input.setFocus()
            name.input.selectAll()

    def _take_draft(self) -> None:
        self.banner.hide()
        if self._draft is not None:
            self.session.type_text(self._draft.text)

    def _ask_leave(self) -> None:
        sheet = LeaveSheet(self.name, self)
        sheet.save_wanted.connect(lambda: self.saving.save(self.note.text(), after=self.close))
        sheet.discard_wanted.connect(self.discard)
        sheet.open()

    def discard(self) -> None:
        """Close without a question, and without a draft."""
        self._is_leaving = True
        self.close()

    def _is_worth_keeping(self) -> bool:
        return self.session.history.count() > 0

    # commands

    def _do(self, name: str) -> None:
        hands: dict[str, Callable[[], object]] = {
            "save": lambda: self.saving.save(self.note.text()),
            "run": self._run,
            "undo": self.session.history.undo,
            "redo": self.session.history.redo,
            "add": self.palette_view.search.setFocus,
            "duplicate": lambda: self.work.copy(self._selection),
            "delete": lambda: self.work.remove(self._selection, self.graph.selected_edges),
            "rename": self._rename,
            "connect": self._connect_by_keyboard,
            "group": lambda: self.work.group(self._selection),
            "import": self.files.choose_import,
            "export": self.files.choose_export,
            "palette_pane": self.palette_view.search.setFocus,
            "graph_pane": self.graph.setFocus,
            "properties_pane": self.properties.focus_first,
            "text_pane": self.text.setFocus,
            "problems_pane": self.problems.list.setFocus,
            "problem": self.problems.go_on,
            "larger": lambda: self.graph.zoom(1.2),
            "smaller": lambda: self.graph.zoom(1 / 1.2),
            "workflow": lambda: self.choose([]),
            "palette": self.palette_box.open,
            "keys": lambda: ShortcutsSheet(self.commands, (), self).open(),
            "close": self.close,
        }
        hands[name]()

    def _run(self) -> None:
        if self.session.is_dirty or self.saving.view is None:
            self.saving.save(self.note.text(), after=self.saving.run)
        else:
            self.saving.run()

    def _rename(self) -> None:
        field = self.properties.id_input
        if field is not None:
            field.setFocus()
            field.selectAll()

    def _connect_by_keyboard(self) -> None:
        self.graph.setFocus()
        self.graph.begin_connection()
