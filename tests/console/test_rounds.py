"""Robots restart in turn and can be left alone, answers can be looked at, and an incident leaves as one file."""

from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication
from scripted_desk import clock
from scripted_engine import ScriptedEngine
from scripted_rounds import INCIDENT

from orchestrator.console.commands import CommandContext
from orchestrator.console.dialogs.question_history import QuestionHistorySheet
from orchestrator.console.dialogs.rollout import RestartDialog, RolloutSheet
from orchestrator.console.window import ConsoleWindow
from orchestrator.contract.api.common import ErrorBody
from orchestrator.contract.questions import QuestionStatus

pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints")
Wait = Callable[..., Awaitable[None]]
Opener = Callable[[], AbstractAsyncContextManager[ConsoleWindow]]


def left_in(folder: Path) -> set[str]:
    return {each.name for each in folder.iterdir() if "incident" in each.name}


@pytest.mark.feature("X20")
async def test_robots_restart_in_turn_and_those_that_wait_can_be_left_alone(
    open_window: Opener, engine: ScriptedEngine, wait_until: Wait
) -> None:
    async with open_window() as window:
        window.commands.run("robots.restart")
        await wait_until(lambda: isinstance(QApplication.activeModalWidget(), RestartDialog))
        choice = QApplication.activeModalWidget()
        assert isinstance(choice, RestartDialog)
        number = len(choice.boxes)
        assert choice.sure_button.text() == f"Restart {number} robots"
        choice.sure_button.click()
        await wait_until(lambda: isinstance(QApplication.activeModalWidget(), RolloutSheet))
        sheet = QApplication.activeModalWidget()
        assert isinstance(sheet, RolloutSheet)
        assert sheet.words.text() == f"0 of {number} robots are back, {number - 1} wait."
        sheet.stop_button.click()
        await wait_until(lambda: sheet.words.text() == f"0 of {number} robots are back.")
        view = engine.desk.rollouts["ro-1"]
        assert [each.state for each in view.robots] == ["draining", *["skipped"] * (number - 1)]
        sheet.close()
        window.commands.run("robots.restart")
        await wait_until(lambda: isinstance(QApplication.activeModalWidget(), RolloutSheet))
        over = view.model_copy(update={"ended_at": clock()})
        engine.call(lambda: engine.desk.rollouts.update({"ro-1": over}))
        again = QApplication.activeModalWidget()
        assert isinstance(again, RolloutSheet)
        await wait_until(lambda: "it is over" in again.words.text())
        again.close()


async def test_answered_questions_tell_who_answered_what(
    open_window: Opener, engine: ScriptedEngine, wait_until: Wait
) -> None:
    asked = engine.desk.questions["q-0"]
    engine.desk.questions["q-0"] = asked.model_copy(
        update={
            "status": QuestionStatus.ANSWERED,
            "answer": "yes",
            "answered_by": "anna",
            "answered_at": clock(),
            "note": "Fine by me.",
        }
    )
    async with open_window() as window:
        window.show_panel("questions")
        window.commands.run("question.history")
        sheet = QApplication.activeModalWidget()
        assert isinstance(sheet, QuestionHistorySheet)
        await wait_until(lambda: sheet.rows.model.total == 1)
        assert not sheet.job_button.isEnabled()
        sheet.table.selectRow(0)
        assert sheet.note.text() == f"{asked.text.question}  Note: Fine by me."
        sheet.job_button.click()
        await wait_until(window.detail.isVisible)
        assert window.detail.context().ids == (asked.job_id,)


async def test_an_incident_is_exported_whole_or_not_at_all(
    open_window: Opener, engine: ScriptedEngine, wait_until: Wait, tmp_path: Path
) -> None:
    job_id = next(iter(engine.fleet.jobs))
    path = tmp_path / "incident.zip"
    async with open_window() as window:
        assert window.commands.command("job.incident").enabled(CommandContext(kind="job", ids=(job_id,)))
        engine.refuse[f"GET /jobs/{job_id}/incident"] = ErrorBody(code="gone", message="Its files are gone.")
        window.groups.incidents.export(job_id, path)
        await wait_until(lambda: any(toast.text.detail == "Its files are gone." for toast in window.toasts.toasts))
        assert left_in(tmp_path) == set()
        engine.refuse.clear()
        window.groups.incidents.export(job_id, path)
        await wait_until(path.exists)
        assert left_in(tmp_path) == {path.name}
        assert path.read_bytes() == INCIDENT
        await wait_until(lambda: any("incident.zip" in toast.text.text for toast in window.toasts.toasts))
