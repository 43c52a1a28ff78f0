"""What a comparison of notes with a robot does to the jobs that it holds."""

from collections.abc import Callable

from orchestrator.contract.ids import SessionId
from orchestrator.contract.states import JobStatus
from orchestrator.domain.job import Job
from orchestrator.engine.clock import Clock
from orchestrator.engine.job_queue import JobQueue
from orchestrator.engine.lease_watch import LeaseWatch
from orchestrator.engine.moves import Move, crashed, found, started
from orchestrator.engine.reconciliation import Finding


class Settlement:
    """Moves jobs to where their robot says they are."""

    def __init__(self, queue: JobQueue, leases: LeaseWatch, clock: Clock, name_of: Callable[[Job], str]) -> None:
        self._queue = queue
        self._leases = leases
        self._clock = clock
        self._name_of = name_of

    async def settle(self, job: Job, finding: Finding, session_id: SessionId) -> None:
        """Follow what was found about a job that the robot of this session holds."""
        match finding:
            case Finding.RUNS:
                await self._queue.move(job.job_id, lambda now: self._when_same(now, job, self._refound(session_id)))
                self._leases.renew(job)
            case Finding.ACCEPTED:
                await self._queue.move(job.job_id, lambda now: self._when_same(now, job, self._accepted(session_id)))
            case Finding.SPOOLED:
                self._leases.renew(job)
            case Finding.UNKNOWN:
                await self.crash(job)

    def _refound(self, session_id: SessionId) -> Callable[[Job], Move | None]:
        def decide(job: Job) -> Move | None:
            match job.status:
                case JobStatus.DISPATCHED:
                    return self._accepted(session_id)(job)  # it was begun at once
                case JobStatus.RUNNING | JobStatus.LOST | JobStatus.WAITING_FOR_HUMAN | JobStatus.CANCELLING:
                    return found(job, session_id=session_id, at=self._clock.now())
                case _:
                    return None

        return decide

    def _accepted(self, session_id: SessionId) -> Callable[[Job], Move | None]:
        def decide(job: Job) -> Move | None:
            now = self._clock.now()
            match job.status:
                case JobStatus.DISPATCHED:
                    return started(job, session_id=session_id, robot_name=self._name_of(job), at=now)
                case JobStatus.RUNNING | JobStatus.LOST:
                    return found(job, session_id=session_id, at=now)
                case JobStatus.CANCELLING:
                    return crashed(job, at=now)  # never started: stopped without a trace
                case _:
                    return None

        return decide

    async def crash(self, job: Job) -> None:
        """The robot knows nothing of the attempt: it has crashed."""
        await self._queue.move(job.job_id, lambda now: self._when_same(now, job, self._crashed))

    def _crashed(self, job: Job) -> Move:
        return crashed(job, at=self._clock.now(), point=self._leases.resume_point(job))

    @staticmethod
    def _when_same(now: Job, seen: Job, decide: Callable[[Job], Move | None]) -> Move | None:
        """Decide only about the attempt that was seen, and only while it lives."""
        return decide(now) if now.concerns(seen.attempt) and now.status.is_live else None
