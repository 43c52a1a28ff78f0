"""Pairs of name and value, such as a job's header; ids can be copied."""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QToolButton, QWidget

from orchestrator.console.theme.theme import Theme
from orchestrator.console.theme.tokens import ICON_S, SPACE_L, SPACE_S, Tone
from orchestrator.console.widgets.labels import label


@dataclass(frozen=True, slots=True)
class Property:
    """A name, its value, whether it is an id (mono, copyable), and a tooltip."""

    name: str
    value: str
    is_id: bool = False
    tooltip: str = ""


class PropertyList(QWidget):
    """Two columns; `copied(value)` after a copy."""

    copied = Signal(str)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._shown: tuple[Property, ...] = ()
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(SPACE_L)
        self._grid.setVerticalSpacing(SPACE_S)
        self._grid.setColumnStretch(1, 1)

    def set_properties(self, properties: Sequence[Property]) -> None:
        """Show these pairs; nothing is rebuilt when they are the same."""
        if tuple(properties) == self._shown:
            return
        self._shown = tuple(properties)
        while (item := self._grid.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.deleteLater()
        for row, pair in enumerate(properties):
            self._grid.addWidget(label(pair.name, "muted"), row, 0, Qt.AlignmentFlag.AlignTop)
            self._grid.addWidget(self._value(pair), row, 1)

    def _value(self, pair: Property) -> QWidget:
        holder = QWidget()
        row = QHBoxLayout(holder)
        row.setContentsMargins(0, 0, 0, 0)
        words = label(pair.value, "mono" if pair.is_id else "")
        words.setToolTip(pair.tooltip)
        words.setWordWrap(not pair.is_id)
        words.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        row.addWidget(words, 0 if pair.is_id else 1)
        if pair.is_id:
            row.addWidget(self._copy_button(pair))
            row.addStretch(1)
        return holder

    def _copy_button(self, pair: Property) -> QToolButton:
        button = QToolButton()
        button.setProperty("variant", "ghost")
        button.setAccessibleName(f"Copy {pair.name}")
        button.setFixedSize(24, 20)
        button.setToolTip(f"Copy {pair.name}")
        self._theme.bind_icon(button, "copy", Tone.MUTED, ICON_S)
        button.clicked.connect(lambda: self._copy(pair.value))
        return button

    def _copy(self, value: str) -> None:
        QGuiApplication.clipboard().setText(value)
        self.copied.emit(value)
