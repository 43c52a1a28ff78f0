"""The words of a command line as a schedule's rule; the orchestrator judges what they mean."""

from collections.abc import Callable, Mapping
from datetime import datetime, time
from zoneinfo import ZoneInfo

from orchestrator.contract.api.schedules import ScheduleFrequencyName, ScheduleRule
from orchestrator.contract.errors import UserError
from orchestrator.domain.zone_clock import UnknownZoneError, load_zone

WEEKDAYS: Mapping[str, int] = {"mon": 1, "tue": 2, "wed": 3, "thu": 4, "fri": 5, "sat": 6, "sun": 7}
_WAYS = "--cron, --once, --hourly, --daily, --weekly and --monthly"


def read_rule(given: Mapping[str, str | None], timezone: str) -> ScheduleRule:
    """The rule of the one option that was given, by its name without dashes; UserError for none, two or a wrong one."""
    chosen = {name: text for name, text in given.items() if text is not None}
    if len(chosen) != 1:
        raise UserError(f"Give exactly one of {_WAYS}; there are {len(chosen)}.", field="--cron")
    ((name, text),) = chosen.items()
    return _READERS[name](text.strip(), timezone)


def with_window(rule: ScheduleRule, starts: str | None, ends: str | None) -> ScheduleRule:
    """The rule between two moments, each of which may be left open; UserError for one that cannot be read."""
    window = {"starts_at": ("--starts", starts), "ends_at": ("--ends", ends)}
    read = {name: _moment(text, option, rule.timezone) for name, (option, text) in window.items() if text is not None}
    return rule.model_copy(update=read)


def _cron(text: str, timezone: str) -> ScheduleRule:
    return ScheduleRule(frequency=ScheduleFrequencyName.CRON, cron_expression=text, timezone=timezone)


def _once(text: str, timezone: str) -> ScheduleRule:
    moment = _moment(text, "--once", timezone)
    return ScheduleRule(frequency=ScheduleFrequencyName.ONCE, run_at=moment, timezone=timezone)


def _moment(text: str, option: str, timezone: str) -> datetime:
    """A moment of the schedule's zone, or one with an offset of its own."""
    try:
        moment = datetime.fromisoformat(text.strip())
    except ValueError:
        raise UserError(f"{option}: {text!r} is no moment; write it like 2026-03-27T09:00.", field=option) from None
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=_zone(timezone))


def _hourly(text: str, timezone: str) -> ScheduleRule:
    minute = text.removeprefix(":")
    if not minute.isdecimal() or int(minute) > 59:
        raise UserError(f"--hourly: {text!r} is no minute; write 0 to 59.", field="--hourly")
    return ScheduleRule(frequency=ScheduleFrequencyName.HOURLY, time_of_day=time(minute=int(minute)), timezone=timezone)


def _daily(text: str, timezone: str) -> ScheduleRule:
    return ScheduleRule(frequency=ScheduleFrequencyName.DAILY, time_of_day=_clock(text, "--daily"), timezone=timezone)


def _weekly(text: str, timezone: str) -> ScheduleRule:
    days, _, clock = text.rpartition(" ")
    numbers = {_weekday(word) for word in days.replace(",", " ").split()}
    if not numbers:
        raise UserError(f"--weekly: {text!r} names no day; write it like 'mon,thu 09:00'.", field="--weekly")
    return ScheduleRule(
        frequency=ScheduleFrequencyName.WEEKLY,
        weekdays=tuple(sorted(numbers)),
        time_of_day=_clock(clock, "--weekly"),
        timezone=timezone,
    )


def _monthly(text: str, timezone: str) -> ScheduleRule:
    day, _, clock = text.partition(" ")
    if not day.isdecimal() or not 1 <= int(day) <= 31:
        raise UserError(f"--monthly: {text!r} names no day; write it like '15 09:00'.", field="--monthly")
    return ScheduleRule(
        frequency=ScheduleFrequencyName.MONTHLY,
        day_of_month=int(day),
        time_of_day=_clock(clock, "--monthly"),
        timezone=timezone,
    )


def _weekday(word: str) -> int:
    number = WEEKDAYS.get(word.lower()[:3])
    if number is None:
        raise UserError(f"--weekly: {word!r} is no day; the days are {', '.join(WEEKDAYS)}.", field="--weekly")
    return number


def _clock(text: str, option: str) -> time:
    try:
        clock = time.fromisoformat(text.strip().zfill(5))
    except ValueError:
        raise UserError(f"{option}: {text!r} is no time of day; write it like 09:00.", field=option) from None
    return clock.replace(tzinfo=None)


def _zone(name: str) -> ZoneInfo:
    try:
        return load_zone(name)
    except UnknownZoneError as error:
        raise UserError(f"--timezone: {error}.", field="--timezone") from None


_READERS: Mapping[str, Callable[[str, str], ScheduleRule]] = {
    "cron": _cron,
    "once": _once,
    "hourly": _hourly,
    "daily": _daily,
    "weekly": _weekly,
    "monthly": _monthly,
}
