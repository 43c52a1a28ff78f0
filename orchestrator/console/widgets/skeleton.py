"""What stands in a place while it loads, and what lies over it while its data are stale."""

from PySide6.QtCore import QEvent, QObject, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from orchestrator.console.theme.fonts import text_font
from orchestrator.console.theme.theme import Theme
from orchestrator.console.theme.tokens import ROW_HEIGHT, TEXT_M, Tone
from orchestrator.console.words import tr

_SHARES = (0.32, 0.18, 0.24, 0.14)


class Skeleton(QWidget):
    """Grey bars where rows will be; hidden at first, still (nothing blinks), and without input."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setAccessibleName(tr("Loading"))
        self.hide()
        theme.changed.connect(self.update)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002 - Qt's signature
        """Rows of bars, fading towards the bottom."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        rows = max(min(self.height() // ROW_HEIGHT, 12), 1)
        for row in range(rows):
            colour = QColor(self._theme.tokens.border)
            colour.setAlphaF(1 - row / (rows + 1))
            painter.setBrush(colour)
            self._paint_row(painter, row)

    def _paint_row(self, painter: QPainter, row: int) -> None:
        left = 10.0
        for column, share in enumerate(_SHARES):
            room = self.width() * share
            length = room * (0.55 + 0.3 * ((row * 7 + column * 5) % 4) / 4)
            painter.drawRoundedRect(QRectF(left, row * ROW_HEIGHT + ROW_HEIGHT / 2 - 5, length, 10), 4, 4)
            left += room + 16


class StaleOverlay(QWidget):
    """A veil over data that no longer follow the engine, with one line that says so."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme, self._text = theme, ""
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.hide()
        parent.installEventFilter(self)
        theme.changed.connect(self.update)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Follow the parent's size."""
        parent = self.parentWidget()
        if event.type() is QEvent.Type.Resize and parent is not None:
            self.setGeometry(parent.rect())
        return super().eventFilter(watched, event)

    def show_text(self, text: str) -> None:
        """Lay the veil over the whole parent, e.g. `Not connected - data of 14:03`."""
        self._text = text
        self.setAccessibleName(text)
        parent = self.parentWidget()
        if parent is not None:
            self.setGeometry(parent.rect())
        self.raise_()
        self.show()
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002 - Qt's signature
        """Half the ground's colour, and the line in a pill at the top."""
        painter = QPainter(self)
        tokens = self._theme.tokens
        veil = QColor(tokens.background)
        veil.setAlphaF(0.55)
        painter.fillRect(self.rect(), veil)
        painter.setFont(text_font(TEXT_M))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        width = painter.fontMetrics().horizontalAdvance(self._text) + 28
        pill = QRectF((self.width() - width) / 2, 16, width, 30)
        painter.setPen(QColor(tokens.border_strong))
        painter.setBrush(QColor(tokens.warning_soft))
        painter.drawRoundedRect(pill, 15, 15)
        painter.setPen(self._theme.colour(Tone.WARNING))
        painter.drawText(pill, Qt.AlignmentFlag.AlignCenter, self._text)
