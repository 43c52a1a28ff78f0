"""One figure of the dashboard; a click or Enter leads to what it counts."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFont, QFontMetrics, QKeyEvent, QMouseEvent, QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from orchestrator.console.theme.fonts import text_font
from orchestrator.console.theme.theme import Theme
from orchestrator.console.theme.tokens import SPACE_L, SPACE_M, SPACE_S, SPACE_XS, TEXT_XXL, Tone
from orchestrator.console.widgets.icon_label import IconLabel
from orchestrator.console.widgets.labels import label, set_property


class KpiCard(QFrame):
    """Title, big figure and caption on a card; `clicked` by mouse, Enter and Space."""

    clicked = Signal()

    def __init__(self, theme: Theme, title: str, icon: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("card", True)
        self.setProperty("clickable", True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self._title = title
        self._figure, self._caption = label("–", "kpi"), label("", "caption")  # noqa: RUF001 - en dash: no value
        self._arrange(IconLabel(theme, icon, Tone.MUTED))
        self.set_value("–")  # noqa: RUF001 - en dash: no value

    def set_value(self, figure: str, caption: str = "", tone: Tone = Tone.MUTED) -> None:
        """Show a figure, already formatted; the caption's tone says whether it is good or bad."""
        self._figure.setText(figure)
        self._fit_figure()
        self._caption.setText(caption)
        self._caption.setToolTip(caption)
        set_property(self._caption, "role", "caption" if tone is Tone.MUTED else f"tone-{tone}")
        self.setAccessibleName(f"{self._title}: {figure}")
        self.setAccessibleDescription(caption)

    def _arrange(self, icon: IconLabel) -> None:
        head = QHBoxLayout()
        head.setSpacing(SPACE_S)
        head.addWidget(icon)
        head.addWidget(label(self._title, "overline"), 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(SPACE_L, SPACE_M, SPACE_L, SPACE_M)
        column.setSpacing(SPACE_XS)
        column.addLayout(head)
        column.addWidget(self._figure)
        column.addWidget(self._caption)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """A figure that is too long for a narrow card is written smaller, never cut."""
        super().resizeEvent(event)
        self._fit_figure()

    def _fit_figure(self) -> None:
        large = QFontMetrics(text_font(TEXT_XXL, QFont.Weight.DemiBold))
        room = self.contentsRect().width() - 2 * SPACE_L
        fits = large.horizontalAdvance(self._figure.text()) <= room
        set_property(self._figure, "role", "kpi" if fits else "title")

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """A click that ends on the card counts."""
        if event.button() is Qt.MouseButton.LeftButton and self.rect().contains(event.position().toPoint()):
            self.clicked.emit()
        super().mouseReleaseEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter and Space are a click."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self.clicked.emit()
        else:
            super().keyPressEvent(event)
