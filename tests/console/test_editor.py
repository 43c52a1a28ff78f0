"""The workflow editor as its user has it: palette, graph, form and text are one document."""

from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QComboBox, QLineEdit, QListWidget, QPlainTextEdit
from scripted_engine import ScriptedEngine

from orchestrator.console.dialogs.submit import SubmitDialog
from orchestrator.console.editor.leave import LeaveSheet
from orchestrator.console.editor.window import EditorWindow
from orchestrator.console.widgets.question import QuestionSheet
from orchestrator.console.window import ConsoleWindow

pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints", "This plugin does not support")
Wait = Callable[..., Awaitable[None]]
Opener = Callable[[], AbstractAsyncContextManager[ConsoleWindow]]
TEXT = """\
# Reads prices.
name: Prices
steps:
  - id: open   # the shop
    action: goto
    parameters:
      url: https://example.com

  - id: read
    action: extract
    dependencies: [open]
    parameters:
      target: .price

outputs:
  price: ${{ steps.read.result }}
"""


def opened(window: ConsoleWindow, text: str = "") -> EditorWindow:
    window.commands.run("workflow.new")
    editor = window.groups.editor.open_editors[""]
    if text:
        editor.session.type_text(text)
        editor.session.check_now()
    return editor


def left(editor: EditorWindow) -> None:
    editor.discard()


def chosen(editor: EditorWindow) -> tuple[str, ...]:
    return editor.selection


def typed(editor: EditorWindow, word: str, text: str) -> None:
    """What a person types into the field of this word."""
    box = editor.properties.box(word)
    assert box is not None, word
    match box.input:
        case QLineEdit():
            box.input.clear()
            QTest.keyClicks(box.input, text)
        case QPlainTextEdit():
            box.input.setPlainText(text)
        case QComboBox():
            box.input.setCurrentText(text)


def is_marked(editor: EditorWindow) -> bool:
    """True while the window says that there are unsaved changes; its title and its head say the same."""
    marks = {" *" in editor.windowTitle(), "unsaved changes" in editor.state.text(), editor.session.is_dirty}
    assert len(marks) == 1
    return marks.pop()


def taken_back(editor: EditorWindow) -> None:
    """Undo of the toast that told of a save."""
    action = editor.toasts.toasts[-1].text.actions[0]
    assert action.title == "Undo"
    action.run()


@pytest.mark.feature("D74")
async def test_a_workflow_is_built_from_the_palette_and_saved(
    open_window: Opener, engine: ScriptedEngine, wait_until: Wait
) -> None:
    async with open_window() as window:
        editor = opened(window)
        for wish in ("goto", "extract", "log"):
            editor.commands.run("editor.add")
            editor.palette_view.search.setText(wish)
            QTest.keyClick(editor.palette_view.search, Qt.Key.Key_Return)
        assert "- id: log\n    action: log\n    dependencies: [extract]" in editor.session.text
        assert chosen(editor) == ("log",)
        typed(editor, "message", "Done")
        editor.choose(["extract"])
        typed(editor, "target", "#price")
        typed(editor, "timeout", "20")
        editor.choose(["goto"])
        typed(editor, "url", "https://example.com")
        typed(editor, "wait_until", "load")
        assert 'target: "#price"' in editor.text.toPlainText()
        assert editor.text.toPlainText() == editor.session.text
        editor.session.check_now()
        assert editor.session.problems == ()
        before = len(engine.fleet.workflows)
        editor.note.setText("first")
        editor.commands.run("editor.save")
        await wait_until(lambda: not editor.session.is_dirty)
        assert len(engine.fleet.workflows) == before + 1
        assert next(reversed(engine.fleet.workflows.values())).note == "first"
        assert editor.toasts.toasts[-1].text.actions[0].title == "Undo"
        editor.commands.run("editor.run")
        await wait_until(lambda: isinstance(QApplication.activeModalWidget(), SubmitDialog))
        sheet = QApplication.activeModalWidget()
        assert isinstance(sheet, SubmitDialog)
        sheet.close()
        assert editor.close()


