"""Fakes of the executor's ports: actions that a test scripts, a listener that remembers, a clock that stands."""

import asyncio
import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from orchestrator.contract.ids import JsonValue
from orchestrator.contract.protocol.jobs import StepProgress
from orchestrator.contract.results import Artifact, LogLevel
from orchestrator.contract.variables import check_variables
from orchestrator.contract.workflow import WorkflowDefinition
from robot.workflow.executor import RunOutcome, run
from robot.workflow.ports import ActionCall, ActionOutcome

Script = Callable[[ActionCall], Awaitable[JsonValue | ActionOutcome]]


@dataclass
class FakeClock:
    """Moves only when told."""

    seconds: float = 0.0

    def now(self) -> datetime:
        return datetime(2026, 1, 1, tzinfo=UTC) + timedelta(seconds=self.seconds)

    def monotonic(self) -> float:
        return self.seconds


@dataclass
class FakeActions:
    """Performs what the test scripted; remembers what ran, and what ran at once."""

    script: Script
    calls: list[ActionCall] = field(default_factory=list)
    running: list[str] = field(default_factory=list)
    together: list[frozenset[str]] = field(default_factory=list)
    cancelled: list[str] = field(default_factory=list)
    described: list[str] = field(default_factory=list)
    twins: list[str] = field(default_factory=list)
    ended_twins: list[str] = field(default_factory=list)
    room: int = 99
    """How many further sessions there are."""

    async def perform(self, call: ActionCall) -> ActionOutcome:
        self.calls.append(call)
        self.running.append(call.step_id)
        self.together.append(frozenset(self.running))
        try:
            value = await self.script(call)
            return value if isinstance(value, ActionOutcome) else ActionOutcome(value=value)
        except asyncio.CancelledError:
            self.cancelled.append(call.step_id)
            raise
        finally:
            self.running.remove(call.step_id)

    async def twin(self, session: str | None, name: str) -> bool:
        self.twins.append(name)
        return len(self.twins) <= self.room

    async def end_twin(self, name: str) -> None:
        self.ended_twins.append(name)

    async def describe_failure(self, call: ActionCall) -> tuple[Artifact, ...]:
        self.described.append(call.step_id)
        return (Artifact(name=f"{call.step_id}.jpg", size=1),)

    @property
    def order(self) -> list[str]:
        """Step ids in the order of their starts."""
        return [call.step_id for call in self.calls]


@dataclass
class FakeListener:
    """Remembers all news."""

    news: list[StepProgress] = field(default_factory=list)
    shares: list[float] = field(default_factory=list)
    running: list[tuple[str, ...]] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)

    def step_changed(self, step: StepProgress, *, progress: float, running: tuple[str, ...]) -> None:
        self.news.append(step)
        self.shares.append(progress)
        self.running.append(running)

    def log(self, level: LogLevel, message: str, *, step_id: str | None = None, **fields: JsonValue) -> None:
        self.lines.append(f"{level} {step_id}: {message} {fields or ''}".strip())

    def statuses(self, step_id: str) -> list[str]:
        """The statuses that a step went through."""
        return [step.status.value for step in self.news if step.step_id == step_id]


async def echo(call: ActionCall) -> JsonValue:
    """Gives back what it was given."""
    return call.parameters.get("value")


@dataclass
class Bench:
    """Everything around one run."""

    actions: FakeActions
    listener: FakeListener
    clock: FakeClock
    pauses: list[float] = field(default_factory=list)

    async def run(self, definition: dict[str, Any] | list[Any], **more: Any) -> RunOutcome:
        """Run a definition; `given` are its variables."""
        workflow = WorkflowDefinition.model_validate(definition)
        return await run(
            workflow,
            check_variables(workflow, more.pop("given", {})),
            actions=self.actions,
            listener=self.listener,
            clock=self.clock,
            rng=random.Random(7),
            pause=self._pause,
            **more,
        )

    async def _pause(self, seconds: float) -> None:
        self.pauses.append(seconds)
        self.clock.seconds += seconds
        await asyncio.sleep(0)


@pytest.fixture(scope="session")
def bench() -> Callable[..., Bench]:
    """`bench(script)` makes the surroundings of one run."""

    def make(script: Script = echo) -> Bench:
        return Bench(actions=FakeActions(script=script), listener=FakeListener(), clock=FakeClock())

    return make
