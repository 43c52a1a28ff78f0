"""One step of a run: its condition, its parameters, its action with a time limit, and another try where that helps."""

import asyncio
import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime

from pydantic import ValidationError

from orchestrator.contract.actions.spec import ActionSpec
from orchestrator.contract.errors import ErrorInfo, ErrorKind
from orchestrator.contract.expressions import ExpressionError, Scope, holds, render
from orchestrator.contract.ids import JsonValue
from orchestrator.contract.live import Then
from orchestrator.contract.protocol.jobs import StepProgress
from orchestrator.contract.results import Artifact, LogLevel, StepResult
from orchestrator.contract.states import StepStatus
from orchestrator.contract.workflow import Step
from robot.clock import Clock
from robot.errors import ActionError
from robot.workflow.hold import RunHold, Word
from robot.workflow.ports import ActionCall, ActionOutcome, Actions, InterruptedStepError
from robot.workflow.recovery import RunRecovery
from robot.workflow.report import MAX_STEP_VALUE_BYTES, bounded_error, sayable, value_problem

FAILURE_REPORT_LIMIT_S = 15.0
"""Patience with the picture of a failure."""

UNKNOWN_EFFECT_KINDS = frozenset(
    {ErrorKind.BROWSER_LOST, ErrorKind.DRIVER_LOST, ErrorKind.PAGE_CRASHED, ErrorKind.ROBOT_LOST}
)
"""After these nobody knows whether the action took effect."""

PERSON_LIMIT_S = 31 * 86_400.0
"""Longer than any question may be open."""

Pause = Callable[[float], Awaitable[None]]
BeforeStep = Callable[[Step], Awaitable[str]]
StepNews = Callable[[StepProgress], None]
StepLog = Callable[[LogLevel, str, str], None]
"""Level, message, step id."""


@dataclass(slots=True, kw_only=True)
class StepRunner:
    """Runs single steps for one run; knows nothing of the graph."""

    actions: Actions
    clock: Clock
    rng: random.Random
    pause: Pause
    tell: StepNews
    log: StepLog
    may_retry: Callable[[], bool] = field(default=lambda: True)
    """False once the run is stopping: what runs may finish, but is not tried again."""
    before: BeforeStep | None = None
    """Asked before the action is first run; says why it must not, or nothing."""
    recovery: RunRecovery | None = None
    hold: RunHold = field(default_factory=RunHold)
    """Where steps stand while a person has the run."""
    prefix: str = ""
    """Of the ids of this level's steps, which expressions do not see."""

    async def run(self, step: Step, scope: Scope, spec: ActionSpec | None) -> StepResult | None:
        """The step's result, or None when it was interrupted and goes on later; cancelling it stops the action.

        Raises nothing else.
        """
        run = _StepRun(
            step=step,
            spec=spec,
            begun_at=self.clock.monotonic(),
            started_at=self.clock.now(),
            runner=self,
            inputs=_inputs(step, scope, self.prefix),
        )
        try:
            if step.chooses:
                return run.chosen(is_true=step.when is not None and holds(step.when, scope))
            if step.when is not None and not holds(step.when, scope):
                return run.skipped(f"Its condition was false: {step.when}")
            parameters = render(step.parameters, scope)
        except ExpressionError as error:
            return run.failed(_bad_workflow(error), ())
        assert isinstance(parameters, dict)
        run.iteration = scope.iteration
        refusal = await self.before(step) if self.before is not None else ""
        if refusal:
            return run.failed(ErrorInfo(kind=ErrorKind.INTERNAL, message=refusal), ())
        try:
            return await run.attempt_until_done(parameters)
        except InterruptedStepError:
            return None


