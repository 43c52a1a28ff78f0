"""Where jobs stand in the order of their creation: a place far inside a million of them is near to a known one."""

import threading
import time
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import takewhile
from typing import Final

from sqlalchemy import BigInteger, Connection, bindparam, func, select, tuple_, type_coerce

from orchestrator.store.columns import number_of
from orchestrator.store.schema import jobs

STEP: Final = 5_000
"""Jobs between two known places: to walk along so many takes SQLite a third of a millisecond."""
PATIENCE_S: Final = 0.02
"""So long a question looks for more places; the next ones find the rest."""

Mark = tuple[int, int]
"""The moment of a job's creation, and its position."""
_created_at = type_coerce(jobs.c.created_at, BigInteger)
_at, _position, _step = (bindparam(name, type_=BigInteger) for name in ("at", "position", "step"))
_FROM = tuple_(_created_at, jobs.c.position) >= tuple_(_at, _position)
_COUNT = select(func.count()).select_from(jobs)
_LATER = _COUNT.where(_created_at > _at)
_AT_ONCE = _COUNT.where(_created_at == _at, jobs.c.position >= _position)
_ALONG = select(_created_at, jobs.c.position).order_by(jobs.c.created_at, jobs.c.position).limit(1)
_NEXT = _ALONG.where(_FROM).offset(_step)
_EARLIEST = select(jobs.c.position).order_by(jobs.c.created_at, jobs.c.position)
_LATEST = select(jobs.c.position).order_by(jobs.c.created_at.desc(), jobs.c.position.desc())


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """Some neighbours in the order of creation, of `total` jobs in all: from `first` on, at most `count`."""

    first: int
    count: int
    total: int


class JobPlaces:
    """Every so manieth job in the order of creation; exact as long as `touch` hears of each new job, and `forget` of
    each removal.

    Any number of threads may ask, each with a connection that sees one moment.
    """

    def __init__(self, step: int = STEP) -> None:
        self._step = step
        self._lock = threading.Lock()
        self._marks: list[Mark] = []
        """Of the first job, and of each `step` further on."""
        self._looking = False
        self._touched: int | None = None
        """The earliest moment that was touched since somebody began to look for more."""

    def touch(self, moments: Iterable[datetime]) -> None:
        """Jobs that were created at these moments have come, or may have: places behind them are not known any more."""
        earliest = min(map(number_of, moments), default=None)
        if earliest is None:
            return
        with self._lock:
            self._touched = earliest if self._touched is None else min(earliest, self._touched)
            if self._marks and self._marks[-1][0] > earliest:
                del self._marks[bisect_right(self._marks, earliest, key=lambda mark: mark[0]) :]

    def forget(self) -> None:
        """Jobs were removed."""
        with self._lock:
            self._touched = 0
            self._marks.clear()

    def total(self, connection: Connection) -> int:
        """How many jobs there are."""
        return self._counted(connection, self._known(connection))

    def positions(self, connection: Connection, stretch: Stretch) -> Sequence[int]:
        """The jobs of a stretch, earliest first, walked to from the nearest place that is known."""
        count = min(stretch.count, stretch.total - stretch.first)
        if count <= 0:
            return []
        behind = stretch.total - stretch.first - count
        with self._lock:
            marks = self._marks[: stretch.first // self._step + 1]
        before = stretch.first - self._step * max(0, len(marks) - 1)
        if behind < before:
            return connection.execute(_LATEST.offset(behind).limit(count)).scalars().all()[::-1]
        query = _EARLIEST.where(_FROM) if marks else _EARLIEST
        return connection.execute(query.offset(before).limit(count), _named(marks)).scalars().all()

    def _counted(self, connection: Connection, marks: Sequence[Mark]) -> int:
        if not marks:
            return connection.execute(_COUNT).scalar_one()
        # two questions, since SQLite answers them from the index, and has to look closer at both values together
        behind = sum(connection.execute(each, _named(marks)).scalar_one() for each in (_LATER, _AT_ONCE))
        return self._step * (len(marks) - 1) + behind

    def _known(self, connection: Connection) -> Sequence[Mark]:
        """The places that are known, and some more, which one thread at a time looks for."""
        with self._lock:
            marks, is_free = self._marks.copy(), not self._looking
            if not is_free:
                return marks
            self._looking, self._touched = True, None
        found: list[Mark] = []
        try:
            found = self._found(connection, marks)
        finally:
            self._keep(marks, found)
        return marks + found

    def _found(self, connection: Connection, marks: Sequence[Mark]) -> list[Mark]:
        until_s = time.monotonic() + PATIENCE_S
        found: list[Mark] = []
        while time.monotonic() < until_s:
            known = found or marks
            row = connection.execute(_NEXT if known else _ALONG, _named(known) | {"step": self._step}).first()
            if row is None:
                break
            found.append((row[0], row[1]))
        return found

    def _keep(self, marks: Sequence[Mark], found: Sequence[Mark]) -> None:
        """What was touched meanwhile is left out: the reader may have seen it as it was before."""
        with self._lock:
            touched = self._touched
            if self._marks == marks:
                self._marks += takewhile(lambda mark: touched is None or mark[0] <= touched, found)
            self._looking = False


def _named(marks: Sequence[Mark]) -> dict[str, int]:
    """The last of these jobs, as the questions name it."""
    return dict(zip(("at", "position"), marks[-1], strict=True)) if marks else {}
