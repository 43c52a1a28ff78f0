"""What a checkpoint is made of, and who takes part in it: run, wish, delivery, browser."""

from dataclasses import dataclass, field
from typing import Protocol

from orchestrator.contract.checkpoints import (
    BrowserState,
    CheckpointFacts,
    CheckpointKind,
    CheckpointState,
    SubProgress,
)
from orchestrator.contract.errors import ErrorInfo
from orchestrator.contract.expectations import Doubt
from orchestrator.contract.ids import JsonValue, new_id
from orchestrator.contract.patterns import FanOutProgress
from orchestrator.contract.results import StepResult


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """How far a run is, between two steps or beside running ones."""

    iteration: int
    iterations_succeeded: int
    results: tuple[StepResult, ...]
    """Of the steps that need not run again."""
    variables: dict[str, JsonValue]
    running: tuple[str, ...]
    fan_outs: dict[str, FanOutProgress] = field(default_factory=dict)
    error: ErrorInfo | None = None
    doubts: tuple[Doubt, ...] = ()
    """About workflows inside that have completed."""
    subs: dict[str, SubProgress] = field(default_factory=dict)
    """Workflows under way that steps run, by the path of the step."""
    runs_unsafe: bool = False
    """True while a step runs that is not safe to repeat, and that nobody could ask whether it has happened."""

    @property
    def done(self) -> frozenset[str]:
        """Ids of those steps."""
        return frozenset(each.step_id for each in self.results)

    @property
    def done_inside(self) -> tuple[str, ...]:
        """Paths of steps that need not run again, inside workflows under way."""
        return tuple(each.step_id for sub in self.subs.values() for each in sub.results)


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """A checkpoint that is wanted."""

    kind: CheckpointKind
    note: str = ""
    step_id: str | None = None
    checkpoint_id: str = field(default_factory=new_id)
    metadata: dict[str, JsonValue] = field(default_factory=dict)
    also_running: str | None = None
    """A step that is about to start."""
    is_settled_later: bool = False
    """True when it can be found out afterwards whether that step has happened."""
    is_good: bool = True
    """False for a run that is in trouble: nobody goes back to there."""


class Delivery(Protocol):
    """A checkpoint on its way to the orchestrator."""

    async def wait(self) -> bool:
        """True once the orchestrator has it; False when it refused it or it cannot be sent at all."""
        ...


class CheckpointSink(Protocol):
    """Who brings checkpoints to the orchestrator."""

    async def put(self, facts: CheckpointFacts, state: CheckpointState) -> Delivery:
        """Take one over; returns at once."""
        ...


class BrowserStates(Protocol):
    """Who knows the run's browser sessions."""

    async def capture(self) -> BrowserState:
        """How they are now; what cannot be read is left out."""
        ...

    async def bring_back(self, state: BrowserState) -> None:
        """Let sessions be as they were; each comes back when it is first used."""
        ...
