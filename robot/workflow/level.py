"""One workflow of a run, with all its passes: the one that the job is, or one that a step runs inside another."""

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from orchestrator.contract.actions.spec import ActionSpec
from orchestrator.contract.checkpoints import CheckpointState, SubProgress
from orchestrator.contract.errors import ErrorInfo, ErrorKind, WorkflowError
from orchestrator.contract.expectations import MAX_DOUBTS, Doubt
from orchestrator.contract.expressions import ExpressionError, Scope, holds
from orchestrator.contract.ids import JsonValue
from orchestrator.contract.patterns import FanOutProgress
from orchestrator.contract.results import StepResult
from orchestrator.contract.states import StepStatus
from orchestrator.contract.sub_workflows import SEPARATOR, Callee, Workflows, placed
from orchestrator.contract.variables import check_variables
from orchestrator.contract.workflow import OnError, Step, WorkflowDefinition
from robot.errors import ActionError
from robot.workflow.callees import Callees
from robot.workflow.control import RunControl
from robot.workflow.expectations import doubts_about
from robot.workflow.graph import Graph
from robot.workflow.iteration import Iteration
from robot.workflow.outputs import outputs_of
from robot.workflow.passes import CURRENT_PASS, Pass
from robot.workflow.ports import ActionCall, ActionOutcome, InterruptedStepError
from robot.workflow.progress import RunProgress
from robot.workflow.recovery import RunRecovery
from robot.workflow.report import MAX_STEP_VALUE_BYTES, inner_results
from robot.workflow.snapshots import Snapshot
from robot.workflow.step import StepRunner
from robot.workflow.strategies import Plan, plan_for
from robot.workflow.sub_actions import SubActions


class RunPausedError(Exception):
    """The run has stopped at a checkpoint that the orchestrator has."""


