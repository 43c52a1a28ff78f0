"""What files of jobs take, and incidents that are kept on purpose."""

from datetime import datetime

from pydantic import Field

from orchestrator.contract.api.common import Request, View


class ArtifactGroupView(View):
    """Files of one group of jobs."""

    group: str
    """`failed`, `other`, `running` or `pinned`."""
    files: int
    size: int
    """Bytes."""


class ArtifactUsageView(View):
    """`GET /artifacts/usage`."""

    groups: tuple[ArtifactGroupView, ...] = ()
    size: int = 0
    """Bytes in all."""
    most_bytes: int = 0
    """0: any amount."""
    keep_days: int = 0
    keep_failed_days: int = 0


class ArtifactCleanupView(View):
    """`POST /artifacts/cleanup`: what was removed."""

    files: int
    size: int
    """Bytes."""


class PinRequest(Request):
    """`PUT /jobs/{job}/pin`."""

    note: str = Field(default="", max_length=1_000)
    """Why it is kept."""


class PinView(View):
    """A job whose files stay."""

    job_id: str
    pinned_at: datetime
    actor: str
    note: str = ""
