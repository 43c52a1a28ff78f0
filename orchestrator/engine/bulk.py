"""Actions on many jobs: shown first, applied to exactly what was shown, in small portions, and taken back."""

import asyncio
import logging
import secrets
from collections import Counter, OrderedDict, deque
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from orchestrator.contract.ids import JobId, new_id
from orchestrator.contract.states import JobPriority, JobStatus
from orchestrator.domain.bulk import (
    WAITING,
    BulkAction,
    BulkFilter,
    BulkItem,
    BulkKind,
    BulkOperation,
    BulkOutcome,
    BulkState,
    obstacle,
    obstacle_to_undo,
    was_done,
)
from orchestrator.domain.job import Job
from orchestrator.domain.operation_events import BulkChanged
from orchestrator.domain.recovery import retried_by_a_person
from orchestrator.engine.bus import AuditAdded, EventBus
from orchestrator.engine.clock import Clock, Wakeup, sleep
from orchestrator.engine.errors import (
    ConflictError,
    InvalidRequestError,
    NotFoundError,
    OrchestratorError,
    StorageError,
)
from orchestrator.engine.job_queue import JobQueue
from orchestrator.engine.moves import Move, about
from orchestrator.engine.ports.audit import AuditEntry
from orchestrator.engine.ports.bulk import BulkStore

MOST_JOBS = 100_000
AT_ONCE = 100
"""Jobs of one portion: they share a commit, and everybody else gets a turn between two portions."""
PAGE = 1_000
SAMPLE = 20
PREVIEWS_KEPT = 20
MOST_REMEMBERED = 200_000
"""Jobs in all previews together."""
PREVIEW_S = 900.0
TICK_S = 60.0
RETRY_S = 1.0

logger = logging.getLogger(__name__)


class JobCommands(Protocol):
    """What can be done to one job."""

    async def cancel_job(self, job_id: JobId, *, reason: str = "", actor: str = "engine") -> Job: ...

    async def retry_job(self, job_id: JobId, *, actor: str = "engine") -> Job: ...


class Prioritise(Protocol):
    """Gives a waiting job another priority."""

    async def __call__(self, job_id: JobId, priority: JobPriority, *, actor: str = "engine") -> Job: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """What an action would touch; the token pins exactly this."""

    token: str
    action: BulkAction
    actor: str
    items: tuple[BulkItem, ...]
    """The jobs that the action can be done to."""
    sample: tuple[Job, ...]
    by_status: Mapping[JobStatus, int]
    obstacles: Mapping[str, int]
    """Why jobs are left out, and how many."""
    expires_s: float
    """Monotonic."""

    @property
    def left_out(self) -> int:
        """How many jobs fit and cannot be touched."""
        return sum(self.obstacles.values())


Act = Callable[[BulkItem, BulkOperation], Awaitable[BulkItem]]


