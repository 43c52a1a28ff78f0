"""A push button for a command of the registry: it follows the command's state and says its key."""

from PySide6.QtWidgets import QPushButton

from orchestrator.console.commands import CommandRegistry
from orchestrator.console.theme.theme import Theme
from orchestrator.console.theme.tokens import Tone


def command_button(
    commands: CommandRegistry, theme: Theme, command_id: str, *, primary: bool = False, words: str = ""
) -> QPushButton:
    """The button; the command may be registered later."""
    return CommandButton(commands, theme, command_id, primary=primary, words=words)


class CommandButton(QPushButton):
    """Disabled where the command is."""

    def __init__(self, commands: CommandRegistry, theme: Theme, command_id: str, *, primary: bool, words: str) -> None:
        super().__init__(words)
        self._commands, self._theme, self._id, self._words = commands, theme, command_id, words
        self._primary = primary
        if primary:
            self.setProperty("variant", "primary")
        self.clicked.connect(lambda: commands.run(command_id))
        commands.changed.connect(self._adopt)
        self._adopt()

    def _adopt(self) -> None:
        """Take words, icon and state from the command as soon as it exists."""
        if self._id not in {command.id for command in self._commands.all()}:
            return
        self._commands.changed.disconnect(self._adopt)
        command, action = self._commands.command(self._id), self._commands.action(self._id)
        self.setText(f" {self._words or command.title}")
        self.setToolTip(action.toolTip())
        self.setAccessibleName(command.title)
        if command.icon:
            tone = Tone.DANGER if command.dangerous else Tone.NEUTRAL
            self._theme.bind_icon(self, command.icon, tone, filled=self._primary)
        self.setEnabled(action.isEnabled())
        action.enabledChanged.connect(self.setEnabled)
