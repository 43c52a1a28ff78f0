"""The timeline in a terminal: a lane of signs for each robot, and the load above it on the same axis."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from rich.text import Text

from orchestrator.contract.api.timeline import GapView, LaneView, LoadView, TimelineView

FAILED, RUN, IDLE, UNKNOWN, AWAY = "✗", "█", "·", "░", " "
_STATES = {"online": IDLE, "draining": "d", "maintenance": "m", "lost": "!", "offline": AWAY, "removed": AWAY}
_STYLES = {FAILED: "bold red", RUN: "green", IDLE: "dim", UNKNOWN: "dim", "!": "yellow", "d": "yellow", "m": "yellow"}
_BARS = " ▁▂▃▄▅▆▇█"
_FAILED_ENDS = frozenset({"failed", "timeout", "crashed"})
LEGEND = f"{RUN} runs   {FAILED} failed   {IDLE} idle   d drains   m maintenance   ! lost   {UNKNOWN} not watched"


class Columns:
    """A stretch of time, cut into as many columns as a line has room for."""

    def __init__(self, since: datetime, until: datetime, width: int) -> None:
        self._since, self._length, self.width = since, (until - since) / width, width

    def of(self, since: datetime, until: datetime) -> range:
        """The columns that a stretch touches; at least one, if it is inside."""
        first = int((since - self._since) // self._length)
        last = -int(-(until - self._since) // self._length) - 1
        return range(max(0, first), min(self.width, max(last, first) + 1))


def lane_signs(lane: LaneView, gaps: Iterable[GapView], columns: Columns, now: datetime) -> str:
    """One robot, one sign for each column: what is worse, or tells more, wins."""
    signs = [AWAY] * columns.width
    for stretch in lane.stretches:
        _put(signs, columns.of(stretch.since, stretch.until), _STATES.get(stretch.state, IDLE))
    for gap in gaps:
        _put(signs, columns.of(gap.since, gap.until), UNKNOWN)
    for run in lane.runs:
        _put(signs, columns.of(run.started_at, run.ended_at or now), RUN)
    for each in lane.merged:
        _put(signs, columns.of(each.starts_at, each.starts_at), RUN)
    for run in lane.runs:
        if run.ended_at is not None and run.outcome in _FAILED_ENDS:
            _put(signs, columns.of(run.started_at, run.ended_at)[-1:], FAILED)
    for each in lane.merged:
        if each.failed:
            _put(signs, columns.of(each.starts_at, each.starts_at), FAILED)
    return "".join(signs)


def load_signs(points: Sequence[LoadView], name: str, columns: Columns, bucket_s: float) -> tuple[str, int]:
    """One figure of the load as bars, and its peak; where nobody looked, nothing stands."""
    peak = max((_peak(point, name) for point in points), default=0)
    signs = [" "] * columns.width
    for point in points:
        value = _peak(point, name)
        height = -(-value * (len(_BARS) - 1) // peak) if peak else 0
        _put(signs, columns.of(point.at, point.at + timedelta(seconds=bucket_s)), _BARS[height] if value else "▁")
    return "".join(signs), peak


def coloured(signs: str) -> Text:
    """A lane in colours; the signs alone say everything."""
    text = Text()
    for sign in signs:
        text.append(sign, style=_STYLES.get(sign, ""))
    return text


def axis(view: TimelineView, width: int) -> str:
    """Moments on this machine's clock below the lanes, as many as fit."""
    step = 20
    places = range(0, max(1, width - 5), step)
    long = view.until - view.since > timedelta(hours=36)
    line = [" "] * width
    for place in places:
        at = (view.since + (view.until - view.since) * place / width).astimezone()
        said = f"|{at:%m-%d %H:%M}" if long else f"|{at:%H:%M}"
        line[place : place + len(said)] = said
    return "".join(line)[:width]


def _peak(point: LoadView, name: str) -> int:
    return point.most_waiting if name == "waiting" else point.most_running


def _put(signs: list[str], places: range, sign: str) -> None:
    for place in places:
        signs[place] = sign
