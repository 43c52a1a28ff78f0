"""What a schedule must hold before it is saved: each refusal names the field and the fix."""

from collections.abc import Iterator
from datetime import datetime
from math import isfinite

from orchestrator.domain.cron import CronError
from orchestrator.domain.errors import DomainError
from orchestrator.domain.schedule import MAX_JITTER_S, Schedule, ScheduleFrequency, rule_of
from orchestrator.domain.zone_clock import UnknownZoneError, load_zone


class ScheduleError(DomainError):
    """A schedule cannot be saved. `field` names the wrong field of Schedule, `problem` says what and how to fix."""

    def __init__(self, field: str, problem: str) -> None:
        self.field = field
        self.problem = problem
        super().__init__(f"{field}: {problem}")


def validate_schedule(schedule: Schedule, now: datetime | None = None) -> None:
    """Raise ScheduleError for the first thing that is wrong; with `now`, also when no run lies after it."""
    for field, problem in _problems(schedule):
        raise ScheduleError(field, problem)
    try:
        rule = rule_of(schedule)
    except CronError as error:
        raise ScheduleError(error.field if error.field == "timezone" else "cron_expression", str(error)) from error
    if now is not None and rule.next_fire(now) is None:
        raise ScheduleError(*_no_run(schedule, now))


def _problems(schedule: Schedule) -> Iterator[tuple[str, str]]:
    if not schedule.name.strip():
        yield "name", "is empty; give the schedule a name"
    if not schedule.workflow_id.strip():
        yield "workflow_id", "is empty; choose the workflow to run"
    yield from _zone_problems(schedule.timezone)
    yield from _moment_problems(schedule)
    yield from _frequency_problems(schedule)
    if not (isfinite(schedule.jitter_s) and 0 <= schedule.jitter_s <= MAX_JITTER_S):
        yield "jitter_s", f"{schedule.jitter_s} is outside 0 to {MAX_JITTER_S:.0f} seconds"


def _zone_problems(timezone: str) -> Iterator[tuple[str, str]]:
    try:
        load_zone(timezone)
    except UnknownZoneError as error:
        yield "timezone", str(error)


def _moment_problems(schedule: Schedule) -> Iterator[tuple[str, str]]:
    for field in ("run_at", "starts_at", "ends_at"):
        moment: datetime | None = getattr(schedule, field)
        if moment is not None and moment.utcoffset() is None:
            yield field, "has no offset from UTC; write one, as in 2026-03-27T09:00:00+01:00"
    starts_at, ends_at = schedule.starts_at, schedule.ends_at
    if starts_at is not None and ends_at is not None and ends_at < starts_at:
        yield "ends_at", "lies before starts_at; exchange them"


def _frequency_problems(schedule: Schedule) -> Iterator[tuple[str, str]]:
    frequency = schedule.frequency
    if frequency is ScheduleFrequency.ONCE and schedule.run_at is None:
        yield "run_at", "is missing; a schedule that runs once needs its moment"
    if frequency is ScheduleFrequency.CRON and not (schedule.cron_expression or "").strip():
        yield "cron_expression", "is missing; write one, such as 0 9 * * 1-5"
    if schedule.time_of_day is not None and schedule.time_of_day.tzinfo is not None:
        yield "time_of_day", "has a time zone of its own; write the time alone, the schedule has a zone"
    if frequency is ScheduleFrequency.WEEKLY:
        yield from _weekday_problems(schedule.weekdays)
    if frequency is ScheduleFrequency.MONTHLY:
        yield from _day_problems(schedule.day_of_month)


def _weekday_problems(weekdays: frozenset[int]) -> Iterator[tuple[str, str]]:
    if not weekdays:
        yield "weekdays", "is empty; choose at least one day, 1 (Monday) to 7 (Sunday)"
    for day in sorted(weekdays):
        if not 1 <= day <= 7:
            yield "weekdays", f"{day} is outside 1 (Monday) to 7 (Sunday)"


def _day_problems(day: int | None) -> Iterator[tuple[str, str]]:
    if day is None:
        yield "day_of_month", "is missing; write 1 to 31 (shorter months run on their last day)"
    elif not 1 <= day <= 31:
        yield "day_of_month", f"{day} is outside 1 to 31; write 31 for the last day of each month"


def _no_run(schedule: Schedule, now: datetime) -> tuple[str, str]:
    if schedule.frequency is ScheduleFrequency.ONCE and schedule.run_at is not None and schedule.run_at <= now:
        return "run_at", f"{schedule.run_at.isoformat()} is past; choose a later moment"
    if schedule.ends_at is not None:
        return "ends_at", "leaves no run; choose a later end"
    return "starts_at" if schedule.starts_at is not None else "frequency", "leaves no run; choose another rule"
