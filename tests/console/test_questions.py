"""Runs ask people: the questions stand in one place, come as a toast, and are answered there."""

from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from datetime import timedelta

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from scripted_engine import ScriptedEngine

from orchestrator.console.dialogs.answer import AnswerDialog
from orchestrator.console.panels.questions import QuestionsPanel
from orchestrator.console.window import ConsoleWindow
from orchestrator.contract.live import Then
from orchestrator.contract.questions import Question, QuestionKind, QuestionStatus, QuestionText
from orchestrator.contract.states import JobStatus

pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints")
Wait = Callable[..., Awaitable[None]]
Opener = Callable[[], AbstractAsyncContextManager[ConsoleWindow]]


async def questions_of(window: ConsoleWindow, wait_until: Wait) -> QuestionsPanel:
    window.show_panel("questions")
    panel = window.current_panel
    assert isinstance(panel, QuestionsPanel)
    await wait_until(lambda: panel.rows.model.total == 3)
    return panel


def dialog() -> AnswerDialog:
    box = QApplication.activeModalWidget()
    assert isinstance(box, AnswerDialog)
    return box


def press(words: str) -> None:
    next(button for button in dialog().answer_buttons if button.text() == words).click()


@pytest.mark.feature("X04")
async def test_a_run_is_approved_with_a_note(open_window: Opener, engine: ScriptedEngine, wait_until: Wait) -> None:
    async with open_window() as window:
        panel = await questions_of(window, wait_until)
        place = panel.rows.model.place_of("q-0")
        assert place is not None
        panel.table.selectRow(place)
        QTest.keyClick(panel.table, Qt.Key.Key_Return)
        dialog().note.setText("Fine by me.")
        press("Approve")
        await wait_until(lambda: engine.desk.questions["q-0"].status is QuestionStatus.ANSWERED)
        answered = engine.desk.questions["q-0"]
        assert (answered.answer, answered.note) == ("yes", "Fine by me.")
        await wait_until(lambda: panel.rows.model.total == 2)


async def test_an_answer_is_one_of_the_choices_and_the_default_is_chosen(
    open_window: Opener, engine: ScriptedEngine, wait_until: Wait
) -> None:
    async with open_window() as window:
        await questions_of(window, wait_until)
        window.groups.questions.answer("q-1")
        box = dialog()
        assert box.choices.button(0).isChecked()
        box.choices.button(1).setChecked(True)
        press("Send the answer")
        await wait_until(lambda: engine.desk.questions["q-1"].answer == "RE-2041-K")


async def test_the_most_urgent_question_is_one_key_away_and_later_answers_nothing(
    open_window: Opener, engine: ScriptedEngine, wait_until: Wait
) -> None:
    async with open_window() as window:
        await questions_of(window, wait_until)
        assert window.commands.run("question.next")
        assert dialog().question.question_id == "q-2"
        QTest.keyClick(dialog(), Qt.Key.Key_Escape)
        assert engine.desk.questions["q-2"].status is QuestionStatus.OPEN


async def test_a_new_question_comes_as_a_toast_that_opens_it(
    open_window: Opener, engine: ScriptedEngine, wait_until: Wait
) -> None:
    async with open_window() as window:
        await questions_of(window, wait_until)
        assert not window.toasts.toasts
        job = next(job for job in engine.fleet.jobs.values() if job.status is JobStatus.RUNNING)
        now = window.bench.clock()
        text = QuestionText(kind=QuestionKind.ANSWER, question="Which account?", deadline_s=60)
        taken = QuestionText(kind=QuestionKind.SOLVE, question="Ada has it.", choices=tuple(Then), deadline_s=60)
        questions = {
            each_id: Question(
                question_id=each_id, job_id=job.job_id, attempt=1, step_id="details", text=each, asked_at=now,
                deadline_at=now + timedelta(seconds=60),
            )
            for each_id, each in (("q-8", taken), ("q-9", text))
        }  # fmt: skip
        engine.call(lambda: engine.desk.questions.update(questions))
        engine.change_job(job.job_id, status=JobStatus.WAITING_FOR_HUMAN)
        await wait_until(lambda: window.toasts.toasts)
        (toast,) = (each.text for each in window.toasts.toasts)
        assert toast.detail == "Which account?", "nobody is asked for what somebody took"
        toast.actions[0].run()
        dialog().text.setPlainText("The second")
        press("Send the answer")
        await wait_until(lambda: engine.desk.questions["q-9"].answer == "The second")


async def test_the_rail_counts_what_waits(open_window: Opener, wait_until: Wait) -> None:
    async with open_window() as window:
        await wait_until(lambda: window.rail._buttons["questions"].accessibleName() == "For you, 3")
