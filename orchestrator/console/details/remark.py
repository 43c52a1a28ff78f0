"""A card that says one important thing: what, where, and what to do about it."""

from dataclasses import dataclass

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout

from orchestrator.console.theme.theme import Theme
from orchestrator.console.theme.tokens import SPACE_L, SPACE_M, SPACE_XS, Tone
from orchestrator.console.widgets.icon_label import IconLabel
from orchestrator.console.widgets.labels import label


@dataclass(frozen=True, slots=True, kw_only=True)
class Remark:
    """Icon and tone, the sentence, where it belongs, the advice, and lines of a log."""

    icon: str
    tone: Tone
    title: str
    caption: str = ""
    advice: str = ""
    code: str = ""


def remark_card(theme: Theme, remark: Remark) -> QFrame:
    """The card on the tone's quiet ground."""
    frame = QFrame()
    frame.setObjectName("remark")
    frame.setProperty("tone", str(remark.tone))
    frame.setAccessibleName(remark.title)
    row = QHBoxLayout(frame)
    row.setContentsMargins(SPACE_L, SPACE_M, SPACE_L, SPACE_M)
    row.setSpacing(SPACE_M)
    row.addWidget(IconLabel(theme, remark.icon, remark.tone), 0, Qt.AlignmentFlag.AlignTop)
    column = QVBoxLayout()
    column.setSpacing(SPACE_XS)
    for words, role in (
        (remark.title, "strong"),
        (remark.caption, f"tone-{remark.tone}"),
        (remark.advice, ""),
        (remark.code, "mono"),
    ):
        if words:
            line = label(words, role)
            line.setWordWrap(True)
            line.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            column.addWidget(line)
    row.addLayout(column, 1)
    return frame
