"""The window as its user has it: panels, keyboard, names, banners, looks."""

from collections import Counter
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QLineEdit,
    QPlainTextEdit,
    QWidget,
)
from scripted_engine import ScriptedEngine

from orchestrator.console.dialogs.local_robot import LocalRobotDialog
from orchestrator.console.store import ConnectionState
from orchestrator.console.theme.theme import ThemeMode
from orchestrator.console.window import ConsoleWindow
from orchestrator.contract.states import JobStatus

pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints")
Wait = Callable[..., Awaitable[None]]
Opener = Callable[[], AbstractAsyncContextManager[ConsoleWindow]]
FAILED = (JobStatus.FAILED, JobStatus.TIMEOUT)
_CONTROLS = (QAbstractButton, QAbstractItemView, QLineEdit, QComboBox, QPlainTextEdit, QAbstractSpinBox)
PANELS = ("dashboard", "jobs", "failures", "questions", "robots", "schedules", "workflows", "metrics", "wall")


@pytest.mark.feature("C01", "C60")
async def test_ctrl_and_a_number_lead_to_every_panel(open_window: Opener, wait_until: Wait) -> None:
    async with open_window() as window:
        window.activateWindow()
        await wait_until(window.isActiveWindow)
        for number, key in enumerate(PANELS):
            QTest.keyClick(window, Qt.Key(Qt.Key.Key_1 + number), Qt.KeyboardModifier.ControlModifier)
            await wait_until(lambda key=key: window.current_panel.key == key)


@pytest.mark.feature("C61", "C62", "O56")
async def test_the_cards_show_the_fleet_and_lead_to_what_they_count(open_window: Opener, wait_until: Wait) -> None:
    async with open_window() as window:
        window.show_panel("dashboard")
        dashboard = window.current_panel
        await wait_until(lambda: "3 / 4" in dashboard.robots_card.accessibleName())  # type: ignore[attr-defined]
        assert dashboard.running_card.accessibleName() == "Running: 6"  # type: ignore[attr-defined]
        dashboard.running_card.clicked.emit()  # type: ignore[attr-defined]
        assert window.current_panel is window.jobs
        await wait_until(lambda: window.jobs.model.total == 6)
        window.show_panel("dashboard")
        dashboard.failed_card.clicked.emit()  # type: ignore[attr-defined]
        assert window.current_panel.key == "failures"


@pytest.mark.feature("C63")
async def test_the_success_chart_is_drawn_with_its_gap(open_window: Opener, wait_until: Wait) -> None:
    async with open_window() as window:
        chart = window.panels["dashboard"].success_chart  # type: ignore[attr-defined]
        await wait_until(lambda: chart._series and chart._plot is not None)
        values = [value for _, value in chart._series[0].points]
        assert None in values
        assert all(0 <= value <= 1 for value in values if value is not None)


@pytest.mark.feature("C64")
async def test_what_happens_shows_first_in_the_recent_activity(
    open_window: Opener, engine: ScriptedEngine, wait_until: Wait
) -> None:
    async with open_window() as window:
        feed = window.panels["dashboard"].activity  # type: ignore[attr-defined]
        await wait_until(lambda: feed.model().rowCount() > 10)
        job = next(iter(engine.fleet.jobs.values()))
        engine.change_job(job.job_id, current_step="Something new")
        await wait_until(lambda: job.workflow_name in feed.model().index(0, 0).data())
        opened: list[str] = []
        window.bench.navigator.detail_wanted.connect(lambda _, item: opened.append(item))
        feed.clicked.emit(feed.model().index(0, 0))
        assert opened == [job.job_id]


def unnamed(root: QWidget) -> list[str]:
    """The controls of a window or dialog that a screen reader would have no words for."""
    return [
        f"{type(widget).__name__} in {type(widget.parent()).__name__}"
        for widget in root.findChildren(QWidget)
        if isinstance(widget, _CONTROLS)
        and widget.focusPolicy() & Qt.FocusPolicy.TabFocus
        and not widget.isHidden()
        and widget.window() is root
        and not (widget.accessibleName() or getattr(widget, "text", str)())
    ]


