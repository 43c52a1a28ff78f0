"""The link that answers a repeated submission with the first job, for those who ask for it."""

import asyncio
import hashlib
import json
from collections import OrderedDict
from datetime import timedelta
from weakref import WeakValueDictionary

from orchestrator.contract.ids import JobId
from orchestrator.contract.pipeline import Handler
from orchestrator.contract.states import JobStatus
from orchestrator.domain.job import Job
from orchestrator.engine.clock import Clock
from orchestrator.engine.middleware import Accepted
from orchestrator.engine.ports.jobs import JobQuery, JobStore
from orchestrator.engine.ports.vault import OpenVariables
from orchestrator.engine.submission import Submission

MOST_REMEMBERED = 50_000
MOST_READ = 500


class Deduplication:
    """`deduplicate_s` of a request: the same workflow with the same variables within so many seconds is one job.

    A job that was cancelled is no first job. What was accepted before a restart is looked up in the store.
    """

    def __init__(self, store: JobStore, clock: Clock, *, opened: OpenVariables) -> None:
        self._store = store
        self._clock = clock
        self._opened = opened
        self._started_s = clock.monotonic()
        self._seen: OrderedDict[str, tuple[JobId, float]] = OrderedDict()
        self._locks: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    async def __call__(self, work: Submission, rest: Handler[Submission, Accepted]) -> Accepted:
        if work.deduplicate_s is None:
            return await rest(work)
        fingerprint = _fingerprint(work.job)
        lock = self._locks.setdefault(fingerprint, asyncio.Lock())
        async with lock:
            first = await self._first(work, fingerprint, work.deduplicate_s)
            if first is not None:
                return first, False
            job, is_new = await rest(work)
            self._remember(fingerprint, job.job_id)
            return job, is_new

    async def _first(self, work: Submission, fingerprint: str, within_s: float) -> Job | None:
        seen = self._seen.get(fingerprint)
        now_s = self._clock.monotonic()
        if seen is not None and now_s - seen[1] <= within_s:
            known = await self._store.job(seen[0])
            return known if known is not None and known.status is not JobStatus.CANCELLED else None
        if now_s - self._started_s > within_s:
            return None
        return await self._from_before(work, within_s)

    async def _from_before(self, work: Submission, within_s: float) -> Job | None:
        job, definition = work.job, work.version.definition
        since = self._clock.now() - timedelta(seconds=within_s)
        found, _ = await self._store.list_jobs(JobQuery(workflow_id=job.workflow_id, limit=MOST_READ))
        same = (
            each
            for each in found
            if each.created_at >= since
            and each.status is not JobStatus.CANCELLED
            and dict(self._opened(definition, each.variables)) == dict(job.variables)
        )
        return min(same, key=lambda each: each.position, default=None)

    def _remember(self, fingerprint: str, job_id: JobId) -> None:
        self._seen[fingerprint] = (job_id, self._clock.monotonic())
        self._seen.move_to_end(fingerprint)
        if len(self._seen) > MOST_REMEMBERED:
            self._seen.popitem(last=False)


def _fingerprint(job: Job) -> str:
    said = json.dumps([job.workflow_id, dict(job.variables)], sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(said.encode()).hexdigest()