@pytest.mark.feature("D74")
async def test_graph_form_and_text_are_one_document(open_window: Opener, wait_until: Wait) -> None:
    async with open_window() as window:
        editor = opened(window, TEXT)
        assert [step.step_id for step in editor.session.document.outline.steps] == ["open", "read"]
        editor.choose(["open"])
        assert editor.properties.id_input is not None
        editor.properties.id_input.setText("shop")
        editor.properties.id_input.editingFinished.emit()
        assert "  - id: shop   # the shop\n" in editor.session.text
        assert "dependencies: [shop]" in editor.session.text
        editor.work.connect("read", "shop")
        editor.session.check_now()
        assert "wait for each other" in editor.problems.list.item(0).text()
        item = editor.graph.item_of("shop")
        assert item is not None
        assert item.look.is_wrong
        while editor.session.history.canUndo():
            editor.commands.run("editor.undo")
        assert editor.session.text.startswith("name: New workflow")
        editor.commands.run("editor.redo")
        assert editor.text.toPlainText() == TEXT
        left(editor)


async def test_the_graph_is_worked_on_by_keyboard(open_window: Opener) -> None:
    async with open_window() as window:
        editor = opened(window, TEXT)
        graph = editor.graph
        editor.choose(["open"])
        QTest.keyClick(graph, Qt.Key.Key_Right)
        assert chosen(editor) == ("read",)
        assert "waits for open" in graph.accessibleDescription()
        QTest.keyClick(graph, Qt.Key.Key_Left)
        QTest.keyClick(graph, Qt.Key.Key_C)
        assert graph.is_connecting
        QTest.keyClick(graph, Qt.Key.Key_Right)
        QTest.keyClick(graph, Qt.Key.Key_Return)
        assert "dependencies" not in editor.session.text
        editor.choose(["open", "read"])
        editor.commands.run("editor.group")
        assert editor.session.text.count("parallel_group: group") == 2
        editor.commands.run("editor.duplicate")
        assert chosen(editor) == ("open_2", "read_2")
        editor.commands.run("editor.delete")
        assert editor.session.document.outline.ids == ("open", "read")
        editor.choose(["read"])
        waits = editor.properties.box("dependencies")
        assert waits is not None
        assert isinstance(waits.input, QListWidget)
        waits.input.item(0).setCheckState(Qt.CheckState.Checked)
        assert "dependencies: [open]" in editor.session.text
        left(editor)


async def test_structures_shape_what_is_chosen(open_window: Opener) -> None:
    async with open_window() as window:
        editor = opened(window, TEXT)
        editor.choose(["read"])
        editor.add("structure:for each")
        assert "for_each:" in editor.session.text
        typed(editor, "items", "${{ range(3) }}")
        assert "items: ${{ range(3) }}" in editor.session.text
        editor.add("if")
        assert chosen(editor) == ("choice",)
        editor.work.link("choice", "then", ["open"])
        assert "then: [open]" in editor.session.text
        editor.add("sub_workflow")
        typed(editor, "workflow", "Log in")
        assert "  - id: run\n    workflow: Log in\n" in editor.session.text
        editor.add("structure:while")
        assert "while: iteration <= 3" in editor.session.text
        left(editor)


async def test_half_typed_text_keeps_the_graph_and_says_where_it_is_wrong(open_window: Opener) -> None:
    async with open_window() as window:
        editor = opened(window, TEXT)
        text = editor.text
        cursor = text.document().find("dependencies: [open")
        cursor.setPosition(cursor.selectionEnd())
        text.setTextCursor(cursor)
        QTest.keyClicks(text, ", [")
        assert editor.session.is_stale
        assert editor.stale.isVisibleTo(editor)
        assert not editor.graph.isEnabled()
        assert editor.graph.item_of("read") is not None
        assert editor.session.error is not None
        assert set(text.problems) == {editor.session.error.line}
        editor.work.remove(["read"])
        assert "line" in editor.toasts.toasts[-1].text.text
        for _ in range(3):
            QTest.keyClick(text, Qt.Key.Key_Backspace)
        assert editor.session.text == TEXT
        assert editor.graph.isEnabled()
        editor.session.type_text(TEXT.replace("action: extract", "action: extrakkt"))
        editor.session.check_now()
        editor.commands.run("editor.problem")
        assert text.textCursor().blockNumber() + 1 == 10
        assert chosen(editor) == ("read",)
        left(editor)


async def test_what_only_the_engine_knows_comes_from_it(open_window: Opener, wait_until: Wait) -> None:
    async with open_window() as window:
        editor = opened(window, TEXT.replace("name: Prices", "name: nonsense"))
        assert editor.session.problems == ()
        await wait_until(lambda: editor.session.problems)
        assert editor.problems.list.item(0).text() == "line 4, first: There is no action nonsense."
        editor.commands.run("editor.save")
        await wait_until(lambda: editor.toasts.toasts)
        assert editor.toasts.toasts[-1].text.text == "Not saved: put 1 problem right first."
        left(editor)