def tab_round(root: QWidget) -> int:
    """How many controls Tab visits until it comes back to one; 0 when it stays where it is."""
    seen: set[int] = set()
    for _ in range(120):
        focused = QApplication.focusWidget()
        if focused is None or id(focused) in seen:
            break
        assert focused.window() is root
        seen.add(id(focused))
        QTest.keyClick(focused, Qt.Key.Key_Tab)
    return len(seen)


async def test_every_control_has_a_name_in_every_panel(open_window: Opener, wait_until: Wait) -> None:
    async with open_window() as window:
        job = next(iter(window.store.jobs))
        window.bench.navigator.open_job(job)
        await wait_until(lambda: window.detail.job._detail is not None)
        for key in PANELS:
            window.show_panel(key)
            for tab in range(window.detail.job.tabs.count()):
                window.detail.job.tabs.setCurrentIndex(tab)
            assert unnamed(window) == [], key


@pytest.mark.parametrize(
    "command", ["job.new", "schedule.new", "robot.enrol", "window.keys", "watch.alerts", "schedule.forecast"]
)
async def test_every_dialog_names_its_controls_and_lets_tab_go_round(
    open_window: Opener, wait_until: Wait, command: str
) -> None:
    async with open_window() as window:
        window.commands.run(command)
        box = QApplication.activeModalWidget()
        assert box is not None
        await wait_until(lambda: getattr(QApplication.focusWidget(), "window", QWidget)() is box)
        assert unnamed(box) == []
        assert tab_round(box) >= 1
        QTest.keyClick(box, Qt.Key.Key_Escape)
        assert QApplication.activeModalWidget() is None


async def test_the_dialogs_about_one_thing_name_their_controls_too(
    open_window: Opener, engine: ScriptedEngine, wait_until: Wait
) -> None:
    async with open_window() as window:
        await wait_until(lambda: window.bench.concerns.open_questions and window.bench.concerns.failures.value)
        failed = next(job.job_id for job in engine.fleet.jobs.values() if job.status is JobStatus.FAILED)
        group = window.bench.concerns.failures.value.items[0].fingerprint  # type: ignore[union-attr]
        dialogs: tuple[Callable[[], None], ...] = (
            lambda: window.groups.failures.retry(group),
            lambda: window.groups.failures.solve(group),
            lambda: window.groups.course.retry_from(failed),
            lambda: window.groups.questions.answer("q-0"),
            lambda: window.groups.questions.answer("q-1"),
            lambda: window.groups.robots.drain_until("rb-web-01"),
            lambda: window.groups.robots.maintain("rb-web-01"),
            lambda: window.groups.workflows.show_versions("wf-profile"),
            lambda: window.groups.schedules.show_history("sc-0"),
            window.groups.watch.show_away,
            window._ask_farewell,
        )
        for open_dialog in dialogs:
            open_dialog()
            box = QApplication.activeModalWidget()
            assert box is not None
            assert unnamed(box) == [], box.windowTitle()
            QTest.keyClick(box, Qt.Key.Key_Escape)
            assert QApplication.activeModalWidget() is None


async def test_tab_leaves_every_control_again(open_window: Opener) -> None:
    async with open_window() as window:
        for key in PANELS:
            window.show_panel(key)
            assert tab_round(window) > 3, key


async def test_what_went_wrong_before_the_window_opened_needs_attention_too(
    open_window: Opener, engine: ScriptedEngine, wait_until: Wait
) -> None:
    async with open_window() as window:
        feed = window.panels["dashboard"].attention  # type: ignore[attr-defined]
        failed = Counter(job.error.message for job in engine.fleet.jobs.values() if job.status in FAILED and job.error)
        message, times = failed.most_common(1)[0]
        wanted = f"{times} × {message}"  # noqa: RUF001 - the sign for times
        await wait_until(lambda: wanted in {item.text for item in feed._items.items})
        line = next(item for item in feed._items.items if item.text == wanted)
        feed.opened.emit(*line.target)
        await wait_until(lambda: window.detail.failure.group is not None)
        assert window.detail.failure.group.sample == message  # type: ignore[union-attr]


