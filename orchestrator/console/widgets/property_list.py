"""Pairs of name and value, such as a job's header; ids can be copied."""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLabel, QToolButton, QWidget

from orchestrator.console.theme.theme import Theme
from orchestrator.console.theme.tokens import ICON_S, SPACE_L, SPACE_S, Tone
from orchestrator.console.widgets.labels import label
from orchestrator.console.words import tr


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
        self._values: list[QLabel] = []
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(SPACE_L)
        self._grid.setVerticalSpacing(SPACE_S)
        self._grid.setColumnStretch(1, 1)

    def set_properties(self, properties: Sequence[Property]) -> None:
        """Show these pairs; the widgets stay where only values have changed, so that a selected text stays selected."""
        before, self._shown = self._shown, tuple(properties)
        if [(pair.name, pair.is_id) for pair in before] == [(pair.name, pair.is_id) for pair in self._shown]:
            self._retell(before)
        else:
            self._rebuild()

    def _retell(self, before: Sequence[Property]) -> None:
        for words, old, new in zip(self._values, before, self._shown, strict=True):
            if old != new:
                words.setText(new.value)
                words.setToolTip(new.tooltip)

    def _rebuild(self) -> None:
        self._values.clear()
        while (item := self._grid.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.deleteLater()
        for row, pair in enumerate(self._shown):
            side = Qt.AlignmentFlag.AlignVCenter if pair.is_id else Qt.AlignmentFlag.AlignTop
            self._grid.addWidget(label(pair.name, "muted"), row, 0, side)
            self._grid.addWidget(self._value(row, pair), row, 1)

    def _value(self, number: int, pair: Property) -> QWidget:
        holder = QWidget()
        row = QHBoxLayout(holder)
        row.setContentsMargins(0, 0, 0, 0)
        words = label(pair.value, "mono" if pair.is_id else "")
        words.setToolTip(pair.tooltip)
        words.setWordWrap(not pair.is_id)
        words.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._values.append(words)
        row.addWidget(words, 0 if pair.is_id else 1)
        if pair.is_id:
            row.addWidget(self._copy_button(number))
            row.addStretch(1)
        return holder

    def _copy_button(self, number: int) -> QToolButton:
        button = QToolButton()
        button.setProperty("variant", "ghost")
        button.setProperty("tight", True)
        words = tr("Copy {name}", name=self._shown[number].name)
        button.setAccessibleName(words)
        button.setToolTip(words)
        self._theme.bind_icon(button, "copy", Tone.MUTED, ICON_S)
        button.clicked.connect(lambda: self._copy(self._shown[number].value))
        return button

    def _copy(self, value: str) -> None:
        QGuiApplication.clipboard().setText(value)
        self.copied.emit(value)
