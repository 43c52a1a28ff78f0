"""Results that the orchestrator can read: one that it could not would be sent again for ever."""

from orchestrator.contract.errors import ErrorInfo, ErrorKind, ProtocolError
from orchestrator.contract.protocol.codec import decode, encode
from orchestrator.contract.protocol.jobs import JobResultReport
from orchestrator.contract.protocol.terms import MAX_MESSAGE_BYTES
from orchestrator.contract.results import JobResult, StepResult
from orchestrator.contract.states import JobStatus


def deliverable(result: JobResult) -> JobResult:
    """The result if it fits into a message; else without its steps' values; else as a failure that says why."""
    for candidate in (result, _without_values(result)):
        problem = _problem(candidate)
        if not problem:
            return candidate
    return _failed(result, problem)


def _problem(result: JobResult) -> str:
    frame = encode(JobResultReport(result=result))
    if len(frame.encode()) > MAX_MESSAGE_BYTES:
        return f"The result has {len(frame.encode()):,} bytes; a message may have {MAX_MESSAGE_BYTES:,}."
    try:
        decode(frame)
    except ProtocolError as error:
        return error.message
    return ""


def _without_values(result: JobResult) -> JobResult:
    note = "The value was left out of the report, which was too large."
    steps = tuple(
        step if step.value is None and not step.items else without_values(step, note) for step in result.step_results
    )
    return result.model_copy(update={"step_results": steps})


def without_values(step: StepResult, note: str) -> StepResult:
    """The step's result without its value and the values of its inputs."""
    items = tuple(each.model_copy(update={"value": None}) for each in step.items)
    return step.model_copy(update={"value": None, "items": items, "note": note})


def _failed(result: JobResult, problem: str) -> JobResult:
    error = ErrorInfo(
        kind=ErrorKind.BAD_WORKFLOW,
        message=f"The run ended as {result.status}, but its result cannot be delivered: {problem}",
        hint="Declare smaller `outputs`, or write large data to a file.",
    )
    status = JobStatus.FAILED if result.status is JobStatus.COMPLETED else result.status
    return result.model_copy(update={"status": status, "error": error, "outputs": {}, "step_results": ()})
