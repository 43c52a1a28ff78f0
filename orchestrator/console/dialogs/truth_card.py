"""What a schedule really does: the rule in words, its next runs in the zone and in UTC, and what may surprise."""

from datetime import UTC, datetime

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from orchestrator.console.contract_words import day_word
from orchestrator.console.formatting import wall_words
from orchestrator.console.theme.theme import Theme
from orchestrator.console.theme.tokens import SPACE_L, SPACE_M, SPACE_S, SPACE_XS, Tone
from orchestrator.console.widgets.icon_label import IconLabel
from orchestrator.console.widgets.labels import card, hairline, label
from orchestrator.console.words import tr
from orchestrator.contract.api.schedules import ClockChangeView, FireView, PreviewView

_CLOCK_LENGTH = len("2026-11-21 14:03:09")


class TruthCard(QWidget):
    """Shows a preview, or why there is none."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.setAccessibleName(tr("Preview of the next runs"))
        self.words = label("", "heading")
        self.words.setWordWrap(True)
        frame = card()
        frame.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self._column = QVBoxLayout(frame)
        self._column.setContentsMargins(SPACE_L, SPACE_L, SPACE_L, SPACE_L)
        self._column.setSpacing(SPACE_M)
        self._column.addWidget(label(tr("Preview"), "overline"))
        self._column.addWidget(self.words)
        self._column.addWidget(hairline())
        self._content = QWidget()
        self._column.addWidget(self._content)
        self._column.addStretch(1)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(frame)

    def show_preview(self, view: PreviewView) -> None:
        """The rule is good: this is what it does."""
        self.words.setText(view.words)
        content = QWidget()
        column = QVBoxLayout(content)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACE_M)
        for warning in view.warnings:
            column.addLayout(self._remark(warning, "triangle-alert", Tone.WARNING))
        grid = QGridLayout()
        grid.setHorizontalSpacing(SPACE_L)
        grid.setVerticalSpacing(SPACE_S)
        grid.setColumnStretch(1, 1)
        for column_number, title in enumerate((tr("Day"), tr("In the zone"), "UTC")):
            grid.addWidget(label(title, "overline"), 0, column_number)
        row = 1
        for fire in view.fires:
            row = _add_fire(grid, row, fire)
        column.addLayout(grid)
        if not view.fires:
            column.addWidget(label(tr("This rule never fires again."), "tone-warning"))
        if view.clock_changes:
            column.addWidget(hairline())
            column.addWidget(label(tr("When the clock changes"), "overline"))
        for change in view.clock_changes:
            column.addLayout(self._change(change))
        self._swap(content)

    def show_trouble(self, reason: str) -> None:
        """The rule is not good, or the engine does not answer."""
        self.words.setText(tr("No preview"))
        content = QWidget()
        column = QVBoxLayout(content)
        column.setContentsMargins(0, 0, 0, 0)
        column.addLayout(self._remark(reason, "circle-x", Tone.DANGER))
        self._swap(content)

    def _swap(self, content: QWidget) -> None:
        self._column.replaceWidget(self._content, content)
        self._content.hide()
        self._content.deleteLater()
        self._content = content

    def _change(self, change: ClockChangeView) -> QVBoxLayout:
        column = QVBoxLayout()
        column.setSpacing(SPACE_XS)
        for words, role in ((change.words, "strong"), (change.effect, "muted")):
            line = label(words, role)
            line.setWordWrap(True)
            column.addWidget(line)
        return column

    def _remark(self, words: str, icon: str, tone: Tone) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(SPACE_S)
        row.addWidget(IconLabel(self._theme, icon, tone), 0, Qt.AlignmentFlag.AlignTop)
        text = label(words, f"tone-{tone}")
        text.setWordWrap(True)
        row.addWidget(text, 1)
        return row


def _add_fire(grid: QGridLayout, row: int, fire: FireView) -> int:
    grid.addWidget(label(day_word(fire.weekday), "muted"), row, 0)
    local = datetime.fromisoformat(fire.zone_time)
    offset = fire.zone_time[_CLOCK_LENGTH:]
    grid.addWidget(label(f"{wall_words(local)}  {offset}"), row, 1)
    grid.addWidget(label(wall_words(fire.at.astimezone(UTC)), "muted"), row, 2)
    if not fire.note:
        return row + 1
    note = label(fire.note, "tone-warning")
    note.setWordWrap(True)
    note.setContentsMargins(0, 0, 0, SPACE_XS)
    grid.addWidget(note, row + 1, 1, 1, 2)
    return row + 2
