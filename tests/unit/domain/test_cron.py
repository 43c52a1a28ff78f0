"""When cron rules fire: a table of examples, days on which clocks shift, and refusals that point at the field."""

from datetime import UTC, datetime, timedelta
from itertools import islice

import pytest

from orchestrator.domain.cron import CronError, parse_cron

BERLIN = "Europe/Berlin"


def runs(expression: str, start: str, count: int, timezone: str = "UTC") -> list[str]:
    """The next fires as the zone's clock shows them."""
    rule = parse_cron(expression, timezone)
    fires = islice(rule.fires_after(datetime.fromisoformat(start)), count)
    return [fire.astimezone(rule.zone).isoformat() for fire in fires]


# 2026-01-01 is a Thursday.
@pytest.mark.feature("C16", "C17", "C18")
@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("0 9 * * 1-5", ["01-01T09:00:00", "01-02T09:00:00", "01-05T09:00:00"]),
        ("0 0 9 * * 1-5", ["01-01T09:00:00", "01-02T09:00:00", "01-05T09:00:00"]),
        ("0 0 * * 0", ["01-04T00:00:00", "01-11T00:00:00"]),
        ("0 0 * * 7", ["01-04T00:00:00", "01-11T00:00:00"]),
        ("0 0 * * sun", ["01-04T00:00:00", "01-11T00:00:00"]),
        ("0 0 * * 5-7", ["01-02T00:00:00", "01-03T00:00:00", "01-04T00:00:00", "01-09T00:00:00"]),
        ("0 0 * * sat-sun", ["01-03T00:00:00", "01-04T00:00:00", "01-10T00:00:00"]),
        ("0 0 * * Sun-Mon", ["01-04T00:00:00", "01-05T00:00:00", "01-11T00:00:00"]),
        ("0 0 * * */7", ["01-04T00:00:00", "01-11T00:00:00"]),
        ("0 0 * * 1-7/2", ["01-02T00:00:00", "01-04T00:00:00", "01-05T00:00:00"]),
        ("0 0 * * MON,Wed,fri", ["01-02T00:00:00", "01-05T00:00:00", "01-07T00:00:00"]),
        ("0 0 1 feb-apr *", ["02-01T00:00:00", "03-01T00:00:00", "04-01T00:00:00"]),
        ("0 0 1 JAN,Dec *", ["12-01T00:00:00"]),
        ("*/25 * * * *", ["01-01T00:25:00", "01-01T00:50:00", "01-01T01:00:00"]),
        ("10-40/7 3 * * *", ["01-01T03:10:00", "01-01T03:17:00", "01-01T03:24:00"]),
        ("5-5/10 3 * * *", ["01-01T03:05:00", "01-02T03:05:00"]),
        ("*/90 * * * *", ["01-01T01:00:00", "01-01T02:00:00"]),
        ("00 09 * * *", ["01-01T09:00:00"]),
        ("1,15 0 1 * *", ["01-01T00:01:00", "01-01T00:15:00", "02-01T00:01:00"]),
        ("0 0 1,15 * 1", ["01-05T00:00:00", "01-12T00:00:00", "01-15T00:00:00", "01-19T00:00:00"]),
        ("0 0 */2 * 1", ["01-05T00:00:00", "01-19T00:00:00", "02-09T00:00:00"]),
        ("0 0 13 * */5", ["02-13T00:00:00", "03-13T00:00:00", "09-13T00:00:00"]),
        ("0 0 1,* * 1", ["01-02T00:00:00", "01-03T00:00:00"]),
        ("0 0 *,1 * 1", ["01-05T00:00:00", "01-12T00:00:00"]),
        ("0 0 L * *", ["01-31T00:00:00", "02-28T00:00:00", "03-31T00:00:00"]),
        ("0 0 LW * *", ["01-30T00:00:00", "02-27T00:00:00", "03-31T00:00:00"]),
        ("0 0 15,L * *", ["01-15T00:00:00", "01-31T00:00:00", "02-15T00:00:00"]),
        ("0 0 * * 5#2", ["01-09T00:00:00", "02-13T00:00:00"]),
        ("0 0 * * mon#1", ["01-05T00:00:00", "02-02T00:00:00"]),
        ("0 0 * * 5L", ["01-30T00:00:00", "02-27T00:00:00"]),
        ("0 0 * * 7L", ["01-25T00:00:00", "02-22T00:00:00"]),
        ("*/20 * * * * *", ["01-01T00:00:20", "01-01T00:00:40", "01-01T00:01:00"]),
        ("15,45 30 9 * * *", ["01-01T09:30:15", "01-01T09:30:45", "01-02T09:30:15"]),
        ("@hourly", ["01-01T01:00:00", "01-01T02:00:00"]),
        ("@daily", ["01-02T00:00:00", "01-03T00:00:00"]),
        ("@midnight", ["01-02T00:00:00"]),
        ("@weekly", ["01-04T00:00:00", "01-11T00:00:00"]),
        ("@Monthly", ["02-01T00:00:00", "03-01T00:00:00"]),
        ("  0   9  * * *  ", ["01-01T09:00:00"]),
    ],
)
def test_a_rule_fires_at(expression: str, expected: list[str]) -> None:
    found = runs(expression, "2026-01-01T00:00:00+00:00", len(expected))

    assert found == [f"2026-{text}+00:00" for text in expected]


