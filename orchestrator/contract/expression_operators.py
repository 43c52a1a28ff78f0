"""The operators that expressions may use: what they mean for JSON values, and how much they may make."""

import ast
import math
from collections.abc import Callable, Mapping

from orchestrator.contract.expression_functions import FunctionError, kind_of
from orchestrator.contract.ids import JsonValue

MAX_TEXT = 100_000
MAX_INTEGER = 2**63 - 1


def bounded(value: int | float) -> int | float:
    """The number, if it is finite and has at most 64 bits; FunctionError otherwise."""
    if isinstance(value, float) and not math.isfinite(value):
        raise FunctionError("The number is not finite.")
    if isinstance(value, int) and abs(value) > MAX_INTEGER:
        raise FunctionError("The number is too large: whole numbers have at most 64 bits.")
    return value


def _number(value: JsonValue, symbol: str) -> int | float:
    if isinstance(value, int | float):
        return value
    raise FunctionError(f"{symbol} works with numbers, not with {kind_of(value)}.")


def _arithmetic(symbol: str, rule: Callable[[int | float, int | float], int | float]) -> Callable[..., JsonValue]:
    def apply(left: JsonValue, right: JsonValue) -> JsonValue:
        first, second = bounded(_number(left, symbol)), bounded(_number(right, symbol))
        try:
            return bounded(rule(first, second))
        except ZeroDivisionError:
            raise FunctionError(f"{symbol} by zero.") from None
        except OverflowError:
            raise FunctionError("The number is too large.") from None

    return apply


def _power(base: int | float, exponent: int | float) -> int | float:
    if abs(exponent) > 1_000:
        raise FunctionError("** goes up to the power of 1,000.")
    if isinstance(base, int) and isinstance(exponent, int) and base.bit_length() * abs(exponent) > 64_000:
        raise FunctionError("The number is too large: whole numbers have at most 64 bits.")
    result = base**exponent
    if isinstance(result, complex):
        raise FunctionError("** has no real result here.")
    return float(result) if isinstance(result, float) else int(result)


_SUM = _arithmetic("+", lambda left, right: left + right)
_PRODUCT = _arithmetic("*", lambda left, right: left * right)


def _plus(left: JsonValue, right: JsonValue) -> JsonValue:
    if isinstance(left, str) and isinstance(right, str):
        if len(left) + len(right) > MAX_TEXT:
            raise FunctionError(f"A text may have {MAX_TEXT:,} characters.")
        return left + right
    if isinstance(left, list) and isinstance(right, list):
        if len(left) + len(right) > MAX_TEXT:
            raise FunctionError(f"A list may have {MAX_TEXT:,} entries.")
        return left + right
    if isinstance(left, str) or isinstance(right, str):
        raise FunctionError(f"+ cannot join {kind_of(left)} and {kind_of(right)}; write str(value) for a text.")
    return _SUM(left, right)


def _times(left: JsonValue, right: JsonValue) -> JsonValue:
    text, count = (left, right) if isinstance(left, str) else (right, left)
    if isinstance(text, str) and isinstance(count, int):
        if len(text) * count > MAX_TEXT:
            raise FunctionError(f"A text may have {MAX_TEXT:,} characters.")
        return text * count
    return _PRODUCT(left, right)


def _comparison(symbol: str, rule: Callable[[float, float], bool]) -> Callable[..., bool]:
    def apply(left: JsonValue, right: JsonValue) -> bool:
        alike = isinstance(left, str) and isinstance(right, str)
        if not alike and not (isinstance(left, int | float) and isinstance(right, int | float)):
            raise FunctionError(f"{symbol} cannot compare {kind_of(left)} with {kind_of(right)}.")
        return bool(rule(left, right))  # type: ignore[arg-type]  # two texts compare as two numbers do

    return apply


def _within(entry: JsonValue, owner: JsonValue) -> bool:
    if isinstance(owner, str) and isinstance(entry, str):
        return entry in owner
    if isinstance(owner, list):
        return entry in owner
    if isinstance(owner, dict):
        return isinstance(entry, str) and entry in owner
    raise FunctionError(f"`in` cannot look for {kind_of(entry)} in {kind_of(owner)}.")


OPERATORS: Mapping[type[ast.AST], Callable[..., JsonValue]] = {
    ast.Add: _plus,
    ast.Sub: _arithmetic("-", lambda left, right: left - right),
    ast.Mult: _times,
    ast.Div: _arithmetic("/", lambda left, right: left / right),
    ast.FloorDiv: _arithmetic("//", lambda left, right: left // right),
    ast.Mod: _arithmetic("%", lambda left, right: left % right),
    ast.Pow: _arithmetic("**", _power),
    ast.USub: lambda value: bounded(-_number(value, "-")),
    ast.UAdd: lambda value: bounded(_number(value, "+")),
    ast.Not: lambda value: not value,
    ast.Eq: lambda left, right: left == right,
    ast.NotEq: lambda left, right: left != right,
    ast.Lt: _comparison("<", lambda left, right: left < right),
    ast.LtE: _comparison("<=", lambda left, right: left <= right),
    ast.Gt: _comparison(">", lambda left, right: left > right),
    ast.GtE: _comparison(">=", lambda left, right: left >= right),
    ast.In: _within,
    ast.NotIn: lambda entry, owner: not _within(entry, owner),
}
SYMBOLS: Mapping[type[ast.AST], str] = {
    ast.Is: "`is` (write ==)",
    ast.IsNot: "`is not` (write !=)",
    ast.BitAnd: "& (write `and`)",
    ast.BitOr: "| (write `or`)",
    ast.BitXor: "^",
    ast.Invert: "~ (write `not`)",
    ast.LShift: "<<",
    ast.RShift: ">>",
    ast.MatMult: "@",
}
