"""Paints the timeline: load, axis, lanes. Every meaning has a pattern or a word beside its colour."""

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QFontMetrics, QPainter, QPen, QPolygonF, QTransform

from orchestrator.console.formatting import short_count
from orchestrator.console.theme.fonts import text_font
from orchestrator.console.theme.theme import Theme
from orchestrator.console.theme.tokens import TEXT_S, TEXT_XS, Tokens
from orchestrator.console.timeline.scene import Block, Ground, Hole, LoadStep, Look, Scene, SceneLane
from orchestrator.console.timeline.span import Span, ticks
from orchestrator.console.words import tr

NAMES, RIGHT = 148, 12
LOAD, AXIS = 84, 24
HEAD = LOAD + AXIS
ROW, LANE_GAP = 13, 11
_TICK = 92
_LEFT = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
STATE_WORDS = {
    "draining": tr("drains"),
    "maintenance": tr("maintenance"),
    "lost": tr("lost"),
    "offline": tr("away"),
    "removed": tr("removed"),
}


def lane_height(lane: SceneLane) -> int:
    """Pixels of one lane."""
    return lane.rows * ROW + LANE_GAP


@dataclass(frozen=True, slots=True)
class LaneShapes:
    """The runs of one lane by their look, in seconds from the scene's now and pixels from the lane's top.

    Laid out once for an answer: to zoom and to move is then a matter of one transformation, not of thousands of
    numbers. `begins` makes also those seen that are narrower than a pixel, and parts neighbours.
    """

    fills: dict[Look, list[QRectF]]
    begins: dict[Look, list[QLineF]]


def shapes_of(lane: SceneLane, now: float) -> LaneShapes:
    """Lay a lane out."""
    fills: dict[Look, list[QRectF]] = {look: [] for look in Look}
    begins: dict[Look, list[QLineF]] = {look: [] for look in Look}
    for block in lane.blocks:
        left = block.begin - now
        width = (block.end if block.end is not None else now) - block.begin
        if block.run is None:
            _count(fills, QRectF(left, LANE_GAP / 2, width, lane.rows * ROW - 2), block)
            continue
        top = LANE_GAP / 2 + block.row * ROW
        fills[block.look].append(QRectF(left, top, width, ROW - 2))
        begins[block.look].append(QLineF(left, top, left, top + ROW - 2))
    return LaneShapes(fills, begins)


def _count(fills: dict[Look, list[QRectF]], room: QRectF, block: Block) -> None:
    """Runs that are counted: as high as the robot was busy, and at the bottom those that failed."""
    tall = room.height() * block.share
    bad = max(3.0, tall * block.bad_share) if block.bad_share else 0.0
    left, width, bottom = room.left(), room.width(), room.bottom()
    fills[Look.GOOD].append(QRectF(left, bottom - tall, width, max(0.0, tall - bad)))
    if bad:
        fills[Look.FAILED].append(QRectF(left, bottom - bad, width, bad))


