"""The fleet's past: `GET /timeline` over a stretch of time, `GET /timeline/moment` at any moment of it."""

from datetime import datetime

from orchestrator.contract.api.common import View

MOST_RUNS = 10_000
"""Of one answer."""
RUNS = 5_000
"""Without another wish."""


class RunView(View):
    """One attempt of a job on one robot."""

    job_id: str
    attempt: int
    workflow_name: str
    started_at: datetime
    ended_at: datetime | None = None
    """None while it runs."""
    outcome: str | None = None
    """`completed`, `failed`, `timeout`, `crashed`, `cancelled`, `paused`, ...; None while it runs."""


class MergedRunsView(View):
    """Short runs that ended in the same stretch of time, counted since there are too many to name each."""

    starts_at: datetime
    runs: int
    failed: int
    busy_s: float
    """All of them together; more than the stretch is long where several ran side by side."""


class StretchView(View):
    """How a robot stood from `since` to `until`."""

    state: str
    """`online`, `draining`, `maintenance`, `lost`, `offline` or `removed`."""
    since: datetime
    until: datetime
    note: str = ""
    """Why, where somebody said it."""


class LaneView(View):
    """One robot over time."""

    robot_id: str
    name: str
    slots: int
    stretches: tuple[StretchView, ...] = ()
    runs: tuple[RunView, ...] = ()
    merged: tuple[MergedRunsView, ...] = ()


class LoadView(View):
    """How much waited for a robot and ran, in the stretch from `at` on: mean and peak."""

    at: datetime
    waiting: float
    running: float
    most_waiting: int
    most_running: int


class GapView(View):
    """A stretch of time in which nobody watched."""

    since: datetime
    until: datetime
    reason: str
    """`stopped`: the orchestrator did not run; `unrecorded`: it was before the first thing that was noted."""


class TimelineView(View):
    """Robots over time."""

    since: datetime
    until: datetime
    now: datetime
    bucket_s: float
    """Length of a stretch of the merged runs; the load has one of its own where it is old."""
    lanes: tuple[LaneView, ...]
    """By name."""
    lanes_left_out: int = 0
    """Robots beyond the two hundred that are shown, those without work first."""
    is_merged: bool = False
    """True: more ran than was asked for; short runs are counted, `runs` holds the long ones."""
    runs_left_out: int = 0
    """Runs that are neither named nor counted."""
    load: tuple[LoadView, ...] = ()
    """Stretches in which nobody looked are not among them."""
    gaps: tuple[GapView, ...] = ()


class MomentRobotView(View):
    """A robot at a moment."""

    robot_id: str
    name: str
    slots: int
    state: str
    since: datetime
    note: str = ""
    running: int = 0


class MomentRunView(RunView):
    """A job that ran at a moment."""

    robot_id: str
    robot_name: str
    steps: tuple[str, ...] = ()
    """The steps that ran; empty where no record tells."""
    steps_done: int | None = None
    steps_total: int | None = None


class MomentWaitView(View):
    """A job that waited for a robot at a moment."""

    job_id: str
    workflow_name: str
    since: datetime
    until: datetime | None = None
    """When a robot took it, or it was cancelled; None while it still waits."""
    robot_name: str = ""
    """Who took it."""
    reason: str = ""
    """Why it waits, while it still does."""


class MomentFailureView(MomentRunView):
    """An attempt that had just ended badly."""

    error: str = ""


class MomentView(View):
    """The fleet at one instant."""

    at: datetime
    gap: GapView | None = None
    """Nobody watched: of robots it is told what was known last."""
    robots: tuple[MomentRobotView, ...] = ()
    running: tuple[MomentRunView, ...] = ()
    waiting_count: int = 0
    waiting: tuple[MomentWaitView, ...] = ()
    """The fifty that had waited longest."""
    failed: tuple[MomentFailureView, ...] = ()
    """In the quarter of an hour before, newest first."""
