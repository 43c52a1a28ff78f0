"""Log, JSON tree, rail, banner, segments, property list, step picture and dots of charts: each does its one thing."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from PySide6.QtCore import QAbstractItemModel, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QToolButton
from pytestqt.qtbot import QtBot

from orchestrator.console.banners import notice_of
from orchestrator.console.charts.time_series import TIME_STEPS, lone_points, tick_step
from orchestrator.console.formatting import (
    byte_size,
    count,
    duration,
    duration_so_far,
    exact_time,
    percent,
    relative_time,
    short_count,
)
from orchestrator.console.store import ConnectionState, ConsoleStore
from orchestrator.console.theme.theme import Theme
from orchestrator.console.theme.tokens import Tone
from orchestrator.console.widgets.banner import Banner
from orchestrator.console.widgets.empty_state import EmptyState, EmptyText
from orchestrator.console.widgets.feed import Feed, FeedItem
from orchestrator.console.widgets.json_tree import JsonTree
from orchestrator.console.widgets.log_view import LogLine, LogView
from orchestrator.console.widgets.nav_rail import NavItem, NavRail
from orchestrator.console.widgets.property_list import Property, PropertyList
from orchestrator.console.widgets.segmented import SegmentedControl
from orchestrator.console.widgets.step_graph import GraphNode, StepGraph
from orchestrator.contract.api.figures import DashboardView

pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints")
NOW = datetime(2026, 11, 21, 14, 0, tzinfo=UTC)
Check = Callable[[QAbstractItemModel], None]


def line(text: str, level: str = "INFO") -> LogLine:
    return LogLine(at=NOW, level=level, text=text, source="search")


@pytest.fixture
def check_model(qtmodeltester: Any) -> Check:
    def check(model: QAbstractItemModel) -> None:
        qtmodeltester.check(model)

    return check


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (relative_time(NOW - timedelta(seconds=1), NOW), "now"),
        (relative_time(NOW - timedelta(minutes=4), NOW), "4 min ago"),
        (relative_time(NOW + timedelta(hours=2), NOW), "in 2 h"),
        (relative_time(None, NOW), "–"),  # noqa: RUF001 - the dash that tables show
        (exact_time(NOW, UTC), "Sat 21 Nov 2026, 14:00:00 UTC"),
        (duration(timedelta(seconds=0.34)), "340 ms"),
        (duration(timedelta(seconds=200)), "3 min 20 s"),
        (duration_so_far(timedelta(seconds=6.7)), "6 s"),
        (duration_so_far(timedelta(seconds=-3)), "0 s"),
        (count(12_345), "12,345"),
        (short_count(12_300), "12.3k"),
        (byte_size(3_482), "3.4 KiB"),
        (percent(0.974), "97.4 %"),
    ],
)
def test_figures_become_words(words: str, expected: str) -> None:
    assert words == expected


def test_the_log_shows_only_what_passes_level_and_text(theme: Theme, qtbot: QtBot) -> None:
    view = LogView(theme)
    qtbot.addWidget(view)
    view.append_lines([line("page 1 read"), line("page 2 failed", "ERROR"), line("noise", "DEBUG")])
    view.set_filter("INFO")
    assert "noise" not in view.toPlainText()
    view.set_filter("ERROR", "PAGE")
    assert view.toPlainText().count("\n") == 0
    assert "[search] page 2 failed" in view.toPlainText()
    view.clear_lines()
    assert view.toPlainText() == ""


def test_the_log_follows_its_end_until_somebody_scrolls_up(theme: Theme, qtbot: QtBot) -> None:
    view = LogView(theme)
    qtbot.addWidget(view)
    view.resize(400, 120)
    view.show()
    view.append_lines([line(f"line {number}") for number in range(100)])
    follows = [view.is_following]
    view.verticalScrollBar().setValue(10)
    view.append_lines([line("one more")])
    assert [*follows, view.is_following] == [True, False]
    assert view.verticalScrollBar().value() == 10


def test_the_tree_shows_nested_values_and_copies_them_whole(qtbot: QtBot, check_model: Check) -> None:
    tree = JsonTree("Output")
    qtbot.addWidget(tree)
    tree.set_value({"count": 2, "jobs": [{"title": "A"}, {"title": "B"}]})
    model = tree.model()
    assert [model.index(row, 0).data() for row in range(2)] == ["count", "jobs"]
    assert model.index(1, 1).data() == "[2]"
    QTest.keyClick(tree, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert '"title": "B"' in QGuiApplication.clipboard().text()
    check_model(model)


def test_a_very_large_value_ends_with_a_sentence(qtbot: QtBot) -> None:
    tree = JsonTree("Output")
    qtbot.addWidget(tree)
    tree.set_value(list(range(6_000)))
    model = tree.model()
    assert model.rowCount() == 5_001
    assert model.index(5_000, 1).data() == "more than 5,000 entries"


def test_the_rail_tells_who_was_chosen_and_says_its_counts(theme: Theme, qtbot: QtBot) -> None:
    rail = NavRail(theme, (NavItem("jobs", "Jobs", "list-checks"), NavItem("robots", "Robots", "bot")))
    qtbot.addWidget(rail)
    chosen: list[str] = []
    rail.selected.connect(chosen.append)
    jobs, robots = rail.findChildren(QToolButton)
    robots.click()
    assert chosen == ["robots"]
    rail.set_current("jobs")
    assert jobs.isChecked()
    assert chosen == ["robots"]
    rail.set_badge("robots", 2, Tone.DANGER)
    assert robots.accessibleName() == "Robots, 2"
    rail.set_badge("robots", 0)
    assert robots.accessibleName() == "Robots"


def test_a_banner_offers_its_action_and_goes_with_the_cross(theme: Theme, qtbot: QtBot) -> None:
    banner = Banner(theme)
    qtbot.addWidget(banner)
    clicked: list[str] = []
    banner.action_clicked.connect(lambda: clicked.append("action"))
    banner.dismissed.connect(lambda: clicked.append("dismissed"))
    banner.show_message("No robot is connected.", Tone.WARNING, "bot", "Connect a robot…")
    assert banner.accessibleName() == "No robot is connected."
    banner._action.click()
    banner._close.click()
    assert clicked == ["action", "dismissed"]
    assert not banner.isVisible()


def test_a_banner_that_cannot_be_closed_has_no_cross(theme: Theme, qtbot: QtBot) -> None:
    banner = Banner(theme)
    qtbot.addWidget(banner)
    banner.show_message("Starting the engine…", closable=False)
    assert not banner._close.isVisible()
    assert not banner._action.isVisible()


def test_of_segments_one_is_down(qtbot: QtBot) -> None:
    control = SegmentedControl("Range", (("900", "15m"), ("3600", "1h")), "3600")
    qtbot.addWidget(control)
    chosen: list[str] = []
    control.selected.connect(chosen.append)
    control.findChildren(QToolButton)[0].click()
    assert (control.key, chosen) == ("900", ["900"])
    control.set_key("3600")
    assert (control.key, chosen) == ("3600", ["900"])


def test_properties_change_in_place_and_ids_are_copied(theme: Theme, qtbot: QtBot) -> None:
    facts = PropertyList(theme)
    qtbot.addWidget(facts)
    facts.set_properties([Property("Job", "job-1", is_id=True), Property("Created", "now")])
    words = list(facts._values)
    facts.set_properties([Property("Job", "job-2", is_id=True), Property("Created", "2 s ago")])
    assert facts._values == words
    assert [each.text() for each in words] == ["job-2", "2 s ago"]
    facts.findChildren(QToolButton)[0].click()
    assert QGuiApplication.clipboard().text() == "job-2"


def test_the_picture_of_steps_runs_downwards_in_a_narrow_place(theme: Theme, qtbot: QtBot) -> None:
    graph = StepGraph(theme)
    qtbot.addWidget(graph)
    nodes = [GraphNode("a", "First"), GraphNode("b", "Second", ("a",)), GraphNode("c", "Third", ("b",))]
    graph.set_nodes(nodes)
    graph.show()
    graph.resize(900, 300)
    across = graph.is_downwards
    assert not across
    assert graph.place_of("a").right() < graph.place_of("b").left()
    graph.resize(300, 300)
    assert graph.is_downwards
    assert graph.place_of("a").bottom() < graph.place_of("b").top()
    assert graph.place_of("unknown").isEmpty()


def test_in_a_low_place_the_title_stays(theme: Theme, qtbot: QtBot) -> None:
    state = EmptyState(theme, EmptyText("inbox", "Nothing needs you", "Failures and jobs that wait show here."))
    qtbot.addWidget(state)
    state.resize(500, 40)
    state.show()
    assert state._title.isVisible()
    assert not state._icon.isVisible()
    state.resize(500, 300)
    assert state._icon.isVisible()
    assert state._explanation.isVisible()


def test_a_feed_keeps_qts_contract(theme: Theme, qtbot: QtBot, check_model: Check) -> None:
    feed = Feed(theme, "Recent activity", EmptyText("history", "Nothing yet", "It shows here."), lambda: NOW)
    qtbot.addWidget(feed)
    feed.set_items([FeedItem(icon="bot", tone=Tone.INFO, text="Robot web-01 came", at=NOW, target=("robot", "r"))])
    assert feed.model().index(0, 0).data() == "Robot web-01 came now"
    check_model(feed.model())


def test_a_point_between_gaps_shows_as_a_dot() -> None:
    assert lone_points([(1.0, None), (2.0, 0.5), (3.0, None)]) == [(2.0, 0.5)]
    assert lone_points([(1.0, 0.4), (2.0, 0.5), (3.0, None), (4.0, 1.0)]) == [(4.0, 1.0)]
    assert lone_points([]) == []


@pytest.mark.parametrize(
    ("span", "step"), [(0.010, 0.002), (0.003, 0.001), (0.4, 0.1), (90.0, 30.0), (80_000.0, 18_000.0)]
)
def test_an_axis_of_times_has_marks_from_milliseconds_to_days(span: float, step: float) -> None:
    assert tick_step(span, TIME_STEPS) == pytest.approx(step)


@pytest.mark.parametrize(("waiting", "words"), [(1, "1 job waits for one."), (20_000, "20,000 jobs wait for one.")])
def test_the_banner_counts_the_jobs_that_wait_for_a_robot(qapp: object, waiting: int, words: str) -> None:
    store = ConsoleStore()
    store.state = ConnectionState.CONNECTED
    store.dashboard = DashboardView(
        at=NOW, total_robots=0, online_robots=0, offline_robots=0, total_jobs_today=0, completed_jobs_today=0,
        failed_jobs_today=0, pending_jobs=waiting, running_jobs=0, average_execution_time=0.0, success_rate=1.0,
    )  # fmt: skip
    notice = notice_of(store, "")
    assert notice is not None
    assert notice.text.endswith(words)
