"""How the commands write: tables for people, JSON for programs, and nothing cut off in a pipe."""

import json
import sys
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Annotated

import typer
from pydantic import BaseModel
from rich.console import Console
from rich.table import Table
from rich.text import Text

from orchestrator.contract.ids import JsonValue
from orchestrator.contract.states import JobStatus, RobotStatus, StepStatus

_PIPE_WIDTH = 240

AsJson = Annotated[bool, typer.Option("--json", help="JSON instead of text, for programs.")]

_STYLES = {
    "completed": "green",
    "online": "green",
    "running": "cyan",
    "dispatched": "cyan",
    "busy": "cyan",
    "failed": "red",
    "timeout": "red",
    "dead_letter": "red",
    "lost": "yellow",
    "cancelling": "yellow",
    "retrying": "yellow",
    "draining": "yellow",
    "waiting_for_human": "magenta",
    "cancelled": "dim",
    "skipped": "dim",
    "offline": "dim",
}


def wide_console() -> Console:
    """A console on standard output; in a pipe it is wide, so that no table loses its columns."""
    return Console() if sys.stdout.isatty() else Console(width=_PIPE_WIDTH)


def error_console() -> Console:
    """A console on standard error, for progress and mistakes; sentences are not cut where a pipe ends."""
    return Console(stderr=True) if sys.stderr.isatty() else Console(stderr=True, width=_PIPE_WIDTH, soft_wrap=True)


def say(text: str, *, style: str | None = None) -> None:
    """A line on standard output, as it is."""
    wide_console().print(Text(text, style=style or ""), soft_wrap=True)


def write_json(value: object) -> None:
    """One JSON document on standard output: indented for a person's eye, on one line in a pipe."""
    indent = 2 if sys.stdout.isatty() else None
    sys.stdout.write(json.dumps(plain(value), ensure_ascii=False, indent=indent) + "\n")


def plain(value: object) -> JsonValue:
    """Models, and lists and mappings of them, as the JSON that the API speaks. TypeError for anything else."""
    match value:
        case BaseModel():
            dumped: JsonValue = value.model_dump(mode="json")
            return dumped
        case list() | tuple():
            return [plain(each) for each in value]
        case dict():
            return {str(name): plain(each) for name, each in value.items()}
        case str() | int() | float() | None:
            return value
    raise TypeError(f"{type(value).__name__} is no JSON")


def write_table(titles: Sequence[str], rows: Iterable[Sequence[str | Text]], *, empty: str) -> None:
    """A table on standard output; `empty` says what to do when there is no row."""
    listed = list(rows)
    if not listed:
        say(empty, style="dim")
        return
    table = Table(box=None, pad_edge=False, header_style="dim")
    for place, title in enumerate(titles):
        table.add_column(title, overflow="fold", no_wrap=place == 0)
    for row in listed:
        table.add_row(*(each if isinstance(each, Text) else Text(each) for each in row))
    wide_console().print(table)


def write_facts(facts: Iterable[tuple[str, str | Text]]) -> None:
    """Names and values under each other; a fact without a value is left out."""
    table = Table.grid(padding=(0, 2))
    table.add_column(style="dim", no_wrap=True)
    table.add_column(overflow="fold")
    for name, value in facts:
        if value:
            table.add_row(name, value if isinstance(value, Text) else Text(value))
    wide_console().print(table)


def status_text(status: JobStatus | StepStatus | RobotStatus) -> Text:
    """A status in its colour; the word alone says everything."""
    return Text(status.value.replace("_", " "), style=_STYLES.get(status.value, ""))


def at_text(at: datetime | None) -> str:
    """A moment on this machine's clock."""
    return at.astimezone().strftime("%Y-%m-%d %H:%M:%S") if at else ""


def duration_text(seconds: float | None) -> str:
    """A length of time as people say it: `350 ms`, `4.2 s`, `3 min 20 s`, `2 h 05 min`."""
    if seconds is None:
        return ""
    if seconds < 1:
        return f"{seconds * 1_000:.0f} ms"
    if seconds < 60:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    if minutes < 60:
        return f"{minutes} min {rest:02} s"
    return f"{minutes // 60} h {minutes % 60:02} min"


def count_text(number: int, noun: str) -> str:
    """A number with its noun, such as `1 file` or `2 files`."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def size_text(size: int | None) -> str:
    """A number of bytes as people say it."""
    if size is None:
        return ""
    amount, units = float(size), ["bytes", "KiB", "MiB", "GiB"]
    while amount >= 1_024 and len(units) > 1:
        amount /= 1_024
        units.pop(0)
    return f"{amount:.0f} {units[0]}" if units[0] == "bytes" else f"{amount:.1f} {units[0]}"


def value_text(value: JsonValue, limit: int = 100) -> str:
    """A value on one line, cut where it gets long."""
    if isinstance(value, list) and value and all(isinstance(each, str) for each in value):
        value = "; ".join(map(str, value))
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    text = " ".join(text.split())
    return text if len(text) <= limit else f"{text[: limit - 3]}..."
