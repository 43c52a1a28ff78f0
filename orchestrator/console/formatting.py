"""Words for times, durations, counts and sizes; pure functions that get `now` as an argument."""

from datetime import datetime, timedelta, tzinfo

_MINUTE, _HOUR, _DAY = 60, 3600, 86400
NOTHING = "–"  # noqa: RUF001 - an en dash is what a table shows for an absent value


def relative_time(at: datetime | None, now: datetime) -> str:
    """`4 min ago`, `in 2 h`, `now`; an en dash for no time. Both times are aware."""
    if at is None:
        return NOTHING
    seconds = (now - at).total_seconds()
    if abs(seconds) < 2:
        return "now"
    amount = _coarse(abs(seconds))
    return f"{amount} ago" if seconds > 0 else f"in {amount}"


def _coarse(seconds: float) -> str:
    for limit, size, unit in ((_MINUTE, 1, "s"), (_HOUR, _MINUTE, "min"), (2 * _DAY, _HOUR, "h")):
        if seconds < limit:
            return f"{int(seconds // size)} {unit}"
    return f"{int(seconds // _DAY)} days"


def exact_time(at: datetime | None, zone: tzinfo | None = None) -> str:
    """`Sat 21 Nov 2026, 14:03:09 CET` in the zone, or in the machine's own when None."""
    if at is None:
        return NOTHING
    return at.astimezone(zone).strftime("%a %d %b %Y, %H:%M:%S %Z")


def duration(span: timedelta | None) -> str:
    """`340 ms`, `4.2 s`, `3 min 20 s`, `2 h 5 min`, `3 d 4 h`; an en dash for none."""
    if span is None:
        return NOTHING
    seconds = max(span.total_seconds(), 0.0)
    if seconds < 1:
        return f"{round(seconds * 1000)} ms"
    if seconds < 10:
        return f"{seconds:.1f} s"
    return _two_units(round(seconds))


def duration_so_far(span: timedelta) -> str:
    """The duration of what still runs, in whole seconds: a figure that is read while it grows."""
    return _two_units(max(int(span.total_seconds()), 0))


def _two_units(seconds: int) -> str:
    if seconds < _MINUTE:
        return f"{seconds} s"
    if seconds < _HOUR:
        return _pair(seconds, _MINUTE, "min", 1, "s")
    if seconds < _DAY:
        return _pair(seconds, _HOUR, "h", _MINUTE, "min")
    return _pair(seconds, _DAY, "d", _HOUR, "h")


def _pair(seconds: int, big: int, big_unit: str, small: int, small_unit: str) -> str:
    whole, rest = divmod(seconds, big)
    parts = rest // small
    return f"{whole} {big_unit} {parts} {small_unit}" if parts else f"{whole} {big_unit}"


def count(number: int | None) -> str:
    """`12 345` with thin spaces between thousands; an en dash for none."""
    return NOTHING if number is None else f"{number:,}".replace(",", "\u2009")


def short_count(number: float) -> str:
    """`940`, `12.3k`, `4M`: for axes, badges and chips."""
    for size, unit in ((1_000_000, "M"), (1_000, "k")):
        if abs(number) >= size:
            return f"{number / size:.1f}".removesuffix(".0") + unit
    return f"{number:g}"


def byte_size(size: int | None) -> str:
    """`512 B`, `3.4 KiB`, `1.2 GiB`; an en dash for none."""
    if size is None:
        return NOTHING
    amount = float(size)
    for unit in ("B", "KiB", "MiB", "GiB"):
        if amount < 1024:
            return f"{amount:.0f} {unit}" if unit == "B" else f"{amount:.1f} {unit}"
        amount /= 1024
    return f"{amount:.1f} TiB"


def percent(fraction: float | None) -> str:
    """`97 %`, `97.4 %` (one digit where it says more); an en dash for none."""
    if fraction is None:
        return NOTHING
    return f"{fraction * 100:.1f}".removesuffix(".0") + " %"


def short_id(identifier: str) -> str:
    """The first eight characters: enough to tell rows apart, the whole is in the tooltip."""
    return identifier[:8]


def plural(number: int, one: str, many: str | None = None) -> str:
    """`1 job`, `3 jobs`: the count with its noun."""
    return f"{count(number)} {one if number == 1 else many or one + 's'}"
