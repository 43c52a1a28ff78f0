"""Fires schedules: the store knows what has fired and what comes next, APScheduler only rings the bell."""

import logging
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Protocol

from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.date import DateTrigger

from orchestrator.contract.errors import UserError
from orchestrator.contract.ids import JobId, ScheduleId
from orchestrator.contract.states import JobStatus
from orchestrator.domain.events import JobChanged, ScheduleChanged, ScheduleRemoved
from orchestrator.domain.job import Job
from orchestrator.domain.schedule import OverlapPolicy, Schedule, ScheduleFrequency, due_fires, jitter_of, rule_of
from orchestrator.engine.bus import AuditAdded, EventBus
from orchestrator.engine.clock import Clock, Wakeup
from orchestrator.engine.errors import NotFoundError, OrchestratorError, StorageError
from orchestrator.engine.job_queue import JobQueue
from orchestrator.engine.ports.audit import AuditEntry
from orchestrator.engine.ports.schedules import ScheduleStore
from orchestrator.engine.schedule_desk import job_request
from orchestrator.engine.settings import EngineSettings
from orchestrator.engine.submission import SubmissionDesk

logger = logging.getLogger(__name__)

TICK_S = 5.0
"""Fire times are wall times: a clock that was set is noticed after so long."""
ON_TIME = timedelta(seconds=5)
"""Fires that are no later than this were not missed."""
INSTANT = timedelta(microseconds=1)


class RunTimer(Protocol):
    """Rings at given wall times; what it forgets or rings too often does no harm."""

    def start(self) -> None: ...

    def stop(self) -> None: ...

    def ring_at(self, schedule_id: ScheduleId, at: datetime, ring: Callable[[], None]) -> None:
        """Ring once at the moment, instead of the one that was asked for before."""
        ...

    def forget(self, schedule_id: ScheduleId) -> None: ...


class LibraryTimer:
    """APScheduler, in memory: one date for each schedule."""

    def __init__(self) -> None:
        self._scheduler = AsyncIOScheduler(timezone=UTC)

    def start(self) -> None:
        self._scheduler.start()

    def stop(self) -> None:
        if self._scheduler.running:
            self._scheduler.shutdown(wait=False)

    def ring_at(self, schedule_id: ScheduleId, at: datetime, ring: Callable[[], None]) -> None:
        trigger = DateTrigger(run_date=at)
        self._scheduler.add_job(ring, trigger, id=schedule_id, replace_existing=True, misfire_grace_time=None)

    def forget(self, schedule_id: ScheduleId) -> None:
        if self._scheduler.get_job(schedule_id) is not None:
            self._scheduler.remove_job(schedule_id)


