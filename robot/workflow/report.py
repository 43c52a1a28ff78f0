"""What of a run fits into its report: a result travels in one message, so values, errors and their sum have bounds.

Inside the run a step's value may have 8 MiB and later steps read all of it. In the report a step's value may have
256 KiB and all results together 640 KiB; what is larger is left out there, largest first, and says so in its note.
Declared outputs may have 256 KiB together, since they are what the caller asked for: larger ones fail the run.
"""

import json
from collections.abc import Mapping, Sequence

from orchestrator.contract.errors import ErrorInfo
from orchestrator.contract.expression_functions import size_of
from orchestrator.contract.ids import JsonValue
from orchestrator.contract.results import StepResult
from orchestrator.contract.states import StepStatus

MAX_STEP_VALUE_BYTES = 8 * 1_048_576
MAX_VALUE_DEPTH = 40
MAX_REPORTED_VALUE_BYTES = 262_144
MAX_OUTPUT_BYTES = 262_144
MAX_REPORT_BYTES = 655_360

MAX_INNER_STEPS = 500
"""Of a step that runs a workflow: so many steps inside it have results of their own."""
MAX_INNER_VALUE_BYTES = 16_384

_MAX_DETAILS = 16_384
_MAX_CALL_LOG_LINES = 60
_MAX_CALL_LOG_LINE = 400
_MAX_SHORT_ITEMS = 200


def value_problem(value: JsonValue) -> str:
    """Why a value cannot be kept, as the end of a sentence about it; empty when it can."""
    if depth_of(value) > MAX_VALUE_DEPTH:
        return f"is nested more than {MAX_VALUE_DEPTH} levels deep"
    try:
        # The rough count stops early, before gigabytes would be written out for the exact one.
        is_large = (
            size_of(value, MAX_STEP_VALUE_BYTES) > MAX_STEP_VALUE_BYTES or json_bytes(value) > MAX_STEP_VALUE_BYTES
        )
    except (TypeError, ValueError):
        return "is not JSON"
    return f"has more than {MAX_STEP_VALUE_BYTES:,} bytes" if is_large else ""


def json_bytes(value: JsonValue) -> int:
    """The value's size as JSON; ValueError for NaN and infinities, TypeError for what is not JSON."""
    return len(json.dumps(value, ensure_ascii=False, allow_nan=False).encode(errors="replace"))


def sayable(value: JsonValue) -> JsonValue:
    """The value with halves of surrogate pairs replaced: pages contain them, UTF-8 does not."""
    match value:
        case str():
            return value if value.isascii() else value.encode(errors="replace").decode()
        case list():
            return [sayable(each) for each in value]
        case dict():
            return {str(sayable(key)): sayable(each) for key, each in value.items()}
        case _:
            return value


def depth_of(value: JsonValue) -> int:
    """How many lists and objects stand inside each other; the count stops just above the limit."""
    deepest = 0
    waiting: list[tuple[JsonValue, int]] = [(value, 1)]
    while waiting and deepest <= MAX_VALUE_DEPTH:
        each, depth = waiting.pop()
        if isinstance(each, dict | list):
            deepest = max(deepest, depth)
            waiting.extend((inner, depth + 1) for inner in (each.values() if isinstance(each, dict) else each))
    return deepest


def bounded_error(info: ErrorInfo) -> ErrorInfo:
    """The error with its log and details cut to what a report can carry."""
    call_log = tuple(line[:_MAX_CALL_LOG_LINE] for line in info.call_log[-_MAX_CALL_LOG_LINES:])
    details = info.details if size_of(dict(info.details), _MAX_DETAILS) <= _MAX_DETAILS else {}
    return info.model_copy(update={"call_log": call_log, "details": details})


def inner_results(results: Sequence[StepResult]) -> tuple[StepResult, ...]:
    """What the steps of a workflow did that a step ran, flat, each before those inside it; long values are left out,
    since only the workflow's outputs count outside."""
    return tuple(_with_small_value(each) for each in flattened(results)[:MAX_INNER_STEPS])