@dataclass(slots=True, kw_only=True)
class Level:
    """All passes of one workflow. Those of workflows that its steps run are levels of their own, by the step's path."""

    definition: WorkflowDefinition
    workflows: Workflows
    graph: Graph
    plan: Plan
    variables: dict[str, JsonValue]
    catalogue: Mapping[str, ActionSpec]
    progress: RunProgress
    control: RunControl
    recovery: RunRecovery | None = None
    prefix: str = ""
    """Of the ids of its steps."""
    outer: "Level | None" = None
    known: dict[str, SubProgress] = field(default_factory=dict)
    """What a checkpoint says of workflows that have not begun again; one for the whole run."""
    number: int = 0
    succeeded: int = 0
    current: Iteration | None = None
    error: ErrorInfo | None = None
    """Of the first critical step that failed."""
    begin_with: tuple[StepResult, ...] = ()
    """Results of a checkpoint, for the next iteration."""
    inputs_done: dict[str, FanOutProgress] = field(default_factory=dict)
    """And what its fan-outs had done."""
    begun_s: float = 0.0
    """By the monotonic clock."""
    doubts: list[Doubt] = field(default_factory=list)
    """Why what completed is suspect, that of inner workflows included."""
    callees: Callees = field(init=False)
    _went_on: bool = False
    """True when it began in the middle."""
    _earlier: ErrorInfo | None = None
    """Of a pass before the current one."""
    _subs: "dict[str, Level]" = field(default_factory=dict)
    """Workflows of steps that run, that stopped midway, or that failed."""
    _inner: dict[str, dict[str, tuple[StepResult, ...]]] = field(default_factory=dict)
    """What the steps of those did that have ended, by the step's id and the path."""

    def __post_init__(self) -> None:
        self.callees = Callees(self.workflows, self.catalogue)

    # --- checkpoints ----------------------------------------------------------------------------------------------

    def go_on_from(self, state: CheckpointState) -> None:
        """Be where the checkpoint was; secret variables stay as they are."""
        self._take_over(state)
        self.known.clear()
        self.known.update(state.subs)
        self.control.doubts.take_over(state.in_doubt)
        self.progress.ended = self.number * self.progress.steps

    def _take_over(self, state: CheckpointState | SubProgress) -> None:
        self.variables.update(self._without_secrets(state.variables))
        self._went_on = True
        self.number = state.iteration - 1
        self.succeeded = state.iterations_succeeded
        self.error = state.error
        self.begin_with, self.inputs_done = state.results, dict(state.fan_outs)
        self.doubts = list(state.doubts)

    def snapshot(self) -> Snapshot:
        """How far it is now."""
        now = self._progress()
        running = tuple(self._leaves())
        return Snapshot(
            iteration=now.iteration,
            iterations_succeeded=now.iterations_succeeded,
            results=now.results,
            fan_outs=now.fan_outs,
            variables=dict(self.variables),
            running=tuple(step.id for step in running),
            runs_unsafe=not all(map(self.control.goes_on_with, running)),
            error=now.error,
            doubts=now.doubts,
            subs={**self.known, **self._progress_of_subs()},
        )

    def _progress(self) -> SubProgress:
        current = self.current
        return SubProgress(
            iteration=max(1, self.number),
            iterations_succeeded=self.succeeded,
            results=current.kept_results() if current is not None else self.begin_with,
            fan_outs=current.inputs_done() if current is not None else self.inputs_done,
            variables=self._without_secrets(self.variables),
            error=self._earlier if current is not None else self.error,
            doubts=tuple(self.doubts)[:MAX_DOUBTS],
        )

    def _progress_of_subs(self) -> dict[str, SubProgress]:
        """Of those whose steps run again when the run goes on from here."""
        found: dict[str, SubProgress] = {}
        done = {each.step_id for each in self.current.kept_results()} if self._subs and self.current else set()
        for path, sub in self._subs.items():
            if self._owner(path) not in done:
                found |= {path: sub._progress(), **sub._progress_of_subs()}  # noqa: SLF001  its own kind
        return found

    def _leaves(self) -> Iterable[Step]:
        """The steps that run now, those of inner workflows instead of the steps that run these."""
        for step_id in self.current.running if self.current is not None else ():
            step = self.graph.steps[step_id]
            if not step.runs_workflow:
                yield step
                continue
            for path, sub in self._subs.items():
                if self._owner(path) == step_id:
                    yield from sub._leaves()  # noqa: SLF001  its own kind

    def _without_secrets(self, variables: Mapping[str, JsonValue]) -> dict[str, JsonValue]:
        secret = {name for name, each in self.definition.variables.items() if each.secret}
        return {name: value for name, value in variables.items() if name not in secret}

    # --- passes ---------------------------------------------------------------------------------------------------

    def may_retry(self) -> bool:
        """False once it is stopping, or what is around it."""
        return self.current is not None and not self.current.is_stopping and self._may_start()

    def _may_start(self) -> bool:
        return self.outer is None or self.outer.may_retry()

    async def run(self, runner: StepRunner) -> None:
        """All passes that are left. RunPausedError, or InterruptedStepError inside another workflow, when it stopped
        midway."""
        around = CURRENT_PASS.get()
        try:
            await self._run_passes(runner, around)
        finally:
            CURRENT_PASS.set(around)

    async def _run_passes(self, runner: StepRunner, around: Pass | None) -> None:
        while self.number < self.definition.iterations and self._goes_on():
            self.number += 1
            self._subs.clear()
            self._inner.clear()
            self._earlier = self.error
            self.current = self._pass(runner, Pass(around))
            CURRENT_PASS.set(self.current.this)
            begin_with, self.begin_with = self.begin_with, ()
            inputs_done, self.inputs_done = self.inputs_done, {}
            self.current.take_over(begin_with, inputs_done)
            await self._run_or_pause(self.current)
            if await self._went_back():
                continue
            self.succeeded += self.current.failure is None
            self.error = self.error or self.current.failure
            await self._tell_end(self.current)
            self.control.doubts.forget(self.prefix)
            if self._is_enough(self.current):
                return

    async def _tell_end(self, iteration: Iteration) -> None:
        """What was taken in this pass fails with it; where more than the pass ends, what is around it decides."""
        if self.control.pass_ended is None:
            return
        errors = (each.error for each in iteration.ordered_results() if each.status is StepStatus.FAILED)
        error = iteration.failure or next((each for each in errors if each is not None), None)
        is_more = iteration.failure is not None and self.definition.on_error is OnError.STOP
        await self.control.pass_ended(iteration.this, None if is_more else error)

    def _pass(self, runner: StepRunner, this: Pass) -> Iteration:
        if any(step.runs_workflow for step in self.definition.steps):
            around = runner
            runner = replace(runner, actions=SubActions(runner.actions, lambda call: self._run_inner(call, around)))
        return Iteration(
            definition=self.definition,
            graph=self.graph,
            plan=self.plan,
            variables=self.variables,
            number=self.number,
            catalogue=self.catalogue,
            progress=self.progress,
            runner=runner,
            control=self.control,
            this=this,
            recovery=self.recovery,
            callees=self.callees,
            inner=self._inner,
            prefix=self.prefix,
            may_start=self._may_start,
        )

    async def _run_or_pause(self, iteration: Iteration) -> None:
        await iteration.run()
        while iteration.is_midway and not self._is_going_back:
            if self.outer is not None:
                raise InterruptedStepError
            if await self.control.settle_pause():
                raise RunPausedError
            await iteration.run()

    @property
    def _is_going_back(self) -> bool:
        return self.recovery is not None and self.recovery.rollback_for is not None

    async def _went_back(self) -> bool:
        """Go back to the last checkpoint, when a recovery wants that; what is around a workflow does it for both."""
        if self.recovery is None or self.recovery.rollback_for is None:
            return False
        if self.outer is not None:
            raise InterruptedStepError
        state = self.control.newest
        if state is None:
            return False
        self.recovery.rollback_for = None
        await self.control.bring_back(state.browser)
        self.go_on_from(state)
        return True

    def _goes_on(self) -> bool:
        """Asked before each pass; one that a checkpoint has stopped midway was asked already."""
        condition = self.definition.repeat_while
        if condition is None or self.begin_with or self.inputs_done:
            return True
        try:
            return holds(condition, replace(self.scope(), iteration=self.number + 1))
        except ExpressionError as error:
            self.error = self.error or ErrorInfo(kind=ErrorKind.BAD_WORKFLOW, message=f"while: {error.message}")
            return False

    def _is_enough(self, iteration: Iteration) -> bool:
        if iteration.this.nothing_left:
            return True
        if iteration.failure is not None and (self.definition.on_error is OnError.STOP or not self._may_start()):
            return True
        if self.definition.until is None:
            return False
        try:
            return holds(self.definition.until, iteration.scope())
        except ExpressionError as error:
            self.error = self.error or ErrorInfo(kind=ErrorKind.BAD_WORKFLOW, message=f"until: {error.message}")
            return True

    # --- the end --------------------------------------------------------------------------------------------------

    def close(self, why: str, kind: ErrorKind) -> None:
        """After the steps were cancelled: give each step without a result one that says why."""
        if self.current is not None:
            self.current.close(why, kind)

    def results(self) -> tuple[StepResult, ...]:
        """Of the last pass, in the order of the document."""
        return self.current.ordered_results() if self.current is not None else ()

    def scope(self) -> Scope:
        """What the expressions of outputs see."""
        return self.current.scope() if self.current is not None else Scope(variables=self.variables)

    def judge(self, now_s: float) -> None:
        """Doubt what has completed, where it did not give what was expected."""
        seconds = None if self._went_on else max(0.0, now_s - self.begun_s)
        self.doubts += doubts_about(self.definition, self.graph.steps, self.results(), self.scope(), seconds=seconds)

    # --- workflows that steps run ---------------------------------------------------------------------------------

    async def _run_inner(self, call: ActionCall, runner: StepRunner) -> ActionOutcome:
        """Run the workflow that a step calls; its outputs. Raises ActionError, InterruptedStepError."""
        path, owner = call.step_id, self._owner(call.step_id)
        sub = self._prepared(call, self.graph.steps[owner])
        sub.begun_s = runner.clock.monotonic()
        self._subs[path] = self.progress_into(path, sub)
        inner = replace(
            runner,
            tell=sub.progress.tell,
            log=sub.progress.log,
            may_retry=sub.may_retry,
            prefix=sub.prefix,
        )
        try:
            await sub._run_within(call.timeout_s, inner)  # noqa: SLF001  its own kind
            outputs = sub._given()  # noqa: SLF001  the same
            sub.judge(runner.clock.monotonic())
            self.doubts += [each.model_copy(update={"step_id": each.step_id or path}) for each in sub.doubts]
        except asyncio.CancelledError:
            sub.close("It was stopped.", ErrorKind.CANCELLED)
            raise
        finally:
            self.progress.inner.pop(path, None)
            self._inner.setdefault(owner, {})[path] = inner_results(sub.results())
        del self._subs[path]
        return ActionOutcome(value=outputs)

    def progress_into(self, path: str, sub: "Level") -> "Level":
        """The level, its progress counted in this one's from now on."""
        self.progress.inner[path] = sub.progress
        return sub

    def _owner(self, path: str) -> str:
        """The step of this level that a path belongs to: an input of a fan-out is called `rows[3]`."""
        return path if path in self.graph.steps else path.rpartition("[")[0]

    def _prepared(self, call: ActionCall, step: Step) -> "Level":
        callee = self.callees.find(step)
        if callee is None:
            message = f"The job's definition has no workflow {step.parameters.get('workflow')!r}; save it once more."
            raise ActionError.of(ErrorKind.BAD_WORKFLOW, message)
        caller = step.model_copy(update={"id": call.step_id, "session": call.session})
        try:
            given = call.parameters.get("variables")
            variables = check_variables(callee.definition, given if isinstance(given, dict) else {})
            sub = self._level_of(callee, caller, variables)
        except WorkflowError as error:
            message = f"{callee.definition.name}: {error.message}"
            raise ActionError.of(ErrorKind.BAD_WORKFLOW, message) from None
        self.control.keep_secret(callee.definition, variables)
        sub._go_on(self._remembered(call))  # noqa: SLF001  its own kind
        return sub

    def _level_of(self, callee: Callee, caller: Step, variables: dict[str, JsonValue]) -> "Level":
        definition = placed(callee.definition, caller)
        graph = Graph.of(definition)
        progress = RunProgress(
            listener=self.progress.listener,
            steps=len(graph.steps),
            iterations=definition.iterations,
            outer=self.progress,
        )
        return Level(
            definition=definition,
            workflows=callee.workflows,
            graph=graph,
            plan=plan_for(definition, graph),
            variables=variables,
            catalogue=self.catalogue,
            progress=progress,
            control=self.control,
            recovery=self.recovery,
            prefix=caller.id + SEPARATOR,
            outer=self,
            known=self.known,
        )

    def _remembered(self, call: ActionCall) -> SubProgress | None:
        """How far the called workflow was; nothing for a further try of the step, which begins anew."""
        stopped = self._subs.pop(call.step_id, None)
        if call.attempt > 1:
            for path in [each for each in self.known if _is_at(each, call.step_id)]:
                del self.known[path]
            return None
        if stopped is not None:
            self.known.update(stopped._progress_of_subs())  # noqa: SLF001  its own kind
            return stopped._progress()  # noqa: SLF001  the same
        return self.known.pop(call.step_id, None)

    def _go_on(self, progress: SubProgress | None) -> None:
        if progress is not None:
            self._take_over(progress)
            self.progress.ended = self.number * self.progress.steps

    async def _run_within(self, limit_s: float, runner: StepRunner) -> None:
        """Run as an inner workflow. ActionError when it failed or took too long."""
        limit_s = min(limit_s, self.definition.timeout_s or limit_s)
        limit = asyncio.timeout(limit_s)
        try:
            async with limit:
                with self.control.limited_by(limit):
                    await self.run(runner)
        except TimeoutError:
            message = f"{self.definition.name} did not end within {limit_s:g} s{self.progress.running_titles()}."
            self.close("The time of the workflow was over.", ErrorKind.TIMEOUT)
            hint = "Give the step, or the workflow, a longer `timeout`."
            info = ErrorInfo(kind=ErrorKind.TIMEOUT, message=message, hint=hint, details={"cut_off": True})
            raise ActionError(info) from None
        if self.error is not None:
            details = {**self.error.details, **({"step": self.error.step_id} if self.error.step_id else {})}
            message = f"{self.definition.name}: {self.error.message}"
            raise ActionError(self.error.model_copy(update={"message": message[:16_384], "details": details}))

    def _given(self) -> dict[str, JsonValue]:
        outputs, problem = outputs_of(
            self.definition, self.graph, self.scope(), prefix=self.prefix, most=MAX_STEP_VALUE_BYTES
        )
        if problem is not None:
            raise ActionError.of(ErrorKind.BAD_WORKFLOW, f"{self.definition.name}: {problem}")
        return outputs


def _is_at(path: str, place: str) -> bool:
    return path == place or path.startswith((place + SEPARATOR, place + "["))
