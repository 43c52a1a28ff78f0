"""Checkpoints, recoveries, pauses and questions, as the API shows and takes them."""

from datetime import datetime

from pydantic import Field

from orchestrator.contract.api.common import Request, View
from orchestrator.contract.checkpoints import MAX_NOTE, CheckpointKind, CheckpointView
from orchestrator.contract.errors import ErrorKind
from orchestrator.contract.ids import JsonValue
from orchestrator.contract.recovery import RecoverySide, RecoveryStrategy


class CheckpointRequest(Request):
    """`POST /jobs/{id}/checkpoint`."""

    note: str = Field(default="", max_length=MAX_NOTE)
    metadata: dict[str, JsonValue] = Field(default_factory=dict, max_length=100)
    """Kept with the checkpoint."""


class CleanupRequest(Request):
    """`POST /checkpoints/cleanup`."""

    max_age_days: float = Field(default=30.0, ge=0, le=36_500)
    max_count: int = Field(default=100, ge=0, le=1_000_000)
    """Of one job."""
    keep_milestones: bool = True


class CleanupView(View):
    """How many checkpoints went."""

    removed: int


class CheckpointStatisticsView(View):
    """`GET /checkpoints/statistics`."""

    total: int
    by_kind: dict[CheckpointKind, int] = Field(default_factory=dict)
    bytes: int
    jobs: int
    oldest_at: datetime | None = None
    newest_at: datetime | None = None


class RetryFromRequest(Request):
    """`POST /jobs/{id}/retry-from`: run an ended job again, from a checkpoint."""

    checkpoint_id: str | None = Field(default=None, max_length=100)
    """None: the newest that is not a recovery's."""
    newest_version: bool = False
    """On the newest version of the workflow, if the steps that are done are the same there."""


class ResumePlanView(View):
    """What going on from a checkpoint means; `GET /jobs/{id}/retry-plan` does nothing else."""

    checkpoint: CheckpointView
    workflow_hash: str
    reused: tuple[str, ...]
    """Steps whose results are taken over."""
    again: tuple[str, ...]
    """Steps that run."""
    unsafe: tuple[str, ...] = ()
    """Among them: called not safe to repeat, and perhaps begun before."""
    iteration: int = 1
    sessions: tuple[str, ...] = ()


class PauseRequest(Request):
    """`POST /jobs/{id}/pause`."""

    reason: str = Field(default="", max_length=1_000)


class AnswerRequest(Request):
    """`POST /questions/{id}/answer`."""

    answer: str = Field(max_length=20_000)
    """One of the choices (`yes` or `no` for an approval), or a text."""
    note: str = Field(default="", max_length=2_000)
    """Kept beside it, and told to the run."""


class TallyView(View):
    """So many tries, so many of which helped."""

    tried: int
    succeeded: int
    success_rate: float | None = None
    seconds: float = 0.0


class RecoveryStatisticsView(View):
    """`GET /recovery/statistics`."""

    total: TallyView
    by_strategy: dict[RecoveryStrategy, TallyView] = Field(default_factory=dict)
    by_error_kind: dict[ErrorKind, TallyView] = Field(default_factory=dict)
    by_side: dict[RecoverySide, TallyView] = Field(default_factory=dict)
