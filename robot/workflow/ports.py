"""What running a workflow needs from outside: somebody who performs actions, and somebody who listens."""

from dataclasses import dataclass, field
from typing import Protocol

from orchestrator.contract.ids import JsonValue
from orchestrator.contract.protocol.jobs import StepProgress
from orchestrator.contract.results import Artifact, LogLevel


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionCall:
    """One action to perform; every expression in its parameters has been replaced by its value."""

    step_id: str
    action: str
    parameters: dict[str, JsonValue]
    session: str | None = None
    """Name of the browser session; None for the run's main one."""
    timeout_s: float
    """What is left of the step's time; the caller enforces it, actions use it for their own waits."""
    attempt: int = 1
    inputs: dict[str, JsonValue] = field(default_factory=dict)
    """Values of the steps that this one depends on, by id, in the order of the dependencies."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionOutcome:
    """What an action gave."""

    value: JsonValue = None
    locator: str | None = None
    url: str | None = None
    artifacts: tuple[Artifact, ...] = field(default=())


class InterruptedStepError(Exception):
    """The step has stopped at a place from which it goes on later; it has no result yet."""


class Actions(Protocol):
    """Performs actions for one run; made for one attempt of a job and closed with it."""

    async def perform(self, call: ActionCall) -> ActionOutcome:
        """Do it. Raises ActionError; cancelling the call stops the browser's work on it."""
        ...

    async def twin(self, session: str | None, name: str) -> bool:
        """Have a further session of this name beside one, with its login; False when there is no room for it now."""
        ...

    async def end_twin(self, name: str) -> None:
        """Give that session back; never raises."""
        ...

    async def describe_failure(self, call: ActionCall) -> tuple[Artifact, ...]:
        """After a failed step: what the page looked like, as artifacts; never raises, bounded in time."""
        ...


class RunListener(Protocol):
    """Hears how a run goes; must not block."""

    def step_changed(self, step: StepProgress, *, progress: float, running: tuple[str, ...]) -> None:
        """A step moved; `progress` is the share of ended steps, `running` the titles of running ones."""
        ...

    def log(self, level: LogLevel, message: str, *, step_id: str | None = None, **fields: JsonValue) -> None:
        """A line for the job's log."""
        ...
