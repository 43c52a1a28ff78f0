"""Robots of this computer: started and stopped from the window, and gone with it."""

import os
import signal
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path

import psutil
import pytest
from PySide6.QtWidgets import QApplication
from scripted_engine import ScriptedEngine

from orchestrator.console.dialogs.local_robot import LocalRobotDialog
from orchestrator.console.dialogs.stop_robot import StopRobotSheet
from orchestrator.console.local_robots import LocalRobot, LocalSpec, _remembered
from orchestrator.console.panels.robots import RobotsPanel
from orchestrator.console.window import ConsoleWindow
from orchestrator.contract.states import RobotStatus
from orchestrator.fleet import kept_robot
from orchestrator.fleet.child import ChildCommand
from orchestrator.fleet.kept_robot import KeptState, RobotOrder

pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints")
Wait = Callable[..., Awaitable[None]]
Opener = Callable[[], AbstractAsyncContextManager[ConsoleWindow]]
NAME = "desk-1"


@pytest.fixture(autouse=True)
def _small_processes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Robots' processes are small programs here, which end with their pipe as robots do."""

    def command(order: RobotOrder) -> ChildCommand:
        return ChildCommand(name=order.name, arguments=["-c", "import sys; sys.stdin.read()"], log_file=order.log_file)

    monkeypatch.setattr(RobotOrder, "command", command)
    monkeypatch.setattr(kept_robot, "PAUSES_S", (0.0,))


async def started(window: ConsoleWindow, wait_until: Wait, name: str = NAME) -> LocalRobot:
    """Through the dialog, as a person does."""
    window.commands.run("local.new")
    box = QApplication.activeModalWidget()
    assert isinstance(box, LocalRobotDialog)
    box.name.setText(name)
    box.tags.setText("berlin, berlin , fast")
    box.sure_button.click()
    await wait_until(lambda: (robot := window.bench.local.one(name)) and robot.pid)
    robot = window.bench.local.one(name)
    assert robot is not None
    return robot


def strip_words(window: ConsoleWindow, name: str = NAME) -> str:
    panel = window.panels["robots"]
    assert isinstance(panel, RobotsPanel)
    return panel.local.rows[name].words.text()


async def test_a_robot_is_started_stopped_and_started_again_in_the_window(
    open_window: Opener, wait_until: Wait
) -> None:
    async with open_window() as window:
        robot = await started(window, wait_until)
        assert robot.spec == LocalSpec(name=NAME, slots=robot.spec.slots, tags=("berlin", "fast"))
        await wait_until(lambda: window.current_panel.key == "robots" and strip_words(window) == "is starting…")
        row = window.panels["robots"].local.rows[NAME]  # type: ignore[attr-defined]
        row.buttons["local.stop"].click()
        await wait_until(lambda: window.bench.local.one(NAME).state is KeptState.STOPPED)  # type: ignore[union-attr]
        assert not psutil.pid_exists(robot.pid)
        assert strip_words(window) == "stopped"
        row.buttons["local.start"].click()
        await wait_until(lambda: window.bench.local.one(NAME).pid not in (0, robot.pid))  # type: ignore[union-attr]
        await window.bench.local.stop(NAME)


async def test_a_name_that_is_taken_is_refused_where_it_is_written(
    open_window: Opener, engine: ScriptedEngine, wait_until: Wait
) -> None:
    async with open_window() as window:
        taken = next(each for each in engine.fleet.robots.values() if each.status.is_connected)
        await wait_until(lambda: taken.robot_id in window.store.robots)
        window.commands.run("local.new")
        box = QApplication.activeModalWidget()
        assert isinstance(box, LocalRobotDialog)
        box.name.setText(" ")
        box.sure_button.click()
        assert "Name" in box._complaint.text()
        box.name.setText(taken.name)
        box.sure_button.click()
        await wait_until(lambda: "another robot is connected" in box._complaint.text())
        assert window.bench.local.all() == ()
        box.close()


async def test_a_crash_is_told_and_the_robot_comes_back(open_window: Opener, wait_until: Wait) -> None:
    async with open_window() as window:
        robot = await started(window, wait_until)
        os.kill(robot.pid, signal.SIGKILL)
        await wait_until(lambda: window.bench.local.one(NAME).pid not in (0, robot.pid))  # type: ignore[union-attr]
        assert any(toast.text.text == f"{NAME} does not run" for toast in window.toasts.toasts)
        await window.bench.local.stop(NAME)


async def test_one_that_works_finishes_first_and_ends_when_it_is_free(
    open_window: Opener, engine: ScriptedEngine, wait_until: Wait
) -> None:
    view = next(each for each in engine.fleet.robots.values() if each.slots_busy)
    engine.fleet.robots[view.robot_id] = view.model_copy(update={"status": RobotStatus.OFFLINE})
    async with open_window() as window:
        await started(window, wait_until, view.name)
        busy = view.model_copy(update={"status": RobotStatus.BUSY, "slots_busy": 1})
        engine.fleet.robots[view.robot_id] = busy
        engine.tell(robots=(busy,))
        await wait_until(lambda: window.store.robots[view.robot_id].status is RobotStatus.BUSY)
        window.groups.local.stop(view.name)
        box = QApplication.activeModalWidget()
        assert isinstance(box, StopRobotSheet)
        await wait_until(lambda: "free in about 4 min" in box.clock.text())
        box.finish_button.click()
        await wait_until(lambda: strip_words(window, view.name) == "finishes its work, then stops")
        assert window.bench.local.one(view.name).state is KeptState.RUNNING  # type: ignore[union-attr]
        engine.tell(robots=(busy.model_copy(update={"slots_busy": 0}),))
        await wait_until(
            lambda: window.bench.local.one(view.name).state is KeptState.STOPPED  # type: ignore[union-attr]
        )


async def test_those_that_belong_to_the_window_start_with_it_and_the_others_wait(
    open_window: Opener, wait_until: Wait
) -> None:
    async with open_window() as window:
        await started(window, wait_until)
        client = window.bench.link.client
        await window.bench.local.start(client, LocalSpec(name="other", with_window=False))
        await wait_until(lambda: window.bench.local.one("other").pid)  # type: ignore[union-attr]
        window.bench.local.let_go()
        await window.bench.local.close()
    async with open_window() as window:
        await wait_until(lambda: window.bench.local.one(NAME).pid)  # type: ignore[union-attr]
        assert window.bench.local.one("other").state is KeptState.STOPPED  # type: ignore[union-attr]
        window.bench.local.forget("other")
        assert window.bench.local.one("other") is None
        await window.bench.local.stop(NAME)


async def test_robots_follow_their_engine_to_another_token(
    open_window: Opener, engine: ScriptedEngine, wait_until: Wait, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with open_window() as window:
        robot = await started(window, wait_until)
        given = await window.bench.link.client.enrolment()

        async def moved() -> object:
            return given.model_copy(update={"token": "another"})

        monkeypatch.setattr(window.bench.link.client, "enrolment", moved)
        await window.bench.local._follow_engine()
        await wait_until(lambda: window.bench.local.one(NAME).pid not in (0, robot.pid))  # type: ignore[union-attr]
        await window.bench.local.stop(NAME)


def test_a_damaged_memory_holds_no_robot(tmp_path: Path) -> None:
    (tmp_path / "robots.json").write_text("[{]")
    assert _remembered(tmp_path / "robots.json") == []
    assert _remembered(tmp_path / "none.json") == []
