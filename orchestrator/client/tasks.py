"""A job as a task of a program: it gives its result, or raises what went wrong, by the stage in which it did.

OrchestratorError             a task did not give a result
├── TaskCreationError         the orchestrator did not take it
├── SessionCreationError      it was taken, and no browser session could be had for it
└── TaskExecutionError        it ran, and did not succeed
"""

from orchestrator.client.client import OrchestratorClient
from orchestrator.client.errors import ClientError, RefusedError
from orchestrator.contract.api.jobs import JobDetail, JobView, SubmitRequest
from orchestrator.contract.errors import ErrorInfo, ErrorKind
from orchestrator.contract.results import JobResult
from orchestrator.contract.states import JobStatus

_NO_SESSION = frozenset({ErrorKind.PROVIDER_CAPACITY, ErrorKind.BROWSER_MISSING, ErrorKind.DRIVER_LOST})


class OrchestratorError(ClientError):
    """A task did not give a result."""


class TaskCreationError(OrchestratorError):
    """The orchestrator did not take it; `refusal` says why, and which field."""

    def __init__(self, refusal: RefusedError) -> None:
        super().__init__(str(refusal))
        self.refusal = refusal


class TaskExecutionError(OrchestratorError):
    """It ran and did not succeed; carries the job and its error."""

    def __init__(self, detail: JobDetail, error: ErrorInfo | None) -> None:
        why = error.message if error is not None else "nothing is known of why."
        super().__init__(f"{detail.job.workflow_name} ({detail.job.job_id}) is {detail.job.status}: {why}")
        self.detail = detail
        self.error = error


class SessionCreationError(TaskExecutionError):
    """No browser session could be had."""


async def create_task(client: OrchestratorClient, request: SubmitRequest) -> JobView:
    """Submit; TaskCreationError when it is refused, other `ClientError`s when nobody could be asked."""
    try:
        return await client.submit(request)
    except RefusedError as refusal:
        raise TaskCreationError(refusal) from refusal


def result_of(detail: JobDetail) -> JobResult:
    """What a job that has ended gave. SessionCreationError or TaskExecutionError when it did not complete."""
    if detail.job.status is JobStatus.COMPLETED and detail.result is not None:
        return detail.result
    error = detail.job.error or (detail.result.error if detail.result is not None else None)
    if error is not None and error.kind in _NO_SESSION:
        raise SessionCreationError(detail, error)
    raise TaskExecutionError(detail, error)
