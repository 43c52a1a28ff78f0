"""Working in the window changes the engine: jobs, robots, schedules, workflows."""

from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from scripted_engine import ScriptedEngine

from orchestrator.console.commands import CommandContext
from orchestrator.console.widgets.filter_bar import FilterChoice
from orchestrator.console.widgets.question import QuestionSheet
from orchestrator.console.window import ConsoleWindow
from orchestrator.contract.api.common import ErrorBody
from orchestrator.contract.api.jobs import JobView
from orchestrator.contract.states import JobStatus, RobotStatus

pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints")
Wait = Callable[..., Awaitable[None]]
Opener = Callable[[], AbstractAsyncContextManager[ConsoleWindow]]


def first(engine: ScriptedEngine, status: JobStatus) -> JobView:
    return next(job for job in engine.fleet.jobs.values() if job.status is status)


async def show_only(window: ConsoleWindow, job: JobView, wait_until: Wait) -> None:
    window.show_jobs(FilterChoice(text=job.job_id))
    await wait_until(lambda: window.jobs.model.total == 1 and window.jobs.model.row_at(0) is not None)
    window.jobs.table.selectRow(0)


@pytest.mark.feature("C69", "C72")
async def test_the_queue_is_filtered_by_status_and_words(open_window: Opener, wait_until: Wait) -> None:
    async with open_window() as window:
        window.show_panel("jobs")
        await wait_until(lambda: window.jobs.model.total == 300)
        window.jobs.filter_bar.set_choice(FilterChoice(frozenset({"running"})))
        await wait_until(lambda: window.jobs.model.total == 6)
        assert all(window.jobs.model.row_at(n).status is JobStatus.RUNNING for n in range(6))  # type: ignore[union-attr]
        window.jobs.filter_bar.set_choice(FilterChoice(text="status:pending"))
        await wait_until(lambda: window.jobs.model.total == 2)


@pytest.mark.feature("C71")
async def test_cancelling_a_queued_job_needs_no_question_and_undo_queues_it_again(
    open_window: Opener, engine: ScriptedEngine, wait_until: Wait
) -> None:
    async with open_window() as window:
        job = first(engine, JobStatus.QUEUED)
        await show_only(window, job, wait_until)
        QTest.keyClick(window.jobs.table, Qt.Key.Key_Delete)
        await wait_until(lambda: engine.fleet.jobs[job.job_id].status is JobStatus.CANCELLED)
        await wait_until(lambda: window.toasts.toasts)
        next(a for a in window.toasts.toasts[-1].text.actions if a.title == "Undo").run()
        await wait_until(lambda: engine.fleet.jobs[job.job_id].status is JobStatus.QUEUED)


@pytest.mark.feature("C71")
async def test_cancelling_a_running_job_asks_first(
    open_window: Opener, engine: ScriptedEngine, wait_until: Wait
) -> None:
    async with open_window() as window:
        job = first(engine, JobStatus.RUNNING)
        await show_only(window, job, wait_until)
        assert window.commands.run("job.cancel")
        box = QApplication.activeModalWidget()
        assert isinstance(box, QuestionSheet)
        assert box.keep_button.isDefault()
        assert engine.fleet.jobs[job.job_id].status is JobStatus.RUNNING
        box.sure_button.click()
        await wait_until(lambda: engine.fleet.jobs[job.job_id].status is JobStatus.CANCELLED)


@pytest.mark.feature("C71")
async def test_r_retries_a_failed_job(open_window: Opener, engine: ScriptedEngine, wait_until: Wait) -> None:
    async with open_window() as window:
        job = first(engine, JobStatus.FAILED)
        await show_only(window, job, wait_until)
        QTest.keyClick(window.jobs.table, Qt.Key.Key_R)
        await wait_until(lambda: engine.fleet.jobs[job.job_id].status is JobStatus.QUEUED)
        await wait_until(lambda: window.jobs.model.row_at(0).status is JobStatus.QUEUED)  # type: ignore[union-attr]


async def test_a_refused_change_says_why_and_can_be_tried_again(
    open_window: Opener, engine: ScriptedEngine, wait_until: Wait
) -> None:
    async with open_window() as window:
        job = first(engine, JobStatus.FAILED)
        await show_only(window, job, wait_until)
        engine.refuse["POST"] = ErrorBody(code="storage", message="The disk is full.", hint="Make room.")
        window.commands.run("job.retry")
        await wait_until(lambda: window.toasts.toasts)
        toast = window.toasts.toasts[-1].text
        assert toast.detail == "The disk is full. Make room."
        engine.refuse.clear()
        toast.actions[0].run()
        await wait_until(lambda: engine.fleet.jobs[job.job_id].status is JobStatus.QUEUED)


