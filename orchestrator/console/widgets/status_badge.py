"""A state as icon and word on a quiet ground."""

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from orchestrator.console.theme.fonts import text_font
from orchestrator.console.theme.status import StatusSpec
from orchestrator.console.theme.theme import Theme
from orchestrator.console.theme.tokens import ICON_S, TEXT_S


class StatusBadge(QWidget):
    """A pill with the icon, tone and word of a `StatusSpec`."""

    def __init__(self, theme: Theme, status: StatusSpec, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme, self._status = theme, status
        self.setFont(text_font(TEXT_S))
        theme.changed.connect(self.update)
        self.set_status(status)

    def set_status(self, status: StatusSpec) -> None:
        """Show another state."""
        self._status = status
        self.setAccessibleName(status.label)
        self.setFixedSize(self.sizeHint())
        self.update()

    def sizeHint(self) -> QSize:
        """Room for icon and word."""
        return QSize(self.fontMetrics().horizontalAdvance(self._status.label) + ICON_S + 24, 24)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002 - Qt's signature
        """Ground, icon, word."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(self._theme.tokens.soft(self._status.tone)))
        painter.drawRoundedRect(QRectF(self.rect()), 12, 12)
        ratio = self.devicePixelRatioF()
        painter.drawPixmap(8, 5, self._theme.pixmap(self._status.icon, self._status.tone, ICON_S, ratio))
        painter.setPen(self._theme.colour(self._status.tone))
        words = self.rect().adjusted(ICON_S + 14, 0, 0, 0)
        painter.drawText(words, int(Qt.AlignmentFlag.AlignVCenter), self._status.label)