class BulkDesk:
    """Previews, applies and undoes; one operation at a time."""

    def __init__(
        self,
        *,
        records: BulkStore,
        queue: JobQueue,
        commands: JobCommands,
        prioritise: Prioritise,
        bus: EventBus,
        clock: Clock,
    ) -> None:
        self._records = records
        self._queue = queue
        self._commands = commands
        self._prioritise = prioritise
        self._bus = bus
        self._clock = clock
        self._previews: OrderedDict[str, Preview] = OrderedDict()
        self._running: dict[str, BulkOperation] = {}
        self._work: deque[tuple[str, tuple[BulkItem, ...] | None]] = deque()
        """Operations to apply (with their items) or to undo (without)."""
        self._wakeup = Wakeup(clock)

    async def load(self) -> None:
        """Operations that an earlier engine left in the middle are over."""
        for each in await self._records.operations():
            if each.state in {BulkState.RUNNING, BulkState.UNDOING}:
                await self._records.note(replace(each, state=BulkState.INTERRUPTED, ended_at=self._clock.now()), [])

    # --- asking ---------------------------------------------------------------------------------------------------

    async def preview(self, action: BulkAction, wanted: BulkFilter, *, actor: str) -> Preview:
        """What the action would touch, now; nothing is changed. InvalidRequestError when it is too much or nothing."""
        _check(action, wanted)
        items: list[BulkItem] = []
        sample: list[Job] = []
        by_status: Counter[JobStatus] = Counter()
        obstacles: Counter[str] = Counter()
        position = 0
        while page := await self._records.matching(wanted, after_position=position, limit=PAGE):
            position = page[-1].position
            for job in page:
                why = obstacle(action, self._queue.get(job.job_id) or job)
                if why is not None:
                    obstacles[why] += 1
                    continue
                items.append(_item(job))
                by_status[job.status] += 1
                sample.extend([job] if len(sample) < SAMPLE else [])
            if len(items) > MOST_JOBS:
                raise InvalidRequestError(
                    f"More than {MOST_JOBS:,} jobs fit: narrow the filter.", field="filter", hint="Do it in parts."
                )
        if missing := len(set(wanted.job_ids)) - len(items) - obstacles.total() if wanted.job_ids else 0:
            obstacles["there is no such job"] = missing
        preview = Preview(
            token=secrets.token_urlsafe(16),
            action=action,
            actor=actor,
            items=tuple(items),
            sample=tuple(sample),
            by_status=by_status,
            obstacles=obstacles,
            expires_s=self._clock.monotonic() + PREVIEW_S,
        )
        self._remember(preview)
        return preview

    async def operations(self, *, limit: int = 50) -> Sequence[BulkOperation]:
        """The newest operations."""
        return [self._running.get(each.operation_id, each) for each in await self._records.operations(limit=limit)]

    async def operation(self, operation_id: str) -> BulkOperation:
        """One operation, as far as it is. NotFoundError."""
        found = self._running.get(operation_id) or await self._records.operation(operation_id)
        if found is None:
            raise NotFoundError("bulk operation", operation_id)
        return found

    async def items(self, operation_id: str, *, after: JobId | None = None, limit: int = PAGE) -> Sequence[BulkItem]:
        """What became of each job, by job id."""
        return await self._records.items(operation_id, after=after, limit=limit)

    # --- doing ----------------------------------------------------------------------------------------------------

    async def apply(self, token: str, *, actor: str) -> BulkOperation:
        """Do what was previewed; returns once it is noted, and goes on by itself.

        NotFoundError when the token is unknown, used or older than a quarter of an hour.
        """
        preview = self._previews.pop(token, None)
        if preview is None or preview.expires_s < self._clock.monotonic():
            raise NotFoundError("preview (it is used, or older than 15 minutes; make another one)", token)
        operation = BulkOperation(
            operation_id=new_id(),
            action=preview.action,
            actor=actor,
            started_at=self._clock.now(),
            planned=len(preview.items),
            skipped=0,
        )
        entry = self._entry(operation, "bulk.started", "begins")
        try:
            await self._records.start(operation, preview.items, entry)
        except StorageError:
            self._remember(preview)
            raise
        self._bus.publish(AuditAdded(entry=entry))
        self._running[operation.operation_id] = operation
        self._bus.publish(BulkChanged(operation=operation))
        self._work.append((operation.operation_id, preview.items))
        self._wakeup.ring()
        return operation

    async def undo(self, operation_id: str, *, actor: str) -> BulkOperation:
        """Take back what can be taken back; returns at once. NotFoundError, ConflictError while it runs."""
        known = await self.operation(operation_id)
        if known.state not in {BulkState.DONE, BulkState.INTERRUPTED}:
            raise ConflictError(f"Bulk operation {operation_id} is {known.state}; only a finished one can be undone.")
        operation = replace(known, state=BulkState.UNDOING, actor=actor, ended_at=None)
        entry = self._entry(operation, "bulk.undo", "is taken back")
        self._running[operation_id] = operation  # before the wait for the store: a second undo has to see this one
        try:
            await self._records.note(operation, [], entry)
        except BaseException:  # also a cancel: an undo that was not written down must not bar the next one
            del self._running[operation_id]
            raise
        self._bus.publish(AuditAdded(entry=entry))
        self._bus.publish(BulkChanged(operation=operation))
        self._work.append((operation_id, None))
        self._wakeup.ring()
        return operation

    async def run(self) -> None:
        """Work off what was ordered; until cancelled."""
        while True:
            while self._work:
                operation_id, items = self._work[0]
                await self._perform(operation_id, items)
                self._work.popleft()
            await self._wakeup.wait(TICK_S)

    # --- inside ---------------------------------------------------------------------------------------------------

    def _remember(self, preview: Preview) -> None:
        now_s = self._clock.monotonic()
        for token, each in list(self._previews.items()):
            if each.expires_s < now_s:
                del self._previews[token]
        self._previews[preview.token] = preview
        while len(self._previews) > 1 and (
            len(self._previews) > PREVIEWS_KEPT
            or sum(len(each.items) for each in self._previews.values()) > MOST_REMEMBERED
        ):
            self._previews.popitem(last=False)

    async def _perform(self, operation_id: str, items: tuple[BulkItem, ...] | None) -> None:
        if items is not None:
            for start in range(0, len(items), AT_ONCE):
                await self._portion(operation_id, items[start : start + AT_ONCE], self._do)
            await self._finish(operation_id, BulkState.DONE, "bulk.done")
            return
        after: JobId | None = None
        while page := await self._records.items(operation_id, after=after, limit=AT_ONCE):
            after = page[-1].job_id
            await self._portion(operation_id, page, self._undo_one)
        await self._finish(operation_id, BulkState.UNDONE, "bulk.undone")

    async def _portion(self, operation_id: str, items: Sequence[BulkItem], act: Act) -> None:
        operation = self._running[operation_id]
        done = await asyncio.gather(*(act(item, operation) for item in items))
        outcomes = Counter(item.outcome for item in done)
        if operation.state is BulkState.UNDOING:
            undone = operation.undone + outcomes[BulkOutcome.UNDONE]
            operation = replace(operation, undone=undone, done=max(operation.done, undone))
        else:
            operation = replace(
                operation,
                done=operation.done + outcomes[BulkOutcome.DONE],
                skipped=operation.skipped + outcomes[BulkOutcome.SKIPPED],
            )
        self._running[operation_id] = operation
        await self._note(operation, done)
        self._bus.publish(BulkChanged(operation=operation))

    async def _note(self, operation: BulkOperation, items: Sequence[BulkItem], entry: AuditEntry | None = None) -> None:
        """Until it is stored: what was done to jobs is not done again, and not forgotten."""
        while True:
            try:
                await self._records.note(operation, items, entry)
            except StorageError as error:
                logger.warning("What a bulk action did cannot be stored now: %s", error)
                await sleep(self._clock, RETRY_S)
            else:
                return

    async def _finish(self, operation_id: str, state: BulkState, kind: str) -> None:
        operation = replace(self._running[operation_id], state=state, ended_at=self._clock.now())
        entry = self._entry(operation, kind, _result(operation))
        await self._note(operation, [], entry)
        self._running.pop(operation_id, None)
        self._bus.publish(AuditAdded(entry=entry))
        self._bus.publish(BulkChanged(operation=operation))

    async def _do(self, item: BulkItem, operation: BulkOperation) -> BulkItem:
        try:
            job = await self._queue.find(item.job_id)
            why = _changed(item, job) or (obstacle(operation.action, job) if job is not None else None)
            if why is not None:
                return replace(item, outcome=BulkOutcome.SKIPPED, note=why)
            await self._act(item.job_id, operation)
        except OrchestratorError as error:
            return replace(item, outcome=BulkOutcome.SKIPPED, note=str(error))
        return replace(item, outcome=BulkOutcome.DONE)

    async def _act(self, job_id: JobId, operation: BulkOperation) -> None:
        action = operation.action
        match action.kind:
            case BulkKind.CANCEL:
                await self._commands.cancel_job(job_id, reason=action.reason, actor=operation.actor)
            case BulkKind.RETRY:
                await self._commands.retry_job(job_id, actor=operation.actor)
            case BulkKind.PRIORITY:
                assert action.priority is not None
                await self._prioritise(job_id, action.priority, actor=operation.actor)

    async def _undo_one(self, item: BulkItem, operation: BulkOperation) -> BulkItem:
        if item.outcome not in {BulkOutcome.DONE, BulkOutcome.PLANNED}:
            return item
        try:
            job = await self._queue.find(item.job_id)
            if item.outcome is BulkOutcome.PLANNED and job is not None and was_done(operation.action, item, job):
                item = replace(item, outcome=BulkOutcome.DONE)
            why = obstacle_to_undo(operation.action, item, job) if job is not None else "it is gone"
            if why is not None:
                return replace(item, note=f"not undone: {why}")
            await self._act_back(item, operation)
        except OrchestratorError as error:
            return replace(item, note=f"not undone: {error}")
        return replace(item, outcome=BulkOutcome.UNDONE, note="")

    async def _act_back(self, item: BulkItem, operation: BulkOperation) -> None:
        match operation.action.kind:
            case BulkKind.CANCEL:
                await self._queue.move(item.job_id, lambda job: self._uncancelled(job, item, operation))
            case BulkKind.RETRY:
                reason = "The bulk retry was taken back."
                await self._commands.cancel_job(item.job_id, reason=reason, actor=operation.actor)
            case BulkKind.PRIORITY:
                await self._prioritise(item.job_id, item.seen_priority, actor=operation.actor)

    def _uncancelled(self, job: Job, item: BulkItem, operation: BulkOperation) -> Move:
        """Waiting again, as it was: one that was to start later still is."""
        why = obstacle_to_undo(operation.action, item, job)
        if why is not None:
            raise ConflictError(f"Job {job.job_id}: {why}.")
        now = self._clock.now()
        after = retried_by_a_person(job, at=now)
        after = replace(after, failures=job.failures, crashes=job.crashes)
        if item.seen_status is JobStatus.PENDING:
            after = replace(after, status=JobStatus.PENDING, not_before=job.not_before, queued_at=None)
        words = f"{job.workflow_name} waits again: its cancelling was taken back."
        return Move(after=after, audit=about(job, "job.uncancelled", words, now, operation.actor))

    def _entry(self, operation: BulkOperation, kind: str, what: str) -> AuditEntry:
        words = f"Bulk {operation.action.kind} of {operation.planned:,} jobs {what}."
        details = {"operation_id": operation.operation_id}
        return AuditEntry(at=self._clock.now(), kind=kind, message=words, actor=operation.actor, details=dict(details))


