"""A choice of one among few, such as 15m, 1h, 24h, 7d."""

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QButtonGroup, QFrame, QHBoxLayout, QToolButton, QWidget

from orchestrator.console.formatting import short_count


class SegmentedControl(QFrame):
    """Buttons of which one is down; `selected(key)` when the user takes another."""

    selected = Signal(str)

    def __init__(self, name: str, options: Sequence[tuple[str, str]], key: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("segments")
        self.setAccessibleName(name)
        self._group = QButtonGroup(self)
        self._name, self._words = name, dict(options)
        self._keys = [option for option, _ in options]
        row = QHBoxLayout(self)
        row.setContentsMargins(2, 2, 2, 2)
        row.setSpacing(2)
        for number, (option, words) in enumerate(options):
            button = QToolButton()
            button.setText(words)
            button.setCheckable(True)
            button.setChecked(option == key)
            button.setProperty("segment", True)
            button.setAccessibleName(f"{name}: {words}")
            self._group.addButton(button, number)
            row.addWidget(button)
        self._group.idClicked.connect(self._clicked)

    @property
    def key(self) -> str:
        """The key of the button that is down."""
        return self._keys[self._group.checkedId()]

    def set_key(self, key: str) -> None:
        """Press another button without a signal."""
        self._group.button(self._keys.index(key)).setChecked(True)

    def set_count(self, key: str, number: int) -> None:
        """The count behind a button's words; 0 shows none."""
        button, words = self._group.button(self._keys.index(key)), self._words[key]
        button.setText(f"{words}  {short_count(number)}" if number else words)
        button.setAccessibleName(f"{self._name}: {words}" + (f", {number}" if number else ""))

    def _clicked(self, number: int) -> None:
        self.selected.emit(self._keys[number])
