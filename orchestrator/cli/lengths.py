"""Lengths of time and moments, as people type them: `90s`, `10m`, `1h30m`; `18:00`, `2026-03-27T09:00`."""

import re
from datetime import UTC, date, datetime, time, timedelta

from orchestrator.contract.errors import UserError

_LENGTH = re.compile(
    r"(?=\d)(?:(\d+(?:\.\d+)?)d)?(?:(\d+(?:\.\d+)?)h)?(?:(\d+(?:\.\d+)?)m(?:in)?)?(?:(\d+(?:\.\d+)?)s)?"
)
_NUMBER = re.compile(r"\d+(?:\.\d+)?")
_UNITS_S = (86_400, 3_600, 60, 1)


def seconds(text: str, *, option: str) -> float:
    """`1h30m` as 5400; a plain number is seconds. UserError names the option."""
    said = text.strip().lower()
    match = _LENGTH.fullmatch(f"{said}s" if _NUMBER.fullmatch(said) else said)
    length_s = (
        sum(float(part) * unit_s for part, unit_s in zip(match.groups(), _UNITS_S, strict=True) if part) if match else 0
    )
    if length_s <= 0:
        raise UserError(f"{option}: {text!r} is no length of time; write it like 90s, 10m or 1h30m.", field=option)
    return length_s


def moment(text: str, *, option: str, now: datetime) -> datetime:
    """A moment in UTC: ISO 8601 (local time without an offset), a time of the next 24 hours, or a length from now."""
    said = text.strip()
    if re.fullmatch(r"\d{1,2}:\d{2}", said):
        return _next(said, option, now)
    try:
        return datetime.fromisoformat(said).astimezone(UTC)
    except (ValueError, OverflowError):
        pass
    try:
        return now + timedelta(seconds=seconds(said, option=option))
    except UserError:
        example = "2026-03-27T09:00, 18:00 or 2h"
        raise UserError(f"{option}: {text!r} is no moment; write it like {example}.", field=option) from None


def _next(said: str, option: str, now: datetime) -> datetime:
    local = now.astimezone()
    try:
        clock = time.fromisoformat(said.zfill(5))
    except ValueError:
        raise UserError(f"{option}: {said!r} is no time of the day; write it like 18:00.", field=option) from None
    days: tuple[date, ...] = (local.date(), local.date() + timedelta(days=1))
    moments = [datetime.combine(day, clock).astimezone() for day in days]
    return next(each for each in moments if each > local or each is moments[-1]).astimezone(UTC)
