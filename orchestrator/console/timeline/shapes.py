"""The runs of a lane as shapes: only those in sight, and never more of them than there are pixels."""

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from math import floor, log2

from PySide6.QtCore import QLineF, QRectF

from orchestrator.console.timeline.scene import PLAIN, Block, Ground, LoadStep, Look, SceneLane

ROW, LANE_GAP = 13, 11
STATE_ROW = 15
"""Above the runs of a robot that was not always plainly online: room for the words that say how it stood."""
_LEVELS_KEPT = 4
_Stretch = tuple[float, float]
_STATES = ("draining", "maintenance", "lost")
"""What is worth more where there is room for one: the later, the more."""


def lane_height(lane: SceneLane) -> int:
    """Pixels of one lane."""
    return lane.rows * ROW + LANE_GAP + state_room(lane)


def state_room(lane: SceneLane) -> int:
    """Pixels above the runs for words about the robot; 0 where there is nothing to say."""
    return STATE_ROW if lane.has_states else 0


@dataclass(slots=True)
class Shapes:
    """What is painted of one look, in seconds from the scene's now and pixels from the lane's top."""

    fills: list[QRectF] = field(default_factory=list)
    marks: list[QRectF] = field(default_factory=list)
    """Runs that are narrower than a pixel, as wide as one; those side by side joined: nothing but beginnings."""
    begins: list[QLineF] = field(default_factory=list)
    """They part neighbours."""


class LaneShapes:
    """One lane of an answer. Laid out once for a scale: to move is then a matter of one transformation.

    A layout is made for a power of two of seconds, one to two pixels, so that also zooming seldom needs another; what
    is narrower than that counts as narrower than a pixel.
    """

    def __init__(self, lane: SceneLane, now: float) -> None:
        self._height = lane.rows * ROW - 2.0
        self._top = LANE_GAP / 2 + state_room(lane)
        self._runs: dict[tuple[Look, int], list[_Stretch]] = defaultdict(list)
        self._counted: list[Block] = []
        for block in lane.blocks:
            if block.run is None:
                self._counted.append(block)
            else:
                end = block.end if block.end is not None else now
                self._runs[block.look, block.row].append((block.begin - now, end - now))
        self._now = now
        self._levels: dict[int, dict[Look, list[_Strip]]] = {}

    def seen(self, pixel_s: float, begin: float, end: float) -> dict[Look, Shapes]:
        """The shapes between two moments, in seconds from now; at most one of a kind for each pixel, row and look."""
        strips = self._level(floor(log2(pixel_s)) + 1)
        return {look: _between(strips[look], begin, end) for look in Look}

    def _level(self, level: int) -> "dict[Look, list[_Strip]]":
        found = self._levels.get(level)
        if found is None:
            while len(self._levels) >= _LEVELS_KEPT:
                del self._levels[next(iter(self._levels))]
            found = self._levels[level] = self._laid_out(2.0**level)
        return found

    def _laid_out(self, cell_s: float) -> "dict[Look, list[_Strip]]":
        strips: dict[Look, list[_Strip]] = {look: [] for look in Look}
        for (look, row), runs in self._runs.items():
            # What failed is seen from afar: it is wider.
            wider_s = cell_s / 2 if look is Look.FAILED else 0.0
            strips[look].append(_strip(runs, self._top + row * ROW, cell_s, wider_s))
        good, bad = _Strip(), _Strip()
        for block in self._counted:
            self._count(block, good, bad, cell_s)
        strips[Look.GOOD].append(good)
        strips[Look.FAILED].append(bad)
        return strips

    def _count(self, block: Block, good: "_Strip", bad: "_Strip", cell_s: float) -> None:
        """Runs that are counted: as high as the robot was busy, and at the bottom those that failed."""
        left = block.begin - self._now
        width = (block.end if block.end is not None else self._now) - block.begin
        bottom, tall = self._top + self._height, self._height * block.share
        failed = max(3.0, tall * block.bad_share) if block.bad_share else 0.0
        good.fills.put(QRectF(left, bottom - tall, width, max(0.0, tall - failed)), cell_s)
        if failed:
            bad.fills.put(QRectF(left, bottom - failed, width, failed), cell_s)


