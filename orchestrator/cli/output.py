"""How the commands write: tables for people, JSON for programs, and nothing cut off in a pipe."""

import sys

from rich.console import Console

_PIPE_WIDTH = 240


def wide_console() -> Console:
    """A console on standard output; in a pipe it is wide, so that no table loses its columns."""
    return Console() if sys.stdout.isatty() else Console(width=_PIPE_WIDTH)
