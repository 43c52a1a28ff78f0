"""Schedules: what they hold, when they fire, and which missed fires still run.

Every frequency but ONCE is a calendar rule in the schedule's zone and is compiled to cron rules, so that DAILY at
02:30 treats clock shifts exactly as `30 2 * * *` does. Nothing here counts intervals.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from enum import StrEnum
from hashlib import blake2b
from heapq import merge
from itertools import dropwhile, islice, takewhile
from typing import assert_never

from orchestrator.contract.ids import JsonValue, RobotId, ScheduleId, WorkflowId
from orchestrator.contract.states import JobPriority
from orchestrator.domain.cron import CronRule, parse_cron

MAX_CATCH_UP = 100
SKIP_GRACE = timedelta(seconds=60)
MAX_JITTER_S = 3_600.0
MOST_COUNTED = 10_000
"""Dropped fires are counted so far; a week of missed seconds needs no exact number."""


class ScheduleFrequency(StrEnum):
    """How often a schedule fires."""

    ONCE = "once"
    HOURLY = "hourly"
    DAILY = "daily"
    WEEKLY = "weekly"
    MONTHLY = "monthly"
    CRON = "cron"


class MisfirePolicy(StrEnum):
    """What happens to fires that were missed while nothing ran: drop them, run the newest, or run all."""

    SKIP = "skip"
    LATEST = "latest"
    ALL = "all"


class OverlapPolicy(StrEnum):
    """What a fire does while the schedule's last job still runs: start beside it, give up, or wait for it."""

    ALLOW = "allow"
    SKIP = "skip"
    QUEUE = "queue"


class FireOutcome(StrEnum):
    """What happened to an instant of a schedule."""

    FIRED = "fired"
    OVERLAP = "overlap"
    """Skipped: the job before it had not ended."""
    MISSED = "missed"
    """Nothing ran at that time, and the misfire policy does not make up for it."""
    REFUSED = "refused"
    """The job could not be made; the note says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """When a workflow is to run by itself, and how.

    `time_of_day` is wall time in `timezone` (HOURLY uses its minute and second; None means 00:00). `weekdays` are
    ISO numbers, 1 Monday to 7 Sunday (WEEKLY). `day_of_month` is 1 to 31; months that are shorter run on their
    last day (MONTHLY). Fires before `starts_at` or after `ends_at` do not happen; both instants themselves count.
    """

    schedule_id: ScheduleId
    name: str
    workflow_id: WorkflowId
    frequency: ScheduleFrequency
    cron_expression: str | None = None
    timezone: str = "UTC"
    run_at: datetime | None = None
    time_of_day: time | None = None
    weekdays: frozenset[int] = frozenset()
    day_of_month: int | None = None
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    variables: Mapping[str, JsonValue] = field(default_factory=dict)
    priority: JobPriority = JobPriority.NORMAL
    robot_id: RobotId | None = None
    """Only this robot, when set."""
    version: int | None = None
    """The workflow's version that its jobs run; None means the newest at the time of the fire."""
    misfire_policy: MisfirePolicy = MisfirePolicy.LATEST
    overlap_policy: OverlapPolicy = OverlapPolicy.QUEUE
    jitter_s: float = 0.0
    enabled: bool = True
    next_run_at: datetime | None = None
    last_run_at: datetime | None = None
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Dropped:
    """Fires that were missed and do not run."""

    first_at: datetime
    last_at: datetime
    count: int
    """At most MOST_COUNTED."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CatchUp:
    """What a schedule's misfire policy makes of the fires that were missed."""

    fires: tuple[datetime, ...]
    """Run now, oldest first."""
    dropped: Dropped | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FireRule:
    """The instants of a schedule: those of its cron rules together (ONCE: one instant), inside its window."""

    timezone: str
    rules: tuple[CronRule, ...] = ()
    run_at: datetime | None = None
    starts_at: datetime | None = None
    ends_at: datetime | None = None

    def fires_after(self, start: datetime) -> Iterator[datetime]:
        """Every fire strictly after the aware `start`, in order, as UTC."""
        if self.starts_at is not None:
            # A rule excludes its start, the window includes its own.
            start = max(start, self.starts_at - timedelta(microseconds=1))
        found = _unique(merge(self._once(), *(rule.fires_after(start) for rule in self.rules)))
        ends_at = self.ends_at
        later = dropwhile(lambda fire: fire <= start, found)
        return later if ends_at is None else takewhile(lambda fire: fire <= ends_at, later)

    def fires_until(self, end: datetime) -> Iterator[datetime]:
        """Every fire at or before the aware `end`, newest first, as UTC."""
        if self.ends_at is not None:
            end = min(end, self.ends_at)
        found = merge(self._once(), *(rule.fires_until(end) for rule in self.rules), reverse=True)
        starts_at = self.starts_at
        earlier = dropwhile(lambda fire: fire > end, _unique(found))
        return earlier if starts_at is None else takewhile(lambda fire: fire >= starts_at, earlier)

    def next_fire(self, after: datetime) -> datetime | None:
        """The first fire strictly after the aware `after`; None when there is none any more."""
        return next(self.fires_after(after), None)

    def _once(self) -> Iterator[datetime]:
        return iter(()) if self.run_at is None else iter((self.run_at.astimezone(UTC),))


