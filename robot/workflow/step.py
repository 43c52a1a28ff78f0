"""One step of a run: its condition, its parameters, its action with a time limit, and another try where that helps."""

import asyncio
import random
from collections.abc import Awaitable, Callable
from contextlib import AbstractContextManager, nullcontext
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
from robot.workflow.doubts import DoubtSettler, Finding, OpenDoubts, Verdict
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

DOUBTFUL_KINDS = frozenset({ErrorKind.NETWORK, ErrorKind.NAVIGATION, ErrorKind.TIMEOUT, ErrorKind.SESSION_EXPIRED})
"""After these it is looked whether the action took effect, where a step says how."""
MOST_REDONE = 3
_TIMELY = frozenset({ErrorKind.TIMEOUT, ErrorKind.TARGET_NOT_FOUND, ErrorKind.NOT_ACTIONABLE})
"""Failures that waiting longer might have prevented."""
MOST_FREE = 3
INTERRUPTED = "The run was interrupted while the step was under way."

PERSON_LIMIT_S = 31 * 86_400.0
"""Longer than any question may be open."""

Pause = Callable[[float], Awaitable[None]]
BeforeStep = Callable[[Step], Awaitable[str]]
StepNews = Callable[[StepProgress], None]
LimitedBy = Callable[[asyncio.Timeout], AbstractContextManager[object]]
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
    doubts: OpenDoubts = field(default_factory=OpenDoubts)
    """Which steps were interrupted, so that nobody knows whether they have happened."""
    limited_by: LimitedBy = nullcontext
    """What a step's time limit is kept by: it stands while a person is waited for."""
    waited_s: Callable[[], float] = field(default=lambda: 0.0)
    """How long the run has waited for people so far."""
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
        run.settler = DoubtSettler(actions=self.actions, step=step, scope=scope)
        was_interrupted = step.id in self.doubts
        run.note_doubt()
        refusal = await self.before(step) if self.before is not None else ""
        if refusal:
            run.note_certainty()
            return run.failed(ErrorInfo(kind=ErrorKind.INTERNAL, message=refusal), ())
        try:
            return await run.attempt_until_done(parameters, was_interrupted=was_interrupted)
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
    settler: DoubtSettler | None = None
    redone: int = 0
    """How often it was done again, since it had not happened."""
    free: int = 0
    """Tries that did not count, since a person was waited for meanwhile."""

    async def attempt_until_done(self, parameters: dict[str, JsonValue], *, was_interrupted: bool) -> StepResult:
        """The step's result, after as many tries as it is worth."""
        hold = self.runner.hold
        ended: StepResult | None = None
        if was_interrupted:
            trouble = ErrorInfo(kind=ErrorKind.ROBOT_LOST, message=INTERRUPTED)
            ended = await self._settled(trouble, self._call(parameters))
        while ended is None:
            word = await hold.passed(self.step.id)
            if word.then is not Then.CONTINUE:
                return self._left_to_person(word)
            self.attempts += 1
            self.tries += 1
            call = self._call(parameters)
            waited_s = self.runner.waited_s()
            self._tell(StepStatus.RUNNING)
            with hold.working(self.step.id):
                result = await self._attempt(call)
            if isinstance(result, StepResult):
                return self._done(result)
            if hold.is_on:
                self.tries -= 1  # what fails while a person has the run is that person's business
                self._tell(StepStatus.RETRYING, f"It failed ({result.info.kind.value}) while a person has the run.")
                continue
            if self.runner.waited_s() > waited_s and self._is_free(result):
                self.tries -= 1  # its own waits went on while a person was waited for
                self.free += 1
            ended = await self._after(result, call)
        return ended

    async def _after(self, failure: "_Failure", call: ActionCall) -> StepResult | None:
        """What a failed try means: the step's result, or None for another try."""
        if self._is_doubtful(failure):
            return await self._settled(failure.info, call)
        if self._is_worth_another_try(failure):
            await self._wait_before_retry(failure.info)
            return None
        if await self._is_recovered(failure):
            return None
        if not failure.is_effect_unknown:
            self.note_certainty()
        return self.failed(failure.info, await self._picture(call))

    def _done(self, result: StepResult) -> StepResult:
        self.note_certainty()
        if self.runner.recovery is not None:
            self.runner.recovery.succeeded(self.step)
        return result

    # --- doubt ----------------------------------------------------------------------------------------------------

    def note_doubt(self) -> None:
        """From now on it may have happened, where somebody could find out."""
        if self.step.settles_doubt and not self._is_safe_to_repeat():
            self.runner.doubts.open(self.step.id)

    def note_certainty(self) -> None:
        """It is known whether it has happened."""
        self.runner.doubts.settle(self.step.id)

    def _is_doubtful(self, failure: "_Failure") -> bool:
        """True when nobody knows whether the step has happened, and it can be found out."""
        if not self.step.settles_doubt or self._is_safe_to_repeat() or not self.runner.may_retry():
            return False
        return failure.is_effect_unknown or failure.info.kind in DOUBTFUL_KINDS

    async def _settled(self, trouble: ErrorInfo, call: ActionCall) -> StepResult | None:
        """The step's result when it had happened, or when nobody could tell; None when it is to be done now."""
        assert self.settler is not None
        self._tell(StepStatus.RETRYING, f"Finding out whether it has happened ({trouble.kind.value}).")
        with self.runner.hold.working(self.step.id):
            finding = await self._found_out(trouble)
        if isinstance(finding, ErrorInfo):
            return self.failed(finding, await self._picture(call))
        self.runner.log(LogLevel.WARNING, f"Interrupted by {trouble.kind.value}: {finding.words}", self.step.id)
        if finding.verdict is Verdict.HAPPENED:
            return self._done(self._result(StepStatus.COMPLETED, value=finding.value, note=finding.words))
        self.redone += 1
        if self.redone <= MOST_REDONE:
            return None
        self.note_certainty()
        self.note = f"Done {self.redone} times, and it never happened."
        return self.failed(trouble, await self._picture(call))

    async def _found_out(self, trouble: ErrorInfo) -> Finding | ErrorInfo:
        """Whether it has happened, by its recheck or by a person; else why the step fails."""
        assert self.settler is not None
        try:
            finding = await self.settler.look()
            if finding.verdict is Verdict.UNKNOWN and self.step.asks_in_doubt:
                finding = await self.settler.ask(f"{trouble.kind.value}: {trouble.message[:1_000]}", finding)
        except ActionError as error:
            return error.info
        except Exception as error:  # noqa: BLE001  a fault in the look fails the step, never the robot
            message = str(
                sayable(f"{type(error).__name__} while it was found out whether the step has happened: {error}")
            )
            return ErrorInfo(kind=ErrorKind.INTERNAL, message=message[:16_384])
        if finding.verdict is not Verdict.UNKNOWN:
            return finding
        self.note = finding.words
        return trouble

    # --- results --------------------------------------------------------------------------------------------------

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
        self.note_certainty()
        if word.then is Then.SKIP:
            return self.skipped(word.story)
        return self.failed(ErrorInfo(kind=ErrorKind.BUSINESS, message=word.story), ())

    async def _attempt(self, call: ActionCall) -> "StepResult | _Failure":
        limit = asyncio.timeout(self._timeout_s)
        try:
            async with limit:
                with self.runner.limited_by(limit):
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

    def _is_free(self, failure: "_Failure") -> bool:
        """True for a try that failed since its time went on while a person was waited for."""
        asks = self.spec is not None and self.spec.waits_for_person
        return failure.info.kind in _TIMELY and self.free < MOST_FREE and not asks and not self._is_blind(failure)

    def _is_blind(self, failure: "_Failure") -> bool:
        """True when it must not be tried again, since nobody knows whether it took effect."""
        return failure.is_effect_unknown and not self._is_safe_to_repeat()

    async def _is_recovered(self, failure: "_Failure") -> bool:
        """True when a recovery acted and the step should be tried again here."""
        recovery = self.runner.recovery
        if recovery is None or not self.runner.may_retry():
            return False
        if self._is_blind(failure):
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
        if self._is_blind(failure):
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
