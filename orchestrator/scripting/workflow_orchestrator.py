"""One workflow at a time, with checkpoints in a workspace: its iterations run on robots, or call a script's objects."""

import asyncio
import logging
from collections.abc import Mapping
from contextlib import aclosing, suppress
from pathlib import Path
from types import TracebackType
from typing import Self

from orchestrator.client.client import OrchestratorClient
from orchestrator.client.events import ConnectionLost, EventStream
from orchestrator.client.following import follow_jobs
from orchestrator.contract.actions.catalogue import find_action
from orchestrator.contract.api.jobs import JobDetail
from orchestrator.contract.api.recovery import CheckpointStatisticsView, RecoveryStatisticsView
from orchestrator.contract.api.resources import MachineHistoryView
from orchestrator.contract.checkpoints import CheckpointKind, CheckpointView
from orchestrator.contract.errors import Problem, UserError, WorkflowError
from orchestrator.contract.ids import JsonValue
from orchestrator.contract.workflow import ExecutionStrategy, Step, WorkflowDefinition
from orchestrator.contract.workflow_check import checked
from orchestrator.scripting.components import ComponentHost, Operation
from orchestrator.scripting.director import DirectorOrchestrator
from orchestrator.scripting.orchestration import (
    BUSY,
    ENDS,
    OrchestrationState,
    WorkflowResult,
    state_of,
    workflow_result,
)
from orchestrator.scripting.sessions import Unheard
from orchestrator.scripting.sources import WorkflowSource, read_source
from orchestrator.scripting.statuses import ExecutionContext, WorkflowStatus, workflow_status
from orchestrator.scripting.terms import RecoveryStrategy, ResourceThresholds

log = logging.getLogger(__name__)

SCRIPT_CALL = "script.call"
_ENDING_LIMIT_S = 10.0
"""How long closing waits for a cancelled execution to return."""


