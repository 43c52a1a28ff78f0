"""set, merge, deduplicate, sort, filter, to_csv: the run's own data, without a browser."""

import csv
from collections.abc import Iterable, Sequence

from orchestrator.contract.actions.data import Deduplicate, Filter, Merge, SetValue, Sort, ToCsv
from orchestrator.contract.errors import ErrorKind
from orchestrator.contract.expressions import ExpressionError, Scope, holds
from orchestrator.contract.ids import JsonValue
from robot.actions.values import canonical, compare, is_missing, ordered, value_at
from robot.actions.work import Work
from robot.errors import ActionError


def items_of(work: Work, given: list[JsonValue] | None) -> list[JsonValue]:
    """The list to work on: the parameter, or what the step's dependencies gave, one after the other."""
    if given is not None:
        return given
    lists = work.input_lists()
    if not lists:
        message = f"{work.call.action} has nothing to work on: give `items`, or depend on a step that gives a list."
        raise ActionError.of(ErrorKind.BAD_WORKFLOW, message)
    return flattened(lists)


def flattened(lists: Iterable[JsonValue]) -> list[JsonValue]:
    """One list of what all lists hold."""
    return [item for each in lists if isinstance(each, list) for item in each]


async def set_value(_: Work, parameters: SetValue) -> JsonValue:
    """Gives a value."""
    return parameters.value


async def merge(work: Work, parameters: Merge) -> JsonValue:
    """Joins lists, or objects."""
    sources = parameters.sources if parameters.sources is not None else list(work.call.inputs.values())
    sources = [each for each in sources if each is not None]
    if sources and all(isinstance(each, dict) for each in sources) and not parameters.by:
        return {key: value for each in sources if isinstance(each, dict) for key, value in each.items()}
    items = [item for each in sources for item in (each if isinstance(each, list) else [each])]
    return _joined(items, parameters.by) if parameters.by else items


def _joined(items: Sequence[JsonValue], by: Sequence[str]) -> list[JsonValue]:
    """Rows with the same keys become one."""
    rows: dict[str, JsonValue] = {}
    for number, item in enumerate(items):
        key = identity(item, by) or f"#{number}"
        old = rows.get(key)
        rows[key] = {**old, **item} if isinstance(old, dict) and isinstance(item, dict) else item
    return list(rows.values())


def identity(item: JsonValue, by: Sequence[str]) -> str | None:
    """What tells an item apart; None when it has none of the keys."""
    values = [value_at(item, path) for path in by]
    return canonical(values) if any(not is_missing(value) for value in values) else None


async def deduplicate(work: Work, parameters: Deduplicate) -> JsonValue:
    """Keeps the first of equal items; an item without any of the keys equals no other."""
    seen: set[str] = set()
    kept: list[JsonValue] = []
    for item in items_of(work, parameters.items):
        key = identity(item, parameters.by) if parameters.by else canonical(item)
        if key is None or key not in seen:
            kept.append(item)
        if key is not None:
            seen.add(key)
    return kept


async def sort(work: Work, parameters: Sort) -> JsonValue:
    """Orders a list by its fields, the most important first."""
    items = items_of(work, parameters.items)
    for path in reversed(parameters.by or ("",)):
        turned = path.startswith("-")
        items = ordered(items, path.removeprefix("-") or None, descending=parameters.descending is not turned)
    return items[: parameters.limit]


async def filter_items(work: Work, parameters: Filter) -> JsonValue:
    """Keeps the items that fit."""
    items = items_of(work, parameters.items)
    if parameters.field is not None:
        path, op, value = parameters.field, parameters.op, parameters.value
        return [item for item in items if compare(op, value_at(item, path), value)]
    assert parameters.where is not None
    return [item for number, item in enumerate(items) if _holds(parameters.where, item, number)]


def _holds(where: str, item: JsonValue, number: int) -> bool:
    try:
        return holds(where, Scope(item=item))
    except ExpressionError as error:
        raise ActionError.of(ErrorKind.BAD_WORKFLOW, f"filter: where, at item {number}: {error}") from None


async def to_csv(work: Work, parameters: ToCsv) -> JsonValue:
    """Writes rows as CSV (RFC 4180, UTF-8)."""
    rows = [as_row(item) for item in items_of(work, parameters.items)]
    columns = parameters.columns or tuple(dict.fromkeys(key for row in rows for key in row))
    name = parameters.name or work.call.step_id
    path = work.folder.place(name if name.endswith(".csv") else f"{name}.csv")
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(columns)
        writer.writerows([_cell(value_at(row, column)) for column in columns] for row in rows)
    return {**await work.keep(path, kind="file", media_type="text/csv"), "rows": len(rows)}


def as_row(item: JsonValue) -> dict[str, JsonValue]:
    """An item as a row: an object is one, anything else is its only value."""
    return item if isinstance(item, dict) else {"value": item}


def _cell(value: JsonValue) -> str:
    """Texts that a spreadsheet would take for a formula get an apostrophe in front."""
    if isinstance(value, str):
        return f"'{value}" if value.startswith(("=", "+", "-", "@", "\t", "\r")) else value
    return "" if value is None else canonical(value)
