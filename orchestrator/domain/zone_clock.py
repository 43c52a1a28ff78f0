"""The wall clock of a time zone: its shifts, and which real instants a wall time names.

A *wall time* is a naive datetime as a clock on the wall shows it; an *instant* is an aware UTC datetime.
"""

import difflib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo, available_timezones

from orchestrator.domain.errors import DomainError

SECOND = timedelta(seconds=1)
# Shifts of one zone lie at least 6.9 days apart in the whole tz database, so a daily look misses none.
_PROBE = timedelta(days=1)
FIRST_YEAR, LAST_YEAR = 2, 9997


class UnknownZoneError(DomainError):
    """No time zone has this name; `nearest` holds the most similar real names, best first."""

    def __init__(self, name: str, nearest: tuple[str, ...]) -> None:
        self.name = name
        self.nearest = nearest
        super().__init__(f"time zone {name!r} is not known{_or_nearest(nearest)}")


class ZoneDatabaseMissingError(UnknownZoneError):
    """This machine knows no time zone at all; the message says what to install."""

    def __init__(self, name: str) -> None:
        super().__init__(name, ())

    def __str__(self) -> str:
        return (
            f"time zone {self.name!r} cannot be read: this machine has no time zone database; install the `tzdata` "
            "package (of Python or of the operating system) and start again"
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockShift:
    """One jump of a zone's wall clock: forward leaves a gap, backward an overlap."""

    at: datetime
    before: timedelta
    after: timedelta

    @property
    def is_gap(self) -> bool:
        return self.after > self.before

    @property
    def wall_before(self) -> datetime:
        """Where the clock would have stood at the shift: the first wall time missing, or not yet repeated."""
        return (self.at + self.before).replace(tzinfo=None)

    @property
    def wall_after(self) -> datetime:
        """Where the clock stands right after the shift."""
        return (self.at + self.after).replace(tzinfo=None)

    def concerns(self, wall: datetime) -> bool:
        """Whether this wall time is skipped (gap) or shown twice (overlap) by the shift."""
        low, high = sorted((self.wall_before, self.wall_after))
        return low <= wall < high


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """Instants `begins_at <= x < ends_at` through which the zone keeps one offset from UTC."""

    begins_at: datetime
    ends_at: datetime
    offset: timedelta

    def wall(self, instant: datetime) -> datetime:
        return (instant + self.offset).replace(tzinfo=None)

    def instant(self, wall: datetime) -> datetime:
        return wall.replace(tzinfo=UTC) - self.offset


def load_zone(name: str) -> ZoneInfo:
    """The zone with this IANA name, spelled exactly. Raises UnknownZoneError naming the nearest right names."""
    if not _zone_names():
        raise ZoneDatabaseMissingError(name)
    if name not in _zone_names():
        raise UnknownZoneError(name, nearest_zones(name))
    return _zone(name)


def nearest_zones(name: str, count: int = 3) -> tuple[str, ...]:
    """Real zone names most like `name`: a place's name or a wrong case finds its zone, then similar spelling."""
    wanted = name.strip().replace(" ", "_").casefold()
    by_fold = {known.casefold(): known for known in sorted(_zone_names())}
    places = [known for fold, known in by_fold.items() if wanted in (fold, fold.rsplit("/", 1)[-1])]
    if places:
        return tuple(places[:count])
    return tuple(by_fold[fold] for fold in difflib.get_close_matches(wanted, by_fold, n=count, cutoff=0.7))


def wall_time(zone: ZoneInfo, instant: datetime) -> datetime:
    """What the zone's clock shows at an instant."""
    return instant.astimezone(zone).replace(tzinfo=None)


def first_instant(zone: ZoneInfo, wall: datetime) -> datetime:
    """When the zone's clock first shows `wall` or jumps past it: the first pass of an overlap, the end of a gap."""
    early = wall.replace(tzinfo=zone, fold=0).astimezone(UTC)
    if wall_time(zone, early) == wall:
        return early
    # PEP 495: in a gap, fold=0 reads the old offset (lands after the jump), fold=1 the new one (before it).
    return _shift_between(zone, wall.replace(tzinfo=zone, fold=1).astimezone(UTC), early)


def shifts_between(zone: ZoneInfo, after: datetime, until: datetime) -> Iterator[ClockShift]:
    """The zone's shifts with `after < at <= until`, in order."""
    for year in range(max(after.year, FIRST_YEAR), min(until.year, LAST_YEAR) + 1):
        yield from (shift for shift in shifts_in_year(zone, year) if after < shift.at <= until)


def stretch_at(zone: ZoneInfo, instant: datetime) -> Stretch:
    """The stretch of constant offset around an instant, cut at the (UTC) year's ends."""
    begins_at = datetime(instant.year, 1, 1, tzinfo=UTC)
    ends_at = datetime(instant.year + 1, 1, 1, tzinfo=UTC)
    for shift in shifts_in_year(zone, instant.year):
        if shift.at > instant:
            ends_at = shift.at
            break
        begins_at = shift.at
    return Stretch(begins_at=begins_at, ends_at=ends_at, offset=_offset(zone, instant))


@lru_cache(maxsize=4096)
def shifts_in_year(zone: ZoneInfo, year: int) -> tuple[ClockShift, ...]:
    """The zone's shifts in one UTC year, in order."""
    return tuple(_find_shifts(zone, datetime(year, 1, 1, tzinfo=UTC), datetime(year + 1, 1, 1, tzinfo=UTC)))


def _find_shifts(zone: ZoneInfo, begins_at: datetime, ends_at: datetime) -> Iterator[ClockShift]:
    low = begins_at - SECOND
    while low < ends_at - SECOND:
        high = min(low + _PROBE, ends_at - SECOND)
        before, after = _offset(zone, low), _offset(zone, high)
        if before != after:
            yield ClockShift(at=_shift_between(zone, low, high), before=before, after=after)
        low = high


def _shift_between(zone: ZoneInfo, low: datetime, high: datetime) -> datetime:
    """The first instant with the offset of `high`, where the offset changes once in `low < x <= high`."""
    target = _offset(zone, high)
    while high - low > SECOND:
        middle = low + SECOND * ((high - low) // SECOND // 2)
        low, high = (low, middle) if _offset(zone, middle) == target else (middle, high)
    return high


def _offset(zone: ZoneInfo, instant: datetime) -> timedelta:
    offset = instant.astimezone(zone).utcoffset()
    assert offset is not None
    return offset


@lru_cache(maxsize=1)
def _zone_names() -> frozenset[str]:
    return frozenset(available_timezones())


@lru_cache(maxsize=1024)
def _zone(name: str) -> ZoneInfo:
    return ZoneInfo(name)


def _or_nearest(nearest: tuple[str, ...]) -> str:
    return f"; did you mean {' or '.join(nearest)}?" if nearest else "; write a name such as Europe/Berlin"
