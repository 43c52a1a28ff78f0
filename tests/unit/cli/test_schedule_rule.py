"""A schedule's rule from the words of a command line."""

from datetime import UTC, datetime, time

import pytest

from orchestrator.cli.schedule_rule import read_rule
from orchestrator.contract.api.schedules import ScheduleFrequencyName, ScheduleRule
from orchestrator.contract.errors import UserError


def rule(way: str, text: str, timezone: str = "UTC") -> ScheduleRule:
    return read_rule({way: text, "another": None}, timezone)


def test_each_way_becomes_its_frequency() -> None:
    assert rule("cron", "0 9 * * 1-5").cron_expression == "0 9 * * 1-5"
    assert rule("hourly", ":30").time_of_day == time(0, 30)
    assert rule("daily", "9:05").time_of_day == time(9, 5)
    assert rule("weekly", "thu, Monday 18:00").weekdays == (1, 4)
    assert (rule("monthly", "31 08:00").day_of_month, rule("monthly", "31 08:00").time_of_day) == (31, time(8))
    assert rule("weekly", "sun 00:00").frequency is ScheduleFrequencyName.WEEKLY


def test_once_without_an_offset_means_the_zone_of_the_schedule() -> None:
    assert rule("once", "2026-03-30T09:00", "Europe/Berlin").run_at == datetime(2026, 3, 30, 7, tzinfo=UTC)
    assert rule("once", "2026-03-30T09:00+00:00", "Europe/Berlin").run_at == datetime(2026, 3, 30, 9, tzinfo=UTC)


@pytest.mark.parametrize(
    ("way", "text", "words"),
    [
        ("hourly", "60", "--hourly: '60' is no minute"),
        ("daily", "nine", "--daily: 'nine' is no time of day"),
        ("weekly", "09:00", "names no day"),
        ("weekly", "xyz 09:00", "'xyz' is no day"),
        ("monthly", "32 09:00", "names no day"),
        ("once", "soon", "--once: 'soon' is no moment"),
    ],
)
def test_what_cannot_be_read_names_the_option_and_the_fix(way: str, text: str, words: str) -> None:
    with pytest.raises(UserError, match=words):
        rule(way, text)


def test_exactly_one_way_is_given() -> None:
    with pytest.raises(UserError, match="exactly one of"):
        read_rule({"cron": None, "daily": None}, "UTC")
    with pytest.raises(UserError, match="there are 2"):
        read_rule({"cron": "* * * * *", "daily": "09:00"}, "UTC")
