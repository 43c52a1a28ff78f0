"""One workflow of a run, with all its passes: the one that the job is, or one that a step runs inside another."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from orchestrator.contract.actions.spec import ActionSpec
from orchestrator.contract.checkpoints import CheckpointState, SubProgress
from orchestrator.contract.errors import ErrorInfo, ErrorKind
from orchestrator.contract.expectations import MAX_DOUBTS, Doubt
from orchestrator.contract.expressions import ExpressionError, Scope, holds
from orchestrator.contract.ids import JsonValue
from orchestrator.contract.patterns import FanOutProgress
from orchestrator.contract.results import StepResult
from orchestrator.contract.states import StepStatus
from orchestrator.contract.sub_workflows import SEPARATOR, Callee, Workflows, placed
from orchestrator.contract.workflow import OnError, Step, WorkflowDefinition
from robot.workflow.callees import Callees
from robot.workflow.control import RunControl
from robot.workflow.expectations import doubts_about
from robot.workflow.graph import Graph
from robot.workflow.inner import InnerRuns
from robot.workflow.iteration import Iteration
from robot.workflow.passes import CURRENT_PASS, Pass
from robot.workflow.ports import InterruptedStepError
from robot.workflow.progress import RunProgress
from robot.workflow.recovery import RunRecovery
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
    inner: InnerRuns = field(init=False)
    _went_on: bool = False
    """True when it began in the middle."""
    _earlier: ErrorInfo | None = None
    """Of a pass before the current one."""

    def __post_init__(self) -> None:
        self.callees = Callees(self.workflows, self.catalogue)
        self.inner = InnerRuns(around=self)

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
        now = self.so_far()
        running = tuple(self.leaves())
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
            subs={**self.known, **self.inner.so_far()},
        )

    def so_far(self) -> SubProgress:
        """How far it is, as a checkpoint keeps it of a workflow that a step runs."""
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

    def leaves(self) -> Iterable[Step]:
        """The steps that run now, those of inner workflows instead of the steps that run these."""
        for step_id in self.current.running if self.current is not None else ():
            step = self.graph.steps[step_id]
            if not step.runs_workflow:
                yield step
                continue
            for sub in self.inner.of(step_id):
                yield from sub.leaves()

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
            self.inner.clear()
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
            runner = replace(runner, actions=SubActions(runner.actions, lambda call: self.inner.run(call, around)))
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
            inner=self.inner.gathered,
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

    def inside(self, callee: Callee, caller: Step, variables: dict[str, JsonValue]) -> "Level":
        """A level of its own for what a step calls. WorkflowError when it cannot be run."""
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

    def go_on_with(self, progress: SubProgress | None) -> None:
        """Be where a workflow that a step runs had stopped; nothing where it begins."""
        if progress is not None:
            self._take_over(progress)
            self.progress.ended = self.number * self.progress.steps
