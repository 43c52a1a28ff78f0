"""What may surprise about a cron rule: days that months lack, days that add up, clocks that shift."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import islice, takewhile

from orchestrator.domain.cron import CronRule
from orchestrator.domain.cron_fields import CronField, Span
from orchestrator.domain.cron_words import MONTH_NAMES, listed
from orchestrator.domain.zone_clock import SECOND, ClockShift, first_instant, shifts_between, wall_time

_LONGEST_MONTHS = (0, 31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
_MOST_NAMED = 3
HORIZON = timedelta(days=366)


def cron_warnings(rule: CronRule, now: datetime) -> tuple[str, ...]:
    """What the rule does that a reader may not expect, clock shifts of the next year after `now` included."""
    return (*_clock_warnings(rule), *_day_warnings(rule, now), *_shift_warnings(rule, now))


def skipped_walls(rule: CronRule, shift: ClockShift) -> list[datetime]:
    """The rule's first few wall times that this gap skips, or that this overlap shows twice."""
    low, high = sorted((shift.wall_before, shift.wall_after))
    walls = takewhile(lambda wall: wall < high, rule.wall_times_after(low - SECOND))
    return list(islice(walls, _MOST_NAMED))


def clock_text(wall: datetime) -> str:
    """A wall time of day, with seconds only where there are some."""
    return f"{wall:%H:%M:%S}" if wall.second else f"{wall:%H:%M}"


def _clock_warnings(rule: CronRule) -> Iterator[str]:
    if rule.second.is_every:
        yield "runs at every second of each minute that matches: write 0 as the second for one run a minute"
    elif rule.minute.is_every and not rule.hour.is_every:
        yield "runs in every minute of each hour that matches: write 0 as the minute for one run an hour"
    for field in (rule.second, rule.minute, rule.hour):
        yield from _step_warnings(field)


def _step_warnings(field: CronField) -> Iterator[str]:
    for span in field.terms:
        if not isinstance(span, Span) or not span.is_star or span.step == 1:
            continue
        size = field.kind.high + 1
        if span.step >= size:
            yield f"{field.kind.name} */{span.step} means {field.kind.low} alone: the step is as long as its range"
        elif size % span.step:
            last = span.values[-1]
            gap = f"with {size - last} instead of {span.step} between"
            yield f"{field.kind.name} */{span.step} starts again after {last}, {gap}"


def _day_warnings(rule: CronRule, now: datetime) -> Iterator[str]:
    if not (rule.day.text == "*" or rule.weekday.text == "*"):
        yield _both_days(rule)
    spans = [term for term in rule.day.terms if isinstance(term, Span)]
    late = sorted({value for span in spans if span.first > 28 for value in span.values})
    if not late or rule.day.is_every or (not rule.needs_both_days and rule.weekday.is_every):
        return
    if rule.month.values == {2} and rule.day.values == {29}:
        leap = next(rule.wall_times_after(wall_time(rule.zone, now)), None)
        yield "29 February comes only in leap years" + (f": next in {leap.year}" if leap else "")
        return
    for day in late:
        yield from _short_months(day, rule)


def _both_days(rule: CronRule) -> str:
    day, weekday = rule.day.text, rule.weekday.text
    if rule.needs_both_days:
        return f"day {day} and weekday {weekday} must both match, because one of them begins with *"
    return f"either is enough: it runs on day {day} and also on weekday {weekday}"


def _short_months(day: int, rule: CronRule) -> Iterator[str]:
    lacking = [month for month in sorted(rule.month.values) if _LONGEST_MONTHS[month] < day]
    leap = ["February outside leap years"] if day == 29 and 2 in rule.month.values else []
    names = [*(MONTH_NAMES[month] for month in lacking), *leap]
    if names:
        yield f"day {day} does not come in {listed(names)}: no run then; write L for the last day of each month"


def _shift_warnings(rule: CronRule, now: datetime) -> Iterator[str]:
    if rule.hour.is_every and not rule.has_fixed_time:
        return
    for shift in shifts_between(rule.zone, now, now + HORIZON):
        for wall in skipped_walls(rule, shift):
            yield f"on {wall:%Y-%m-%d} {_shift_text(rule, shift, wall)}"


def _shift_text(rule: CronRule, shift: ClockShift, wall: datetime) -> str:
    time = clock_text(wall)
    if not shift.is_gap:
        times = "the first time" if rule.has_fixed_time else "both times"
        return f"{time} happens twice in {rule.timezone}: runs {times}"
    if not rule.has_fixed_time:
        return f"{time} does not exist in {rule.timezone}: no run"
    return f"{time} does not exist in {rule.timezone}: runs at {_landing(rule, wall)}"


def _landing(rule: CronRule, wall: datetime) -> str:
    """Where a skipped wall time runs; with the date when that is another day."""
    landing = wall_time(rule.zone, first_instant(rule.zone, wall))
    day = f"{landing:%Y-%m-%d} " if landing.date() != wall.date() else ""
    return day + clock_text(landing)
