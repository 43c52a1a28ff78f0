"""The way in for jobs that are asked for, one by one or many at once: prepared, sent through the links, kept."""

import asyncio
from collections.abc import Sequence

from orchestrator.contract.api.jobs import SubmitRequest
from orchestrator.contract.errors import BotswainError
from orchestrator.domain.job import Job
from orchestrator.engine.clock import Clock
from orchestrator.engine.deduplication import Deduplication
from orchestrator.engine.dispatcher import JobDispatcher
from orchestrator.engine.distribution import WorkflowDistributor
from orchestrator.engine.job_queue import JobQueue
from orchestrator.engine.live_settings import LiveSettings
from orchestrator.engine.middleware import (
    Accepted,
    QueueLimit,
    SubmissionCounter,
    SubmissionMiddleware,
    submission_pipeline,
)
from orchestrator.engine.moves import about
from orchestrator.engine.ports.jobs import NewJob
from orchestrator.engine.ports.store import Store
from orchestrator.engine.prompt_claims import PromptClaims
from orchestrator.engine.robot_pool import RobotPool
from orchestrator.engine.sealing import Sealing
from orchestrator.engine.settings import EngineSettings
from orchestrator.engine.submission import Submission, SubmissionDesk
from orchestrator.engine.submit_batch import BatchDesk
from orchestrator.engine.submit_rate import SubmitRate


class JobIntake:
    """Accepts jobs; when a call returns, its jobs are durable."""

    def __init__(
        self,
        *,
        queue: JobQueue,
        dispatcher: JobDispatcher,
        store: Store,
        workflows: WorkflowDistributor,
        pool: RobotPool,
        clock: Clock,
        settings: EngineSettings,
        live: LiveSettings,
        sealing: Sealing,
        middleware: Sequence[SubmissionMiddleware],
    ) -> None:
        self._claims = PromptClaims(queue, dispatcher)
        self._rate = SubmitRate(live, clock)
        limit = QueueLimit(lambda: len(queue), live)
        self.submissions = SubmissionDesk(workflows, pool, clock, settings, opened=sealing.opened)
        self.counter = SubmissionCounter(clock)
        self.pipeline = submission_pipeline(
            counter=self.counter,
            installed=middleware,
            deduplicate=Deduplication(store, clock, opened=sealing.opened),
            limit=limit,
            seal=sealing,
        )
        self._batches = BatchDesk(
            claims=self._claims,
            clock=clock,
            counter=self.counter,
            limit=limit,
            sealing=sealing,
            has_guests=bool(middleware),
        )

    async def submit(
        self,
        request: SubmitRequest,
        *,
        idempotency_key: str | None = None,
        actor: str = "engine",
        traceparent: str = "",
    ) -> Job:
        """Accept a job. A known idempotency key gives the first job again.

        Raises NotFoundError (workflow), WorkflowError (definition, variables), InvalidRequestError (the rest),
        ConflictError (queue full), TooManyRequestsError, StorageError.
        """
        self._rate.count(actor)
        submission = await self.submissions.prepare(
            request, idempotency_key=idempotency_key, actor=actor, traceparent=traceparent
        )
        job, _ = await self.pipeline.run(submission, self._accept)
        return job

    async def submit_all(self, wishes: Sequence[tuple[SubmitRequest, str | None, str]]) -> list[Job | BotswainError]:
        """`submit` for many (request, idempotency key, actor), which share their commits; an outcome for each."""
        works = [await self._prepared(*wish) for wish in wishes]
        outcomes = {place: work for place, work in enumerate(works) if isinstance(work, BotswainError)}
        ready = {place: work for place, work in enumerate(works) if isinstance(work, Submission)}
        plain = {place: work for place, work in ready.items() if self._batches.takes(work)}
        linked = [place for place in ready if place not in plain]
        found: dict[int, Job | BotswainError] = {**outcomes}
        found |= zip(plain, await self._batches.accept(list(plain.values()), _new_job), strict=True)
        found |= zip(linked, await asyncio.gather(*(self._linked(ready[place]) for place in linked)), strict=True)
        return [found[place] for place in range(len(wishes))]

    async def _prepared(self, request: SubmitRequest, key: str | None, actor: str) -> Submission | BotswainError:
        try:
            self._rate.count(actor)
            return await self.submissions.prepare(request, idempotency_key=key, actor=actor)
        except BotswainError as error:
            return error

    async def _linked(self, work: Submission) -> Job | BotswainError:
        try:
            return (await self.pipeline.run(work, self._accept))[0]
        except BotswainError as error:
            return error

    async def _accept(self, work: Submission) -> Accepted:
        (outcome,) = await self._claims.accept([_new_job(work)])
        if isinstance(outcome, Exception):
            raise outcome
        return outcome


def _new_job(work: Submission) -> NewJob:
    job = work.job
    entry = about(job, "job.submitted", f"{job.workflow_name} was submitted.", job.created_at, work.actor)
    return NewJob(job=job, idempotency_key=work.idempotency_key, audit=entry)
