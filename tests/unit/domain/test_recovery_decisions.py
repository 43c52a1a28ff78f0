"""Again, and when; or an end."""

import random
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestrator.contract.errors import ErrorInfo, ErrorKind
from orchestrator.contract.ids import JobId, RobotId, WorkflowHash, WorkflowId
from orchestrator.contract.retry import RetryPolicy
from orchestrator.contract.states import JobStatus
from orchestrator.domain.job import Job
from orchestrator.domain.lease import LeaseTerms, lease_for, term_s
from orchestrator.domain.recovery import (
    MAX_CRASHES,
    after_crash,
    after_failure,
    after_timeout,
    retried_by_a_person,
    timeout_error,
)

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
RUNNING = Job(
    job_id=JobId("j"),
    workflow_id=WorkflowId("w"),
    workflow_hash=WorkflowHash("h"),
    workflow_name="Look",
    status=JobStatus.RUNNING,
    timeout_s=60,
    created_at=NOW,
    changed_at=NOW,
    attempt=1,
    robot_id=RobotId("r"),
    retry=RetryPolicy(max_retries=3),
)
NETWORK = ErrorInfo(kind=ErrorKind.NETWORK, message="The page did not answer.")


@pytest.mark.feature("C79")
@given(failures=st.integers(0, 2), seed=st.integers(0, 1_000))
def test_a_retryable_failure_waits_at_most_its_backoff(failures: int, seed: int) -> None:
    job = replace(RUNNING, failures=failures)
    decision = after_failure(job, NETWORK, rng=random.Random(seed), now=NOW)
    assert (decision.status, decision.failures) == (JobStatus.PENDING, failures + 1)
    assert decision.not_before is not None
    assert NOW <= decision.not_before <= NOW + timedelta(seconds=2**failures)


def test_the_last_allowed_failure_is_final() -> None:
    decision = after_failure(replace(RUNNING, failures=3), NETWORK, rng=random.Random(1), now=NOW)
    assert (decision.status, decision.failures) == (JobStatus.FAILED, 4)


@pytest.mark.parametrize("kind", [kind for kind in ErrorKind if not kind.is_retryable])
def test_a_permanent_error_is_never_tried_again(kind: ErrorKind) -> None:
    error = ErrorInfo(kind=kind, message="x")
    assert after_failure(RUNNING, error, rng=random.Random(1), now=NOW).status is JobStatus.FAILED


def test_a_failure_without_a_reason_gets_one() -> None:
    decision = after_failure(replace(RUNNING, retry=RetryPolicy(max_retries=0)), None, rng=random.Random(1), now=NOW)
    assert decision.error is not None
    assert decision.error.kind is ErrorKind.INTERNAL


def test_a_timeout_is_final() -> None:
    decision = after_timeout(RUNNING)
    assert decision.status is JobStatus.TIMEOUT
    assert decision.error == timeout_error(RUNNING)


def test_a_crash_of_a_safe_job_is_repeated_at_once_until_it_is_the_suspect() -> None:
    for crashes in range(MAX_CRASHES):
        decision = after_crash(replace(RUNNING, retry_safe=True, crashes=crashes), now=NOW)
        is_last = crashes == MAX_CRASHES - 1
        assert decision.status is (JobStatus.DEAD_LETTER if is_last else JobStatus.PENDING)
        assert decision.not_before == (None if is_last else NOW)


@pytest.mark.feature("X06")
def test_a_crash_of_a_job_that_is_not_safe_to_repeat_waits_for_a_person() -> None:
    decision = after_crash(RUNNING, now=NOW)
    assert decision.status is JobStatus.DEAD_LETTER
    assert "a person decides" in decision.reason


def test_a_crash_never_counts_as_a_failure() -> None:
    assert after_crash(replace(RUNNING, retry_safe=True, failures=2), now=NOW).failures == 2


@pytest.mark.parametrize(
    ("status", "error", "end"),
    [
        (JobStatus.DISPATCHED, None, JobStatus.QUEUED),
        (JobStatus.CANCELLING, None, JobStatus.CANCELLED),
        (JobStatus.CANCELLING, timeout_error(RUNNING), JobStatus.TIMEOUT),
    ],
)
def test_what_a_crash_means_depends_on_what_was_going_on(
    status: JobStatus, error: ErrorInfo | None, end: JobStatus
) -> None:
    assert after_crash(replace(RUNNING, status=status, error=error), now=NOW).status is end


def test_a_decision_takes_the_job_from_its_robot_and_keeps_the_attempt() -> None:
    again = after_crash(replace(RUNNING, retry_safe=True, progress=0.5), now=NOW).applied(
        replace(RUNNING, retry_safe=True, progress=0.5), at=NOW
    )
    assert (again.robot_id, again.progress, again.attempt) == (None, 0.0, 1)
    ended = after_timeout(RUNNING).applied(RUNNING, at=NOW)
    assert (ended.robot_id, ended.finished_at) == ("r", NOW)


def test_a_persons_retry_gives_a_clean_slate_but_the_fence_stays() -> None:
    failed = replace(RUNNING, status=JobStatus.FAILED, failures=4, crashes=2, attempt=5, error=NETWORK)
    again = retried_by_a_person(failed, at=NOW)
    assert (again.status, again.failures, again.crashes, again.error) == (JobStatus.QUEUED, 0, 0, None)
    assert again.attempt == 5


def test_each_state_has_its_own_patience() -> None:
    terms = LeaseTerms()
    patience = {status: term_s(replace(RUNNING, status=status), terms) for status in JobStatus if status.is_live}
    assert patience[JobStatus.DISPATCHED] == 15
    assert patience[JobStatus.RUNNING] == patience[JobStatus.WAITING_FOR_HUMAN] == 60
    assert patience[JobStatus.LOST] == 900
    assert patience[JobStatus.CANCELLING] == 35
    assert term_s(replace(RUNNING, status=JobStatus.LOST, retry_safe=True), terms) == 20


def test_a_lease_runs_out_at_its_end_and_not_before() -> None:
    lease = lease_for(RUNNING, LeaseTerms(), 100.0)
    assert not lease.has_run_out(159.9)
    assert lease.has_run_out(160.0)
