"""The fields of a cron expression: what each accepts, read term by term, with errors that point at the field."""

import re
from dataclasses import dataclass
from typing import Final, NoReturn

from orchestrator.domain.errors import DomainError


class CronError(DomainError):
    """A cron expression or its time zone cannot be used.

    `message` is one sentence with the fix; `field` names the field ("weekday", "timezone", or "" for the whole
    expression); `text` is the part that is wrong and `position` its place in the expression as given, counted
    from 0; `hint` is the fix alone.
    """

    def __init__(self, problem: str, *, field: str = "", text: str = "", hint: str = "", position: int = 0) -> None:
        self.problem = problem
        self.field = field
        self.text = text
        self.hint = hint
        self.position = position
        super().__init__(self.message)

    @property
    def message(self) -> str:
        place = f"{self.field} field: " if self.field and self.field != "timezone" else ""
        return place + self.problem + (f"; {self.hint}" if self.hint else "")


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldKind:
    """What one place of an expression accepts: numbers `low` to `high`, and names for them."""

    name: str
    low: int
    high: int
    names: tuple[str, ...] = ()
    too_high: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """The values `first`, `first + step`, ... up to `last`; `is_star` when written with `*`."""

    first: int
    last: int
    step: int = 1
    is_star: bool = False

    @property
    def values(self) -> range:
        return range(self.first, self.last + 1, self.step)

    @property
    def dialect(self) -> str:
        """The term as cronsim must see it: it would read `5-5/10` as `5-59/10`."""
        if self.is_star:
            return "*" if self.step == 1 else f"*/{self.step}"
        if self.first == self.last:
            return str(self.first)
        return f"{self.first}-{self.last}" + (f"/{self.step}" if self.step > 1 else "")


@dataclass(frozen=True, slots=True, kw_only=True)
class LastDay:
    """`L` or `LW` in the day field: the month's last day, or its last Monday to Friday."""

    is_workday: bool

    @property
    def dialect(self) -> str:
        return "LW" if self.is_workday else "L"


@dataclass(frozen=True, slots=True, kw_only=True)
class NthWeekday:
    """`5#2` or `5L` in the weekday field: the month's nth such weekday (0 = Sunday), or its last."""

    weekday: int
    nth: int | None

    @property
    def dialect(self) -> str:
        return f"{self.weekday}L" if self.nth is None else f"{self.weekday}#{self.nth}"


Term = Span | LastDay | NthWeekday


@dataclass(frozen=True, slots=True, kw_only=True)
class CronField:
    """One field as read: the text as given and its terms."""

    kind: FieldKind
    text: str
    terms: tuple[Term, ...]

    @property
    def is_starred(self) -> bool:
        """Whether it begins with `*`: what Debian's cron calls a wildcard, `*/2` and `*,5` included."""
        return self.text.startswith("*")

    @property
    def is_every(self) -> bool:
        """Whether it allows every value."""
        return len(self.values) == self.kind.high - self.kind.low + (self.kind is not WEEKDAY)

    @property
    def values(self) -> frozenset[int]:
        """The plain values of its spans; weekdays as 0 (Sunday) to 6."""
        found = {value for term in self.terms if isinstance(term, Span) for value in term.values}
        return frozenset(value % 7 for value in found) if self.kind is WEEKDAY else frozenset(found)

    @property
    def dialect(self) -> str:
        return ",".join(term.dialect for term in self.terms)


_MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
_WEEKDAYS = ("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT")

SECOND: Final = FieldKind(name="second", low=0, high=59)
MINUTE: Final = FieldKind(name="minute", low=0, high=59)
HOUR: Final = FieldKind(name="hour", low=0, high=23, too_high="write 0 for midnight")
DAY: Final = FieldKind(name="day", low=1, high=31, too_high="write L for the month's last day")
MONTH: Final = FieldKind(name="month", low=1, high=12, names=_MONTHS)
WEEKDAY: Final = FieldKind(name="weekday", low=0, high=7, names=_WEEKDAYS, too_high="write 0 or 7 for Sunday")
ALL_KINDS: Final = (SECOND, MINUTE, HOUR, DAY, MONTH, WEEKDAY)

_NUMBER = re.compile(r"[0-9]{1,9}")
_NTH = re.compile(r"(?P<weekday>[^#]*)#(?P<nth>.*)")
_WORD = re.compile(r"[A-Z]+")


def read_field(kind: FieldKind, text: str) -> CronField:
    """Read one field of an expression. Raises CronError with `field` and `text`; the caller knows the position."""
    terms = tuple(_term(kind, part.upper()) for part in text.split(","))
    return CronField(kind=kind, text=text, terms=terms)


