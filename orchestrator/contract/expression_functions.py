"""The functions that expressions may call: each takes and gives plain JSON, and none does much work."""

import json
import math
from collections.abc import Callable, Mapping
from typing import TypeGuard

from orchestrator.contract.ids import JsonValue

MAX_FUNCTION_TEXT = 1_048_576


class FunctionError(ValueError):
    """A function was given what it cannot use; the text is one sentence."""


def kind_of(value: object) -> str:
    """What a value is, in a person's words, with its article."""
    return _KINDS.get(type(value), f"a {type(value).__name__}")


_KINDS: Mapping[type, str] = {
    type(None): "null",
    bool: "a boolean",
    int: "a number",
    float: "a number",
    str: "a text",
    list: "a list",
    dict: "an object",
}


def size_of(value: JsonValue, limit: int) -> int:
    """About how many characters the value has as JSON; the count stops soon after `limit`."""
    total = 0
    waiting: list[JsonValue] = [value]
    while waiting and total <= limit:
        each = waiting.pop()
        if isinstance(each, str):
            total += len(each) + 2
        elif isinstance(each, list):
            total += len(each) + 2
            waiting.extend(each[: limit - total + 1] if total <= limit else [])
        elif isinstance(each, dict):
            total += sum(len(key) + 4 for key in each) + 2
            waiting.extend(each.values())
        else:
            total += 5 if each is None or isinstance(each, bool) else len(repr(each))
    return total


def as_text(value: JsonValue) -> str:
    """A text as it is, anything else as compact JSON."""
    if isinstance(value, str):
        return value
    if size_of(value, MAX_FUNCTION_TEXT) > MAX_FUNCTION_TEXT:
        raise FunctionError(f"The value is longer than {MAX_FUNCTION_TEXT:,} characters.")
    return json.dumps(value, ensure_ascii=False)


def _text(value: JsonValue, function: str) -> str:
    if isinstance(value, str):
        return value
    raise FunctionError(f"{function}() needs a text, not {kind_of(value)}.")


def _list(value: JsonValue, function: str) -> list[JsonValue]:
    if isinstance(value, list):
        return value
    raise FunctionError(f"{function}() needs a list, not {kind_of(value)}.")


def _object(value: JsonValue, function: str) -> dict[str, JsonValue]:
    if isinstance(value, dict):
        return value
    raise FunctionError(f"{function}() needs an object, not {kind_of(value)}.")


def _length(value: JsonValue) -> JsonValue:
    if isinstance(value, str | list | dict):
        return len(value)
    raise FunctionError(f"len() needs a text, a list or an object, not {kind_of(value)}.")


def _numbers(values: list[JsonValue], function: str) -> list[float]:
    if all(isinstance(each, int | float) for each in values):
        return values  # type: ignore[return-value]  # looked at one by one above
    raise FunctionError(f"{function}() needs numbers.")


def _sum(values: JsonValue) -> JsonValue:
    total = sum(_numbers(_list(values, "sum"), "sum"))
    return _finite(total, "sum")


def _finite(number: int | float, function: str) -> JsonValue:
    if isinstance(number, float) and not math.isfinite(number):
        raise FunctionError(f"{function}() gives no finite number.")
    if isinstance(number, int) and abs(number) > 2**63 - 1:
        raise FunctionError(f"{function}() gives a number of more than 64 bits.")
    return number


def _chooser(name: str, rule: Callable[..., JsonValue]) -> Callable[..., JsonValue]:
    def choose(*values: JsonValue) -> JsonValue:
        among = _list(values[0], name) if len(values) == 1 else list(values)
        if not among:
            raise FunctionError(f"{name}() has nothing to choose from.")
        _comparable(among, name)
        return rule(among)

    return choose


def _comparable(values: list[JsonValue], function: str) -> None:
    if not all(isinstance(each, str) for each in values) and not all(isinstance(each, int | float) for each in values):
        raise FunctionError(f"{function}() needs numbers only or texts only.")


def _sorted(values: JsonValue, key: JsonValue = None) -> JsonValue:
    entries = _list(values, "sorted")
    marks = entries if key is None else _pluck_all(entries, _text(key, "sorted"))
    _comparable(marks, "sorted")
    order = sorted(range(len(entries)), key=lambda place: marks[place])  # type: ignore[arg-type, return-value]
    return [entries[place] for place in order]


def _pluck_all(entries: list[JsonValue], key: str) -> list[JsonValue]:
    found: list[JsonValue] = []
    for each in entries:
        if not isinstance(each, dict) or key not in each:
            raise FunctionError(f"An entry of the list has no {key!r}.")
        found.append(each[key])
    return found


