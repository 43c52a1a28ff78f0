"""A result that the orchestrator could not read is never sent."""

from datetime import UTC, datetime

from orchestrator.contract.ids import JsonValue
from orchestrator.contract.protocol.codec import decode, encode
from orchestrator.contract.protocol.jobs import JobResultReport
from orchestrator.contract.results import JobResult, StepResult
from orchestrator.contract.states import JobStatus, StepStatus
from robot.deliverable import deliverable

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)


def result(*, outputs: dict[str, JsonValue], value: JsonValue = None) -> JobResult:
    return JobResult(
        job_id="job-1",
        attempt=1,
        status=JobStatus.COMPLETED,
        outputs=outputs,
        step_results=(StepResult(step_id="a", status=StepStatus.COMPLETED, value=value),),
        started_at=NOON,
        finished_at=NOON,
        execution_time_s=1.0,
    )


def test_a_result_that_fits_is_left_alone() -> None:
    fine = result(outputs={"a": 1}, value="v")
    assert deliverable(fine) is fine


def test_values_of_steps_give_way_to_the_outputs() -> None:
    fitted = deliverable(result(outputs={"a": 1}, value="x" * 2_000_000))
    assert (fitted.status, fitted.outputs) == (JobStatus.COMPLETED, {"a": 1})
    assert fitted.step_results[0].value is None
    assert "left out" in (fitted.step_results[0].note or "")


def test_outputs_that_are_too_deep_or_too_large_fail_the_job_with_the_reason() -> None:
    deep: JsonValue = 1
    for _ in range(80):
        deep = [deep]
    cases: list[tuple[dict[str, JsonValue], str]] = [
        ({"a": deep}, "nested 64 levels"),
        ({"a": "x" * 2_000_000}, "bytes"),
    ]
    for outputs, reason in cases:
        failed = deliverable(result(outputs=outputs))
        assert failed.status is JobStatus.FAILED
        assert failed.error is not None
        assert reason in failed.error.message
        decode(encode(JobResultReport(result=failed)))
