"""A table on a card, so that its corners are round and its header belongs to it."""

from PySide6.QtWidgets import QFrame, QVBoxLayout, QWidget

from orchestrator.console.widgets.labels import card


def table_card(table: QWidget) -> QFrame:
    """The frame around it."""
    frame = card()
    column = QVBoxLayout(frame)
    column.setContentsMargins(1, 1, 1, 1)
    column.addWidget(table)
    return frame
