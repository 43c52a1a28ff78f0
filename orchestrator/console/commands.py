"""One registry of commands, which feeds menus, toolbars, context menus, shortcuts and the palette."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import partial

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMenu, QWidget

from orchestrator.console.theme.theme import Theme
from orchestrator.console.theme.tokens import Tone
from orchestrator.contract.api.operations import BulkFilterRequest


@dataclass(frozen=True, slots=True, kw_only=True)
class CommandContext:
    """What the user looks at and has selected when a command is asked for."""

    panel: str = ""
    kind: str = ""
    ids: tuple[str, ...] = ()
    states: frozenset[str] = frozenset()
    connected: bool = True
    fitting: BulkFilterRequest | None = None
    """All jobs that match are selected, more than `ids` names."""


def _always(_: CommandContext) -> bool:
    return True


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """One thing that the user can have done; `run` must return at once."""

    id: str
    title: str
    run: Callable[[CommandContext], None]
    shortcut: str = ""
    icon: str = ""
    section: str = ""
    keywords: str = ""
    dangerous: bool = False
    enabled: Callable[[CommandContext], bool] = field(default=_always)


class DuplicateCommandError(ValueError):
    """Two commands with the same id or the same shortcut."""

    def __init__(self, what: str) -> None:
        super().__init__(f"{what} is registered twice.")
        self.what = what


class UnknownCommandError(LookupError):
    """No command has this id."""

    def __init__(self, command_id: str) -> None:
        super().__init__(f"There is no command {command_id!r}.")
        self.command_id = command_id


class CommandRegistry(QObject):
    """Holds every command; actions made from it share state, shortcut and icon."""

    changed = Signal()
    ran = Signal(str)

    def __init__(self, theme: Theme, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._commands: dict[str, Command] = {}
        self._actions: dict[str, QAction] = {}
        self._context: Callable[[], CommandContext] = CommandContext

    def set_context_source(self, source: Callable[[], CommandContext]) -> None:
        """Tell the registry where the current panel and selection come from."""
        self._context = source
        self.refresh()

    def register(self, *commands: Command) -> None:
        """Add commands. Raises DuplicateCommandError for a taken id or shortcut."""
        for command in commands:
            self._refuse_duplicate(command)
            self._commands[command.id] = command
            self._actions[command.id] = self._make_action(command)
        self.changed.emit()

    def all(self) -> tuple[Command, ...]:
        """Every command in the order of registration."""
        return tuple(self._commands.values())

    def command(self, command_id: str) -> Command:
        """The command of this id. Raises UnknownCommandError."""
        try:
            return self._commands[command_id]
        except KeyError:
            raise UnknownCommandError(command_id) from None

    @property
    def context(self) -> CommandContext:
        """What the user looks at and has selected now."""
        return self._context()

    def is_enabled(self, command_id: str, context: CommandContext | None = None) -> bool:
        """Whether the command may run in the given or the present context."""
        return self.command(command_id).enabled(context or self._context())

    def run(self, command_id: str, context: CommandContext | None = None) -> bool:
        """Run the command in the given or the present context; False when it is not enabled there."""
        command = self.command(command_id)
        context = context or self._context()
        if not command.enabled(context):
            return False
        command.run(context)
        self.ran.emit(command_id)
        return True

    def action(self, command_id: str) -> QAction:
        """The one action of this command, for menus, toolbars and buttons. Raises UnknownCommandError."""
        self.command(command_id)
        return self._actions[command_id]

    def add_shortcuts(self, widget: QWidget) -> None:
        """Make the shortcuts of every command work in this widget's window."""
        widget.addActions([self._actions[c.id] for c in self._commands.values() if c.shortcut])

    def fill_menu(self, menu: QMenu, command_ids: Iterable[str]) -> None:
        """Add commands to a menu; an empty id makes a separator."""
        for command_id in command_ids:
            if command_id:
                menu.addAction(self.action(command_id))
            else:
                menu.addSeparator()

    def menu_for(self, context: CommandContext, command_ids: Iterable[str], parent: QWidget) -> QMenu:
        """A menu of those commands that may run in this context, wherever the keyboard is; it goes when it closes."""
        menu = QMenu(parent)
        wanted = (self.command(each) for each in command_ids)
        for command in (each for each in wanted if each.enabled(context)):
            action = menu.addAction(command.title)
            if command.icon:
                action.setIcon(self._actions[command.id].icon())
            action.triggered.connect(partial(self._triggered_in, command.id, context))
        menu.aboutToHide.connect(menu.deleteLater)
        return menu

    def refresh(self) -> None:
        """Enable and disable every action for the present context; call when the selection changes."""
        context = self._context()
        for command in self._commands.values():
            self._actions[command.id].setEnabled(command.enabled(context))

    def _make_action(self, command: Command) -> QAction:
        action = QAction(command.title, self)
        action.setObjectName(command.id)
        if command.shortcut:
            action.setShortcut(QKeySequence(command.shortcut))
            action.setToolTip(f"{command.title} ({action.shortcut().toString()})")
        if command.icon:
            tone = Tone.DANGER if command.dangerous else Tone.NEUTRAL
            self._theme.bind_icon(action, command.icon, tone)
        action.setEnabled(command.enabled(self._context()))
        action.triggered.connect(partial(self._triggered, command.id))
        return action

    def _triggered(self, command_id: str, _checked: bool = False) -> None:
        self.run(command_id)

    def _triggered_in(self, command_id: str, context: CommandContext, _checked: bool = False) -> None:
        self.run(command_id, context)

    def _refuse_duplicate(self, command: Command) -> None:
        if command.id in self._commands:
            raise DuplicateCommandError(f"The command {command.id!r}")
        wanted = QKeySequence(command.shortcut).toString()
        for other in self._commands.values() if wanted else ():
            if QKeySequence(other.shortcut).toString() == wanted:
                raise DuplicateCommandError(f"The shortcut {wanted} ({other.id}, {command.id})")
