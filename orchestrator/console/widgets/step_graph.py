"""A workflow's steps as a picture: what waits for what, lit up while a run goes on."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPainterPath, QPaintEvent, QPen
from PySide6.QtWidgets import QFrame, QScrollArea, QWidget

from orchestrator.console.theme.fonts import text_font
from orchestrator.console.theme.status import step_status
from orchestrator.console.theme.theme import Theme
from orchestrator.console.theme.tokens import ICON_S, TEXT_S, Tone

_WIDTH, _HEIGHT = 158, 30
_ACROSS, _DOWN = 34, 10
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
    """Boxes in columns and curves between them; painted, without input."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._nodes: tuple[GraphNode, ...] = ()
        self._places: Mapping[str, QRectF] = {}
        self.setAccessibleName("Steps and what they wait for")
        theme.changed.connect(self.update)

    def in_scroll_area(self) -> QScrollArea:
        """The picture in an area that scrolls."""
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setAccessibleName("Picture of the steps")
        area.setWidget(self)
        return area

    def set_nodes(self, nodes: Sequence[GraphNode]) -> None:
        """Show these steps."""
        if tuple(nodes) == self._nodes:
            return
        self._nodes = tuple(nodes)
        self._places = _places(layers(nodes))
        self.setMinimumSize(self.sizeHint())
        done = sum(node.status == "completed" for node in nodes)
        self.setAccessibleDescription(f"{done} of {len(nodes)} steps are done")
        self.update()

    def sizeHint(self) -> QSize:
        """As large as the picture."""
        right = max((rect.right() for rect in self._places.values()), default=0)
        bottom = max((rect.bottom() for rect in self._places.values()), default=0)
        return QSize(round(right) + _MARGIN, round(bottom) + _MARGIN)

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
        begin, finish = QPointF(start.right(), start.center().y()), QPointF(end.left(), end.center().y())
        path = QPainterPath(begin)
        bend = _ACROSS * 0.6
        path.cubicTo(begin + QPointF(bend, 0), finish - QPointF(bend, 0), finish)
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
        room = QRectF(left, rect.top(), rect.right() - left - 8, rect.height())
        words = QFontMetrics(font).elidedText(node.title, Qt.TextElideMode.ElideRight, int(room.width()))
        painter.setFont(font)
        painter.setPen(QColor(tokens.text if is_lit or not node.status else tokens.muted))
        painter.drawText(room, int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft), words)


def _places(columns: Sequence[Sequence[GraphNode]]) -> dict[str, QRectF]:
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
