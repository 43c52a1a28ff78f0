"""Items in the hands of runs: handed out, ended by the run that has them, and taken back when its attempt is over.

Which items are held is known in memory, so that a job without any costs a look into a dictionary. An attempt that ends
and is gone on from a checkpoint may carry its items over: the next attempt says which ones its checkpoint holds with
its first word about items, and the others are taken back then.
"""

import logging
from collections import defaultdict
from collections.abc import Callable
from datetime import timedelta

from orchestrator.contract.errors import BotswainError, ErrorInfo, ErrorKind
from orchestrator.contract.ids import JobId, RobotId, SessionId
from orchestrator.contract.protocol.message import Payload
from orchestrator.contract.protocol.work_items import WorkItemAnswer, WorkItemAsk
from orchestrator.contract.states import FINAL_STATES, JobStatus
from orchestrator.contract.work_items import (
    AddItems,
    CompleteItem,
    FailItem,
    FailureKind,
    GivenWorkItem,
    ItemOutcome,
    PostponeItem,
    TakeItem,
    WorkItemState,
)
from orchestrator.domain.events import JobChanged
from orchestrator.domain.job import Job
from orchestrator.domain.robot import Robot
from orchestrator.domain.work_items import (
    Holder,
    ItemEnd,
    ItemId,
    NotHolderError,
    WorkItem,
    WorkQueue,
    carried,
    ended,
    postponed,
    said,
    tries_left,
)
from orchestrator.engine.bus import EventBus
from orchestrator.engine.clock import Clock, Wakeup
from orchestrator.engine.errors import ConflictError, InvalidRequestError, StorageError
from orchestrator.engine.job_queue import JobQueue
from orchestrator.engine.ports.audit import AuditEntry
from orchestrator.engine.ports.work_items import ItemMove, WorkItemStore
from orchestrator.engine.work_items import WorkItems

logger = logging.getLogger(__name__)

TICK_S = 30.0
"""Safety net: by then every held item has been looked at."""
RETRY_S = 5.0
"""After a store that took nothing."""
_MAY_BE_OVER = FINAL_STATES | {JobStatus.PENDING, JobStatus.PAUSED}
_ENDS = {FailureKind.BUSINESS: ItemEnd.BUSINESS, FailureKind.TECHNICAL: ItemEnd.TECHNICAL}
_TOLD = frozenset({WorkItemState.FAILED_BUSINESS, WorkItemState.FAILED_APPLICATION, WorkItemState.ABANDONED})
"""What is written into the activity; everything else stands with the item."""

IN_DOUBT = "Nobody knows whether its work was done: finish it or release it."

Send = Callable[[RobotId, Payload], bool]


