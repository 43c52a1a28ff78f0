"""What a table's columns are: title, value, kind, width, words and tooltips."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import Enum, auto
from typing import Generic, TypeVar

from PySide6.QtCore import Qt

from orchestrator.console.formatting import NOTHING, exact_time, percent, relative_time
from orchestrator.console.theme.status import StatusSpec

Row = TypeVar("Row")


class CellKind(Enum):
    """How a cell is painted; what `value` gives for each is beside it."""

    TEXT = auto()  # str
    MONO = auto()  # str
    NUMBER = auto()  # str, already formatted
    STATUS = auto()  # StatusSpec
    PROGRESS = auto()  # Progress
    TIME = auto()  # datetime | None, aware


@dataclass(frozen=True, slots=True)
class Progress:
    """A share 0..1 (None: unknown, no bar) and the words beside the bar, such as the current step."""

    fraction: float | None
    text: str = ""


CellValue = str | StatusSpec | Progress | datetime | None


# No slots: on CPython 3.11 a frozen, slotted, generic dataclass cannot be made as `ColumnSpec[Job](...)`.
@dataclass(frozen=True, kw_only=True)
class ColumnSpec(Generic[Row]):
    """One column: `value` reads a row, `tooltip` may say more, `sort_key` names it to the row source.

    Where a table is too narrow, the column with the highest `spare` hides first; 0 stays. The one that `stretches`
    takes the room that is left, and is never narrower than `width`. What `ages` says something else by and by, though
    its row stays the same; every time does.
    """

    key: str
    title: str
    value: Callable[[Row], CellValue]
    kind: CellKind = CellKind.TEXT
    width: int = 120
    tooltip: Callable[[Row], str] | None = None
    sort_key: str = ""
    hidden: bool = False
    muted: bool = False
    spare: int = 0
    stretches: bool = False
    ages: bool = False

    @property
    def is_ageing(self) -> bool:
        """True when its cells have to be painted anew now and then."""
        return self.ages or self.kind is CellKind.TIME

    @property
    def alignment(self) -> Qt.AlignmentFlag:
        """Numbers stand right, everything else left."""
        side = Qt.AlignmentFlag.AlignRight if self.kind is CellKind.NUMBER else Qt.AlignmentFlag.AlignLeft
        return side | Qt.AlignmentFlag.AlignVCenter


def cell_text(value: CellValue, now: datetime) -> str:
    """The words of a cell: what it shows, what copying it gives, what a screen reader says."""
    match value:
        case None:
            return NOTHING
        case str():
            return value
        case StatusSpec():
            return value.label
        case datetime():
            return relative_time(value, now)
        case Progress():
            return f"{percent(value.fraction)} {value.text}".strip() if value.fraction is not None else value.text


def cell_tooltip(value: CellValue) -> str:
    """What the pointer shows when the column says nothing itself: the exact time, the whole text."""
    if isinstance(value, datetime):
        return exact_time(value)
    if isinstance(value, Progress):
        return value.text
    return value if isinstance(value, str) else ""
