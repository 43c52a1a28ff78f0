"""Paints the timeline: load, axis, lanes. Every meaning has a pattern or a word beside its colour."""

from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from itertools import pairwise

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QFontMetrics, QPainter, QPen, QTransform

from orchestrator.console.formatting import short_count
from orchestrator.console.theme.fonts import text_font
from orchestrator.console.theme.theme import Theme
from orchestrator.console.theme.tokens import TEXT_S, TEXT_XS, Tokens
from orchestrator.console.timeline.scene import PLAIN, Block, Ground, Hole, LoadStep, Look, Scene, SceneLane
from orchestrator.console.timeline.shapes import STATE_ROW, LaneShapes, Shapes, grounds_seen, lane_height, load_seen
from orchestrator.console.timeline.span import Span, ticks
from orchestrator.console.words import tr

NAMES, RIGHT = 148, 12
LOAD, AXIS = 84, 24
HEAD = LOAD + AXIS
_TICK = 92
_SLACK = 3.0
"""Pixels beside the picture from which a wide line reaches into it."""
_LOAD_PIXELS = 2.0
_LEAST_WORDS = 12.0
_LEAST_STATE = 28.0
_LEFT = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
STATE_WORDS = {
    "draining": tr("drains"),
    "maintenance": tr("maintenance"),
    "lost": tr("lost"),
    "offline": tr("away"),
    "removed": tr("removed"),
}