class TimelinePainter:
    """One picture of a scene, a span and a size; made anew for each, since it is cheap."""

    def __init__(  # noqa: PLR0917  what a picture is made of
        self, painter: QPainter, theme: Theme, scene: Scene, shapes: Sequence[LaneShapes], span: Span, width: float
    ) -> None:
        self._painter, self._theme, self._tokens = painter, theme, theme.tokens
        self._scene, self._shapes, self._span, self._width = scene, shapes, span, width
        self._scale = max(1.0, width - NAMES - RIGHT) / span.length_s

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
        for steps in _connected(self._scene.load):
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
            for ground in lane.grounds:
                self._ground(ground, y, tall - 1)
        for look in Look:
            self._runs(look, [(shapes, y) for _, shapes, y, _ in seen])
        painter.setClipRect(QRectF(0, HEAD, self._width, height - HEAD))
        self._names([(lane, y, tall) for lane, _, y, tall in seen])
        painter.restore()

    def holes(self, height: float) -> None:
        """Where nobody watched, over everything that was known."""
        for hole in self._scene.holes:
            self._hole(hole, height)

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

    def _area(self, steps: list[LoadStep], colour: QColor, most: int, top: float, bottom: float) -> None:
        points = [QPointF(self.x(steps[0].begin), bottom)]
        for step in steps:
            y = bottom - (bottom - top) * step.waiting / most
            points += [QPointF(self.x(step.begin), y), QPointF(self.x(step.end), y)]
        points.append(QPointF(self.x(steps[-1].end), bottom))
        soft = QColor(colour)
        soft.setAlphaF(0.35)
        self._painter.setPen(QPen(colour, 1))
        self._painter.setBrush(soft)
        self._painter.drawPolygon(QPolygonF(points))

    def _line(self, steps: list[LoadStep], colour: QColor, most: int, top: float, bottom: float) -> None:
        points = []
        for step in steps:
            y = bottom - (bottom - top) * step.running / most
            points += [QPointF(self.x(step.begin), y), QPointF(self.x(step.end), y)]
        self._painter.setPen(QPen(colour, 2))
        self._painter.drawPolyline(QPolygonF(points))

    # --- a lane ---------------------------------------------------------------------------------------------------

    def _names(self, lanes: Sequence[tuple[SceneLane, float, float]]) -> None:
        painter, font = self._painter, text_font(TEXT_S)
        metrics = QFontMetrics(font)
        painter.setFont(font)
        for lane, y, tall in lanes:
            painter.setPen(QColor(self._tokens.border))
            painter.drawLine(QPointF(0, y + tall - 0.5), QPointF(self._width, y + tall - 0.5))
            painter.setPen(QColor(self._tokens.text))
            name = metrics.elidedText(lane.name, Qt.TextElideMode.ElideMiddle, NAMES - 16)
            painter.drawText(QRectF(4, y, NAMES - 12, tall), _LEFT, name)

    def _runs(self, look: Look, lanes: Sequence[tuple[LaneShapes, float]]) -> None:
        """All runs of one look; a pattern is laid on in pixels, whatever the scale of time is."""
        painter = self._painter
        colour = look_colour(self._tokens, look)
        edge = QPen(colour.darker(125), 3.0 if look is Look.FAILED else 1.0)
        edge.setCosmetic(True)
        pattern = PATTERNS.get(look)
        for shapes, y in lanes:
            fills = shapes.fills[look]
            if not fills:
                continue
            place = QTransform(self._scale, 0, 0, 1, self.x(self._scene.now), y)
            painter.setTransform(place)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(colour)
            painter.drawRects(fills)
            if pattern is not None:
                brush = QBrush(QColor(self._tokens.surface), pattern)
                brush.setTransform(place.inverted()[0])
                painter.setBrush(brush)
                painter.drawRects(fills)
            painter.setPen(edge)
            painter.drawLines(shapes.begins[look])
        painter.resetTransform()

    def _ground(self, ground: Ground, y: float, tall: float) -> None:
        left, right = self.x(ground.begin), self.x(ground.end)
        if right < NAMES or left > self._width or ground.state == "online":
            return
        tokens = self._tokens
        left, right = max(left, NAMES), min(right, self._width - RIGHT)
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
            self._painter.fillRect(where, QBrush(faint, pattern))
        words = STATE_WORDS.get(ground.state, ground.state)
        words = f"{words}: {ground.note}" if ground.note else words
        self._words(words, where, QColor(line if ground.state in {"draining", "maintenance", "lost"} else tokens.muted))

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
        font = text_font(TEXT_XS)
        width = QFontMetrics(font).horizontalAdvance(words) + 8
        if width > where.width():
            return
        self._painter.setFont(font)
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


def _connected(steps: Iterable[LoadStep]) -> list[list[LoadStep]]:
    """Steps that touch, together: between the others is a hole."""
    runs: list[list[LoadStep]] = []
    for step in steps:
        if runs and step.begin - runs[-1][-1].end < 1.0:
            runs[-1].append(step)
        else:
            runs.append([step])
    return runs
