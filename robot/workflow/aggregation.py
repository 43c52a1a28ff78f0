"""Fan-in: one value of the values of all inputs, by a named rule or by an expression."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from orchestrator.contract.expression_functions import kind_of
from orchestrator.contract.expressions import ExpressionError, Scope, render
from orchestrator.contract.ids import JsonValue
from orchestrator.contract.patterns import Aggregator, ItemResult
from orchestrator.contract.states import StepStatus

_Rule = Callable[[Sequence[JsonValue]], JsonValue]


def aggregated(rule: str, results: Sequence[ItemResult], scope: Scope) -> JsonValue:
    """The value of a fan-out, its results in the order of their inputs; ExpressionError when they do not fit."""
    values = [each.value for each in results if each.status is StepStatus.COMPLETED]
    told: list[JsonValue] = [each.told for each in results]
    if rule == Aggregator.RESULTS:
        return told
    if "${{" not in rule:
        return _RULES[Aggregator(rule)](values)
    return render(rule, replace(scope, local={**scope.local, "values": values, "items": told}))


def _numbers(values: Sequence[JsonValue], rule: str) -> list[int | float]:
    found: list[int | float] = []
    for each in _flat(values):
        if isinstance(each, bool) or not isinstance(each, int | float):
            raise ExpressionError(f"The aggregator {rule!r} takes numbers; an input gave {kind_of(each)}.")
        found.append(each)
    return found


def _flat(values: Sequence[JsonValue]) -> list[JsonValue]:
    flat: list[JsonValue] = []
    for each in values:
        flat.extend(each if isinstance(each, list) else [each])
    return flat


def _sum(values: Sequence[JsonValue]) -> JsonValue:
    return sum(_numbers(values, "sum"))


def _average(values: Sequence[JsonValue]) -> JsonValue:
    numbers = _numbers(values, "average")
    return sum(numbers) / len(numbers) if numbers else None


def _extreme(rule: str, choose: Callable[[list[int | float]], int | float]) -> _Rule:
    def apply(values: Sequence[JsonValue]) -> JsonValue:
        numbers = _numbers(values, rule)
        return choose(numbers) if numbers else None

    return apply


def _concat(values: Sequence[JsonValue]) -> JsonValue:
    if values and all(isinstance(each, str) for each in values):
        return "".join(map(str, values))
    return _flat(values)


def _unique(values: Sequence[JsonValue]) -> JsonValue:
    kept: dict[str, JsonValue] = {}
    for each in _flat(values):
        kept.setdefault(json.dumps(each, sort_keys=True), each)
    return list(kept.values())


def _merge(values: Sequence[JsonValue]) -> JsonValue:
    merged: dict[str, JsonValue] = {}
    for each in values:
        if not isinstance(each, dict):
            raise ExpressionError(f"The aggregator 'merge' takes objects; an input gave {kind_of(each)}.")
        merged |= each
    return merged


_RULES: Mapping[Aggregator, _Rule] = {
    Aggregator.COLLECT: list,
    Aggregator.FIRST: lambda values: values[0] if values else None,
    Aggregator.LAST: lambda values: values[-1] if values else None,
    Aggregator.COUNT: len,
    Aggregator.SUM: _sum,
    Aggregator.AVERAGE: _average,
    Aggregator.MIN: _extreme("min", min),
    Aggregator.MAX: _extreme("max", max),
    Aggregator.CONCAT: _concat,
    Aggregator.UNIQUE: _unique,
    Aggregator.MERGE: _merge,
    Aggregator.ALL: all,
    Aggregator.ANY: any,
}
