"""What runs remember for later runs: taken only from runs that are live, sealed, and shown to whoever may see it."""

import json
from collections.abc import Awaitable, Callable, Sequence

from orchestrator.contract.errors import Problem
from orchestrator.contract.ids import JobId, JsonValue
from orchestrator.contract.memory import (
    MAX_MEMORY_BYTES,
    MOST_MEMORIES,
    MemoryKind,
    RunMemoryAnswer,
    RunMemoryRequest,
    SetMemoryRequest,
)
from orchestrator.contract.sub_workflows import all_steps
from orchestrator.contract.workflow import WorkflowDefinition
from orchestrator.domain.job import Job
from orchestrator.domain.memory import Memory, may_use
from orchestrator.domain.workflow_version import WorkflowVersion
from orchestrator.engine.bus import AuditAdded, EventBus
from orchestrator.engine.clock import Clock
from orchestrator.engine.errors import ConflictError, InvalidRequestError, NotFoundError
from orchestrator.engine.job_queue import JobQueue
from orchestrator.engine.ports.audit import AuditEntry
from orchestrator.engine.ports.memory import MemoryStore
from orchestrator.engine.sealing import Sealing

VersionOf = Callable[[Job], Awaitable[WorkflowVersion | None]]

LOGIN_WORD = "auth_profile"
"""The parameter of steps that names a login."""


