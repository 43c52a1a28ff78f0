"""Orders of waiting jobs, in memory: what goes next for whom, and what is due when.

Jobs are grouped by the shape of their requirements. Whether a robot could take a job depends on the shape alone, so a
shape without a robot is stepped over once, however many jobs stand in it; inside a shape a heap gives the next one.
"""

import heapq
from bisect import bisect_left, insort
from collections import defaultdict
from collections.abc import Callable, Iterator
from datetime import datetime

from orchestrator.contract.ids import JobId
from orchestrator.domain.job import Job, Requirements

Place = tuple[int, int, JobId]
"""Sorts the queue: urgency (negative rank), then order of acceptance."""


def place_of(job: Job) -> Place:
    """Where a job stands in the queue."""
    return (-job.priority.rank, job.position, job.job_id)


class QueuedJobs:
    """The QUEUED jobs, by shape and place; no question and no change looks at each of them."""

    def __init__(self) -> None:
        self._shapes: dict[Requirements, list[Place]] = {}
        self._places: dict[JobId, tuple[Requirements, Place]] = {}
        self._positions: defaultdict[int, list[int]] = defaultdict(list)
        """By urgency, in order; what is new goes to the end, what is next leaves at the beginning."""

    def __len__(self) -> int:
        return len(self._places)

    def __contains__(self, job_id: JobId) -> bool:
        return job_id in self._places

    def add(self, job: Job) -> None:
        """Put a job into its place; it stands only once."""
        place = place_of(job)
        if self._places.get(job.job_id) == (job.requirements, place):
            return
        self.remove(job.job_id)
        self._places[job.job_id] = (job.requirements, place)
        insort(self._positions[place[0]], place[1])
        heapq.heappush(self._shapes.setdefault(job.requirements, []), place)

    def remove(self, job_id: JobId) -> None:
        """Take a job out, if it is there; its entry in the heap is skipped when it comes up."""
        known = self._places.pop(job_id, None)
        if known is not None:
            urgency, position, _ = known[1]
            positions = self._positions[urgency]
            del positions[bisect_left(positions, position)]

    def first(self, can_run: Callable[[Requirements], bool] | None = None) -> JobId | None:
        """The next job; with `can_run`, the next whose shape passes."""
        for shape, place in self._fronts():
            if can_run is None or can_run(shape):
                return place[2]
        return None

    def ahead_of(self, job: Job) -> int:
        """How many queued jobs go before it."""
        mine, position, _ = place_of(job)
        more_urgent = sum(len(each) for urgency, each in self._positions.items() if urgency < mine)
        return more_urgent + bisect_left(self._positions[mine], position)

    def _fronts(self) -> Iterator[tuple[Requirements, Place]]:
        fronts = [(place, shape) for shape in tuple(self._shapes) if (place := self._front(shape)) is not None]
        fronts.sort(key=lambda front: front[0])
        return ((shape, place) for place, shape in fronts)

    def _front(self, shape: Requirements) -> Place | None:
        heap = self._shapes[shape]
        while heap:
            if self._places.get(heap[0][2]) == (shape, heap[0]):
                return heap[0]
            heapq.heappop(heap)
        del self._shapes[shape]
        return None


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
