"""From a request to a job: find the workflow, pin its version, check the variables, settle the defaults."""

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache

from orchestrator.contract.api.jobs import SubmitRequest
from orchestrator.contract.ids import JobId, JsonValue, RobotId, ScheduleId, WorkflowHash, new_id
from orchestrator.contract.retry import RetryPolicy
from orchestrator.contract.states import JobStatus
from orchestrator.contract.trace import trace_id, traceparent_of
from orchestrator.contract.variables import check_variables
from orchestrator.contract.workflow import DEFAULT_WORKFLOW_TIMEOUT_S, WorkflowDefinition, needed_capabilities
from orchestrator.domain.changed import changed
from orchestrator.domain.concurrency import KeyClaim, resolved_keys
from orchestrator.domain.job import Job, Requirements
from orchestrator.domain.workflow_version import WorkflowVersion
from orchestrator.engine.clock import Clock
from orchestrator.engine.distribution import WorkflowDistributor, is_retry_safe
from orchestrator.engine.errors import InvalidRequestError
from orchestrator.engine.ports.vault import OpenVariables
from orchestrator.engine.robot_pool import RobotPool
from orchestrator.engine.settings import EngineSettings

VERSIONS_KEPT = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Submission:
    """A job on its way in."""

    job: Job
    version: WorkflowVersion
    checked_variables: Mapping[str, JsonValue]
    """The job's variables as the check of the request left them; the same object while nobody has changed them."""
    idempotency_key: str | None = None
    deduplicate_s: float | None = None
    """The same workflow and variables within so many seconds are one job."""
    actor: str = "engine"

    @property
    def trace_id(self) -> str:
        """What connects the request with every log line of the job."""
        return trace_id(traceparent_of(self.job.job_id, self.job.trace_context))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Plain:
    """What a version alone decides about its jobs: looked at once, not for each of them."""

    job: Job
    """A job without anything of its own."""
    requirements: Requirements
    retry_safe: bool


class SubmissionDesk:
    """Makes jobs out of requests; stores nothing but a workflow that comes with its request."""

    def __init__(
        self,
        workflows: WorkflowDistributor,
        pool: RobotPool,
        clock: Clock,
        settings: EngineSettings,
        *,
        opened: OpenVariables,
    ) -> None:
        self._workflows = workflows
        self._pool = pool
        self._clock = clock
        self._settings = settings
        self._plain: OrderedDict[WorkflowHash, _Plain] = OrderedDict()
        self.opened = opened

    async def prepare(
        self,
        request: SubmitRequest,
        *,
        idempotency_key: str | None = None,
        actor: str = "engine",
        schedule_id: ScheduleId | None = None,
        fire_at: datetime | None = None,
        traceparent: str = "",
    ) -> Submission:
        """The job that the request asks for.

        Raises NotFoundError (workflow), WorkflowError (definition, variables), InvalidRequestError (the rest).
        """
        robot_id = self._robot(request.robot)
        version = await self._version(request, actor)
        job = self._job(request, version, robot_id, schedule_id=schedule_id, fire_at=fire_at, traceparent=traceparent)
        return Submission(
            job=job,
            version=version,
            checked_variables=job.variables,
            idempotency_key=idempotency_key,
            deduplicate_s=request.deduplicate_s,
            actor=actor,
        )

    async def _version(self, request: SubmitRequest, actor: str) -> WorkflowVersion:
        if (request.workflow is None) == (request.definition is None):
            raise InvalidRequestError(
                "Give either `workflow`, the id or name of a stored workflow, or `definition`.", field="workflow"
            )
        if request.version is not None and request.workflow is None:
            raise InvalidRequestError(
                "A version is one of a stored workflow: name it, instead of giving a definition.", field="version"
            )
        if request.workflow is not None and request.version is not None:
            return await self._workflows.pinned(request.workflow, request.version)
        if request.workflow is not None:
            return await self._workflows.current(request.workflow)
        return await self._workflows.save(request.definition, actor=actor)

    def _robot(self, name: str | None) -> RobotId | None:
        if name is None:
            return None
        robot = self._pool.find(name)
        if robot is None:
            known = ", ".join(sorted(each.name for each in self._pool.robots())[:10]) or "there is none yet"
            raise InvalidRequestError(f"There is no robot {name!r}; known: {known}.", field="robot")
        return robot.robot_id

    def _job(
        self,
        request: SubmitRequest,
        version: WorkflowVersion,
        robot_id: RobotId | None,
        *,
        schedule_id: ScheduleId | None,
        fire_at: datetime | None,
        traceparent: str,
    ) -> Job:
        definition, now = version.definition, self._clock.now()
        plain = self._plain_of(version)
        retry_safe = plain.retry_safe
        not_before = _aware(request.not_before)
        waits = not_before is not None and not_before > now
        variables = check_variables(definition, self.opened(definition, request.variables))
        return changed(
            plain.job,
            job_id=JobId(new_id()),
            workflow_id=version.workflow_id,
            status=JobStatus.PENDING if waits else JobStatus.QUEUED,
            priority=request.priority or definition.priority,
            variables=variables,
            concurrency=_keys(request, definition, variables),
            requirements=_requirements(request, plain, robot_id),
            retry=_retry(self._retries(request, retry_safe=retry_safe)),
            timeout_s=request.timeout_s or self._timeout_s(definition),
            created_at=now,
            changed_at=now,
            queued_at=None if waits else now,
            not_before=not_before if waits else None,
            submitted_by=request.submitted_by,
            schedule_id=schedule_id,
            fire_at=fire_at,
            trace_context=traceparent,
        )

    def _plain_of(self, version: WorkflowVersion) -> _Plain:
        known = self._plain.get(version.workflow_hash)
        if known is None:
            known = self._plain[version.workflow_hash] = _plain(version, self._clock.now())
            if len(self._plain) > VERSIONS_KEPT:
                self._plain.popitem(last=False)
        return known

    def _retries(self, request: SubmitRequest, *, retry_safe: bool) -> int:
        if request.max_retries is not None:
            return request.max_retries
        return self._settings.default_max_retries if retry_safe else 0

    def _timeout_s(self, definition: WorkflowDefinition) -> float:
        return definition.timeout_s or self._settings.default_job_timeout_s or DEFAULT_WORKFLOW_TIMEOUT_S


