"""A proposed repair stands among the failures, is looked at, approved with the jobs that wait, and taken back."""

from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from scripted_engine import ScriptedEngine
from scripted_repairs import sample_repairs

from orchestrator.console.dialogs.repair import RepairDialog
from orchestrator.console.panels.failures import LETTERS, REPAIRS, FailuresPanel
from orchestrator.console.window import ConsoleWindow

pytestmark = [pytest.mark.qt_log_ignore("propagateSizeHints"), pytest.mark.feature("X19")]
Wait = Callable[..., Awaitable[None]]
Opener = Callable[[], AbstractAsyncContextManager[ConsoleWindow]]


def undo(window: ConsoleWindow) -> None:
    next(action.run for action in window.toasts.toasts[-1].text.actions if action.title == "Undo")()


async def test_a_repair_is_approved_after_a_look_rejected_with_a_key_and_both_are_taken_back(
    open_window: Opener, engine: ScriptedEngine, wait_until: Wait
) -> None:
    engine.desk.repairs.update({each.repair_id: each for each in sample_repairs(engine.desk)})

    def state(repair_id: str) -> str:
        return engine.desk.repairs[repair_id].state

    async with open_window() as window:
        window.show_part("failures", REPAIRS)
        panel = window.current_panel
        assert isinstance(panel, FailuresPanel)
        rows, table = panel.repairs.rows.model, panel.repairs.table
        await wait_until(lambda: rows.total == 2)
        place = rows.place_of("repair-1")
        assert place is not None
        table.selectRow(place)
        QTest.keyClick(table, Qt.Key.Key_Return)
        box = QApplication.activeModalWidget()
        assert isinstance(box, RepairDialog)
        await wait_until(box.waiting.isVisible)
        assert box.waiting.text() == "Take along 3 jobs that wait for version 7"
        assert "Month end" in box.pinned.text()
        box.choices.button(1).setChecked(True)
        box.approve_button.click()
        await wait_until(lambda: window.toasts.toasts)
        approved = engine.desk.repairs["repair-1"]
        assert (approved.state, approved.after[0], approved.carried) == ("approved", "testid=send-order", 3)
        assert "looks for testid=send-order now, in version 8." in window.toasts.toasts[-1].text.text
        await wait_until(lambda: rows.total == 1)
        undo(window)
        await wait_until(lambda: state("repair-1") == "open" and rows.total == 2)

        place = rows.place_of("repair-2")
        assert place is not None
        table.selectRow(place)
        QTest.keyClick(table, Qt.Key.Key_Delete)
        await wait_until(lambda: state("repair-2") == "rejected" and rows.total == 1)
        undo(window)
        await wait_until(lambda: state("repair-2") == "open" and rows.total == 2)


async def test_whoever_follows_the_count_of_the_rail_comes_to_the_repairs(
    open_window: Opener, engine: ScriptedEngine, wait_until: Wait
) -> None:
    async with open_window() as window:
        concerns = window.bench.concerns
        engine.desk.repairs.update({each.repair_id: each for each in sample_repairs(engine.desk)})
        concerns.repairs.ask()
        await wait_until(lambda: concerns.open_repairs and concerns.failures.value)
        concerns.failures.value = concerns.failures.value.model_copy(update={"items": ()})  # type: ignore[union-attr]
        window.show_panel("failures")
        panel = window.current_panel
        assert isinstance(panel, FailuresPanel)
        assert panel.part.key in (LETTERS, REPAIRS)
        panel.part.selected.emit("groups")
        assert panel.part.key == "groups", "who looks for failures stays with them"
