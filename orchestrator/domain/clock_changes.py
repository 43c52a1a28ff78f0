"""What a rule does on the days on which its zone changes its clock: also where nothing surprising happens."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import islice, takewhile
from zoneinfo import ZoneInfo

from orchestrator.domain.cron import CronRule
from orchestrator.domain.cron_warnings import HORIZON, clock_text
from orchestrator.domain.cron_words import WEEKDAY_NAMES
from orchestrator.domain.schedule import FireRule, Schedule, rule_of
from orchestrator.domain.schedule_words import truth_card
from orchestrator.domain.zone_clock import ClockShift, first_instant, load_zone, shifts_between, wall_time

MOST_CHANGES = 2
"""A year has one forward and one backward, where it has any."""
_MOST_COUNTED = 200
"""A run each quarter of an hour is still told by its number."""
_INSTANT = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockChange:
    """One change: when (UTC), what the clock does, and what the rule does on that day and around it."""

    at: datetime
    words: str
    effect: str


def clock_changes(rule: CronRule | FireRule | Schedule, now: datetime) -> tuple[ClockChange, ...]:
    """The zone's next changes within a year after `now`, as far as the rule still runs then; none in many zones."""
    source = rule_of(rule) if isinstance(rule, Schedule) else rule
    zone = load_zone(source.timezone)
    shifts = (shift for shift in shifts_between(zone, now, now + HORIZON) if _concerns(source, zone, shift))
    return tuple(
        ClockChange(at=shift.at, words=_words(shift), effect=_effect(source, zone, shift))
        for shift in islice(shifts, MOST_CHANGES)
    )


def _concerns(rule: CronRule | FireRule, zone: ZoneInfo, shift: ClockShift) -> bool:
    """Not before the rule's window, not after its last run."""
    begins_at, _ = _day(zone, shift)
    return next(rule.fires_after(begins_at - _INSTANT), None) is not None and _last_until(rule, shift.at) is not None


def _words(shift: ClockShift) -> str:
    day = _date(shift)
    moves = "jumps" if shift.is_gap else "goes back"
    weekday = WEEKDAY_NAMES[day.isoweekday() % 7]
    return f"{weekday} {day}: the clock {moves} from {clock_text(shift.wall_before)} to {clock_text(shift.wall_after)}"


def _effect(rule: CronRule | FireRule, zone: ZoneInfo, shift: ClockShift) -> str:
    return " ".join((*_on_the_day(rule, zone, shift), *_around(rule, zone, shift)))


def _on_the_day(rule: CronRule | FireRule, zone: ZoneInfo, shift: ClockShift) -> Iterator[str]:
    begins_at, ends_at = _day(zone, shift)
    found = takewhile(lambda at: at < ends_at, rule.fires_after(begins_at - _INSTANT))
    fires = list(islice(found, _MOST_COUNTED))
    match len(fires):
        case 0:
            yield "Nothing runs that day."
        case 1:
            yield f"Runs once that day, at {clock_text(wall_time(zone, fires[0]))} ({_utc(fires[0])})."
            if note := truth_card(rule, fires[0] - _INSTANT, 1)[0].note:
                yield f"{note[0].upper()}{note[1:]}."
        case count if count < _MOST_COUNTED:
            yield f"Runs {count} times that day."
        case _:
            yield "Runs all through that day."


def _around(rule: CronRule | FireRule, zone: ZoneInfo, shift: ClockShift) -> Iterator[str]:
    """The same time on the clock is another one in UTC from that day on, which whoever reads UTC should know."""
    before, after = _last_until(rule, shift.at - _INSTANT), next(rule.fires_after(shift.at), None)
    if before is None or after is None:
        return
    wall = wall_time(zone, after)
    if wall_time(zone, before).time() == wall.time() and _utc(before) != _utc(after):
        yield f"{clock_text(wall)} is {_utc(before)} before it and {_utc(after)} after it."


def _last_until(rule: CronRule | FireRule, moment: datetime) -> datetime | None:
    return next(rule.fires_until(moment), None)


def _day(zone: ZoneInfo, shift: ClockShift) -> tuple[datetime, datetime]:
    """The instants between which the zone's calendar shows the day of the change."""
    midnight = datetime.combine(_date(shift), time())
    return first_instant(zone, midnight), first_instant(zone, midnight + timedelta(days=1))


def _date(shift: ClockShift) -> date:
    return min(shift.wall_before, shift.wall_after).date()


def _utc(at: datetime) -> str:
    return f"{clock_text(at.astimezone(UTC))} UTC"
