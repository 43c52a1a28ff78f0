"""A schedule told to a person: its rule in words, its next fires with what clock shifts do to them, its surprises."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice

from orchestrator.domain.cron import CronRule
from orchestrator.domain.cron_warnings import clock_text, cron_warnings, skipped_walls
from orchestrator.domain.cron_words import WEEKDAY_NAMES, describe_cron, listed
from orchestrator.domain.schedule import FireRule, Schedule, ScheduleFrequency, rule_of
from orchestrator.domain.zone_clock import ClockShift, load_zone, shifts_between, wall_time

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fire:
    """One fire time: the instant (UTC), the zone's clock with its offset, the weekday there, and what a shift does."""

    at: datetime
    zone_time: str
    weekday: str
    note: str = ""


def describe(rule: CronRule | FireRule | Schedule) -> str:
    """The rule in one line of English, its time zone included."""
    match rule:
        case CronRule():
            return describe_cron(rule)
        case FireRule():
            return _describe_fire_rule(rule)
        case Schedule():
            return _describe_schedule(rule)


def warnings(rule: CronRule | FireRule | Schedule, now: datetime) -> tuple[str, ...]:
    """What may surprise about the rule, with the clock shifts of the year after `now`; often nothing."""
    if isinstance(rule, Schedule):
        return _schedule_warnings(rule, now)
    found = [text for cron in _cron_rules(rule) for text in cron_warnings(cron, now)]
    return tuple(dict.fromkeys(found))


def truth_card(rule: CronRule | FireRule | Schedule, now: datetime, count: int = 10) -> list[Fire]:
    """The next `count` fires strictly after `now`, each as the zone's clock shows it; a paused schedule's too."""
    source = rule_of(rule) if isinstance(rule, Schedule) else rule
    return [_fire(source, at) for at in islice(source.fires_after(now), count)]


def _fire(rule: CronRule | FireRule, at: datetime) -> Fire:
    local = at.astimezone(load_zone(rule.timezone))
    return Fire(
        at=at,
        zone_time=local.isoformat(sep=" "),
        weekday=WEEKDAY_NAMES[local.isoweekday() % 7],
        note="; ".join(_notes(rule, at)),
    )


def _notes(rule: CronRule | FireRule, at: datetime) -> Iterator[str]:
    zone = load_zone(rule.timezone)
    wall = wall_time(zone, at)
    for shift in shifts_between(zone, at - _DAY, at + _DAY):
        if shift.is_gap and shift.at == at:
            yield from _gap_notes(rule, shift)
        elif not shift.is_gap and shift.concerns(wall):
            yield _overlap_note(rule, wall, is_first=at < shift.at)


def _gap_notes(rule: CronRule | FireRule, shift: ClockShift) -> Iterator[str]:
    fixed = (cron for cron in _cron_rules(rule) if cron.has_fixed_time)
    walls = sorted({wall for cron in fixed for wall in skipped_walls(cron, shift)})
    if walls:
        times = listed(f"{wall:%Y-%m-%d} {clock_text(wall)}" for wall in walls)
        absent = "does not exist" if len(walls) == 1 else "do not exist"
        landing = f"right after the clock jumps to {clock_text(shift.wall_after)}"
        yield f"{times} {absent} in {rule.timezone}: runs once, {landing}"


def _overlap_note(rule: CronRule | FireRule, wall: datetime, *, is_first: bool) -> str:
    which = "the first time" if is_first else "the second time"
    if any(cron.has_fixed_time for cron in _cron_rules(rule)):
        return f"{clock_text(wall)} happens twice in {rule.timezone}: runs the first time only"
    return f"{clock_text(wall)} happens twice in {rule.timezone}: this is {which}"


def _cron_rules(rule: CronRule | FireRule) -> tuple[CronRule, ...]:
    return (rule,) if isinstance(rule, CronRule) else rule.rules


def _describe_fire_rule(rule: FireRule) -> str:
    if rule.run_at is not None:
        text = _once(rule.run_at, rule.timezone)
    else:
        text = "; ".join(describe_cron(cron) for cron in rule.rules)
    return text + _window(rule.starts_at, rule.ends_at, rule.timezone)


def _describe_schedule(schedule: Schedule) -> str:
    if schedule.frequency is not ScheduleFrequency.MONTHLY or (schedule.day_of_month or 1) <= 28:
        return _describe_fire_rule(rule_of(schedule))
    rule = rule_of(schedule)
    day = schedule.day_of_month
    if day == 31:
        return _describe_fire_rule(rule)
    # Two cron rules make one calendar rule: it is told as the one the user wrote.
    text = describe_cron(rule.rules[0]).replace(" of the month", " of the month (the last day where it is shorter)")
    return text + _window(rule.starts_at, rule.ends_at, rule.timezone)


def _schedule_warnings(schedule: Schedule, now: datetime) -> tuple[str, ...]:
    found = warnings(rule_of(schedule), now)
    if schedule.frequency is not ScheduleFrequency.MONTHLY:
        return found
    # MONTHLY never skips a short month, so a warning about one would be false.
    return tuple(text for text in found if not text.startswith(("day ", "29 February")))


def _once(run_at: datetime, timezone: str) -> str:
    local = run_at.astimezone(load_zone(timezone))
    weekday = WEEKDAY_NAMES[local.isoweekday() % 7]
    return f"Once, on {weekday} {local:%Y-%m-%d} at {clock_text(local)}, {timezone} time"


def _window(starts_at: datetime | None, ends_at: datetime | None, timezone: str) -> str:
    zone = load_zone(timezone)
    begin = f", from {starts_at.astimezone(zone):%Y-%m-%d %H:%M}" if starts_at else ""
    end = f", until {ends_at.astimezone(zone):%Y-%m-%d %H:%M}" if ends_at else ""
    return begin + end