class _Row:
    """Rectangles from left to right of which none overlaps another."""

    def __init__(self, rects: Sequence[QRectF] = ()) -> None:
        self.rects = list(rects)
        self.lefts = [rect.left() for rect in self.rects]
        self.rights = [rect.right() for rect in self.rects]

    def put(self, rect: QRectF, cell_s: float) -> None:
        """One more on the right; what begins in the same cell as the last one becomes one with it."""
        if self.lefts and rect.left() - self.lefts[-1] < cell_s:
            self.rects[-1] = self.rects[-1].united(rect)
            self.rights[-1] = self.rects[-1].right()
            return
        self.rects.append(rect)
        self.lefts.append(rect.left())
        self.rights.append(rect.right())

    def between(self, begin: float, end: float) -> list[QRectF]:
        """Those that can be seen there."""
        return self.rects[bisect_left(self.rights, begin) : bisect_right(self.lefts, end)]


@dataclass(slots=True)
class _Strip:
    """Runs of one look in one row."""

    fills: _Row = field(default_factory=_Row)
    marks: _Row = field(default_factory=_Row)
    begins: list[QLineF] = field(default_factory=list)
    begins_at: list[float] = field(default_factory=list)


def _strip(runs: Sequence[_Stretch], top: float, cell_s: float, wider_s: float) -> _Strip:
    fills: list[_Stretch] = []
    marks: list[_Stretch] = []
    begins: list[float] = []
    for begin, end in runs:
        if end - begin < cell_s:
            _join(marks, begin - wider_s, begin + cell_s + wider_s)
            continue
        _join(fills, begin, end)
        if not begins or begin - begins[-1] >= cell_s:
            begins.append(begin)
    height = ROW - 2
    return _Strip(
        fills=_Row([QRectF(left, top, right - left, height) for left, right in fills]),
        marks=_Row([QRectF(left, top, right - left, height) for left, right in marks]),
        begins=[QLineF(at, top, at, top + height) for at in begins],
        begins_at=begins,
    )


def _join(stretches: list[_Stretch], begin: float, end: float) -> None:
    """Put a stretch behind the others, or make the last one longer when nothing is between them."""
    if stretches and begin <= stretches[-1][1]:
        last = stretches[-1]
        stretches[-1] = (last[0], max(last[1], end))
    else:
        stretches.append((begin, end))


def _between(strips: Sequence[_Strip], begin: float, end: float) -> Shapes:
    shapes = Shapes()
    for strip in strips:
        shapes.fills += strip.fills.between(begin, end)
        shapes.marks += strip.marks.between(begin, end)
        shapes.begins += strip.begins[bisect_left(strip.begins_at, begin) : bisect_right(strip.begins_at, end)]
    return shapes


def grounds_seen(grounds: Sequence[Ground], pixel_s: float, begin: float, end: float) -> list[Ground]:
    """What is not plain between two moments; of those narrower than a pixel one for each, the worst of them."""
    first = bisect_left(grounds, begin, key=lambda ground: ground.end)
    found: list[Ground] = []
    narrow: dict[int, Ground] = {}
    for ground in grounds[first:]:
        if ground.begin > end:
            break
        if ground.state == PLAIN:
            continue
        if ground.end - ground.begin >= pixel_s:
            found.append(ground)
            continue
        place = int((ground.begin - begin) // pixel_s)
        known = narrow.get(place)
        if known is None or _badness(ground) > _badness(known):
            narrow[place] = ground
    return [*found, *narrow.values()]


def _badness(ground: Ground) -> int:
    return _STATES.index(ground.state) if ground.state in _STATES else -1


def load_seen(steps: Sequence[LoadStep], pixel_s: float, begin: float, end: float) -> list[LoadStep]:
    """The steps between two moments; those that begin in the same pixel are one, as high as the highest of them."""
    first = bisect_left(steps, begin, key=lambda step: step.end)
    last = bisect_right(steps, end, key=lambda step: step.begin)
    found: list[LoadStep] = []
    for step in steps[first:last]:
        before = found[-1] if found else None
        # A hole between two of them stays a hole.
        if before is None or step.begin - before.begin >= pixel_s or step.begin - before.end >= pixel_s:
            found.append(step)
            continue
        found[-1] = LoadStep(
            before.begin, step.end, max(before.waiting, step.waiting), max(before.running, step.running)
        )
    return found