class JobScheduler:
    """Schedules jobs by calendar rules and cron expressions."""

    def __init__(
        self,
        *,
        store: ScheduleStore,
        queue: JobQueue,
        submissions: SubmissionDesk,
        bus: EventBus,
        clock: Clock,
        settings: EngineSettings,
        timer: RunTimer | None = None,
    ) -> None:
        self._store = store
        self._queue = queue
        self._submissions = submissions
        self._bus = bus
        self._clock = clock
        self._settings = settings
        self._timer = timer or LibraryTimer()
        self._schedules: dict[ScheduleId, Schedule] = {}
        self._open: dict[ScheduleId, set[JobId]] = {}
        """Jobs of each schedule that have not ended."""
        self._last_job: dict[ScheduleId, JobId] = {}
        self._catch_up_at = clock.now()
        self._wakeup = Wakeup(clock)
        bus.subscribe(JobChanged, self._on_job)

    # --- life -----------------------------------------------------------------------------------------------------

    async def load(self) -> None:
        """Read the schedules; what was missed meanwhile is looked at by the first round of `run`."""
        for job in self._queue.open_jobs():
            self._note(job)
        for schedule in await self._store.schedules():
            self._keep(schedule if schedule.next_run_at else self._planned(schedule, self._clock.now()))

    async def run(self) -> None:
        """Fire until cancelled."""
        self._timer.start()
        try:
            for schedule in self._schedules.values():
                self._set_timer(schedule)
            while True:
                await self._fire_all_due()
                await self._wakeup.wait(TICK_S)
        finally:
            self._timer.stop()

    # --- asking ---------------------------------------------------------------------------------------------------

    def schedules(self) -> tuple[Schedule, ...]:
        """Every schedule, by name."""
        return tuple(sorted(self._schedules.values(), key=lambda schedule: (schedule.name, schedule.schedule_id)))

    def get(self, schedule_id: ScheduleId) -> Schedule:
        """A schedule. Raises NotFoundError."""
        schedule = self._schedules.get(schedule_id)
        if schedule is None:
            raise NotFoundError("schedule", schedule_id)
        return schedule

    def get_next_run(self, schedule_id: ScheduleId) -> datetime | None:
        """When it fires next; None for a paused or used-up one. Raises NotFoundError."""
        return self.get(schedule_id).next_run_at

    def last_job(self, schedule_id: ScheduleId) -> JobId | None:
        """The newest job of the schedule that this engine has seen."""
        return self._last_job.get(schedule_id)

    def is_held(self, job: Job) -> bool:
        """True for a job that waits until its schedule's earlier job has ended (overlap policy `queue`)."""
        schedule = self._schedules.get(job.schedule_id) if job.schedule_id is not None else None
        if schedule is None or schedule.overlap_policy is not OverlapPolicy.QUEUE:
            return False
        others = (self._queue.get(job_id) for job_id in self._open.get(schedule.schedule_id, ()))
        return any(other is not None and other.position < job.position for other in others)

    # --- changing -------------------------------------------------------------------------------------------------

    async def add_schedule(self, schedule: Schedule, *, actor: str = "engine") -> Schedule:
        """Keep a valid schedule and plan its next run."""
        return await self._save(schedule, "schedule.added", "was added", actor)

    async def update_schedule(self, schedule: Schedule, *, actor: str = "engine") -> Schedule:
        """Replace a schedule; runs are planned anew from now. Raises NotFoundError."""
        self.get(schedule.schedule_id)
        return await self._save(schedule, "schedule.changed", "was changed", actor)

    async def pause_schedule(self, schedule_id: ScheduleId, *, actor: str = "engine") -> Schedule:
        """No runs until it is resumed. Raises NotFoundError."""
        paused = replace(self.get(schedule_id), enabled=False, updated_at=self._clock.now())
        return await self._save(paused, "schedule.paused", "was paused", actor)

    async def resume_schedule(self, schedule_id: ScheduleId, *, actor: str = "engine") -> Schedule:
        """Run again from now on; what was due while it was paused is not made up for. Raises NotFoundError."""
        resumed = replace(self.get(schedule_id), enabled=True, updated_at=self._clock.now())
        return await self._save(resumed, "schedule.resumed", "runs again", actor)

    async def remove_schedule(self, schedule_id: ScheduleId, *, actor: str = "engine") -> None:
        """Forget a schedule; its jobs stay. Raises NotFoundError."""
        schedule = self.get(schedule_id)
        entry = self._audit(schedule, "schedule.removed", f"{schedule.name} was removed.", actor)
        await self._store.remove_schedule(schedule_id, entry)
        del self._schedules[schedule_id]
        self._timer.forget(schedule_id)
        self._bus.publish(ScheduleRemoved(schedule_id=schedule_id))
        self._bus.publish(AuditAdded(entry=entry))
        self._release(schedule_id)

    async def run_now(self, schedule_id: ScheduleId, *, actor: str = "engine") -> Job:
        """One job of the schedule, now and besides its plan. Raises NotFoundError, UserError, StorageError."""
        schedule = self.get(schedule_id)
        work = await self._submissions.prepare(job_request(schedule), actor=actor, schedule_id=schedule_id)
        entry = self._audit(schedule, "schedule.run_now", f"{schedule.name} was run by hand.", actor)
        job, _ = await self._queue.enqueue(work.job, audit=entry)
        return job

    async def _save(self, schedule: Schedule, kind: str, words: str, actor: str) -> Schedule:
        planned = self._planned(schedule, self._clock.now())
        entry = self._audit(planned, kind, f"{planned.name} {words}.", actor)
        await self._store.save_schedule(planned, entry)
        self._keep(planned)
        self._set_timer(planned)
        self._bus.publish(ScheduleChanged(schedule=planned))
        self._bus.publish(AuditAdded(entry=entry))
        self._release(planned.schedule_id)
        return planned

    # --- firing ---------------------------------------------------------------------------------------------------

    async def _fire_all_due(self) -> None:
        now = self._clock.now()
        for schedule in tuple(self._schedules.values()):
            if schedule.next_run_at is None or schedule.next_run_at > now:
                continue
            try:
                await self._catch_up(schedule, now)
            except StorageError as error:
                logger.warning("Schedule %s could not fire and will be tried again: %s", schedule.name, error)

    async def _catch_up(self, schedule: Schedule, now: datetime) -> None:
        """Fire what is due: each instant that is on time, and of those that were missed what the policy lets run."""
        first = schedule.next_run_at
        assert first is not None
        missed = now - first > ON_TIME
        fires = due_fires(schedule, first - INSTANT, now) if missed else _on_time(schedule, first, now)
        if not fires:
            await self._save_skipped(schedule, first, now)
        for place, fire_at in enumerate(fires):
            current = self._schedules.get(schedule.schedule_id)
            if current is None or not current.enabled:
                return
            following = fires[place + 1] if place + 1 < len(fires) else rule_of(current).next_fire(max(fire_at, now))
            await self._fire(current, fire_at, following, is_late=missed)

    async def _fire(self, schedule: Schedule, fire_at: datetime, following: datetime | None, *, is_late: bool) -> None:
        job, note = await self._job_for(schedule, fire_at, is_late=is_late)
        after = replace(
            schedule,
            next_run_at=following,
            last_run_at=fire_at if job else schedule.last_run_at,
            enabled=schedule.enabled and schedule.frequency is not ScheduleFrequency.ONCE,
        )
        entry = self._audit(after, "schedule.fired" if job else "schedule.skipped", note)
        accepted = await self._store.fire(after, fire_at, job, entry)
        if accepted is None and job is not None:
            after = replace(after, last_run_at=schedule.last_run_at)  # another orchestrator fired this instant
        self._keep(after)
        self._set_timer(after)
        if accepted is not None:
            self._queue.accepted(accepted)
        self._bus.publish(ScheduleChanged(schedule=after))
        self._bus.publish(AuditAdded(entry=entry))

    async def _job_for(self, schedule: Schedule, fire_at: datetime, *, is_late: bool) -> tuple[Job | None, str]:
        """The job of a fire, or why there is none."""
        open_jobs = len(self._open.get(schedule.schedule_id, ()))
        if open_jobs and schedule.overlap_policy is OverlapPolicy.SKIP:
            return None, f"{schedule.name} skipped a run: the one before it has not ended."
        if open_jobs > 1 and schedule.overlap_policy is OverlapPolicy.QUEUE:
            return None, f"{schedule.name} skipped a run: one is running and one is waiting already."
        try:
            work = await self._submissions.prepare(
                job_request(schedule), schedule_id=schedule.schedule_id, fire_at=fire_at
            )
        except StorageError:
            raise
        except (OrchestratorError, UserError) as error:
            logger.warning("Schedule %s cannot run: %s", schedule.name, error)
            return None, f"{schedule.name} could not run: {error}"
        return self._timed(work.job, schedule, fire_at, is_late=is_late), f"{schedule.name} fired."

    def _timed(self, job: Job, schedule: Schedule, fire_at: datetime, *, is_late: bool) -> Job:
        """The job with its jitter, or staggered among what is made up for; it waits when its forerunner still runs."""
        now = self._clock.now()
        starts_at = fire_at + jitter_of(schedule, fire_at)
        if is_late:
            starts_at = self._catch_up_at = max(now, self._catch_up_at)
            self._catch_up_at += timedelta(seconds=self._settings.catch_up_stagger_s)
        must_wait = starts_at > now or (
            schedule.overlap_policy is OverlapPolicy.QUEUE and bool(self._open.get(schedule.schedule_id))
        )
        if not must_wait:
            return job
        return replace(job, status=JobStatus.PENDING, queued_at=None, not_before=starts_at)

    async def _save_skipped(self, schedule: Schedule, first: datetime, now: datetime) -> None:
        after = self._planned(schedule, now)
        words = f"{schedule.name} missed its runs since {first:%Y-%m-%d %H:%M:%S} UTC; its policy skips them."
        entry = self._audit(after, "schedule.missed", words)
        await self._store.save_schedule(after, entry)
        self._keep(after)
        self._set_timer(after)
        self._bus.publish(ScheduleChanged(schedule=after))
        self._bus.publish(AuditAdded(entry=entry))

    # --- inside ---------------------------------------------------------------------------------------------------

    def _planned(self, schedule: Schedule, now: datetime) -> Schedule:
        following = rule_of(schedule).next_fire(now) if schedule.enabled else None
        return replace(schedule, next_run_at=following)

    def _keep(self, schedule: Schedule) -> None:
        self._schedules[schedule.schedule_id] = schedule

    def _set_timer(self, schedule: Schedule) -> None:
        if schedule.next_run_at is None:
            self._timer.forget(schedule.schedule_id)
        else:
            self._timer.ring_at(schedule.schedule_id, schedule.next_run_at, self._wakeup.ring)

    def _on_job(self, event: JobChanged) -> None:
        self._note(event.job)
        if event.job.status.has_ended and event.job.schedule_id is not None:
            self._release(event.job.schedule_id)

    def _note(self, job: Job) -> None:
        if job.schedule_id is None:
            return
        jobs = self._open.setdefault(job.schedule_id, set())
        if not job.status.has_ended:
            jobs.add(job.job_id)
            self._last_job[job.schedule_id] = max(job.job_id, self._last_job.get(job.schedule_id, job.job_id))
            return
        jobs.discard(job.job_id)
        if not jobs:
            del self._open[job.schedule_id]

    def _release(self, schedule_id: ScheduleId) -> None:
        """Let the jobs that were held back be looked at again."""
        for job_id in self._open.get(schedule_id, ()):
            self._queue.unhold(job_id)

    def _audit(self, schedule: Schedule, kind: str, message: str, actor: str = "scheduler") -> AuditEntry:
        return AuditEntry(
            at=self._clock.now(), kind=kind, message=message, actor=actor, schedule_id=schedule.schedule_id
        )


def _on_time(schedule: Schedule, first: datetime, now: datetime) -> tuple[datetime, ...]:
    fires = [first]
    for fire_at in rule_of(schedule).fires_after(first):
        if fire_at > now:
            break
        fires.append(fire_at)
    return tuple(fires)