@pytest.mark.feature("C70", "C78")
async def test_enter_opens_the_job_with_its_error_first(
    open_window: Opener, engine: ScriptedEngine, wait_until: Wait
) -> None:
    async with open_window() as window:
        job = first(engine, JobStatus.FAILED)
        await show_only(window, job, wait_until)
        QTest.keyClick(window.jobs.table, Qt.Key.Key_Return)
        detail = window.detail.job
        await wait_until(lambda: detail._detail is not None)
        assert window.detail.isVisible()
        assert job.error is not None
        assert detail.overview._shown[0].title == job.error.message
        assert detail.overview._shown[0].advice == job.error.hint
        await wait_until(lambda: detail.steps.model.total == 8)
        detail.tabs.setCurrentWidget(detail.log)
        await wait_until(lambda: "37 jobs" in detail.log.view.toPlainText())
        assert '"site"' in detail.inputs.text()
        assert detail.files.files.count() == 2


async def test_an_open_job_follows_the_engine(open_window: Opener, engine: ScriptedEngine, wait_until: Wait) -> None:
    async with open_window() as window:
        job = first(engine, JobStatus.RUNNING)
        window.bench.navigator.open_job(job.job_id)
        await wait_until(lambda: window.detail.job._detail is not None)
        engine.change_job(job.job_id, progress=0.99, current_step="Nearly there")
        await wait_until(lambda: "Nearly there" in window.detail.job.head.caption.text())


async def test_a_new_job_asks_for_what_the_workflow_needs(
    open_window: Opener, engine: ScriptedEngine, wait_until: Wait
) -> None:
    async with open_window() as window:
        before = set(engine.fleet.jobs)
        window.commands.run("job.new")
        box = QApplication.activeModalWidget()
        await wait_until(lambda: "site" in box.form.fields)  # type: ignore[union-attr]
        box.submit_button.click()  # type: ignore[union-attr]
        assert box.form.fields["site"]._complaint.text() == "Required: give a value."  # type: ignore[union-attr]
        assert set(engine.fleet.jobs) == before
        box.form.fields["site"].input.setText("http://127.0.0.1:8080")  # type: ignore[union-attr]
        box.form.fields["max_pages"].input.setText("many")  # type: ignore[union-attr]
        assert box.form.values() is None  # type: ignore[union-attr]
        box.form.fields["max_pages"].input.setText("3")  # type: ignore[union-attr]
        assert box.form.values()["product_keywords"] == ["Salesforce Agentforce", "Agentforce"]  # type: ignore[union-attr]
        box.submit_button.click()  # type: ignore[union-attr]
        await wait_until(lambda: len(engine.fleet.jobs) == len(before) + 1)


@pytest.mark.feature("C65", "C66", "C67", "C68")
async def test_a_robot_is_opened_given_work_drained_and_read(
    open_window: Opener, engine: ScriptedEngine, wait_until: Wait
) -> None:
    async with open_window() as window:
        window.show_panel("robots")
        panel = window.current_panel
        table = panel.table  # type: ignore[attr-defined]
        await wait_until(lambda: table.model().rowCount() == 4)
        assert table.paged.row_at(0).status is RobotStatus.LOST
        place = table.paged.place_of("rb-web-02")
        table.selectRow(place)
        QTest.keyClick(table, Qt.Key.Key_Return)
        view = window.detail.robot
        assert view.head.title.text() == "web-02"
        view.tabs.setCurrentWidget(view.log)
        await wait_until(lambda: "37 jobs" in view.log.view.toPlainText())
        view.drain_button.click()
        await wait_until(lambda: engine.fleet.robots["rb-web-02"].draining)
        await wait_until(view.resume_button.isVisible)
        window.commands.run("robot.send")
        box = QApplication.activeModalWidget()
        assert box.robot.currentData() == "rb-web-02"  # type: ignore[union-attr]
        box.close()  # type: ignore[union-attr]


async def test_a_schedule_is_previewed_added_paused_and_removed(
    open_window: Opener, engine: ScriptedEngine, wait_until: Wait
) -> None:
    async with open_window() as window:
        window.show_panel("schedules")
        window.commands.run("schedule.new")
        box = QApplication.activeModalWidget()
        await wait_until(lambda: box.truth.words.text() == "At 09:00, Monday to Friday")  # type: ignore[union-attr]
        box.cron.setText("0 9 *")  # type: ignore[union-attr]
        await wait_until(lambda: not box.save_button.isEnabled())  # type: ignore[union-attr]
        assert box.truth.words.text() == "No preview"  # type: ignore[union-attr]
        box.cron.setText("30 7 * * 1")  # type: ignore[union-attr]
        await wait_until(box.save_button.isEnabled)  # type: ignore[union-attr]
        box.name.setText("Mondays")  # type: ignore[union-attr]
        await wait_until(lambda: "site" in box.form.fields)  # type: ignore[union-attr]
        box.form.fields["site"].input.setText("https://ardan.example")  # type: ignore[union-attr]
        box.save_button.click()  # type: ignore[union-attr]
        await wait_until(lambda: any(each.name == "Mondays" for each in window.store.schedules.values()))
        added = next(each.schedule_id for each in engine.fleet.schedules.values() if each.name == "Mondays")
        assert engine.fleet.schedules[added].variables["site"] == "https://ardan.example"
        table = window.current_panel.table  # type: ignore[attr-defined]
        await wait_until(lambda: table.selected_ids() == (added,))
        assert table.current_id() == added
        window.commands.run("schedule.pause")
        await wait_until(lambda: not engine.fleet.schedules[added].enabled)
        window.commands.run("schedule.remove")
        box = QApplication.activeModalWidget()
        assert isinstance(box, QuestionSheet)
        box.sure_button.click()
        await wait_until(lambda: added not in window.store.schedules)


