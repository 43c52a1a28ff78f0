"""What a job is connected with, and the state of its run in a few words."""

from pydantic import Field

from orchestrator.contract.api.common import View
from orchestrator.contract.api.triggers import FiringView
from orchestrator.contract.ids import JsonValue


class JobLinks(View):
    """Where a job came from, and what followed it."""

    trace_id: str
    """What connects the request with each log line of the job, here and on its robot."""
    origin: FiringView | None = None
    """The trigger that made it, with the job whose end it answered; None for one that was asked for."""
    followers: tuple[FiringView, ...] = ()
    """What its ends set off, oldest first."""


class RunState(View):
    """How far the newest attempt is, by the ids of its steps."""

    current_step: str = ""
    """Names of the running steps."""
    completed: tuple[str, ...] = ()
    failed: tuple[str, ...] = ()
    metadata: dict[str, JsonValue] = Field(default_factory=dict)
    """Of the workflow."""
