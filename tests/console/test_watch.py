"""What the engine noticed: a banner with an undo, alerts that were seen, what happened while nobody was there."""

from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager

import pytest
from PySide6.QtWidgets import QApplication, QPushButton
from scripted_engine import ScriptedEngine
from scripted_watch import sample_absence, sample_alerts, sample_notice

from orchestrator.console.dialogs.alerts import AlertsDialog
from orchestrator.console.dialogs.away import AwayDialog
from orchestrator.console.dialogs.engine_log import EngineLogSheet
from orchestrator.console.window import ConsoleWindow
from orchestrator.contract.api.notices import NoticeView

pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints")
Wait = Callable[..., Awaitable[None]]
Opener = Callable[[], AbstractAsyncContextManager[ConsoleWindow]]


def put_up(engine: ScriptedEngine) -> NoticeView:
    notice = sample_notice()
    engine.desk.notices[notice.notice_id] = notice
    engine.tell(notices=(notice,))
    return notice


@pytest.mark.feature("X25")
async def test_what_the_engine_switched_off_is_a_banner_with_its_undo(
    open_window: Opener, engine: ScriptedEngine, wait_until: Wait
) -> None:
    async with open_window() as window:
        notice = put_up(engine)
        await wait_until(window.banner.isVisible)
        assert window.banner.accessibleName() == f"{notice.title}. {notice.reason}"
        window.banner.action_clicked.emit()
        await wait_until(lambda: engine.desk.ended_notices)
        assert engine.desk.ended_notices[0].end == "undone"
        await wait_until(lambda: not window.banner.isVisible())


async def test_the_cross_of_that_banner_leaves_things_as_they_are(
    open_window: Opener, engine: ScriptedEngine, wait_until: Wait
) -> None:
    async with open_window() as window:
        put_up(engine)
        await wait_until(window.banner.isVisible)
        window.banner._close.click()
        await wait_until(lambda: engine.desk.ended_notices)
        assert engine.desk.ended_notices[0].end == "dismissed"


@pytest.mark.feature("O42")
async def test_alerts_need_attention_until_somebody_has_seen_them(
    open_window: Opener, engine: ScriptedEngine, wait_until: Wait
) -> None:
    engine.desk.alerts = {alert.alert_id: alert for alert in sample_alerts()}
    async with open_window() as window:
        feed = window.panels["dashboard"].attention  # type: ignore[attr-defined]
        message = "The disk of this machine is 96 % full."
        await wait_until(lambda: message in [item.text for item in feed._items.items[:3]])
        feed.opened.emit("alert", "a-1")
        box = QApplication.activeModalWidget()
        assert isinstance(box, AlertsDialog)
        seen = next(each for each in box.findChildren(QPushButton) if each.accessibleName() == f"Seen: {message}")
        seen.click()
        await wait_until(lambda: engine.desk.alerts["a-1"].acknowledged_at is not None)
        await wait_until(lambda: feed._items.items[-1].text == message)
        box.close()


@pytest.mark.feature("X08")
async def test_after_a_start_the_window_tells_what_happened_meanwhile_until_it_was_read(
    open_window: Opener, engine: ScriptedEngine, wait_until: Wait
) -> None:
    report = sample_absence(engine.desk)
    engine.desk.away = {report.report_id: report}
    async with open_window() as window:
        await wait_until(window.banner.isVisible)
        assert window.banner.accessibleName() == (
            "While you were away: 5 jobs were at work and 1 schedule missed runs."
        )
        window.banner.action_clicked.emit()
        box = QApplication.activeModalWidget()
        assert isinstance(box, AwayDialog)
        lines = [item.text for item in box.jobs._items.items]
        assert lines[0].endswith(" goes on")
        assert lines[4].endswith(" waits for your decision")
        box.done_button.click()
        await wait_until(lambda: not engine.desk.away)
        await wait_until(lambda: not window.banner.isVisible())
        assert not window.commands.is_enabled("watch.away")


@pytest.mark.feature("O58")
async def test_the_engines_own_log_is_read_in_the_window(open_window: Opener, wait_until: Wait) -> None:
    async with open_window() as window:
        window.commands.run("watch.log")
        sheet = window.findChild(EngineLogSheet)
        assert sheet is not None
        await wait_until(lambda: "messages not handled" in sheet.log.view.toPlainText())
        shown = sheet.log.view.toPlainText().splitlines()
        assert [line[9:] for line in shown] == [
            "INFO     [engine.middleware] Action=submit Status=queued",
            "WARNING  [server.gateway] robot=web-01 2 messages not handled: no such job",
        ]
        sheet.log.level.setCurrentIndex(2)
        assert "submit" not in sheet.log.view.toPlainText()
        sheet.reject()
