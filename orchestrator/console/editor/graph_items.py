"""Boxes and curves of the step graph."""

from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPainterPath, QPainterPathStroker, QPen
from PySide6.QtWidgets import QGraphicsItem, QStyleOptionGraphicsItem, QWidget

from orchestrator.console.theme.fonts import text_font
from orchestrator.console.theme.theme import Theme
from orchestrator.console.theme.tokens import ICON_S, TEXT_S, TEXT_XS, Tone

WIDTH, HEIGHT = 172, 46
PORT = 6
_ROUND = 7


@dataclass(frozen=True, slots=True, kw_only=True)
class StepLook:
    """What is drawn of a step."""

    step_id: str
    title: str
    action: str
    group: str = ""
    icon: str = ""
    is_wrong: bool = False


class StepItem(QGraphicsItem):
    """A box with title and action; its port at the right begins a connection."""

    def __init__(self, theme: Theme, look: StepLook) -> None:
        super().__init__()
        self._theme, self.look = theme, look
        self.is_current = False
        self.is_aimed = False
        """A connection that is being drawn would end here."""
        self.setFlag(QGraphicsItem.GraphicsItemFlag.ItemIsSelectable)
        self.setToolTip(f"{look.title}\n{look.action}" + (f"\n{look.group}" if look.group else ""))
        self.setZValue(1)

    def boundingRect(self) -> QRectF:
        """With the port and the ring around it."""
        return QRectF(-4, -4, WIDTH + PORT + 8, HEIGHT + 8)

    def is_at_port(self, place: QPointF) -> bool:
        """True for the place, in the box's own measure, where a connection begins."""
        return QRectF(WIDTH - 10, 0, 10 + PORT + 4, HEIGHT).contains(place)

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:  # noqa: ARG002 - Qt's signature
        """Ground, border, words, port."""
        tokens = self._theme.tokens
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        chosen = self.isSelected()
        border = tokens.danger if self.look.is_wrong else tokens.accent if chosen else tokens.border_strong
        painter.setBrush(QColor(tokens.accent_soft if chosen or self.is_aimed else tokens.raised))
        painter.setPen(QPen(QColor(border), 2 if chosen or self.is_aimed else 1.2))
        painter.drawRoundedRect(QRectF(0, 0, WIDTH, HEIGHT), _ROUND, _ROUND)
        if self.is_current:
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(QColor(tokens.accent), 1.5, Qt.PenStyle.DotLine))
            painter.drawRoundedRect(QRectF(-3, -3, WIDTH + 6, HEIGHT + 6), _ROUND + 2, _ROUND + 2)
        self._paint_words(painter)
        painter.setBrush(QColor(tokens.surface))
        painter.setPen(QPen(QColor(tokens.accent if chosen else tokens.border_strong), 1.2))
        painter.drawEllipse(QPointF(WIDTH, HEIGHT / 2), PORT - 1.5, PORT - 1.5)

    def _paint_words(self, painter: QPainter) -> None:
        tokens = self._theme.tokens
        icon = "triangle-alert" if self.look.is_wrong else self.look.icon
        left = 11.0
        if icon:
            tone = Tone.DANGER if self.look.is_wrong else Tone.MUTED
            painter.drawPixmap(QPointF(left, HEIGHT / 2 - ICON_S / 2), self._theme.pixmap(icon, tone, ICON_S, 2.0))
            left += ICON_S + 7
        room = WIDTH - left - 14
        for words, size, colour, top in (
            (self.look.title, TEXT_S, tokens.text, 5.0),
            (self.look.action or "…", TEXT_XS, tokens.muted, 23.0),
        ):
            font = text_font(size)
            painter.setFont(font)
            painter.setPen(QColor(colour))
            shown = QFontMetrics(font).elidedText(words, Qt.TextElideMode.ElideRight, int(room))
            side = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft
            painter.drawText(QRectF(left, top, room, 18), int(side), shown)


class EdgeItem(QGraphicsItem):
    """A curve from a step to one that waits for it; dashed for a branch."""

    def __init__(self, theme: Theme, source: StepItem, target: StepItem, *, branch: str = "") -> None:
        super().__init__()
        self._theme, self.source, self.target, self.branch = theme, source, target, branch
        self.setFlag(QGraphicsItem.GraphicsItemFlag.ItemIsSelectable)
        self._path = curve(source.pos() + QPointF(WIDTH + PORT - 1, HEIGHT / 2), target.pos() + QPointF(0, HEIGHT / 2))

    def boundingRect(self) -> QRectF:
        """With the words of a branch."""
        return self._path.boundingRect().adjusted(-8, -16, 8, 16)

    def shape(self) -> QPainterPath:
        """Wide enough for a mouse."""
        stroker = QPainterPathStroker()
        stroker.setWidth(10)
        return stroker.createStroke(self._path)

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:  # noqa: ARG002 - Qt's signature
        """The curve, its arrow, and `then` or `else`."""
        tokens = self._theme.tokens
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        colour = QColor(tokens.accent if self.isSelected() else tokens.border_strong)
        style = Qt.PenStyle.DashLine if self.branch else Qt.PenStyle.SolidLine
        painter.setPen(QPen(colour, 2.2 if self.isSelected() else 1.4, style))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawPath(self._path)
        end = self._path.pointAtPercent(1.0)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colour)
        painter.drawPolygon([end, end + QPointF(-7, -4), end + QPointF(-7, 4)])
        if self.branch:
            painter.setFont(text_font(TEXT_XS))
            painter.setPen(QColor(tokens.muted))
            painter.drawText(self._path.pointAtPercent(0.5) + QPointF(-10, -5), self.branch)


def curve(start: QPointF, end: QPointF) -> QPainterPath:
    """From a port to the left side of a box."""
    path = QPainterPath(start)
    bend = QPointF(max(abs(end.x() - start.x()) * 0.5, 24), 0)
    path.cubicTo(start + bend, end - bend, end)
    return path
