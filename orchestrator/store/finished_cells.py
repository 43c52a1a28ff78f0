"""Ended jobs counted by second and by minute: figures over a long past cost no more than what has changed since."""

import threading
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Final

from sqlalchemy import BigInteger, ColumnElement, Connection, func, select, type_coerce

from orchestrator.contract.states import JobStatus
from orchestrator.engine.ports.figures import FinishedBucket
from orchestrator.store.columns import number_of
from orchestrator.store.schema import jobs, results

SECOND: Final = 1_000_000
MINUTE: Final = 60 * SECOND
FINE: Final = 120 * MINUTE
"""How far back single seconds are kept: the charts of a short window have bars shorter than a minute."""
MOST_MINUTES: Final = 9 * 24 * 60
MOST_UNSETTLED: Final = 10 * MINUTE
MOST_ADDED: Final = 24 * 60 * MINUTE
"""After a longer rest all jobs are counted anew."""
MANY_TIMES: Final = 256
"""Of so many different execution times in a minute, two digits are kept instead of three."""
ROWS: Final = 5_000
"""So many are fetched at a time."""

_FAILED = (JobStatus.FAILED, JobStatus.TIMEOUT, JobStatus.DEAD_LETTER)
_AT = type_coerce(jobs.c.finished_at, BigInteger)


@dataclass(slots=True)
class Cell:
    """Ended jobs of some stretch of time."""

    statuses: Counter[str] = field(default_factory=Counter)
    times: Counter[float] = field(default_factory=Counter)
    """Execution times in seconds, to three digits."""
    sum_s: float = 0.0

    def add(self, status: str, execution_s: float | None) -> None:
        """One more job."""
        self.statuses[status] += 1
        if execution_s is not None:
            self.times[float(f"{execution_s:.3g}")] += 1
            self.sum_s += execution_s

    def join(self, other: "Cell") -> None:
        """The jobs of another stretch, too."""
        for status, count in other.statuses.items():  # a counter's own update takes ten times as long for so few
            self.statuses[status] += count
        for time_s, count in other.times.items():
            self.times[time_s] += count
        self.sum_s += other.sum_s

    def thinned(self) -> "Cell":
        """This, with a bounded number of different times."""
        if len(self.times) > MANY_TIMES:
            fewer: Counter[float] = Counter()
            for time_s, count in self.times.items():
                fewer[float(f"{time_s:.2g}")] += count
            self.times = fewer
        return self

    def bucket(self, starts_at: datetime) -> FinishedBucket:
        """As the port tells it."""
        count = self.times.total()
        return FinishedBucket(
            starts_at=starts_at,
            completed=self.statuses[JobStatus.COMPLETED],
            failed=sum(self.statuses[status] for status in _FAILED),
            cancelled=self.statuses[JobStatus.CANCELLED],
            average_execution_s=self.sum_s / count if count else None,
            p95_execution_s=self._ranked(min(count - 1, int(count * 0.95))) if count else None,
        )

    def _ranked(self, rank: int) -> float:
        passed = 0
        for time_s in sorted(self.times):
            passed += self.times[time_s]
            if passed > rank:
                break
        return time_s


_NOTHING = Cell()