@pytest.mark.feature("C16")
@pytest.mark.parametrize("macro", ["@yearly", "@annually"])
def test_yearly_fires_on_new_year(macro: str) -> None:
    assert runs(macro, "2026-01-01T00:00:00+00:00", 1) == ["2027-01-01T00:00:00+00:00"]


def test_leap_days_are_found_across_the_century_without_one() -> None:
    found = runs("0 0 29 2 *", "2096-01-01T00:00:00+00:00", 2)

    assert found == ["2096-02-29T00:00:00+00:00", "2104-02-29T00:00:00+00:00"]


def test_a_leap_day_on_a_sunday_is_found_forty_years_later() -> None:
    assert runs("0 0 29 2 */7", "2088-03-01T00:00:00+00:00", 1) == ["2128-02-29T00:00:00+00:00"]


# Clock shifts: Berlin 2026-03-29 02:00 -> 03:00 and 2026-10-25 03:00 -> 02:00.
@pytest.mark.feature("X09")
@pytest.mark.parametrize(
    ("timezone", "expression", "start", "expected"),
    [
        (BERLIN, "30 2 * * *", "2026-03-28T12:00:00+01:00", ["2026-03-29T03:00:00+02:00", "2026-03-30T02:30:00+02:00"]),
        (
            BERLIN,
            "0,30 2,3 * * *",
            "2026-03-28T12:00:00+01:00",
            ["2026-03-29T03:00:00+02:00", "2026-03-29T03:30:00+02:00"],
        ),
        (
            BERLIN,
            "*/10 30 2 * * *",
            "2026-03-28T12:00:00+01:00",
            ["2026-03-29T03:00:00+02:00", "2026-03-30T02:30:00+02:00"],
        ),
        (
            BERLIN,
            "*/30 2 * * *",
            "2026-03-28T12:00:00+01:00",
            ["2026-03-30T02:00:00+02:00", "2026-03-30T02:30:00+02:00"],
        ),
        (
            BERLIN,
            "*/30 * * * *",
            "2026-03-29T01:00:00+01:00",
            ["2026-03-29T01:30:00+01:00", "2026-03-29T03:00:00+02:00"],
        ),
        (BERLIN, "30 2 * * *", "2026-10-24T12:00:00+02:00", ["2026-10-25T02:30:00+02:00", "2026-10-26T02:30:00+01:00"]),
        (BERLIN, "30 2 * * *", "2026-10-25T02:10:00+01:00", ["2026-10-26T02:30:00+01:00"]),
        (
            BERLIN,
            "15 30 2 * * *",
            "2026-10-24T12:00:00+02:00",
            ["2026-10-25T02:30:15+02:00", "2026-10-26T02:30:15+01:00"],
        ),
        (
            *(BERLIN, "*/30 2 * * *", "2026-10-25T00:00:00+02:00"),
            [
                "2026-10-25T02:00:00+02:00",
                "2026-10-25T02:30:00+02:00",
                "2026-10-25T02:00:00+01:00",
                "2026-10-25T02:30:00+01:00",
            ],
        ),
        (BERLIN, "@hourly", "2026-10-25T02:00:00+02:00", ["2026-10-25T02:00:00+01:00", "2026-10-25T03:00:00+01:00"]),
        (
            *("Australia/Lord_Howe", "15 2 * * *", "2026-10-03T12:00:00+10:30"),
            ["2026-10-04T02:30:00+11:00", "2026-10-05T02:15:00+11:00"],
        ),
        (
            *("Australia/Lord_Howe", "45 1 * * *", "2026-04-04T12:00:00+11:00"),
            ["2026-04-05T01:45:00+11:00", "2026-04-06T01:45:00+10:30"],
        ),
        (
            *("Australia/Lord_Howe", "*/15 1 * * *", "2026-04-05T01:30:00+11:00"),
            ["2026-04-05T01:45:00+11:00", "2026-04-05T01:30:00+10:30", "2026-04-05T01:45:00+10:30"],
        ),
        (
            *("America/Santiago", "0 0 * * *", "2026-09-05T12:00:00-04:00"),
            ["2026-09-06T01:00:00-03:00", "2026-09-07T00:00:00-03:00"],
        ),
        (
            *("Asia/Beirut", "@daily", "2026-03-28T12:00:00+02:00"),
            ["2026-03-29T01:00:00+03:00", "2026-03-30T00:00:00+03:00"],
        ),
        (
            *("Africa/Cairo", "0 0 * * *", "2026-04-23T12:00:00+02:00"),
            ["2026-04-24T01:00:00+03:00", "2026-04-25T00:00:00+03:00"],
        ),
        (
            *("Pacific/Apia", "0 9 * * *", "2011-12-29T00:00:00-10:00"),
            ["2011-12-29T09:00:00-10:00", "2011-12-31T00:00:00+14:00", "2011-12-31T09:00:00+14:00"],
        ),
        (
            *("Pacific/Apia", "@daily", "2011-12-28T12:00:00-10:00"),
            ["2011-12-29T00:00:00-10:00", "2011-12-31T00:00:00+14:00", "2012-01-01T00:00:00+14:00"],
        ),
        (
            *("Pacific/Apia", "*/30 9 * * *", "2011-12-29T09:00:00-10:00"),
            ["2011-12-29T09:30:00-10:00", "2011-12-31T09:00:00+14:00"],
        ),
    ],
)
def test_clock_shifts(timezone: str, expression: str, start: str, expected: list[str]) -> None:
    assert runs(expression, start, len(expected), timezone) == expected


