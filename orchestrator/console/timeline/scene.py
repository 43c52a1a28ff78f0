"""What the chart paints, laid out once for each answer: lanes with their runs in rows, in the chart's own numbers."""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import IntEnum
from heapq import heappop, heappush
from itertools import pairwise

from orchestrator.console.formatting import duration, duration_so_far, short_id
from orchestrator.console.words import counted, tr
from orchestrator.contract.api.timeline import LaneView, LoadView, RunView, TimelineView

MOST_ROWS = 4
"""Of one lane: more slots than that share the last row."""
PLAIN = "online"
"""How a robot stands when there is nothing to say about it."""
_OUTCOMES = {
    "completed": tr("completed"),
    "failed": tr("failed"),
    "timeout": tr("timed out"),
    "crashed": tr("crashed: its robot vanished"),
    "cancelled": tr("cancelled"),
    "paused": tr("paused"),
}


class Look(IntEnum):
    """How a run is painted: each has a pattern of its own beside its colour."""

    GOOD = 0
    RUNNING = 1
    OTHER = 2
    FAILED = 3


LOOK_WORDS = {
    Look.GOOD: tr("Completed"),
    Look.RUNNING: tr("Running"),
    Look.OTHER: tr("Cancelled, paused"),
    Look.FAILED: tr("Failed"),
}
_LOOKS = {"completed": Look.GOOD, "failed": Look.FAILED, "timeout": Look.FAILED, "crashed": Look.FAILED}


@dataclass(frozen=True, slots=True)
class Block:
    """One run, or several that are counted; a run that still goes on has no end."""

    begin: float
    end: float | None
    row: int
    look: Look
    run: RunView | None = None
    words: str = ""
    share: float = 1.0
    """How much of its row it fills: less than 1 only where runs are counted."""
    bad_share: float = 0.0
    """How much of it failed, where runs are counted."""


@dataclass(frozen=True, slots=True)
class Ground:
    """How a robot stood; what is not plain has a pattern and a word."""

    begin: float
    end: float
    state: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class SceneLane:
    """One robot."""

    robot_id: str
    name: str
    rows: int
    blocks: tuple[Block, ...]
    """By row, and inside a row by begin."""
    grounds: tuple[Ground, ...]
    runs: int
    failed: int
    has_states: bool = False
    """Whether it ever was anything else than plainly online."""


@dataclass(frozen=True, slots=True)
class Hole:
    """A stretch in which nobody watched."""

    begin: float
    end: float
    words: str


@dataclass(frozen=True, slots=True)
class LoadStep:
    """What waited and ran from `begin` to `end`: the peaks."""

    begin: float
    end: float
    waiting: int
    running: int


@dataclass(frozen=True, slots=True)
class Scene:
    """Everything that is painted."""

    lanes: tuple[SceneLane, ...] = ()
    load: tuple[LoadStep, ...] = ()
    holes: tuple[Hole, ...] = ()
    now: float = 0.0
    remarks: tuple[str, ...] = field(default=())

    @property
    def most(self) -> int:
        """The highest figure of the load."""
        return max((max(step.waiting, step.running) for step in self.load), default=0)

    @property
    def is_empty(self) -> bool:
        """No robot was known."""
        return not self.lanes

    def load_at(self, at: float) -> LoadStep | None:
        """What the load was at a moment; None where nobody looked."""
        place = bisect_left(self.load, at, key=lambda step: step.end)
        found = self.load[place] if place < len(self.load) else None
        return found if found is not None and found.begin <= at else None


def scene_of(view: TimelineView) -> Scene:
    """Lay an answer out."""
    return Scene(
        lanes=tuple(_lane(lane, view.bucket_s) for lane in view.lanes),
        load=_load(view.load, view.bucket_s, view.now),
        holes=tuple(
            Hole(gap.since.timestamp(), gap.until.timestamp(), _HOLES.get(gap.reason, gap.reason)) for gap in view.gaps
        ),
        now=view.now.timestamp(),
        remarks=tuple(_remarks(view)),
    )


_HOLES = {"stopped": tr("The orchestrator did not run"), "unrecorded": tr("Nothing was recorded yet")}


