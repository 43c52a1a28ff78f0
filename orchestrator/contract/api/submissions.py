"""Many jobs asked for at once: each accepted or refused by itself."""

from pydantic import Field

from orchestrator.contract.api.common import ErrorBody, Request, View
from orchestrator.contract.api.jobs import SubmitRequest
from orchestrator.contract.states import JobStatus

MOST_AT_ONCE = 1_000


class SubmitItem(SubmitRequest):
    """One of many jobs."""

    idempotency_key: str | None = Field(default=None, min_length=1, max_length=200)
    """A repeat with the same key gives the first job again."""


class SubmitManyRequest(Request):
    """`POST /jobs/batch`. What cannot be read is refused as a whole; what can be read is accepted or refused each."""

    jobs: tuple[SubmitItem, ...] = Field(min_length=1, max_length=MOST_AT_ONCE)


class SubmitOutcome(View):
    """What became of one of them: a job that is durable, or the reason why there is none."""

    job_id: str | None = None
    status: JobStatus | None = None
    error: ErrorBody | None = None


class SubmitManyView(View):
    """One outcome for each job that was asked for, in order."""

    items: tuple[SubmitOutcome, ...]
    accepted: int
    refused: int