def _keys(
    request: SubmitRequest, definition: WorkflowDefinition, variables: Mapping[str, JsonValue]
) -> tuple[KeyClaim, ...]:
    """The job's concurrency keys; secrets cannot be part of them, since everybody sees keys."""
    named = (*definition.concurrency, *request.concurrency)
    if not named:
        return ()
    shown = {name: value for name, value in variables.items() if not definition.variables[name].secret}
    return resolved_keys(named, shown)


def _plain(version: WorkflowVersion, at: datetime) -> _Plain:
    definition = version.definition
    session_type = definition.session_requirements.session_type
    requirements = Requirements(
        tags=frozenset({session_type} if session_type else ()), capabilities=frozenset(needed_capabilities(definition))
    )
    retry_safe = is_retry_safe(definition)
    job = Job(
        job_id=JobId(""),
        workflow_id=version.workflow_id,
        workflow_hash=version.workflow_hash,
        workflow_name=definition.name,
        status=JobStatus.QUEUED,
        timeout_s=0.0,
        requirements=requirements,
        retry_safe=retry_safe,
        created_at=at,
        changed_at=at,
    )
    return _Plain(job=job, requirements=requirements, retry_safe=retry_safe)


@cache
def _retry(max_retries: int) -> RetryPolicy:
    return RetryPolicy(max_retries=max_retries)


def _requirements(request: SubmitRequest, plain: _Plain, robot_id: RobotId | None) -> Requirements:
    if robot_id is None and not request.tags and not request.capabilities:
        return plain.requirements  # the very same for all of them, which makes them quick to compare
    return Requirements(
        tags=plain.requirements.tags | frozenset(request.tags),
        capabilities=plain.requirements.capabilities | frozenset(request.capabilities),
        robot_id=robot_id,
    )


def _aware(moment: datetime | None) -> datetime | None:
    if moment is not None and moment.tzinfo is None:
        raise InvalidRequestError(
            "`not_before` needs a time zone.", field="not_before", hint="Write it like 2026-01-31T09:00:00+01:00."
        )
    return moment
