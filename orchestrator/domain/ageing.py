"""The order of waiting jobs: urgency, and how it grows with waiting.

A job's effective rank is `rank + waited / step`: after one step a NORMAL job stands where a HIGH one began. Since every
rank grows at the same pace, which of two jobs goes first never changes while they wait: comparing the effective ranks
is comparing `queued_at - rank * step`. So a place is fixed when a job is queued, and nothing is ever sorted anew.
"""

from orchestrator.contract.ids import JobId
from orchestrator.contract.states import JobPriority
from orchestrator.domain.job import Job

Place = tuple[int, float, int, JobId]
"""Sorts the queue: what is never overtaken first, then urgency, then order of acceptance."""


def place_of(job: Job, ageing_s: float = 0.0) -> Place:
    """Where a job stands in the queue; `ageing_s` seconds of waiting raise it by one rank, 0 leaves it where it is.

    CRITICAL jobs stay before all others and in the order of their acceptance.
    """
    rank = job.priority.rank
    if job.priority is JobPriority.CRITICAL or ageing_s <= 0:
        return (-rank, 0.0, job.position, job.job_id)
    since_s = (job.queued_at or job.created_at).timestamp()
    return (0, since_s - rank * ageing_s, job.position, job.job_id)


def effective_rank(priority: JobPriority, waited_s: float, ageing_s: float) -> float:
    """The rank that waiting has given a job by now: 0 is a fresh LOW one, 2 a fresh HIGH one.

    Nobody reaches CRITICAL by waiting: it is another class, whatever the number says.
    """
    if priority is JobPriority.CRITICAL or ageing_s <= 0:
        return float(priority.rank)
    return priority.rank + max(0.0, waited_s) / ageing_s