def rule_of(schedule: Schedule) -> FireRule:
    """The instants of a valid schedule, whether it is enabled or not. Raises CronError for a wrong expression."""
    return FireRule(
        timezone=schedule.timezone,
        rules=tuple(parse_cron(text, schedule.timezone) for text in _expressions(schedule)),
        run_at=schedule.run_at if schedule.frequency is ScheduleFrequency.ONCE else None,
        starts_at=schedule.starts_at,
        ends_at=schedule.ends_at,
    )


def next_run(schedule: Schedule, after: datetime) -> datetime | None:
    """The schedule's first fire strictly after `after`; None when it is paused or has none any more."""
    return rule_of(schedule).next_fire(after) if schedule.enabled else None


def due_fires(schedule: Schedule, since: datetime, now: datetime) -> tuple[datetime, ...]:
    """The fires with `since < fire <= now` that its misfire policy lets run now, in order, at most MAX_CATCH_UP.

    `since` is the last instant that was considered. SKIP keeps fires that are at most SKIP_GRACE late, LATEST the
    newest one, ALL the newest MAX_CATCH_UP. Reading backwards makes a week of missed seconds as cheap as one.
    """
    if not schedule.enabled:
        return ()
    limit = 1 if schedule.misfire_policy is MisfirePolicy.LATEST else MAX_CATCH_UP
    late = rule_of(schedule).fires_until(now)
    if schedule.misfire_policy is MisfirePolicy.SKIP:
        late = takewhile(lambda fire: fire >= now - SKIP_GRACE, late)
    missed = takewhile(lambda fire: fire > since, late)
    return tuple(reversed(tuple(islice(missed, limit))))


def catch_up(schedule: Schedule, since: datetime, now: datetime) -> CatchUp:
    """What runs of the fires with `since < fire <= now`, and what is dropped, by the misfire policy."""
    fires = due_fires(schedule, since, now)
    end = fires[0] - timedelta(microseconds=1) if fires else now
    rule = rule_of(schedule)
    last_at = next(rule.fires_until(end), None)
    if not schedule.enabled or last_at is None or last_at <= since:
        return CatchUp(fires=fires)
    missed = takewhile(lambda fire: fire <= end, rule.fires_after(since))
    first_at = next(missed)
    count = 1 + sum(1 for _ in islice(missed, MOST_COUNTED - 1))
    return CatchUp(fires=fires, dropped=Dropped(first_at=first_at, last_at=last_at, count=count))


def jitter_of(schedule: Schedule, fire_at: datetime, following: datetime | None = None) -> timedelta:
    """How long after `fire_at` the job starts: 0 to `jitter_s`, and before the `following` fire.

    The same for the same schedule and instant, each time it is asked.
    """
    room_s = schedule.jitter_s if following is None else min(schedule.jitter_s, (following - fire_at).total_seconds())
    seed = f"{schedule.schedule_id} {fire_at.astimezone(UTC).isoformat()}".encode()
    share = int.from_bytes(blake2b(seed, digest_size=6).digest()) / 2**48
    return timedelta(milliseconds=int(room_s * share * 1_000))


def _expressions(schedule: Schedule) -> tuple[str, ...]:
    at = schedule.time_of_day or time()
    clock = f"{at.second} {at.minute} {at.hour}"
    match schedule.frequency:
        case ScheduleFrequency.ONCE:
            return ()
        case ScheduleFrequency.HOURLY:
            return (f"{at.second} {at.minute} * * * *",)
        case ScheduleFrequency.DAILY:
            return (f"{clock} * * *",)
        case ScheduleFrequency.WEEKLY:
            return (f"{clock} * * {','.join(str(day) for day in sorted(schedule.weekdays))}",)
        case ScheduleFrequency.MONTHLY:
            return _monthly(clock, schedule.day_of_month or 1)
        case ScheduleFrequency.CRON:
            return (schedule.cron_expression or "",)
        case _:
            assert_never(schedule.frequency)


def _monthly(clock: str, day: int) -> tuple[str, ...]:
    """Day 29 and 30 need a second rule: February's last day."""
    if day == 31:
        return (f"{clock} L * *",)
    return (f"{clock} {day} * *",) + ((f"{clock} L 2 *",) if day > 28 else ())


def _unique(instants: Iterator[datetime]) -> Iterator[datetime]:
    last = None
    for instant in instants:
        if instant != last:
            yield instant
        last = instant
