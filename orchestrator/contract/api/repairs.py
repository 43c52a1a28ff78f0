"""Repairs of targets that runs propose and a person decides about once for the fleet."""

from datetime import datetime

from pydantic import Field

from orchestrator.contract.api.common import Request, View


class RepairView(View):
    """One proposal, or what became of it."""

    repair_id: str
    workflow_id: str
    workflow_name: str
    number: int
    """The workflow's version in which it was seen, and which a repair changes."""
    step_id: str
    parameter: str
    state: str
    """`open`, `approved`, `rejected`, `outdated` (the step was changed before anybody decided)."""
    cause: str
    """`fallback` (a later locator found the element) or `not_found` (none did, and the step failed)."""
    before: tuple[str, ...]
    """The target's locators now, in words."""
    after: tuple[str, ...]
    """What they are once it is repaired."""
    choices: tuple[str, ...]
    """Locators that would do, the proposed one first; all that runs saw confirmed each of them."""
    found: str
    """What the proposed one found, such as `button "Send"`."""
    confidence: str
    """How sure it is, and why."""
    score: float | None
    """How much the element is like the one that is gone, 0 to 1; None when it is that very element."""
    runs: int
    robots: tuple[str, ...]
    """Names of those that saw it."""
    first_seen_at: datetime
    last_seen_at: datetime
    job_id: str
    """The newest run that saw it."""
    picture: str
    """Name of the failure's screenshot among that job's artifacts; empty without one."""
    decided_at: datetime | None
    decided_by: str
    note: str
    made: int | None
    """The version that the approval made."""
    carried: int
    """Jobs that waited and were taken along."""


class RepairDetail(View):
    """A repair, and what its approval reaches."""

    repair: RepairView
    waiting: int
    """Jobs that wait to run the version before; they may be taken along."""
    pinned: tuple[str, ...]
    """Schedules and workflows that are fixed to a version; they are not changed."""


class ApproveRepairRequest(Request):
    """`POST /repairs/{id}/approve`."""

    choice: int = Field(default=0, ge=0, le=100)
    """Place in `choices`."""
    take_waiting: bool = False
    """True: jobs that wait run the new version."""
    note: str = Field(default="", max_length=500)


class RejectRepairRequest(Request):
    """`POST /repairs/{id}/reject`."""

    note: str = Field(default="", max_length=500)
