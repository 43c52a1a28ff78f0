"""What the time machine paints is bounded by its pixels, however many runs there are; what matters stays in sight."""

from datetime import UTC, datetime, timedelta

import pytest
from PySide6.QtGui import QPainter, QPicture

from orchestrator.console.theme.theme import Theme
from orchestrator.console.timeline.painter import HEAD, TimelinePainter
from orchestrator.console.timeline.scene import Ground, LoadStep, Look, Scene, scene_of
from orchestrator.console.timeline.shapes import LaneShapes, grounds_seen, load_seen
from orchestrator.console.timeline.span import Span
from orchestrator.contract.api.timeline import LaneView, RunView, TimelineView

pytestmark = [pytest.mark.feature("X24")]
NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)
LENGTH_S = 21_600.0
PIXELS = 1_000


def scene_with(runs: int, slots: int = 2) -> Scene:
    """Six hours of one robot, in which so many runs followed each other; each tenth failed."""
    each_s = LENGTH_S * slots / runs
    begins = (NOON + (number // slots * each_s) * SECOND for number in range(runs))
    lane = LaneView(
        robot_id="r",
        name="web-01",
        slots=slots,
        runs=tuple(
            RunView(
                job_id=f"job-{number}",
                attempt=1,
                workflow_name="Nightly",
                started_at=begin,
                ended_at=begin + 0.8 * each_s * SECOND,
                outcome="completed" if number % 10 else "failed",
            )
            for number, begin in enumerate(begins)
        ),
    )
    until = NOON + LENGTH_S * SECOND
    return scene_of(TimelineView(since=NOON, until=until, now=until, bucket_s=60, lanes=(lane,)))


@pytest.mark.parametrize("length_s", [60.0, 1_800.0, LENGTH_S, 604_800.0])
@pytest.mark.parametrize("slots", [2, 9])
def test_no_more_is_painted_than_there_are_pixels(length_s: float, slots: int) -> None:
    scene = scene_with(20_000, slots)
    lane = LaneShapes(scene.lanes[0], scene.now)
    rows = scene.lanes[0].rows
    for look, shapes in lane.seen(length_s / PIXELS, -length_s, 0.0).items():
        for kind in (shapes.fills, shapes.marks, shapes.begins):
            assert len(kind) <= (PIXELS + 3) * rows, look
        assert all(rect.right() >= -length_s for rect in (*shapes.fills, *shapes.marks))


def test_ten_times_the_runs_are_not_more_to_paint(theme: Theme) -> None:
    few, many = (recorded(theme, scene_with(runs)) for runs in (4_000, 40_000))
    assert many <= 1.1 * few


def test_only_what_is_in_sight_is_painted() -> None:
    scene = scene_with(20_000)
    seen = LaneShapes(scene.lanes[0], scene.now).seen(5.0 / PIXELS, -5.0, 0.0)
    assert 4 <= sum(len(shapes.fills) for shapes in seen.values()) <= 6


def recorded(theme: Theme, scene: Scene) -> int:
    """How much Qt is told to paint, in bytes."""
    shown = Span(scene.now - LENGTH_S, scene.now)
    picture = QPicture()
    painter = QPainter(picture)
    shapes = [LaneShapes(lane, scene.now) for lane in scene.lanes]
    TimelinePainter(painter, theme, scene, shapes, shown, PIXELS + 160).lanes(HEAD, 500)
    painter.end()
    return picture.size()


def test_a_run_that_is_narrower_than_a_pixel_is_seen_and_a_failed_one_among_many_too() -> None:
    scene = scene_with(20_000)
    pixel_s = 604_800.0 / PIXELS
    shapes = LaneShapes(scene.lanes[0], scene.now).seen(pixel_s, -604_800.0, 0.0)
    assert not shapes[Look.GOOD].fills
    assert [round(mark.width() / pixel_s) for mark in shapes[Look.GOOD].marks] in ([36, 36], [37, 37])
    assert shapes[Look.FAILED].marks
    assert all(mark.width() >= pixel_s for mark in shapes[Look.FAILED].marks)


def test_of_states_that_share_a_pixel_the_worst_is_seen() -> None:
    states = ("offline", "draining", "lost", "draining", "online")
    grounds = [Ground(10.0 + number, 11.0 + number, state) for number, state in enumerate(states * 1_000)]
    seen = grounds_seen(grounds, 100.0, 0.0, 5_010.0)
    assert len(seen) <= 51
    assert {ground.state for ground in seen} == {"lost"}
    assert [ground.state for ground in grounds_seen(grounds, 0.1, 0.0, 13.5)] == [
        "offline",
        "draining",
        "lost",
        "draining",
    ]


def test_the_peaks_of_the_load_stay_and_so_do_its_holes() -> None:
    steps = [
        LoadStep(float(at), at + 1.0, waiting=at % 7, running=at % 3) for at in range(1_000) if not 500 <= at < 600
    ]
    seen = load_seen(steps, 10.0, 0.0, 1_000.0)
    assert len(seen) <= 101
    assert {(step.waiting, step.running) for step in seen} == {(6, 2)}
    assert not any(step.begin < 599.0 and step.end > 501.0 for step in seen)
    assert len(load_seen(steps, 10.0, 100.5, 119.5)) == 2
