"""Failures stand together, are found by their message, retried and called solved; dead letters are decided about."""

from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from scripted_engine import ScriptedEngine

from orchestrator.console.dialogs.bulk import BulkDialog
from orchestrator.console.panels.failures import LETTERS, FailuresPanel
from orchestrator.console.widgets.filter_bar import FilterChoice
from orchestrator.console.widgets.note_sheet import NoteSheet
from orchestrator.console.widgets.question import QuestionSheet
from orchestrator.console.window import ConsoleWindow
from orchestrator.contract.api.common import ErrorBody
from orchestrator.contract.states import JobStatus

pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints")
Wait = Callable[..., Awaitable[None]]
Opener = Callable[[], AbstractAsyncContextManager[ConsoleWindow]]
FAILED = (JobStatus.FAILED, JobStatus.TIMEOUT)
INVOICES = "Expected 12 invoices, found 11."


async def failures_of(window: ConsoleWindow, wait_until: Wait) -> FailuresPanel:
    window.show_panel("failures")
    panel = window.current_panel
    assert isinstance(panel, FailuresPanel)
    await wait_until(lambda: panel.groups.model.total == 4)
    return panel


def failed_with(engine: ScriptedEngine, message: str) -> int:
    return sum(
        job.status in FAILED and job.error is not None and job.error.message == message
        for job in engine.fleet.jobs.values()
    )


def offer(window: ConsoleWindow, title: str) -> Callable[[], None]:
    return next(action.run for action in window.toasts.toasts[-1].text.actions if action.title == title)


async def choose_invoices(window: ConsoleWindow, panel: FailuresPanel, wait_until: Wait) -> str:
    panel.filter_bar.set_choice(FilterChoice(frozenset({"open"}), "invoices FOUND"))
    await wait_until(lambda: panel.groups.model.total == 1)
    panel.group_table.selectRow(0)
    window.commands.refresh()
    group = panel.groups.model.row_at(0)
    assert group is not None
    assert group.sample == INVOICES
    return group.fingerprint


@pytest.mark.feature("X11", "X12")
async def test_a_failure_is_found_by_its_message_opened_and_all_its_jobs_retried(
    open_window: Opener, engine: ScriptedEngine, wait_until: Wait
) -> None:
    async with open_window() as window:
        panel = await failures_of(window, wait_until)
        QTest.keyClick(window, Qt.Key.Key_F, Qt.KeyboardModifier.ControlModifier)
        assert window.current_panel is panel
        await choose_invoices(window, panel, wait_until)
        times = failed_with(engine, INVOICES)
        QTest.keyClick(panel.group_table, Qt.Key.Key_Return)
        view = window.detail.failure
        await wait_until(lambda: view.jobs.model.total == times)
        assert view.head.title.text() == "Assertion failed in step merge"
        assert view.places.model.total > 1
        QTest.keyClick(panel.group_table, Qt.Key.Key_R)
        box = QApplication.activeModalWidget()
        assert isinstance(box, BulkDialog)
        assert not box.sure_button.isEnabled()
        await wait_until(lambda: box.sure_button.text() == f"Retry {times} jobs")
        assert failed_with(engine, INVOICES) == times
        box.sure_button.click()
        await wait_until(lambda: window.toasts.toasts)
        assert failed_with(engine, INVOICES) == 0
        assert window.toasts.toasts[-1].text.text == f"{times} jobs are queued again."
        offer(window, "Undo")()
        await wait_until(lambda: failed_with(engine, INVOICES) == times)


@pytest.mark.feature("X11")
async def test_a_failure_is_called_solved_with_a_note_and_undo_reopens_it(
    open_window: Opener, wait_until: Wait
) -> None:
    async with open_window() as window:
        panel = await failures_of(window, wait_until)
        await choose_invoices(window, panel, wait_until)
        assert not window.commands.is_enabled("failure.reopen")
        window.commands.run("failure.solve")
        box = QApplication.activeModalWidget()
        assert isinstance(box, NoteSheet)
        box.note.setPlainText("The portal counts again.")
        box.sure_button.click()
        await wait_until(lambda: panel.groups.model.total == 0)
        panel.filter_bar.set_choice(FilterChoice(frozenset({"solved"})))
        await wait_until(lambda: panel.groups.model.total == 1)
        solved = panel.groups.model.row_at(0)
        assert solved is not None
        assert solved.note == "The portal counts again."
        offer(window, "Undo")()
        await wait_until(lambda: panel.groups.model.total == 0)


@pytest.mark.feature("X27")
async def test_a_dead_letter_that_may_have_been_done_asks_before_it_is_retried(
    open_window: Opener, engine: ScriptedEngine, wait_until: Wait
) -> None:
    async with open_window() as window:
        panel = await failures_of(window, wait_until)
        window.bench.navigator.show_part("failures", LETTERS)
        await wait_until(lambda: panel.letters.model.total == 2)
        panel.letter_table.selectRow(0)
        unsafe, safe = (panel.letters.model.row_at(row) for row in range(2))
        assert unsafe is not None
        assert safe is not None
        window.commands.run("letter.retry")
        box = QApplication.activeModalWidget()
        assert isinstance(box, QuestionSheet)
        box.sure_button.click()
        await wait_until(lambda: engine.fleet.jobs[unsafe.job.job_id].status is JobStatus.QUEUED)
        window.groups.letters.resume(safe.job.job_id)
        await wait_until(lambda: engine.fleet.jobs[safe.job.job_id].progress == 0.5)


@pytest.mark.feature("X27")
async def test_discarding_a_dead_letter_needs_a_reason(open_window: Opener, wait_until: Wait) -> None:
    async with open_window() as window:
        panel = await failures_of(window, wait_until)
        panel.show_part(LETTERS)
        await wait_until(lambda: panel.letters.model.total == 2)
        panel.letter_table.selectRow(1)
        QTest.keyClick(panel.letter_table, Qt.Key.Key_Delete)
        box = QApplication.activeModalWidget()
        assert isinstance(box, NoteSheet)
        box.sure_button.click()
        assert box.isVisible()
        box.note.setPlainText("The order was placed by hand.")
        box.sure_button.click()
        await wait_until(lambda: panel.letters.model.total == 1)


async def test_failures_that_cannot_be_read_say_why_and_are_asked_for_again(
    open_window: Opener, engine: ScriptedEngine, wait_until: Wait
) -> None:
    engine.refuse["GET /failures"] = ErrorBody(code="storage", message="The disk is full.")
    async with open_window() as window:
        window.show_panel("failures")
        panel = window.current_panel
        assert isinstance(panel, FailuresPanel)
        await wait_until(lambda: panel.group_table._overlay_text().explanation == "The disk is full.")
        engine.refuse.clear()
        panel.group_table.retry_load.emit()
        await wait_until(lambda: panel.groups.model.total == 4)


async def test_the_rail_counts_open_failures_and_dead_letters(open_window: Opener, wait_until: Wait) -> None:
    async with open_window() as window:
        await wait_until(lambda: window.rail._buttons["failures"].accessibleName() == "Failures, 6")