def _unique(values: JsonValue) -> JsonValue:
    seen: dict[str, JsonValue] = {}
    for each in _list(values, "unique"):
        seen.setdefault(as_text([each]), each)
    return list(seen.values())


def _join(values: JsonValue, separator: JsonValue = ", ") -> JsonValue:
    parts = [as_text(each) for each in _list(values, "join")]
    between = _text(separator, "join")
    if sum(map(len, parts)) + len(parts) * len(between) > MAX_FUNCTION_TEXT:
        raise FunctionError(f"join() gives a text of more than {MAX_FUNCTION_TEXT:,} characters.")
    return between.join(parts)


def _split(text: JsonValue, separator: JsonValue = ",") -> JsonValue:
    between = _text(separator, "split")
    if not between:
        raise FunctionError("split() needs a separator.")
    return [part.strip() for part in _text(text, "split").split(between)]


def _replace(text: JsonValue, old: JsonValue, new: JsonValue) -> JsonValue:
    whole, before, after = _text(text, "replace"), _text(old, "replace"), _text(new, "replace")
    if not before:
        raise FunctionError("replace() needs a text to look for.")
    if whole.count(before) * len(after) + len(whole) > MAX_FUNCTION_TEXT:
        raise FunctionError(f"replace() gives a text of more than {MAX_FUNCTION_TEXT:,} characters.")
    return whole.replace(before, after)


def _contains(owner: JsonValue, entry: JsonValue) -> JsonValue:
    if isinstance(owner, str):
        return _text(entry, "contains") in owner
    if isinstance(owner, list):
        return entry in owner
    return _text(entry, "contains") in _object(owner, "contains")


def _int(value: JsonValue) -> JsonValue:
    try:
        return _finite(int(_plain(value, "int")), "int")
    except (ValueError, OverflowError):
        raise FunctionError(f"{value!r:.80} is no whole number.") from None


def _float(value: JsonValue) -> JsonValue:
    try:
        return _finite(float(_plain(value, "float")), "float")
    except (ValueError, OverflowError):
        raise FunctionError(f"{value!r:.80} is no number.") from None


def _plain(value: JsonValue, function: str) -> str | float:
    if isinstance(value, str) and len(value) > 400:
        raise FunctionError(f"{function}() needs a short text.")
    if isinstance(value, str | int | float):
        return value
    raise FunctionError(f"{function}() needs a number or a text, not {kind_of(value)}.")


def _round(value: JsonValue, digits: JsonValue = 0) -> JsonValue:
    if not _is_number(value) or not isinstance(digits, int) or not 0 <= digits <= 15:
        raise FunctionError("round() needs a number and, if you like, 0 to 15 digits.")
    return _finite(round(value, digits) if digits else round(value), "round")


def _abs(value: JsonValue) -> JsonValue:
    if not _is_number(value):
        raise FunctionError(f"abs() needs a number, not {kind_of(value)}.")
    return abs(value)


def _is_number(value: JsonValue) -> TypeGuard[int | float]:
    return isinstance(value, int | float)


def _first(values: JsonValue) -> JsonValue:
    entries = _list(values, "first")
    return entries[0] if entries else None


def _last(values: JsonValue) -> JsonValue:
    entries = _list(values, "last")
    return entries[-1] if entries else None


FUNCTIONS: Mapping[str, Callable[..., JsonValue]] = {
    "abs": _abs,
    "bool": bool,
    "contains": _contains,
    "ends_with": lambda text, end: _text(text, "ends_with").endswith(_text(end, "ends_with")),
    "first": _first,
    "float": _float,
    "int": _int,
    "join": _join,
    "json": lambda value: json.dumps(as_text(value)) if isinstance(value, str) else as_text(value),
    "keys": lambda value: list(_object(value, "keys")),
    "last": _last,
    "len": _length,
    "lower": lambda text: _text(text, "lower").lower(),
    "max": _chooser("max", max),
    "min": _chooser("min", min),
    "pluck": lambda values, key: _pluck_all(_list(values, "pluck"), _text(key, "pluck")),
    "replace": _replace,
    "reversed": lambda values: _list(values, "reversed")[::-1],
    "round": _round,
    "sorted": _sorted,
    "split": _split,
    "starts_with": lambda text, start: _text(text, "starts_with").startswith(_text(start, "starts_with")),
    "str": as_text,
    "sum": _sum,
    "trim": lambda text: _text(text, "trim").strip(),
    "unique": _unique,
    "upper": lambda text: _text(text, "upper").upper(),
    "values": lambda value: list(_object(value, "values").values()),
}
"""By name; `default(value, otherwise)` is part of the language, since it may read what is missing."""
