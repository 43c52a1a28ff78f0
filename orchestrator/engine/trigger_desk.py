"""From a request to a trigger: the workflow exists, the expressions can be read, the folder can be watched."""

import asyncio
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from orchestrator.contract.api.triggers import TestTriggerRequest, TriggerKind, TriggerRequest
from orchestrator.contract.chaining_check import occurrence_problems
from orchestrator.contract.expression_language import nearest
from orchestrator.contract.ids import JobId, JsonValue, RobotId, new_id
from orchestrator.contract.states import FINAL_STATES
from orchestrator.contract.workflow import WorkflowDefinition
from orchestrator.domain.file_arrivals import FoundFile
from orchestrator.domain.triggers import (
    Action,
    FileAppears,
    ItemsArrive,
    Occurrence,
    Source,
    Trigger,
    TriggerId,
    Webhook,
    WorkflowEnd,
    hash_of,
    job_ended,
)
from orchestrator.engine.clock import Clock
from orchestrator.engine.distribution import WorkflowDistributor
from orchestrator.engine.errors import InvalidRequestError, NotFoundError
from orchestrator.engine.file_watch import file_appeared, present_files
from orchestrator.engine.ports.jobs import JobStore
from orchestrator.engine.ports.triggers import Firing
from orchestrator.engine.robot_pool import RobotPool
from orchestrator.engine.sealing import Sealing
from orchestrator.engine.webhooks import HookCall, occurrence_of
from orchestrator.engine.work_item_watch import items_wait
from orchestrator.engine.work_items import WorkItems

