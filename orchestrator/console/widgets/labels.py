"""Labels that take their look from the style sheet by role."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QLabel, QWidget


def label(text: str, role: str = "", parent: QWidget | None = None) -> QLabel:
    """A label of plain text; `role` as the style sheet lists them (title, heading, muted, caption, kpi …)."""
    made = QLabel(text, parent)
    made.setTextFormat(Qt.TextFormat.PlainText)
    if role:
        made.setProperty("role", role)
    return made


def card(parent: QWidget | None = None) -> QFrame:
    """A frame on the surface colour with a hairline border."""
    frame = QFrame(parent)
    frame.setProperty("card", True)
    return frame


def hairline(parent: QWidget | None = None) -> QFrame:
    """A line of one pixel between parts."""
    line = QFrame(parent)
    line.setProperty("line", True)
    return line


def set_property(widget: QWidget, name: str, value: object) -> None:
    """Set a property that the style sheet looks at, and have the widget styled anew."""
    if widget.property(name) == value:
        return
    widget.setProperty(name, value)
    widget.style().unpolish(widget)
    widget.style().polish(widget)