class TimelinePainter:
    """One picture of a scene, a span and a size; made anew for each, since it is cheap."""

    def __init__(  # noqa: PLR0917  what a picture is made of
        self, painter: QPainter, theme: Theme, scene: Scene, shapes: Sequence[LaneShapes], span: Span, width: float
    ) -> None:
        self._painter, self._theme, self._tokens = painter, theme, theme.tokens
        self._scene, self._shapes, self._span, self._width = scene, shapes, span, width
        self._scale = max(1.0, width - NAMES - RIGHT) / span.length_s
        self._pixel_s = 1.0 / (self._scale * painter.device().devicePixelRatio())

    def x(self, at: float) -> float:
        """Where a moment lies."""
        return NAMES + (at - self._span.begin) * self._scale

    def load(self) -> None:
        """The area of what waited and the line of what ran, both up to the same highest figure."""
        painter = self._painter
        painter.setFont(text_font(TEXT_XS))
        most = max(1, self._scene.most)
        top, bottom = 14.0, LOAD - 6.0
        painter.setPen(QPen(QColor(self._tokens.border), 1))
        for y in (top, bottom):
            painter.drawLine(QPointF(NAMES, y), QPointF(self._width - RIGHT, y))
        painter.setPen(QColor(self._tokens.muted))
        painter.drawText(QRectF(NAMES - 44, top - 8, 38, 16), int(Qt.AlignmentFlag.AlignRight), short_count(most))
        painter.drawText(QRectF(NAMES - 44, bottom - 8, 38, 16), int(Qt.AlignmentFlag.AlignRight), "0")
        self._load_legend()
        painter.save()
        painter.setClipRect(QRectF(NAMES, 0, self._width - NAMES - RIGHT, LOAD))
        waiting, running = QColor(self._tokens.chart[2]), QColor(self._tokens.chart[0])
        for steps in _connected(load_seen(self._scene.load, _LOAD_PIXELS / self._scale, *self._sight)):
            self._area(steps, waiting, most, top, bottom)
            self._line(steps, running, most, top, bottom)
        painter.restore()

    def axis(self) -> None:
        """Round moments, and a faint line below each."""
        painter = self._painter
        painter.setFont(text_font(TEXT_XS))
        room = (self._width - NAMES - RIGHT) / _TICK
        for at, words in ticks(self._span, max(1, int(room))):
            x = self.x(at)
            painter.setPen(QColor(self._tokens.border_strong))
            painter.drawLine(QPointF(x, LOAD), QPointF(x, LOAD + 5))
            painter.setPen(QColor(self._tokens.muted))
            if x + 60 < self._width:
                painter.drawText(QRectF(x + 4, LOAD, _TICK, AXIS - 4), _LEFT, words)
        painter.setPen(QColor(self._tokens.border_strong))
        painter.drawLine(QPointF(0, HEAD - 0.5), QPointF(self._width, HEAD - 0.5))

    def lanes(self, top: float, height: float) -> None:
        """Those lanes that are seen between `HEAD` and the lower edge; `top` is where the first one begins."""
        seen = []
        y = top
        for lane, shapes in zip(self._scene.lanes, self._shapes, strict=True):
            tall = lane_height(lane)
            if y + tall > HEAD and y < height:
                seen.append((lane, shapes, y, tall))
            y += tall
        painter = self._painter
        painter.save()
        painter.setClipRect(QRectF(NAMES, HEAD, self._width - NAMES - RIGHT, height - HEAD))
        for lane, _, y, tall in seen:
            for ground in grounds_seen(lane.grounds, self._pixel_s, *self._sight):
                self._ground(ground, y, tall - 1)
        begin, end = (moment - self._scene.now for moment in self._sight)
        drawn = [(shapes.seen(self._pixel_s, begin, end), y) for _, shapes, y, _ in seen]
        for look in Look:
            self._runs(look, drawn)
        painter.setClipRect(QRectF(0, HEAD, self._width, height - HEAD))
        self._names([(lane, y, tall) for lane, _, y, tall in seen])
        painter.restore()

    def holes(self, height: float) -> None:
        """Where nobody watched, over everything that was known."""
        for hole in self._scene.holes:
            self._hole(hole, height)

    @property
    def _sight(self) -> tuple[float, float]:
        """From when to when something can be seen."""
        slack_s = _SLACK / self._scale
        return self._span.begin - slack_s, self._span.end + slack_s

    # --- the load -------------------------------------------------------------------------------------------------

    def _load_legend(self) -> None:
        painter = self._painter
        waiting, running = QColor(self._tokens.chart[2]), QColor(self._tokens.chart[0])
        soft = QColor(waiting)
        soft.setAlphaF(0.35)
        painter.setPen(QPen(waiting, 1))
        painter.setBrush(soft)
        painter.drawRect(QRectF(4, 26, 14, 8))
        painter.setPen(QPen(running, 2))
        painter.drawLine(QPointF(4, 50), QPointF(18, 50))
        painter.setPen(QColor(self._tokens.text))
        painter.drawText(QRectF(24, 20, 80, 20), _LEFT, tr("Waiting"))
        painter.drawText(QRectF(24, 40, 80, 20), _LEFT, tr("Running"))

    def _area(self, steps: Sequence[LoadStep], colour: QColor, most: int, top: float, bottom: float) -> None:
        tall = [(bottom - top) * step.waiting / most for step in steps]
        soft = QColor(colour)
        soft.setAlphaF(0.35)
        grounds = zip(self._edges(steps), tall, strict=True)
        self._fill(soft, [QRectF(left, bottom - high, right - left, high) for (left, right), high in grounds])
        self._stairs(steps, colour, [bottom - high for high in tall], 1.0)

    def _line(self, steps: Sequence[LoadStep], colour: QColor, most: int, top: float, bottom: float) -> None:
        self._stairs(steps, colour, [bottom - (bottom - top) * step.running / most for step in steps], 2.0)

    def _stairs(self, steps: Sequence[LoadStep], colour: QColor, heights: Sequence[float], pen: float) -> None:
        """A line of level pieces with a rise or a fall between them, as rectangles: wide lines take much longer."""
        edges = self._edges(steps)
        rects = [QRectF(left, y - pen / 2, right - left, pen) for (left, right), y in zip(edges, heights, strict=True)]
        for (left, _), (y, then) in zip(edges[1:], pairwise(heights), strict=True):
            rects.append(QRectF(left - pen / 2, min(y, then) - pen / 2, pen, abs(then - y) + pen))
        self._fill(colour, rects)

    def _edges(self, steps: Sequence[LoadStep]) -> list[tuple[float, float]]:
        return [(self.x(step.begin), self.x(step.end)) for step in steps]

    def _fill(self, colour: QColor, rects: list[QRectF]) -> None:
        self._painter.setPen(Qt.PenStyle.NoPen)
        self._painter.setBrush(colour)
        self._painter.drawRects(rects)

    # --- a lane ---------------------------------------------------------------------------------------------------

    def _names(self, lanes: Sequence[tuple[SceneLane, float, float]]) -> None:
        painter = self._painter
        painter.setFont(text_font(TEXT_S))
        for lane, y, tall in lanes:
            painter.setPen(QColor(self._tokens.border))
            painter.drawLine(QPointF(0, y + tall - 0.5), QPointF(self._width, y + tall - 0.5))
            painter.setPen(QColor(self._tokens.text))
            painter.drawText(QRectF(4, y, NAMES - 12, tall), _LEFT, _short_name(lane.name))

    def _runs(self, look: Look, lanes: Sequence[tuple[Mapping[Look, Shapes], float]]) -> None:
        """All runs of one look; a pattern is laid on in pixels, whatever the scale of time is."""
        painter = self._painter
        colour = look_colour(self._tokens, look)
        edge = QPen(colour.darker(125), 3.0 if look is Look.FAILED else 1.0)
        edge.setCosmetic(True)
        pattern = PATTERNS.get(look)
        for drawn, y in lanes:
            shapes = drawn[look]
            if not (shapes.fills or shapes.begins or shapes.marks):
                continue
            place = QTransform(self._scale, 0, 0, 1, self.x(self._scene.now), y)
            painter.setTransform(place)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(colour)
            painter.drawRects(shapes.fills)
            if pattern is not None:
                brush = QBrush(QColor(self._tokens.surface), pattern)
                brush.setTransform(place.inverted()[0])
                painter.setBrush(brush)
                painter.drawRects(shapes.fills)
            painter.setBrush(edge.color())
            painter.drawRects(shapes.marks)
            painter.setPen(edge)
            painter.drawLines(shapes.begins)
        painter.resetTransform()

    def _ground(self, ground: Ground, y: float, tall: float) -> None:
        tokens = self._tokens
        left, right = max(self.x(ground.begin), NAMES), min(self.x(ground.end), self._width - RIGHT)
        where = QRectF(left, y, right - left, tall)
        fill, line, pattern = {
            "draining": (tokens.warning_soft, tokens.warning, Qt.BrushStyle.NoBrush),
            "maintenance": (tokens.warning_soft, tokens.warning, Qt.BrushStyle.FDiagPattern),
            "lost": (tokens.danger_soft, tokens.danger, Qt.BrushStyle.Dense7Pattern),
        }.get(ground.state, (tokens.sunken, tokens.border_strong, Qt.BrushStyle.NoBrush))
        self._painter.fillRect(where, QColor(fill))
        if pattern is not Qt.BrushStyle.NoBrush:
            faint = QColor(line)
            faint.setAlphaF(0.35)
            self._painter.fillRect(where.adjusted(0, STATE_ROW, 0, 0), QBrush(faint, pattern))
        colour = QColor(line if ground.state in {"draining", "maintenance", "lost"} else tokens.muted)
        self._state_words(state_words(ground), QRectF(left, y, right - left, STATE_ROW), colour)

    def _state_words(self, words: str, where: QRectF, colour: QColor) -> None:
        """Above the runs; shortened where there is too little room, which the tooltip makes up for."""
        if where.width() < _LEAST_STATE:
            return
        self._painter.setFont(text_font(TEXT_XS))
        self._painter.setPen(colour)
        self._painter.drawText(where.adjusted(4, 0, -2, 0), _LEFT, _elided(words, int(where.width()) - 6))

    def _hole(self, hole: Hole, height: float) -> None:
        left, right = max(self.x(hole.begin), NAMES), min(self.x(hole.end), self._width - RIGHT)
        if right <= left:
            return
        tokens = self._tokens
        where = QRectF(left, 0, max(right - left, 2.0), height)
        veil = QColor(tokens.neutral_soft)
        veil.setAlphaF(0.75)
        self._painter.fillRect(where, veil)
        self._painter.fillRect(where, QBrush(QColor(tokens.border_strong), Qt.BrushStyle.BDiagPattern))
        self._words(hole.words, QRectF(left, HEAD + 4, right - left, 20), QColor(tokens.text), QColor(tokens.surface))

    def _words(self, words: str, where: QRectF, colour: QColor, ground: QColor | None = None) -> None:
        """Only where they fit: half a word says nothing."""
        if where.width() < _LEAST_WORDS:
            return
        width = _width_of(words) + 8
        if width > where.width():
            return
        self._painter.setFont(text_font(TEXT_XS))
        if ground is not None:
            middle = where.center().x()
            where = QRectF(middle - width / 2, where.top(), width, where.height())
            self._painter.fillRect(where, ground)
        self._painter.setPen(colour)
        self._painter.drawText(where.adjusted(4, 0, -4, 0), _LEFT, words)