@pytest.mark.feature("C16", "C17")
@pytest.mark.parametrize(
    ("expression", "field", "position", "said"),
    [
        ("0 9 * * 8", "weekday", 8, "weekday field: 8 is outside 0-7; write 0 or 7 for Sunday"),
        ("60 * * * *", "minute", 0, "60 is outside 0-59"),
        ("61 0 0 * * *", "second", 0, "61 is outside 0-59"),
        ("0 24 * * *", "hour", 2, "write 0 for midnight"),
        ("0 0 0 * *", "day", 4, "0 is outside 1-31"),
        ("0 0 1,32 * *", "day", 6, "32 is outside 1-31"),
        ("0 0 1 13 *", "month", 6, "13 is outside 1-12"),
        ("0 0 1 foo *", "month", 6, "or JAN to DEC"),
        ("0 0 * * Monday", "weekday", 8, "write MON"),
        ("5/10 * * * *", "minute", 0, "write 5-59/10 or */10"),
        ("*/0 * * * *", "minute", 0, "write a number from 1"),
        ("*/x * * * *", "minute", 0, "write a number from 1"),
        ("*/5/2 * * * *", "minute", 0, "wrong step"),
        ("0 22-2 * * *", "hour", 2, "write 22-23,0-2"),
        ("0 0 * * 6-0", "weekday", 8, "write 6-7"),
        ("0 0 * * fri-mon", "weekday", 8, "write 5-7,1"),
        ("1,,2 * * * *", "minute", 0, "empty"),
        ("5- * * * *", "minute", 0, "lacks a number"),
        ("-5 * * * *", "minute", 0, "lacks a number"),
        ("** * * * *", "minute", 0, "cannot be read"),
        ("*-5 * * * *", "minute", 0, "cannot be read"),
        ("1.5 * * * *", "minute", 0, "cannot be read"),
        ("٣ * * * *", "minute", 0, "cannot be read"),
        ("0 0 ? * 1", "day", 4, "write * for any value"),
        ("0 0 15W * *", "day", 4, "only LW"),
        ("0 0 L/2 * *", "day", 4, "cannot be read"),
        ("0 0 * * L", "weekday", 8, "write 5L"),
        ("0 0 * * 5#6", "weekday", 8, "write 5#1 to 5#5"),
        ("0 0 * * 8#1", "weekday", 8, "8 is outside 0-7"),
        ("L 0 * * *", "minute", 0, "cannot be read"),
        ("0 0 30 2 *", "day", 4, "30 never comes with month 2"),
        ("0 0 31 4,6 */2", "day", 4, "never comes"),
        ("0 0 */29 2 MON#5", "day", 4, "never comes"),
        ("* * *", "", 0, "has 3 fields"),
        ("0 0 9 * * 1 2026", "", 0, "a year field is not supported"),
        ("", "", 0, "no fields"),
        ("@reboot", "", 0, "names no time"),
        ("@dayly", "", 0, "did you mean @daily"),
        ("* " * 200, "", 0, "longer than 300"),
    ],
)
def test_a_refusal_points_at_the_field(expression: str, field: str, position: int, said: str) -> None:
    with pytest.raises(CronError) as caught:
        parse_cron(expression, "UTC")

    assert (caught.value.field, caught.value.position) == (field, position)
    assert said in str(caught.value)