@pytest.mark.feature("C77")
async def test_the_tree_shows_folders_and_the_chosen_workflow(open_window: Opener, wait_until: Wait) -> None:
    async with open_window() as window:
        window.show_panel("workflows")
        panel = window.current_panel
        await wait_until(lambda: panel.model.rowCount() == 4)  # type: ignore[attr-defined]
        names = {panel.model.item(row).text() for row in range(4)}  # type: ignore[attr-defined]
        assert names == {"Finance", "Marketplace", "Research", "Portal Health Check"}
        await wait_until(lambda: "steps:" in panel.source.toPlainText())  # type: ignore[attr-defined]
        assert panel.steps.model.total == 8  # type: ignore[attr-defined]


async def test_a_wrong_workflow_file_is_explained_and_a_right_one_stored(
    open_window: Opener, engine: ScriptedEngine, wait_until: Wait, tmp_path: Path
) -> None:
    async with open_window() as window:
        path = tmp_path / "flow.yaml"
        path.write_text("steps: [{action: nonsense}]")
        window.groups.workflows.import_file(path)
        await wait_until(lambda: QApplication.activeModalWidget() is not None)
        box = QApplication.activeModalWidget()
        assert box.windowTitle() == "flow.yaml has 1 mistake"  # type: ignore[union-attr]
        box.close()  # type: ignore[union-attr]
        path.write_text("steps: [{action: goto}]")
        window.groups.workflows.import_file(path)
        await wait_until(lambda: any(each.name == "Imported" for each in window.store.workflows.values()))


@pytest.mark.feature("C73", "C74", "C75", "C76", "O56")
async def test_the_metrics_draw_four_charts_with_one_crosshair(open_window: Opener, wait_until: Wait) -> None:
    async with open_window() as window:
        window.show_panel("metrics")
        panel = window.current_panel
        charts = (panel.durations, panel.outcomes, panel.queue)  # type: ignore[attr-defined]
        await wait_until(lambda: all(chart._plot is not None and chart._has_data() for chart in charts))
        assert "web-01 86 %" in panel.robots.accessibleDescription()  # type: ignore[attr-defined]
        at = panel.queue._series[0].points[10][0]  # type: ignore[attr-defined]
        panel.durations.hovered.emit(at)  # type: ignore[attr-defined]
        assert panel.queue._readout.text().startswith("Waiting")  # type: ignore[attr-defined]
        assert "succeeded" in panel.outcomes._readout.text()  # type: ignore[attr-defined]


async def test_what_can_do_nothing_is_not_offered(open_window: Opener, monkeypatch: pytest.MonkeyPatch) -> None:
    online, ended = frozenset({"online", "enabled"}), frozenset({"failed"})
    async with open_window() as window:
        is_enabled = window.commands.is_enabled
        workflow = CommandContext(kind="workflow", ids=("w",))
        robot = CommandContext(kind="robot", ids=("r",), states=online)
        schedule = CommandContext(kind="schedule", ids=("s",), states=online)
        job = CommandContext(kind="job", ids=("j",), states=ended)
        wanted = {
            workflow: ("workflow.run", "workflow.versions", "workflow.remove", "workflow.deploy"),
            robot: ("robot.send", "robot.drain", "robot.maintain", "robot.restart", "robots.restart"),
            schedule: ("schedule.run", "schedule.edit", "schedule.pause", "schedule.forecast"),
            job: ("job.retry", "job.again"),
        }
        for context, commands in wanted.items():
            assert all(is_enabled(each, context) for each in commands)
            assert not any(is_enabled(each, replace(context, connected=False)) for each in commands)
        assert not is_enabled("job.again", replace(job, ids=("j", "k")))
        monkeypatch.setattr(window.store, "robots", {})
        monkeypatch.setattr(window.store, "schedules", {})
        assert not is_enabled("robots.restart", CommandContext())
        assert not is_enabled("workflow.deploy", workflow)
        assert not is_enabled("schedule.forecast", CommandContext())
