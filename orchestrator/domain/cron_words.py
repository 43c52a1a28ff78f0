"""A cron rule in plain English."""

from collections.abc import Iterable
from itertools import product

from orchestrator.domain.cron import CronRule
from orchestrator.domain.cron_fields import CronField, LastDay, NthWeekday, Span

WEEKDAY_NAMES = ("Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday")
MONTH_NAMES = (
    *("", "January", "February", "March", "April", "May", "June", "July"),
    *("August", "September", "October", "November", "December"),
)
_ORDINALS = ("", "first", "second", "third", "fourth", "fifth")
_MOST_TIMES = 6


def describe_cron(rule: CronRule) -> str:
    """The rule in one line, its time zone included: "At 09:00 on Monday to Friday, Europe/Berlin time"."""
    month = _months(rule.month)
    days = _days(rule)
    clock = _clock(rule)
    if days == "every day" and rule.hour.is_every:
        days = ""
    return f"{' '.join(part for part in (clock, days, month) if part)}, {rule.timezone} time"


def listed(words: Iterable[str], joint: str = "and") -> str:
    """Words as an English list: "a", "a and b", "a, b and c"."""
    *first, last = list(words)
    return f"{', '.join(first)} {joint} {last}" if first else last


def _clock(rule: CronRule) -> str:
    if rule.has_fixed_time and (times := _times(rule)):
        return f"At {listed(times)}"
    second, minute, hour = _second(rule.second), _minute(rule), _hour(rule.hour)
    text = ", ".join(part for part in (second, minute, hour) if part)
    return text[0].upper() + text[1:]


def _times(rule: CronRule) -> list[str]:
    """The few times of day of a rule, or nothing when they are many."""
    fields = (rule.hour, rule.minute, rule.second)
    if len(rule.hour.values) * len(rule.minute.values) * len(rule.second.values) > _MOST_TIMES:
        return []
    with_seconds = rule.second.values != {0}
    times = product(*(sorted(field.values) for field in fields))
    return [f"{h:02}:{m:02}" + (f":{s:02}" if with_seconds else "") for h, m, s in times]


def _second(field: CronField) -> str:
    return "" if field.values == {0} else _every(field) or f"at second {_numbers(field)}"


def _minute(rule: CronRule) -> str:
    has_seconds = rule.second.values != {0}
    if rule.minute.is_every:
        return "" if has_seconds and rule.second.is_every else "every minute"
    if text := _every(rule.minute):
        return text if not has_seconds else f"in every {_nth(rule.minute)} minute"
    of_hour = " of every hour" if rule.hour.is_every else ""
    return f"at minute {_numbers(rule.minute)}{of_hour}"


def _hour(field: CronField) -> str:
    if field.is_every:
        return ""
    if len(field.values) == 1 or len(runs(sorted(field.values))) == 1:
        return f"between {min(field.values):02}:00 and {max(field.values):02}:59"
    return f"in the hours {_numbers(field)}"


def _every(field: CronField) -> str:
    """ "every 5 minutes", where the step divides the hour (or minute); else nothing."""
    if field.is_every:
        return f"every {field.kind.name}"
    span = _stepped_star(field)
    if span is None or (field.kind.high + 1) % span.step or span.step > field.kind.high:
        return ""
    return f"every {span.step} {field.kind.name}s"


def _stepped_star(field: CronField) -> Span | None:
    match field.terms:
        case (Span(is_star=True) as span,):
            return span
    return None


def _nth(field: CronField) -> str:
    span = _stepped_star(field)
    assert span is not None
    return ordinal(span.step)


def _days(rule: CronRule) -> str:
    day, weekday = _day(rule.day), _weekday(rule.weekday)
    if rule.needs_both_days:
        if day and weekday:
            return f"on {day} of the month, only when it is {weekday}"
        return f"on {_of_month(day) if day else weekday}" if day or weekday else "every day"
    if not day or not weekday:
        return "every day"
    return f"on {_of_month(day)}, and also on {weekday}"


def _of_month(day: str) -> str:
    return f"{day} of the month"


def _day(field: CronField) -> str:
    """The days of the month in words; nothing when every day is meant."""
    if field.is_every:
        return ""
    last = [_last_day(term) for term in field.terms if isinstance(term, LastDay)]
    if not field.values:
        return listed(last)
    plural = "s" if len(field.values) > 1 else ""
    return listed([f"day{plural} {_numbers(field)}", *last])


def _last_day(term: LastDay) -> str:
    return "the last workday" if term.is_workday else "the last day"


def _weekday(field: CronField) -> str:
    """The weekdays in words; nothing when every day is meant."""
    if field.is_every:
        return ""
    special = [_nth_weekday(term) for term in field.terms if isinstance(term, NthWeekday)]
    # Weeks are told from Monday: Sunday, 0 in cron, goes last.
    days = sorted((value or 7) for value in field.values)
    plain = [_run(first, last) for first, last in runs(days)]
    return listed([*plain, *special])


def _run(first: int, last: int) -> str:
    names = [WEEKDAY_NAMES[day % 7] for day in range(first, last + 1)]
    return listed(names) if len(names) < 3 else f"{names[0]} to {names[-1]}"


def _nth_weekday(term: NthWeekday) -> str:
    which = "last" if term.nth is None else _ORDINALS[term.nth]
    return f"the {which} {WEEKDAY_NAMES[term.weekday]} of the month"


def _months(field: CronField) -> str:
    if field.is_every:
        return ""
    spans = runs(sorted(field.values))
    return "in " + listed(
        MONTH_NAMES[first] if first == last else f"{MONTH_NAMES[first]} to {MONTH_NAMES[last]}" for first, last in spans
    )


def _numbers(field: CronField) -> str:
    """The values of a field: "0, 15 and 30", "1 to 5", or "1 to 31 in steps of 2"."""
    match field.terms:
        case (Span(step=step) as span,) if step > 1 and len(span.values) > 4:
            return f"{span.first} to {span.values[-1]} in steps of {step}"
    return listed(str(first) if first == last else f"{first} to {last}" for first, last in runs(sorted(field.values)))


def runs(values: list[int]) -> list[tuple[int, int]]:
    """Ascending values as (first, last) of the stretches without a hole; two in a row stay two."""
    found: list[tuple[int, int]] = []
    for value in values:
        if found and value == found[-1][1] + 1:
            found[-1] = (found[-1][0], value)
        else:
            found.append((value, value))
    return [part for first, last in found for part in _split_pair(first, last)]


def _split_pair(first: int, last: int) -> list[tuple[int, int]]:
    return [(first, first), (last, last)] if last == first + 1 else [(first, last)]


def ordinal(number: int) -> str:
    """ "1st", "2nd", "3rd", "11th"."""
    if number % 100 in {11, 12, 13}:
        return f"{number}th"
    return f"{number}{ {1: 'st', 2: 'nd', 3: 'rd'}.get(number % 10, 'th') }"
