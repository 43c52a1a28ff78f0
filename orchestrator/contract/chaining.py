"""What a workflow starts when it has ended: the follow-ups that stand in its definition."""

from pydantic import AliasChoices, BaseModel, ConfigDict, Field

from orchestrator.contract.ids import JsonValue
from orchestrator.contract.states import JobPriority

MAX_FOLLOW_UPS = 20
JOB_FIELDS = (
    "id", "workflow", "status", "attempt", "result", "outputs", "variables", "error", "started_at", "finished_at",
    "duration_s", "submitted_by",
)  # fmt: skip
"""What expressions of a follow-up find under `job`."""


class FollowUp(BaseModel):
    """One workflow to start, and what it is given: `${{ job.result.rows }}` reads the job that has ended."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)

    workflow: str = Field(min_length=1, max_length=500)
    """Id or name; looked up when the follow-up starts."""
    variables: dict[str, JsonValue] = Field(default_factory=dict)
    """Values and expressions; a text that is one expression takes its value with its type."""
    when: str | None = Field(default=None, validation_alias=AliasChoices("when", "condition", "if"), max_length=2_000)
    """An expression; nothing is started when it is false."""
    priority: JobPriority | None = None
    """None: the started workflow's own."""
