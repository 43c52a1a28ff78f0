"""The dashboard's figures."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestrator.contract.states import JobStatus, RobotStatus
from orchestrator.domain.metrics import Finished, dashboard, percentile, utilisation

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)


@pytest.mark.feature("C59", "C10")
def test_the_dashboard_counts_what_its_names_say() -> None:
    figures = dashboard(
        at=NOW,
        robots=[RobotStatus.ONLINE, RobotStatus.BUSY, RobotStatus.LOST, RobotStatus.OFFLINE],
        by_status={
            JobStatus.PENDING: 1, JobStatus.QUEUED: 2, JobStatus.DISPATCHED: 1, JobStatus.RUNNING: 3,
            JobStatus.LOST: 1, JobStatus.COMPLETED: 50,
        },
        today=Finished(completed=5, failed=2, cancelled=1),
        last_24h=Finished(completed=6, failed=2, cancelled=9, average_s=12.5, p95_s=40.0),
    )  # fmt: skip
    assert (figures.total_robots, figures.online_robots, figures.offline_robots) == (4, 2, 2)
    assert (figures.completed_jobs_today, figures.failed_jobs_today, figures.total_jobs_today) == (5, 2, 16)
    assert (figures.pending_jobs, figures.running_jobs) == (3, 4)
    assert (figures.success_rate, figures.failed_24h) == (0.75, 2)
    assert (figures.average_execution_time, figures.p95_execution_time) == (12.5, 40.0)


def test_without_ended_jobs_nothing_has_failed() -> None:
    assert Finished().success_rate == 1.0


@given(st.lists(st.floats(0, 1e6), min_size=1, max_size=200))
def test_the_95th_percentile_is_a_value_that_most_do_not_exceed(values: list[float]) -> None:
    found = percentile(values, 0.95)
    assert found in values
    assert sum(value <= found for value in values) >= 0.95 * len(values)


def test_utilisation_is_a_share_of_all_slots() -> None:
    assert utilisation(30, slots=2, window_s=60) == 0.25
    assert utilisation(500, slots=1, window_s=60) == 1.0
    assert utilisation(5, slots=0, window_s=60) == 0.0
