"""The control flow of a Selenium IDE test: from a flat list of commands to blocks inside blocks."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from orchestrator.recordings.recording import Position, RecordingError


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """One line of a test."""

    command: str
    target: str = ""
    value: str = ""
    others: tuple[str, ...] = ()
    """Further locators of the same element."""
    opens_window: str | None = None
    """The variable that the new window's handle gets."""
    window_timeout_s: float | None = None
    position: Position

    def __str__(self) -> str:
        return " | ".join([self.command, *(each for each in (self.target, self.value) if each)])


@dataclass(slots=True, kw_only=True)
class Block:
    """An `if` with its branches, or a loop: each part begins with a command and holds what follows it."""

    head: Command
    parts: list[tuple[Command, list["Node"]]] = field(default_factory=list)
    tail: Command | None = None
    """`end`, or `repeatIf` with its condition."""


Node = Command | Block

_OPENING = {"if": "end", "while": "end", "times": "end", "forEach": "end", "do": "repeatIf"}
_BETWEEN = frozenset({"elseIf", "else"})
_CLOSING = frozenset({"end", "repeatIf"})


def tree_of(commands: Sequence[Command]) -> list[Node]:
    """The commands as a tree; RecordingError names the command that does not fit."""
    whole: list[Node] = []
    open_blocks: list[Block] = []
    here = whole
    for command in commands:
        word = command.command
        if word in _OPENING:
            block = Block(head=command, parts=[(command, [])])
            here.append(block)
            open_blocks.append(block)
        elif word in _BETWEEN:
            _expect(open_blocks, command, "if")
            open_blocks[-1].parts.append((command, []))
        elif word in _CLOSING:
            _expect(open_blocks, command, *(key for key, end in _OPENING.items() if end == word))
            open_blocks.pop().tail = command
        else:
            here.append(command)
        here = open_blocks[-1].parts[-1][1] if open_blocks else whole
    if open_blocks:
        head = open_blocks[-1].head
        raise RecordingError(f"{head.position.place}: `{head.command}` is never closed.")
    return whole


def commands_in(nodes: Sequence[Node]) -> list[Command]:
    """All commands of a tree that do something, in their order."""
    found: list[Command] = []
    for node in nodes:
        if isinstance(node, Command):
            found.append(node)
        else:
            found += [command for _, inner in node.parts for command in commands_in(inner)]
    return found


def _expect(open_blocks: Sequence[Block], command: Command, *heads: str) -> None:
    if not open_blocks or open_blocks[-1].head.command not in heads:
        raise RecordingError(f"{command.position.place}: `{command.command}` has no `{' or '.join(heads)}` before it.")
