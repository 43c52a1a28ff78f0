"""A workflow's steps as a picture: what waits for what, lit up while a run goes on."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPainterPath, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QFrame, QScrollArea, QWidget

from orchestrator.console.theme.fonts import text_font
from orchestrator.console.theme.status import step_status
from orchestrator.console.theme.theme import Theme
from orchestrator.console.theme.tokens import ICON_S, TEXT_S, Tone
from orchestrator.console.words import tr

_WIDTH, _HEIGHT = 158, 30
_WIDEST, _NARROWEST = 220, 110
_ACROSS, _DOWN = 34, 10
_BESIDE, _BELOW = 10, 13
_TALL = 42
_MARGIN = 14


@dataclass(frozen=True, slots=True)
class GraphNode:
    """A step: id, words, the ids that it waits for, and its state (empty: just a definition)."""

    step_id: str
    title: str
    needs: tuple[str, ...] = ()
    status: str = ""


def layers(nodes: Sequence[GraphNode]) -> list[list[GraphNode]]:
    """Columns from left to right: a step stands behind everything that it waits for. A cycle ends up in one column."""
    depth: dict[str, int] = {}
    known = {node.step_id for node in nodes}
    for _ in nodes:
        for node in nodes:
            needed = [depth.get(each, 0) + 1 for each in node.needs if each in known and each != node.step_id]
            depth[node.step_id] = min(max(needed, default=0), len(nodes))
    columns: dict[int, list[GraphNode]] = {}
    for node in nodes:
        columns.setdefault(depth[node.step_id], []).append(node)
    return [columns[number] for number in sorted(columns)]


class StepGraph(QWidget):
    """Boxes and curves between them, painted, without input: from left to right, or downwards in a narrow place."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._nodes: tuple[GraphNode, ...] = ()
        self._layers: list[list[GraphNode]] = []
        self._places: Mapping[str, QRectF] = {}
        self._is_downwards = False
        self.setAccessibleName(tr("Steps and what they wait for"))
        theme.changed.connect(self.update)

    @property
    def is_downwards(self) -> bool:
        """True when the place is too narrow for a picture from left to right."""
        return self._is_downwards

    def in_scroll_area(self) -> QScrollArea:
        """The picture in an area that scrolls."""
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setProperty("reader", True)
        area.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        area.setAccessibleName(tr("Picture of the steps"))
        area.setWidget(self)
        return area

    def set_nodes(self, nodes: Sequence[GraphNode]) -> None:
        """Show these steps."""
        if tuple(nodes) == self._nodes:
            return
        self._nodes = tuple(nodes)
        self._layers = layers(nodes)
        self._arrange()
        done = sum(node.status == "completed" for node in nodes)
        self.setAccessibleDescription(tr("{done} of {number} steps are done", done=done, number=len(nodes)))
        self.update()

    def place_of(self, step_id: str) -> QRectF:
        """Where a step is drawn; an empty rectangle for an unknown one."""
        return self._places.get(step_id, QRectF())

    def sizeHint(self) -> QSize:
        """As large as the picture."""
        right = max((rect.right() for rect in self._places.values()), default=0)
        bottom = max((rect.bottom() for rect in self._places.values()), default=0)
        return QSize(round(right) + _MARGIN, round(bottom) + _MARGIN)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """The way of the picture follows the room."""
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self._arrange()

    def _arrange(self) -> None:
        across = _places_across(self._layers)
        right = max((rect.right() for rect in across.values()), default=0) + _MARGIN
        self._is_downwards = right > self.width()
        self._places = _places_down(self._layers, self.width()) if self._is_downwards else across
        widest = max((len(layer) for layer in self._layers), default=0)
        least = widest * (_NARROWEST + _BESIDE) - _BESIDE + 2 * _MARGIN
        self.setMinimumSize(min(least, round(right)), self.sizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002 - Qt's signature
        """Curves first, boxes on top."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.fillRect(self.rect(), QColor(self._theme.tokens.surface))
        for node in self._nodes:
            for need in node.needs:
                if need in self._places:
                    self._paint_edge(painter, self._places[need], self._places[node.step_id])
        for node in self._nodes:
            self._paint_node(painter, self._places[node.step_id], node)

    def _paint_edge(self, painter: QPainter, start: QRectF, end: QRectF) -> None:
        if self._is_downwards:
            begin, finish = QPointF(start.center().x(), start.bottom()), QPointF(end.center().x(), end.top())
            bend = QPointF(0, _BELOW * 0.8)
        else:
            begin, finish = QPointF(start.right(), start.center().y()), QPointF(end.left(), end.center().y())
            bend = QPointF(_ACROSS * 0.6, 0)
        path = QPainterPath(begin)
        path.cubicTo(begin + bend, finish - bend, finish)
        painter.setPen(QPen(QColor(self._theme.tokens.border_strong), 1.2))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawPath(path)

    def _paint_node(self, painter: QPainter, rect: QRectF, node: GraphNode) -> None:
        tokens = self._theme.tokens
        look = step_status(node.status) if node.status else None
        tone = look.tone if look else Tone.NEUTRAL
        is_lit = node.status not in ("", "pending", "skipped")
        painter.setBrush(QColor(tokens.soft(tone) if is_lit else tokens.background))
        painter.setPen(QPen(QColor(tokens.tone(tone) if is_lit else tokens.border_strong), 1))
        painter.drawRoundedRect(rect.adjusted(0.5, 0.5, -0.5, -0.5), 6, 6)
        left = rect.left() + 10
        if look is not None:
            picture = self._theme.pixmap(look.icon, look.tone, ICON_S, self.devicePixelRatioF())
            painter.drawPixmap(QPointF(left, rect.center().y() - ICON_S / 2), picture)
            left += ICON_S + 6
        font = text_font(TEXT_S)
        room = QRectF(left, rect.top(), rect.right() - left - 6, rect.height())
        painter.setFont(font)
        painter.setPen(QColor(tokens.text if is_lit or not node.status else tokens.muted))
        if rect.height() > _HEIGHT:
            side = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft
            painter.drawText(room, int(side) | int(Qt.TextFlag.TextWordWrap), node.title)
        else:
            words = QFontMetrics(font).elidedText(node.title, Qt.TextElideMode.ElideRight, int(room.width()))
            painter.drawText(room, int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft), words)


def _places_across(columns: Sequence[Sequence[GraphNode]]) -> dict[str, QRectF]:
    tallest = max((len(column) for column in columns), default=0)
    height = tallest * (_HEIGHT + _DOWN) - _DOWN
    places: dict[str, QRectF] = {}
    for number, column in enumerate(columns):
        own = len(column) * (_HEIGHT + _DOWN) - _DOWN
        top = _MARGIN + (height - own) / 2
        left = _MARGIN + number * (_WIDTH + _ACROSS)
        for row, node in enumerate(column):
            places[node.step_id] = QRectF(left, top + row * (_HEIGHT + _DOWN), _WIDTH, _HEIGHT)
    return places


def _places_down(rows: Sequence[Sequence[GraphNode]], room: int) -> dict[str, QRectF]:
    """Each layer a row in the middle, its boxes as wide as the fullest row allows."""
    fullest = max((len(row) for row in rows), default=1)
    share = (room - 2 * _MARGIN + _BESIDE) / fullest - _BESIDE
    width = min(max(share, _NARROWEST), _WIDEST)
    middle = max(room, fullest * (width + _BESIDE) - _BESIDE + 2 * _MARGIN) / 2
    places: dict[str, QRectF] = {}
    top: float = _MARGIN
    for row in rows:
        # Narrow boxes take their words in two lines.
        height = _TALL if width < _WIDTH and len(row) > 1 else _HEIGHT
        own = width if len(row) > 1 else _WIDEST
        left = middle - (len(row) * (own + _BESIDE) - _BESIDE) / 2
        for place, node in enumerate(row):
            places[node.step_id] = QRectF(left + place * (own + _BESIDE), top, own, height)
        top += height + _BELOW
    return places
