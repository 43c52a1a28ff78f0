"""The stretch of time that the chart shows, as a value: zoomed, moved and laid on pixels; seconds since 1970."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from PySide6.QtCore import QLocale

from orchestrator.console.words import locale

LEAST_S, MOST_S = 10.0, 400 * 86_400.0
_STEPS_S = (
    1, 2, 5, 10, 30, 60, 120, 300, 600, 900, 1_800, 3_600, 7_200, 10_800, 21_600, 43_200, 86_400, 172_800, 604_800,
    1_209_600, 2_592_000, 7_776_000,
)  # fmt: skip
_DAY = 86_400


@dataclass(frozen=True, slots=True)
class Span:
    """From `begin` to `end`."""

    begin: float
    end: float

    @property
    def length_s(self) -> float:
        """How much time it is."""
        return self.end - self.begin

    @property
    def since(self) -> datetime:
        """Where it begins."""
        return datetime.fromtimestamp(self.begin, UTC)

    @property
    def until(self) -> datetime:
        """Where it ends."""
        return datetime.fromtimestamp(self.end, UTC)

    def zoomed(self, factor: float, around: float) -> "Span":
        """Shorter (factor below 1) or longer, while the moment `around` stays where it is."""
        length = min(max(self.length_s * factor, LEAST_S), MOST_S)
        share = min(max((around - self.begin) / self.length_s, 0.0), 1.0)
        begin = around - share * length
        return Span(begin, begin + length)

    def moved(self, seconds: float) -> "Span":
        """Later, or earlier for a negative number."""
        return Span(self.begin + seconds, self.end + seconds)

    def ending(self, end: float) -> "Span":
        """As long as it is, up to another moment."""
        return Span(end - self.length_s, end)

    def holds(self, at: float) -> bool:
        """True for a moment inside."""
        return self.begin <= at <= self.end


def ticks(span: Span, most: int) -> Iterator[tuple[float, str]]:
    """Round moments on this machine's clock with their words, at most about `most` of them."""
    step = next((each for each in _STEPS_S if span.length_s / each <= most), _STEPS_S[-1])
    offset = _offset_s(span.begin)
    at = ((span.begin + offset) // step + 1) * step - offset
    while at < span.end:
        yield at, _words(at, step)
        at += step


def day_words(here: datetime) -> str:
    """`Mon 2 Mar`, in the user's language."""
    short = QLocale.FormatType.ShortFormat
    day, month = locale().dayName(here.isoweekday(), short), locale().monthName(here.month, short)
    return f"{day} {here.day} {month}"


def _offset_s(at: float) -> float:
    offset = datetime.fromtimestamp(at, UTC).astimezone().utcoffset()
    return offset.total_seconds() if offset is not None else 0.0


def _words(at: float, step: int) -> str:
    here = datetime.fromtimestamp(at, UTC).astimezone()
    if step >= _DAY or (here.hour, here.minute, here.second) == (0, 0, 0):
        return day_words(here)
    return f"{here:%H:%M:%S}" if step < 60 else f"{here:%H:%M}"
