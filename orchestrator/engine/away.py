"""While you were away: what a start finds, followed until each job's fate is known, and kept until it is dismissed."""

from collections.abc import Iterable
from datetime import datetime

from orchestrator.contract.ids import JobId, new_id
from orchestrator.contract.states import JobStatus
from orchestrator.domain.away import MOST_LISTED, AwayReport, Fate, MissedRuns
from orchestrator.domain.events import AwayChanged, JobChanged, RobotHeard, ScheduleMissed
from orchestrator.domain.job import Job
from orchestrator.domain.schedule import FireOutcome, Schedule
from orchestrator.engine.bus import EventBus
from orchestrator.engine.clock import Clock
from orchestrator.engine.errors import NotFoundError
from orchestrator.engine.job_queue import JobQueue
from orchestrator.engine.ports.store import Store
from orchestrator.engine.scheduler import JobScheduler
from orchestrator.engine.write_behind import WriteBehind

REPORTS_KEPT = 20
_FATES = {
    JobStatus.PENDING: Fate.REQUEUED,
    JobStatus.QUEUED: Fate.REQUEUED,
    JobStatus.COMPLETED: Fate.FINISHED,
    JobStatus.DEAD_LETTER: Fate.DEAD_LETTERED,
    JobStatus.RUNNING: Fate.ADOPTED,
    JobStatus.WAITING_FOR_HUMAN: Fate.ADOPTED,
    JobStatus.PAUSED: Fate.ADOPTED,
}


class AwayReporter:
    """Makes one report for each start that found something, and follows what it names."""

    def __init__(self, *, queue: JobQueue, scheduler: JobScheduler, store: Store, bus: EventBus, clock: Clock) -> None:
        self._queue = queue
        self._scheduler = scheduler
        self._store = store
        self._bus = bus
        self._clock = clock
        self._report: AwayReport | None = None
        """Of this start."""
        self._older: list[AwayReport] = []
        self._records: WriteBehind[AwayReport] = WriteBehind(
            clock, save=self._save, name_of=lambda each: each.report_id
        )
        bus.subscribe(JobChanged, self._on_job)
        bus.subscribe(RobotHeard, self._on_heartbeat)
        bus.subscribe(ScheduleMissed, self._on_missed)

    async def load(self) -> None:
        """Look at what the engine before has left, once queue and schedules are loaded and before anything moves."""
        self._older = [each for each in await self._store.watch.away_reports() if each.dismissed_at is None]
        last = await self._store.activity(limit=1)
        live = sorted((job for job in self._queue.open_jobs() if job.status.is_live), key=lambda job: job.position)
        self._report = AwayReport(
            report_id=new_id(),
            started_at=self._clock.now(),
            last_seen_at=last[0][1].at if last else None,
            jobs={job.job_id: (job.workflow_name, Fate.UNKNOWN) for job in live[:MOST_LISTED]},
            more_jobs=max(0, len(live) - MOST_LISTED),
        )
        if not self._report.is_empty:
            self._keep(self._report)

    async def run(self) -> None:
        """Store what changes until cancelled."""
        await self._records.run()

    async def flush(self) -> None:
        """Store what has changed now, as the engine ends."""
        await self._records.flush()

    # --- asking ---------------------------------------------------------------------------------------------------

    def reports(self) -> tuple[AwayReport, ...]:
        """The reports that nobody has dismissed, newest first."""
        mine = [self._report] if self._report is not None and not self._report.is_empty else []
        return tuple(each for each in (*mine, *self._older) if each.dismissed_at is None)

    # --- people ---------------------------------------------------------------------------------------------------

    async def dismiss(self, report_id: str, *, actor: str = "engine") -> AwayReport:
        """Somebody has read it. Raises NotFoundError, StorageError."""
        found = next((each for each in self.reports() if each.report_id == report_id), None)
        if found is None:
            raise NotFoundError("report", report_id)
        read = found.dismissed(by=actor, at=self._clock.now())
        await self._store.watch.save_away(read, keep=REPORTS_KEPT)
        if self._report is not None and self._report.report_id == report_id:
            self._report = read
        self._older = [each for each in self._older if each.report_id != report_id]
        self._bus.publish(AwayChanged(report=read))
        return read

    # --- hearing --------------------------------------------------------------------------------------------------

    def _on_job(self, event: JobChanged) -> None:
        job, report = event.job, self._report
        if report is None:
            return
        if job.job_id in report.jobs:
            self._note_fate(job)
        elif event.before is None and job.fire_at is not None and job.fire_at < report.started_at:
            self._note_made_up(job, job.fire_at)

    def _note_fate(self, job: Job) -> None:
        fate = _FATES.get(job.status)
        if fate is None and job.status.has_ended:
            fate = Fate.FINISHED if job.status is JobStatus.FAILED and job.error is not None else Fate.ENDED
        if fate is not None:
            self._change_fate(job.job_id, fate)

    def _on_heartbeat(self, event: RobotHeard) -> None:
        """A robot that lists a job runs it on: no state changes by that."""
        report = self._report
        if report is None or not report.count(Fate.UNKNOWN):
            return
        for ref in event.heartbeat.running:
            job = self._queue.get(JobId(ref.job_id))
            if ref.job_id in report.jobs and job is not None and job.concerns(ref.attempt):
                self._change_fate(job.job_id, Fate.ADOPTED)

    def _change_fate(self, job_id: JobId, fate: Fate) -> None:
        if self._report is not None and (changed := self._report.with_fate(job_id, fate)) is not self._report:
            self._keep(changed)

    def _on_missed(self, event: ScheduleMissed) -> None:
        is_news = self._report is not None and event.first_at < self._report.started_at
        if is_news and event.outcome is FireOutcome.MISSED:
            self._miss(event.schedule, event.first_at, dropped=event.count)

    def _note_made_up(self, job: Job, fire_at: datetime) -> None:
        schedule = _found(self._scheduler.schedules(), job)
        if schedule is not None:
            self._miss(schedule, fire_at, made_up=1)

    def _miss(self, schedule: Schedule, since: datetime, *, dropped: int = 0, made_up: int = 0) -> None:
        assert self._report is not None
        known = next((each for each in self._report.schedules if each.schedule_id == schedule.schedule_id), None)
        missed = MissedRuns(
            schedule_id=schedule.schedule_id,
            name=schedule.name,
            since=min(since, known.since) if known is not None else since,
            policy=schedule.misfire_policy,
            dropped=dropped + (known.dropped if known is not None else 0),
            made_up=made_up + (known.made_up if known is not None else 0),
        )
        self._keep(self._report.with_missed(missed))

    def _keep(self, report: AwayReport) -> None:
        self._report = report
        self._records.put(report)
        self._bus.publish(AwayChanged(report=report))

    async def _save(self, reports: Iterable[AwayReport]) -> None:
        for report in reports:
            await self._store.watch.save_away(report, keep=REPORTS_KEPT)


def _found(schedules: Iterable[Schedule], job: Job) -> Schedule | None:
    return next((each for each in schedules if each.schedule_id == job.schedule_id), None)
