"""Words for times, durations, counts and sizes, as the user's language writes them; `now` is an argument."""

from datetime import datetime, timedelta, tzinfo

from PySide6.QtCore import QDate, QDateTime, QTime

from orchestrator.console.words import counted, locale, tr

_MINUTE, _HOUR, _DAY = 60, 3600, 86400
NOTHING = "–"  # noqa: RUF001 - an en dash is what a table shows for an absent value


def relative_time(at: datetime | None, now: datetime) -> str:
    """`4 min ago`, `in 2 h`, `now`; an en dash for no time. Both times are aware."""
    if at is None:
        return NOTHING
    seconds = (now - at).total_seconds()
    if abs(seconds) < 2:
        return tr("now")
    amount = _coarse(abs(seconds))
    return tr("{amount} ago", amount=amount) if seconds > 0 else tr("in {amount}", amount=amount)


def age(at: datetime, now: datetime) -> str:
    """`4 min`, `2 h`, `3 days`: how long ago it was, without saying so."""
    return _coarse(abs((now - at).total_seconds()))


def _coarse(seconds: float) -> str:
    for limit, size, unit in ((_MINUTE, 1, "s"), (_HOUR, _MINUTE, "min"), (2 * _DAY, _HOUR, "h")):
        if seconds < limit:
            return f"{int(seconds // size)} {unit}"
    return counted("%n day", "%n days", int(seconds // _DAY))


def exact_time(at: datetime | None, zone: tzinfo | None = None) -> str:
    """`Sat 21 Nov 2026, 14:03:09 CET` in the zone, or in the machine's own when None."""
    if at is None:
        return NOTHING
    pattern = tr("ddd dd MMM yyyy, HH:mm:ss")
    return f"{_written(at, pattern, zone)} {at.astimezone(zone):%Z}"


def day_words(at: datetime) -> str:
    """`Sat 21 Nov`, in the machine's own zone."""
    return _written(at, tr("ddd dd MMM"))


def hour_words(at: datetime, *, short: bool = False) -> str:
    """`Saturday 14:00`, or `Sat 14:00`, in the machine's own zone."""
    return _written(at, "ddd HH:mm" if short else "dddd HH:mm")


def moment_words(at: datetime, zone: tzinfo | None = None) -> str:
    """`21 Nov 14:03` in the zone, or in the machine's own when None."""
    return _written(at, tr("dd MMM HH:mm"), zone)


def wall_words(at: datetime) -> str:
    """`21 Nov 2026 14:03` on the clock that the time itself carries, with seconds only where there are some."""
    return _written(at, tr("dd MMM yyyy HH:mm:ss") if at.second else tr("dd MMM yyyy HH:mm"), at.tzinfo)


def time_words(at: datetime) -> str:
    """`14:03:09`, in the machine's own zone."""
    return _written(at, "HH:mm:ss")


def _written(at: datetime, pattern: str, zone: tzinfo | None = None) -> str:
    there = at.astimezone(zone)
    day, time = QDate(there.year, there.month, there.day), QTime(there.hour, there.minute, there.second)
    return locale().toString(QDateTime(day, time), pattern)


def decimal(number: float, digits: int = 1) -> str:
    """`4.2` with as many digits after the point as asked for, none where they are zero."""
    whole = round(number, digits)
    return locale().toString(whole, "f", 0 if whole == round(whole) else digits)


def duration(span: timedelta | None) -> str:
    """`340 ms`, `4.2 s`, `3 min 20 s`, `2 h 5 min`, `3 d 4 h`; an en dash for none."""
    if span is None:
        return NOTHING
    seconds = max(span.total_seconds(), 0.0)
    if seconds < 1:
        return f"{round(seconds * 1000)} ms"
    if seconds < 10:
        return f"{locale().toString(seconds, 'f', 1)} s"
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
    """`12,345` as the user writes it; an en dash for none."""
    return NOTHING if number is None else locale().toString(number)


def short_count(number: float) -> str:
    """`940`, `12.3k`, `4M`: for axes, badges and chips."""
    for size, unit in ((1_000_000, "M"), (1_000, "k")):
        if abs(number) >= size:
            return decimal(number / size) + unit
    return locale().toString(float(number), "g", 6)


def byte_size(size: int | None) -> str:
    """`512 B`, `3.4 KiB`, `1.2 GiB`; an en dash for none."""
    if size is None:
        return NOTHING
    amount = float(size)
    for unit in ("B", "KiB", "MiB", "GiB"):
        if amount < 1024:
            return f"{locale().toString(amount, 'f', 0 if unit == 'B' else 1)} {unit}"
        amount /= 1024
    return f"{locale().toString(amount, 'f', 1)} TiB"


def percent(fraction: float | None) -> str:
    """`97 %`, `97.4 %` (one digit where it says more); an en dash for none."""
    if fraction is None:
        return NOTHING
    return f"{decimal(fraction * 100)} %"


def short_id(identifier: str) -> str:
    """The first eight characters: enough to tell rows apart, the whole is in the tooltip."""
    return identifier[:8]


def browser_name(browser: str) -> str:
    """`chromium-headless-shell` of a whole path with its remark; what is no path stays as it is."""
    return browser.partition(" (")[0].replace("\\", "/").rsplit("/", 1)[-1]