def words_of(run: RunView, robot: str, now: datetime) -> str:
    """A run in a tooltip."""
    if run.ended_at is None:
        how = tr("runs for {length}", length=duration_so_far(now - run.started_at))
    else:
        ended = _OUTCOMES.get(run.outcome or "", run.outcome or tr("ended"))
        how = tr("{ended} after {length}", ended=ended, length=duration(run.ended_at - run.started_at))
    attempt = tr(", attempt {number}", number=run.attempt) if run.attempt > 1 else ""
    begin = f"{run.started_at.astimezone():%H:%M:%S}"
    where = tr("{workflow} on {robot}: {how}", workflow=run.workflow_name, robot=robot, how=how)
    since = tr("since {moment}, job {job}", moment=begin, job=short_id(run.job_id))
    return f"{where}{attempt}\n{since}"


def look_of(run: RunView) -> Look:
    """How it is painted."""
    return Look.RUNNING if run.ended_at is None else _LOOKS.get(run.outcome or "", Look.OTHER)


def _lane(lane: LaneView, bucket_s: float) -> SceneLane:
    blocks, rows = _packed(lane.runs, lane.slots)
    merged = [
        Block(
            each.starts_at.timestamp(),
            each.starts_at.timestamp() + bucket_s,
            0,
            Look.GOOD,
            words=tr("{runs}, {failed} failed", runs=counted("%n run", "%n runs", each.runs), failed=each.failed),
            share=min(1.0, max(0.15, each.busy_s / (bucket_s * lane.slots))),
            bad_share=each.failed / each.runs if each.runs else 0.0,
        )
        for each in lane.merged
    ]
    merged_runs = sum(each.runs for each in lane.merged)
    return SceneLane(
        robot_id=lane.robot_id,
        name=lane.name,
        rows=rows,
        blocks=tuple(sorted([*blocks, *merged], key=lambda block: (block.row, block.begin))),
        grounds=tuple(
            Ground(each.since.timestamp(), each.until.timestamp(), each.state, each.note) for each in lane.stretches
        ),
        runs=len(lane.runs) + merged_runs,
        has_states=any(each.state != PLAIN for each in lane.stretches),
        failed=sum(look_of(run) is Look.FAILED for run in lane.runs) + sum(each.failed for each in lane.merged),
    )


def _packed(runs: Sequence[RunView], slots: int) -> tuple[list[Block], int]:
    """Each run in the first row that is free when it begins; as many rows as ran side by side."""
    busy: list[tuple[float, int]] = []
    free: list[int] = []
    most, blocks = 0, []
    for run in runs:
        begin = run.started_at.timestamp()
        while busy and busy[0][0] <= begin:
            heappush(free, heappop(busy)[1])
        row = heappop(free) if free else len(busy)
        end = run.ended_at.timestamp() if run.ended_at is not None else None
        heappush(busy, (end if end is not None else float("inf"), row))
        shown = min(row, MOST_ROWS - 1)
        most = max(most, shown + 1)
        blocks.append(Block(begin, end, shown, look_of(run), run))
    return blocks, max(1, most, min(slots, MOST_ROWS))


def _load(points: Sequence[LoadView], bucket_s: float, now: datetime) -> tuple[LoadStep, ...]:
    """Each stretch up to the next one, unless there is a hole between them."""
    steps = []
    distances = [(b.at - a.at).total_seconds() for a, b in pairwise(points)]
    usual_s = max(min(distances, default=bucket_s), bucket_s)
    for number, point in enumerate(points):
        room_s = distances[number] if number < len(distances) else usual_s
        end = min(point.at + timedelta(seconds=min(room_s, usual_s)), now)
        steps.append(LoadStep(point.at.timestamp(), end.timestamp(), point.most_waiting, point.most_running))
    return tuple(steps)


def _remarks(view: TimelineView) -> list[str]:
    found = []
    if view.is_merged:
        found.append(tr("Short runs are counted: zoom in to see each"))
    if view.runs_left_out:
        found.append(counted("%n run left out", "%n runs left out", view.runs_left_out))
    if view.lanes_left_out:
        found.append(counted("%n robot left out", "%n robots left out", view.lanes_left_out))
    return found
