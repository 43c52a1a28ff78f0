"""What stood in the way of somebody who used the window for the first time, mostly with the keyboard."""

from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path

import pytest
from PySide6.QtCore import QItemSelectionModel, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QScrollArea, QWidget
from scripted_engine import ScriptedEngine

from orchestrator.console.demo import DemoState
from orchestrator.console.demo_notes import DemoNotes
from orchestrator.console.dialogs.forecast import _share_words
from orchestrator.console.dialogs.recording import RecordingDialog
from orchestrator.console.formatting import browser_name
from orchestrator.console.panels.dashboard import DashboardPanel
from orchestrator.console.panels.wall import wall_grid
from orchestrator.console.panels.workflows import WorkflowsPanel
from orchestrator.console.tables.view import TableView
from orchestrator.console.theme.theme import Theme
from orchestrator.console.theme.tokens import SPACE_L
from orchestrator.console.widgets.live_tile import LEAST_PICTURE, PICTURE_SHAPE, TILE_FRAME
from orchestrator.console.widgets.question import Question, QuestionSheet
from orchestrator.console.window import ConsoleWindow
from orchestrator.contract.states import JobStatus

pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints")
Wait = Callable[..., Awaitable[None]]
Opener = Callable[[], AbstractAsyncContextManager[ConsoleWindow]]


@pytest.mark.feature("C62")
async def test_the_arrows_work_in_the_list_of_a_panel_at_once(open_window: Opener, wait_until: Wait) -> None:
    async with open_window() as window:
        window.activateWindow()
        for key in ("jobs", "robots", "schedules", "failures"):
            window.show_panel(key)
            table = window.focusWidget()
            assert isinstance(table, TableView), key
            assert window.current_panel.isAncestorOf(table), key
            await wait_until(lambda table=table: table.paged.row_at(0) is not None)
            # As Qt leaves it when a list of an active window gets the keyboard.
            table.selectionModel().setCurrentIndex(
                table.model().index(0, 0), QItemSelectionModel.SelectionFlag.NoUpdate
            )
            for row in (0, 1):
                QTest.keyClick(table, Qt.Key.Key_Down)
                assert table.currentIndex().row() == row
                assert window.context().ids


async def test_closed_details_give_the_keyboard_back_to_the_list(open_window: Opener, wait_until: Wait) -> None:
    async with open_window() as window:
        window.activateWindow()
        window.show_panel("jobs")
        window.bench.navigator.open_job(next(iter(window.store.jobs)))
        window.detail.close_button.setFocus()
        await wait_until(lambda: QApplication.focusWidget() is window.detail.close_button)
        window.detail.close_button.click()
        assert window.focusWidget() is window.jobs.table


async def test_details_that_take_the_panels_place_take_the_keyboard_too(open_window: Opener, wait_until: Wait) -> None:
    async with open_window() as window:
        window.activateWindow()
        window.resize(1100, 720)
        window.show_panel("jobs")
        await wait_until(window.jobs.table.hasFocus)
        window.bench.navigator.open_job(next(iter(window.store.jobs)))
        await wait_until(window.detail.job.tabs.tabBar().hasFocus)
        assert window.context().panel == "detail"


async def test_a_panel_that_has_no_room_beside_the_details_is_shown_all_the_same(open_window: Opener) -> None:
    async with open_window() as window:
        window.resize(1100, 720)
        window.show_panel("jobs")
        window.bench.navigator.open_job(next(iter(window.store.jobs)))
        for key, panel in window.panels.items():
            window.show_panel(key)
            assert panel.isVisible(), key


@pytest.mark.parametrize(("tabs", "done"), [(0, []), (1, ["sure"])])
async def test_enter_presses_the_button_that_has_the_keyboard(
    open_window: Opener, wait_until: Wait, tabs: int, done: list[str]
) -> None:
    async with open_window() as window:
        sure: list[str] = []
        sheet = QuestionSheet(
            Question(title="Really?", text="It is gone then.", button="Do it"), lambda: sure.append("sure"), window
        )
        sheet.open()
        await wait_until(lambda: sheet.focusWidget() is sheet.keep_button)
        for _ in range(tabs):
            QTest.keyClick(sheet.focusWidget(), Qt.Key.Key_Tab)
        QTest.keyClick(sheet.focusWidget(), Qt.Key.Key_Return)
        assert not sheet.isVisible()
        assert sure == done


async def test_a_list_that_one_comes_back_to_shows_what_is_new(
    open_window: Opener, engine: ScriptedEngine, wait_until: Wait
) -> None:
    async with open_window() as window:
        window.show_panel("jobs")
        await wait_until(lambda: window.jobs.model.total)
        window.jobs.new_rows.setText("3 changes: show")
        window.jobs.new_rows.show()
        window.show_panel("robots")
        asked: list[int] = []
        window.jobs.loaded.connect(lambda: asked.append(1))
        window.show_panel("jobs")
        assert not window.jobs.new_rows.isVisible()
        await wait_until(lambda: asked)