async def test_a_narrow_table_hides_what_matters_least_and_shows_it_again(
    open_window: Opener, wait_until: Wait
) -> None:
    async with open_window() as window:
        window.show_panel("jobs")
        table = window.jobs.table
        keys = [column.key for column in window.jobs.model.columns]
        await wait_until(lambda: not table.isColumnHidden(keys.index("attempt")))
        window.bench.navigator.open_job(next(iter(window.store.jobs)))
        await wait_until(lambda: table.isColumnHidden(keys.index("attempt")))
        assert not table.isColumnHidden(keys.index("duration"))
        assert table.horizontalScrollBar().maximum() == 0
        window.detail.close_pane()
        await wait_until(lambda: not table.isColumnHidden(keys.index("attempt")))


async def test_every_model_keeps_qts_contract(open_window: Opener, wait_until: Wait, qtmodeltester: Any) -> None:
    async with open_window() as window:
        window.show_panel("jobs")
        await wait_until(lambda: window.jobs.model.total == 300)
        models = [view.model() for view in window.findChildren(QAbstractItemView) if view.model() is not None]
        assert len(models) > 8
        for model in dict.fromkeys(models):
            qtmodeltester.check(model)


async def test_the_palette_jumps_to_a_robot(open_window: Opener, wait_until: Wait) -> None:
    async with open_window() as window:
        window.palette_box.open()
        window.palette_box.field.setText("robot berlin")
        QTest.keyClick(window.palette_box.field, Qt.Key.Key_Return)
        assert window.detail.isVisible()
        assert window.detail.robot.head.title.text() == "berlin-03"


async def test_the_look_changes_at_run_time_and_is_remembered(open_window: Opener) -> None:
    async with open_window() as window:
        window.commands.run("window.theme")
        assert window.theme.tokens.is_dark
        assert window.bench.settings.theme is ThemeMode.DARK
        window.commands.run("window.theme")
        assert not window.theme.tokens.is_dark


async def test_a_lost_connection_is_said_and_mended(
    open_window: Opener, engine: ScriptedEngine, wait_until: Wait
) -> None:
    async with open_window() as window:
        engine.stop()
        await wait_until(lambda: window.store.state is ConnectionState.LOST)
        assert window.banner.isVisible()
        assert window.veil.isVisible()
        assert not window.commands.is_enabled("job.new")
        engine.start()
        await wait_until(lambda: window.store.is_connected, 20)
        assert not window.veil.isVisible()
        assert window.commands.is_enabled("job.new")


async def test_without_a_robot_the_banner_offers_the_command(
    open_window: Opener, engine: ScriptedEngine, wait_until: Wait
) -> None:
    async with open_window() as window:
        gone = tuple(engine.fleet.robots)
        engine.tell(removed_robots=gone)
        await wait_until(window.banner.isVisible)
        window.banner.action_clicked.emit()
        box = QApplication.activeModalWidget()
        assert isinstance(box, LocalRobotDialog)
        assert box.name.text()
        box.close()


async def test_connecting_a_robot_of_another_computer_shows_the_command(open_window: Opener, wait_until: Wait) -> None:
    async with open_window() as window:
        window.commands.run("robot.enrol")
        box = QApplication.activeModalWidget()
        assert box is not None
        await wait_until(lambda: "botswain-robot run" in box.command.toPlainText())  # type: ignore[attr-defined]
        box.close()


async def test_f1_shows_the_keys(open_window: Opener) -> None:
    async with open_window() as window:
        window.commands.run("window.keys")
        box = QApplication.activeModalWidget()
        assert box is not None
        assert box.windowTitle() == "Keyboard"
        box.close()
