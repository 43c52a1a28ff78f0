"""One way to begin: an icon, what it is, one sentence, and the button that does it."""

from dataclasses import dataclass

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QPushButton, QVBoxLayout, QWidget

from orchestrator.console.theme.theme import Theme
from orchestrator.console.theme.tokens import SPACE_L, SPACE_M, SPACE_S, SPACE_XL, Tone
from orchestrator.console.widgets.icon_label import IconLabel
from orchestrator.console.widgets.labels import label

_ICON = 28
_LEAST, _HEIGHT = 270, 236


@dataclass(frozen=True, slots=True, kw_only=True)
class WayToBegin:
    """What the card says."""

    icon: str
    title: str
    sentence: str
    button: str


class WelcomeCard(QFrame):
    """`chosen` when its button is pressed."""

    chosen = Signal()

    def __init__(
        self, theme: Theme, way: WayToBegin, *, is_primary: bool = False, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setProperty("card", True)
        self.setMinimumWidth(_LEAST)
        self.setMinimumHeight(_HEIGHT)
        self.button = QPushButton(way.button)
        self.button.setAccessibleDescription(way.sentence)
        self.button.setProperty("variant", "primary" if is_primary else "")
        self.button.clicked.connect(self.chosen)
        explanation = label(way.sentence, "muted")
        explanation.setWordWrap(True)
        explanation.setAlignment(Qt.AlignmentFlag.AlignTop)
        # Laid out at its hint, a label that wraps would get the height of one line.
        explanation.setMinimumHeight(explanation.heightForWidth(_LEAST - 2 * SPACE_XL))
        column = QVBoxLayout(self)
        column.setContentsMargins(SPACE_XL, SPACE_XL, SPACE_XL, SPACE_L)
        column.setSpacing(SPACE_S)
        column.addWidget(IconLabel(theme, way.icon, Tone.ACCENT, _ICON))
        column.addSpacing(SPACE_S)
        column.addWidget(label(way.title, "heading"))
        column.addWidget(explanation)
        column.addStretch(1)
        column.addSpacing(SPACE_M)
        column.addWidget(self.button, 0, Qt.AlignmentFlag.AlignLeft)