def gathered(paths: Mapping[str, Sequence[StepResult]]) -> tuple[StepResult, ...]:
    """The same of all inputs of a step together."""
    return tuple(each for results in paths.values() for each in results)[:MAX_INNER_STEPS]


def flattened(results: Sequence[StepResult]) -> list[StepResult]:
    """Every result followed by those of the steps inside it."""
    found: list[StepResult] = []
    for each in results:
        found += [each.model_copy(update={"steps": ()}), *each.steps] if each.steps else [each]
    return found


def _with_small_value(result: StepResult) -> StepResult:
    is_small = size_of(result.value, MAX_INNER_VALUE_BYTES) <= MAX_INNER_VALUE_BYTES
    return result if is_small and not result.items else result.model_copy(update={"value": None, "items": ()})


def fitted(results: Sequence[StepResult]) -> tuple[StepResult, ...]:
    """The results within the bounds of a report, in their order; what is left out is named in the notes."""
    kept = [_without_large_value(each) for each in results]
    sizes = [_bytes(each) for each in kept]
    for shorten in (_without_values_of_items, _without_value, _with_short_items, _with_short_error):
        for place in sorted(range(len(kept)), key=lambda each: -sizes[each]):
            if sum(sizes) <= MAX_REPORT_BYTES:
                return tuple(kept)
            kept[place] = shorten(kept[place])
            sizes[place] = _bytes(kept[place])
    return _first_that_fit(kept, sizes)


def _first_that_fit(results: list[StepResult], sizes: list[int]) -> tuple[StepResult, ...]:
    """Failures first, then as many others as there is room for: thousands of steps with very long names."""
    left = MAX_REPORT_BYTES
    chosen: set[int] = set()
    for place in sorted(range(len(results)), key=lambda each: results[each].status is not StepStatus.FAILED):
        if sizes[place] <= left:
            left -= sizes[place]
            chosen.add(place)
    return tuple(each for place, each in enumerate(results) if place in chosen)


def _without_large_value(result: StepResult) -> StepResult:
    if result.items and _bytes(result.model_copy(update={"value": None})) > MAX_REPORTED_VALUE_BYTES:
        result = _without_values_of_items(result)
    return result if json_bytes(result.value) <= MAX_REPORTED_VALUE_BYTES else _without_value(result)


def _without_value(result: StepResult) -> StepResult:
    size = json_bytes(result.value)
    if size < 100:
        return result
    note = f"The value ({size:,} bytes) is too large for the report; write it to a file to keep it."
    return result.model_copy(update={"value": None, "note": f"{result.note} {note}" if result.note else note})


def _without_values_of_items(result: StepResult) -> StepResult:
    """A fan-out's inputs without their values, which its own value mostly holds too."""
    if not any(each.value is not None for each in result.items):
        return result
    items = tuple(each.model_copy(update={"value": None}) for each in result.items)
    note = "The values of the inputs are too large for the report."
    return result.model_copy(update={"items": items, "note": f"{result.note} {note}" if result.note else note})


def _with_short_items(result: StepResult) -> StepResult:
    """Only the inputs that failed, with short errors; the others are counted."""
    failed = [each for each in result.items if each.error is not None][:_MAX_SHORT_ITEMS]
    if len(failed) == len(result.items):
        return result
    items = tuple(
        each.model_copy(update={"error": each.error.model_copy(update={"message": each.error.message[:200]})})
        for each in failed
        if each.error is not None
    )
    note = f"Of {len(result.items):,} inputs the report holds {len(items)} that failed."
    return result.model_copy(update={"items": items, "note": f"{result.note} {note}" if result.note else note})


def _with_short_error(result: StepResult) -> StepResult:
    if result.error is None:
        return result
    error = result.error.model_copy(update={"message": result.error.message[:300], "call_log": (), "details": {}})
    return result.model_copy(update={"error": error})


def _bytes(result: StepResult) -> int:
    return len(result.model_dump_json().encode())
