"""Which jobs of each schedule have not ended, and which of them wait for an earlier one."""

from orchestrator.contract.ids import JobId, ScheduleId
from orchestrator.domain.job import Job
from orchestrator.engine.job_queue import JobQueue


class ScheduleJobs:
    """Follows the jobs of schedules in memory."""

    def __init__(self, queue: JobQueue) -> None:
        self._queue = queue
        self._open: dict[ScheduleId, set[JobId]] = {}
        self._last: dict[ScheduleId, JobId] = {}

    def open_of(self, schedule_id: ScheduleId) -> int:
        """How many jobs of the schedule have not ended."""
        return len(self._open.get(schedule_id, ()))

    def last_of(self, schedule_id: ScheduleId) -> JobId | None:
        """The schedule's newest job that is known."""
        return self._last.get(schedule_id)

    def remember_last(self, schedule_id: ScheduleId, job_id: JobId) -> None:
        """Take up what an earlier run knew; ids sort by the time of their making."""
        self._last[schedule_id] = max(job_id, self._last.get(schedule_id, job_id))

    def note(self, job: Job) -> None:
        """A job was accepted, moved or ended."""
        if job.schedule_id is None:
            return
        jobs = self._open.setdefault(job.schedule_id, set())
        if not job.status.has_ended:
            jobs.add(job.job_id)
            self.remember_last(job.schedule_id, job.job_id)
            return
        jobs.discard(job.job_id)
        if not jobs:
            del self._open[job.schedule_id]
        self.release(job.schedule_id)

    def has_earlier(self, job: Job) -> bool:
        """True while a job of the same schedule that was accepted before has not ended."""
        return self.earlier_of(job) is not None

    def earlier_of(self, job: Job) -> JobId | None:
        """A job of the same schedule that was accepted before and has not ended."""
        if job.schedule_id is None:
            return None
        others = (self._queue.get(job_id) for job_id in self._open.get(job.schedule_id, ()))
        earlier = (other for other in others if other is not None and other.position < job.position)
        return next((other.job_id for other in earlier), None)

    def release(self, schedule_id: ScheduleId) -> None:
        """Let the jobs that were held back be looked at again."""
        for job_id in self._open.get(schedule_id, ()):
            self._queue.unhold(job_id)
