"""The asynchronous orchestrator of a script: workflows, their executions, sessions and figures."""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from types import TracebackType
from typing import Self

from orchestrator.client.client import OrchestratorClient
from orchestrator.client.errors import RefusedError
from orchestrator.client.following import follow_jobs
from orchestrator.client.tasks import create_task
from orchestrator.contract.api.jobs import JobView
from orchestrator.contract.api.submissions import SubmitItem
from orchestrator.contract.errors import UserError
from orchestrator.contract.ids import JsonValue
from orchestrator.contract.states import JobPriority
from orchestrator.contract.workflow import Step, WorkflowDefinition
from orchestrator.scripting.orders import Variables, job_order, plain_step, priority_of, variables_for_each
from orchestrator.scripting.place import OwnPlace, OwnPlan, Place, that_place
from orchestrator.scripting.predefined import predefined_workflows
from orchestrator.scripting.sessions import SessionDesk, SessionInfo, SessionResult, Unheard
from orchestrator.scripting.sources import (
    SITE,
    WorkflowSource,
    read_document,
    read_source,
    site_address,
    to_document,
    with_site,
)
from orchestrator.scripting.statuses import (
    PerformanceSample,
    SessionDistribution,
    SystemMetrics,
    WorkflowStatus,
    performance,
    session_distribution,
    system_metrics,
    workflow_status,
)
from orchestrator.scripting.subscriptions import Subscriptions

log = logging.getLogger(__name__)

CONFLICT = 409
PATIENCE_S = 60.0


