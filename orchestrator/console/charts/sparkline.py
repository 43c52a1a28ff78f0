"""A line without axes, for cards and tables; painted without pyqtgraph."""

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QSize
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from orchestrator.console.theme.theme import Theme
from orchestrator.console.theme.tokens import Tone


class Sparkline(QWidget):
    """The trend of some values, oldest first; None is a gap."""

    def __init__(self, theme: Theme, name: str, tone: Tone = Tone.ACCENT, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme, self._tone = theme, tone
        self._values: tuple[float | None, ...] = ()
        self.setAccessibleName(name)
        self.setMinimumSize(60, 24)
        theme.changed.connect(self.update)

    def set_values(self, values: Sequence[float | None]) -> None:
        """Show these values."""
        self._values = tuple(values)
        self.update()

    def sizeHint(self) -> QSize:
        """A small strip."""
        return QSize(96, 28)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002 - Qt's signature
        """One polyline, broken at gaps."""
        known = [value for value in self._values if value is not None]
        if len(self._values) < 2 or not known:
            return
        low, span = min(known), (max(known) - min(known)) or 1.0
        step, room = (self.width() - 4) / (len(self._values) - 1), self.height() - 6
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(self._theme.colour(self._tone), 1.5))
        for number, (left, right) in enumerate(zip(self._values, self._values[1:], strict=False)):
            if left is not None and right is not None:
                start = QPointF(2 + number * step, 3 + room * (1 - (left - low) / span))
                painter.drawLine(start, QPointF(2 + (number + 1) * step, 3 + room * (1 - (right - low) / span)))