async def test_unsaved_changes_are_asked_for_and_kept_for_another_time(
    open_window: Opener, wait_until: Wait, tmp_path: Path
) -> None:
    async with open_window() as window:
        editor = opened(window, TEXT)
        editor.saving.keep_draft()
        editor.saving.export(tmp_path / "out.yaml")
        assert (tmp_path / "out.yaml").read_text() == TEXT
        assert not editor.close()
        sheet = editor.findChild(LeaveSheet)
        assert sheet is not None
        sheet.reject()
    async with open_window() as window:
        editor = opened(window)
        assert editor.banner.isVisibleTo(editor)
        editor.banner.action_clicked.emit()
        assert editor.session.text == TEXT
        editor.close()
        sheet = editor.findChild(LeaveSheet)
        assert sheet is not None
        sheet.discard_button.click()
        assert window.groups.editor.open_editors == {}
        again = opened(window)
        assert not again.banner.isVisibleTo(again)
        again.close()


async def test_a_saved_workflow_comes_back_as_it_was_written(open_window: Opener, wait_until: Wait) -> None:
    async with open_window() as window:
        editor = opened(window)
        text = (
            "# Asks nobody.\nname: Prices # of today\nsteps:\n  - {id: one, action: log, parameters: {message: hi}}\n"
        )
        editor.text.setPlainText(text)
        editor.commands.run("editor.save")
        await wait_until(lambda: not editor.session.is_dirty and editor.saving.workflow_id)
        workflow_id = editor.saving.workflow_id
        assert editor.close()
        window.groups.editor.edit(workflow_id)
        await wait_until(lambda: workflow_id in window.groups.editor.open_editors)
        assert window.groups.editor.open_editors[workflow_id].session.text == text
        assert window.groups.editor.open_editors[workflow_id].close()


async def test_a_stored_workflow_is_opened_once_and_by_every_way_in(open_window: Opener, wait_until: Wait) -> None:
    async with open_window() as window:
        window.show_panel("workflows")
        await wait_until(lambda: window.context().ids)
        (workflow_id,) = window.context().ids
        window.commands.run("workflow.edit")
        await wait_until(lambda: workflow_id in window.groups.editor.open_editors)
        editor = window.groups.editor.open_editors[workflow_id]
        assert not editor.session.is_dirty
        assert editor.session.document.outline.steps
        window.commands.run("workflow.edit")
        assert window.groups.editor.open_editors == {workflow_id: editor}
        unnamed = [
            part
            for kind in (QLineEdit, QPlainTextEdit, QComboBox, QListWidget)
            for part in editor.findChildren(kind)
            if not part.accessibleName() and part.objectName() != "qt_spinbox_lineedit"
        ]
        assert unnamed == []
        assert editor.close()


@pytest.mark.feature("D74")
async def test_undo_and_redo_go_across_a_save_with_the_mark_right_on_both_sides(
    open_window: Opener, wait_until: Wait
) -> None:
    async with open_window() as window:
        editor = opened(window, TEXT)
        editor.commands.run("editor.save")
        await wait_until(lambda: not editor.session.is_dirty)
        assert not editor.windowTitle().startswith("Prices *")
        # The same line before and after a second save: that typing is one thing, yet the save stands between.
        editor.choose(["read"])
        typed(editor, "timeout", "2")
        editor.commands.run("editor.save")
        await wait_until(lambda: not editor.session.is_dirty)
        saved = editor.session.text
        field = editor.properties.box("timeout")
        assert field is not None
        QTest.keyClicks(field.input, "0")
        assert "timeout_s: 20\n" in editor.session.text
        assert is_marked(editor)
        editor.commands.run("editor.undo")
        assert editor.session.text == saved
        assert not is_marked(editor)
        editor.commands.run("editor.undo")
        assert "timeout_s" not in editor.session.text
        assert is_marked(editor)
        while editor.session.history.canUndo():
            editor.commands.run("editor.undo")
        assert is_marked(editor)
        assert editor.commands.action("editor.redo").isEnabled()
        while editor.session.text != saved:
            editor.commands.run("editor.redo")
        assert not is_marked(editor)
        editor.commands.run("editor.redo")
        assert "timeout_s: 20\n" in editor.session.text
        assert is_marked(editor)
        left(editor)


