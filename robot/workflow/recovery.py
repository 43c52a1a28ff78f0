"""Recovery inside a run: after a step's own retries one strategy after the other, until the step succeeds for real.

A strategy acts, then the step is tried again; only a step that then completes makes the strategy a success. One that
found nothing to do is noted as a failure and the next one follows at once. All of it together has a limit.
"""

import asyncio
import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from orchestrator.contract.checkpoints import BrowserState, CheckpointKind
from orchestrator.contract.errors import ErrorInfo, ErrorKind
from orchestrator.contract.recovery import MAX_RECORDS, RecoveryRecord, RecoveryRules, RecoveryStrategy
from orchestrator.contract.results import LogLevel
from orchestrator.contract.workflow import Step, WorkflowDefinition
from robot.clock import Clock
from robot.errors import ActionError
from robot.workflow.control import RunControl
from robot.workflow.snapshots import Order

Pause = Callable[[float], Awaitable[None]]
StepLog = Callable[[LogLevel, str, str], None]
LADDER = ("session", "browser")
"""What a restart renews, the cheaper first; one rung for each time it is tried."""


class Components(Protocol):
    """What a run works with, for whoever repairs it."""

    async def restart(self, session: str | None, rung: str) -> str:
        """Renew a session, or the browser under it: what was done, in a sentence; empty when there is nothing."""
        ...

    async def validate(self, session: str | None, known: BrowserState | None) -> str:
        """Look after a session and repair what is not as it should be: what was repaired; empty when all is well."""
        ...

    async def custom(self, name: str, error: ErrorInfo, iteration: int, step_id: str) -> str:
        """Run a registered action: what it did; empty when it could not help."""
        ...


@dataclass(slots=True, kw_only=True)
class _Episode:
    """All that is tried for the failure of one step."""

    since_s: float
    order: list[RecoveryStrategy]
    retries: int = 0
    rung: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class _Pending:
    """A strategy that has acted; whether it helped will show."""

    strategy: RecoveryStrategy
    kind: ErrorKind
    at: datetime
    since_s: float
    note: str