def _term(kind: FieldKind, text: str) -> Term:
    if not text:
        _refuse(kind, text, "an entry of the list is empty", "write numbers with one comma between them")
    if "?" in text:
        _refuse(kind, text, "'?' is not cron", "write * for any value")
    if kind is DAY and text in {"L", "LW"}:
        return LastDay(is_workday=text == "LW")
    if kind is WEEKDAY and (special := _nth_weekday(text)):
        return special
    return _span(kind, text)


def _nth_weekday(text: str) -> NthWeekday | None:
    if match := _NTH.fullmatch(text):
        if match["nth"] not in {"1", "2", "3", "4", "5"}:
            _refuse(WEEKDAY, text, f"{text} is not the nth weekday of a month", "write 5#1 to 5#5")
        return NthWeekday(weekday=_value(WEEKDAY, match["weekday"], text) % 7, nth=int(match["nth"]))
    if text == "L":
        _refuse(WEEKDAY, text, "L needs a weekday before it", "write 5L for the last Friday of the month")
    if text.endswith("L"):
        return NthWeekday(weekday=_value(WEEKDAY, text[:-1], text) % 7, nth=None)
    return None


def _span(kind: FieldKind, text: str) -> Span:
    body, slash, step_text = text.partition("/")
    step = _step(kind, step_text, text) if slash else 1
    if body == "*":
        return Span(first=kind.low, last=kind.high, step=step, is_star=True)
    first_text, dash, last_text = body.partition("-")
    first = _value(kind, first_text, text)
    if not dash and slash:
        # Debian's entry.c refuses a step without a range; other readers take 5/10 for 5-59/10.
        fix = f"write {first}-{kind.high}/{step} or */{step}"
        _refuse(kind, text, f"{text} has a step without a range", fix)
    last = _range_end(kind, last_text, first, text) if dash else first
    return Span(first=first, last=last, step=step)


def _range_end(kind: FieldKind, last_text: str, first: int, text: str) -> int:
    last = _value(kind, last_text, text)
    if kind is WEEKDAY and last_text == "SUN" and first > 0:
        last = 7
    if last < first:
        _refuse(kind, text, f"{text} runs backwards", f"write {_wrapped(kind, first, last)}")
    return last


def _step(kind: FieldKind, step_text: str, text: str) -> int:
    if not _NUMBER.fullmatch(step_text) or int(step_text) == 0:
        _refuse(kind, text, f"{text} has a wrong step", "write a number from 1 after the slash, as in */5")
    return int(step_text)


def _value(kind: FieldKind, value_text: str, text: str) -> int:
    if value_text in kind.names:
        return kind.names.index(value_text) + kind.low
    if not _NUMBER.fullmatch(value_text):
        _refuse(kind, text, _unreadable(value_text, text), _accepted(kind, value_text))
    value = int(value_text)
    if not kind.low <= value <= kind.high:
        fix = kind.too_high if value > kind.high else ""
        _refuse(kind, text, f"{value} is outside {kind.low}-{kind.high}", fix)
    return value


def _unreadable(value_text: str, text: str) -> str:
    if not value_text:
        return f"{text!r} lacks a number"
    return f"{value_text!r} cannot be read" + (f" in {text!r}" if value_text != text else "")


def _accepted(kind: FieldKind, value_text: str) -> str:
    if kind.names and _WORD.fullmatch(value_text) and value_text[:3] in kind.names:
        return f"write {value_text[:3]}"
    if kind is DAY and value_text.endswith("W") and value_text != "W":
        return "the nearest workday is not supported, only LW, the last workday of the month"
    names = f" or {kind.names[0]} to {kind.names[-1]}" if kind.names else ""
    return f"write numbers from {kind.low} to {kind.high}{names}, as in {_example(kind)}"


def _example(kind: FieldKind) -> str:
    return {"weekday": "1-5 or MON-FRI", "month": "1,7 or JAN", "day": "1,15 or L"}.get(kind.name, "5 or */10")


def _wrapped(kind: FieldKind, first: int, last: int) -> str:
    if kind is WEEKDAY and last == 0:
        return f"{first}-7"
    low = 1 if kind is WEEKDAY else kind.low
    return f"{_dashed(first, kind.high)},{_dashed(low, last)}"


def _dashed(first: int, last: int) -> str:
    return str(first) if first == last else f"{first}-{last}"


def _refuse(kind: FieldKind, text: str, problem: str, hint: str) -> NoReturn:
    raise CronError(problem, field=kind.name, text=text, hint=hint)
