"""Commands that are imported when they are typed: the start of one does not pay for all the others."""

import copy
from collections.abc import Iterator, MutableMapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import Any

import typer
from typer.core import TyperCommand, TyperGroup
from typer.main import get_group


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One command in a table: what the list of commands says of it, and where it is."""

    name: str
    panel: str
    place: str
    """`module:attribute`: a function, or a Typer with commands of its own."""
    help: str
    """The first paragraph of the command's own help, so that the list is shown without importing it."""


class LazyCommands(MutableMapping[str, Any]):
    """The commands of a table by name; each is imported when somebody asks for it, and kept."""

    def __init__(self, entries: Sequence[Entry]) -> None:
        self._known: dict[str, Any] = {entry.name: entry for entry in entries}

    def __getitem__(self, name: str) -> Any:
        found = self._known[name]
        if isinstance(found, Entry):
            found = self._known[name] = imported(found)
        return found

    def __setitem__(self, name: str, command: Any) -> None:
        self._known[name] = command

    def __delitem__(self, name: str) -> None:
        del self._known[name]

    def __contains__(self, name: object) -> bool:
        return name in self._known

    def __iter__(self) -> Iterator[str]:
        return iter(self._known)

    def __len__(self) -> int:
        return len(self._known)


class LazyGroup(TyperGroup):
    """A group whose commands stand in `entries`, in the order in which they are listed."""

    entries: Sequence[Entry] = ()

    def __init__(self, **attributes: Any) -> None:
        super().__init__(**attributes)
        self.commands = LazyCommands(self.entries)

    def list_commands(self, ctx: Any) -> list[str]:  # noqa: ARG002  the base class's signature
        """The names; the base class would look at every command for them."""
        return list(self.commands)

    def format_help(self, ctx: Any, formatter: Any) -> None:
        """Write the help with the table's own words for each command."""
        listed = copy.copy(self)
        listed.commands = {
            entry.name: TyperCommand(entry.name, help=entry.help, rich_help_panel=entry.panel) for entry in self.entries
        }
        TyperGroup.format_help(listed, ctx, formatter)


def imported(entry: Entry) -> Any:
    """The command behind an entry, as Typer makes it."""
    module, _, attribute = entry.place.partition(":")
    found = getattr(import_module(module), attribute)
    around = typer.Typer(rich_markup_mode="rich", pretty_exceptions_enable=False)
    if isinstance(found, typer.Typer):
        around.add_typer(found, name=entry.name, rich_help_panel=entry.panel)
    else:
        around.command(entry.name, rich_help_panel=entry.panel)(found)
    return get_group(around).commands[entry.name]