@pytest.mark.parametrize(
    ("name", "nearest"),
    [
        ("europe/berlin", "Europe/Berlin"),
        ("Berlin", "Europe/Berlin"),
        ("New York", "America/New_York"),
        ("Europe/Berln", "Europe/Berlin"),
        ("", "write a name such as"),
        ("../../etc/passwd", "write a name such as"),
    ],
)
def test_an_unknown_zone_is_named_with_the_nearest_right_ones(name: str, nearest: str) -> None:
    with pytest.raises(CronError) as caught:
        parse_cron("* * * * *", name)

    assert caught.value.field == "timezone"
    assert nearest in str(caught.value)


def test_a_fire_at_the_start_itself_is_not_after_it() -> None:
    assert runs("0 9 * * *", "2026-01-01T09:00:00+00:00", 1) == ["2026-01-02T09:00:00+00:00"]
    assert runs("0 9 * * *", "2026-01-01T08:59:59.999999+00:00", 1) == ["2026-01-01T09:00:00+00:00"]


def test_a_naive_start_is_refused() -> None:
    with pytest.raises(ValueError, match="aware"):
        parse_cron("* * * * *", "UTC").next_fire(datetime(2026, 1, 1))  # noqa: DTZ001 - the mistake under test


def test_the_calendar_ends_quietly() -> None:
    rule = parse_cron("0 0 1 1 *", BERLIN)

    assert rule.next_fire(datetime(9999, 1, 1, tzinfo=UTC)) is None
    assert len(list(rule.fires_after(datetime(9990, 6, 1, tzinfo=UTC)))) == 7
    assert len(list(rule.fires_until(datetime(5, 6, 1, tzinfo=UTC)))) == 4


@pytest.mark.parametrize("expression", ["30 2 * * *", "*/30 * * * *", "*/20 */3 * * * *", "0 0 L * 5"])
def test_reading_backwards_gives_the_same_fires(expression: str) -> None:
    rule = parse_cron(expression, BERLIN)
    start, end = datetime(2026, 3, 28, tzinfo=UTC), datetime(2026, 3, 30, tzinfo=UTC)
    forward = [fire for fire in islice(rule.fires_after(start), 10_000) if fire <= end]

    backward = [fire for fire in islice(rule.fires_until(end), 10_000) if fire > start]

    assert backward[::-1] == forward


def test_a_rule_asked_inside_the_second_pass_finds_what_is_left_of_it() -> None:
    rule = parse_cron("*/30 * * * *", BERLIN)
    second_pass = datetime(2026, 10, 25, 1, 0, tzinfo=UTC)

    assert rule.next_fire(second_pass - timedelta(seconds=1)) == second_pass
    assert rule.next_fire(second_pass) == second_pass + timedelta(minutes=30)