class WorkflowOrchestrator:
    """Initialize a workflow, execute it, and steer it meanwhile. Use it as an asynchronous context manager."""

    def __init__(  # noqa: PLR0917  in the order of the reference systems
        self,
        workspace_dir: Path | str = ".botswain",
        checkpoint_interval: int = 5,
        execution_strategy: ExecutionStrategy | str = ExecutionStrategy.ADAPTIVE,
        recovery_strategy: RecoveryStrategy | None = None,
        resource_thresholds: ResourceThresholds | None = None,
        monitoring_interval: float = 30.0,
    ) -> None:
        """`workspace_dir` keeps everything, checkpoints too, for the next script. A checkpoint is taken each
        `checkpoint_interval` steps; the machine is looked at each `monitoring_interval` seconds."""
        self.recovery_strategy = recovery_strategy or RecoveryStrategy()
        self.problems: tuple[Problem, ...] = ()
        """What was wrong with the configuration that was initialized last."""
        self._checkpoint_interval = checkpoint_interval
        self._execution_strategy = execution_strategy
        self._thresholds = resource_thresholds or ResourceThresholds()
        self._monitoring_interval = monitoring_interval
        self._host = ComponentHost()
        self._robot_environment: dict[str, str] = {}
        self._director = DirectorOrchestrator(data_dir=workspace_dir, robot_environment=self._robot_environment)
        self.events = self._director.events
        """`@orchestrator.events.subscribe("orchestration.*")` lets a function hear what happens."""
        self._state = OrchestrationState.IDLE
        self._definition: WorkflowDefinition | None = None
        self._workflow_id = ""
        self._operations: tuple[Operation, ...] = ()
        self._detail: JobDetail | None = None
        self._beginning = asyncio.Lock()
        """Held until a new execution is known by its id: a step may run, and ask for a checkpoint, before that."""
        self._at_rest = asyncio.Event()
        self._at_rest.set()
        self._is_open = self._is_closing = False

    async def __aenter__(self) -> Self:
        await self._open()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """Cancel what runs, and end engine and robots. The workspace stays: checkpoints can be resumed from."""
        if not self._is_open or self._is_closing:
            return
        self._is_closing = True
        try:
            execution_id = await self._begun_id()
            if execution_id and not self._has_ended:
                await self._director.cancel_workflow(execution_id)
            with suppress(TimeoutError):
                async with asyncio.timeout(_ENDING_LIMIT_S):
                    await self._at_rest.wait()
        finally:
            self._is_open = self._is_closing = False
            await self._director.close()
            await self._host.close()

    @property
    def state(self) -> OrchestrationState:
        """Where it stands."""
        return self._state

    # one workflow

    async def initialize_workflow(self, workflow_config: WorkflowSource) -> bool:
        """Check a workflow and get ready for it; False, with `problems` and a line in the log for each, when it has
        mistakes."""
        self._state, self.problems = OrchestrationState.INITIALIZING, ()
        try:
            definition, operations = self._prepared(workflow_config)
            await self._open()
            self._workflow_id = await self._director.save_workflow(definition)
        except WorkflowError as error:
            return self._refused(error.problems)
        except BaseException:
            self._state = OrchestrationState.IDLE
            raise
        self._definition, self._operations = definition, operations
        self._detail = None
        self._state = OrchestrationState.IDLE
        return True

    async def execute_workflow(
        self,
        pipeline_instance: object = None,
        resume_from_checkpoint: str | None = None,
        *,
        variables: Mapping[str, JsonValue] | None = None,
    ) -> WorkflowResult:
        """Run the workflow to its end, from the start or from a checkpoint.

        Steps whose component and operation are no action of robots call `pipeline_instance`: its attribute named like
        the component, and of that the method named like the operation. UserError when it has none, or when no workflow
        was initialized.
        """
        if self._definition is None:
            raise UserError("Initialize a workflow first: initialize_workflow has to return True.")
        if self._state in BUSY:
            raise UserError(f"The workflow is {self._state}; wait for its end, or cancel it.")
        if self._operations:
            self._host.serve(pipeline_instance, self._operations)
        self._at_rest.clear()
        try:
            client, place = await self._client(), await self._director.place()
            execution_id = await self._started(client, resume_from_checkpoint, variables or {})
            await place.while_alive(self._follow(client, execution_id))
            await self.events.caught_up()
            return workflow_result(await self._look(client, execution_id))
        finally:
            self._at_rest.set()

    async def pause_workflow(self) -> bool:
        """Stop at a checkpoint; False when nothing runs."""
        execution_id = await self._begun_id()
        return bool(execution_id) and await self._director.pause_workflow(execution_id)

    async def resume_workflow(self) -> bool:
        """Go on; False when it is not paused."""
        execution_id = await self._begun_id()
        return bool(execution_id) and await self._director.resume_workflow(execution_id)

    async def cancel_workflow(self) -> bool:
        """Stop for good; False when nothing runs."""
        execution_id = await self._begun_id()
        return bool(execution_id) and await self._director.cancel_workflow(execution_id)

    def get_workflow_status(self) -> WorkflowStatus:
        """How the workflow is, as far as it was heard last."""
        if self._detail is not None:
            return {**workflow_status(self._detail), "state": self._state.value}
        name = self._definition.name if self._definition is not None else ""
        iterations = self._definition.iterations if self._definition is not None else 1
        return WorkflowStatus(
            execution_id="", status="pending", state=self._state.value, progress=0.0, current_step="",
            execution_context=ExecutionContext(
                workflow_id=self._workflow_id, workflow_name=name, current_iteration=0, total_iterations=iterations,
                current_stage="", metadata=dict(self._definition.metadata) if self._definition is not None else {},
            ),
            resource_usage={}, active_alerts=[], checkpoint_count=0, recovery_attempts=0, robot="", waiting="",
            outputs={}, error=None,
        )  # fmt: skip

    # checkpoints and figures

    async def create_checkpoint(self, note: str = "", *, metadata: Mapping[str, JsonValue] | None = None) -> str:
        """A checkpoint of the running workflow, now; its id. RefusedError when nothing runs."""
        execution_id = await self._begun_id()
        if not execution_id:
            raise UserError("Nothing runs of which a checkpoint could be taken.")
        before, self._state = self._state, OrchestrationState.CHECKPOINTING
        try:
            client = await self._client()
            taken = await client.checkpoints.take(execution_id, note=note, metadata=dict(metadata or {}))
        finally:
            if self._state is OrchestrationState.CHECKPOINTING:
                self._state = before
        await self._look(client, execution_id)
        return taken.facts.checkpoint_id

    async def list_checkpoints(
        self, checkpoint_type: CheckpointKind | None = None, limit: int = 100
    ) -> tuple[CheckpointView, ...]:
        """The workspace's checkpoints, newest first."""
        return await (await self._client()).checkpoints.list(kind=checkpoint_type, limit=limit)

    async def delete_checkpoint(self, checkpoint_id: str) -> None:
        """Remove one."""
        await (await self._client()).checkpoints.delete(checkpoint_id)

    async def cleanup_old_checkpoints(
        self, max_age_days: float = 30.0, max_count: int = 100, *, keep_milestone: bool = True
    ) -> int:
        """Remove old ones; how many."""
        checkpoints = (await self._client()).checkpoints
        return await checkpoints.cleanup(max_age_days=max_age_days, max_count=max_count, keep_milestones=keep_milestone)

    async def get_checkpoint_statistics(self) -> CheckpointStatisticsView:
        """How many there are, of which kinds, and how much room they take."""
        return await (await self._client()).checkpoints.statistics()

    async def get_recovery_statistics(self) -> RecoveryStatisticsView:
        """How often each strategy was tried, and how often it helped."""
        return await (await self._client()).recovery.statistics()

    async def get_resource_statistics(self, hours: float = 1.0) -> MachineHistoryView:
        """How loaded this machine was."""
        return await (await self._client()).resources.history(hours=hours)

    # inside

    @property
    def _execution_id(self) -> str:
        return self._detail.job.job_id if self._detail is not None else ""

    async def _begun_id(self) -> str:
        """The execution's id; of one that is just beginning, as soon as it has one."""
        async with self._beginning:
            return self._execution_id

    @property
    def _has_ended(self) -> bool:
        return self._detail is None or self._detail.job.status.has_ended

    async def _client(self) -> OrchestratorClient:
        await self._open()
        return await self._director.client()

    async def _open(self) -> None:
        if self._is_open:
            return
        await self._host.open()
        self._robot_environment.update(self._host.environment)
        self._is_open = True
        try:
            client = await self._director.client()
            await client.resources.change_settings(self._thresholds.request(self._monitoring_interval))
        except BaseException:
            await self.close()
            raise

    def _refused(self, problems: tuple[Problem, ...]) -> bool:
        self._state, self.problems, self._definition = OrchestrationState.IDLE, problems, None
        for problem in problems:
            log.warning("The workflow cannot be used: %s", problem)
        return False

    def _prepared(self, config: WorkflowSource) -> tuple[WorkflowDefinition, tuple[Operation, ...]]:
        """The checked definition with this orchestrator's terms, and the operations that it calls."""
        found = read_source(config)
        if isinstance(found, str):
            raise WorkflowError.one(f"{found!r} is a name; give the workflow itself.")
        operations = tuple(_operation(step) for step in found.steps if _is_call(step))
        said = found.model_fields_set
        terms: dict[str, object] = {"steps": tuple(_called(step) if _is_call(step) else step for step in found.steps)}
        if "checkpoint_interval" not in said:
            terms["checkpoint_interval"] = self._checkpoint_interval
        if not said & {"strategy", "execution_strategy"}:
            terms["strategy"] = ExecutionStrategy(self._execution_strategy)
        if found.recovery is None:
            terms["recovery"] = self.recovery_strategy.rules()
        return checked(found.model_copy(update=terms)), operations

    async def _started(
        self, client: OrchestratorClient, checkpoint_id: str | None, variables: Mapping[str, JsonValue]
    ) -> str:
        self._state = OrchestrationState.INITIALIZING
        try:
            async with self._beginning:
                execution_id = await self._begun(checkpoint_id, variables)
                await self._look(client, execution_id)
        except BaseException:
            self._state = OrchestrationState.IDLE
            raise
        return execution_id

    async def _begun(self, checkpoint_id: str | None, variables: Mapping[str, JsonValue]) -> str:
        if checkpoint_id is None:
            return await self._director.execute_workflow(self._workflow_id, variables)
        client = await self._client()
        job_id = (await client.checkpoints.get(checkpoint_id)).facts.job_id
        await (await self._director.place()).make_room(1)
        return (await client.checkpoints.retry(job_id, checkpoint_id=checkpoint_id)).job_id

    async def _follow(self, client: OrchestratorClient, execution_id: str) -> None:
        """Keep the status fresh until the execution has ended."""
        topics = [f"progress:{execution_id}", "jobs", "orchestration.*"]
        try:
            async with asyncio.TaskGroup() as group:
                watching = group.create_task(self._watch(client, execution_id, topics))
                await follow_jobs(client, [execution_id], Unheard())
                watching.cancel()
        except BaseExceptionGroup as failures:
            raise failures.exceptions[0] from None

    async def _watch(self, client: OrchestratorClient, execution_id: str, topics: list[str]) -> None:
        async with aclosing(EventStream(client.base_url, client.key, topics=topics).listen()) as stream:
            async for batch in stream:
                if isinstance(batch, ConnectionLost):
                    continue
                await self._look(client, execution_id)

    async def _look(self, client: OrchestratorClient, execution_id: str) -> JobDetail:
        """How the execution is now. The caller brings its client: one that was closed must not be opened again."""
        detail = await client.job(execution_id)
        self._detail = detail
        state = state_of(detail.job)
        if self._state is not OrchestrationState.CHECKPOINTING or state in ENDS:
            self._state = state
        return detail


def _is_call(step: Step) -> bool:
    """A step whose action robots do not know, and that names a component and an operation."""
    return "." in step.action and find_action(step.action) is None


def _operation(step: Step) -> Operation:
    component, _, operation = step.action.rpartition(".")
    return component, operation


def _called(step: Step) -> Step:
    component, operation = _operation(step)
    arguments: dict[str, JsonValue] = dict(step.parameters)
    parameters: dict[str, JsonValue] = {"component": component, "operation": operation, "arguments": arguments}
    return step.model_copy(update={"action": SCRIPT_CALL, "parameters": parameters})
