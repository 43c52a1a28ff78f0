"""The strings by which a run is held from outside: pause it, take a checkpoint of it, stop its clock meanwhile."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import cached_property

from orchestrator.contract.actions.spec import ActionSpec
from orchestrator.contract.checkpoints import (
    MAX_NOTE,
    BrowserState,
    CheckpointFacts,
    CheckpointKind,
    CheckpointState,
)
from orchestrator.contract.errors import ErrorInfo
from orchestrator.contract.ids import JsonValue
from orchestrator.contract.results import StepResult
from orchestrator.contract.states import StepStatus
from orchestrator.contract.sub_workflows import SEPARATOR, InnerStep, all_steps, is_safe
from orchestrator.contract.workflow import Step, WorkflowDefinition
from robot.clock import Clock
from robot.workflow.doubts import OpenDoubts
from robot.workflow.hold import RunHold
from robot.workflow.passes import Pass
from robot.workflow.snapshots import BrowserStates, CheckpointSink, Delivery, Order, Snapshot

DEFAULT_STEPS = 5
"""Without a word of the workflow: after so many steps ..."""
DEFAULT_SPACING_S = 5.0
"""... but not more often than this, since most runs are shorter."""

logger = logging.getLogger("robot.job")


class RunControl:
    """One run's strings. Without a sink no checkpoints are taken, and pauses are not possible."""

    def __init__(
        self,
        definition: WorkflowDefinition,
        *,
        job_id: str,
        attempt: int,
        clock: Clock,
        catalogue: Mapping[str, ActionSpec],
        browsers: BrowserStates | None = None,
        sink: CheckpointSink | None = None,
        shown: Callable[[JsonValue], JsonValue] = lambda value: value,
        resources: Callable[[], dict[str, JsonValue]] = dict,
        learn: Callable[[list[JsonValue]], None] = lambda _: None,
    ) -> None:
        """`shown`: a value without secrets, for eyes; `learn` hears of further secrets."""
        self._definition = definition
        self._job_id = job_id
        self._attempt = attempt
        self._clock = clock
        self._catalogue = catalogue
        self._browsers = browsers
        self._sink = sink
        self._shown = shown
        self._resources = resources
        self._learn = learn
        self._source: Callable[[], Snapshot] | None = None
        self._limits: dict[asyncio.Timeout, float | None] = {}
        """With what was left of each when the clock was stopped."""
        self._holds = 0
        self._held_since_s = 0.0
        self._waited_s = 0.0
        self._since_last = 0
        self._last_s = clock.monotonic()
        self._taking = asyncio.Lock()
        self._deliveries: list[Delivery] = []
        self._unpaused = asyncio.Event()
        self.hold = RunHold()
        """Where steps stand while a person has the run."""
        self.doubts = OpenDoubts()
        """Steps under way, or interrupted, that can be asked whether they have happened."""
        self.pass_ended: Callable[[Pass, ErrorInfo | None], Awaitable[None]] | None = None
        """Told when a pass is over, with the first failure in it, where that does not end what is around it."""
        self.pause_reason: str | None = None
        self.newest: CheckpointState | None = None
        """What the run could go back to, secrets included; it does not leave the process."""

    # --- the clock ------------------------------------------------------------------------------------------------

    @property
    def waited_s(self) -> float:
        """How long the run has waited for people so far: time that does not count."""
        now = self._clock.monotonic() - self._held_since_s if self._holds else 0.0
        return self._waited_s + now

    @contextmanager
    def limited_by(self, limit: asyncio.Timeout) -> Iterator[None]:
        """A time limit, of the run or of a workflow inside it, which stands while a person is waited for."""
        self._limits[limit] = None
        if self._holds:
            self._stop(limit)
        try:
            yield
        finally:
            del self._limits[limit]

    @contextmanager
    def clock_stopped(self) -> Iterator[None]:
        """Time that does not count against the run's limit."""
        if not self._holds:
            self._held_since_s = self._clock.monotonic()
            for limit in self._limits:
                self._stop(limit)
        self._holds += 1
        try:
            yield
        finally:
            self._holds -= 1
            if not self._holds:
                self._waited_s += self._clock.monotonic() - self._held_since_s
                for limit in self._limits:
                    self._go_on(limit)

    def _stop(self, limit: asyncio.Timeout) -> None:
        ends_at = limit.when()
        if ends_at is not None and not limit.expired():
            self._limits[limit] = ends_at - asyncio.get_running_loop().time()
            limit.reschedule(None)

    def _go_on(self, limit: asyncio.Timeout) -> None:
        left_s = self._limits[limit]
        if left_s is not None and not limit.expired():
            limit.reschedule(asyncio.get_running_loop().time() + left_s)
        self._limits[limit] = None

    # --- pauses ---------------------------------------------------------------------------------------------------

    @property
    def wants_pause(self) -> bool:
        """True while no further step is to start."""
        return self.pause_reason is not None

    def pause(self, reason: str) -> None:
        """Start nothing more; the run ends at a checkpoint."""
        if self._sink is not None and self.pause_reason is None:
            self.pause_reason = reason
            self._unpaused.clear()

    def unpause(self) -> None:
        """Go on, if the run has not stopped yet."""
        self.pause_reason = None
        self._unpaused.set()

    async def settle_pause(self) -> bool:
        """Take the checkpoint that the pause needs; True when the orchestrator has it, so that the run may end.

        False when the pause was taken back, or when no checkpoint can be kept: then the run goes on.
        """
        reason = self.pause_reason or "a pause"
        delivery = await self.take(Order(kind=CheckpointKind.MANUAL, note=f"Paused: {reason}"[:MAX_NOTE]))
        if delivery is None or not await self._delivered_or_unpaused(delivery):
            self.unpause()
            return False
        return True

    async def _delivered_or_unpaused(self, delivery: Delivery) -> bool:
        async with asyncio.TaskGroup() as group:
            waits = [group.create_task(delivery.wait()), group.create_task(self._until_unpaused())]
            done, late = await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
            for each in late:
                each.cancel()
        return waits[0] in done and waits[0].result()

    async def _until_unpaused(self) -> bool:
        await self._unpaused.wait()
        return False

    # --- checkpoints ----------------------------------------------------------------------------------------------

    def follow(self, source: Callable[[], Snapshot]) -> None:
        """The run that is held; `source` tells at any moment how far it is."""
        self._source = source

    async def take(self, order: Order) -> Delivery | None:
        """Take a checkpoint now; None when nobody could keep it."""
        if self._sink is None or self._source is None:
            return None
        async with self._taking:
            snapshot = self._source()
            browser = await self._browsers.capture() if self._browsers is not None else BrowserState()
            state = self._state(snapshot, browser)
            if order.is_good:
                self.newest = state
            self._since_last, self._last_s = 0, self._clock.monotonic()
            delivery = await self._sink.put(self._facts(order, snapshot, browser), state)
            if order.kind is not CheckpointKind.AUTOMATIC:
                self._deliveries.append(delivery)
            return delivery

    @property
    def snapshot(self) -> Snapshot | None:
        """How far the run is now; None before it has begun."""
        return self._source() if self._source is not None else None

    async def step_ended(self, step: Step, result: StepResult, *, was_healed: bool = False) -> None:
        """A step is done: take a checkpoint when that is due."""
        self._since_last += result.status is StepStatus.COMPLETED
        order = self._due(step, result, was_healed=was_healed)
        if order is not None:
            await self.take(order)

    async def input_ended(self, step: Step, result: StepResult) -> None:
        """One input of a fan-out is done: it counts as a step does for automatic checkpoints."""
        self._since_last += result.status is StepStatus.COMPLETED
        if self._definition.checkpoints and self._sink is not None and self._is_time(step):
            await self.take(Order(kind=CheckpointKind.AUTOMATIC, step_id=step.id))

    async def before(self, step: Step) -> str:
        """Before a step that is not safe to repeat, where the workflow is to go on after crashes: let the orchestrator
        know first. Empty when the step may start, else why not, in one sentence."""
        is_needed = self._goes_on_after_crash and self._sink is not None and not step.runs_workflow
        if not is_needed or self.is_safe(step):
            return ""
        note = f"Before step {step.id}, which is not safe to repeat."
        delivery = await self.take(
            Order(
                kind=CheckpointKind.AUTOMATIC,
                note=note[:MAX_NOTE],
                step_id=step.id,
                also_running=step.id,
                is_settled_later=step.settles_doubt,
            )
        )
        if delivery is not None and await delivery.wait():
            return ""
        return (
            "The orchestrator did not take the checkpoint that must come before a step that is not safe to repeat; "
            "without `resume_after_crash` and `recheck` the step would run."
        )

    async def bring_back(self, browser: BrowserState) -> None:
        """Let the browser's sessions be as they were."""
        if self._browsers is not None:
            await self._browsers.bring_back(browser)

    async def flush(self, limit_s: float) -> None:
        """At the end of a run: give checkpoints that matter a moment to arrive before the result does."""
        try:
            async with asyncio.timeout(limit_s):
                for delivery in self._deliveries:
                    await delivery.wait()
        except TimeoutError:
            logger.info("A checkpoint has not arrived before the end of its run.")

    def is_safe(self, step: Step) -> bool:
        """What the step says, else what the action says; an unknown action is not safe to repeat. A step that runs a
        workflow is as safe as the steps inside."""
        if step.safe_to_repeat is not None:
            return step.safe_to_repeat
        if step.runs_workflow:
            inside = step.id.partition("[")[0] + SEPARATOR
            return not any(path.startswith(inside) for path in self._unsafe)
        return self._is_safe_action(step.action)

    def goes_on_with(self, step: Step) -> bool:
        """True when a run may go on by itself after a crash inside the step."""
        return step.settles_doubt or self.is_safe(step)

    def keep_secret(self, definition: WorkflowDefinition, variables: Mapping[str, JsonValue]) -> None:
        """Values that a workflow inside the run calls secret are masked from now on."""
        found = [variables.get(name) for name, each in definition.variables.items() if each.secret]
        if found:
            self._learn(found)

    @cached_property
    def _paths(self) -> tuple[InnerStep, ...]:
        return tuple(all_steps(self._definition))

    @cached_property
    def _unsafe(self) -> frozenset[str]:
        """Paths of the steps that are not safe to repeat; of one that runs a workflow those inside."""
        leaves = (each for each in self._paths if each.callee is None)
        return frozenset(each.path for each in leaves if not is_safe(each, self._is_safe_action))

    @cached_property
    def _blind(self) -> frozenset[str]:
        """Those among them of which nobody could say afterwards whether they have happened."""
        settled = {each.path for each in self._paths if each.step.settles_doubt}
        return self._unsafe - settled

    @cached_property
    def _goes_on_after_crash(self) -> bool:
        """What the workflow wants; one that says of a step how it is found out whether it happened wants it too."""
        return self._definition.resume_after_crash or any(each.step.settles_doubt for each in self._paths)

    def _is_safe_action(self, action: str) -> bool:
        spec = self._catalogue.get(action)
        return spec is not None and spec.safe_to_repeat

    def _due(self, step: Step, result: StepResult, *, was_healed: bool) -> Order | None:
        if not self._definition.checkpoints or self._sink is None:
            return None
        title = step.title[:200]
        if result.status is StepStatus.FAILED:
            return Order(kind=CheckpointKind.ERROR, note=f"{title} failed.", step_id=step.id, is_good=False)
        if was_healed:
            return Order(kind=CheckpointKind.RECOVERY, note=f"{title} succeeded after a recovery.", step_id=step.id)
        if result.status is StepStatus.COMPLETED and step.milestone:
            return Order(kind=CheckpointKind.MILESTONE, note=f"{title} is done.", step_id=step.id)
        is_due = self._is_time(step) and not self._is_at_the_end()
        return Order(kind=CheckpointKind.AUTOMATIC, step_id=step.id) if is_due else None

    def _is_at_the_end(self) -> bool:
        snapshot = self.snapshot
        is_last = snapshot is not None and snapshot.iteration >= self._definition.iterations
        return snapshot is None or (is_last and len(snapshot.results) >= len(self._definition.steps))

    def _is_time(self, step: Step) -> bool:
        age_s = self._clock.monotonic() - self._last_s
        if self._goes_on_after_crash and not self.is_safe(step):
            return True
        if age_s >= self._definition.checkpoint_interval_s:
            return True
        wanted = self._definition.checkpoint_interval
        if wanted is not None:
            return self._since_last >= wanted
        return self._since_last >= DEFAULT_STEPS and age_s >= DEFAULT_SPACING_S

    def _state(self, snapshot: Snapshot, browser: BrowserState) -> CheckpointState:
        secret = {name for name, each in self._definition.variables.items() if each.secret}
        return CheckpointState(
            workflow_hash=self._definition.content_hash,
            iteration=snapshot.iteration,
            iterations_succeeded=snapshot.iterations_succeeded,
            results=snapshot.results,
            fan_outs=snapshot.fan_outs,
            variables={name: value for name, value in snapshot.variables.items() if name not in secret},
            subs=snapshot.subs,
            error=snapshot.error,
            doubts=snapshot.doubts,
            browser=browser,
            in_doubt=self.doubts.ids,
        )

    def _facts(self, order: Order, snapshot: Snapshot, browser: BrowserState) -> CheckpointFacts:
        running = dict.fromkeys((*snapshot.running, *([order.also_running] if order.also_running else ())))
        variables = self._shown(dict(snapshot.variables))
        assert isinstance(variables, dict)
        return CheckpointFacts(
            checkpoint_id=order.checkpoint_id,
            job_id=self._job_id,
            attempt=self._attempt,
            kind=order.kind,
            taken_at=self._clock.now(),
            note=order.note,
            step_id=order.step_id,
            done=(*(each.step_id for each in snapshot.results), *snapshot.done_inside),
            running=tuple(running),
            total=len(self._definition.steps) + len(snapshot.done_inside),
            iteration=snapshot.iteration,
            iterations=self._definition.iterations,
            may_resume_after_crash=self._may_resume(snapshot, order),
            sessions=tuple(_told(each.name, each.tabs, each.current) for each in browser.sessions),
            cookies=sum(_cookies(each.storage) for each in browser.sessions),
            variables={name: _cut(value) for name, value in variables.items()},
            resources=self._resources(),
            metadata=order.metadata,
        )

    def _may_resume(self, snapshot: Snapshot, order: Order) -> bool:
        """True when nothing that is not safe to repeat has begun, or can begin before the next checkpoint is kept."""
        is_last = snapshot.iteration >= self._definition.iterations
        done = {*snapshot.done, *self._surely_done(snapshot)} if is_last else set[str]()
        if all(_is_covered(path, done) for path in self._blind):
            return True
        is_about_to = order.also_running is not None and not order.is_settled_later
        return self._goes_on_after_crash and not snapshot.runs_unsafe and not is_about_to

    def _surely_done(self, snapshot: Snapshot) -> Iterator[str]:
        """Paths of steps inside workflows under way that no later pass of these runs again."""
        passes = {each.path: each.callee.definition.iterations for each in self._paths if each.callee is not None}
        again = {path for path, sub in snapshot.subs.items() if sub.iteration < passes.get(path, sub.iteration + 1)}
        for path, sub in snapshot.subs.items():
            if not _is_covered(path, again):
                yield from (each.step_id for each in sub.results)


def _is_covered(path: str, places: set[str]) -> bool:
    """True when the step, or one that it is inside of, is among the places."""
    parts = path.split(SEPARATOR)
    return any(SEPARATOR.join(parts[:length]) in places for length in range(1, len(parts) + 1))


def _told(name: str, tabs: tuple[str, ...], current: int) -> str:
    address = tabs[current] if current < len(tabs) else ""
    return f"{name}: {address}"[:300]


def _cookies(storage: dict[str, JsonValue] | None) -> int:
    found = storage.get("cookies") if storage else None
    return len(found) if isinstance(found, list) else 0


def _cut(value: JsonValue) -> JsonValue:
    """A value for eyes: what is long or deep is told and not shown."""
    if isinstance(value, str):
        return value if len(value) <= 200 else f"{value[:197]}..."
    if isinstance(value, list):
        return f"{len(value)} entries"
    return f"{len(value)} fields" if isinstance(value, dict) else value
