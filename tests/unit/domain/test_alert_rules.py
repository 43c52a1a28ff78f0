"""When something is an alert: thresholds with a margin, windows that are bounded, and rules that make sense."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestrator.contract.errors import UserError
from orchestrator.domain.alerts import AlertRules, FailureWindow, backlog_level, error_level
from orchestrator.domain.resources import Level, judge


@pytest.mark.feature("E43")
def test_a_value_that_swings_around_a_threshold_changes_nothing() -> None:
    level, seen = Level.NORMAL, []
    for value in (0.69, 0.70, 0.69, 0.66, 0.71, 0.64, 0.69, 0.86, 0.84, 0.79, 0.66, 0.6):
        level = judge(level, value, warning=0.7, critical=0.85, margin=0.05)
        seen.append(level.value[0])
    assert "".join(seen) == "nwwwwnncc" + "ww" + "n"


@given(st.sampled_from(Level), st.floats(0, 1))
def test_at_a_threshold_the_level_is_never_lower_and_far_below_it_never_higher(before: Level, value: float) -> None:
    level = judge(before, value, warning=0.7, critical=0.85, margin=0.05)
    if value >= 0.85:
        assert level is Level.CRITICAL
    if value < 0.65:
        assert level is Level.NORMAL
    assert judge(level, value, warning=0.7, critical=0.85, margin=0.05) is level


@pytest.mark.feature("D64", "C91")
def test_the_error_rate_needs_enough_jobs_to_say_anything() -> None:
    rules = AlertRules(error_rate_jobs=10)
    assert error_level(Level.NORMAL, ended=9, failed=9, rules=rules) is Level.NORMAL
    assert error_level(Level.NORMAL, ended=10, failed=3, rules=rules) is Level.WARNING
    assert error_level(Level.NORMAL, ended=10, failed=6, rules=rules) is Level.CRITICAL


@pytest.mark.feature("C91")
def test_a_backlog_is_long_or_old_and_the_worse_counts() -> None:
    rules = AlertRules(backlog_warning=100, backlog_critical=200, backlog_age_warning_s=60, backlog_age_critical_s=600)
    assert backlog_level(Level.NORMAL, queued=99, age_s=59, rules=rules) is Level.NORMAL
    assert backlog_level(Level.NORMAL, queued=1, age_s=60, rules=rules) is Level.WARNING
    assert backlog_level(Level.NORMAL, queued=200, age_s=60, rules=rules) is Level.CRITICAL
    assert backlog_level(Level.WARNING, queued=81, age_s=0, rules=rules) is Level.WARNING
    assert backlog_level(Level.WARNING, queued=79, age_s=0, rules=rules) is Level.NORMAL


def test_the_window_forgets_what_is_older_and_stays_small() -> None:
    window = FailureWindow()
    for second in range(10_000):
        window.note(has_failed=second % 2 == 0, now_s=float(second), window_s=60.0)
    ended, failed = window.counts(now_s=9_999.0, window_s=60.0)
    assert 58 <= ended <= 60
    assert abs(failed - ended / 2) <= 1
    assert len(window._buckets) <= FailureWindow.BUCKETS
    assert window.counts(now_s=10_100.0, window_s=60.0) == (0, 0)


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"error_rate_warning": 0.6}, "error_rate_warning"),
        ({"error_rate_critical": 1.5}, "error_rate_critical"),
        ({"backlog_warning": 0}, "backlog_warning"),
        ({"calm_s": -1}, "calm_s"),
        ({"error_rate_window_s": 1}, "error_rate_window_s"),
    ],
)
def test_rules_that_make_no_sense_are_refused_by_their_name(wrong: dict[str, float], field: str) -> None:
    with pytest.raises(UserError, match=field) as refused:
        AlertRules(**wrong)  # type: ignore[arg-type]
    assert refused.value.field == field
