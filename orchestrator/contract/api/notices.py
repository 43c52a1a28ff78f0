"""Notices: what the engine switched off by itself."""

from datetime import datetime

from pydantic import Field

from orchestrator.contract.api.common import Request, View
from orchestrator.contract.ids import JsonValue


class NoticeView(View):
    """One thing that was switched off, why, and how it is undone: `POST /notices/{id}/undo`."""

    notice_id: str
    kind: str
    """`schedule`, `breaker`, `robot`."""
    subject: str
    """Id of the thing."""
    title: str
    reason: str
    undo: str
    """What the undo does, as a button says it."""
    can_undo: bool = False
    raised_at: datetime
    times: int = 1
    """How often it was switched off while the notice stood."""
    ended_at: datetime | None = None
    end: str | None = None
    """`undone`, `dismissed` or `over`; None while it stands."""
    ended_by: str = ""
    details: dict[str, JsonValue] = Field(default_factory=dict)


class FailureLimitView(View):
    """After how many failures in a row a schedule is paused."""

    schedule_id: str
    name: str
    failures: int | None
    """None: never."""


class FailureLimitRequest(Request):
    """`PUT /failure-limits/{schedule}`."""

    failures: int | None = Field(default=None, ge=1, le=100)
    """None: never."""
