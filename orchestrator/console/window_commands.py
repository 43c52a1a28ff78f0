"""The commands of the window itself: how it looks, where to search, what keys there are."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from PySide6.QtWidgets import QWidget

from orchestrator.console.commands import Command
from orchestrator.console.dialogs.language import LanguageDialog
from orchestrator.console.dialogs.shortcuts import ShortcutsSheet
from orchestrator.console.panels.failures import LETTERS, REPAIRS
from orchestrator.console.rooms import ROOMS
from orchestrator.console.settings import ConsoleSettings
from orchestrator.console.theme.theme import ThemeMode
from orchestrator.console.words import tr
from orchestrator.console.workbench import Workbench


@dataclass(frozen=True, slots=True, kw_only=True)
class WindowHands:
    """What the commands may do with the window."""

    window: QWidget
    open_palette: Callable[[], None]
    focus_search: Callable[[], None]
    refresh: Callable[[], None]
    close_detail: Callable[[], None]


def register_window_commands(bench: Workbench, hands: WindowHands) -> None:
    """Add them to the registry; the rail itself holds Ctrl+1 to Ctrl+9."""

    def command(command_id: str, title: str, icon: str, run: Callable[[], object], keys: str = "") -> Command:
        return Command(id=command_id, title=title, run=lambda _: _void(run), shortcut=keys, icon=icon)

    bench.commands.register(
        command("window.palette", tr("Command palette"), "command", hands.open_palette, "Ctrl+K"),
        command("window.search", tr("Search"), "search", hands.focus_search, "Ctrl+F"),
        command("window.refresh", tr("Refresh"), "refresh-cw", hands.refresh, "F5"),
        command("window.theme", tr("Switch between light and dark"), "moon", lambda: _toggle(bench), "Ctrl+Shift+L"),
        command("window.system_theme", tr("Follow the system's look"), "monitor", lambda: _follow(bench)),
        command("window.close_detail", tr("Close the details"), "x", hands.close_detail, "Ctrl+W"),
        command("window.language", tr("Language…"), "languages", lambda: LanguageDialog(bench, hands.window).open()),
        command("window.keys", tr("Keyboard shortcuts"), "keyboard", lambda: _sheet(bench, hands), "F1"),
        command("window.quit", tr("Quit"), "power", hands.window.close, "Ctrl+Q"),
    )
    for room in ROOMS:
        go = partial(bench.navigator.show_panel, room.key)
        bench.commands.register(command(f"go.{room.key}", tr("Go to {title}", title=room.title), room.icon, go))
    letters = partial(bench.navigator.show_part, "failures", LETTERS)
    bench.commands.register(command("go.letters", tr("Go to the dead letters"), "skull", letters))
    repairs = partial(bench.navigator.show_part, "failures", REPAIRS)
    bench.commands.register(command("go.repairs", tr("Go to the repairs"), "pencil", repairs))


def _void(run: Callable[[], object]) -> None:
    run()


def _toggle(bench: Workbench) -> None:
    bench.theme.toggle()
    _remember(bench.settings, bench.theme.mode)


def _follow(bench: Workbench) -> None:
    bench.theme.set_mode(ThemeMode.SYSTEM)
    _remember(bench.settings, ThemeMode.SYSTEM)


def _remember(settings: ConsoleSettings, mode: ThemeMode) -> None:
    settings.theme = mode


def _sheet(bench: Workbench, hands: WindowHands) -> None:
    ShortcutsSheet(bench.commands, tuple(ROOMS), hands.window).open()
