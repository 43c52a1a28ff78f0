"""Orders of waiting jobs, in memory: what goes next for whom, and what is due when.

Jobs are grouped by the shape of their requirements. Whether a robot could take a job depends on the shape alone, so a
shape without a robot is stepped over once, however many jobs stand in it; inside a shape a heap gives the next one.
"""

import heapq
from bisect import bisect_left, insort
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from datetime import datetime
from itertools import islice
from operator import itemgetter

from orchestrator.contract.ids import JobId
from orchestrator.contract.states import JobPriority
from orchestrator.domain.ageing import Place, place_of
from orchestrator.domain.job import Job, Requirements

FEW = 64
"""Entries that a heap may hold for nothing."""


class QueuedJobs:
    """The QUEUED jobs, by shape and place; no question and no change looks at each of them."""

    def __init__(self, *, ageing_s: float = 0.0) -> None:
        self._ageing_s = ageing_s
        self._shapes: dict[Requirements, list[Place]] = {}
        self._places: dict[JobId, tuple[Requirements, Place, JobPriority]] = {}
        self._ranks: defaultdict[JobPriority, list[Place]] = defaultdict(list)
        """By priority, in order; what is new goes to the end, what is next leaves at the beginning."""
        self._aside: set[JobId] = set()
        """Jobs that keep their place but are not to be taken now."""
        self._stale: Counter[Requirements] = Counter()
        """Entries of set-aside jobs that each heap still holds, at most."""

    def __len__(self) -> int:
        return len(self._places)

    def __contains__(self, job_id: JobId) -> bool:
        return job_id in self._places

    def add(self, job: Job) -> None:
        """Put a job into its place, where it may be taken; it stands only once."""
        place = place_of(job, self._ageing_s)
        entry = (job.requirements, place, job.priority)
        if self._places.get(job.job_id) == entry:
            self.bring_back(job.job_id)
            return
        self.remove(job.job_id)
        self._places[job.job_id] = entry
        insort(self._ranks[job.priority], place)
        heapq.heappush(self._shapes.setdefault(job.requirements, []), place)

    def remove(self, job_id: JobId) -> None:
        """Take a job out, if it is there; its entry in the heap is skipped when it comes up."""
        known = self._places.pop(job_id, None)
        if known is not None:
            self._aside.discard(job_id)
            ranked = self._ranks[known[2]]
            del ranked[bisect_left(ranked, known[1])]

    def set_aside(self, job_id: JobId) -> None:
        """Pass a job over until `bring_back`; it still counts among those that wait, in its place."""
        known = self._places.get(job_id)
        if known is not None and job_id not in self._aside:
            self._aside.add(job_id)
            self._stale[known[0]] += 1
            self._clear(known[0])

    def bring_back(self, job_id: JobId) -> None:
        """Let a job be taken again that was set aside."""
        known = self._places.get(job_id)
        if known is not None and job_id in self._aside:
            self._aside.discard(job_id)
            heapq.heappush(self._shapes.setdefault(known[0], []), known[1])

    def first(self, can_run: Callable[[Requirements], bool] | None = None) -> JobId | None:
        """The next job; with `can_run`, the next whose shape passes."""
        for shape, place in self._fronts():
            if can_run is None or can_run(shape):
                return place[-1]
        return None

    def ahead_of(self, job: Job) -> int:
        """How many queued jobs go before it."""
        mine = place_of(job, self._ageing_s)
        return sum(bisect_left(ranked, mine) for ranked in self._ranks.values())

    def in_order(self, limit: int) -> list[JobId]:
        """The jobs that stand first, whether they may be taken now or not."""
        return [place[-1] for place in islice(heapq.merge(*self._ranks.values()), limit)]

    def _fronts(self) -> Iterable[tuple[Requirements, Place]]:
        fronts = [(place, shape) for shape in tuple(self._shapes) if (place := self._front(shape)) is not None]
        if len(fronts) > 1:
            fronts.sort(key=itemgetter(0))
        return [(shape, place) for place, shape in fronts]

    def _front(self, shape: Requirements) -> Place | None:
        heap = self._shapes[shape]
        while heap:
            if self._stands(shape, heap[0]):
                return heap[0]
            heapq.heappop(heap)
        del self._shapes[shape]
        self._stale.pop(shape, None)
        return None

    def _clear(self, shape: Requirements) -> None:
        """Throw set-aside jobs out of a heap that holds little else, so that nobody steps over thousands at once."""
        heap = self._shapes.get(shape, [])
        if self._stale[shape] > FEW and 2 * self._stale[shape] > len(heap):
            heap[:] = [place for place in heap if self._stands(shape, place)]
            heapq.heapify(heap)
            self._stale[shape] = 0

    def _stands(self, shape: Requirements, place: Place) -> bool:
        known = self._places.get(place[-1])
        return known is not None and known[:2] == (shape, place) and place[-1] not in self._aside


class DueJobs:
    """The PENDING jobs by the time at which they become due."""

    def __init__(self) -> None:
        self._heap: list[tuple[datetime, JobId]] = []
        self._due: dict[JobId, datetime] = {}

    def __len__(self) -> int:
        return len(self._due)

    def add(self, job_id: JobId, due_at: datetime) -> None:
        """Note when a job is due, instead of an earlier note."""
        self._due[job_id] = due_at
        heapq.heappush(self._heap, (due_at, job_id))

    def remove(self, job_id: JobId) -> None:
        """Forget a job."""
        self._due.pop(job_id, None)

    def next_at(self) -> datetime | None:
        """When the next job is due."""
        while self._heap and self._due.get(self._heap[0][1]) != self._heap[0][0]:
            heapq.heappop(self._heap)
        return self._heap[0][0] if self._heap else None

    def due(self, now: datetime) -> list[JobId]:
        """The jobs that are due; they stay noted until they are removed."""
        return [job_id for job_id, due_at in self._due.items() if due_at <= now] if self._is_due(now) else []

    def _is_due(self, now: datetime) -> bool:
        due_at = self.next_at()
        return due_at is not None and due_at <= now
