"""The links that every submission passes, from the outermost to the store.

    count -> log -> installed packages' links (by name) -> validate -> deduplicate -> limit -> the committed row

People's submits, schedules and triggers pass them alike. A link gets the submission and the rest of the chain; it
may change the submission, look at the answer, refuse by raising, or answer itself without calling the rest.
"""

import logging
from collections import Counter, deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from orchestrator.contract.pipeline import Handler, Middleware, Pipeline
from orchestrator.contract.variables import check_variables
from orchestrator.domain.job import Job
from orchestrator.domain.metrics import percentile
from orchestrator.engine.clock import Clock
from orchestrator.engine.errors import ConflictError, InvalidRequestError
from orchestrator.engine.live_settings import LiveSettings
from orchestrator.engine.submission import Submission
from orchestrator.log_lines import pairs

logger = logging.getLogger(__name__)

Accepted = tuple[Job, bool]
"""The job, and whether it is new."""
SubmissionPipeline = Pipeline[Submission, Accepted]
SubmissionMiddleware = Middleware[Submission, Accepted]
DURATIONS_KEPT = 1_000


class QueueLimit:
    """Refuses jobs when too many are waiting: a bound on memory, and a sign that robots are missing."""

    def __init__(self, waiting: Callable[[], int], live: LiveSettings) -> None:
        self._waiting = waiting
        self._live = live

    async def __call__(self, work: Submission, rest: Handler[Submission, Accepted]) -> Accepted:
        if not self.room():
            raise self.refusal()
        return await rest(work)

    def room(self) -> int:
        """How many more jobs may wait."""
        return max(0, self._live.values.max_queued - self._waiting())

    def refusal(self) -> ConflictError:
        """What those are told who find no room."""
        limit = self._live.values.max_queued
        return ConflictError(f"{limit:,} jobs are waiting; no more are taken until some have run.")


async def log_submission(work: Submission, rest: Handler[Submission, Accepted]) -> Accepted:
    """One line for each job that came in."""
    job, is_new = await rest(work)
    tell_submission(work, job, is_new)
    return job, is_new


def tell_submission(work: Submission, job: Job, is_new: bool) -> None:
    """The line."""
    if logger.isEnabledFor(logging.INFO):
        status = job.status.value if is_new else "known"
        steps = len(work.version.definition.steps)
        facts = {"Workflow": job.workflow_name, "JobID": job.job_id, "Steps": steps, "Actor": work.actor}
        logger.info("%s", pairs(Action="submit", Status=status, **facts, TraceID=work.trace_id))


async def validate_submission(work: Submission, rest: Handler[Submission, Accepted]) -> Accepted:
    """What outer links made of the submission must still be a job of its workflow.

    `SubmissionDesk.prepare` has checked the request already, so an unchanged job is not checked twice.
    """
    definition = work.version.definition
    if not definition.name.strip() or not definition.steps:
        raise InvalidRequestError("A workflow needs a name and at least one step.", field="workflow")
    if work.job.variables is not work.checked_variables:
        check_variables(definition, work.job.variables)
    return await rest(work)


@dataclass(frozen=True, slots=True, kw_only=True)
class SubmissionFigures:
    """What came in since the start."""

    started: int
    accepted: int
    known: int
    refused: int
    by_error: dict[str, int]
    """Refusals by the kind of error."""
    median_s: float | None
    p95_s: float | None
    """From the request to the durable row, of the newest 1,000."""


class SubmissionCounter:
    """Counts and times what came in, what was known already, and what was refused and why."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._errors: Counter[str] = Counter()
        self._durations: deque[float] = deque(maxlen=DURATIONS_KEPT)
        self._under_way = 0
        self.counts: Counter[str] = Counter()

    async def __call__(self, work: Submission, rest: Handler[Submission, Accepted]) -> Accepted:
        started_s = self._clock.monotonic()
        self._under_way += 1
        try:
            outcome = await rest(work)
        except Exception as error:  # whatever it was, it is counted and goes on to whoever asked
            self.note(error, started_s)
            raise
        finally:
            self._under_way -= 1
        self.note(outcome, started_s)
        return outcome

    def note(self, outcome: Accepted | Exception, started_s: float) -> None:
        """What became of one that began then."""
        if isinstance(outcome, Exception):
            self.counts["refused"] += 1
            self._errors[type(outcome).__name__] += 1
            return
        self.counts["accepted" if outcome[1] else "known"] += 1
        self._durations.append(self._clock.monotonic() - started_s)

    def figures(self) -> SubmissionFigures:
        """The counts, and how long acceptances took."""
        durations = list(self._durations)
        return SubmissionFigures(
            started=self._under_way + sum(self.counts.values()),
            accepted=self.counts["accepted"],
            known=self.counts["known"],
            refused=self.counts["refused"],
            by_error=dict(self._errors),
            median_s=percentile(durations, 0.5) if durations else None,
            p95_s=percentile(durations, 0.95) if durations else None,
        )


def submission_pipeline(
    *,
    counter: SubmissionCounter,
    installed: Sequence[SubmissionMiddleware],
    deduplicate: SubmissionMiddleware,
    limit: QueueLimit,
    seal: SubmissionMiddleware,
) -> SubmissionPipeline:
    """The links in the order that stands at the top of this file."""
    pipeline = SubmissionPipeline().use(counter).use(log_submission)
    for link in installed:
        pipeline.use(link)
    return pipeline.use(validate_submission).use(deduplicate).use(limit).use(seal)