async def test_a_save_that_is_taken_back_leaves_the_text_unsaved_and_its_history(
    open_window: Opener, engine: ScriptedEngine, wait_until: Wait
) -> None:
    async with open_window() as window:
        editor = opened(window, TEXT)
        editor.commands.run("editor.save")
        await wait_until(lambda: editor.saving.workflow_id and editor.toasts.toasts)
        workflow_id = editor.saving.workflow_id
        first = editor.session.text
        editor.session.type_text(TEXT + "# second\n")
        editor.commands.run("editor.save")
        await wait_until(lambda: editor.saving.view is not None and editor.saving.view.number == 2)
        taken_back(editor)
        await wait_until(lambda: is_marked(editor))
        assert editor.saving.view is not None
        assert editor.saving.view.number == engine.fleet.workflows[workflow_id].number == 3
        editor.commands.run("editor.undo")
        assert editor.session.text == first
        assert not is_marked(editor)
        editor.commands.run("editor.redo")
        assert is_marked(editor)
        left(editor)


async def test_a_first_save_that_is_taken_back_makes_a_new_workflow_of_it_again(
    open_window: Opener, engine: ScriptedEngine, wait_until: Wait
) -> None:
    async with open_window() as window:
        editor = opened(window, TEXT)
        editor.commands.run("editor.save")
        await wait_until(lambda: editor.saving.workflow_id and editor.toasts.toasts)
        gone = editor.saving.workflow_id
        taken_back(editor)
        await wait_until(lambda: not editor.saving.workflow_id)
        assert gone not in engine.fleet.workflows
        assert "not saved yet" in editor.state.text()
        assert is_marked(editor)
        assert window.groups.editor.open_editors == {"": editor}
        editor.commands.run("editor.save")
        await wait_until(lambda: not editor.session.is_dirty)
        assert editor.saving.workflow_id in engine.fleet.workflows
        assert editor.close()


async def test_a_new_workflow_saved_over_its_namesake_is_taken_back_without_removing_that(
    open_window: Opener, engine: ScriptedEngine, wait_until: Wait
) -> None:
    async with open_window() as window:
        await wait_until(lambda: window.store.workflows)
        known = next(iter(engine.fleet.workflows.values()))
        editor = opened(window, TEXT.replace("name: Prices", f"name: {known.name}"))
        editor.commands.run("editor.save")
        box = QApplication.activeModalWidget()
        assert isinstance(box, QuestionSheet)
        QTest.keyClick(box, Qt.Key.Key_Return)
        assert QApplication.activeModalWidget() is None
        name = editor.properties.box("name")
        assert name is not None
        assert isinstance(name.input, QLineEdit)
        assert name.input.selectedText() == known.name
        assert engine.fleet.workflows[known.workflow_id].number == known.number
        editor.commands.run("editor.save")
        box = QApplication.activeModalWidget()
        assert isinstance(box, QuestionSheet)
        box.sure_button.click()
        await wait_until(lambda: editor.saving.workflow_id and editor.toasts.toasts)
        assert editor.saving.workflow_id == known.workflow_id
        taken_back(editor)
        await wait_until(lambda: is_marked(editor))
        assert engine.fleet.workflows[known.workflow_id].number == known.number + 2
        left(editor)


async def test_an_empty_graph_says_what_to_do_and_the_window_fits_the_screen(open_window: Opener) -> None:
    async with open_window() as window:
        editor = opened(window)
        room = editor.screen().availableGeometry().size()
        assert editor.height() < max(room.height(), editor.minimumHeight() + 1)
        assert editor.focusWidget() is editor.palette_view.search
        assert editor.empty.isVisible()
        assert editor.empty.accessibleName() == "No steps yet"
        assert editor.empty.size() == editor.graph.viewport().size()
        editor.empty.action_clicked.emit()
        assert editor.focusWidget() is editor.palette_view.search
        editor.add("click")
        assert not editor.empty.isVisible()
        left(editor)


async def test_a_refused_save_and_close_closes_nothing_at_a_later_save(open_window: Opener, wait_until: Wait) -> None:
    async with open_window() as window:
        editor = opened(window, TEXT.replace("name: Prices", "name: nonsense"))
        assert not editor.close()
        sheet = editor.findChild(LeaveSheet)
        assert sheet is not None
        sheet.save_button.click()
        await wait_until(lambda: editor.toasts.toasts)
        assert editor.session.is_dirty
        editor.session.type_text(TEXT)
        editor.commands.run("editor.save")
        await wait_until(lambda: not editor.session.is_dirty)
        assert editor.isVisible()
        assert editor.close()
