"""The week ahead is foretold from the schedules, and the history of one says what was missed."""

from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from datetime import UTC, datetime, timedelta

import pytest
from PySide6.QtWidgets import QApplication

from orchestrator.console.dialogs.forecast import ForecastDialog
from orchestrator.console.dialogs.schedule_history import ScheduleHistoryDialog
from orchestrator.console.load_forecast import Planned, hourly_load
from orchestrator.console.window import ConsoleWindow

pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints")
Wait = Callable[..., Awaitable[None]]
Opener = Callable[[], AbstractAsyncContextManager[ConsoleWindow]]
BEGIN = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)


@pytest.mark.feature("X10")
def test_a_run_weighs_on_every_hour_that_it_lasts_into() -> None:
    night = Planned(name="Night", fires=(BEGIN + timedelta(minutes=30),), seconds=5_400)
    day = Planned(name="Day", fires=(BEGIN + timedelta(minutes=40),), seconds=1_200)
    hours = hourly_load([night, day], BEGIN, slots=1)
    assert [round(hour.share, 2) for hour in hours[:3]] == [0.83, 1.0, 0.0]
    assert [hour.runs for hour in hours[:2]] == [2, 0]
    assert hours[0].names == ("Night", "Day")
    assert len(hours) == 168


def test_runs_of_unknown_length_are_counted_and_weigh_nothing() -> None:
    hours = hourly_load([Planned(name="New", fires=(BEGIN,), seconds=None)], BEGIN, slots=0)
    assert (hours[0].runs, hours[0].share) == (1, 0.0)


@pytest.mark.feature("X10")
async def test_the_week_ahead_is_shown_with_its_busiest_hour(open_window: Opener, wait_until: Wait) -> None:
    async with open_window() as window:
        assert window.commands.run("schedule.forecast")
        box = QApplication.activeModalWidget()
        assert isinstance(box, ForecastDialog)
        await wait_until(lambda: box.verdict.text().startswith("Enough room. The busiest hour is"))
        facts = {pair.name: pair.value for pair in box.facts._shown}
        assert facts["Runs"].endswith("of 4 schedules, 10 slots")
        assert "Invoices of the week" in facts["Not known"]
        assert len(box.map._cells) == 168


async def test_the_history_of_a_schedule_says_what_was_missed_and_opens_the_job(
    open_window: Opener, wait_until: Wait
) -> None:
    async with open_window() as window:
        window.groups.schedules.show_history("sc-0")
        box = QApplication.activeModalWidget()
        assert isinstance(box, ScheduleHistoryDialog)
        await wait_until(lambda: box.total.text() == "4 runs were missed")
        assert box.rows.model.total == 13
        box.table.opened.emit(box.rows.model.id_at(0))
        assert window.detail.isVisible()
