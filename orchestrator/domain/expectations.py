"""Whether a run that completed is suspect: what its robot doubts, and a duration far from the usual."""

from orchestrator.contract.results import JobResult
from orchestrator.domain.job import Job

MAX_SUSPICION = 2_000


def suspicion_of(job: Job, result: JobResult, usual_s: float | None) -> str | None:
    """Why the result is suspect, in sentences; None when it is not.

    `usual_s` is how long runs of the workflow take, None while nobody knows. A run that went on from a checkpoint is
    not compared: its robot measured only the rest.
    """
    if not result.doubts and not result.usual:
        return None
    found = [each.message if each.step_id is None else f"{each.step_id}: {each.message}" for each in result.doubts]
    if usual_s is not None and job.resume_from is None:
        found += filter(None, (each.doubt(result.execution_time_s, usual_s) for each in result.usual))
    return " ".join(found)[:MAX_SUSPICION] or None
