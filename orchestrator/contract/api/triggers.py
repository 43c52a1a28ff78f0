"""Triggers: what starts jobs besides people and schedules, and what they did."""

from datetime import datetime
from enum import StrEnum

from pydantic import Field

from orchestrator.contract.api.common import Request, View
from orchestrator.contract.ids import JsonValue
from orchestrator.contract.names import Name
from orchestrator.contract.states import JobPriority, JobStatus


class TriggerKind(StrEnum):
    """What a trigger waits for."""

    WORKFLOW = "workflow"
    """A job ends."""
    FILE = "file"
    """A file appears in a folder of the orchestrator's machine."""
    WEBHOOK = "webhook"
    """Another program calls an address."""
    ITEMS = "items"
    """A queue of work items has enough to do."""


class TriggerRequest(Request):
    """`POST /triggers`; which fields count depends on `on`."""

    name: Name = Field(min_length=1, max_length=200)
    on: TriggerKind
    workflow: str = Field(min_length=1, max_length=500)
    """Id or name of the workflow to start."""
    variables: dict[str, JsonValue] = Field(default_factory=dict)
    """Values and expressions over `job`, `file`, `queue`, or `body`, `query` and `headers`."""
    when: str | None = Field(default=None, max_length=2_000)
    """An expression; nothing is started when it is false."""
    priority: JobPriority | None = None
    robot: str | None = None
    enabled: bool = True
    after: tuple[str, ...] = Field(default=(), max_length=100)
    """WORKFLOW: ids or names; none means any."""
    statuses: tuple[JobStatus, ...] = (JobStatus.COMPLETED,)
    """WORKFLOW: ends that count."""
    folder: str = Field(default="", max_length=4_000)
    """FILE: absolute."""
    pattern: str = Field(default="*", min_length=1, max_length=500)
    """FILE: of the name, such as `*.csv`."""
    settle_s: float = Field(default=2.0, ge=0, le=3_600)
    """FILE: how long a file must not have changed."""
    include_present: bool = False
    """FILE: also what lies there already."""
    per_minute: int = Field(default=60, ge=1, le=6_000)
    """WEBHOOK: calls that are taken in a minute."""
    queue: str = Field(default="", max_length=500)
    """ITEMS: id or name."""
    min_items: int = Field(default=1, ge=1, le=1_000_000)
    """ITEMS: a job for so many items that wait; fewer start none."""
    max_jobs: int = Field(default=1, ge=1, le=10_000)
    """ITEMS: jobs of the trigger that may be open at once."""


class TriggerView(View):
    """A trigger in a table."""

    trigger_id: str
    name: str
    on: TriggerKind
    words: str
    """What it waits for, in words."""
    workflow: str
    variables: dict[str, JsonValue] = Field(default_factory=dict)
    when: str | None = None
    priority: JobPriority | None = None
    robot_id: str | None = None
    enabled: bool = True
    after: tuple[str, ...] = ()
    """Ids."""
    statuses: tuple[JobStatus, ...] = ()
    folder: str = ""
    pattern: str = ""
    settle_s: float = 0.0
    per_minute: int = 0
    queue: str = ""
    min_items: int = 0
    max_jobs: int = 0
    trouble: str = ""
    """Why it cannot work at the moment, such as a folder that is gone."""
    created_at: datetime


class AddedTrigger(View):
    """A trigger that was just added; the secret of a webhook is shown this once."""

    trigger: TriggerView
    path: str = ""
    """WEBHOOK: where to POST, secret included."""


class FiringView(View):
    """What a trigger did about one occurrence."""

    trigger_id: str
    trigger_name: str = ""
    at: datetime
    outcome: str
    """`fired`, `skipped` or `refused`."""
    job_id: str | None = None
    source_job_id: str | None = None
    depth: int = 1
    note: str = ""


class TestTriggerRequest(Request):
    """`POST /triggers/{id}/test`: an occurrence that is only played."""

    __test__ = False  # pytest takes the name for a test class

    job_id: str | None = None
    """WORKFLOW: a job that has ended."""
    path: str = ""
    """FILE."""
    body: JsonValue = None
    """WEBHOOK."""


class TestedTrigger(View):
    """What would happen; nothing was started."""

    __test__ = False

    would_fire: bool
    variables: dict[str, JsonValue] = Field(default_factory=dict)
    problem: str = ""
    """Why no job could be made."""


class HookAnswer(View):
    """What a caller of a webhook is told."""

    accepted: bool
    """False when the trigger's condition was false."""
    job_id: str | None = None
