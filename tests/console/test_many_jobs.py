"""Many jobs at once: selected, previewed, changed and taken back; views with names; the list as a file."""

import csv
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication
from scripted_engine import ScriptedEngine

from orchestrator.console.dialogs.bulk import BulkDialog
from orchestrator.console.job_export import _harmless
from orchestrator.console.widgets.filter_bar import FilterChoice
from orchestrator.console.window import ConsoleWindow
from orchestrator.contract.states import JobPriority, JobStatus

pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints")
Wait = Callable[..., Awaitable[None]]
Opener = Callable[[], AbstractAsyncContextManager[ConsoleWindow]]


def with_status(engine: ScriptedEngine, status: JobStatus) -> int:
    return sum(job.status is status for job in engine.fleet.jobs.values())


async def show_queued(window: ConsoleWindow, wait_until: Wait) -> None:
    window.show_jobs(FilterChoice(text="status:queued"))
    await wait_until(lambda: window.jobs.model.total == 12 and window.jobs.model.row_at(11) is not None)


def bulk_dialog() -> BulkDialog:
    box = QApplication.activeModalWidget()
    assert isinstance(box, BulkDialog)
    return box


@pytest.mark.feature("X12")
async def test_several_jobs_are_cancelled_after_a_preview_and_undo_brings_them_back(
    open_window: Opener, engine: ScriptedEngine, wait_until: Wait
) -> None:
    async with open_window() as window:
        await show_queued(window, wait_until)
        ids = tuple(window.jobs.model.id_at(row) or "" for row in range(3))
        window.jobs.table.chosen.select(ids)
        assert window.jobs.selection_bar.isVisible()
        assert window.jobs.selection_bar.words.text() == "3 selected"
        window.commands.run("job.cancel")
        box = bulk_dialog()
        await wait_until(lambda: box.sure_button.text() == "Cancel 3 jobs")
        box.sure_button.click()
        await wait_until(lambda: with_status(engine, JobStatus.QUEUED) == 9)
        await wait_until(lambda: window.toasts.toasts)
        next(a for a in window.toasts.toasts[-1].text.actions if a.title == "Undo").run()
        await wait_until(lambda: with_status(engine, JobStatus.QUEUED) == 12)


@pytest.mark.feature("X12")
async def test_all_that_match_get_another_priority(
    open_window: Opener, engine: ScriptedEngine, wait_until: Wait
) -> None:
    async with open_window() as window:
        await show_queued(window, wait_until)
        window.jobs.table.chosen.select(tuple(window.jobs.model.id_at(row) or "" for row in range(2)))
        bar = window.jobs.selection_bar
        assert bar.all_button.text() == "Select all 12 jobs that match"
        bar.all_button.click()
        assert bar.words.text() == "All 12 that match"
        assert window.commands.run("job.priority.critical")
        box = bulk_dialog()
        await wait_until(lambda: box.sure_button.text() == "Change 12 jobs")
        box.sure_button.click()
        queued = [job.job_id for job in engine.fleet.jobs.values() if job.status is JobStatus.QUEUED]
        await wait_until(lambda: all(engine.fleet.jobs[each].priority is JobPriority.CRITICAL for each in queued))
        bar.cleared.emit()
        assert not bar.isVisible()
        assert window.jobs.context().fitting is None


async def test_a_view_is_saved_under_a_name_shown_again_and_removed(open_window: Opener, wait_until: Wait) -> None:
    async with open_window() as window:
        await show_queued(window, wait_until)
        window.commands.run("jobs.save_view")
        box = QApplication.activeModalWidget()
        box.note.setPlainText("My queue")  # type: ignore[union-attr]
        box.sure_button.click()  # type: ignore[union-attr]
        window.jobs.filter_bar.reset()
        await wait_until(lambda: window.jobs.model.total == 300)
        menu = window.groups.views.menu()
        next(action for action in menu.actions() if action.text() == "My queue").trigger()
        await wait_until(lambda: window.jobs.model.total == 12)
        window.groups.views.views.remove("My queue")
        assert "My queue" not in [action.text() for action in window.groups.views.menu().actions()]


async def test_the_jobs_that_match_become_a_file_for_a_spreadsheet(
    open_window: Opener, wait_until: Wait, tmp_path: Path
) -> None:
    async with open_window() as window:
        await show_queued(window, wait_until)
        window.groups.views.export(tmp_path / "jobs.csv")
        await wait_until(lambda: window.toasts.toasts)
        assert window.toasts.toasts[-1].text.text == "12 jobs are in jobs.csv."
        with (tmp_path / "jobs.csv").open(encoding="utf-8-sig", newline="") as file:
            rows = list(csv.DictReader(file))
        assert {row["status"] for row in rows} == {"queued"}
        window.groups.views.export(tmp_path / "no such folder" / "jobs.csv")
        await wait_until(lambda: "could not be written" in window.toasts.toasts[-1].text.detail)


def test_words_of_a_page_are_no_formula_in_a_spreadsheet() -> None:
    assert _harmless("=HYPERLINK(1)") == "'=HYPERLINK(1)"
    assert _harmless("No element matches") == "No element matches"
