"""The chart of the command line: lanes of signs on one axis, where the worse sign wins and gaps stay gaps."""

from datetime import UTC, datetime, timedelta

import pytest

from orchestrator.cli.timeline_chart import Columns, lane_signs, load_signs
from orchestrator.contract.api.timeline import GapView, LaneView, LoadView, MergedRunsView, RunView, StretchView

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
COLUMNS = Columns(NOON, NOON + 10 * MINUTE, 10)

pytestmark = pytest.mark.feature("X24")


def run(begin: int, end: int | None, outcome: str = "completed") -> RunView:
    return RunView(
        job_id="j",
        attempt=1,
        workflow_name="Nightly",
        started_at=NOON + begin * MINUTE,
        ended_at=None if end is None else NOON + end * MINUTE,
        outcome=None if end is None else outcome,
    )


def test_a_lane_shows_runs_failures_states_and_gaps() -> None:
    stretches = (
        StretchView(state="online", since=NOON, until=NOON + 6 * MINUTE),
        StretchView(state="lost", since=NOON + 6 * MINUTE, until=NOON + 8 * MINUTE),
        StretchView(state="maintenance", since=NOON + 8 * MINUTE, until=NOON + 10 * MINUTE),
    )
    lane = LaneView(
        robot_id="r",
        name="r1",
        slots=1,
        stretches=stretches,
        runs=(run(1, 3), run(4, 5, "failed")),
        merged=(MergedRunsView(starts_at=NOON + 9 * MINUTE, runs=9, failed=0, busy_s=60),),
    )
    gap = GapView(since=NOON + 7 * MINUTE, until=NOON + 8 * MINUTE, reason="stopped")
    assert lane_signs(lane, [gap], COLUMNS, NOON + 10 * MINUTE) == "·██·✗·!░m█"


def test_a_run_that_goes_on_reaches_up_to_now() -> None:
    lane = LaneView(robot_id="r", name="r1", slots=1, runs=(run(2, None),))
    assert lane_signs(lane, [], COLUMNS, NOON + 5 * MINUTE) == "  ███     "


def test_the_load_shows_its_peak_and_nothing_where_nobody_looked() -> None:
    points = [
        LoadView(at=NOON + n * MINUTE, waiting=w, running=1, most_waiting=w, most_running=1)
        for n, w in ((0, 0), (1, 4), (2, 8))
    ]
    assert load_signs(points, "waiting", COLUMNS, 60) == ("▁▄█       ", 8)
