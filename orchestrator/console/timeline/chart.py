"""Robots over time: zoomed with the wheel, dragged, walked through with the keys; a click opens a moment."""

from datetime import UTC, datetime
from math import exp

from PySide6.QtCore import QEvent, QPoint, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFocusEvent,
    QHelpEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPixmap,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QAbstractScrollArea, QFrame, QToolTip, QWidget

from orchestrator.console.theme.fonts import text_font
from orchestrator.console.theme.theme import Theme
from orchestrator.console.theme.tokens import TEXT_XS, Tone
from orchestrator.console.timeline.painter import (
    HEAD,
    NAMES,
    RIGHT,
    TimelinePainter,
    block_at,
    state_words,
)
from orchestrator.console.timeline.scene import PLAIN, Scene, SceneLane, words_of
from orchestrator.console.timeline.shapes import LANE_GAP, ROW, LaneShapes, lane_height, state_room
from orchestrator.console.timeline.span import Span, day_words
from orchestrator.console.words import counted, tr

_DRAG = 5
_ZOOM = 1.35
_STEP, _LEAP = 0.01, 0.1
_SLACK = 3


class TimelineChart(QAbstractScrollArea):
    """`span_changed` after zooming and moving by hand, `opened(seconds)` for a moment that somebody wants to
    see, `cleared` when the cursor is taken away."""

    span_changed = Signal()
    opened = Signal(float)
    cleared = Signal()

    def __init__(self, theme: Theme, span: Span, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme, self._scene, self._span = theme, Scene(), span
        self._shapes: list[LaneShapes] = []
        self._cursor: float | None = None
        self._hover: float | None = None
        self._pressed: QPoint | None = None
        self._dragged: Span | None = None
        self._picture: QPixmap | None = None
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setAccessibleName(tr("Robots over time"))
        self.viewport().setMouseTracking(True)
        self.viewport().setAccessibleName(tr("Robots over time"))
        self.verticalScrollBar().setAccessibleName(tr("Robots over time: scroll"))
        self.verticalScrollBar().valueChanged.connect(self._anew)
        self.setMinimumHeight(HEAD + 80)
        theme.changed.connect(self._anew)

    @property
    def span(self) -> Span:
        """What it shows."""
        return self._span

    @property
    def scene(self) -> Scene:
        """What it knows."""
        return self._scene

    @property
    def cursor_at(self) -> float | None:
        """The moment under the cursor line."""
        return self._cursor

    def set_scene(self, scene: Scene) -> None:
        """Show an answer."""
        self._scene = scene
        self._shapes = [LaneShapes(lane, scene.now) for lane in scene.lanes]
        self._fit()
        self._tell()
        self._anew()

    def set_span(self, span: Span) -> None:
        """Show another stretch, without a signal."""
        self._span = span
        self._tell()
        self._anew()

    def set_cursor(self, at: float | None) -> None:
        """Put the cursor line at a moment, or take it away."""
        self._cursor = at
        self._tell()
        self.viewport().update()

    # --- painting -------------------------------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002 - Qt's signature
        """The picture, which is kept while nothing moves, and the lines over it."""
        if self._picture is None:
            self._picture = self._painted()
        painter = QPainter(self.viewport())
        painter.drawPixmap(0, 0, self._picture)
        if self._hover is not None:
            self._line(painter, self._hover, QPen(QColor(self._theme.tokens.border_strong), 1, Qt.PenStyle.DashLine))
        if self._cursor is not None:
            self._line(painter, self._cursor, QPen(self._theme.colour(Tone.ACCENT), 2))
        if self.hasFocus():
            painter.setPen(QPen(self._theme.colour(Tone.ACCENT), 1))
            painter.drawRect(self.viewport().rect().adjusted(0, 0, -1, -1))

    def _painted(self) -> QPixmap:
        ratio, size = self.devicePixelRatioF(), self.viewport().size()
        picture = QPixmap(size * ratio)
        picture.setDevicePixelRatio(ratio)
        picture.fill(QColor(self._theme.tokens.surface))
        painter = QPainter(picture)
        paint = TimelinePainter(painter, self._theme, self._scene, self._shapes, self._span, size.width())
        paint.lanes(HEAD - self.verticalScrollBar().value(), size.height())
        paint.load()
        paint.axis()
        paint.holes(size.height())
        painter.end()
        return picture

    def _line(self, painter: QPainter, at: float, pen: QPen) -> None:
        if not self._span.holds(at):
            return
        x = self._x(at)
        painter.setPen(pen)
        painter.drawLine(QPointF(x, 0), QPointF(x, self.viewport().height()))
        words = self._moment_words(at)
        painter.setFont(text_font(TEXT_XS))
        width = painter.fontMetrics().horizontalAdvance(words) + 12
        left = min(max(x - width / 2, NAMES), self.viewport().width() - width)
        label = QRectF(left, 0, width, 17)
        painter.fillRect(label, QColor(self._theme.tokens.raised))
        painter.setPen(QColor(self._theme.tokens.text))
        painter.drawText(label, Qt.AlignmentFlag.AlignCenter, words)

    def _moment_words(self, at: float) -> str:
        here = datetime.fromtimestamp(at, UTC).astimezone()
        load = self._scene.load_at(at)
        told = (
            tr("   {waiting} waiting, {running} running", waiting=load.waiting, running=load.running)
            if load is not None
            else ""
        )
        return f"{here:%H:%M:%S}{told}" if self._span.length_s < 172_800 else f"{day_words(here)} {here:%H:%M}{told}"

    # --- the mouse ------------------------------------------------------------------------------------------------

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Zoom around the pointer; with Shift, or over the names, scroll the lanes."""
        if event.modifiers() & Qt.KeyboardModifier.ShiftModifier or event.position().x() < NAMES:
            bar = self.verticalScrollBar()
            bar.setValue(bar.value() - event.angleDelta().y() // 2 - event.angleDelta().x() // 2)
            return
        factor = exp(-event.angleDelta().y() / 480)
        self._go(self._span.zoomed(factor, self._at(event.position().x())))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """A click, or the begin of a drag."""
        if event.button() is Qt.MouseButton.LeftButton:
            self._pressed, self._dragged = event.position().toPoint(), None

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Drag, or show the moment under the pointer."""
        x = event.position().x()
        if self._pressed is None:
            self._hover = self._at(x) if x >= NAMES else None
            self.viewport().update()
            return
        moved = event.position().toPoint() - self._pressed
        if self._dragged is None and abs(moved.x()) < _DRAG:
            return
        if self._dragged is None:
            self._dragged, self._hover = self._span, None
            self.viewport().setCursor(Qt.CursorShape.ClosedHandCursor)
        self._go(self._dragged.moved(-moved.x() * self._dragged.length_s / self._room()))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """What was no drag was a click: it opens the moment."""
        was_drag, was_pressed = self._dragged is not None, self._pressed is not None
        self._pressed = self._dragged = None
        self.viewport().unsetCursor()
        x = event.position().x()
        if was_pressed and not was_drag and event.button() is Qt.MouseButton.LeftButton and x >= NAMES:
            self._open(self._at(x))

    def leaveEvent(self, event: QEvent) -> None:
        """The pointer's line goes with it."""
        super().leaveEvent(event)
        self._hover = None
        self.viewport().update()

    def viewportEvent(self, event: QEvent) -> bool:
        """A run under the pointer says what it is."""
        if event.type() is QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            QToolTip.showText(event.globalPos(), self.words_at(event.pos()), self.viewport())
            return True
        if event.type() is QEvent.Type.Leave:
            self._hover = None
            self.viewport().update()
        return super().viewportEvent(event)

    def words_at(self, place: QPoint) -> str:
        """What lies there, in words."""
        if place.x() < NAMES:
            return ""
        at = self._at(place.x())
        found = self._lane_at(place.y())
        told = self._words_in(*found, at) if found is not None else ""
        holes = (hole.words for hole in self._scene.holes if hole.begin <= at < hole.end)
        return told or next(holes, "")

    def _words_in(self, lane: SceneLane, y: float, at: float) -> str:
        slack_s = _SLACK * self._span.length_s / self._room()
        y -= state_room(lane)
        is_unknown = any(hole.begin <= at < hole.end for hole in self._scene.holes)
        ground = next((each for each in lane.grounds if each.begin <= at < each.end and not is_unknown), None)
        is_labelled = ground is not None and ground.state != PLAIN
        block = block_at(lane, max(0, int((y - LANE_GAP / 2) // ROW)), at, slack_s, self._scene.now)
        if block is not None and not (is_labelled and y < 0):
            now = datetime.fromtimestamp(self._scene.now, UTC)
            return words_of(block.run, lane.name, now) if block.run is not None else f"{lane.name}: {block.words}"
        return f"{lane.name}: {state_words(ground)}" if ground is not None else ""

    # --- the keys -------------------------------------------------------------------------------------------------

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Arrows move the cursor (with Shift: leap), + and - zoom, Enter opens, Esc takes the cursor away."""
        leap = _LEAP if event.modifiers() & Qt.KeyboardModifier.ShiftModifier else _STEP
        match event.key():
            case Qt.Key.Key_Left:
                self._walk(-leap)
            case Qt.Key.Key_Right:
                self._walk(leap)
            case Qt.Key.Key_Up | Qt.Key.Key_Down | Qt.Key.Key_PageUp | Qt.Key.Key_PageDown:
                super().keyPressEvent(event)
            case Qt.Key.Key_Plus | Qt.Key.Key_Equal:
                self._go(self._span.zoomed(1 / _ZOOM, self._middle()))
            case Qt.Key.Key_Minus:
                self._go(self._span.zoomed(_ZOOM, self._middle()))
            case Qt.Key.Key_Home:
                self.set_cursor(self._span.begin)
            case Qt.Key.Key_End:
                self.set_cursor(min(self._span.end, max(self._span.begin, self._scene.now)))
            case Qt.Key.Key_Return | Qt.Key.Key_Enter:
                self._open(self._middle())
            case Qt.Key.Key_Escape if self._cursor is not None:
                self.set_cursor(None)
                self.cleared.emit()
            case _:
                event.ignore()

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Where the keyboard is, is seen."""
        super().focusInEvent(event)
        self.viewport().update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """And where it is not."""
        super().focusOutEvent(event)
        self.viewport().update()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """As many lanes as there is room for."""
        super().resizeEvent(event)
        self._fit()
        self._anew()

    def scrollContentsBy(self, dx: int, dy: int) -> None:  # noqa: ARG002 - Qt's signature
        """The lanes below the axis move; the axis stays."""
        self._anew()

    # --- inside ---------------------------------------------------------------------------------------------------

    def _walk(self, share: float) -> None:
        at = (self._cursor if self._cursor is not None else self._middle()) + share * self._span.length_s
        if not self._span.holds(at):
            self._go(self._span.moved(share * self._span.length_s))
        self.set_cursor(at)

    def _middle(self) -> float:
        if self._cursor is not None and self._span.holds(self._cursor):
            return self._cursor
        return min((self._span.begin + self._span.end) / 2, max(self._scene.now, self._span.begin))

    def _open(self, at: float) -> None:
        if self._scene.now:
            at = min(at, self._scene.now)
        self.set_cursor(at)
        self.opened.emit(at)

    def _go(self, span: Span) -> None:
        self.set_span(span)
        self.span_changed.emit()

    def _anew(self) -> None:
        self._picture = None
        self.viewport().update()

    def _fit(self) -> None:
        tall = sum(map(lane_height, self._scene.lanes))
        room = max(0, self.viewport().height() - HEAD)
        bar = self.verticalScrollBar()
        bar.setRange(0, max(0, tall - room))
        bar.setPageStep(max(1, room))
        bar.setSingleStep(ROW + LANE_GAP)

    def _lane_at(self, y: float) -> tuple[SceneLane, float] | None:
        top = float(HEAD - self.verticalScrollBar().value())
        if y < HEAD:
            return None
        for lane in self._scene.lanes:
            if top <= y < top + lane_height(lane):
                return lane, y - top
            top += lane_height(lane)
        return None

    def _room(self) -> float:
        return max(1.0, float(self.viewport().width() - NAMES - RIGHT))

    def _at(self, x: float) -> float:
        return self._span.begin + (x - NAMES) * self._span.length_s / self._room()

    def _x(self, at: float) -> float:
        return NAMES + (at - self._span.begin) * self._room() / self._span.length_s

    def _tell(self) -> None:
        """What a screen reader says of it: the figures, and the moment under the cursor."""
        lanes = self._scene.lanes
        runs, failed = sum(lane.runs for lane in lanes), sum(lane.failed for lane in lanes)
        words = ", ".join(
            (
                counted("%n robot", "%n robots", len(lanes)),
                counted("%n run", "%n runs", runs),
                tr("{number} failed", number=failed),
            )
        )
        if self._cursor is not None:
            words += tr("; cursor at {moment}", moment=self._moment_words(self._cursor))
        self.setAccessibleDescription(words)
