"""A run held by strings, for tests: checkpoints go into a list, sessions are made up, deliveries wait for a word."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from orchestrator.contract.actions.catalogue import CATALOGUE
from orchestrator.contract.checkpoints import BrowserState, CheckpointFacts, CheckpointState, SessionState
from orchestrator.contract.ids import JsonValue
from orchestrator.contract.workflow import WorkflowDefinition
from robot.clock import Clock
from robot.workflow.control import RunControl
from robot.workflow.ports import ActionCall

MakeBench = Callable[..., Any]
"""The fixture `bench` of the workflow tests."""


async def echo(call: ActionCall) -> JsonValue:
    """Gives back what it was given."""
    return call.parameters.get("value")


@dataclass
class Arrival:
    """A delivery whose end the test decides."""

    is_kept: bool = True
    gate: asyncio.Event = field(default_factory=asyncio.Event)

    async def wait(self) -> bool:
        await self.gate.wait()
        return self.is_kept


@dataclass
class Sink:
    """Keeps what a run gives it."""

    kept: list[tuple[CheckpointFacts, CheckpointState]] = field(default_factory=list)
    arrives: bool = True
    is_kept: bool = True
    arrivals: list[Arrival] = field(default_factory=list)
    _news: asyncio.Condition = field(default_factory=asyncio.Condition)

    async def put(self, facts: CheckpointFacts, state: CheckpointState) -> Arrival:
        self.kept.append((facts, state))
        arrival = Arrival(self.is_kept)
        self.arrivals.append(arrival)
        if self.arrives:
            arrival.gate.set()
        async with self._news:
            self._news.notify_all()
        return arrival

    async def until(self, count: int) -> None:
        """Wait until so many have been taken."""
        async with self._news:
            await self._news.wait_for(lambda: len(self.kept) >= count)

    @property
    def kinds(self) -> list[str]:
        return [facts.kind.value for facts, _ in self.kept]

    @property
    def done(self) -> list[tuple[str, ...]]:
        return [facts.done for facts, _ in self.kept]


@dataclass
class Browsers:
    """One session, and a memory of what it was told to be."""

    brought: list[BrowserState] = field(default_factory=list)

    async def capture(self) -> BrowserState:
        return BrowserState(sessions=(SessionState(name="main", tabs=("http://here/",), storage={"cookies": [{}]}),))

    async def bring_back(self, state: BrowserState) -> None:
        self.brought.append(state)


def definition(count: int = 3, **options: Any) -> WorkflowDefinition:
    """So many steps in a row: a, b, c ... each gives its own name."""
    names = "abcdefgh"[:count]
    steps = [
        {"id": name, "action": "set", "parameters": {"value": name}, "dependencies": list(names[place - 1 : place])}
        for place, name in enumerate(names)
    ]
    for step, more in options.pop("steps", {}).items():
        steps[names.index(step)].update(more)
    return WorkflowDefinition.model_validate({"name": "Row", "steps": steps, **options})


def held(clock: Clock, workflow: WorkflowDefinition, sink: Sink, browsers: Browsers | None = None) -> RunControl:
    return RunControl(
        workflow,
        job_id="j",
        attempt=1,
        clock=clock,
        catalogue=CATALOGUE,
        sink=sink,
        browsers=browsers or Browsers(),
    )
