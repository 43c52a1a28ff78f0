"""What a run leaves behind: results of steps and jobs, log lines, and the files it made."""

from datetime import datetime
from enum import StrEnum

from pydantic import (
    AwareDatetime,
    BaseModel,
    ConfigDict,
    Field,
    ValidationError,
    ValidatorFunctionWrapHandler,
    field_validator,
)

from orchestrator.contract.errors import ErrorInfo
from orchestrator.contract.expectations import MAX_DOUBTS, MAX_EXPECTATIONS, Doubt, UsualBounds
from orchestrator.contract.ids import JsonValue
from orchestrator.contract.patterns import ItemResult
from orchestrator.contract.recovery import MAX_RECORDS, RecoveryRecord
from orchestrator.contract.sightings import MAX_SIGHTINGS, Sighting
from orchestrator.contract.states import JobStatus, StepStatus

MAX_ATTEMPT = 2**31 - 1
"""What every database's integer holds."""


class LogLevel(StrEnum):
    """Severity of a log line."""

    DEBUG = "debug"
    INFO = "info"
    WARNING = "warning"
    ERROR = "error"
    CRITICAL = "critical"


class LogEntry(BaseModel):
    """One line of a robot's log, with everything needed to find its job and step."""

    model_config = ConfigDict(frozen=True)

    at: AwareDatetime
    level: LogLevel
    message: str = Field(max_length=8_192)
    job_id: str | None = None
    attempt: int | None = Field(default=None, ge=1, le=MAX_ATTEMPT)
    step_id: str | None = None
    fields: dict[str, JsonValue] = Field(default_factory=dict)


class Artifact(BaseModel):
    """A file that a run made: screenshot, download, trace."""

    model_config = ConfigDict(frozen=True)

    name: str = Field(min_length=1, max_length=200)
    """Unique inside one attempt of a job; letters, digits, `.`, `_` and `-`."""
    kind: str = "file"
    """`screenshot`, `snapshot`, `page`, `console`, `network`, `trace`, `film`, `download`, `file`."""
    media_type: str = "application/octet-stream"
    size: int = Field(ge=0)
    """Bytes."""
    sha256: str = ""
    step_id: str | None = None
    step_try: int | None = Field(default=None, ge=1)
    """Which try of the step made it, where that matters."""
    is_kept: bool = True
    """False: it is only told of; `note` says why its bytes are not there."""
    note: str = Field(default="", max_length=500)
    """What a reader should know: why it was left out, or that secrets were taken out."""


class StepResult(BaseModel):
    """What one step did. The reference documents call it a node's result."""

    model_config = ConfigDict(frozen=True)

    step_id: str
    name: str = ""
    action: str = ""
    status: StepStatus
    value: JsonValue = None
    """The output that `${{ steps.<id>.result }}` reads."""
    started_at: datetime | None = None
    duration_s: float = 0.0
    attempts: int = 0
    """Times the action was run: 0 for a skipped step, 1 without retries. A fan-out has those of its worst input."""
    error: ErrorInfo | None = None
    note: str | None = None
    """Why a step was skipped, or what else a reader should know."""
    locator: str | None = None
    """The locator that found the target."""
    url: str | None = None
    """The page's address at the end of the step."""
    artifacts: tuple[Artifact, ...] = ()
    items: tuple[ItemResult, ...] = ()
    """Of a fan-out: what each input gave, in the order of the inputs, failed or not."""
    steps: "tuple[StepResult, ...]" = ()
    """Of a step that runs a workflow: what its steps did, on the robot; in a report they stand behind the step."""

    @property
    def retries(self) -> int:
        """Tries after the first one."""
        return max(0, self.attempts - 1)


class StopRung(BaseModel):
    """One means by which a run was stopped."""

    model_config = ConfigDict(frozen=True)

    name: str = Field(max_length=50)
    """`asked`, `pages_closed`, `browser_killed`, `ended`, `given_back`."""
    after_s: float = Field(ge=0, allow_inf_nan=False)
    """After the order to stop."""


class StopProof(BaseModel):
    """What was done to stop a run, and what was looked at afterwards."""

    model_config = ConfigDict(frozen=True)

    cause: str = Field(max_length=50)
    """`cancel`, `timeout`, `shutdown`."""
    asked_at: AwareDatetime
    rungs: tuple[StopRung, ...] = Field(default=(), max_length=20)
    """In order, each with its seconds."""
    sessions_left: int | None = Field(default=None, ge=0)
    """Browser sessions that the run still had when all was done; None where nobody could look."""
    processes_left: int | None = Field(default=None, ge=0)
    """Processes of its killed browsers that were still alive then."""
    verified_after_s: float | None = Field(default=None, ge=0, allow_inf_nan=False)

    @property
    def is_clean(self) -> bool:
        """True when nothing was left."""
        return self.sessions_left == 0 and self.processes_left == 0


class JobResult(BaseModel):
    """How one attempt of a job ended, as its robot reports it."""

    model_config = ConfigDict(frozen=True)

    job_id: str = Field(min_length=1, max_length=100)
    attempt: int = Field(ge=1, le=MAX_ATTEMPT)
    status: JobStatus
    """COMPLETED, FAILED, CANCELLED or TIMEOUT; PAUSED when the attempt ended at a checkpoint that is kept."""
    outputs: dict[str, JsonValue] = Field(default_factory=dict)
    """The workflow's declared outputs; without a declaration, the value of each step that nothing depends on."""
    step_results: tuple[StepResult, ...] = ()
    error: ErrorInfo | None = None
    started_at: AwareDatetime
    finished_at: AwareDatetime
    execution_time_s: float = Field(ge=0, allow_inf_nan=False)
    """By the robot's monotonic clock."""
    iterations_run: int = Field(default=0, ge=0, le=1_000_000)
    """How many were begun, those of the attempts before it included."""
    iterations_succeeded: int = Field(default=0, ge=0, le=1_000_000)
    recoveries: tuple[RecoveryRecord, ...] = Field(default=(), max_length=MAX_RECORDS)
    """What was tried to recover, in order."""
    artifacts: tuple[Artifact, ...] = ()
    """Files of the run as a whole, such as its trace."""
    doubts: tuple[Doubt, ...] = Field(default=(), max_length=MAX_DOUBTS)
    """Why a completed run is suspect, as its robot sees it."""
    usual: tuple[UsualBounds, ...] = Field(default=(), max_length=MAX_EXPECTATIONS)
    """What the workflow expects of the usual duration, which the orchestrator knows."""
    sightings: tuple[Sighting, ...] = ()
    """What was seen of targets, for repairs."""
    trace_id: str = ""
    """What connects the run with the request that asked for it, in every log."""
    stopped_by: str | None = None
    """For a cancelled run: which rung stopped it (`cooperative`, `page_closed`, `killed`) and after how long."""
    stop: StopProof | None = None
    """For a run that was stopped: how, and that nothing of it is left."""

    @field_validator("sightings", mode="wrap")
    @classmethod
    def _are_not_worth_a_result(cls, value: object, read: ValidatorFunctionWrapHandler) -> tuple[Sighting, ...]:
        """Those of a newer robot that cannot be read are left out: the result counts."""
        try:
            found: tuple[Sighting, ...] = read(value)
        except ValidationError:
            return ()
        return found[:MAX_SIGHTINGS]
