"""Where the parts of the editor's window stand: the head with its buttons, and the parts between their handles."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QMenu, QPushButton, QSplitter, QToolButton, QVBoxLayout, QWidget

from orchestrator.console.commands import CommandRegistry
from orchestrator.console.editor.editor_commands import MORE_MENU
from orchestrator.console.theme.theme import Theme
from orchestrator.console.theme.tokens import SPACE_S
from orchestrator.console.widgets.command_button import command_button
from orchestrator.console.widgets.table_card import table_card
from orchestrator.console.words import tr


def stacked(upper: QWidget, lower: QWidget) -> QWidget:
    """A strip above what fills the room."""
    whole = QWidget()
    column = QVBoxLayout(whole)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(0)
    column.addWidget(upper)
    column.addWidget(lower, 1)
    return whole


def between_sides(left: QWidget, middle: tuple[QWidget, QWidget, QWidget], right: QWidget) -> QSplitter:
    """Three cards below each other between two sides; all of them can be sized."""
    work = QSplitter(Qt.Orientation.Vertical)
    for part in middle:
        work.addWidget(table_card(part))
    work.setSizes([370, 350, 96])
    sides = QSplitter(Qt.Orientation.Horizontal)
    for side in (left, work, right):
        sides.addWidget(side)
    sides.setSizes([250, 780, 350])
    sides.setStretchFactor(1, 1)
    for split in (work, sides):
        split.setChildrenCollapsible(False)
        split.setProperty("gap", True)
        split.setHandleWidth(12)
    return sides


class Head(QHBoxLayout):
    """Title and state on the left; history, further commands, the note, and what ends the work on the right."""

    def __init__(self, theme: Theme, commands: CommandRegistry, words: tuple[QWidget, QWidget], note: QWidget) -> None:
        super().__init__()
        self.setSpacing(SPACE_S)
        column = QVBoxLayout()
        column.setSpacing(0)
        for part in words:
            column.addWidget(part)
        self.addLayout(column)
        self.addStretch(1)
        self.buttons: dict[str, QPushButton] = {
            name: command_button(commands, theme, f"editor.{name}", primary=name == "save")
            for name in ("undo", "redo", "run", "save")
        }
        for each in (self.buttons["undo"], self.buttons["redo"], _more(theme, commands), note):
            self.addWidget(each)
        for name in ("run", "save"):
            self.addWidget(self.buttons[name])


def _more(theme: Theme, commands: CommandRegistry) -> QToolButton:
    button = QToolButton()
    button.setAccessibleName(tr("More"))
    button.setToolTip(tr("More"))
    theme.bind_icon(button, "ellipsis")
    menu = QMenu(button)
    commands.fill_menu(menu, MORE_MENU)
    button.setMenu(menu)
    button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
    return button