@dataclass(slots=True, kw_only=True)
class _StepRun:
    """The tries of one step."""

    step: Step
    spec: ActionSpec | None
    begun_at: float
    started_at: datetime
    runner: StepRunner
    inputs: dict[str, JsonValue]
    attempts: int = 0
    note: str | None = None
    iteration: int = 1
    tries: int = 0
    """Since the step began, or since a recovery acted."""

    async def attempt_until_done(self, parameters: dict[str, JsonValue]) -> StepResult:
        hold = self.runner.hold
        while True:
            word = await hold.passed(self.step.id)
            if word.then is not Then.CONTINUE:
                return self._left_to_person(word)
            self.attempts += 1
            self.tries += 1
            call = self._call(parameters)
            self._tell(StepStatus.RUNNING)
            with hold.working(self.step.id):
                result = await self._attempt(call)
            if hold.is_on and not isinstance(result, StepResult):
                self.tries -= 1  # what fails while a person has the run is that person's business
                self._tell(StepStatus.RETRYING, f"It failed ({result.info.kind.value}) while a person has the run.")
                continue
            if isinstance(result, StepResult):
                if self.runner.recovery is not None:
                    self.runner.recovery.succeeded(self.step)
                return result
            if self._is_worth_another_try(result):
                await self._wait_before_retry(result.info)
            elif not await self._is_recovered(result):
                return self.failed(result.info, await self._picture(call))

    def chosen(self, *, is_true: bool) -> StepResult:
        """What a choice gives; the results of its steps follow as they end."""
        value: dict[str, JsonValue] = {
            "condition": self.step.when,
            "conditionResult": is_true,
            "branch": "then" if is_true else "else",
            "results": [],
        }
        return self._result(StepStatus.COMPLETED, value=value, note=f"It chose `{value['branch']}`.")

    def skipped(self, note: str) -> StepResult:
        return self._result(StepStatus.SKIPPED, note=note)

    def failed(self, info: ErrorInfo, artifacts: tuple[Artifact, ...]) -> StepResult:
        error = bounded_error(info.model_copy(update={"step_id": self.step.id}))
        return self._result(StepStatus.FAILED, error=error, artifacts=artifacts, note=self.note)

    def _left_to_person(self, word: Word) -> StepResult:
        if word.then is Then.SKIP:
            return self.skipped(word.story)
        return self.failed(ErrorInfo(kind=ErrorKind.BUSINESS, message=word.story), ())

    async def _attempt(self, call: ActionCall) -> "StepResult | _Failure":
        limit = asyncio.timeout(self._timeout_s)
        try:
            async with limit:
                outcome = await self.runner.actions.perform(call)
            return self._completed(outcome)
        except asyncio.CancelledError:
            task = asyncio.current_task()
            if task is None or task.cancelling():
                raise
            # A library below cancelled its own work; nobody asked the step to stop.
            return _Failure(
                ErrorInfo(kind=ErrorKind.INTERNAL, message="The action cancelled itself."), is_effect_unknown=True
            )
        except InterruptedStepError:
            raise
        except ActionError as error:
            was_cut_off = error.info.details.get("cut_off") is True
            return _Failure(error.info, is_effect_unknown=was_cut_off or error.info.kind in UNKNOWN_EFFECT_KINDS)
        except TimeoutError as error:
            return _Failure(_timed_out(self.step, error, is_ours=limit.expired()), is_effect_unknown=limit.expired())
        except Exception as error:  # noqa: BLE001  a fault in one action fails its step, never the robot
            message = str(sayable(f"{type(error).__name__} in the action {call.action}: {error}"))
            return _Failure(ErrorInfo(kind=ErrorKind.INTERNAL, message=message[:16_384]), is_effect_unknown=False)

    def _completed(self, outcome: ActionOutcome) -> StepResult:
        """The result; an ActionError when the value cannot be kept."""
        problem = value_problem(outcome.value)
        if problem:
            hint = f"A step's value is JSON of at most {MAX_STEP_VALUE_BYTES:,} bytes; write large data to a file."
            raise ActionError.of(ErrorKind.BAD_WORKFLOW, f"The step's value {problem}.", hint=hint)
        try:
            return self._result(
                StepStatus.COMPLETED,
                value=sayable(outcome.value),
                locator=outcome.locator,
                url=outcome.url,
                artifacts=outcome.artifacts,
            )
        except ValidationError:
            raise ActionError.of(
                ErrorKind.INTERNAL, f"The action {self.step.action} gave a value that is not JSON."
            ) from None

    async def _is_recovered(self, failure: "_Failure") -> bool:
        """True when a recovery acted and the step should be tried again here."""
        recovery = self.runner.recovery
        if recovery is None or not self.runner.may_retry():
            return False
        if failure.is_effect_unknown and not self._is_safe_to_repeat():
            return False
        self._tell(StepStatus.RETRYING, f"Recovering from {failure.info.kind.value}: {failure.info.message[:500]}")
        if not await recovery.recover(self.step, failure.info, self.iteration):
            return False
        self.tries = self.step.retry.max_retries  # one try for each strategy
        return recovery.rollback_for != self.step.id

    def _is_worth_another_try(self, failure: "_Failure") -> bool:
        step, kind = self.step, failure.info.kind
        if self.tries > step.retry.max_retries or not step.retry.allows(kind) or not self.runner.may_retry():
            return False
        if failure.is_effect_unknown and not self._is_safe_to_repeat():
            self.note = (
                f"Not tried again: the step changes something, and after {kind.value} nobody knows whether it did."
            )
            return False
        return True

    def _is_safe_to_repeat(self) -> bool:
        """What the step says, else what the action says; an unknown action is not repeated blindly."""
        if self.step.safe_to_repeat is not None:
            return self.step.safe_to_repeat
        return self.spec is not None and self.spec.safe_to_repeat

    async def _wait_before_retry(self, info: ErrorInfo) -> None:
        delay = self.step.retry.delay_s(self.attempts, self.runner.rng)
        message = (
            f"Try {self.attempts} failed ({info.kind.value}: {info.message[:500]}); trying again in {delay:.1f} s."
        )
        self.runner.log(LogLevel.WARNING, message, self.step.id)
        self._tell(StepStatus.RETRYING, message)
        await self.runner.pause(delay)

    async def _picture(self, call: ActionCall) -> tuple[Artifact, ...]:
        try:
            async with asyncio.timeout(FAILURE_REPORT_LIMIT_S):
                return await self.runner.actions.describe_failure(call)
        except TimeoutError:
            self.runner.log(LogLevel.WARNING, "The page's picture took too long and is left out.", self.step.id)
        except Exception as error:  # noqa: BLE001  a fault in taking a picture must not hide the failure itself
            self.runner.log(LogLevel.WARNING, f"The page's picture could not be taken: {error}", self.step.id)
        return ()

    @property
    def _timeout_s(self) -> float:
        """The step's own limit; an action that waits for somebody, and a workflow, keep one themselves."""
        waits = self.spec is not None and (self.spec.waits_for_person or self.spec.waits_for_orchestrator)
        return PERSON_LIMIT_S if waits or self.step.runs_workflow else self.step.timeout_s

    def _call(self, parameters: dict[str, JsonValue]) -> ActionCall:
        return ActionCall(
            step_id=self.step.id,
            action=self.step.action,
            parameters=parameters,
            session=self.step.session,
            timeout_s=self.step.timeout_s if self.step.runs_workflow else self._timeout_s,
            attempt=self.attempts,
            inputs=self.inputs,
        )

    def _tell(self, status: StepStatus, message: str = "") -> None:
        progress = StepProgress(
            step_id=self.step.id, name=self.step.name, status=status, attempt=max(self.attempts, 1), message=message
        )
        self.runner.tell(progress)

    def _result(self, status: StepStatus, **more: object) -> StepResult:
        return StepResult.model_validate(
            {
                "step_id": self.step.id,
                "name": self.step.name,
                "action": self.step.action,
                "status": status,
                "started_at": self.started_at,
                "duration_s": max(0.0, self.runner.clock.monotonic() - self.begun_at),
                "attempts": self.attempts,
                **more,
            }
        )


@dataclass(frozen=True, slots=True)
class _Failure:
    info: ErrorInfo
    is_effect_unknown: bool


def _timed_out(step: Step, error: TimeoutError, *, is_ours: bool) -> ErrorInfo:
    if is_ours:
        return ErrorInfo(
            kind=ErrorKind.TIMEOUT,
            message=f"The step did not end within {step.timeout_s:g} s.",
            hint="Give the step a longer `timeout`, or look at what it waits for.",
        )
    return ErrorInfo(kind=ErrorKind.TIMEOUT, message=str(sayable(str(error)))[:16_384] or "The action ran out of time.")


def _inputs(step: Step, scope: Scope, prefix: str) -> dict[str, JsonValue]:
    """Values of the steps before this one, for actions that go on with them."""
    names = (each.removeprefix(prefix) for each in step.dependencies)
    before = ((each, scope.steps.get(each)) for each in names)
    return {each: found.get("result") for each, found in before if isinstance(found, dict)}


def _bad_workflow(error: ExpressionError) -> ErrorInfo:
    return ErrorInfo(kind=ErrorKind.BAD_WORKFLOW, message=error.message)
