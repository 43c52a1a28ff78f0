"""The course of a job: why it waits and the fix as a button, pause, priority, checkpoints, proof of a cancel."""

from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager

import pytest
from PySide6.QtWidgets import QApplication, QPushButton
from scripted_engine import ScriptedEngine

from orchestrator.console.dialogs.resume import ResumeDialog
from orchestrator.console.window import ConsoleWindow
from orchestrator.contract.api.jobs import JobView
from orchestrator.contract.states import JobPriority, JobStatus

pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints")
Wait = Callable[..., Awaitable[None]]
Opener = Callable[[], AbstractAsyncContextManager[ConsoleWindow]]


async def opened(window: ConsoleWindow, engine: ScriptedEngine, status: JobStatus, wait_until: Wait) -> JobView:
    job = next(job for job in engine.fleet.jobs.values() if job.status is status)
    window.bench.navigator.open_job(job.job_id)
    await wait_until(lambda: window.detail.job._detail is not None)
    return job


def button(window: ConsoleWindow, words: str) -> QPushButton:
    return next(each for each in window.detail.job.findChildren(QPushButton) if each.text().strip() == words)


@pytest.mark.feature("X01")
async def test_why_a_job_waits_comes_with_its_fix_as_a_button(
    open_window: Opener, engine: ScriptedEngine, wait_until: Wait
) -> None:
    async with open_window() as window:
        job = next(job for job in engine.fleet.jobs.values() if job.status is JobStatus.QUEUED)
        window.bench.navigator.open_job(job.job_id)
        remarks = window.detail.job.overview
        await wait_until(lambda: remarks._shown and remarks._shown[0].actions)
        assert "office-pc: it drains" in remarks._shown[0].code
        button(window, "Resume the robot").click()
        await wait_until(lambda: not engine.fleet.robots["rb-office-pc"].draining)
        await wait_until(lambda: window.toasts.toasts)
        assert window.toasts.toasts[-1].text.text == "Done: Resume the robot."


@pytest.mark.feature("X05")
async def test_a_failed_job_goes_on_from_a_checkpoint_after_a_look_at_the_plan(
    open_window: Opener, engine: ScriptedEngine, wait_until: Wait
) -> None:
    async with open_window() as window:
        job = await opened(window, engine, JobStatus.FAILED, wait_until)
        view = window.detail.job
        view.tabs.setCurrentWidget(view.checkpoints)
        await wait_until(lambda: view.checkpoints.rows.model.total == 3)
        view.checkpoints.table.selectRow(1)
        await wait_until(view.checkpoints.resume_button.isEnabled)
        view.checkpoints.resume_button.click()
        box = QApplication.activeModalWidget()
        assert isinstance(box, ResumeDialog)
        await wait_until(box.sure_button.isEnabled)
        assert box.chosen == "cp-1"
        shown = {pair.name: pair.value for pair in box._facts._shown}
        assert shown["Reused"] == "3 steps: sessions, search_product, search_field"
        assert shown["Runs again"].startswith("4 steps: merge")
        assert engine.fleet.jobs[job.job_id].status is JobStatus.FAILED
        box.sure_button.click()
        await wait_until(lambda: engine.fleet.jobs[job.job_id].status is JobStatus.QUEUED)
        assert engine.fleet.jobs[job.job_id].progress == 0.5


async def test_a_running_job_is_paused_and_undo_lets_it_go_on(
    open_window: Opener, engine: ScriptedEngine, wait_until: Wait
) -> None:
    async with open_window() as window:
        job = await opened(window, engine, JobStatus.RUNNING, wait_until)
        assert window.commands.run("job.pause", window.detail.job.context())
        await wait_until(lambda: engine.fleet.jobs[job.job_id].status is JobStatus.PAUSED)
        await wait_until(lambda: window.toasts.toasts)
        next(a for a in window.toasts.toasts[-1].text.actions if a.title == "Undo").run()
        await wait_until(lambda: engine.fleet.jobs[job.job_id].status is JobStatus.QUEUED)


async def test_a_waiting_job_gets_another_priority_and_undo_gives_the_former_one(
    open_window: Opener, engine: ScriptedEngine, wait_until: Wait
) -> None:
    async with open_window() as window:
        job = next(
            each
            for each in engine.fleet.jobs.values()
            if each.status is JobStatus.QUEUED and each.priority is JobPriority.NORMAL
        )
        window.bench.navigator.open_job(job.job_id)
        menu = window.commands.menu_for(window.detail.job.context(), ("job.pause", "job.priority.high"), window)
        assert [action.text() for action in menu.actions()] == ["Priority: high"]
        menu.actions()[0].trigger()
        await wait_until(lambda: engine.fleet.jobs[job.job_id].priority is JobPriority.HIGH)
        await wait_until(lambda: window.toasts.toasts)
        next(a for a in window.toasts.toasts[-1].text.actions if a.title == "Undo").run()
        await wait_until(lambda: engine.fleet.jobs[job.job_id].priority is JobPriority.NORMAL)


@pytest.mark.feature("X14")
async def test_a_cancelled_job_shows_how_it_was_stopped(
    open_window: Opener, engine: ScriptedEngine, wait_until: Wait
) -> None:
    async with open_window() as window:
        await opened(window, engine, JobStatus.CANCELLED, wait_until)
        await wait_until(lambda: window.detail.job.overview._shown)
        remark = window.detail.job.overview._shown[0]
        assert remark.title == "Stopped within 20.4 s"
        assert remark.advice == "Nothing of it is left."
        assert " 10.00 s  its pages closed" in remark.code


async def test_a_dead_letter_says_what_to_decide_and_offers_it(
    open_window: Opener, engine: ScriptedEngine, wait_until: Wait
) -> None:
    async with open_window() as window:
        await wait_until(lambda: window.bench.concerns.letters.value)
        job = await opened(window, engine, JobStatus.DEAD_LETTER, wait_until)
        await wait_until(lambda: window.detail.job.overview._shown[0].caption == "Somebody has to decide")
        button(window, "Continue").click()
        box = QApplication.activeModalWidget()
        assert box is not None
        box.sure_button.click()  # type: ignore[attr-defined]
        await wait_until(lambda: engine.fleet.jobs[job.job_id].status is JobStatus.QUEUED)
