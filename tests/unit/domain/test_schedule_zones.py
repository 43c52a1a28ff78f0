"""Schedules over the clock shifts of many zones: half hours, Ramadan, zones that moved for good, a day that was not."""

import sys
import zoneinfo
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise

import pytest

from orchestrator.contract.ids import ScheduleId, WorkflowId
from orchestrator.domain import zone_clock
from orchestrator.domain.cron import parse_cron
from orchestrator.domain.schedule import Schedule, ScheduleFrequency, rule_of
from orchestrator.domain.schedule_check import ScheduleError, validate_schedule
from orchestrator.domain.schedule_words import truth_card, warnings
from orchestrator.domain.zone_clock import UnknownZoneError, ZoneDatabaseMissingError, load_zone, wall_time

NEW_YEAR = datetime(2026, 1, 1, tzinfo=UTC)


def daily(zone: str, at: time) -> Schedule:
    return Schedule(
        schedule_id=ScheduleId("s"),
        name="daily",
        workflow_id=WorkflowId("w"),
        frequency=ScheduleFrequency.DAILY,
        timezone=zone,
        time_of_day=at,
        created_at=NEW_YEAR,
        updated_at=NEW_YEAR,
    )


def days_of(zone: str, at: time, year: int) -> list[date]:
    """The zone's dates on which a daily schedule fires in a year."""
    schedule, info = daily(zone, at), load_zone(zone)
    found: list[date] = []
    for fire in rule_of(schedule).fires_after(datetime(year, 1, 2, tzinfo=UTC)):
        if fire >= datetime(year, 12, 30, tzinfo=UTC):
            return found
        found.append(wall_time(info, fire).date())
    return found


@pytest.mark.feature("C13")
@pytest.mark.parametrize(
    ("zone", "at", "year"),
    [
        ("Europe/Berlin", time(2, 30), 2026),
        ("America/New_York", time(2, 30), 2026),
        ("America/New_York", time(1, 30), 2026),
        ("Australia/Lord_Howe", time(2, 15), 2026),
        ("Australia/Lord_Howe", time(1, 45), 2026),
        ("Africa/Casablanca", time(2, 30), 2026),
        ("Africa/Casablanca", time(3), 2026),
        ("Asia/Pyongyang", time(23, 15), 2018),
        ("Europe/Istanbul", time(3, 30), 2016),
        ("America/Caracas", time(2, 45), 2016),
        ("America/Sao_Paulo", time(0), 2018),
        ("Africa/Cairo", time(0), 2026),
        ("Antarctica/Troll", time(1, 30), 2026),
    ],
)
def test_a_daily_schedule_fires_once_on_each_day_of_the_zone(zone: str, at: time, year: int) -> None:
    days = days_of(zone, at, year)
    assert all(later - earlier == timedelta(1) for earlier, later in pairwise(days))
    assert len(days) >= 360


def test_a_day_that_a_zone_left_out_is_made_up_for_right_after_the_jump() -> None:
    """Samoa went from 29 to 31 December 2011."""
    fires = rule_of(daily("Pacific/Apia", time(9))).fires_after(datetime(2011, 12, 28, 20, tzinfo=UTC))
    walls = [wall_time(load_zone("Pacific/Apia"), next(fires)) for _ in range(4)]
    shown = [f"{wall:%Y-%m-%d %H:%M}" for wall in walls]
    assert shown == ["2011-12-29 09:00", "2011-12-31 00:00", "2011-12-31 09:00", "2012-01-01 09:00"]


def shifts(zone: str) -> Iterator[datetime]:
    for shift in zone_clock.shifts_between(load_zone(zone), NEW_YEAR, NEW_YEAR + timedelta(366)):
        yield shift.at


@pytest.mark.feature("X09")
@pytest.mark.parametrize("zone", ["Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Africa/Casablanca"])
def test_the_card_flags_the_days_on_which_a_clock_shift_touches_a_run(zone: str) -> None:
    for shift_at in shifts(zone):
        wall = wall_time(load_zone(zone), shift_at - timedelta(seconds=1)) + timedelta(minutes=15, seconds=1)
        gap = next(each for each in zone_clock.shifts_between(load_zone(zone), shift_at - timedelta(1), shift_at))
        if not gap.is_gap:
            wall = gap.wall_after + timedelta(minutes=15)
        rule = parse_cron(f"{wall.minute} {wall.hour} * * *", zone)
        flagged = [fire for fire in truth_card(rule, shift_at - timedelta(2), 4) if fire.note]
        assert len(flagged) == 1, (zone, shift_at)
        assert ("does not exist" if gap.is_gap else "happens twice") in flagged[0].note
        assert flagged[0].weekday.endswith("day")
        assert any(f"{wall:%Y-%m-%d}" in text for text in warnings(rule, NEW_YEAR))


@pytest.fixture
def no_zone_database(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A machine without time zones: neither the operating system's files nor the Python package."""
    for name in [name for name in sys.modules if name.split(".")[0] == "tzdata"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "tzdata", None)
    before = zoneinfo.TZPATH
    zoneinfo.reset_tzpath(to=())
    zone_clock._zone_names.cache_clear()
    yield
    zoneinfo.reset_tzpath(to=before)
    zone_clock._zone_names.cache_clear()


@pytest.mark.usefixtures("no_zone_database")
def test_a_machine_without_time_zones_says_what_to_install() -> None:
    with pytest.raises(ZoneDatabaseMissingError, match="install the `tzdata` package") as missing:
        load_zone("Europe/Berlin")
    assert isinstance(missing.value, UnknownZoneError)
    with pytest.raises(ScheduleError, match="no time zone database") as refused:
        validate_schedule(daily("Europe/Berlin", time(9)))
    assert refused.value.field == "timezone"
