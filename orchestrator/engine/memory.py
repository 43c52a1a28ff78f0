"""What runs remember for later runs: taken only from runs that are live, sealed, and shown to whoever may see it."""

import json
from collections.abc import Sequence

from orchestrator.contract.ids import JobId, JsonValue
from orchestrator.contract.memory import (
    MAX_MEMORY_BYTES,
    MOST_MEMORIES,
    MemoryKind,
    RunMemoryAnswer,
    RunMemoryRequest,
    SetMemoryRequest,
)
from orchestrator.domain.job import Job
from orchestrator.domain.memory import Memory
from orchestrator.engine.bus import AuditAdded, EventBus
from orchestrator.engine.clock import Clock
from orchestrator.engine.errors import ConflictError, InvalidRequestError, NotFoundError
from orchestrator.engine.job_queue import JobQueue
from orchestrator.engine.ports.audit import AuditEntry
from orchestrator.engine.ports.memory import MemoryStore
from orchestrator.engine.sealing import Sealing


class MemoryDesk:
    """Values and logins by name; the newest counts."""

    def __init__(self, store: MemoryStore, queue: JobQueue, bus: EventBus, clock: Clock, *, sealing: Sealing) -> None:
        self._store = store
        self._queue = queue
        self._bus = bus
        self._clock = clock
        self._sealing = sealing

    # --- runs -----------------------------------------------------------------------------------------------------

    async def remember(self, asked: RunMemoryRequest) -> None:
        """A run gives a memory. ConflictError when it is not live on this robot, or there are too many."""
        job = self._live(asked)
        await self._keep(asked.kind, asked.name, asked.value, by=job.workflow_name, job_id=job.job_id)

    async def recall(self, asked: RunMemoryRequest) -> RunMemoryAnswer:
        """A run asks for a memory. ConflictError as above; SealedError when no key opens it."""
        self._live(asked)
        found = await self._store.one(asked.kind, asked.name)
        if found is None:
            return RunMemoryAnswer(is_known=False)
        memory, content = found
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

    async def _keep(
        self,
        kind: MemoryKind,
        name: str,
        value: JsonValue,
        *,
        by: str,
        job_id: JobId | None = None,
        audit: AuditEntry | None = None,
    ) -> Memory:
        content = json.dumps(value, separators=(",", ":")).encode()
        if len(content) > MAX_MEMORY_BYTES:
            message = f"value: it has {len(content):,} bytes; what is remembered may have {MAX_MEMORY_BYTES:,}."
            raise InvalidRequestError(message, field="value")
        memory = Memory(
            kind=kind, name=name, size=len(content), changed_at=self._clock.now(), changed_by=by, job_id=job_id
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
