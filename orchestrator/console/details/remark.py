"""A card that says one important thing: what, where, and what to do about it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QVBoxLayout

from orchestrator.console.theme.theme import Theme
from orchestrator.console.theme.tokens import SPACE_L, SPACE_M, SPACE_S, SPACE_XS, Tone
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
    actions: tuple[tuple[str, str], ...] = ()
    """Buttons: the key of what each does, and its words."""


def remark_card(theme: Theme, remark: Remark, act: Callable[[str], None] | None = None) -> QFrame:
    """The card on the tone's quiet ground; `act` gets the key of the button that is pressed."""
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
    if remark.actions and act is not None:
        column.addLayout(_buttons(remark.actions, act))
    row.addLayout(column, 1)
    return frame


def _buttons(actions: Sequence[tuple[str, str]], act: Callable[[str], None]) -> QHBoxLayout:
    row = QHBoxLayout()
    row.setContentsMargins(0, SPACE_XS, 0, 0)
    row.setSpacing(SPACE_S)
    for key, words in actions:
        button = QPushButton(words)
        button.clicked.connect(partial(_pressed, act, key))
        row.addWidget(button)
    row.addStretch(1)
    return row


def _pressed(act: Callable[[str], None], key: str, _checked: bool = False) -> None:
    act(key)
