"""Cron expressions: when a rule fires, with the semantics of Debian's cron and an optional seconds field.

The rules follow crontab(5), cron(8) and entry.c of Debian's cron package: 0 and 7 are Sunday; day OR weekday
unless one of them begins with `*`; a step needs a range. When minute and hour are fixed (do not begin with `*`),
a wall time that a clock shift skips fires once, right after the shift, and one that it repeats fires the first
time only; other rules follow the clock. One difference: Debian takes shifts of more than three hours for
corrections and skips what lay in them; here every shift is treated alike, so that no run is lost at the date line.

`cronsim` iterates wall times only; what a wall time means in the zone is decided here.
"""

import difflib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from itertools import dropwhile
from zoneinfo import ZoneInfo

from cronsim import CronSim, CronSimError

from orchestrator.domain.cron_fields import ALL_KINDS, DAY, CronError, CronField, FieldKind, read_field
from orchestrator.domain.zone_clock import (
    FIRST_YEAR,
    LAST_YEAR,
    SECOND,
    UnknownZoneError,
    first_instant,
    load_zone,
    shifts_between,
    stretch_at,
    wall_time,
)

__all__ = ["MAX_EXPRESSION_LENGTH", "CronError", "CronRule", "parse_cron"]

MAX_EXPRESSION_LENGTH = 300
MACROS = {
    "@hourly": "0 * * * *",
    "@daily": "0 0 * * *",
    "@midnight": "0 0 * * *",
    "@weekly": "0 0 * * 0",
    "@monthly": "0 0 1 * *",
    "@yearly": "0 0 1 1 *",
    "@annually": "0 0 1 1 *",
}
# No zone's wall clock is ever further than this from where an unbroken clock would stand.
_MARGIN = timedelta(days=2)
_CALENDAR_START = datetime(2000, 1, 1)  # noqa: DTZ001 - a wall time


@dataclass(frozen=True, slots=True, kw_only=True)
class CronRule:
    """A cron expression read for one time zone; `parse_cron` makes it.

    `expression` is the text as given; the six fields hold what was read (`second` is 0 in 5-field expressions).
    """

    expression: str
    timezone: str
    second: CronField
    minute: CronField
    hour: CronField
    day: CronField
    month: CronField
    weekday: CronField

    @property
    def fields(self) -> tuple[CronField, ...]:
        return (self.second, self.minute, self.hour, self.day, self.month, self.weekday)

    @property
    def zone(self) -> ZoneInfo:
        return load_zone(self.timezone)

    @property
    def has_fixed_time(self) -> bool:
        """Whether neither minute nor hour begins with `*`: then clock shifts neither lose nor double a run."""
        return not (self.minute.is_starred or self.hour.is_starred)

    @property
    def needs_both_days(self) -> bool:
        """Whether day AND weekday must match; otherwise either is enough."""
        return self.day.is_starred or self.weekday.is_starred

    def fires_after(self, start: datetime) -> Iterator[datetime]:
        """Every fire strictly after the aware `start`, in order, as UTC; the set does not depend on `start`."""
        floor = _instant(start)
        if not FIRST_YEAR < floor.year < LAST_YEAR:
            return iter(())
        found = self._fixed_from(floor) if self.has_fixed_time else self._clock_from(floor + SECOND)
        return dropwhile(lambda fire: fire <= floor, found)

    def fires_until(self, end: datetime) -> Iterator[datetime]:
        """Every fire at or before the aware `end`, newest first, as UTC: the same set as `fires_after`."""
        ceiling = _instant(end)
        if not FIRST_YEAR < ceiling.year < LAST_YEAR:
            return iter(())
        found = self._fixed_back(ceiling) if self.has_fixed_time else self._clock_back(ceiling)
        return dropwhile(lambda fire: fire > ceiling, found)

    def next_fire(self, after: datetime) -> datetime | None:
        """The first fire strictly after the aware `after`, as UTC; None when there is none any more."""
        return next(self.fires_after(after), None)

    def wall_times_after(self, wall: datetime) -> Iterator[datetime]:
        """The rule's wall times after a naive `wall`, as if the zone's clock never shifted."""
        return _wall_times(self._dialect, wall)

    def _fixed_from(self, floor: datetime) -> Iterator[datetime]:
        zone = self.zone
        walls = _wall_times(self._dialect, wall_time(zone, floor))
        return _unique(first_instant(zone, wall) for wall in walls)

    def _fixed_back(self, ceiling: datetime) -> Iterator[datetime]:
        zone = self.zone
        recent = shifts_between(zone, ceiling - _MARGIN, ceiling)
        latest = max([wall_time(zone, ceiling), *(shift.wall_before for shift in recent)])
        walls = _wall_times(self._dialect, latest + SECOND, reverse=True)
        return _unique(first_instant(zone, wall) for wall in walls)

    def _clock_from(self, first_at: datetime) -> Iterator[datetime]:
        """Real instants from `first_at` on whose wall time matches, one stretch of constant offset at a time."""
        zone = self.zone
        while first_at.year < LAST_YEAR:
            stretch = stretch_at(zone, first_at)
            last_wall = stretch.wall(stretch.ends_at)
            walls = _wall_times(self._dialect, stretch.wall(first_at) - SECOND)
            beyond = None
            for wall in walls:
                if wall >= last_wall:
                    beyond = wall
                    break
                yield stretch.instant(wall)
            if beyond is None:
                return
            first_at = stretch.ends_at
            if stretch_at(zone, first_at).offset >= stretch.offset:  # else the clock shows earlier times once more
                first_at = max(first_at, beyond.replace(tzinfo=UTC) - _MARGIN)

    def _clock_back(self, last_at: datetime) -> Iterator[datetime]:
        zone = self.zone
        while last_at.year > FIRST_YEAR:
            stretch = stretch_at(zone, last_at)
            first_wall = stretch.wall(stretch.begins_at)
            walls = _wall_times(self._dialect, stretch.wall(last_at) + SECOND, reverse=True)
            beyond = None
            for wall in walls:
                if wall < first_wall:
                    beyond = wall
                    break
                yield stretch.instant(wall)
            if beyond is None:
                return
            last_at = stretch.begins_at - SECOND
            if stretch_at(zone, last_at).offset <= stretch.offset:  # else the clock showed later times before
                last_at = min(last_at, beyond.replace(tzinfo=UTC) + _MARGIN)

    @property
    def _dialect(self) -> str:
        return _dialect(self.fields)


