"""The editor's window: palette, graph, text, properties and problems around one session."""

from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QCloseEvent, QContextMenuEvent
from PySide6.QtWidgets import (
    QFileDialog,
    QHBoxLayout,
    QLineEdit,
    QMenu,
    QSplitter,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from orchestrator.console.commands import CommandContext, CommandRegistry
from orchestrator.console.dialogs.shortcuts import ShortcutsSheet
from orchestrator.console.editor.checking import step_of
from orchestrator.console.editor.drafts import Draft, Drafts
from orchestrator.console.editor.editor_commands import GRAPH_MENU, MORE_MENU, editor_commands
from orchestrator.console.editor.graph_view import GraphView
from orchestrator.console.editor.leave import LeaveSheet
from orchestrator.console.editor.palette import PaletteView
from orchestrator.console.editor.problems_view import ProblemsView
from orchestrator.console.editor.properties import PropertiesForm
from orchestrator.console.editor.saving import Saving
from orchestrator.console.editor.session import EditorSession
from orchestrator.console.editor.work import StepWork
from orchestrator.console.editor.yaml_view import YamlView
from orchestrator.console.formatting import exact_time
from orchestrator.console.operations import Operations
from orchestrator.console.theme.tokens import SPACE_M, SPACE_S, Tone
from orchestrator.console.widgets.banner import Banner
from orchestrator.console.widgets.command_button import command_button
from orchestrator.console.widgets.command_palette import CommandPalette
from orchestrator.console.widgets.labels import label
from orchestrator.console.widgets.table_card import table_card
from orchestrator.console.widgets.toast import ToastStack
from orchestrator.console.words import counted, tr
from orchestrator.console.workbench import Workbench
from orchestrator.contract.api.workflows import WorkflowView
from orchestrator.contract.errors import Problem

_SIZE = QSize(1400, 900)
_SMALLEST = QSize(1040, 640)


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
        self.resize(_SIZE)
        self._bench, self._is_leaving = bench, False
        self._selection: tuple[str, ...] = ()
        self._draft: Draft | None = None
        self.toasts = ToastStack(bench.theme, self)
        self.operations = Operations(bench.link, bench.tasks, self, self.toasts)
        self.session = EditorSession(text, saved_text=text if view is not None else None, parent=self)
        self.saving = Saving(bench, self.session, self.operations, drafts, view)
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

    @property
    def selection(self) -> tuple[str, ...]:
        """Ids of the chosen steps."""
        return self._selection

    @property
    def name(self) -> str:
        """As the text says it."""
        document = self.session.document
        name = document.at((*document.outline.head_path, "name"))
        return name if isinstance(name, str) and name else tr("New workflow")

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
        work = QSplitter(Qt.Orientation.Vertical)
        graph = QWidget()
        column = QVBoxLayout(graph)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.stale)
        column.addWidget(self.graph, 1)
        for part in (table_card(graph), table_card(self.text), table_card(self.problems)):
            work.addWidget(part)
        work.setSizes([370, 350, 96])
        sides = QSplitter(Qt.Orientation.Horizontal)
        for side in (self.palette_view, work, self.properties):
            sides.addWidget(side)
        sides.setSizes([250, 780, 350])
        sides.setStretchFactor(1, 1)
        for split in (work, sides):
            split.setChildrenCollapsible(False)
            split.setProperty("gap", True)
            split.setHandleWidth(12)
        column = QVBoxLayout(self)
        column.setContentsMargins(SPACE_M, SPACE_M, SPACE_M, SPACE_M)
        column.setSpacing(SPACE_M)
        column.addLayout(self._head())
        column.addWidget(self.banner)
        column.addWidget(sides, 1)

    def _head(self) -> QHBoxLayout:
        theme = self._bench.theme
        row = QHBoxLayout()
        row.setSpacing(SPACE_S)
        words = QVBoxLayout()
        words.setSpacing(0)
        words.addWidget(self.title)
        words.addWidget(self.state)
        row.addLayout(words)
        row.addStretch(1)
        self.buttons = {
            name: command_button(self.commands, theme, f"editor.{name}", primary=name == "save")
            for name in ("undo", "redo", "run", "save")
        }
        more = QToolButton()
        more.setAccessibleName(tr("More"))
        more.setToolTip(tr("More"))
        theme.bind_icon(more, "ellipsis")
        menu = QMenu(more)
        self.commands.fill_menu(menu, MORE_MENU)
        more.setMenu(menu)
        more.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        for part in (self.buttons["undo"], self.buttons["redo"], more, self.note):
            row.addWidget(part)
        for name in ("run", "save"):
            row.addWidget(self.buttons[name])
        return row

    def _connect(self) -> None:
        session, work = self.session, self.work
        session.changed.connect(self._show)
        session.problems_changed.connect(self._show_problems)
        session.refused.connect(self._refused)
        session.history.canUndoChanged.connect(self._show_history)
        session.history.canRedoChanged.connect(self._show_history)
        self.saving.refused.connect(self._go_to_first_problem)
        self.saving.saved.connect(self._saved)
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

    def _show(self) -> None:
        session = self.session
        self.text.show_text(session.text)
        if session.error is None:
            self.graph.show_outline(session.document.outline, self._wrong_steps())
            self._selection = self.graph.selected_ids
            self.properties.show_document(session.document, self._selection)
        self._show_stale()
        self._mark_lines()
        self._show_head()
        self._show_history()

    def _show_head(self) -> None:
        view = self.saving.view
        changed = tr("unsaved changes") if self.session.is_dirty else ""
        version = tr("version {number}", number=view.number) if view is not None else tr("not saved yet")
        problems = self.session.problems
        wrong = counted("%n problem", "%n problems", len(problems)) if problems else ""
        self.title.setText(self.name)
        self.state.setText("  ·  ".join(part for part in (version, changed, wrong) if part))
        self.setWindowTitle(f"{self.name}{' *' if self.session.is_dirty else ''} – Botswain")  # noqa: RUF001 - a dash

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
        problems = self.session.problems
        self.problems.show_problems(problems)
        self.text.show_problems({each.line: each.message for each in reversed(problems) if each.line is not None})
        if self.session.error is None:
            self.graph.show_outline(self.session.document.outline, self._wrong_steps())
            self._show_field_problems()
        self._show_head()

    def _show_field_problems(self) -> None:
        outline, step_id = self.session.document.outline, self.properties.step_id
        self.properties.show_problems([each for each in self.session.problems if step_of(each, outline) == step_id])

    def _wrong_steps(self) -> dict[str, str]:
        outline = self.session.document.outline
        found = {step_of(problem, outline): problem.message for problem in reversed(self.session.problems)}
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
        number = len(self.session.problems)
        words = counted("Not saved: put %n problem right first.", "Not saved: put %n problems right first.", number)
        self.operations.tell("editor.save", words, icon="triangle-alert", tone=Tone.WARNING)
        if self.session.problems:
            self._go_to_problem(self.session.problems[0])

    def _go_to_error(self) -> None:
        if self.session.error is not None:
            self.text.go_to(self.session.error.line or 1)

    def _saved(self, _: WorkflowView) -> None:
        self.note.clear()
        self._show_head()
        if self._is_leaving:
            self.close()

    def _take_draft(self) -> None:
        self.banner.hide()
        if self._draft is not None:
            self.session.type_text(self._draft.text)

    def _ask_leave(self) -> None:
        sheet = LeaveSheet(self.name, self)
        sheet.save_wanted.connect(self._save_and_leave)
        sheet.discard_wanted.connect(self.discard)
        sheet.open()

    def _save_and_leave(self) -> None:
        self.saving.saved.connect(lambda _: self.discard())
        self.saving.save(self.note.text())

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
            "import": self._choose_import,
            "export": self._choose_export,
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
            self.saving.save(self.note.text(), run=True)
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

    def _choose_import(self) -> None:
        dialog = self._file_dialog(tr("Replace by a file"), QFileDialog.AcceptMode.AcceptOpen)
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.fileSelected.connect(lambda name: self.import_file(Path(name)))
        dialog.open()

    def _choose_export(self) -> None:
        dialog = self._file_dialog(tr("Export to a file"), QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix("yaml")
        dialog.fileSelected.connect(lambda name: self.saving.export(Path(name)))
        dialog.open()

    def import_file(self, path: Path) -> None:
        """Put a file's text in place of this one; one step back takes it out again."""
        try:
            text = path.read_bytes()[:2_000_000].decode("utf-8-sig").replace("\r\n", "\n")
        except (OSError, UnicodeDecodeError) as error:
            self._refused(tr("{file} cannot be read as text: {reason}", file=path.name, reason=error))
            return
        self.session.type_text(text)

    def _file_dialog(self, title: str, mode: QFileDialog.AcceptMode) -> QFileDialog:
        dialog = QFileDialog(self, title, str(Path.home()))
        dialog.setNameFilters([tr("Workflows (*.yaml *.yml *.json)"), tr("All files (*)")])
        dialog.setAcceptMode(mode)
        dialog.finished.connect(dialog.deleteLater)
        return dialog
