"""What a checkpoint holds: how far a run is, as plain data, so that any robot can go on from it.

A checkpoint is JSON of at most `MAX_CHECKPOINT_BYTES`. Values of secret variables are left out: the robot that goes on
gets them with the job, as every robot does.
"""

from datetime import datetime
from enum import StrEnum

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from orchestrator.contract.errors import ErrorInfo
from orchestrator.contract.expectations import Doubt
from orchestrator.contract.ids import JsonValue
from orchestrator.contract.patterns import FanOutProgress
from orchestrator.contract.results import MAX_ATTEMPT, StepResult

MAX_CHECKPOINT_BYTES = 5 * 1_048_576
MAX_NOTE = 500
MAX_CUSTOM_BYTES = 16_384


class CheckpointKind(StrEnum):
    """Why a checkpoint was taken."""

    AUTOMATIC = "automatic"
    """After so many steps or seconds, or because the machine's resources got tight."""
    MANUAL = "manual"
    """A person asked, also by pausing the job."""
    RECOVERY = "recovery"
    """Before and after a recovery."""
    MILESTONE = "milestone"
    """A step that is marked as a milestone is done."""
    ERROR = "error"
    """A step has failed for good."""


class FormEntry(BaseModel):
    """What a step has put into a form that has not been sent yet."""

    model_config = ConfigDict(frozen=True)

    action: str = Field(max_length=100)
    """Such as `fill`; its parameters as the step gave them."""
    parameters: dict[str, JsonValue] = Field(default_factory=dict)
    url: str = ""
    """Address of the page, without its fragment."""


class ProxyServer(BaseModel):
    """The server that all requests of a session go through."""

    model_config = ConfigDict(frozen=True)

    server: str
    bypass: str | None = None
    username: str | None = None
    password: str | None = Field(default=None, repr=False)


class HttpCredentials(BaseModel):
    """What a session answers when this site asks for a login by HTTP."""

    model_config = ConfigDict(frozen=True)

    username: str
    password: str = Field(repr=False)
    origin: str


class SessionState(BaseModel):
    """One browser session: where its pages are and what it is logged in with."""

    model_config = ConfigDict(frozen=True)

    name: str
    tabs: tuple[str, ...] = ()
    """Addresses of its pages."""
    current: int = 0
    """Which of them steps work in."""
    storage: dict[str, JsonValue] | None = None
    """Cookies and local storage, as Playwright writes them."""
    viewport: tuple[int, int] = (1280, 800)
    locale: str | None = None
    timezone: str | None = None
    user_agent: str | None = None
    proxy: ProxyServer | None = None
    http_login: HttpCredentials | None = None
    provider: str | None = Field(default=None, max_length=50)
    """Where it came from, when a step said so."""
    is_shared: bool = False
    """True for a session of the run's pool."""
    has_login: bool = False
    """True when it has the run's newest login."""
    entries: tuple[FormEntry, ...] = ()
    """What stands in the forms of the page that steps work in, in the order of entering."""


class BrowserState(BaseModel):
    """All sessions of a run."""

    model_config = ConfigDict(frozen=True)

    sessions: tuple[SessionState, ...] = ()
    login: dict[str, JsonValue] | None = None
    """What new sessions of the run begin with."""


class SubProgress(BaseModel):
    """How far a workflow is that a step runs."""

    model_config = ConfigDict(frozen=True)

    iteration: int = Field(default=1, ge=1)
    iterations_succeeded: int = Field(default=0, ge=0)
    results: tuple[StepResult, ...] = ()
    fan_outs: dict[str, FanOutProgress] = Field(default_factory=dict)
    variables: dict[str, JsonValue] = Field(default_factory=dict)
    """Those that are not secret."""
    error: ErrorInfo | None = None
    doubts: tuple[Doubt, ...] = ()
    """About workflows inside it that have completed."""


class CheckpointState(BaseModel):
    """Everything that a robot needs to go on."""

    model_config = ConfigDict(frozen=True)

    workflow_hash: str = ""
    iteration: int = Field(default=1, ge=1)
    """The pass over the steps that was under way, counted from 1."""
    iterations_succeeded: int = Field(default=0, ge=0)
    results: tuple[StepResult, ...] = ()
    """Of the steps of this pass that need not run again: completed, skipped by their condition, or failed without
    harm."""
    fan_outs: dict[str, FanOutProgress] = Field(default_factory=dict)
    """By step id: inputs of steps under way that need not run again."""
    subs: dict[str, SubProgress] = Field(default_factory=dict)
    """By the path of the step that runs it, such as `log_in`, `rows[3]` or `outer/inner`: workflows under way."""
    variables: dict[str, JsonValue] = Field(default_factory=dict)
    """Those that are not secret."""
    error: ErrorInfo | None = None
    """Of the first critical step that failed in an earlier pass."""
    doubts: tuple[Doubt, ...] = ()
    """Why what workflows inside have given is suspect, as far as they have completed."""
    browser: BrowserState = BrowserState()
    in_doubt: tuple[str, ...] = ()
    """Steps (`rows[3]` for an input of a fan-out) under way or interrupted, which are asked whether they have happened
    before they are done again."""
    secret_mark: str = ""
    """Begins each placeholder of a secret inside the texts of this state; drawn anew for each checkpoint."""

    @property
    def done(self) -> frozenset[str]:
        """Ids of the steps that need not run again."""
        return frozenset(result.step_id for result in self.results)


class CheckpointFacts(BaseModel):
    """What is said of a checkpoint without its content."""

    model_config = ConfigDict(frozen=True)

    checkpoint_id: str = Field(min_length=1, max_length=100, pattern=r"^[A-Za-z0-9-]+$")
    job_id: str = Field(min_length=1, max_length=100)
    attempt: int = Field(ge=1, le=MAX_ATTEMPT)
    kind: CheckpointKind
    taken_at: AwareDatetime
    """By the robot's clock."""
    note: str = Field(default="", max_length=MAX_NOTE)
    """Why, in one sentence for people."""
    step_id: str | None = None
    """The step that gave rise to it."""
    done: tuple[str, ...] = ()
    """Steps that need not run again."""
    running: tuple[str, ...] = ()
    """Steps that were running, or about to."""
    total: int = Field(default=0, ge=0)
    """Steps in one pass."""
    iteration: int = 1
    iterations: int = 1
    may_resume_after_crash: bool = False
    """True when going on from here can repeat nothing that is not safe to repeat, even if the robot dies now."""
    sessions: tuple[str, ...] = ()
    """`name: address` of each browser session, for people."""
    cookies: int = 0
    variables: dict[str, JsonValue] = Field(default_factory=dict)
    """For eyes: secrets masked, long values cut."""
    resources: dict[str, JsonValue] = Field(default_factory=dict)
    """How loaded the robot's machine was."""
    metadata: dict[str, JsonValue] = Field(default_factory=dict)
    """What whoever asked for it wanted to be kept with it."""


class CheckpointUpload(BaseModel):
    """What a robot sends: the body of `PUT /checkpoints/{checkpoint_id}`."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    robot_id: str = Field(min_length=1, max_length=100)
    facts: CheckpointFacts
    state: CheckpointState


class CheckpointView(BaseModel):
    """A checkpoint in a table."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    facts: CheckpointFacts
    robot_id: str | None = None
    kept_at: datetime
    """When the orchestrator had it."""
    size: int
    """Bytes of its content as JSON."""