@lru_cache(maxsize=1024)
def parse_cron(expression: str, timezone: str) -> CronRule:
    """Read a cron expression for an IANA time zone.

    5 fields are "minute hour day month weekday", 6 have seconds in front; `@hourly`, `@daily`, `@midnight`,
    `@weekly`, `@monthly`, `@yearly` and `@annually` stand for themselves. Raises CronError, pointing at the
    field, for what cannot be read, for what never fires, and for an unknown time zone.
    """
    _check_zone(timezone)
    texts = _field_texts(expression)
    fields = [_read_at(kind, text, at) for kind, (text, at) in zip(ALL_KINDS, texts, strict=True)]
    names = ("second", "minute", "hour", "day", "month", "weekday")
    rule = CronRule(expression=expression, timezone=timezone, **dict(zip(names, fields, strict=True)))
    _check_fires(rule, position=texts[3][1])
    return rule


def _field_texts(expression: str) -> list[tuple[str, int]]:
    """Six field texts, each with its place in the expression."""
    if len(expression) > MAX_EXPRESSION_LENGTH:
        raise CronError(f"cron expression is longer than {MAX_EXPRESSION_LENGTH} characters")
    if expression.strip().startswith("@"):
        return [("0", 0), *((text, 0) for text in _macro(expression.strip()).split())]
    texts = _placed(expression)
    if len(texts) not in {5, 6}:
        count = f"{len(texts)} field{'' if len(texts) == 1 else 's'}" if texts else "no fields"
        raise CronError(f"cron expression has {count}", text=expression, hint=_count_hint(len(texts)))
    return texts if len(texts) == 6 else [("0", 0), *texts]


def _placed(expression: str) -> list[tuple[str, int]]:
    placed, at = [], 0
    for text in expression.split():
        at = expression.index(text, at)
        placed.append((text, at))
        at += len(text)
    return placed


def _count_hint(count: int) -> str:
    if count == 7:
        return "a year field is not supported: write 'second minute hour day month weekday'"
    return "write 'minute hour day month weekday', or six with the second in front"


def _macro(word: str) -> str:
    if expanded := MACROS.get(word.lower()):
        return expanded
    if word.lower() == "@reboot":
        raise CronError("@reboot names no time", text=word, hint="a schedule needs one, such as @daily")
    nearest = difflib.get_close_matches(word.lower(), MACROS, n=1)
    hint = f"did you mean {nearest[0]}?" if nearest else f"write one of {', '.join(MACROS)}"
    raise CronError(f"{word} is not known", text=word, hint=hint)


def _read_at(kind: FieldKind, text: str, at: int) -> CronField:
    try:
        return read_field(kind, text)
    except CronError as error:
        place = max(text.upper().find(error.text), 0)
        raise CronError(error.problem, field=kind.name, text=error.text, hint=error.hint, position=at + place) from None


def _check_zone(timezone: str) -> None:
    try:
        load_zone(timezone)
    except UnknownZoneError as error:
        raise CronError(str(error), field="timezone", text=timezone) from None


def _check_fires(rule: CronRule, position: int) -> None:
    if next(rule.wall_times_after(_CALENDAR_START), None) is not None:
        return
    others = [f"{field.kind.name} {field.text}" for field in (rule.month, rule.weekday) if field.text != "*"]
    problem = f"{rule.day.text} never comes with {' and '.join(others)}"
    hint = "choose a day that exists: this schedule would never run"
    raise CronError(problem, field=DAY.name, text=rule.day.text, hint=hint, position=position)


def _wall_times(dialect: str, wall: datetime, *, reverse: bool = False) -> Iterator[datetime]:
    """Matching wall times after (before, when reverse) `wall`; none when cronsim finds none for 50 years.

    Fifty years are enough: the rarest date, a 29 February on a given weekday, comes at least every 40.
    """
    try:
        for match in CronSim(dialect, wall, reverse=reverse):
            if not FIRST_YEAR <= match.year <= LAST_YEAR:
                return
            yield match
    except (CronSimError, OverflowError, ValueError):
        return


def _dialect(fields: tuple[CronField, ...]) -> str:
    return " ".join(field.dialect for field in fields)


def _unique(instants: Iterator[datetime]) -> Iterator[datetime]:
    last = None
    for instant in instants:
        if instant != last:
            yield instant
        last = instant


def _instant(moment: datetime) -> datetime:
    """The whole second at or before an aware moment, as UTC."""
    if moment.tzinfo is None:
        raise ValueError("a schedule is asked with an aware datetime; this one has no time zone")
    return moment.astimezone(UTC).replace(microsecond=0)
