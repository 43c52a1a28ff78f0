"""What each step of a job did, for `botswain job --steps`: success, time, retries, result and error, input by input."""

from collections.abc import Iterator

from rich.text import Text

from orchestrator.cli.output import duration_text, say, status_text, value_text, write_table
from orchestrator.contract.api.jobs import JobDetail
from orchestrator.contract.errors import ErrorInfo
from orchestrator.contract.ids import JsonValue
from orchestrator.contract.patterns import ItemResult
from orchestrator.contract.results import JobResult, StepResult
from orchestrator.contract.sub_workflows import SEPARATOR

_TITLES = ("STEP", "STATUS", "TOOK", "RETRIES", "RESULT", "ERROR")
_VALUE_LIMIT = 80
_SHOWN_INPUTS = 200

_Row = tuple[str | Text, ...]


def show_step_results(detail: JobDetail) -> None:
    """The results of the newest attempt's steps; those of a fan-out's inputs stand below it."""
    result = detail.result
    say("")
    if result is None or not result.step_results:
        say("No step has a result yet; without --steps the table says how far each one is.")
        return
    if result.iterations_run > 1:
        say(f"Iteration {result.iterations_run}, of which {result.iterations_succeeded} succeeded:")
    write_table(_TITLES, _rows(result), empty="")


def _rows(result: JobResult) -> Iterator[_Row]:
    for step in result.step_results:
        yield _step_row(step)
        for item in step.items[:_SHOWN_INPUTS]:
            yield _input_row(item)
        more = len(step.items) - _SHOWN_INPUTS
        if more > 0:
            yield (f"  and {more:,} more inputs; --json has them", "", "", "", "", "")


def indented(step_id: str, name: str = "") -> str:
    """A step's name, or its id; of one inside a workflow that a step runs below that step."""
    return "  " * step_id.count(SEPARATOR) + (name or step_id.rpartition(SEPARATOR)[2])


def _step_row(step: StepResult) -> _Row:
    return (
        indented(step.step_id),
        status_text(step.status),
        duration_text(step.duration_s),
        str(step.retries) if step.retries and not step.items else "",
        _value(step.value),
        _error(step.error) or step.note or "",
    )


def _input_row(item: ItemResult) -> _Row:
    retries = max(0, item.attempts - 1)
    return (
        f"  [{item.index}]",
        status_text(item.status),
        duration_text(item.duration_s),
        str(retries) if retries else "",
        _value(item.value),
        _error(item.error) or item.note or "",
    )


def _value(value: JsonValue) -> str:
    return "" if value is None else value_text(value, _VALUE_LIMIT)


def _error(error: ErrorInfo | None) -> str:
    return f"{error.kind.value}: {error.message}" if error is not None else ""
