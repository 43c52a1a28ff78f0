"""A job as a program's task: a result, or an error that says in which stage it failed."""

from datetime import UTC, datetime

import pytest

from orchestrator.client.errors import RefusedError
from orchestrator.client.tasks import (
    OrchestratorError,
    SessionCreationError,
    TaskCreationError,
    TaskExecutionError,
    create_task,
    result_of,
)
from orchestrator.contract.api.common import ErrorBody
from orchestrator.contract.api.jobs import JobDetail, JobView, SubmitRequest
from orchestrator.contract.errors import ErrorInfo, ErrorKind
from orchestrator.contract.results import JobResult
from orchestrator.contract.retry import NO_RETRY
from orchestrator.contract.states import JobPriority, JobStatus

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)


def ended(status: JobStatus, kind: ErrorKind | None = None) -> JobDetail:
    error = ErrorInfo(kind=kind, message="It went wrong.") if kind else None
    job = JobView(
        job_id="j", workflow_id="w", workflow_name="W", workflow_hash="h", status=status, priority=JobPriority.NORMAL,
        created_at=NOON, changed_at=NOON, error=error,
    )  # fmt: skip
    result = JobResult(
        job_id="j", attempt=1, status=status, started_at=NOON, finished_at=NOON, execution_time_s=1, outputs={"a": 1}
    )
    return JobDetail(job=job, timeout_s=60, retry=NO_RETRY, result=result)


class Refusing:
    """A client whose orchestrator takes nothing."""

    async def submit(self, _: SubmitRequest) -> JobView:
        raise RefusedError(422, ErrorBody(code="invalid", message="workflow: there is none.", field="workflow"))


@pytest.mark.feature("O38")
async def test_each_stage_of_a_task_has_its_error_in_one_tree() -> None:
    assert result_of(ended(JobStatus.COMPLETED)).outputs == {"a": 1}
    with pytest.raises(TaskExecutionError, match="is failed: It went wrong"):
        result_of(ended(JobStatus.FAILED, ErrorKind.NAVIGATION))
    with pytest.raises(SessionCreationError) as no_session:
        result_of(ended(JobStatus.FAILED, ErrorKind.PROVIDER_CAPACITY))
    assert no_session.value.error is not None
    with pytest.raises(TaskCreationError) as refused:
        await create_task(Refusing(), SubmitRequest(workflow="none"))  # type: ignore[arg-type]  # a client that refuses
    assert refused.value.refusal.body.field == "workflow"
    assert {each.__mro__[1] for each in (TaskCreationError, TaskExecutionError)} == {OrchestratorError}
    assert issubclass(SessionCreationError, OrchestratorError)
