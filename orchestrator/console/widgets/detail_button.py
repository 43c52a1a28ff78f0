"""A button of the detail pane: icon and words, in a tone."""

from PySide6.QtWidgets import QPushButton

from orchestrator.console.theme.theme import Theme
from orchestrator.console.theme.tokens import Tone


def detail_button(theme: Theme, words: str, icon: str, *, tone: Tone = Tone.NEUTRAL) -> QPushButton:
    """The button; connect its `clicked`."""
    button = QPushButton(f" {words}" if words else "")
    button.setAccessibleName(words)
    theme.bind_icon(button, icon, tone)
    return button