NAMES: Mapping[TriggerKind, tuple[str, ...]] = {
    TriggerKind.WORKFLOW: ("job",),
    TriggerKind.FILE: ("file",),
    TriggerKind.WEBHOOK: ("body", "query", "headers"),
    TriggerKind.ITEMS: ("queue",),
}
"""What expressions of each kind can read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Drafted:
    """A trigger that may be kept."""

    trigger: Trigger
    present: tuple[Firing, ...] = ()
    """Files that shall not fire."""
    secret: str = ""
    """Of a webhook; kept nowhere."""


class TriggerDesk:
    """Reads requests for triggers, and refuses those that could never work."""

    def __init__(
        self,
        workflows: WorkflowDistributor,
        jobs: JobStore,
        pool: RobotPool,
        clock: Clock,
        *,
        sealing: Sealing,
        items: WorkItems,
    ) -> None:
        self._workflows = workflows
        self._jobs = jobs
        self._pool = pool
        self._clock = clock
        self._sealing = sealing
        self._items = items

    async def draft(self, request: TriggerRequest) -> Drafted:
        """The trigger that is asked for. Raises NotFoundError (workflow), InvalidRequestError with the field."""
        target = await self._workflows.newest(request.workflow)
        _check_expressions(request)
        self._check_names(request, frozenset(target.definition.variables))
        secret = secrets.token_urlsafe(32) if request.on is TriggerKind.WEBHOOK else ""
        now = self._clock.now()
        trigger = Trigger(
            trigger_id=TriggerId(new_id()),
            name=request.name,
            source=await self._source(request, secret),
            action=Action(
                workflow=target.workflow_id,
                workflow_name=target.definition.name,
                variables=self._kept(request.variables, target.definition),
                condition=request.when,
                priority=request.priority,
                robot_id=self._robot(request.robot),
            ),
            enabled=request.enabled,
            created_at=now,
            updated_at=now,
            active_since=now,
        )
        return Drafted(trigger=trigger, present=await self._present(request, trigger), secret=secret)

    async def played(self, trigger: Trigger, request: TestTriggerRequest) -> Occurrence:
        """An occurrence to try the trigger with. Raises NotFoundError, InvalidRequestError."""
        match trigger.source:
            case WorkflowEnd():
                return await self._played_end(request)
            case FileAppears():
                if not request.path:
                    raise InvalidRequestError("Give the path of a file to try it with.", field="path")
                return file_appeared(FoundFile(path=request.path, size=0, modified_ns=0))
            case Webhook():
                return occurrence_of(trigger, HookCall(body=request.body, query={}, headers={}))
            case ItemsArrive():
                queue = self._items.queue(trigger.source.queue_id)
                return items_wait(queue, (await self._items.figures_of(queue)).ready, key="test")

    async def _played_end(self, request: TestTriggerRequest) -> Occurrence:
        if not request.job_id:
            raise InvalidRequestError("Give the id of a job that has ended to try it with.", field="job_id")
        job = await self._jobs.job(JobId(request.job_id))
        if job is None:
            raise NotFoundError("job", request.job_id)
        version = await self._workflows.version_of(job)
        definition = version.definition if version is not None else None
        return job_ended(job, await self._jobs.result(job.job_id), definition)

    async def _source(self, request: TriggerRequest, secret: str) -> Source:
        match request.on:
            case TriggerKind.WORKFLOW:
                odd = [status.value for status in request.statuses if status not in FINAL_STATES]
                if odd or not request.statuses:
                    known = ", ".join(sorted(status.value for status in FINAL_STATES))
                    raise InvalidRequestError(f"`statuses` are ends of jobs: {known}.", field="statuses")
                ids = [(await self._workflows.newest(each)).workflow_id for each in request.after]
                return WorkflowEnd(workflow_ids=frozenset(ids), statuses=frozenset(request.statuses))
            case TriggerKind.FILE:
                return FileAppears(
                    folder=await asyncio.to_thread(_folder, request.folder),
                    pattern=request.pattern,
                    settle_s=request.settle_s,
                )
            case TriggerKind.WEBHOOK:
                return Webhook(secret_hash=hash_of(secret), per_minute=request.per_minute)
            case TriggerKind.ITEMS:
                if not request.queue:
                    raise InvalidRequestError("`queue` names the queue of work items to watch.", field="queue")
                queue = self._items.queue(request.queue)
                return ItemsArrive(
                    queue_id=queue.queue_id,
                    queue_name=queue.name,
                    min_items=request.min_items,
                    max_jobs=request.max_jobs,
                )

    async def _present(self, request: TriggerRequest, trigger: Trigger) -> tuple[Firing, ...]:
        if not isinstance(trigger.source, FileAppears) or request.include_present:
            return ()
        try:
            return tuple(await asyncio.to_thread(present_files, trigger, trigger.source, at=trigger.created_at))
        except OSError as error:
            message = f"The folder {trigger.source.folder!r} cannot be read: {_why(error)}."
            raise InvalidRequestError(message, field="folder") from None

    def _kept(self, given: Mapping[str, JsonValue], definition: WorkflowDefinition) -> Mapping[str, JsonValue]:
        """The variables with secrets sealed; an expression is none."""
        sealed = self._sealing.sealed(definition, given)
        return {name: value if _is_expression(value) else sealed[name] for name, value in given.items()}

    def _check_names(self, request: TriggerRequest, known: frozenset[str]) -> None:
        for name in request.variables:
            if name not in known:
                near = nearest(name, known) or " It has no variables."
                raise InvalidRequestError(
                    f"The workflow {request.workflow!r} has no variable {name!r}.{near}", field=f"variables.{name}"
                )

    def _robot(self, name: str | None) -> RobotId | None:
        if name is None:
            return None
        robot = self._pool.find(name)
        if robot is None:
            raise InvalidRequestError(f"There is no robot {name!r}.", field="robot")
        return robot.robot_id


def _is_expression(value: JsonValue) -> bool:
    return isinstance(value, str) and "${{" in value


def _folder(text: str) -> str:
    try:
        folder = Path(text).expanduser()
        is_there = folder.is_dir()
    except (OSError, RuntimeError) as error:  # too long, not allowed to be seen, or the home of nobody
        raise InvalidRequestError(
            f"The folder {text!r:.200} cannot be watched: {_why(error)}.", field="folder"
        ) from None
    if not text or not folder.is_absolute():
        raise InvalidRequestError(
            f"`folder` is {text!r}; write the absolute path of a folder of the orchestrator's machine.", field="folder"
        )
    if not is_there:
        raise InvalidRequestError(f"There is no folder {text!r} on the orchestrator's machine.", field="folder")
    return str(folder)


def _why(error: Exception) -> str:
    return error.strerror or str(error) if isinstance(error, OSError) else "there is no such user"


def _check_expressions(request: TriggerRequest) -> None:
    for problem in occurrence_problems(request.variables, request.when, names=NAMES[request.on]):
        raise InvalidRequestError(problem.message, field=problem.field)
