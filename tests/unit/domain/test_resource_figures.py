"""What is known of a machine: a ring of looks, figures over them, and levels with the reference's thresholds."""

from datetime import UTC, datetime, timedelta

import pytest

from orchestrator.contract.errors import UserError
from orchestrator.domain.resources import (
    Level,
    MonitorSettings,
    Resource,
    ResourceThresholds,
    Threshold,
    Usage,
    UsageHistory,
    levels,
    statistics,
)

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


def usage(second: int, **figures: float) -> Usage:
    return Usage(at=NOON + timedelta(seconds=second), **figures)


@pytest.mark.feature("E41")
def test_the_thresholds_are_those_of_the_reference() -> None:
    found = {name: ResourceThresholds().of(name) for name in Resource}
    assert found == {
        Resource.MEMORY: Threshold(warning=0.70, critical=0.85),
        Resource.CPU: Threshold(warning=0.80, critical=0.90),
        Resource.DISK: Threshold(warning=0.80, critical=0.90),
    }
    assert MonitorSettings().interval_s == 30.0


@pytest.mark.feature("E45", "O48")
def test_the_history_keeps_the_newest_looks_in_order_and_what_was_not_measured_stays_unknown() -> None:
    assert UsageHistory(3).newest is None
    history = UsageHistory(3)
    for second in range(5):
        history.add(usage(second, cpu=second / 10, network_in=1_000.0))
    assert [each.cpu for each in history.everything()] == [0.2, 0.3, 0.4]
    assert history.newest == usage(4, cpu=0.4, network_in=1_000.0)
    assert history.since(NOON + timedelta(seconds=4)) == [usage(4, cpu=0.4, network_in=1_000.0)]
    assert len(history) == 3


@pytest.mark.feature("E47", "O52")
def test_figures_are_current_average_lowest_and_highest_of_what_was_measured() -> None:
    found = statistics([usage(0, cpu=0.2), usage(1, cpu=0.6, memory=0.5), usage(2, cpu=0.1)])
    assert (found["cpu"].current, found["cpu"].lowest, found["cpu"].highest) == (0.1, 0.1, 0.6)
    assert found["cpu"].average == pytest.approx(0.3)
    assert set(found) == {"cpu", "memory"}
    assert statistics([]) == {}


def test_what_was_not_measured_keeps_its_level() -> None:
    tight = levels({}, usage(0, cpu=0.95, disk=0.85), ResourceThresholds())
    assert tight == {Resource.CPU: Level.CRITICAL, Resource.DISK: Level.WARNING}
    assert levels(tight, usage(1, disk=0.1), ResourceThresholds()) == {
        Resource.CPU: Level.CRITICAL,
        Resource.DISK: Level.NORMAL,
    }


@pytest.mark.parametrize("pair", [(0.9, 0.8), (0.0, 0.5), (0.5, 1.1), (0.5, 0.5)])
def test_thresholds_that_make_no_sense_are_refused(pair: tuple[float, float]) -> None:
    with pytest.raises(UserError, match="0 < warning < critical"):
        Threshold(warning=pair[0], critical=pair[1])
    with pytest.raises(UserError, match="interval_s"):
        MonitorSettings(interval_s=0.5)
