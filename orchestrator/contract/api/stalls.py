"""Runs that stand still, and what is done about them."""

from typing import Literal

from pydantic import Field

from orchestrator.contract.api.common import Request, View


class StallView(View):
    """How long a run has stood still, and what was done about it."""

    still_s: float
    usual_s: float | None = None
    """How long the running step usually takes; None while nobody knows."""
    step: str = ""
    rungs: tuple[str, ...] = ()
    """Climbed so far: `note`, `screenshot`, `trace`, `cancel`, `requeue`."""
    message: str = ""
    captures: tuple[str, ...] = ()
    """Names of artifacts that show the run as it stood."""


class StalledJobView(View):
    """`GET /stalls`: a run that stands still now."""

    job_id: str
    workflow_name: str
    robot_name: str = ""
    stall: StallView


class StallPolicyView(View):
    """After how many seconds of standing still each rung is climbed; None leaves it out."""

    workflow: str
    """Name; `*` for all workflows without a policy of their own."""
    note_after_s: float
    usual_factor: float
    screenshot_after_s: float | None
    trace_after_s: float | None
    cancel_after_s: float | None
    requeue_after_s: float | None
    most_requeues: int


class StallPolicyRequest(Request):
    """`PUT /stalls/policies/{workflow}`: what is not given takes its default."""

    note_after_s: float = 300.0
    usual_factor: float = 10.0
    """Where the step is known to take longer, the note waits for so many times its usual duration."""
    screenshot_after_s: float | None = 330.0
    trace_after_s: float | None = None
    cancel_after_s: float | None = None
    requeue_after_s: float | None = None
    """Cancels, and queues the job again when its workflow is safe to repeat."""
    most_requeues: int = 2


class CaptureRequest(Request):
    """`POST /jobs/{id}/capture`: let the robot show what a running job sees; it becomes an artifact."""

    what: Literal["screenshot", "trace"] = "screenshot"
    trace_s: float = Field(default=5.0, gt=0, le=60)