class MemoryDesk:
    """Values and logins by name; the newest counts."""

    def __init__(
        self,
        store: MemoryStore,
        queue: JobQueue,
        bus: EventBus,
        clock: Clock,
        *,
        sealing: Sealing,
        version_of: VersionOf,
    ) -> None:
        """`version_of`: what a job was made of, which tells its folder."""
        self._version_of = version_of
        self._store = store
        self._queue = queue
        self._bus = bus
        self._clock = clock
        self._sealing = sealing

    # --- runs -----------------------------------------------------------------------------------------------------

    async def remember(self, asked: RunMemoryRequest) -> None:
        """A run gives a memory. ConflictError when it is not live on this robot, there are too many, or it is a login
        that its workflow may not use. A new login is its own workflow's, until a person says more."""
        job = self._live(asked)
        allowed: tuple[str, ...] | None = None
        if asked.kind is MemoryKind.LOGIN:
            known = await self._store.one(asked.kind, asked.name)
            if known is not None:
                await self._refuse_foreign(known[0], job)
            allowed = known[0].allowed if known is not None else (job.workflow_name,)
        await self._keep(asked.kind, asked.name, asked.value, by=job.workflow_name, job_id=job.job_id, allowed=allowed)

    async def recall(self, asked: RunMemoryRequest) -> RunMemoryAnswer:
        """A run asks for a memory. ConflictError as above; SealedError when no key opens it."""
        job = self._live(asked)
        found = await self._store.one(asked.kind, asked.name)
        if found is None:
            return RunMemoryAnswer(is_known=False)
        memory, content = found
        await self._refuse_foreign(memory, job)
        return RunMemoryAnswer(is_known=True, value=self._opened(content), changed_at=memory.changed_at)

    # --- people ---------------------------------------------------------------------------------------------------

    async def listing(self) -> Sequence[Memory]:
        """All of them, without their contents."""
        return await self._store.listing()

    async def get(self, name: str) -> tuple[Memory, JsonValue]:
        """A value; logins are not shown. NotFoundError, SealedError."""
        found = await self._store.one(MemoryKind.VALUE, name)
        if found is None:
            raise NotFoundError("memory", name)
        return found[0], self._opened(found[1])

    async def set(self, asked: SetMemoryRequest, *, actor: str) -> Memory:
        """A person writes a value. ConflictError when there are too many."""
        entry = self._entry("memory.set", f"{actor} set the memory {asked.name!r:.200}.", actor)
        kept = await self._keep(MemoryKind.VALUE, asked.name, asked.value, by=actor, audit=entry)
        self._bus.publish(AuditAdded(entry=entry))
        return kept

    async def allow(self, name: str, allowed: tuple[str, ...] | None, *, actor: str) -> Memory:
        """Say which workflows may use a login; None for any. NotFoundError."""
        who = "any workflow" if allowed is None else ", ".join(allowed)[:500] or "no workflow"
        entry = self._entry("memory.allowed", f"{actor} let {who} use the login {name!r:.200}.", actor)
        found = await self._store.allow(MemoryKind.LOGIN, name, allowed, audit=entry)
        if found is None:
            raise NotFoundError("login in the memory", name)
        self._bus.publish(AuditAdded(entry=entry))
        return found

    async def problems(self, definition: WorkflowDefinition) -> list[Problem]:
        """Logins that the steps of a workflow name, also in workflows inside it, and that it may not use."""
        named = [each for each in all_steps(definition) if isinstance(each.step.parameters.get(LOGIN_WORD), str)]
        if not named:
            return []
        logins = {each.name: each for each in await self._store.listing() if each.kind is MemoryKind.LOGIN}
        places = {step.id: place for place, step in enumerate(definition.steps)}
        found: list[Problem] = []
        for each in named:
            login = logins.get(str(each.step.parameters[LOGIN_WORD]))
            if login is None or may_use(login, workflow=definition.name, folder=definition.folder):
                continue
            outermost = each.containers[0].id if each.containers else each.step.id
            field = f"steps[{places[outermost]}]" + ("" if each.containers else f".parameters.{LOGIN_WORD}")
            found.append(Problem(message=_not_allowed(login, definition.name), field=field, step=outermost))
        return found

    async def forget(self, kind: MemoryKind, name: str, *, actor: str) -> None:
        """Remove one; the next run begins anew. NotFoundError."""
        entry = self._entry("memory.forgotten", f"{actor} removed the {kind} {name!r:.200} from the memory.", actor)
        if not await self._store.remove(kind, name, audit=entry):
            raise NotFoundError(f"{kind} in the memory", name)
        self._bus.publish(AuditAdded(entry=entry))

    # --- inside ---------------------------------------------------------------------------------------------------

    def _live(self, asked: RunMemoryRequest) -> Job:
        job = self._queue.get(JobId(asked.job_id))
        is_live = job is not None and job.status.is_live and job.concerns(asked.attempt)
        if job is None or not is_live or job.robot_id != asked.robot_id:
            raise ConflictError(f"Attempt {asked.attempt} of job {asked.job_id} is not this robot's any more.")
        return job

    async def _refuse_foreign(self, memory: Memory, job: Job) -> None:
        """ConflictError for a login that the job's workflow may not use."""
        if memory.allowed is None:
            return
        version = await self._version_of(job)
        folder = version.definition.folder if version is not None else ""
        if not may_use(memory, workflow=job.workflow_name, folder=folder):
            raise ConflictError(_not_allowed(memory, job.workflow_name))

    async def _keep(
        self,
        kind: MemoryKind,
        name: str,
        value: JsonValue,
        *,
        by: str,
        job_id: JobId | None = None,
        audit: AuditEntry | None = None,
        allowed: tuple[str, ...] | None = None,
    ) -> Memory:
        content = json.dumps(value, separators=(",", ":")).encode()
        if len(content) > MAX_MEMORY_BYTES:
            message = f"value: it has {len(content):,} bytes; what is remembered may have {MAX_MEMORY_BYTES:,}."
            raise InvalidRequestError(message, field="value")
        memory = Memory(
            kind=kind,
            name=name,
            size=len(content),
            changed_at=self._clock.now(),
            changed_by=by,
            job_id=job_id,
            allowed=allowed,
        )
        if not await self._store.keep(memory, self._sealing.seal_state(content), most=MOST_MEMORIES, audit=audit):
            message = f"{MOST_MEMORIES:,} things are remembered, and no more are; `botswain memory forget` makes room."
            raise ConflictError(message)
        return memory

    def _opened(self, content: bytes) -> JsonValue:
        value: JsonValue = json.loads(self._sealing.open_state(content))
        return value

    def _entry(self, kind: str, message: str, actor: str) -> AuditEntry:
        return AuditEntry(at=self._clock.now(), kind=kind, message=message, actor=actor)


def _not_allowed(memory: Memory, workflow: str) -> str:
    allowed = ", ".join(memory.allowed or ())[:500] or "no workflow"
    return (
        f"The login {memory.name!r:.200} is for {allowed}, not for {workflow!r:.200}; "
        "`botswain memory allow LOGIN WORKFLOW` lets another one use it."
    )
