"""Status chips with counts and a search field, as one structured filter."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QSize, Qt, QTimer, Signal
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QSizePolicy, QToolButton, QWidget

from orchestrator.console.formatting import short_count
from orchestrator.console.theme.theme import Theme
from orchestrator.console.theme.tokens import ICON_M, SPACE_S, SPACE_XS, Tone
from orchestrator.console.widgets.icon_label import IconLabel
from orchestrator.console.words import tr

_SEARCH_WIDTH = 300


@dataclass(frozen=True, slots=True)
class FilterChoice:
    """The keys of the chips that are down (none: all) and the trimmed search text."""

    chips: frozenset[str] = frozenset()
    text: str = ""


class SearchField(QLineEdit):
    """As wide as a few words where there is room, narrower before anything beside it would be cut."""

    def sizeHint(self) -> QSize:
        """Its wish."""
        return QSize(_SEARCH_WIDTH, super().sizeHint().height())


class FilterBar(QWidget):
    """Emits `changed(FilterChoice)`; typing waits 150 ms for the next key."""

    changed = Signal(object)

    def __init__(
        self, theme: Theme, chips: Sequence[tuple[str, str]], placeholder: str, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._labels = dict(chips)
        self._chips = {key: self._chip(key) for key in self._labels}
        self.search = SearchField(placeholderText=placeholder, clearButtonEnabled=True)
        self.search.setToolTip(placeholder)
        self.search.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.search.setAccessibleName(tr("Search"))
        self.search.setMinimumWidth(160)
        self.search.setTextMargins(ICON_M + SPACE_XS, 0, 0, 0)
        lens = IconLabel(theme, "search", Tone.MUTED, ICON_M, self.search)
        lens.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        lens.move(SPACE_S + 2, 7)
        self._pause = QTimer(self, singleShot=True, interval=150)
        self._pause.timeout.connect(self._tell)
        self.search.textChanged.connect(self._typed)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(SPACE_S)
        for chip in self._chips.values():
            row.addWidget(chip)
        row.addStretch(1)
        row.addWidget(self.search)

    @property
    def choice(self) -> FilterChoice:
        """What is chosen now."""
        down = frozenset(key for key, chip in self._chips.items() if chip.isChecked())
        return FilterChoice(down, self.search.text().strip())

    def set_choice(self, choice: FilterChoice) -> None:
        """Choose all at once, e.g. from a KPI card or a saved view; emits once."""
        for key, chip in self._chips.items():
            chip.setChecked(key in choice.chips)
        self.search.setText(choice.text)
        self._pause.stop()
        self._tell()

    def reset(self) -> None:
        """Everything again."""
        self.set_choice(FilterChoice())

    def show_chips(self, *, shown: bool) -> None:
        """Hide the chips where only the text counts; the field may stand elsewhere."""
        for chip in self._chips.values():
            chip.setVisible(shown)
        if self.search.parentWidget() is not self:
            self.setVisible(shown)

    def set_counts(self, counts: Mapping[str, int]) -> None:
        """The numbers behind the chips' words."""
        for key, chip in self._chips.items():
            number = counts.get(key)
            words = self._labels[key]
            chip.setText(words if number is None else f"{words}  {short_count(number)}")
            chip.setAccessibleName(words if number is None else f"{words}: {number}")

    def _chip(self, key: str) -> QToolButton:
        chip = QToolButton()
        chip.setText(self._labels[key])
        chip.setCheckable(True)
        chip.setProperty("chip", True)
        chip.setAccessibleName(self._labels[key])
        chip.clicked.connect(self._tell)
        return chip

    def _typed(self, _text: str) -> None:
        self._pause.start()

    def _tell(self) -> None:
        self.changed.emit(self.choice)
