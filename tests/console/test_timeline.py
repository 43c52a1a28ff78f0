"""The time machine in the window: robots over time, zoomed and walked through, and any moment of it opened."""

from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from datetime import UTC, datetime, timedelta

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QColor, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from sample_timeline import sample_timeline
from scripted_engine import ScriptedEngine

from orchestrator.console.panels.timeline import TimelinePanel
from orchestrator.console.theme.theme import Theme
from orchestrator.console.timeline.chart import TimelineChart
from orchestrator.console.timeline.painter import HEAD, NAMES
from orchestrator.console.timeline.scene import Look, scene_of
from orchestrator.console.timeline.shapes import LANE_GAP, STATE_ROW, lane_height
from orchestrator.console.timeline.span import Span, ticks
from orchestrator.console.window import ConsoleWindow
from orchestrator.contract.api.common import ErrorBody
from orchestrator.contract.api.timeline import LaneView, MergedRunsView, RunView, StretchView, TimelineView

pytestmark = [pytest.mark.qt_log_ignore("propagateSizeHints"), pytest.mark.feature("X24")]
Wait = Callable[..., Awaitable[None]]
Opener = Callable[[], AbstractAsyncContextManager[ConsoleWindow]]
NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)
LIMIT_S = 60.0


def run(begin_s: float, end_s: float | None, outcome: str | None = "completed") -> RunView:
    return RunView(
        job_id=f"job-{begin_s}",
        attempt=1,
        workflow_name="Nightly",
        started_at=NOON + begin_s * SECOND,
        ended_at=None if end_s is None else NOON + end_s * SECOND,
        outcome=outcome if end_s is not None else None,
    )


def view_of(*lanes: LaneView) -> TimelineView:
    return TimelineView(since=NOON, until=NOON + 600 * SECOND, now=NOON + 600 * SECOND, bucket_s=60, lanes=lanes)


def test_runs_that_overlap_lie_in_rows_and_each_outcome_has_its_look() -> None:
    runs = (run(0, 100), run(50, 90, "timeout"), run(95, None), run(120, 130, "cancelled"))
    lane = scene_of(view_of(LaneView(robot_id="r", name="r1", slots=1, runs=runs))).lanes[0]
    assert [(block.row, block.look) for block in lane.blocks] == [
        (0, Look.GOOD),
        (0, Look.OTHER),
        (1, Look.FAILED),
        (1, Look.RUNNING),
    ]
    assert (lane.rows, lane.runs, lane.failed) == (2, 4, 1)


def test_runs_that_are_counted_say_how_many_they_are() -> None:
    merged = MergedRunsView(starts_at=NOON, runs=40, failed=10, busy_s=30)
    (block,) = scene_of(view_of(LaneView(robot_id="r", name="r1", slots=1, merged=(merged,)))).lanes[0].blocks
    assert (block.words, block.share, block.bad_share) == ("40 runs, 10 failed", 0.5, 0.25)


def test_a_span_zooms_around_a_moment_and_names_round_ones() -> None:
    span = Span(1_000.0, 2_000.0)
    near = span.zoomed(0.5, 1_200.0)
    assert (near.begin, near.end) == (1_100.0, 1_600.0)
    assert span.zoomed(1e-9, 1_500.0).length_s == 10.0
    assert span.moved(50).begin == 1_050.0
    assert [at for at, _ in ticks(Span(995, 1_290), 5)] == [1_020, 1_080, 1_140, 1_200, 1_260]


async def panel_of(window: ConsoleWindow, wait_until: Wait) -> TimelinePanel:
    window.show_panel("timeline")
    panel = window.current_panel
    assert isinstance(panel, TimelinePanel)
    await wait_until(lambda: panel.chart.scene.lanes, LIMIT_S)
    return panel


async def test_a_click_on_the_chart_opens_that_moment_and_enter_opens_its_job(
    open_window: Opener, engine: ScriptedEngine, wait_until: Wait
) -> None:
    async with open_window() as window:
        assert engine.past.asked == [], "nothing is asked for before somebody looks"
        panel = await panel_of(window, wait_until)
        chart = panel.chart
        assert "4 robots" in chart.accessibleDescription()
        place = QPoint(NAMES + 200, HEAD + 20)
        QTest.mouseClick(chart.viewport(), Qt.MouseButton.LeftButton, pos=place)
        await wait_until(lambda: panel.moment.view is not None, LIMIT_S)
        assert engine.past.moments == [panel.moment.view.at] if panel.moment.view else False
        assert chart.cursor_at == pytest.approx(engine.past.moments[0].timestamp(), abs=0.001)
        heads = [panel.moment.tree.topLevelItem(n) for n in range(panel.moment.tree.topLevelItemCount())]
        assert [head.text(0) for head in heads if head] == [
            "Running (2)",
            "Waiting (3)",
            "Just failed (1)",
            f"Robots ({len(engine.fleet.robots)})",
        ]
        opened: list[tuple[str, str]] = []
        panel.bench.navigator.detail_wanted.connect(lambda *what: opened.append(what))
        QTest.keyClick(panel.moment.tree, Qt.Key.Key_Return)
        assert opened == [("job", next(iter(engine.fleet.jobs)))]
        QTest.keyClick(panel.moment.tree, Qt.Key.Key_Escape)
        assert not panel.moment.isVisible()
        assert chart.cursor_at is None


