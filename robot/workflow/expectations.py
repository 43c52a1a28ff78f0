"""Judges a workflow that has completed by what it was expected to give; what is strange is told, nothing is undone."""

from collections.abc import Iterator, Mapping, Sequence
from fnmatch import fnmatchcase

from orchestrator.contract.expectations import MAX_DOUBTS, Doubt, Expectation
from orchestrator.contract.expressions import ExpressionError, Scope, holds, render
from orchestrator.contract.ids import JsonValue
from orchestrator.contract.results import StepResult
from orchestrator.contract.states import StepStatus
from orchestrator.contract.workflow import Step, WorkflowDefinition


def doubts_about(
    definition: WorkflowDefinition,
    steps: Mapping[str, Step],
    results: Sequence[StepResult],
    scope: Scope,
    *,
    seconds: float | None,
) -> tuple[Doubt, ...]:
    """Why a completed workflow is suspect; nothing when all is as expected. `seconds`: None when it went on from a
    checkpoint, so that its own time says nothing."""
    found: list[Doubt] = []
    everything = _files(results)
    for expected in definition.expect:
        message = _miss(expected, scope, files=everything, seconds=seconds, value=None)
        found += [Doubt(message=message[:1_000])] if message else []
    for result in results:
        step = steps.get(result.step_id)
        if step is None or not step.expect or result.status is not StepStatus.COMPLETED:
            continue
        for expected in step.expect:
            message = _miss(expected, scope, files=_files([result]), seconds=result.duration_s, value=result.value)
            found += [Doubt(message=message[:1_000], step_id=result.step_id)] if message else []
    return tuple(found[:MAX_DOUBTS])


def _files(results: Sequence[StepResult]) -> tuple[str, ...]:
    return tuple(_names(results))


def _names(results: Sequence[StepResult]) -> Iterator[str]:
    for each in results:
        yield from (artifact.name for artifact in each.artifacts)
        yield from _names(each.steps)


def _miss(
    expected: Expectation, scope: Scope, *, files: tuple[str, ...], seconds: float | None, value: JsonValue
) -> str:
    """What is not as expected, in a sentence; an expectation that cannot be judged is not met."""
    try:
        missed = _judged(expected, scope, files=files, seconds=seconds, value=value)
    except ExpressionError as error:
        missed = f"An expectation has no value: {error.message}"
    return expected.message or missed if missed else ""


def _judged(
    expected: Expectation, scope: Scope, *, files: tuple[str, ...], seconds: float | None, value: JsonValue
) -> str:
    if expected.that is not None:
        return "" if holds(expected.that, scope) else f"It is not so that {expected.that}."
    if expected.file is not None:
        return _file_miss(expected, expected.file, files)
    if expected.duration is not None:
        miss = expected.miss(seconds) if expected.duration == "seconds" and seconds is not None else ""
        return f"It took {seconds:.3g} s; {miss}." if miss else ""
    counted = value if expected.rows is True else render(expected.rows, scope)
    number = _count(counted)
    if number is None:
        return "The rows that are expected are no list and no number."
    miss = expected.miss(number)
    return f"{number:g} rows; {miss}." if miss else ""


def _file_miss(expected: Expectation, pattern: str, files: tuple[str, ...]) -> str:
    number = sum(fnmatchcase(name, pattern) for name in files)
    if expected.at_least is None and expected.at_most is None:
        return "" if number else f"There is no file {pattern}."
    miss = expected.miss(number)
    return f"{number} files {pattern}; {miss}." if miss else ""


def _count(value: JsonValue) -> float | None:
    if isinstance(value, list | dict):
        return len(value)
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None
