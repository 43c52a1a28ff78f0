"""One horizontal bar for each robot: how much of its slots' time it worked."""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QScrollArea, QVBoxLayout, QWidget

from orchestrator.console.formatting import percent
from orchestrator.console.theme.fonts import text_font
from orchestrator.console.theme.theme import Theme
from orchestrator.console.theme.tokens import SPACE_L, SPACE_M, TEXT_S
from orchestrator.console.widgets.labels import card, label
from orchestrator.console.words import tr

_ROW, _BAR = 46, 8
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


@dataclass(frozen=True, slots=True)
class Usage:
    """A robot's name, the share 0..1 of its slots' time that it worked, and more words."""

    name: str
    share: float
    words: str = ""


class UsageBars(QWidget):
    """A card with a bar for each robot, busiest first."""

    def __init__(self, theme: Theme, title: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(title)
        self._bars = _Bars(theme)
        self._empty = label(tr("No robot has been seen in this range"), "muted")
        self._empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        scroll.setWidget(self._bars)
        self._scroll = scroll
        frame = card()
        column = QVBoxLayout(frame)
        column.setContentsMargins(SPACE_L, SPACE_M, SPACE_M, SPACE_M)
        column.addWidget(label(title, "strong"))
        column.addWidget(self._empty, 1)
        column.addWidget(scroll, 1)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(frame)
        self.set_usages(())

    def set_usages(self, usages: Sequence[Usage]) -> None:
        """Show these robots."""
        ordered = sorted(usages, key=lambda usage: (-usage.share, usage.name))
        self._bars.set_usages(ordered)
        self._empty.setVisible(not ordered)
        self._scroll.setVisible(bool(ordered))
        words = ", ".join(f"{usage.name} {percent(round(usage.share, 2))}" for usage in ordered)
        self.setAccessibleDescription(words)


class _Bars(QWidget):
    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._usages: tuple[Usage, ...] = ()
        self.setProperty("plain", True)
        theme.changed.connect(self.update)

    def set_usages(self, usages: Sequence[Usage]) -> None:
        self._usages = tuple(usages)
        self.setMinimumHeight(len(usages) * _ROW)
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(240, max(len(self._usages), 1) * _ROW)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002 - Qt's signature
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.fillRect(self.rect(), QColor(self._theme.tokens.surface))
        for number, usage in enumerate(self._usages):
            self._paint_row(painter, QRect(0, number * _ROW, self.width() - 6, _ROW), usage)

    def _paint_row(self, painter: QPainter, rect: QRect, usage: Usage) -> None:
        tokens = self._theme.tokens
        words = QRect(rect.left(), rect.top() + 2, rect.width(), 24)
        painter.setFont(text_font())
        painter.setPen(QColor(tokens.text))
        painter.drawText(words, int(_LEFT), usage.name)
        share = percent(round(usage.share, 2))
        painter.drawText(words, int(_RIGHT), share)
        used = QFontMetrics(text_font()).horizontalAdvance("100 %") + SPACE_M
        painter.setFont(text_font(TEXT_S))
        painter.setPen(QColor(tokens.muted))
        painter.drawText(words.adjusted(0, 0, -used, 0), int(_RIGHT), usage.words)
        painter.setPen(Qt.PenStyle.NoPen)
        track = QRectF(rect.left(), rect.top() + 29, rect.width(), _BAR)
        painter.setBrush(QColor(tokens.neutral_soft))
        painter.drawRoundedRect(track, _BAR / 2, _BAR / 2)
        filled = track.width() * min(max(usage.share, 0.0), 1.0)
        if filled > 0:
            painter.setBrush(QColor(tokens.chart[0]))
            painter.drawRoundedRect(QRectF(track.left(), track.top(), max(filled, _BAR), _BAR), _BAR / 2, _BAR / 2)