def _check(action: BulkAction, wanted: BulkFilter) -> None:
    if wanted == BulkFilter():
        raise InvalidRequestError(
            "Say which jobs: the filter is empty.", field="filter", hint="Give ids, a status, a workflow, a robot, ..."
        )
    if (action.kind is BulkKind.PRIORITY) != (action.priority is not None):
        raise InvalidRequestError("`priority` goes with the action `priority`, and only with it.", field="priority")
    if len(wanted.job_ids) > PAGE:
        raise InvalidRequestError(f"At most {PAGE:,} ids; use a filter for more.", field="filter.job_ids")


def _item(job: Job) -> BulkItem:
    return BulkItem(job_id=job.job_id, seen_status=job.status, seen_priority=job.priority, seen_attempt=job.attempt)


def _changed(item: BulkItem, job: Job | None) -> str | None:
    """Why a job is not any more what was shown; None when it is."""
    if job is None:
        return "it is gone"
    if job.status is item.seen_status or (job.status in WAITING and item.seen_status in WAITING):
        return None
    return f"it changed meanwhile: from {item.seen_status} to {job.status}"


def _result(operation: BulkOperation) -> str:
    if operation.state is BulkState.UNDONE:
        return f"was taken back for {operation.undone:,} of {operation.done:,}"
    left = f", {operation.skipped:,} were left out" if operation.skipped else ""
    return f"is done for {operation.done:,}{left}"
