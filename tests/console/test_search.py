"""Everything is found while one types, and leads to its place."""

from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from scripted_engine import ScriptedEngine

from orchestrator.console.dialogs.search import SearchSheet, as_typed
from orchestrator.console.window import ConsoleWindow
from orchestrator.contract.api.common import ErrorBody

pytestmark = [pytest.mark.qt_log_ignore("propagateSizeHints"), pytest.mark.feature("X23")]
Wait = Callable[..., Awaitable[None]]
Opener = Callable[[], AbstractAsyncContextManager[ConsoleWindow]]


def sheet() -> SearchSheet:
    box = QApplication.activeModalWidget()
    assert isinstance(box, SearchSheet)
    return box


def titles(box: SearchSheet) -> list[str]:
    return [row.title for row in box.list.hits.rows if row.open is None]


async def test_a_log_line_is_found_while_one_types_and_opens_at_its_place(
    open_window: Opener, engine: ScriptedEngine, wait_until: Wait
) -> None:
    async with open_window() as window:
        window.commands.run("window.search_everything")
        box = sheet()
        QTest.keyClicks(box.field, "dropping")
        await wait_until(lambda: any("Log lines" in title for title in titles(box)))
        line = next(number for number, row in enumerate(box.list.hits.rows) if row.is_code)
        assert box.list.hits.rows[line].marks
        wanted = box.list.hits.rows[line].excerpt
        box.list.setCurrentIndex(box.list.hits.index(line, 0))
        QTest.keyClick(box.field, Qt.Key.Key_Return)
        job = window.detail.job
        await wait_until(lambda: wanted in job.log.view.marked_text)
        assert job.tabs.currentWidget() is job.log
        assert not job.log.follow.isChecked()


async def test_what_cannot_be_answered_is_said_and_tried_again(
    open_window: Opener, engine: ScriptedEngine, wait_until: Wait
) -> None:
    async with open_window() as window:
        engine.refuse["GET /search"] = ErrorBody(code="storage", message="The disk is slow.")
        box = window.groups.search.open("export")
        await wait_until(lambda: box.state.accessibleDescription() == "The disk is slow.")
        del engine.refuse["GET /search"]
        box.state.action_clicked.emit()
        box.search_for("zyzzyva")
        await wait_until(lambda: box.state.accessibleName() == "Nothing is found")
        box.search_for("")
        await wait_until(lambda: "Jobs, robots" in box.state.accessibleName())
        box.reject()


async def test_the_palette_ends_with_what_the_engine_found(open_window: Opener, wait_until: Wait) -> None:
    async with open_window() as window:
        window.commands.run("window.palette")
        palette = window.palette_box
        palette.field.setText("dropping")

        def texts() -> list[str]:
            return [palette.results.item(row).text() for row in range(palette.results.rowCount())]

        await wait_until(lambda: texts() and texts()[-1] == "Search everything for “dropping”")
        assert len(texts()) > 1


@pytest.mark.parametrize(
    ("typed", "asked"),
    [("inv", "inv*"), ("a b", "a b*"), ('"a b', '"a b'), ("status:fail", "status:fail"), ("x.", "x.")],
)
def test_the_last_word_is_still_being_typed(typed: str, asked: str) -> None:
    assert as_typed(typed) == asked
