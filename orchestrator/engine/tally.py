"""Counts since the start, for those who watch over time: jobs by their ends, and how long they ran."""

from bisect import bisect_left
from collections import Counter

from orchestrator.contract.states import JobStatus
from orchestrator.domain.events import JobChanged
from orchestrator.engine.bus import EventBus

BUCKETS_S = (0.1, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 300.0, 900.0, 3_600.0)
"""Upper bounds of the duration's buckets; what is longer falls into the last one."""
_DISPATCHED = JobStatus.DISPATCHED
"""Found once: this is asked for each move of each job."""


class Tally:
    """A few additions for each job, and nothing else."""

    def __init__(self, bus: EventBus) -> None:
        self.accepted = 0
        self.attempts = 0
        self.ended: Counter[JobStatus] = Counter()
        self.durations = [0] * (len(BUCKETS_S) + 1)
        self.total_s = 0.0
        """Of all durations together."""
        bus.subscribe(JobChanged, self._on_job)

    def _on_job(self, event: JobChanged) -> None:
        job = event.job
        if event.before is None:
            self.accepted += 1
        elif event.before is _DISPATCHED:
            self.attempts += job.started_at is not None  # it may have ended before its start was recorded
        if job.finished_at is not None and job.status.has_ended:
            self.ended[job.status] += 1
            if job.started_at is not None:
                seconds = (job.finished_at - job.started_at).total_seconds()
                self.durations[bisect_left(BUCKETS_S, seconds)] += 1
                self.total_s += seconds
