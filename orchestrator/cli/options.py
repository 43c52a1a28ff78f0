"""The options with which a command finds its orchestrator; they may stand before the command too."""

import sys
from contextvars import ContextVar
from pathlib import Path
from typing import Annotated

import typer

Connect = Annotated[
    str | None,
    typer.Option(
        "--connect", envvar="BOTSWAIN_URL", metavar="URL", help="Address of the orchestrator, host:port will do."
    ),
]
Key = Annotated[
    str | None, typer.Option("--key", envvar="BOTSWAIN_KEY", help="Key of the orchestrator.", show_envvar=True)
]


def _say_version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version  # noqa: PLC0415  looks through all that is installed

        sys.stdout.write(f"Botswain {version('botswain')}\n")
        raise typer.Exit


Version = Annotated[
    bool, typer.Option("--version", help="Say which Botswain this is, and exit.", is_eager=True, callback=_say_version)
]
DataDir = Annotated[
    Path | None,
    typer.Option("--data-dir", metavar="DIR", help="Data folder of an orchestrator on this machine."),
]

_given_before_the_command: ContextVar[tuple[str | None, str | None]] = ContextVar("root", default=(None, None))


def remember(connect: str | None, key: str | None) -> None:
    """`botswain --connect URL jobs` means what `botswain jobs --connect URL` means."""
    _given_before_the_command.set((connect, key))


def given(connect: str | None, key: str | None) -> tuple[str | None, str | None]:
    """A command's own options, and where it has none those before it."""
    before = _given_before_the_command.get()
    return connect or before[0], key or before[1]
