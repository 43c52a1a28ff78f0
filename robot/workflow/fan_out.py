"""One step for each entry of a list, some at a time: every input has its own result, and one value is made of all.

All inputs are awaited, failed or not, unless the workflow wants to stop at the first failure. Inputs that are done stay
done: a run that is paused, or goes on from a checkpoint, runs only the others.
"""

import asyncio
import hashlib
import json
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from datetime import datetime

from orchestrator.contract.actions.spec import ActionSpec
from orchestrator.contract.errors import ErrorInfo, ErrorKind
from orchestrator.contract.expressions import ExpressionError, Scope, holds, render
from orchestrator.contract.ids import JsonValue
from orchestrator.contract.pattern_check import fan_out_parameters
from orchestrator.contract.patterns import MAX_INPUTS, FanOutProgress, ForEach, ItemErrors, ItemResult
from orchestrator.contract.protocol.jobs import StepProgress
from orchestrator.contract.results import Artifact, LogLevel, StepResult
from orchestrator.contract.states import StepStatus
from orchestrator.contract.workflow import Step
from robot.errors import ActionError
from robot.workflow.aggregation import aggregated
from robot.workflow.callees import MAIN_SESSION
from robot.workflow.report import value_problem
from robot.workflow.step import StepRunner


@dataclass(slots=True, kw_only=True)
class InputsDone:
    """What the inputs of one step have given so far; outlives the fan-out itself."""

    digest: str = ""
    done: dict[int, ItemResult] = field(default_factory=dict)

    @classmethod
    def of(cls, progress: FanOutProgress) -> "InputsDone":
        """From a checkpoint."""
        return cls(digest=progress.digest, done={each.index: each for each in progress.done})

    def begin(self, digest: str) -> None:
        """Forget what belongs to another step or to other inputs."""
        if self.digest != digest:
            self.digest, self.done = digest, {}

    def forget_failures(self) -> None:
        """Whoever tries the step again tries these again."""
        self.done = {index: each for index, each in self.done.items() if each.status is StepStatus.COMPLETED}

    @property
    def ordered(self) -> tuple[ItemResult, ...]:
        """The results in the order of the inputs."""
        return tuple(self.done[index] for index in sorted(self.done))

    @property
    def progress(self) -> FanOutProgress:
        """For a checkpoint."""
        return FanOutProgress(digest=self.digest, done=self.ordered)