class ItemRuns:
    """What runs do with items."""

    def __init__(
        self, desk: WorkItems, store: WorkItemStore, queue: JobQueue, bus: EventBus, clock: Clock, *, send: Send
    ) -> None:
        self._desk = desk
        self._store = store
        self._queue = queue
        self._clock = clock
        self._send = send
        self._held: defaultdict[JobId, dict[ItemId, int]] = defaultdict(dict)
        """By job: the attempt that has each item."""
        self._errors: dict[JobId, ErrorInfo] = {}
        """How runs failed whose items are about to be taken back."""
        self._wakeup = Wakeup(clock)
        bus.subscribe(JobChanged, self._on_job, states=_MAY_BE_OVER)

    async def load(self) -> None:
        """Know who has what; what ended while the engine was away is taken back by the first look."""
        for item in await self._store.held():
            self._note(item)
        self._wakeup.ring()

    async def run(self) -> None:
        """Take items of attempts that are over back, until cancelled."""
        while True:
            wait_s = TICK_S
            try:
                await self._take_back_all()
            except StorageError as error:
                wait_s = RETRY_S
                logger.info("Items of runs that are over are taken back later: %s", error)
            await self._wakeup.wait(wait_s)

    # --- robots ---------------------------------------------------------------------------------------------------

    async def asked(self, robot: Robot, _: SessionId, ask: WorkItemAsk) -> None:
        """A run wants something, or wants it again because the answer did not arrive."""
        self._send(robot.robot_id, await self.answer(robot.robot_id, ask))

    async def answer(self, robot_id: RobotId, ask: WorkItemAsk) -> WorkItemAnswer:
        """The same answer however often it is asked. Raises StorageError when nothing could be kept."""
        try:
            await self._carry_over(robot_id, ask)
            match ask.wish:
                case TakeItem():
                    return await self._take(robot_id, ask, ask.wish)
                case AddItems():
                    return await self._add(robot_id, ask, ask.wish)
                case _:
                    return await self._end(robot_id, ask, ask.wish)
        except StorageError:
            raise
        except BotswainError as error:
            return _answer(ask, ItemOutcome.REFUSED, message=str(error)[:4_000])

    async def _take(self, robot_id: RobotId, ask: WorkItemAsk, wish: TakeItem) -> WorkItemAnswer:
        job = self._own(robot_id, ask)
        if job.status is JobStatus.CANCELLING:
            raise ConflictError("The run is being stopped.")
        queue = self._desk.queue(wish.queue)
        if queue.paused:
            return _answer(ask, ItemOutcome.NONE, message=f"The queue {queue.name} is paused.")
        holder = Holder(job_id=job.job_id, attempt=ask.attempt, robot_id=robot_id, taken_at=self._clock.now())
        item = await self._store.take(queue.queue_id, holder, ask.request_id)
        if item is None:
            return _answer(ask, ItemOutcome.NONE)
        is_fresh = item.item_id not in self._held.get(job.job_id, {})
        self._note(item)
        if is_fresh:
            self._desk.announce(item)
        self._look_again(job)
        return _answer(ask, ItemOutcome.DONE, item=self._given(item, queue))

    async def _add(self, robot_id: RobotId, ask: WorkItemAsk, wish: AddItems) -> WorkItemAnswer:
        job = self._own(robot_id, ask)
        ids = [f"{ask.request_id}-{place}" for place in range(len(wish.items))]
        queue = self._desk.queue(wish.queue)
        added = await self._desk.add(queue, wish.items, actor=f"job {job.job_id}", ids=ids)
        return _answer(ask, ItemOutcome.DONE).model_copy(update={"added": tuple(added)})

    async def _end(
        self, robot_id: RobotId, ask: WorkItemAsk, wish: CompleteItem | FailItem | PostponeItem
    ) -> WorkItemAnswer:
        said_before = await self._store.ended_by(ask.request_id)
        item_id = said_before.item_id if said_before is not None else self._meant(ask, wish.item_id)

        def decide(item: WorkItem) -> ItemMove:
            if not item.is_held_by(ask.job_id, ask.attempt):
                raise NotHolderError(item)
            assert item.holder is not None
            if item.holder.robot_id != robot_id:
                raise NotHolderError(item)
            return self._story(item, self._after(item, wish), robot_id=robot_id)

        item, is_changed = await self._desk.change(item_id, decide, request_id=ask.request_id)
        if is_changed:
            self._forget(JobId(ask.job_id), item_id)
        return _answer(ask, ItemOutcome.DONE).model_copy(update={"state": item.state.value})

    def _after(self, item: WorkItem, wish: CompleteItem | FailItem | PostponeItem) -> WorkItem:
        queue, now = self._desk.rules_of(item), self._clock.now()
        match wish:
            case CompleteItem():
                return ended(item, queue, ItemEnd.SUCCESS, now=now, output=wish.output)
            case FailItem():
                return ended(item, queue, _ENDS[wish.kind], now=now, reason=wish.reason)
            case PostponeItem():
                until = wish.until if wish.until is not None else now + timedelta(seconds=wish.delay_s or 0.0)
                return postponed(item, until, now=now, reason=wish.reason)

    def _meant(self, ask: WorkItemAsk, item_id: str | None) -> ItemId:
        if item_id is not None:
            return ItemId(item_id)
        own = [each for each, attempt in self._held.get(JobId(ask.job_id), {}).items() if attempt == ask.attempt]
        if len(own) == 1:
            return own[0]
        why = "this run has no item" if not own else f"this run has {len(own)} items"
        raise InvalidRequestError(f"item: {why}; say which one is meant.", field="item")

    def _own(self, robot_id: RobotId, ask: WorkItemAsk) -> Job:
        """The job, while this attempt of it is live on this robot. ConflictError."""
        job = self._queue.get(JobId(ask.job_id))
        if job is None or job.robot_id != robot_id or not job.concerns(ask.attempt) or not job.status.is_live:
            raise ConflictError(f"Attempt {ask.attempt} of job {ask.job_id} is over, or not this robot's.")
        return job

    def _given(self, item: WorkItem, queue: WorkQueue) -> GivenWorkItem:
        return GivenWorkItem(
            id=item.item_id,
            queue=queue.name,
            reference=item.reference,
            payload=self._desk.opened(item),
            priority=item.priority,
            due_at=item.due_at,
            created_at=item.created_at,
            try_number=item.tries,
            tries_left=tries_left(item, queue),
            secret=tuple(sorted(queue.secret_fields & item.payload.keys())),
        )

    # --- attempts that are over -----------------------------------------------------------------------------------

    async def _carry_over(self, robot_id: RobotId, ask: WorkItemAsk) -> None:
        """The first word of an attempt settles what its predecessor had: carried over, or taken back."""
        job_id = JobId(ask.job_id)
        older = {item_id for item_id, attempt in self._held.get(job_id, {}).items() if attempt < ask.attempt}
        if not older:
            return
        self._own(robot_id, ask)
        for item_id in older:
            if item_id not in ask.carried:
                await self._take_back(job_id, item_id)
                continue
            item, _ = await self._desk.change(item_id, lambda item: self._handed_on(item, robot_id, ask))
            self._note(item)

    @staticmethod
    def _handed_on(item: WorkItem, robot_id: RobotId, ask: WorkItemAsk) -> ItemMove | None:
        if item.holder is None or item.holder.job_id != ask.job_id or item.holder.attempt >= ask.attempt:
            return None
        return ItemMove(after=carried(item, attempt=ask.attempt, robot_id=robot_id))

    async def _take_back_all(self) -> None:
        for job_id, held in list(self._held.items()):
            for item_id, attempt in list(held.items()):
                if self._is_over(job_id, attempt):
                    await self._take_back(job_id, item_id)

    def _is_over(self, job_id: JobId, attempt: int) -> bool:
        """An attempt that is gone on from a checkpoint is not over for its items before the next one has spoken."""
        job = self._queue.get(job_id)
        if job is None:
            return True
        if job.attempt == attempt and job.status.is_live:
            return False
        return job.resume_from is None

    async def _take_back(self, job_id: JobId, item_id: ItemId) -> None:
        attempt = self._held[job_id].get(item_id)
        job = await self._queue.find(job_id)

        def decide(item: WorkItem) -> ItemMove | None:
            if attempt is None or not item.is_held_by(job_id, attempt):
                return None
            error = self._errors.get(job_id)
            end = _end_of(job, error)
            said_by_it = f": {error.message}" if error is not None else "."
            reason = f"Attempt {attempt} of job {job_id} ended without a word about it{said_by_it}"
            if end is ItemEnd.IN_DOUBT:
                reason = f"{IN_DOUBT} {reason}"
            after = ended(item, self._desk.rules_of(item), end, now=self._clock.now(), reason=reason)
            return self._story(item, after, robot_id=None)

        await self._desk.change(item_id, decide)
        self._forget(job_id, item_id)

    def _story(self, before: WorkItem, after: WorkItem, *, robot_id: RobotId | None) -> ItemMove:
        """The move, with a line for the activity where a person might want to know."""
        if after.state not in _TOLD or before.holder is None:
            return ItemMove(after=after)
        because = f": {after.reason}" if after.reason else "."
        words = f"Item {after.name} of {self._desk.rules_of(after).name} is {said(after.state)}{because}"
        entry = AuditEntry(
            at=after.changed_at,
            kind=f"work_item.{after.state}",
            message=words,
            job_id=before.holder.job_id,
            robot_id=robot_id,
            details={"item_id": after.item_id},
        )
        return ItemMove(after=after, audit=entry)

    # --- inside ---------------------------------------------------------------------------------------------------

    def _note(self, item: WorkItem) -> None:
        if item.holder is not None:
            self._held[item.holder.job_id][item.item_id] = item.holder.attempt

    def _forget(self, job_id: JobId, item_id: ItemId) -> None:
        held = self._held.get(job_id, {})
        held.pop(item_id, None)
        if not held:
            self._held.pop(job_id, None)
            self._errors.pop(job_id, None)

    def _on_job(self, event: JobChanged) -> None:
        job = event.job
        if job.job_id in self._held:
            if job.error is not None:
                self._errors[job.job_id] = job.error
            self._wakeup.ring()

    def _look_again(self, job: Job) -> None:
        """The attempt may have ended while its item was being handed out, and nobody would hear of it."""
        known = self._queue.get(job.job_id)
        if known is None or known.version != job.version:
            self._wakeup.ring()


def _end_of(job: Job | None, error: ErrorInfo | None) -> ItemEnd:
    """What became of an item whose attempt is over; where its work must not be done twice, a person says so."""
    if error is not None and error.kind is ErrorKind.BUSINESS:
        return ItemEnd.BUSINESS
    is_in_doubt = job is not None and job.status is JobStatus.DEAD_LETTER and not job.retry_safe
    return ItemEnd.IN_DOUBT if is_in_doubt else ItemEnd.LEFT


def _answer(
    ask: WorkItemAsk, outcome: ItemOutcome, *, item: GivenWorkItem | None = None, message: str = ""
) -> WorkItemAnswer:
    return WorkItemAnswer(
        job_id=ask.job_id,
        attempt=ask.attempt,
        request_id=ask.request_id,
        outcome=outcome,
        item=item,
        message=message,
    )