class FinishedCells:
    """What was read is kept until a job that ended then is saved again; `touch` has to be told of each of those.

    Questions come one after the other, on any thread, with a connection that sees one moment; `touch` may come
    meanwhile. Jobs that retention removes stay counted as ended until the next start. Execution times are told to
    three digits.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._seconds: dict[int, Cell] = {}
        self._minutes: dict[int, Cell] = {}
        self._touched: set[int] | None = None
        """Seconds that changed since the present question began; None while none is asked."""
        self._newest = 0
        self._settled: Counter[str] | None = None
        """All jobs that ended before `_mark`."""
        self._mark = 0

    def touch(self, moments: Iterable[datetime]) -> None:
        """Jobs that ended at these moments have changed, or may have."""
        numbers = [number_of(each) for each in moments]
        with self._lock:
            for number in numbers:
                self._seconds.pop(number - number % SECOND, None)
                self._minutes.pop(number - number % MINUTE, None)
                self._doubt(number)

    def forget_totals(self) -> None:
        """Old jobs were removed: count all of them anew."""
        with self._lock:
            self._doubt(0)

    def _doubt(self, number: int) -> None:
        if self._touched is not None:
            self._touched.add(number - number % SECOND)
        if number < self._mark:
            self._settled = None

    @contextmanager
    def _question(self) -> Iterator[None]:
        """What is touched while something is read is not kept: the reader may have seen it as it was before."""
        with self._lock:
            self._touched = set()
        try:
            yield
        finally:
            with self._lock:
                self._touched = None
                self._let_go()

    def _let_go(self) -> None:
        """Of what is too old to be asked for often."""
        for old in [each for each in self._seconds if each < self._fine_from]:
            del self._seconds[old]
        for old in sorted(self._minutes)[:-MOST_MINUTES]:
            del self._minutes[old]

    def buckets(
        self, connection: Connection, since: datetime, until: datetime, bucket_s: float
    ) -> Sequence[FinishedBucket]:
        """Ended jobs per stretch of `bucket_s` seconds, oldest first, empty stretches included."""
        length = timedelta(seconds=bucket_s)
        count = max(1, -(-(until - since) // length))
        starts = [since + place * length for place in range(count)]
        edges = [*map(number_of, starts), number_of(until)]
        with self._question():
            self._look(connection, edges[0], edges[-1])
            sums = [self._sum(connection, *each) for each in pairwise(edges)]
        return [each.bucket(starts_at) for each, starts_at in zip(sums, starts, strict=True)]

    def by_status(self, connection: Connection) -> Mapping[JobStatus, int]:
        """How many jobs stand in each status; statuses without a job are left out."""
        with self._question():
            newest: int = connection.execute(select(func.max(_AT))).scalar() or 0
            settled, mark = self._settled, self._mark
            total = _counted(connection, jobs.c.finished_at.is_(None))
            if settled is None or newest - mark > MOST_ADDED:
                ended = _counted(connection) - total
                self._settle(connection, ended, newest)
                total += ended
            else:
                self._look(connection, mark, newest + SECOND)
                total += settled + self._sum(connection, mark, newest + SECOND).statuses
                self._move_on(connection, newest)
        return {JobStatus(status): count for status, count in total.items()}

    def _settle(self, connection: Connection, ended: Counter[str], newest: int) -> None:
        """Remember what has ended, but for the newest minutes, which are read with the same eyes."""
        if not newest:
            return  # nothing has ended yet
        mark = _mark_before(newest)
        recent = _read(connection, mark, newest + 1, _as_one).get(0, _NOTHING)
        self._remember(ended - recent.statuses, mark)

    def _move_on(self, connection: Connection, newest: int) -> None:
        """Let what changes no more be part of what is settled."""
        mark, settled = _mark_before(newest), self._settled
        if settled is not None and mark - self._mark >= MOST_UNSETTLED:
            self._remember(settled + self._sum(connection, self._mark, mark).statuses, mark)

    def _remember(self, settled: Counter[str], mark: int) -> None:
        with self._lock:
            if not any(second < mark for second in self._touched or ()):
                self._settled, self._mark = settled, mark

    def _look(self, connection: Connection, start: int, end: int) -> None:
        """Read what is not known of a stretch, in as few questions as possible."""
        self._newest = max(self._newest, end)
        with self._lock:
            seconds, minutes = self._missing(start, end)
        for run in _runs(minutes, MINUTE):
            self._keep(_read(connection, *run, _minute_of), self._minutes, run, MINUTE)
        for run in _runs(seconds, SECOND):
            self._keep(_read(connection, *run, _second_of), self._seconds, run, SECOND)

    @property
    def _fine_from(self) -> int:
        return self._newest - self._newest % MINUTE - FINE

    def _missing(self, start: int, end: int) -> tuple[list[int], list[int]]:
        seconds: list[int] = []
        minutes: list[int] = []
        for at, stop in self._stretches(start, end):
            if stop - at == MINUTE and at not in self._minutes:
                if at < self._fine_from:
                    minutes.append(at)
                else:
                    seconds += [each for each in range(at, stop, SECOND) if each not in self._seconds]
            elif stop - at == SECOND and at not in self._seconds:
                seconds.append(at)
        return seconds, minutes

    def _keep(self, found: Mapping[int, Cell], kept: dict[int, Cell], run: tuple[int, int], length: int) -> None:
        with self._lock:
            touched = {each - each % length for each in self._touched or ()}
            for at in range(*run, length):
                if at not in touched:
                    kept[at] = found.get(at, _NOTHING).thinned()

    def _sum(self, connection: Connection, start: int, end: int) -> Cell:
        whole = Cell()
        for at, stop in self._stretches(start, end):
            whole.join(self._cell(at, stop - at) or _read(connection, at, stop, _as_one).get(0, _NOTHING))
        return whole

    def _cell(self, at: int, length: int) -> Cell | None:
        with self._lock:
            if length == MINUTE:
                return self._minutes.get(at) or self._minute_of_seconds(at)
            return self._seconds.get(at) if length == SECOND else None

    def _minute_of_seconds(self, at: int) -> Cell | None:
        seconds = [self._seconds.get(each) for each in range(at, at + MINUTE, SECOND)]
        whole = Cell()
        for each in seconds:
            if each is None:
                return None
            whole.join(each)
        self._minutes[at] = whole.thinned()
        return whole

    def _stretches(self, start: int, end: int) -> Iterator[tuple[int, int]]:
        """Whole minutes; beside them whole seconds, of late; and what is left at both ends."""
        at = start
        while at < end:
            length = SECOND if at >= self._fine_from else MINUTE
            if at % MINUTE == 0 and at + MINUTE <= end:
                length = MINUTE
            stop = min(end, at - at % length + length)
            yield at, stop
            at = stop


def _counted(connection: Connection, *conditions: ColumnElement[bool]) -> Counter[str]:
    found: Counter[str] = Counter()
    query = select(jobs.c.status, func.count()).where(*conditions).group_by(jobs.c.status)
    for status, count in connection.execute(query):
        found[status] = count
    return found


def _read(connection: Connection, start: int, end: int, key: Callable[[int], int]) -> dict[int, Cell]:
    """The jobs that ended in a stretch, by the key of the moment."""
    query = (
        select(_AT, jobs.c.status, results.c.execution_time_s)
        .outerjoin(results, (results.c.job_id == jobs.c.job_id) & (results.c.attempt == jobs.c.attempt))
        .where(_AT.between(start, end - 1))
        .execution_options(yield_per=ROWS)
    )
    cells: defaultdict[int, Cell] = defaultdict(Cell)
    for at, status, execution_s in connection.execute(query):
        cells[key(at)].add(status, execution_s)
    return cells


def _runs(places: Sequence[int], length: int) -> Iterator[tuple[int, int]]:
    """Neighbours together: where each run starts and ends."""
    start: int | None = None
    for at, following in pairwise([*places, None]):
        assert at is not None
        start = at if start is None else start
        if following != at + length:
            yield start, at + length
            start = None


def _mark_before(newest: int) -> int:
    """At least a minute before, since results that come at the same time are not recorded in the order of theirs."""
    return _minute_of(newest) - MINUTE


def _second_of(at: int) -> int:
    return at - at % SECOND


def _minute_of(at: int) -> int:
    return at - at % MINUTE


def _as_one(at: int) -> int:  # noqa: ARG001  as the others
    return 0