@dataclass(slots=True, kw_only=True)
class FanOut:
    """One step's fan-out, run once."""

    step: Step
    loop: ForEach
    spec: ActionSpec | None
    scope: Scope
    runner: StepRunner
    kept: InputsDone
    may_go_on: Callable[[], bool]
    """False while no further input is to begin."""
    goes_on_later: Callable[[], bool]
    """Then: true when the run comes back to the inputs that are left, false when it ends without them."""
    ended: Callable[[Step, StepResult], Awaitable[None]]
    """Hears of each input's end."""
    _inputs: list[JsonValue] = field(default_factory=list)
    _waiting: deque[int] = field(default_factory=deque)
    _artifacts: list[Artifact] = field(default_factory=list)
    _has_failed: bool = False
    _started_at: datetime = field(init=False)
    _begun_at: float = field(init=False)

    def __post_init__(self) -> None:
        self._started_at = self.runner.clock.now()
        self._begun_at = self.runner.clock.monotonic()

    async def run(self) -> StepResult | None:
        """The step's result; None when a pause came before the last input had begun."""
        try:
            if self.step.when is not None and not holds(self.step.when, self.scope):
                return self._result(StepStatus.SKIPPED, note=f"Its condition was false: {self.step.when}")
            self._inputs = self._read_inputs()
        except ExpressionError as error:
            return self._failed(ErrorKind.BAD_WORKFLOW, error.message)
        self.kept.begin(self._digest())
        self._waiting.extend(index for index in range(len(self._inputs)) if index not in self.kept.done)
        self._tell("")
        async with asyncio.TaskGroup() as group:
            for number in range(min(self.loop.concurrency, len(self._waiting))):
                group.create_task(self._work(number), name=f"inputs of {self.step.id}")
        if self._waiting and not self._has_stopped and self.goes_on_later():
            return None
        return self._settled()

    def _read_inputs(self) -> list[JsonValue]:
        items = render(self.loop.items, self.scope)
        if not isinstance(items, list):
            raise ExpressionError(f"The items of a fan-out are a list; {self.loop.items!r:.200} gives none.")
        if len(items) > MAX_INPUTS:
            raise ExpressionError(f"A fan-out may have {MAX_INPUTS:,} inputs; this one has {len(items):,}.")
        return items

    def _digest(self) -> str:
        said = [self.step.model_dump(mode="json"), len(self._inputs)]
        return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()[:32]

    # --- inputs ---------------------------------------------------------------------------------------------------

    async def _work(self, number: int) -> None:
        """Take one input after the other, in a session of its own where the action needs one for itself."""
        if number == 0 or not self._needs_own_session:
            await self._take_inputs(self.step.session)
            return
        session = f"{self.step.session or MAIN_SESSION}+{number}"
        if not await self._has_session(session):
            return
        try:
            await self._take_inputs(session)
        finally:
            await self.runner.actions.end_twin(session)

    async def _take_inputs(self, session: str | None) -> None:
        while self._waiting and not self._has_stopped and self.may_go_on():
            await self._run_input(self._waiting.popleft(), session)

    @property
    def _has_stopped(self) -> bool:
        return self._has_failed and self.loop.on_error is ItemErrors.STOP

    @property
    def _needs_own_session(self) -> bool:
        """True for an action that nobody else may disturb in its session; one that nobody knows is taken for that."""
        return self.spec is None or (self.spec.needs_browser and self.spec.exclusive_session)

    async def _has_session(self, name: str) -> bool:
        try:
            if await self.runner.actions.twin(self.step.session, name):
                return True
            message = "The robot has no room for a further session; fewer inputs run at a time."
        except ActionError as error:
            message = f"A further session could not be had; fewer inputs run at a time. {error}"
        self.runner.log(LogLevel.INFO, message, self.step.id)
        return False

    async def _run_input(self, index: int, session: str | None) -> None:
        step = self._step_of(index, session)
        runner = replace(self.runner, tell=lambda news: self._pass_on(index, news))
        result = await runner.run(step, self._scope_of(index), self.spec)
        if result is None:
            self._waiting.appendleft(index)
            return
        self._artifacts.extend(result.artifacts)
        self.kept.done[index] = ItemResult(
            index=index,
            status=result.status,
            value=result.value,
            error=result.error,
            attempts=result.attempts,
            duration_s=result.duration_s,
            note=result.note,
        )
        if result.error is not None:
            self._has_failed = True
            message = f"Input {index} failed ({result.error.kind.value}): {result.error.message}"
            self.runner.log(LogLevel.WARNING, message, step.id)
        self._tell("")
        await self.ended(self.step, result)

    def _step_of(self, index: int, session: str | None) -> Step:
        parameters = fan_out_parameters(self.step, self.spec) if self.spec is not None else self.step.parameters
        own = {
            "id": f"{self.step.id}[{index}]",
            "parameters": parameters,
            "session": session,
            "when": None,
            "for_each": None,
            "save_as": None,
        }
        return self.step.model_copy(update=own)

    def _scope_of(self, index: int) -> Scope:
        item = self._inputs[index]
        names: dict[str, JsonValue] = {"item": item, "input": item, "index": index, self.loop.name: item}
        return replace(self.scope, item=item, local={**self.scope.local, **names})

    # --- news -----------------------------------------------------------------------------------------------------

    def _pass_on(self, index: int, news: StepProgress) -> None:
        if news.status is StepStatus.RETRYING:
            self._tell(f" Input {index}: {news.message}")

    def _tell(self, more: str) -> None:
        message = f"{len(self.kept.done)} of {len(self._inputs)} inputs are done.{more}"
        self.runner.tell(
            StepProgress(step_id=self.step.id, name=self.step.name, status=StepStatus.RUNNING, message=message)
        )

    # --- the end --------------------------------------------------------------------------------------------------

    def _settled(self) -> StepResult:
        results = self.kept.ordered
        failed = [each for each in results if each.status is StepStatus.FAILED]
        completed = len(results) - len(failed)
        is_too_bad = failed and (self.loop.on_error is not ItemErrors.CONTINUE or not completed)
        if is_too_bad:
            return self._failed_inputs(failed)
        if self._waiting:
            left = f"{len(self._waiting)} of {len(self._inputs)} inputs did not begin, since the run was stopping."
            return self._failed(ErrorKind.CANCELLED, left)
        return self._completed(results, len(failed))

    def _completed(self, results: tuple[ItemResult, ...], failures: int) -> StepResult:
        try:
            value = aggregated(self.loop.aggregate, results, self.scope)
        except ExpressionError as error:
            return self._failed(ErrorKind.BAD_WORKFLOW, error.message)
        problem = value_problem(value)
        if problem:
            return self._failed(ErrorKind.BAD_WORKFLOW, f"The value of all inputs together {problem}.")
        note = f"{failures} of {len(results)} inputs failed." if failures else None
        return self._result(StepStatus.COMPLETED, value=value, note=note)

    def _failed_inputs(self, failed: list[ItemResult]) -> StepResult:
        first = failed[0]
        assert first.error is not None
        many = "The only input" if len(self._inputs) == 1 else f"{len(failed)} of {len(self._inputs)} inputs"
        message = f"{many} failed; input {first.index}: {first.error.message}"
        indexes: list[JsonValue] = [each.index for each in failed[:1_000]]
        return self._failed(first.error.kind, message, hint=first.error.hint, details={"inputs": indexes})

    def _failed(self, kind: ErrorKind, message: str, **more: object) -> StepResult:
        error = ErrorInfo.model_validate({"kind": kind, "message": message[:16_384], "step_id": self.step.id, **more})
        result = self._result(StepStatus.FAILED, error=error)
        self.kept.forget_failures()
        return result

    def _result(self, status: StepStatus, **more: object) -> StepResult:
        results = self.kept.ordered
        return StepResult.model_validate(
            {
                "step_id": self.step.id,
                "name": self.step.name,
                "action": self.step.action,
                "status": status,
                "started_at": self._started_at,
                "duration_s": max(0.0, self.runner.clock.monotonic() - self._begun_at),
                "attempts": max((each.attempts for each in results), default=0),
                "items": results,
                "artifacts": tuple(self._artifacts),
                **more,
            }
        )
