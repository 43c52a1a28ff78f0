"""A report always fits into one message, and says what it leaves out."""

from hypothesis import given
from hypothesis import strategies as st

from orchestrator.contract.errors import ErrorInfo, ErrorKind
from orchestrator.contract.results import StepResult
from orchestrator.contract.states import StepStatus
from robot.workflow.report import MAX_REPORT_BYTES, bounded_error, depth_of, fitted, value_problem


def result(step_id: str, **more: object) -> StepResult:
    return StepResult.model_validate({"step_id": step_id, "status": "completed", **more})


def size(results: tuple[StepResult, ...]) -> int:
    return sum(len(each.model_dump_json().encode()) for each in results)


def test_what_fits_is_left_as_it_is() -> None:
    results = [result("a", value=[1]), result("b")]

    assert fitted(results) == tuple(results)


def test_a_very_large_value_is_left_out_and_named() -> None:
    kept = fitted([result("a", value="x" * 300_000), result("b", value="y")])

    assert kept[0].value is None
    assert "300,002 bytes" in (kept[0].note or "")
    assert kept[1].value == "y"


def test_of_many_values_the_largest_go_first() -> None:
    kept = fitted([result(f"s{number}", value="x" * (number + 1) * 10_000) for number in range(20)])

    assert size(kept) <= MAX_REPORT_BYTES
    assert kept[0].value is not None
    assert kept[-1].value is None


def test_thousands_of_long_errors_still_fit() -> None:
    error = ErrorInfo(kind=ErrorKind.TIMEOUT, message="é" * 16_000, call_log=("line" * 200,) * 100)
    results = [result(f"s{number}", status="failed", error=error) for number in range(500)]
    kept = fitted(results)

    assert size(kept) <= MAX_REPORT_BYTES
    assert len(kept) == 500


def test_when_even_names_are_too_many_failures_are_kept() -> None:
    results = [result(f"s{number}" + "x" * 150, name="n" * 500) for number in range(1_999)]
    failed = result("bad", status="failed")
    kept = fitted([*results, failed])

    assert size(kept) <= MAX_REPORT_BYTES
    assert kept[-1].status is StepStatus.FAILED


@given(st.lists(st.integers(min_value=0, max_value=400_000), max_size=8))
def test_every_report_fits(sizes: list[int]) -> None:
    assert size(fitted([result(f"s{place}", value="é" * each) for place, each in enumerate(sizes)])) <= MAX_REPORT_BYTES


def test_an_errors_log_and_details_are_cut() -> None:
    cut = bounded_error(
        ErrorInfo(kind=ErrorKind.TIMEOUT, message="m", call_log=("x" * 1_000,) * 200, details={"page": "y" * 20_000})
    )

    assert len(cut.call_log) == 60
    assert len(cut.call_log[0]) == 400
    assert cut.details == {}


def test_depth_counts_lists_and_objects() -> None:
    assert (depth_of(1), depth_of([]), depth_of([{"a": [1]}])) == (0, 1, 3)
    assert value_problem([1]) == ""
