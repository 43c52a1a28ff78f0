"""Closing a window whose own engine is at work asks first; the desktop is told rarely, and only what matters."""

from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot
from scripted_engine import ScriptedEngine
from scripted_watch import sample_alerts

from orchestrator.console.farewell import FarewellSheet
from orchestrator.console.notifications import Courier
from orchestrator.console.tray import Tray
from orchestrator.console.window import ConsoleWindow
from orchestrator.contract.states import JobStatus, RobotStatus

pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints")
Wait = Callable[..., Awaitable[None]]
Opener = Callable[[], AbstractAsyncContextManager[ConsoleWindow]]


def sheet() -> FarewellSheet:
    box = QApplication.activeModalWidget()
    assert isinstance(box, FarewellSheet)
    return box


async def test_finish_first_gives_robots_nothing_new_and_closes_after_the_last_job(
    open_window: Opener, engine: ScriptedEngine, wait_until: Wait
) -> None:
    async with open_window() as window:
        window.farewell.owns_engine = True
        window.close()
        assert window.isVisible()
        sheet().finish_button.click()
        await wait_until(lambda: engine.fleet.robots["rb-web-01"].draining)
        assert window.banner.accessibleName() == "Finishing 6 jobs, then Botswain closes."
        for job in [job for job in engine.fleet.jobs.values() if job.status is JobStatus.RUNNING]:
            engine.change_job(job.job_id, status=JobStatus.COMPLETED)
        await wait_until(lambda: not window.isVisible())


async def test_whoever_stays_gives_robots_work_again(
    open_window: Opener, engine: ScriptedEngine, wait_until: Wait
) -> None:
    async with open_window() as window:
        window.farewell.owns_engine = True
        window.close()
        sheet().finish_button.click()
        await wait_until(lambda: engine.fleet.robots["rb-web-02"].draining)
        window.banner.action_clicked.emit()
        await wait_until(lambda: not engine.fleet.robots["rb-web-02"].draining)
        assert engine.fleet.robots["rb-office-pc"].draining
        window.farewell.owns_engine = False


async def test_stop_now_closes_and_a_window_of_another_engine_asks_nothing(open_window: Opener) -> None:
    async with open_window() as window:
        window.farewell.owns_engine = True
        window.close()
        sheet().stop_button.click()
        assert not window.isVisible()
    async with open_window() as window:
        window.close()
        assert QApplication.activeModalWidget() is None
        assert not window.isVisible()


@pytest.mark.qt_log_ignore("propagateSizeHints", "systemTrayWindowChanged")
async def test_a_window_whose_tray_is_gone_can_be_found_again(
    open_window: Opener, monkeypatch: pytest.MonkeyPatch, wait_until: Wait
) -> None:
    async with open_window() as window:
        window.farewell.owns_engine = True
        monkeypatch.setattr(Tray, "is_there", True)
        window.close()
        sheet().keep_button.click()
        assert window.isHidden()
        window.tray._look.setInterval(1)
        monkeypatch.setattr(Tray, "is_there", False)
        await wait_until(window.isMinimized)
        assert not window.isHidden()
        window.farewell.owns_engine = False


async def test_the_desktop_hears_of_lost_robots_and_critical_alerts_while_nobody_looks(
    open_window: Opener, engine: ScriptedEngine, wait_until: Wait
) -> None:
    async with open_window() as window:
        sent: list[str] = []
        window.notifications._courier = Courier(lambda title, text: sent.append(f"{title}: {text}"), pause_ms=0)
        window.notifications._is_seen = lambda: False
        lost = engine.fleet.robots["rb-web-02"].model_copy(update={"status": RobotStatus.LOST})
        engine.tell(robots=(lost,), alerts=sample_alerts())
        await wait_until(lambda: len(sent) == 2)
        assert sent[0].startswith("Robot web-02 is lost")
        assert sent[1] == "Botswain: The disk of this machine is 96 % full."
        assert "6 running, 14 waiting" in window.tray.words


def test_many_messages_become_one(qtbot: QtBot) -> None:
    sent: list[tuple[str, str]] = []
    courier = Courier(lambda title, text: sent.append((title, text)), pause_ms=30)
    for number in range(5):
        courier.tell(f"Robot {number} is lost", "")
    assert sent == [("Robot 0 is lost", "")]
    qtbot.waitUntil(lambda: len(sent) == 2)
    assert sent[1][0] == "4 things need you"
