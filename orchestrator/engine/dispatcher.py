"""Brings queued jobs to robots with room: choose, claim, commit, offer; woken by events, with a slow safety tick."""

import logging
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from typing import NamedTuple

from orchestrator.contract.ids import JobId, JsonValue, RobotId, SessionId, WorkflowHash
from orchestrator.contract.protocol.jobs import JobAssignment
from orchestrator.contract.states import JobStatus
from orchestrator.domain.events import JobChanged, RobotChanged
from orchestrator.domain.job import Job
from orchestrator.domain.workflow_version import WorkflowVersion
from orchestrator.engine.bus import EventBus
from orchestrator.engine.clock import Clock, Wakeup
from orchestrator.engine.errors import JobHeldError, OrchestratorError, SealedError, StorageError
from orchestrator.engine.job_queue import JobQueue
from orchestrator.engine.moves import GONE, Decide, Move, claimed, offer_ended, unofferable
from orchestrator.engine.ports.gateway import Gateway
from orchestrator.engine.ports.vault import OpenVariables
from orchestrator.engine.robot_pool import RobotPool
from orchestrator.engine.settings import EngineSettings

logger = logging.getLogger(__name__)

HELD_REST_S = 5.0
"""A job whose row another program holds, or whose claim fails by itself, is not looked at for so long."""

FindVersion = Callable[[Job], Awaitable[WorkflowVersion | None]]


class Match(NamedTuple):
    """A job, and the robot whose slot is held for it."""

    job: Job
    robot_id: RobotId
    session_id: SessionId