async def test_wheel_drag_and_keys_move_the_chart_and_now_comes_back(
    open_window: Opener, engine: ScriptedEngine, wait_until: Wait
) -> None:
    async with open_window() as window:
        panel = await panel_of(window, wait_until)
        chart = panel.chart
        asked, before = len(engine.past.asked), chart.span
        assert follows(panel)
        turn(chart, 120)
        assert chart.span.length_s < before.length_s
        near = chart.span
        chart.setFocus()
        QTest.keyClick(chart, Qt.Key.Key_Minus)
        assert chart.span.length_s > near.length_s
        drag(chart, 200)
        assert chart.span.end < near.end + before.length_s
        await wait_until(lambda: len(engine.past.asked) > asked, LIMIT_S)
        assert not follows(panel)
        QTest.keyClick(chart, Qt.Key.Key_Left)
        first = chart.cursor_at
        assert first is not None
        QTest.keyClick(chart, Qt.Key.Key_Left, Qt.KeyboardModifier.ShiftModifier)
        assert chart.cursor_at is not None
        assert chart.cursor_at < first
        QTest.keyClick(chart, Qt.Key.Key_Return)
        await wait_until(lambda: engine.past.moments, LIMIT_S)
        panel.now_button.click()
        assert follows(panel)
        assert not panel.now_button.isEnabled()


def follows(panel: TimelinePanel) -> bool:
    return panel.feed.follows


def turn(chart: TimelineChart, delta: int) -> None:
    place = QPointF(NAMES + 300, HEAD + 10)
    event = QWheelEvent(
        place,
        chart.viewport().mapToGlobal(place),
        QPoint(),
        QPoint(0, delta),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(chart.viewport(), event)


def drag(chart: TimelineChart, pixels: int) -> None:
    begin = QPoint(NAMES + 100, HEAD + 10)
    QTest.mousePress(chart.viewport(), Qt.MouseButton.LeftButton, pos=begin)
    QTest.mouseMove(chart.viewport(), begin + QPoint(pixels // 2, 0))
    QTest.mouseMove(chart.viewport(), begin + QPoint(pixels, 0))
    QTest.mouseRelease(chart.viewport(), Qt.MouseButton.LeftButton, pos=begin + QPoint(pixels, 0))


async def test_an_empty_past_and_a_failure_say_what_they_are(
    open_window: Opener, engine: ScriptedEngine, wait_until: Wait
) -> None:
    async with open_window() as window:
        engine.past.is_blank = True
        window.show_panel("timeline")
        panel = window.current_panel
        assert isinstance(panel, TimelinePanel)
        await wait_until(lambda: panel.stack.currentWidget() is panel.empty, LIMIT_S)
        assert panel.empty.accessibleName() == "Nothing was recorded then"
        engine.refuse["GET /timeline"] = ErrorBody(code="storage", message="The disk is full.")
        panel.feed.ask()
        await wait_until(lambda: panel.empty.accessibleName() == "The timeline cannot be shown", LIMIT_S)
        engine.refuse.clear()
        engine.past.is_blank = False
        panel.empty.action_clicked.emit()
        await wait_until(lambda: panel.chart.scene.lanes and panel.chart.isVisible(), LIMIT_S)


def test_a_run_under_the_pointer_is_told_in_words(theme: Theme) -> None:
    view = sample_timeline(
        NOON, NOON + 3_600 * SECOND, NOON + 3_600 * SECOND, robots=[("r", "web-01")], job_ids=["job-1"], runs=1
    )
    span = Span(NOON.timestamp(), NOON.timestamp() + 3_600)
    chart = TimelineChart(theme, span)
    chart.resize(1_000, 400)
    chart.set_scene(scene_of(view))
    chart.show()
    began = view.lanes[0].runs[0].started_at.timestamp()
    x = NAMES + round((began - span.begin + 60) * (chart.viewport().width() - NAMES - 12) / 3_600)
    words = chart.words_at(QPoint(x, HEAD + 10))
    assert " on web-01: runs for " in words
    assert chart.words_at(QPoint(10, HEAD + 10)) == ""
    chart.close()
    chart.deleteLater()


def test_how_a_robot_stood_has_a_place_of_its_own_above_its_runs(theme: Theme) -> None:
    note = "a new disk that is being put in"
    until = NOON + 3_600 * SECOND
    held = StretchView(state="maintenance", since=NOON, until=until, note=note)
    lanes = (
        LaneView(robot_id="a", name="web-01", slots=1),
        LaneView(robot_id="b", name="web-02", slots=1, runs=(run(0, 3_600),), stretches=(held,)),
    )
    chart = TimelineChart(theme, Span(NOON.timestamp(), until.timestamp()))
    chart.resize(1_000, 400)
    chart.set_scene(scene_of(view_of(*lanes)))
    chart.show()
    plain, labelled = (lane_height(lane) for lane in chart.scene.lanes)
    assert labelled - plain == STATE_ROW
    top = HEAD + plain
    assert chart.words_at(QPoint(NAMES + 100, top + 5)) == f"web-02: maintenance: {note}"
    assert "completed" in chart.words_at(QPoint(NAMES + 100, top + STATE_ROW + LANE_GAP // 2 + 3))
    picture = chart.grab().toImage()
    bar = QColor(theme.tokens.chart_good).rgb()
    rows = [y for y in range(HEAD, picture.height()) if picture.pixel(NAMES + 300, y) == bar]
    assert rows
    assert min(rows) >= top + STATE_ROW
    chart.close()
    chart.deleteLater()
