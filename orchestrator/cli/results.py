"""What a finished job gave, for a person: single values as facts, lists of objects as tables."""

from collections.abc import Mapping, Sequence

from rich.text import Text

from orchestrator.cli.output import duration_text, say, status_text, value_text, write_facts, write_table
from orchestrator.contract.api.jobs import JobDetail
from orchestrator.contract.ids import JsonValue

_MOST_ROWS = 20
_MOST_COLUMNS = 8
_LONGEST_CELL = 48


def show_result(detail: JobDetail, *, tables: bool = True) -> None:
    """How the job ended, and its outputs; the lists of objects among them only with `tables`."""
    view = detail.job
    ending = status_text(view.status)
    facts: list[tuple[str, str | Text]] = [(view.workflow_name, ending), ("took", duration_text(view.duration_s))]
    if view.error:
        facts += [("error", Text(view.error.message, style="red")), ("step", view.error.step_id or "")]
        facts.append(("hint", view.error.hint or ""))
    outputs = detail.result.outputs if detail.result else {}
    lists = {name: value for name, value in outputs.items() if is_table(value)}
    facts += [(name, value_text(value, 300)) for name, value in outputs.items() if name not in lists]
    write_facts(facts)
    for name, rows in lists.items() if tables else ():
        say("")
        say(name, style="bold")
        show_rows(rows)


def is_table(value: JsonValue) -> bool:
    """True for a list of objects with something in it."""
    return isinstance(value, list) and bool(value) and all(isinstance(each, dict) for each in value)


def show_rows(rows: JsonValue, *, columns: Sequence[str] = (), most: int = _MOST_ROWS) -> None:
    """A list of objects as a table: the given columns, or those with short values."""
    objects = [row for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []
    shown = list(columns) or _columns(objects)
    cells = [[value_text(row.get(name), _LONGEST_CELL) if name in row else "" for name in shown] for row in objects]
    write_table([name.upper() for name in shown], cells[:most], empty="Nothing.")
    if len(objects) > most:
        say(f"... and {len(objects) - most} more.", style="dim")


def _columns(rows: Sequence[Mapping[str, JsonValue]]) -> list[str]:
    names = list(dict.fromkeys(name for row in rows for name in row))
    plain = [name for name in names if not any(isinstance(row.get(name), dict | list) for row in rows)]
    short = [name for name in plain if max(len(value_text(row.get(name))) for row in rows) <= _LONGEST_CELL]
    return (short or plain or names)[:_MOST_COLUMNS]
