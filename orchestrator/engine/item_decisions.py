"""What a person decides about items that a run had, when nobody knows whether it did their work: done, or again."""

from datetime import datetime

from orchestrator.contract.ids import JsonValue
from orchestrator.contract.states import JobStatus
from orchestrator.domain.work_items import WorkItem, again, finished, released
from orchestrator.engine.errors import ConflictError
from orchestrator.engine.job_queue import JobQueue
from orchestrator.engine.work_items import WorkItems

_AT_WORK = frozenset({JobStatus.RUNNING, JobStatus.WAITING_FOR_HUMAN, JobStatus.CANCELLING})
"""Runs that hold what they have: whoever wants it stops them first."""


class ItemDecisions:
    """See the module; what a lost run says of an item afterwards is refused, since it is no longer its own."""

    def __init__(self, desk: WorkItems, queue: JobQueue) -> None:
        self._desk = desk
        self._queue = queue

    async def finish(self, item_id: str, *, output: JsonValue = None, reason: str = "", actor: str) -> WorkItem:
        """The work is done, say by hand. NotFoundError; ConflictError for an item that waits, is done, or is worked
        on now."""

        def done(item: WorkItem, now: datetime) -> WorkItem:
            self._refuse_running(item)
            return finished(item, now=now, output=output, reason=reason)

        return await self._desk.moved_by(done, item_id, "finished", actor)

    async def release(self, item_id: str, *, actor: str) -> WorkItem:
        """The work is not done: the item waits for its next try. NotFoundError; ConflictError as for `finish`."""

        def back(item: WorkItem, now: datetime) -> WorkItem:
            self._refuse_running(item)
            return released(item, now=now) if item.holder is not None else again(item, now=now)

        return await self._desk.moved_by(back, item_id, "released", actor)

    def _refuse_running(self, item: WorkItem) -> None:
        if item.holder is None:
            return
        job = self._queue.get(item.holder.job_id)
        if job is not None and job.concerns(item.holder.attempt) and job.status in _AT_WORK:
            raise ConflictError(f"Job {job.job_id} works on item {item.name}; cancel the job first.")
