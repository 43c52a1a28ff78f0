"""Robots are taken out of work with a clock, for maintenance, and restarted."""

from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager

import pytest
from PySide6.QtWidgets import QApplication
from scripted_engine import ScriptedEngine

from orchestrator.console.dialogs.drain import DrainDialog, MaintenanceDialog
from orchestrator.console.widgets.question import QuestionSheet
from orchestrator.console.window import ConsoleWindow

pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints")
Wait = Callable[..., Awaitable[None]]
Opener = Callable[[], AbstractAsyncContextManager[ConsoleWindow]]


@pytest.mark.feature("X20")
async def test_a_robot_is_drained_until_a_deadline_and_says_when_it_is_free(
    open_window: Opener, engine: ScriptedEngine, wait_until: Wait
) -> None:
    async with open_window() as window:
        window.bench.navigator.open_robot("rb-web-01")
        assert window.commands.run("robot.drain_until", window.detail.robot.context())
        box = QApplication.activeModalWidget()
        assert isinstance(box, DrainDialog)
        await wait_until(lambda: box.clock.text() == "web-01 is free in about 4 min.")
        assert not box.ends.button(1).isEnabled()
        box.deadline.setCurrentIndex(2)
        box.ends.button(1).setChecked(True)
        box.sure_button.click()
        await wait_until(lambda: engine.fleet.robots["rb-web-01"].draining)
        await wait_until(lambda: window.toasts.toasts)
        assert window.toasts.toasts[-1].text.text.endswith("then: hand-over.")
        facts, words = window.detail.robot.facts, "web-01 is free in about 4 min."
        await wait_until(lambda: words in [pair.value for pair in facts._shown if pair.name == "Out of work"])
        next(a for a in window.toasts.toasts[-1].text.actions if a.title == "Undo").run()
        await wait_until(lambda: not engine.fleet.robots["rb-web-01"].draining)


async def test_maintenance_needs_a_reason_that_everybody_sees(
    open_window: Opener, engine: ScriptedEngine, wait_until: Wait
) -> None:
    async with open_window() as window:
        window.groups.robots.maintain("rb-web-02")
        box = QApplication.activeModalWidget()
        assert isinstance(box, MaintenanceDialog)
        box.sure_button.click()
        assert box.isVisible()
        box.reason.setText("New browser")
        box.sure_button.click()
        await wait_until(lambda: engine.fleet.robots["rb-web-02"].note == "Maintenance: New browser")


async def test_a_restart_asks_first(open_window: Opener, engine: ScriptedEngine, wait_until: Wait) -> None:
    async with open_window() as window:
        window.groups.robots.restart("rb-web-02")
        box = QApplication.activeModalWidget()
        assert isinstance(box, QuestionSheet)
        assert not engine.desk.restarted
        box.sure_button.click()
        await wait_until(lambda: engine.desk.restarted == ("rb-web-02",))
