"""The links that every submission passes: refuse what cannot be taken now, log, count."""

import logging
from collections import Counter
from collections.abc import Callable

from orchestrator.contract.pipeline import Handler, Pipeline
from orchestrator.domain.job import Job
from orchestrator.engine.errors import ConflictError
from orchestrator.engine.submission import Submission

logger = logging.getLogger(__name__)

Accepted = tuple[Job, bool]
"""The job, and whether it is new."""
SubmissionPipeline = Pipeline[Submission, Accepted]


class QueueLimit:
    """Refuses jobs when too many are waiting: a bound on memory, and a sign that robots are missing."""

    def __init__(self, waiting: Callable[[], int], limit: int) -> None:
        self._waiting = waiting
        self._limit = limit

    async def __call__(self, work: Submission, rest: Handler[Submission, Accepted]) -> Accepted:
        if self._waiting() >= self._limit:
            raise ConflictError(f"{self._limit:,} jobs are waiting; no more are taken until some have run.")
        return await rest(work)


async def log_submission(work: Submission, rest: Handler[Submission, Accepted]) -> Accepted:
    """One line for each job that came in."""
    job, is_new = await rest(work)
    logger.info(
        "Action=submit Status=%s Workflow=%s JobID=%s Actor=%s",
        job.status.value if is_new else "known", job.workflow_name, job.job_id, work.actor,
    )  # fmt: skip
    return job, is_new


class SubmissionCounter:
    """Counts what came in, what was known already, and what was refused."""

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()

    async def __call__(self, work: Submission, rest: Handler[Submission, Accepted]) -> Accepted:
        try:
            job, is_new = await rest(work)
        except Exception:
            self.counts["refused"] += 1
            raise
        self.counts["accepted" if is_new else "known"] += 1
        return job, is_new
