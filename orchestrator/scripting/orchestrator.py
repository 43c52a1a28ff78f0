"""The orchestrator of a script without an event loop: each call waits for its result."""

import atexit
import threading
from collections.abc import Coroutine, Iterator, Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeVar

from orchestrator.client.tasks import OrchestratorError, SessionCreationError, TaskCreationError, TaskExecutionError
from orchestrator.contract.api.jobs import JobView
from orchestrator.contract.ids import JsonValue
from orchestrator.contract.states import JobPriority
from orchestrator.contract.workflow import Step
from orchestrator.scripting.director import PATIENCE_S, DirectorOrchestrator
from orchestrator.scripting.loop_thread import LoopThread
from orchestrator.scripting.orders import Variables
from orchestrator.scripting.sessions import SessionInfo, SessionResult
from orchestrator.scripting.sources import WorkflowSource
from orchestrator.scripting.statuses import PerformanceSample, SessionDistribution, SystemMetrics, WorkflowStatus

T = TypeVar("T")


class Orchestrator:
    """`DirectorOrchestrator` for plain scripts: the same methods, which wait. Threads may share one.

    Nothing is started before the first call. What was started ends with `close`, with the context, or with the script.
    """

    OrchestratorError = OrchestratorError
    SessionCreationError = SessionCreationError
    TaskCreationError = TaskCreationError
    TaskExecutionError = TaskExecutionError

    def __init__(
        self,
        url: str | None = None,
        key: str | None = None,
        *,
        data_dir: Path | str | None = None,
        max_sessions: int = 8,
        sites: Mapping[str, str] | None = None,
        base_url: str | None = None,
        load_balancing: str = "least_loaded",
        max_concurrent_workflows: int | None = None,
        checkpoint_interval: float = 60.0,
    ) -> None:
        """The arguments are DirectorOrchestrator's."""
        self._director = DirectorOrchestrator(
            url,
            key,
            data_dir=data_dir,
            max_sessions=max_sessions,
            sites=sites,
            base_url=base_url,
            load_balancing=load_balancing,
            max_concurrent_workflows=max_concurrent_workflows,
            checkpoint_interval=checkpoint_interval,
        )
        self._thread: LoopThread | None = None
        self._starting = threading.Lock()

    def __enter__(self) -> Self:
        self.initialize()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def initialize(self) -> None:
        """Be ready to work."""
        self._wait(self._director.initialize())

    def close(self) -> None:
        """End the sessions that are open, and what was started for this script. A second close is harmless."""
        with self._starting:
            thread, self._thread = self._thread, None
        if thread is None:
            return
        atexit.unregister(self.close)
        try:
            thread.wait(self._director.close())
        finally:
            thread.close()

    # workflows

    def create_workflow(
        self,
        name: str,
        description: str = "",
        steps: Sequence[Step | Mapping[str, JsonValue]] = (),
        *,
        parallel_execution: bool = True,
        max_concurrent_steps: int = 3,
        timeout_s: float | None = None,
        priority: JobPriority | str | None = None,
        variables: Mapping[str, JsonValue] | None = None,
        outputs: Mapping[str, JsonValue] | None = None,
        session_requirements: Mapping[str, JsonValue] | None = None,
        **fields: JsonValue,
    ) -> str:
        """Store a workflow; its id."""
        return self._wait(
            self._director.create_workflow(
                name,
                description,
                steps,
                parallel_execution=parallel_execution,
                max_concurrent_steps=max_concurrent_steps,
                timeout_s=timeout_s,
                priority=priority,
                variables=variables,
                outputs=outputs,
                session_requirements=session_requirements,
                **fields,
            )
        )

    def save_workflow(self, workflow: WorkflowSource) -> str:
        """Store a definition, or look a stored one up; its id."""
        return self._wait(self._director.save_workflow(workflow))

    def execute_workflow(
        self,
        workflow: WorkflowSource,
        input: Variables | None = None,  # noqa: A002  what the reference systems call it
        priority: JobPriority | str | None = None,
    ) -> str:
        """Queue an execution of a workflow; the execution's id."""
        return self._wait(self._director.execute_workflow(workflow, input, priority))

    def wait_for_workflow(self, execution_id: str, timeout_s: float | None = None) -> WorkflowStatus:
        """Wait until an execution has ended; how."""
        return self._wait(self._director.wait_for_workflow(execution_id, timeout_s))

    def pause_workflow(self, execution_id: str) -> bool:
        """Let an execution stop at a checkpoint; False when its state does not allow that."""
        return self._wait(self._director.pause_workflow(execution_id))

    def resume_workflow(self, execution_id: str) -> bool:
        """Let a paused execution go on; False when it is not paused."""
        return self._wait(self._director.resume_workflow(execution_id))

    def cancel_workflow(self, execution_id: str) -> bool:
        """Stop an execution; False when it has ended already."""
        return self._wait(self._director.cancel_workflow(execution_id))

    def recover_workflow(self, execution_id: str) -> bool:
        """Let an execution that did not succeed go on from its newest checkpoint."""
        return self._wait(self._director.recover_workflow(execution_id))

    def get_workflow_status(self, execution_id: str) -> WorkflowStatus:
        """How an execution is."""
        return self._wait(self._director.get_workflow_status(execution_id))

    def execution_history(self, workflow: str | None = None) -> Iterator[JobView]:
        """Every execution that has ended, oldest first."""

        async def everything() -> list[JobView]:
            return [job async for job in self._director.execution_history(workflow)]

        yield from self._wait(everything())

    # sessions

    def run_workflow(
        self,
        *,
        workflow: WorkflowSource,
        site: str | None = None,
        sessions: int = 1,
        variables: Variables | Sequence[Variables] = (),
        priority: JobPriority | str | None = None,
        timeout_s: float | None = None,
        patience_s: float = PATIENCE_S,
    ) -> list[SessionResult]:
        """Run a workflow in so many sessions side by side; one result each, in order."""
        return self._wait(
            self._director.run_workflow(
                workflow=workflow,
                site=site,
                sessions=sessions,
                variables=variables,
                priority=priority,
                timeout_s=timeout_s,
                patience_s=patience_s,
            )
        )

    def create_session(
        self,
        *,
        workflow: WorkflowSource,
        site: str | None = None,
        variables: Variables | None = None,
        timeout_s: float | None = None,
    ) -> str:
        """Open one session that runs a workflow, and do not wait for it; its id."""
        return self._wait(
            self._director.create_session(workflow=workflow, site=site, variables=variables, timeout_s=timeout_s)
        )

    def get_session_info(self, session_id: str) -> SessionInfo:
        """One session, open or ended."""
        return self._wait(self._director.get_session_info(session_id))

    def list_active_sessions(self) -> list[SessionInfo]:
        """The sessions of this script that have not ended, oldest first."""
        return self._wait(self._director.list_active_sessions())

    def end_session(self, session_id: str) -> None:
        """End a session; when this returns, its robot has given the browser back."""
        self._wait(self._director.end_session(session_id))

    # figures

    def get_system_metrics(self) -> SystemMetrics:
        """The system in a few numbers."""
        return self._wait(self._director.get_system_metrics())

    def get_session_distribution(self) -> SessionDistribution:
        """How browser sessions spread over the robots."""
        return self._wait(self._director.get_session_distribution())

    def get_performance(self, window: timedelta = timedelta(hours=1)) -> list[PerformanceSample]:
        """How many executions ended and how long they took, stretch by stretch."""
        return self._wait(self._director.get_performance(window))

    def _wait(self, work: Coroutine[Any, Any, T]) -> T:
        with self._starting:
            if self._thread is None:
                self._thread = LoopThread()
                atexit.register(self.close)
            thread = self._thread
        return thread.wait(work)
