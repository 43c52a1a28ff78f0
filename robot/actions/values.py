"""Rules about plain values: paths into them, numbers in texts, comparing and ordering."""

import json
import math
import re
from collections.abc import Sequence

from orchestrator.contract.actions.operators import Operator
from orchestrator.contract.ids import JsonValue

_AMOUNT = re.compile(
    r"[^\d\s.,+-]{0,3}\s?(?P<number>[+-]?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?|[+-]?\.\d+)\s?[^\d\s.,]{0,3}"
)
_FIRST_NUMBER = re.compile(r"[+-]?(?:\d{1,3}(?:[,  ]\d{3})+|\d+)(?:\.\d+)?")


def value_at(item: JsonValue, path: str) -> JsonValue:
    """The value under a name, or under a path such as `client.name` or `skills.0`; None when there is none."""
    if isinstance(item, dict) and path in item:
        return item[path]
    head, _, rest = path.partition(".")
    found: JsonValue = None
    if isinstance(item, dict):
        found = item.get(head)
    elif isinstance(item, list) and head.lstrip("-").isdigit() and -len(item) <= int(head) < len(item):
        found = item[int(head)]
    return value_at(found, rest) if rest and found is not None else found if not rest else None


def number_of(value: JsonValue) -> float | None:
    """A number, also one that stands alone in a text (`1,200.50`, `$75`, `40 %`); None for anything else."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int | float):
        return None if math.isnan(value) else value
    match = _AMOUNT.fullmatch(value.strip()) if isinstance(value, str) else None
    return float(match["number"].replace(",", "")) if match else None


def first_number(text: str) -> int | float | None:
    """The first number in a text, thousands separated by commas or spaces; None when there is none."""
    match = _FIRST_NUMBER.search(text)
    if match is None:
        return None
    number = float(re.sub(r"[,  ]", "", match[0]))
    return int(number) if number.is_integer() and "." not in match[0] else number


def is_missing(value: JsonValue) -> bool:
    """True for None, empty texts and what is not a number."""
    return value is None or value == "" or (isinstance(value, float) and math.isnan(value))


def canonical(value: JsonValue) -> str:
    """A text that is the same for equal values."""
    return json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"))


def ordered(items: Sequence[JsonValue], path: str | None, *, descending: bool) -> list[JsonValue]:
    """Numbers by size, then texts, then the rest; missing ones last in either direction; equal ones as they came."""
    keyed = [(value_at(item, path) if path else item, item) for item in items]
    present = [(_rank(value), item) for value, item in keyed if not is_missing(value)]
    present.sort(key=lambda pair: pair[0], reverse=descending)
    return [item for _, item in present] + [item for value, item in keyed if is_missing(value)]


def _rank(value: JsonValue) -> tuple[int, float, str, str]:
    number = float(value) if isinstance(value, bool) else number_of(value)
    if number is not None:
        return (0, number, "", "")
    if isinstance(value, str):
        return (1, 0.0, value.casefold(), value)
    return (2, 0.0, canonical(value), "")


def compare(op: Operator, left: JsonValue, right: JsonValue) -> bool:  # noqa: PLR0911  one line for each operator
    """Whether a comparison holds. Numbers in texts compare as numbers; what cannot be compared does not hold."""
    match op:
        case Operator.EQUALS:
            return _same(left, right)
        case Operator.NOT_EQUALS:
            return not _same(left, right)
        case Operator.CONTAINS:
            return _contains(left, right)
        case Operator.NOT_CONTAINS:
            return not _contains(left, right)
        case Operator.IN:
            return _contains(right, left)
        case Operator.NOT_IN:
            return not _contains(right, left)
        case Operator.EMPTY | Operator.NOT_EMPTY | Operator.TRUE | Operator.FALSE:
            return _alone(op, left)
        case Operator.STARTS_WITH | Operator.ENDS_WITH | Operator.MATCHES:
            return _of_texts(op, _text(left), _text(right))
        case _:
            return _in_order(op, left, right)


def _same(left: JsonValue, right: JsonValue) -> bool:
    if left == right and isinstance(left, bool) == isinstance(right, bool):
        return True
    if isinstance(left, str) == isinstance(right, str):
        return False
    number = number_of(left)
    return number is not None and number == number_of(right)


def _contains(whole: JsonValue, part: JsonValue) -> bool:
    if isinstance(whole, str):
        return _text(part) in whole
    if isinstance(whole, list):
        return any(_same(each, part) for each in whole)
    return isinstance(whole, dict) and isinstance(part, str) and part in whole


def _alone(op: Operator, value: JsonValue) -> bool:
    if op in {Operator.EMPTY, Operator.NOT_EMPTY}:
        is_empty = value is None or value in ("", [], {})
        return is_empty is (op is Operator.EMPTY)
    is_true = bool(value) and not (isinstance(value, str) and value.strip().lower() in {"false", "no", "0"})
    return is_true is (op is Operator.TRUE)


def _of_texts(op: Operator, left: str, right: str) -> bool:
    match op:
        case Operator.STARTS_WITH:
            return left.startswith(right)
        case Operator.ENDS_WITH:
            return left.endswith(right)
        case _:
            return re.search(right, left) is not None


def _in_order(op: Operator, left: JsonValue, right: JsonValue) -> bool:
    one, other = number_of(left), number_of(right)
    if one is None or other is None:
        if not (isinstance(left, str) and isinstance(right, str)):
            return False
        sign = (left > right) - (left < right)
    else:
        sign = (one > other) - (one < other)
    match op:
        case Operator.GREATER:
            return sign > 0
        case Operator.GREATER_OR_EQUAL:
            return sign >= 0
        case Operator.LESS:
            return sign < 0
        case _:
            return sign <= 0


def _text(value: JsonValue) -> str:
    return value if isinstance(value, str) else "" if value is None else canonical(value)
