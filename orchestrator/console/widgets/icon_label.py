"""An icon that is not a button."""

from PySide6.QtCore import QPointF, QSize
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from orchestrator.console.theme.theme import Theme
from orchestrator.console.theme.tokens import ICON_M, Tone


class IconLabel(QWidget):
    """One icon in the colour of a tone, sharp at every density."""

    def __init__(
        self,
        theme: Theme,
        icon: str,
        tone: Tone = Tone.NEUTRAL,
        size: int = ICON_M,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._theme, self._icon, self._tone, self._size = theme, icon, tone, size
        self.setFixedSize(size, size)
        theme.changed.connect(self.update)

    def set_icon(self, icon: str, tone: Tone) -> None:
        """Show another icon."""
        self._icon, self._tone = icon, tone
        self.update()

    def sizeHint(self) -> QSize:
        """The icon's size."""
        return QSize(self._size, self._size)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002 - Qt's signature
        """Draw the icon."""
        painter = QPainter(self)
        picture = self._theme.pixmap(self._icon, self._tone, self._size, self.devicePixelRatioF())
        painter.drawPixmap(QPointF(0, 0), picture)