class JobDispatcher:
    """Dispatches jobs to available robots with load balancing."""

    def __init__(
        self,
        *,
        queue: JobQueue,
        pool: RobotPool,
        gateway: Gateway,
        bus: EventBus,
        clock: Clock,
        settings: EngineSettings,
        version_of: FindVersion,
        opened: OpenVariables,
    ) -> None:
        self._queue = queue
        self._pool = pool
        self._gateway = gateway
        self._clock = clock
        self._settings = settings
        self._version_of = version_of
        self._opened = opened
        self._wakeup = Wakeup(clock)
        self.load_balancing = settings.load_balancing
        self.most_at_once: int | None = None
        """Jobs that robots may hold at once, over the fleet."""
        self.is_paused = False
        """True while the store takes no writes: nothing can be claimed."""
        self._is_running = False
        bus.subscribe(JobChanged, self._on_job)
        bus.subscribe(RobotChanged, self._on_robot)

    def wake(self) -> None:
        """Look at the queue soon."""
        self._wakeup.ring()

    async def run(self) -> None:
        """Dispatch until cancelled."""
        self._is_running = True
        try:
            while True:
                await self._wakeup.wait(self._settings.dispatch_interval_s)
                self._pool.end_rests()
                while batch := self._pick():
                    await self._offer(batch)
                    if self.is_paused:
                        break
        finally:
            self._is_running = False

    def reserve(self, jobs: Sequence[Job]) -> list[Match]:
        """Robots for new jobs that need not wait, since nobody does: their slots are held from this moment on.

        For each match `settle` or `give_back` has to be called.
        """
        if not self._is_running or self.is_paused or len(self._queue):
            return []
        matches: list[Match] = []
        room = self._room()
        for job in sorted(jobs, key=lambda each: -each.priority.rank):
            if len(matches) >= room or not self._pool.has_room:
                break
            if job.status is JobStatus.QUEUED and not job.concurrency and (match := self._match(job)) is not None:
                matches.append(match)
        return matches

    def claim_of(self, match: Match) -> Move:
        """The first move of a new job that a robot is reserved for."""
        return claimed(match.job, robot_id=match.robot_id, session_id=match.session_id, at=self._clock.now())

    async def settle(self, matches: Sequence[Match]) -> None:
        """Offer what was claimed as it was accepted, and give the other slots back."""
        made = [(each, job) for each in matches if (job := self._claimed_after_all(each)) is not None]
        self.give_back(matches)
        await self._send_all(made)

    def give_back(self, matches: Sequence[Match]) -> None:
        """Free the slots of those that were not claimed."""
        for each in matches:
            if self._claimed_after_all(each) is None:
                self._pool.release(each.robot_id, each.job.job_id)

    def rest(self, robot_id: RobotId, seconds: float) -> None:
        """Spare a robot for a while, and look again afterwards."""
        self._pool.rest(robot_id, seconds)
        self._clock.call_later(seconds, self.wake)

    def _on_job(self, event: JobChanged) -> None:
        if event.job.status is JobStatus.QUEUED or (event.before is not None and event.before.is_live):
            self._wakeup.ring()

    def _on_robot(self, event: RobotChanged) -> None:
        if not event.is_about_work and self._pool.has_room and event.robot.status.is_connected:
            self._wakeup.ring()

    @property
    def reached_limit(self) -> int | None:
        """The limit on jobs that run at once, when it keeps further ones back."""
        most = self.most_at_once
        return most if most is not None and self._pool.held_count >= most else None

    def _room(self) -> int:
        """How many jobs may be offered now."""
        at_once = self._settings.offers_at_once
        return at_once if self.most_at_once is None else min(at_once, self.most_at_once - self._pool.held_count)

    def _pick(self) -> list[Match]:
        """Jobs and robots that belong together now; their slots are taken from this moment on."""
        batch: list[Match] = []
        room = self._room()
        while len(batch) < room and self._pool.has_room:
            job = self._queue.dequeue(self._pool.can_run)
            if job is None:
                break
            match = self._match(job)
            if match is None:
                self._queue.give_back(job.job_id)
                break
            batch.append(match)
        return batch

    def _match(self, job: Job) -> Match | None:
        """The robot for a job, with a slot of it taken."""
        robot_id = self._pool.choose(job, self.load_balancing)
        session_id = self._pool.session_of(robot_id) if robot_id is not None else None
        if robot_id is None or session_id is None:
            return None
        self._pool.hold(robot_id, job)
        return Match(job, robot_id, session_id)

    async def _offer(self, batch: Sequence[Match]) -> None:
        """Claim the jobs of a batch in one transaction, then offer them."""
        claims: Sequence[Job | Exception | None]
        try:
            claims = await self._queue.move_all([(each.job.job_id, self._claiming(each)) for each in batch])
        except Exception as error:  # an unforeseen one must not keep slots that nothing gives back
            if not isinstance(error, OrchestratorError):
                logger.exception("A round of %d claims broke.", len(batch))
            claims = [self._claimed_after_all(each) or error for each in batch]
        made = [(each, claim) for each, claim in zip(batch, claims, strict=True) if isinstance(claim, Job)]
        for each, claim in zip(batch, claims, strict=True):
            if not isinstance(claim, Job):
                self._pool.release(each.robot_id, each.job.job_id)
                self._put_back(each.job.job_id, claim)
        if made:
            self.is_paused = False
            await self._send_all(made)

    def _claimed_after_all(self, match: Match) -> Job | None:
        """The job, when its claim was written although the round broke."""
        job = self._queue.get(match.job.job_id)
        is_claimed = job is not None and job.status is JobStatus.DISPATCHED and job.attempt == match.job.attempt + 1
        return job if is_claimed else None

    def _put_back(self, job_id: JobId, reason: Exception | None) -> None:
        """A job that was not claimed goes back into its place; one that somebody holds lets the others pass first."""
        if reason is not None and (isinstance(reason, JobHeldError) or not isinstance(reason, OrchestratorError)):
            logger.warning("Job %s cannot be claimed now: %s", job_id, reason)
            self._clock.call_later(HELD_REST_S, partial(self._look_again, job_id))
            return
        self._queue.give_back(job_id)
        if isinstance(reason, OrchestratorError):
            self._pause(reason)

    def _look_again(self, job_id: JobId) -> None:
        self._queue.give_back(job_id)
        self.wake()

    def _claiming(self, match: Match) -> Decide:
        def decide(current: Job) -> Move | None:
            if current.status is not JobStatus.QUEUED or not self._pool.is_current(match.robot_id, match.session_id):
                return None
            return claimed(current, robot_id=match.robot_id, session_id=match.session_id, at=self._clock.now())

        return decide

    async def _send_all(self, made: Sequence[tuple[Match, Job]]) -> None:
        versions: dict[WorkflowHash, WorkflowVersion | None] = {}
        for match, job in made:
            await self._send(job, match, versions)

    async def _send(self, job: Job, match: Match, versions: dict[WorkflowHash, WorkflowVersion | None]) -> None:
        try:
            if job.workflow_hash not in versions:
                versions[job.workflow_hash] = await self._readable_version(job)
            await self._send_or_fail(job, match, versions[job.workflow_hash])
        except OrchestratorError as error:
            logger.warning("Job %s was claimed but not offered, and will expire: %s", job.job_id, error)

    async def _send_or_fail(self, job: Job, match: Match, version: WorkflowVersion | None) -> None:
        if version is None:
            await self._fail(job, GONE)
            return
        try:
            offer = self._assignment(job, version)
        except SealedError as error:
            logger.warning("Job %s cannot be offered: %s", job.job_id, error)
            await self._fail(job, str(error))
            return
        if not self._gateway.send(match.robot_id, match.session_id, offer):
            await self._take_back(job)

    def _assignment(self, job: Job, version: WorkflowVersion) -> JobAssignment:
        """The offer, without what the robot has already."""
        assert job.robot_id is not None
        offer_s = self._settings.terms.offer_s
        variables = dict(self._opened(version.definition, job.variables))
        is_known = self._pool.note_workflow(job.robot_id, version.workflow_hash)
        start = self._pool.may_run(job)
        return assignment(job, version, offer_s, variables=variables, is_known=is_known, start=start)

    async def _readable_version(self, job: Job) -> WorkflowVersion | None:
        try:
            return await self._version_of(job)
        except ValueError as error:  # what is stored is no workflow
            logger.warning("The workflow of job %s cannot be read: %s", job.job_id, error)
            return None

    async def _fail(self, claimed_job: Job, why: str) -> None:
        def decide(current: Job) -> Move | None:
            if current.status is not JobStatus.DISPATCHED or not current.concerns(claimed_job.attempt):
                return None
            return unofferable(current, why, at=self._clock.now())

        await self._queue.move(claimed_job.job_id, decide)

    async def _take_back(self, offered: Job) -> None:
        def decide(current: Job) -> Move | None:
            if current.status is not JobStatus.DISPATCHED or not current.concerns(offered.attempt):
                return None
            return offer_ended(current, "expired", "The robot's connection was gone.", at=self._clock.now())

        await self._queue.move(offered.job_id, decide)

    def _pause(self, error: OrchestratorError) -> None:
        if isinstance(error, StorageError) and not self.is_paused:
            logger.warning("Dispatching pauses: %s", error)
            self.is_paused = True


def assignment(
    job: Job,
    version: WorkflowVersion,
    lease_s: float,
    *,
    variables: dict[str, JsonValue],
    is_known: bool = False,
    start: bool = False,
) -> JobAssignment:
    """The offer of a claimed job; `is_known`: the robot has the workflow, `start`: it may begin without being told."""
    return JobAssignment(
        job_id=job.job_id,
        attempt=job.attempt,
        workflow=None if is_known else version.definition,
        workflow_hash=version.workflow_hash,
        variables=variables,
        timeout_s=job.timeout_s,
        priority=job.priority,
        lease_s=lease_s,
        checkpoint_id=job.resume_from,
        traceparent=job.trace_context,
        start=start,
    )