class DirectorOrchestrator:
    """Runs workflows on robots: its own, or those of an orchestrator that is there already.

    Use it as an asynchronous context manager, or call `initialize` and `close`; the first call initializes it as well.
    Everything may raise `ClientError` (the orchestrator refused or is away), `FleetError` (a process of its own ended)
    and `UserError` (an argument is wrong). `Orchestrator` is the same for scripts without an event loop.
    """

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
        robot_environment: Mapping[str, str] | None = None,
    ) -> None:
        """With `url` (or BOTSWAIN_URL) it works with that orchestrator; otherwise it starts an engine and robots.

        `data_dir` keeps the own engine's database, and with it workflows, executions and checkpoints; without it they
        end with the script. `max_sessions` is how many runs its own robots have places for. `sites` are names for
        addresses; `base_url` is where its own robots begin relative ones. `checkpoint_interval` (seconds) is for
        workflows that are created here.
        """
        if max_sessions < 1:
            raise UserError(f"max_sessions: it must be at least 1, not {max_sessions}.", field="max_sessions")
        self.max_concurrent_workflows = max_concurrent_workflows
        """Executions that robots may hold at once; None: as many as they have places."""
        self.checkpoint_interval = checkpoint_interval
        self.events = Subscriptions()
        """`@director.events.subscribe("jobs.*")` lets a function hear what happens."""
        self._url, self._key = url, key
        self._plan = OwnPlan(
            data_dir=Path(data_dir).expanduser().absolute() if data_dir is not None else None,
            max_sessions=max_sessions,
            load_balancing=load_balancing,
            base_url=base_url,
            robot_environment=robot_environment if robot_environment is not None else {},
        )
        self._sites = dict(sites or {})
        self._place: Place | None = None
        self._desk: SessionDesk | None = None
        self._starting = asyncio.Lock()
        self._limit_said: int | None = None

    # its life

    async def __aenter__(self) -> Self:
        await self.initialize()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def initialize(self) -> None:
        """Be ready to work: with an engine of its own, that runs, has a robot and knows the predefined workflows."""
        place, _ = await self._ready()
        await place.make_room(1)

    async def close(self) -> None:
        """End the sessions that are open, and what was started for this script. A second close is harmless."""
        place, desk = self._place, self._desk
        self._place = self._desk = None
        self._limit_said = None
        await self.events.close()
        if place is None or desk is None:
            return
        try:
            if not place.is_own:
                await desk.release()
        finally:
            await place.close()

    async def client(self) -> OrchestratorClient:
        """The typed client beneath, for everything that is not here."""
        return (await self.place()).client

    async def place(self) -> Place:
        """Where the workflows run: its own engine and robots, or the orchestrator that was named."""
        return (await self._ready())[0]

    # workflows

    async def create_workflow(
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
        """Store a workflow; its id. `fields` are any others that a workflow has.

        The same name again makes a new version of the same workflow. WorkflowError names every mistake.
        """
        given = {
            "timeout_s": timeout_s,
            "priority": priority_of(priority),
            "variables": dict(variables) if variables else None,
            "outputs": dict(outputs) if outputs else None,
            "session_requirements": dict(session_requirements) if session_requirements else None,
        }
        document: dict[str, JsonValue] = {
            "name": name,
            "description": description,
            "steps": [plain_step(step) for step in steps],
            "parallel_execution": parallel_execution,
            "max_concurrent_steps": max_concurrent_steps,
            "checkpoint_interval_s": self.checkpoint_interval,
            **{field: value for field, value in given.items() if value is not None},
            **fields,
        }
        return await self.save_workflow(read_document(document))

    async def save_workflow(self, workflow: WorkflowSource) -> str:
        """Store a definition, or look a stored one up; its id. WorkflowError names every mistake of structure."""
        client = await self.client()
        definition = read_source(workflow)
        if isinstance(definition, str):
            return (await client.workflow(definition)).workflow.workflow_id
        return (await client.save_workflow(to_document(definition))).workflow_id

    async def execute_workflow(
        self,
        workflow: WorkflowSource,
        input: Variables | None = None,  # noqa: A002  what the reference systems call it
        priority: JobPriority | str | None = None,
    ) -> str:
        """Queue an execution of a workflow (its id will do); the execution's id. TaskCreationError when refused."""
        workflow_id = await self.save_workflow(workflow)
        place, _ = await self._ready()
        await self._say_limit(place.client)
        request = job_order(workflow_id, input or {}, priority)
        job = await create_task(place.client, request)
        await place.make_room(1)
        return job.job_id

    async def wait_for_workflow(self, execution_id: str, timeout_s: float | None = None) -> WorkflowStatus:
        """Wait until an execution has ended; how. TimeoutError when it has not within `timeout_s`."""
        place, _ = await self._ready()
        async with asyncio.timeout(timeout_s):
            await place.while_alive(follow_jobs(place.client, [execution_id], Unheard()))
        await self.events.caught_up()
        return await self.get_workflow_status(execution_id)

    async def pause_workflow(self, execution_id: str) -> bool:
        """Let an execution stop at a checkpoint and free its robot; False when its state does not allow that."""
        client = await self.client()
        return await _allowed(client.checkpoints.pause(execution_id))

    async def resume_workflow(self, execution_id: str) -> bool:
        """Let a paused execution go on, on any robot; False when it is not paused."""
        client = await self.client()
        return await _allowed(client.checkpoints.resume(execution_id))

    async def cancel_workflow(self, execution_id: str) -> bool:
        """Stop an execution; False when it has ended already."""
        client = await self.client()
        return await _allowed(client.cancel(execution_id))

    async def recover_workflow(self, execution_id: str) -> bool:
        """Let an execution that failed or was cancelled go on from its newest checkpoint, or begin anew without one.

        False when its state does not allow that, such as after a success.
        """
        client = await self.client()
        has_checkpoint = bool(await client.checkpoints.list(execution_id, limit=1))
        again = client.checkpoints.retry(execution_id) if has_checkpoint else client.retry(execution_id)
        return await _allowed(again)

    async def get_workflow_status(self, execution_id: str) -> WorkflowStatus:
        """How an execution is; RefusedError when there is none of this id."""
        return workflow_status(await (await self.client()).job(execution_id))

    async def execution_history(self, workflow: str | None = None) -> AsyncIterator[JobView]:
        """Every execution that has ended, oldest first."""
        client = await self.client()
        async for job in client.operations.history(workflow=workflow):
            yield job

    # sessions

    async def run_workflow(
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
        """Run a workflow in so many sessions side by side; one result each, in order.

        `site` is an address or a name from `sites`. `variables` are for all sessions, or one mapping for each.
        A session that finds no place within `patience_s` is given up: the others run, and its result says so.
        Raises TaskCreationError when no session was taken, SessionCreationError when none could be had. However it
        ends, no session is left open.
        """
        place, desk = await self._ready()
        orders = await self._orders(workflow, site, variables_for_each(variables, sessions), priority, timeout_s)
        await self._say_limit(place.client)
        await place.make_room(sessions)
        results = await place.while_alive(desk.run(orders, patience_s=patience_s))
        await self.events.caught_up()
        return results

    async def create_session(
        self,
        *,
        workflow: WorkflowSource,
        site: str | None = None,
        variables: Variables | None = None,
        timeout_s: float | None = None,
    ) -> str:
        """Open one session that runs a workflow, and do not wait for it; its id. It expires after `timeout_s`."""
        place, desk = await self._ready()
        orders = await self._orders(workflow, site, [variables or {}], None, timeout_s)
        await place.make_room(len(await desk.active()) + 1)
        return await desk.open_one(orders[0])

    async def get_session_info(self, session_id: str) -> SessionInfo:
        """One session, open or ended; RefusedError when there is none of this id."""
        return await (await self._ready())[1].info(session_id)

    async def list_active_sessions(self) -> list[SessionInfo]:
        """The sessions of this script that have not ended, oldest first."""
        return await (await self._ready())[1].active()

    async def end_session(self, session_id: str) -> None:
        """End a session; when this returns, its robot has given the browser back."""
        await (await self._ready())[1].end(session_id)

    # figures

    async def get_system_metrics(self) -> SystemMetrics:
        """The system in a few numbers."""
        return system_metrics(await (await self.client()).dashboard())

    async def get_session_distribution(self) -> SessionDistribution:
        """How browser sessions spread over the robots."""
        return session_distribution(await (await self.client()).sessions.distribution())

    async def get_performance(self, window: timedelta = timedelta(hours=1)) -> list[PerformanceSample]:
        """How many executions ended and how long they took, stretch by stretch of the last `window`."""
        return performance(await (await self.client()).metrics(window_s=window.total_seconds()))

    # inside

    async def _ready(self) -> tuple[Place, SessionDesk]:
        async with self._starting:
            if self._place is None or self._desk is None:
                self._place = await self._opened()
                self._desk = SessionDesk(self._place)
            await self.events.ready()
            return self._place, self._desk

    async def _opened(self) -> Place:
        there = that_place(self._url, self._key)
        place: Place = there if there is not None else await OwnPlace.start(self._plan)
        try:
            if place.is_own:
                for definition in predefined_workflows():
                    await place.client.save_workflow(to_document(definition))
            await self.events.open(place.client)
        except BaseException:
            await place.close()
            raise
        return place

    async def _say_limit(self, client: OrchestratorClient) -> None:
        if self.max_concurrent_workflows != self._limit_said:
            await client.settings.change({"max_concurrent_workflows": self.max_concurrent_workflows})
            self._limit_said = self.max_concurrent_workflows

    async def _orders(
        self,
        workflow: WorkflowSource,
        site: str | None,
        variables: Sequence[Variables],
        priority: JobPriority | str | None,
        timeout_s: float | None,
    ) -> list[SubmitItem]:
        definition = read_source(workflow)
        address = site_address(site, self._sites) if site is not None else None
        if address is not None:
            definition = await self._for_site(definition)
        workflow_id = await self.save_workflow(definition)
        given = {SITE: address} if address is not None else {}
        requests = [job_order(workflow_id, {**given, **each}, priority, timeout_s) for each in variables]
        return [SubmitItem(**each.model_dump(exclude_unset=True)) for each in requests]

    async def _for_site(self, definition: WorkflowDefinition | str) -> WorkflowDefinition | str:
        """A workflow that takes a site; UserError for a stored one that declares none."""
        if not isinstance(definition, str):
            return with_site(definition)
        detail = await (await self.client()).workflow(definition)
        if SITE not in WorkflowDefinition.model_validate(detail.definition).variables:
            message = f"site: the workflow {detail.workflow.name!r} has no variable `site`; add it, or leave site out."
            raise UserError(message, field="site")
        return definition


async def _allowed(asked: Awaitable[JobView]) -> bool:
    """False when the orchestrator says that the job's state does not allow it."""
    try:
        await asked
    except RefusedError as refusal:
        if refusal.status != CONFLICT:
            raise
        log.info("%s", refusal)
        return False
    return True
