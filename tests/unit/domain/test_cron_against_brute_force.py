"""Random rules, zones and moments against an oracle that looks at every minute of the wall clock."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise, takewhile
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from orchestrator.domain.cron import CronError, parse_cron

MINUTE = timedelta(minutes=1)
# Zones with a shift near each moment, and zones without any.
MOMENTS = [
    ("Europe/Berlin", datetime(2026, 3, 29, 1, tzinfo=UTC)),
    ("Europe/Berlin", datetime(2026, 10, 25, 1, tzinfo=UTC)),
    ("America/New_York", datetime(2026, 3, 8, 7, tzinfo=UTC)),
    ("America/New_York", datetime(2026, 11, 1, 6, tzinfo=UTC)),
    ("Australia/Lord_Howe", datetime(2026, 4, 4, 15, tzinfo=UTC)),
    ("Australia/Lord_Howe", datetime(2026, 10, 3, 15, 30, tzinfo=UTC)),
    ("America/Santiago", datetime(2026, 9, 6, 4, tzinfo=UTC)),
    ("America/Santiago", datetime(2026, 4, 5, 3, tzinfo=UTC)),
    ("Asia/Beirut", datetime(2026, 3, 28, 22, tzinfo=UTC)),
    ("Africa/Cairo", datetime(2026, 4, 23, 22, tzinfo=UTC)),
    ("Pacific/Apia", datetime(2011, 12, 30, 10, tzinfo=UTC)),
    ("Antarctica/Troll", datetime(2026, 3, 29, 1, tzinfo=UTC)),
    ("Asia/Kolkata", datetime(2026, 2, 28, 12, tzinfo=UTC)),
    ("UTC", datetime(2028, 2, 29, 12, tzinfo=UTC)),
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One field: its text, and the values that text means."""

    text: str
    values: frozenset[int]


def parts(low: int, high: int) -> st.SearchStrategy[Part]:
    number = st.integers(low, high)
    step = st.integers(1, high - low + 2)
    single = number.map(lambda n: Part(text=str(n), values=frozenset({n})))
    star = st.just(Part(text="*", values=frozenset(range(low, high + 1))))
    stepped = step.map(lambda s: Part(text=f"*/{s}", values=frozenset(range(low, high + 1, s))))
    spans = st.tuples(number, number, step).map(lambda t: (min(t[:2]), max(t[:2]), t[2]))
    span = spans.map(lambda t: Part(text=f"{t[0]}-{t[1]}/{t[2]}", values=frozenset(range(t[0], t[1] + 1, t[2]))))
    plain = st.one_of(single, star, stepped, span)
    listed = st.lists(plain, min_size=2, max_size=3).map(
        lambda found: Part(
            text=",".join(part.text for part in found),
            values=frozenset().union(*(part.values for part in found)),
        )
    )
    return st.one_of(star, plain, listed)


RULES = st.tuples(parts(0, 59), parts(0, 23), parts(1, 31), parts(1, 12), parts(0, 7))
ONE_O_CLOCK_ON_SUNDAYS = (  # its next wall time after an overlap is a week away: the repeated hour counts all the same
    Part(text="*", values=frozenset(range(60))),
    Part(text="1", values=frozenset({1})),
    Part(text="*", values=frozenset(range(1, 32))),
    Part(text="*", values=frozenset(range(1, 13))),
    Part(text="0", values=frozenset({0})),
)


def matches_day(rule: tuple[Part, ...], wall: datetime) -> bool:
    _, _, day, month, weekday = rule
    by_day = wall.day in day.values
    by_weekday = wall.isoweekday() in weekday.values or wall.isoweekday() % 7 in weekday.values
    either = not (day.text.startswith("*") or weekday.text.startswith("*"))
    return wall.month in month.values and ((by_day or by_weekday) if either else (by_day and by_weekday))


def matches(rule: tuple[Part, ...], wall: datetime) -> bool:
    return wall.minute in rule[0].values and wall.hour in rule[1].values and matches_day(rule, wall)


def oracle(rule: tuple[Part, ...], zone: ZoneInfo, start: datetime, end: datetime) -> Iterator[datetime]:
    """Walk every minute with a cron daemon's eyes: remember the latest wall time that was ever on the clock."""
    fixed = not (rule[0].text.startswith("*") or rule[1].text.startswith("*"))
    instant = start - timedelta(days=2)
    latest = instant.astimezone(zone).replace(tzinfo=None)
    while instant < end:
        instant += MINUTE
        wall = instant.astimezone(zone).replace(tzinfo=None)
        if not fixed:
            fires = matches(rule, wall)
        else:
            fires = False
            while latest < wall:
                latest += MINUTE
                fires = matches(rule, latest) or fires
        if fires and instant > start:
            yield instant


@pytest.mark.feature("C16", "C17", "X09")
@settings(max_examples=150, deadline=None)
@given(rule=RULES, moment=st.sampled_from(MOMENTS), lead_minutes=st.integers(0, 2_000))
@example(rule=ONE_O_CLOCK_ON_SUNDAYS, moment=MOMENTS[3], lead_minutes=1)
@example(rule=ONE_O_CLOCK_ON_SUNDAYS, moment=MOMENTS[3], lead_minutes=1_000)
def test_a_rule_fires_exactly_when_a_minute_by_minute_reading_says(
    rule: tuple[Part, ...], moment: tuple[str, datetime], lead_minutes: int
) -> None:
    timezone, around = moment
    start = around - MINUTE * lead_minutes
    end = start + timedelta(days=2)
    expected = list(oracle(rule, ZoneInfo(timezone), start, end))
    try:
        read = parse_cron(" ".join(part.text for part in rule), timezone)
    except CronError as error:
        if "never comes" not in str(error):
            raise
        assert expected == []
        return

    assert list(takewhile(lambda fire: fire <= end, read.fires_after(start))) == expected
    assert list(takewhile(lambda fire: fire > start, read.fires_until(end)))[::-1] == expected


@pytest.mark.feature("C18", "X09")
@settings(max_examples=100, deadline=None)
@given(
    second=parts(0, 59),
    rule=RULES,
    moment=st.sampled_from(MOMENTS),
    lead_s=st.integers(-7_200, 90_000),
    later_s=st.integers(0, 7_200),
)
def test_the_fires_do_not_depend_on_when_the_rule_is_asked(
    second: Part, rule: tuple[Part, ...], moment: tuple[str, datetime], lead_s: int, later_s: int
) -> None:
    timezone, around = moment
    early = around - timedelta(seconds=lead_s)
    late = early + timedelta(seconds=later_s)
    end = late + timedelta(hours=3)
    try:
        read = parse_cron(" ".join(part.text for part in (second, *rule)), timezone)
    except CronError:
        return

    whole = list(takewhile(lambda fire: fire <= end, read.fires_after(early)))

    assert all(one < other for one, other in pairwise(whole))
    assert [fire for fire in whole if fire > late] == list(takewhile(lambda fire: fire <= end, read.fires_after(late)))
