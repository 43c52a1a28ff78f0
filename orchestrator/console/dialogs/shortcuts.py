"""F1: every key of the console on one page."""

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from orchestrator.console.commands import CommandRegistry
from orchestrator.console.theme.tokens import SPACE_S, SPACE_XL
from orchestrator.console.widgets.labels import label
from orchestrator.console.widgets.nav_rail import NavItem
from orchestrator.console.widgets.sheet import Sheet
from orchestrator.console.words import tr

_FIXED = {
    tr("In tables"): (
        (tr("Open"), tr("Enter")),
        (tr("Preview"), tr("Space")),
        (tr("Cancel or remove"), tr("Del")),
        (tr("Retry"), "R"),
        (tr("Menu"), "Shift+F10"),
    ),
}


class ShortcutsSheet(Sheet):
    """Two columns of groups; what has no key is in the palette."""

    def __init__(self, commands: CommandRegistry, rooms: Sequence[NavItem], parent: QWidget) -> None:
        super().__init__(tr("Keyboard"), tr("Everything else is in the command palette: Ctrl+K."), parent)
        self.resize(860, 640)
        places = [(room.title, f"Ctrl+{number % 10}") for number, room in enumerate(rooms, 1) if number <= 10]
        groups = {tr("Go to"): places} | {name: list(entries) for name, entries in _FIXED.items()}
        for command in commands.all():
            if command.shortcut:
                keys = QKeySequence(command.shortcut).toString()
                groups.setdefault(command.section or tr("Window"), []).append((command.title, keys))
        row = QHBoxLayout()
        row.setSpacing(SPACE_XL * 2)
        halves = (QVBoxLayout(), QVBoxLayout())
        for number, (name, rows) in enumerate(groups.items()):
            halves[number % 2].addLayout(_group(name, rows))
        for half in halves:
            half.addStretch(1)
            row.addLayout(half, 1)
        self.body.addLayout(row)
        self.add_button(tr("Close"), is_default=True).clicked.connect(self.accept)


def _group(name: str, rows: list[tuple[str, str]]) -> QGridLayout:
    grid = QGridLayout()
    grid.setVerticalSpacing(SPACE_S)
    grid.setContentsMargins(0, 0, 0, SPACE_XL)
    grid.addWidget(label(name, "overline"), 0, 0)
    for number, (title, keys) in enumerate(rows, 1):
        grid.addWidget(label(title), number, 0)
        grid.addWidget(label(keys, "keys"), number, 1, Qt.AlignmentFlag.AlignRight)
    grid.setColumnStretch(0, 1)
    return grid
