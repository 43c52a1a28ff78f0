"""Versions of a workflow are compared, rolled back to and deployed; recordings of other tools come in."""

from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication
from scripted_engine import ScriptedEngine

from orchestrator.console.dialogs.deploy import DeployDialog
from orchestrator.console.dialogs.recording import RecordingDialog
from orchestrator.console.dialogs.versions import VersionsDialog
from orchestrator.console.window import ConsoleWindow

pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints")
Wait = Callable[..., Awaitable[None]]
Opener = Callable[[], AbstractAsyncContextManager[ConsoleWindow]]


async def test_an_old_version_is_compared_and_rolled_back_to(
    open_window: Opener, engine: ScriptedEngine, wait_until: Wait
) -> None:
    async with open_window() as window:
        workflow = next(each for each in engine.fleet.workflows.values() if each.number == 3)
        window.groups.workflows.show_versions(workflow.workflow_id)
        box = QApplication.activeModalWidget()
        assert isinstance(box, VersionsDialog)
        await wait_until(lambda: "timeout 30 s" in box.changes.toPlainText())
        assert box._title.text() == "From version 2 to 3"
        box.table.selectRow(0)
        assert not box.back_button.isEnabled()
        box.table.selectRow(2)
        box.back_button.click()
        await wait_until(lambda: engine.fleet.workflows[workflow.workflow_id].number == 4)
        assert engine.fleet.workflows[workflow.workflow_id].note == "rolled back to version 1 in the console"


async def test_a_version_is_brought_to_the_robots_that_one_chooses(
    open_window: Opener, engine: ScriptedEngine, wait_until: Wait
) -> None:
    async with open_window() as window:
        workflow = next(each for each in engine.fleet.workflows.values() if each.number == 3)
        window.groups.rounds.deploy(workflow.workflow_id)
        box = QApplication.activeModalWidget()
        assert isinstance(box, DeployDialog)
        first = next(iter(engine.fleet.robots))
        await wait_until(lambda: "version 1" in box.notes[first].text())
        connected = {each.robot_id for each in engine.fleet.robots.values() if each.status.is_connected}
        assert set(box.chosen) == connected
        box.choose(wanted=False)
        assert not box.sure_button.isEnabled()
        box.boxes[first].setChecked(True)
        assert box.sure_button.text() == "Bring it to 1 robot"
        box.sure_button.click()
        await wait_until(lambda: window.toasts.toasts)
        assert window.toasts.toasts[-1].text.text.startswith("1 robot has it")


@pytest.mark.feature("X26")
async def test_a_recording_shows_what_it_lacks_before_it_is_saved(
    open_window: Opener, engine: ScriptedEngine, wait_until: Wait, tmp_path: Path
) -> None:
    async with open_window() as window:
        path = tmp_path / "login.json"
        path.write_text('{"nothing": []}')
        window.groups.workflows.import_recording(path)
        await wait_until(lambda: window.toasts.toasts)
        assert window.toasts.toasts[-1].text.detail == "This is no recording that is known."
        path.write_text('{"steps": []}')
        window.groups.workflows.import_recording(path)
        await wait_until(lambda: isinstance(QApplication.activeModalWidget(), RecordingDialog))
        box = QApplication.activeModalWidget()
        assert isinstance(box, RecordingDialog)
        before = len(engine.fleet.workflows)
        assert "action: goto" in box.source.toPlainText()
        box.save_button.click()
        await wait_until(lambda: len(engine.fleet.workflows) == before + 1)
