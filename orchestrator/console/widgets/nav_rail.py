"""The rail at the left: one button per panel, Ctrl+1 to Ctrl+9 and Ctrl+0, badges with counts."""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QKeySequence, QPainter, QPaintEvent
from PySide6.QtWidgets import QButtonGroup, QFrame, QSizePolicy, QToolButton, QVBoxLayout, QWidget

from orchestrator.console.formatting import short_count
from orchestrator.console.theme.fonts import text_font
from orchestrator.console.theme.theme import Theme
from orchestrator.console.theme.tokens import ICON_M, SPACE_M, SPACE_XS, TEXT_XS, Tone
from orchestrator.console.words import tr

_WIDTH = 184


@dataclass(frozen=True, slots=True)
class NavItem:
    """Key, words and icon of one panel."""

    key: str
    title: str
    icon: str


class NavButton(QToolButton):
    """One panel's button with a count at its right."""

    def __init__(self, theme: Theme, item: NavItem, number: int) -> None:
        super().__init__()
        self._theme, self._title, self._badge, self._tone = theme, item.title, "", Tone.MUTED
        self.setProperty("nav", True)
        self.setText(f"  {item.title}")
        self.setCheckable(True)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.setIconSize(QSize(ICON_M, ICON_M))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        theme.bind_icon(self, item.icon, Tone.MUTED)
        if number <= 10:
            self.setShortcut(QKeySequence(f"Ctrl+{number % 10}"))
            self.setToolTip(f"{item.title} (Ctrl+{number % 10})")
        self.set_badge(0, Tone.MUTED)

    def set_badge(self, number: int, tone: Tone) -> None:
        """Show a count; none for 0."""
        self.setAccessibleName(f"{self._title}, {number}" if number else self._title)
        shown = (short_count(number) if number else "", tone)
        if shown != (self._badge, self._tone):  # counts are told ten times a second while jobs come in
            self._badge, self._tone = shown
            self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """The button, then its badge."""
        super().paintEvent(event)
        if not self._badge:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(text_font(TEXT_XS))
        width = max(painter.fontMetrics().horizontalAdvance(self._badge) + 12, 20)
        pill = QRectF(self.width() - width - 8, (self.height() - 18) / 2, width, 18)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(self._theme.tokens.soft(self._tone)))
        painter.drawRoundedRect(pill, 9, 9)
        painter.setPen(self._theme.colour(self._tone))
        painter.drawText(pill, Qt.AlignmentFlag.AlignCenter, self._badge)


class NavRail(QFrame):
    """`selected(key)` when the user goes to another panel."""

    selected = Signal(str)

    def __init__(self, theme: Theme, items: Sequence[NavItem], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("navRail")
        self.setAccessibleName(tr("Navigation"))
        self.setFixedWidth(_WIDTH)
        self._group = QButtonGroup(self)
        self._keys = [item.key for item in items]
        self._buttons = {item.key: NavButton(theme, item, n) for n, item in enumerate(items, 1)}
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(SPACE_M, SPACE_M, SPACE_M, SPACE_M)
        self.column.setSpacing(SPACE_XS)
        for number, button in enumerate(self._buttons.values()):
            self._group.addButton(button, number)
            self.column.addWidget(button)
        self.column.addStretch(1)
        self._group.idClicked.connect(lambda number: self.selected.emit(self._keys[number]))

    @property
    def has_keyboard(self) -> bool:
        """Whether one goes from panel to panel with the keys right now."""
        return any(button.hasFocus() for button in self._buttons.values())

    def set_current(self, key: str) -> None:
        """Mark a panel as the one that is shown, without a signal."""
        self._buttons[key].setChecked(True)

    def set_badge(self, key: str, number: int, tone: Tone = Tone.MUTED) -> None:
        """The count beside a panel's name; 0 shows none."""
        self._buttons[key].set_badge(number, tone)