PATTERNS = {
    Look.FAILED: Qt.BrushStyle.BDiagPattern,
    Look.RUNNING: Qt.BrushStyle.Dense6Pattern,
    Look.OTHER: Qt.BrushStyle.HorPattern,
}


def look_colour(tokens: Tokens, look: Look) -> QColor:
    """The colour under the pattern."""
    match look:
        case Look.GOOD:
            return QColor(tokens.chart_good)
        case Look.RUNNING:
            return QColor(tokens.chart[0])
        case Look.OTHER:
            return QColor(tokens.chart[5])
        case Look.FAILED:
            return QColor(tokens.chart_bad)


def block_at(lane: SceneLane, row: int, at: float, slack_s: float, now: float) -> Block | None:
    """What lies in a row at a moment, a little beside it too: a short run is hard to hit."""
    rows = [block for block in lane.blocks if block.row == row or block.run is None]
    place = bisect_left(rows, at + slack_s, key=lambda block: block.begin)
    for block in reversed(rows[:place]):
        end = block.end if block.end is not None else now
        if block.begin - slack_s <= at <= end + slack_s:
            return block
    return None


@lru_cache(maxsize=2_048)
def _short_name(name: str) -> str:
    """As much of a robot's name as there is room for: to measure takes longer than to paint."""
    return QFontMetrics(text_font(TEXT_S)).elidedText(name, Qt.TextElideMode.ElideMiddle, NAMES - 16)


def state_words(ground: Ground) -> str:
    """How a robot stood, and why."""
    words = tr("idle") if ground.state == PLAIN else STATE_WORDS.get(ground.state, ground.state)
    return f"{words}: {ground.note}" if ground.note else words


@lru_cache(maxsize=2_048)
def _elided(words: str, room: int) -> str:
    return QFontMetrics(text_font(TEXT_XS)).elidedText(words, Qt.TextElideMode.ElideRight, room)


@lru_cache(maxsize=2_048)
def _width_of(words: str) -> int:
    return QFontMetrics(text_font(TEXT_XS)).horizontalAdvance(words)


def _connected(steps: Iterable[LoadStep]) -> list[list[LoadStep]]:
    """Steps that touch, together: between the others is a hole."""
    runs: list[list[LoadStep]] = []
    for step in steps:
        if runs and step.begin - runs[-1][-1].end < 1.0:
            runs[-1].append(step)
        else:
            runs.append([step])
    return runs