@dataclass(slots=True, kw_only=True)
class RunRecovery:
    """The recoveries of one run."""

    definition: WorkflowDefinition
    rules: RecoveryRules
    control: RunControl
    components: Components
    clock: Clock
    rng: random.Random
    log: StepLog
    job_id: str
    attempt: int
    pause: Pause = asyncio.sleep
    records: list[RecoveryRecord] = field(default_factory=list)
    rollback_for: str | None = None
    """The step for which the run is to go back to its last checkpoint."""
    _episodes: dict[str, _Episode] = field(default_factory=dict)
    _pending: dict[str, _Pending] = field(default_factory=dict)
    _healed: set[str] = field(default_factory=set)
    _tried: int = 0

    async def recover(self, step: Step, error: ErrorInfo, iteration: int) -> bool:
        """Act after a failure; True when the step should be tried again, or when the run goes back (`rollback_for`)."""
        self._settle(step.id, succeeded=False)
        order = self.rules.order_for(error.kind)
        if not order:
            return False
        episode = self._episodes.get(step.id)
        if episode is None:
            episode = self._episodes[step.id] = _Episode(since_s=self.clock.monotonic(), order=list(order))
            note = f"Before recovering step {step.id} from {error.kind}."
            await self.control.take(Order(kind=CheckpointKind.RECOVERY, note=note, step_id=step.id, is_good=False))
        while (strategy := self._next(episode)) is not None:
            if await self._act(strategy, episode, step, error, iteration):
                return True
        return False

    def succeeded(self, step: Step) -> None:
        """The step is done."""
        if step.id in self._pending:
            self._settle(step.id, succeeded=True)
            self._healed.add(step.id)
        self._episodes.pop(step.id, None)

    def was_healed(self, step_id: str) -> bool:
        """True once after a recovery that helped."""
        if step_id not in self._healed:
            return False
        self._healed.discard(step_id)
        return True

    def close(self) -> tuple[RecoveryRecord, ...]:
        """At the end of the run: what was tried. What never got as far as its step has not helped."""
        for step_id in tuple(self._pending):
            self._settle(step_id, succeeded=False)
        return tuple(self.records[:MAX_RECORDS])

    # --- choosing -------------------------------------------------------------------------------------------------

    def _next(self, episode: _Episode) -> RecoveryStrategy | None:
        """The strategy whose turn it is; None when all were tried, or time or number are used up."""
        if self._tried >= self.rules.max_recoveries or self._left_s(episode) <= 0:
            return None
        while episode.order:
            strategy = episode.order[0]
            if not self._is_used_up(strategy, episode):
                return strategy
            episode.order.pop(0)
        return None

    def _is_used_up(self, strategy: RecoveryStrategy, episode: _Episode) -> bool:
        match strategy:
            case RecoveryStrategy.RETRY:
                return episode.retries >= self.rules.retry.max_retries
            case RecoveryStrategy.RESTART:
                return episode.rung >= len(LADDER)
            case _:
                return False

    def _left_s(self, episode: _Episode) -> float:
        return self.rules.timeout_s - (self.clock.monotonic() - episode.since_s)

    # --- acting ---------------------------------------------------------------------------------------------------

    async def _act(
        self, strategy: RecoveryStrategy, episode: _Episode, step: Step, error: ErrorInfo, iteration: int
    ) -> bool:
        self._tried += 1
        at, since_s = self.clock.now(), self.clock.monotonic()
        try:
            async with asyncio.timeout(self._left_s(episode)):
                note = await self._done(strategy, episode, step, error, iteration)
        except TimeoutError:
            note, failure = "", f"It took longer than the {self.rules.timeout_s:g} s that recovery may take."
        except ActionError as trouble:
            note, failure = "", str(trouble)
        else:
            failure = "It found nothing to do."
        pending = _Pending(strategy=strategy, kind=error.kind, at=at, since_s=since_s, note=note or failure)
        self._pending[step.id] = pending
        if not note:
            self._settle(step.id, succeeded=False)
            return False
        self.log(LogLevel.WARNING, f"Recovering from {error.kind} by {strategy}: {note}", step.id)
        return True

    async def _done(
        self, strategy: RecoveryStrategy, episode: _Episode, step: Step, error: ErrorInfo, iteration: int
    ) -> str:
        """What was done, in a sentence; empty when there was nothing to do."""
        match strategy:
            case RecoveryStrategy.RETRY:
                return await self._wait(episode)
            case RecoveryStrategy.RESTART:
                rung = LADDER[episode.rung]
                episode.rung += 1
                return await self.components.restart(step.session, rung)
            case RecoveryStrategy.VALIDATE:
                episode.order.remove(strategy)
                known = self.control.newest.browser if self.control.newest is not None else None
                return await self.components.validate(step.session, known)
            case RecoveryStrategy.CUSTOM:
                episode.order.remove(strategy)
                return await self._custom(error, iteration, step.id)
            case RecoveryStrategy.ROLLBACK:
                episode.order.remove(strategy)
                return self._rollback(step)

    async def _wait(self, episode: _Episode) -> str:
        episode.retries += 1
        delay_s = self.rules.retry.delay_s(episode.retries, self.rng)
        await self.pause(delay_s)
        return f"waited {delay_s:.1f} s (retry {episode.retries} of {self.rules.retry.max_retries})."

    async def _custom(self, error: ErrorInfo, iteration: int, step_id: str) -> str:
        done = [await self.components.custom(name, error, iteration, step_id) for name in self.rules.custom]
        return " ".join(filter(None, done))

    def _rollback(self, step: Step) -> str:
        """Let the run go back, where there is a checkpoint and nothing unsafe would run twice."""
        state, source = self.control.newest, self.control.snapshot
        is_own_step = any(each.id == step.id for each in self.definition.steps)
        if state is None or source is None or not is_own_step:
            return ""
        again = [each for each in self.definition.steps if each.id in source.done - state.done]
        is_same_pass = state.iteration == source.iteration
        is_clear = not source.subs  # what a workflow inside has done since then would be done once more
        may = is_same_pass and is_clear and all(self.control.is_safe(each) for each in again)
        if not (may or self.definition.retry_safe) or not (again or state.browser.sessions):
            return ""
        self.rollback_for = step.id
        return f"back to the checkpoint after {len(state.results)} steps; {len(again)} steps run again."

    def _settle(self, step_id: str, *, succeeded: bool) -> None:
        pending = self._pending.pop(step_id, None)
        if pending is None:
            return
        self.records.append(
            RecoveryRecord(
                job_id=self.job_id,
                attempt=self.attempt,
                step_id=step_id,
                strategy=pending.strategy,
                error_kind=pending.kind,
                succeeded=succeeded,
                at=pending.at,
                duration_s=max(0.0, self.clock.monotonic() - pending.since_s),
                note=pending.note[:1_000],
            )
        )
