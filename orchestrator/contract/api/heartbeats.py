"""`/api/v1/heartbeats`: addresses that schedules call after each good run."""

from datetime import datetime

from pydantic import Field

from orchestrator.contract.api.common import Request, View


class HeartbeatView(View):
    """A schedule's address, and how the newest call went."""

    schedule_id: str
    name: str
    url: str | None
    """None: it calls nobody."""
    called_at: datetime | None = None
    """The newest call since the orchestrator started."""
    problem: str = ""
    """Why that call was not taken; empty when it was."""


class HeartbeatRequest(Request):
    """`PUT /heartbeats/{schedule}`."""

    url: str | None = Field(default=None, max_length=2_000)
    """None: it calls nobody any more."""
