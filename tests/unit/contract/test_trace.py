"""Trace context: what is taken from a header, and what a job's robot is told."""

import pytest

from orchestrator.contract.ids import new_id
from orchestrator.contract.trace import read_traceparent, trace_id, traceparent_of

GIVEN = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"


@pytest.mark.feature("O54")
def test_a_given_trace_goes_on_under_a_span_of_the_jobs_own() -> None:
    job_id = new_id()
    told = traceparent_of(job_id, read_traceparent(GIVEN))
    assert (trace_id(told), told[53:]) == (trace_id(GIVEN), GIVEN[53:])
    assert told != GIVEN
    assert told == traceparent_of(job_id, GIVEN)


@pytest.mark.parametrize(
    "text",
    [
        None, "", "hello", GIVEN.upper(), GIVEN[:-1], "ff" + GIVEN[2:], f"00-{'0' * 32}-00f067aa0ba902b7-01",
        f"00-{'a' * 32}-{'0' * 16}-01", GIVEN + "-" + "x" * 600,
    ],
)  # fmt: skip
def test_what_breaks_the_form_is_ignored_as_the_standard_says(text: str | None) -> None:
    assert read_traceparent(text) == ""


def test_a_job_without_a_given_trace_has_one_of_its_own() -> None:
    job_id = new_id()
    told = traceparent_of(job_id)
    assert trace_id(told) == job_id.replace("-", "")
    assert read_traceparent(told) == told
    assert read_traceparent(traceparent_of("any text")) != ""