async def test_what_stands_in_the_list_by_now_is_not_offered_as_a_change(open_window: Opener, wait_until: Wait) -> None:
    async with open_window() as window:
        window.show_panel("jobs")
        await wait_until(lambda: window.jobs.model.row_at(0) is not None)
        window.jobs._fresh = {window.jobs.model.row_at(0).job_id}  # type: ignore[union-attr]
        window.jobs.new_rows.show()
        window.jobs.model.refresh()
        await wait_until(lambda: not window.jobs.new_rows.isVisible())


async def test_the_sheet_of_keys_shows_every_key_without_scrolling_sideways(
    open_window: Opener, wait_until: Wait
) -> None:
    async with open_window() as window:
        window.commands.run("window.keys")
        box = QApplication.activeModalWidget()
        assert box is not None
        area = box.findChild(QScrollArea)
        assert area is not None
        await wait_until(lambda: area.verticalScrollBar().maximum() or area.viewport().width() > 500)
        assert area.horizontalScrollBar().maximum() == 0
        box.close()


def test_the_tiles_of_the_wall_are_as_large_as_all_of_them_fit_in() -> None:
    width, height = 1148, 750
    sizes = []
    for tiles in (1, 2, 4, 6):
        columns, picture = wall_grid(tiles, width, height)
        rows = -(-tiles // columns)
        assert rows * (picture + TILE_FRAME.height()) + (rows - 1) * SPACE_L <= height
        assert columns * (picture * PICTURE_SHAPE + TILE_FRAME.width()) + (columns - 1) * SPACE_L <= width
        sizes.append(picture)
    assert sizes == sorted(sizes, reverse=True)
    assert sizes[0] > 3 * LEAST_PICTURE
    assert wall_grid(40, width, height) == (3, LEAST_PICTURE)


def test_a_browser_is_called_by_its_name_and_not_by_its_path() -> None:
    assert browser_name("/usr/lib/chromium/chromium-headless-shell (the distribution's)") == "chromium-headless-shell"
    assert browser_name("chromium 143.0") == "chromium 143.0"
    assert browser_name("") == ""


def test_a_little_load_is_not_called_none() -> None:
    assert [_share_words(share) for share in (0.0, 0.001, 0.25)] == ["0 %", "less than 1 %", "25 %"]


async def test_what_is_not_known_yet_is_not_called_nothing(theme: Theme, open_window: Opener) -> None:
    async with open_window() as window:
        panel = window.panels["dashboard"]
        assert isinstance(panel, DashboardPanel)
        window.store.heard_at = None
        panel.refresh()
        assert panel.attention._empty.accessibleName() == "Not known yet"


async def test_what_was_imported_is_chosen_and_a_job_of_it_asks_for_its_variables(
    open_window: Opener, wait_until: Wait, tmp_path: Path
) -> None:
    async with open_window() as window:
        window.activateWindow()
        path = tmp_path / "flow.yaml"
        path.write_text("steps: [{action: goto}]")
        window.show_panel("jobs")
        window.groups.workflows.import_file(path)
        panel = window.panels["workflows"]
        assert isinstance(panel, WorkflowsPanel)
        await wait_until(lambda: panel.name.text() == "Imported")
        assert window.current_panel is panel

        window.groups.workflows.run("wf-discovery")
        box = QApplication.activeModalWidget()
        await wait_until(lambda: box.form.fields)  # type: ignore[union-attr]
        first = next(iter(box.form.fields.values()))  # type: ignore[union-attr]
        await wait_until(first.input.hasFocus)
        box.close()  # type: ignore[union-attr]


async def test_an_import_asks_before_it_takes_the_place_of_its_namesake(
    open_window: Opener, engine: ScriptedEngine, wait_until: Wait, tmp_path: Path
) -> None:
    async with open_window() as window:
        path = tmp_path / "flow.yaml"
        path.write_text("name: Imported\nsteps: [{action: goto}]")
        window.groups.workflows.import_file(path)
        await wait_until(lambda: any(each.name == "Imported" for each in window.store.workflows.values()))
        for is_wanted in (False, True):
            window.groups.workflows.import_file(path)
            await wait_until(lambda: isinstance(QApplication.activeModalWidget(), QuestionSheet))
            box = QApplication.activeModalWidget()
            assert isinstance(box, QuestionSheet)
            assert box.windowTitle() == "Replace Imported?"
            (box.sure_button if is_wanted else box.keep_button).click()
        await wait_until(
            lambda: [each.number for each in engine.fleet.workflows.values() if each.name == "Imported"] == [2]
        )


async def test_a_recording_that_is_not_to_replace_its_namesake_keeps_what_was_changed(
    open_window: Opener, wait_until: Wait, tmp_path: Path
) -> None:
    async with open_window() as window:
        await window.bench.link.client.save_workflow("name: Imported\nsteps: []\n")
        await wait_until(lambda: any(each.name == "Imported" for each in window.store.workflows.values()))
        path = tmp_path / "login.json"
        path.write_text('{"steps": []}')
        window.groups.workflows.import_recording(path)
        await wait_until(lambda: isinstance(QApplication.activeModalWidget(), RecordingDialog))
        box = QApplication.activeModalWidget()
        assert isinstance(box, RecordingDialog)
        box.source.setPlainText("name: Imported\nsteps: [{id: mine, action: goto}]\n")
        box.save_button.click()
        await wait_until(lambda: isinstance(QApplication.activeModalWidget(), QuestionSheet))
        question = QApplication.activeModalWidget()
        assert isinstance(question, QuestionSheet)
        question.keep_button.click()
        again = QApplication.activeModalWidget()
        assert isinstance(again, RecordingDialog)
        assert "id: mine" in again.source.toPlainText()
        again.close()


async def test_a_new_workflow_that_nobody_has_touched_has_no_mistakes_and_nothing_unsaved(open_window: Opener) -> None:
    async with open_window() as window:
        window.commands.run("workflow.new")
        editor = window.groups.editor.open_editors[""]
        editor.session.check_now()
        assert editor.state.text() == "not saved yet"
        assert editor.windowTitle() == "New workflow – Botswain"  # noqa: RUF001 - a dash
        assert editor.problems.list.count() == 0
        editor.saving.refused.emit()
        assert editor.problems.list.count() == 1
        assert editor.state.text() == "not saved yet  ·  unsaved changes  ·  1 problem"
        editor.discard()


async def test_the_list_of_robots_names_browsers_without_their_folders(open_window: Opener) -> None:
    async with open_window() as window:
        columns = window.panels["robots"].table.paged.columns  # type: ignore[attr-defined]
        browser = next(each for each in columns if each.key == "browser")
        robot = next(iter(window.store.robots.values())).model_copy(update={"browser": "/usr/lib/chromium (own)"})
        assert (browser.value(robot), browser.tooltip(robot)) == ("chromium", "/usr/lib/chromium (own)")


async def test_tab_goes_through_the_variables_before_it_comes_to_the_buttons(
    open_window: Opener, wait_until: Wait
) -> None:
    async with open_window() as window:
        window.activateWindow()
        window.commands.run("schedule.new")
        box = QApplication.activeModalWidget()
        await wait_until(lambda: box.form.fields)  # type: ignore[union-attr]
        fields = box.form.fields.values()  # type: ignore[union-attr]
        await wait_until(lambda: all(each.input.isVisible() for each in fields))
        box.misfire.setFocus()  # type: ignore[union-attr]
        for field in fields:
            QTest.keyClick(box.focusWidget(), Qt.Key.Key_Tab)  # type: ignore[union-attr]
            assert box.focusWidget() is field.input  # type: ignore[union-attr]
        box.close()  # type: ignore[union-attr]


async def test_enter_on_a_checkpoint_goes_on_from_it(
    open_window: Opener, engine: ScriptedEngine, wait_until: Wait
) -> None:
    async with open_window() as window:
        job = next(each for each in engine.fleet.jobs.values() if each.status is JobStatus.FAILED)
        window.groups.course.retry_from(job.job_id)
        box = QApplication.activeModalWidget()
        await wait_until(box.sure_button.isEnabled)  # type: ignore[union-attr]
        QTest.keyClick(box.table, Qt.Key.Key_Return)  # type: ignore[union-attr]
        await wait_until(lambda: engine.fleet.jobs[job.job_id].status is not JobStatus.FAILED)


@pytest.mark.feature("X09")
async def test_a_new_schedule_tells_what_happens_when_the_clock_changes(open_window: Opener, wait_until: Wait) -> None:
    async with open_window() as window:
        window.commands.run("schedule.new")
        box = QApplication.activeModalWidget()
        words = "Sunday 2027-03-28: the clock jumps from 02:00 to 03:00"
        await wait_until(lambda: words in _texts(box.truth))  # type: ignore[union-attr]
        assert any(text.startswith("Nothing runs that day.") for text in _texts(box.truth))  # type: ignore[union-attr]
        box.close()  # type: ignore[union-attr]


async def test_a_demo_that_is_tried_again_leaves_nothing_of_the_first_try(
    open_window: Opener, wait_until: Wait, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.executable", "/nowhere/python")
    async with open_window() as window:
        demo = window.bench.demo
        used = {each.workflow_id for each in window.store.schedules.values()}
        first = next(each for each in window.store.workflows.values() if each.workflow_id not in used)
        demo._left = DemoNotes(tag="demo-1", robots=["demo-1"], workflows={first.workflow_id: first.number})
        demo._become(DemoState.FAILED)
        demo.start()
        await wait_until(lambda: first.workflow_id not in window.store.workflows)
        demo.end()
        await wait_until(lambda: demo.state is DemoState.OFF)


def _texts(widget: object) -> list[str]:
    assert isinstance(widget, QWidget)
    return [each.text() for each in widget.findChildren(QLabel)]
