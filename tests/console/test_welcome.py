"""A window whose engine has nothing explains itself; the demo tells its steps and takes everything away again."""

import json
from collections.abc import Awaitable, Callable, Iterator
from contextlib import AbstractAsyncContextManager
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication
from sample_fleet import Fleet
from scripted_desk import clock
from scripted_engine import ScriptedEngine

from orchestrator.console.demo import DemoState
from orchestrator.console.dialogs.local_robot import LocalRobotDialog
from orchestrator.console.panels.dashboard import DashboardPanel
from orchestrator.console.window import ConsoleWindow

pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints")
Wait = Callable[..., Awaitable[None]]
Opener = Callable[[], AbstractAsyncContextManager[ConsoleWindow]]


def dashboard(window: ConsoleWindow) -> DashboardPanel:
    window.show_panel("dashboard")
    panel = window.current_panel
    assert isinstance(panel, DashboardPanel)
    return panel


@pytest.fixture
def engine() -> Iterator[ScriptedEngine]:
    """An engine that nobody has used yet."""
    with ScriptedEngine(Fleet(clock())) as engine:
        yield engine


async def test_a_fresh_engine_is_welcomed_until_one_wants_the_dashboard(open_window: Opener, wait_until: Wait) -> None:
    async with open_window() as window:
        panel = dashboard(window)
        await wait_until(panel.welcome.isVisible)
        assert not panel.page.isVisible()
        assert not window.banner.isVisible()
        panel.welcome.robot.button.click()
        box = QApplication.activeModalWidget()
        assert isinstance(box, LocalRobotDialog)
        box.close()
        panel.welcome.dismiss_button.click()
        assert panel.page.isVisible()
    async with open_window() as window:
        panel = dashboard(window)
        await wait_until(panel.page.isVisible)
        assert not panel.welcome.isVisible()
        window.commands.run("window.welcome")
        assert panel.welcome.isVisible()


async def test_what_a_killed_window_left_of_its_demo_is_taken_away(
    open_window: Opener, engine: ScriptedEngine, wait_until: Wait, tmp_path: Path
) -> None:
    notes = {"tag": "demo-1", "robots": ["demo-1"], "workflows": {"w": 1}, "jobs": ["gone"]}
    (tmp_path / "demo.json").write_text(json.dumps(notes))
    async with open_window() as window:
        await wait_until(lambda: not (tmp_path / "demo.json").exists())
        assert window.bench.demo.state is DemoState.OFF


async def test_a_demo_that_cannot_begin_says_why_and_can_be_ended(
    open_window: Opener, wait_until: Wait, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.executable", "/nowhere/python")
    async with open_window() as window:
        panel = dashboard(window)
        await wait_until(panel.welcome.isVisible)
        panel.welcome.demo.button.click()
        await wait_until(lambda: window.bench.demo.state is DemoState.FAILED)
        assert "cannot be started" in panel.demo.words.text()
        assert panel.demo.isVisible()
        assert panel.demo.again_button.isVisible()
        panel.demo.end_button.click()
        await wait_until(panel.welcome.isVisible)
        assert not panel.demo.isVisible()
