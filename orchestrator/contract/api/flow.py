"""Limits of concurrency keys, breakers, and the order of waiting jobs."""

from datetime import datetime

from pydantic import Field

from orchestrator.contract.api.common import Request, View
from orchestrator.contract.concurrency import MAX_KEY, AtOnce, Rate
from orchestrator.contract.states import JobPriority


class LimitView(View):
    """`GET /limits`: a key that is limited, held or waited for."""

    key: str
    at_once: int | None
    """How many jobs may hold it at once; None: any number."""
    per_second: float | None = None
    """How many jobs may start with it per second; None: as many as come."""
    is_set: bool = False
    """True when an operator has set it; otherwise it is what workflows say, or 1."""
    changed_by: str = ""
    holders: tuple[str, ...] = ()
    waiting: int = 0
    """Jobs that were set aside until it has room."""
    breaker: str = "closed"


class SetLimitRequest(Request):
    """`PUT /limits`."""

    key: str = Field(min_length=1, max_length=MAX_KEY)
    at_once: AtOnce = 1
    """A number, or `unlimited`."""
    per_second: Rate | None = None
    """Starts per second; also `30/min` or `100/h`."""


class KeyRequest(Request):
    """`POST /breakers/close`."""

    key: str = Field(min_length=1, max_length=MAX_KEY)


class OpenBreakerRequest(Request):
    """`POST /breakers/open`."""

    key: str = Field(min_length=1, max_length=MAX_KEY)
    reason: str = Field(default="", max_length=1_000)


class BreakerView(View):
    """`GET /breakers`: whether jobs with a key may start."""

    key: str
    state: str
    """`closed`, `open` or `half_open`: one job tries."""
    reason: str = ""
    opened_at: datetime | None = None
    opened_by: str = ""
    probe_at: datetime | None = None
    """When one job tries; None for one that a person has to close."""
    probe: str | None = None
    """The job that tries."""
    failures: int = 0
    """Failed attempts that it counts while closed."""
    waiting: int = 0


class PriorityRequest(Request):
    """`POST /jobs/{id}/priority`."""

    priority: JobPriority


class ForecastView(View):
    """`GET /jobs/{id}/forecast`: when a queued job will probably start."""

    ahead: int = 0
    """Queued jobs that go before it."""
    starts_at: datetime | None = None
    """None when it cannot be said: a job ahead, or one that runs, is of a length that nobody knows."""
    margin_s: float | None = None
    usual_s: float | None = None
    """How long the job itself usually runs; None when its workflow has never completed."""
    runs: int = 0
    """How many runs are behind that."""


class LevelView(View):
    """Steps that can run side by side."""

    steps: tuple[str, ...]
    seconds: float


class EstimateView(View):
    """`GET /workflows/{workflow}/estimate`: how long one run takes, by levels of its dependencies."""

    seconds: float
    levels: tuple[LevelView, ...]
    unknown: tuple[str, ...] = ()
    """Steps of which no run is known; they count as nothing."""
    usual_s: float | None = None
    """How long whole runs took, to compare with."""
    runs: int = 0
