"""Keeps schedules and fires them: the store knows what has fired and what comes next, a timer only rings the bell."""

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from orchestrator.contract.ids import JobId, ScheduleId
from orchestrator.domain.cron import CronError
from orchestrator.domain.errors import DomainError
from orchestrator.domain.events import JobChanged, ScheduleChanged, ScheduleRemoved
from orchestrator.domain.job import Job
from orchestrator.domain.schedule import OverlapPolicy, Schedule, rule_of
from orchestrator.engine.bus import AuditAdded, EventBus
from orchestrator.engine.clock import Clock, Wakeup
from orchestrator.engine.errors import ConflictError, NotFoundError, StorageError
from orchestrator.engine.job_queue import JobQueue
from orchestrator.engine.live_settings import LiveSettings
from orchestrator.engine.middleware import Accepted, SubmissionPipeline
from orchestrator.engine.ports.audit import AuditEntry
from orchestrator.engine.ports.jobs import NewJob
from orchestrator.engine.ports.schedules import FireRecord, ScheduleStore
from orchestrator.engine.run_timer import LibraryTimer, RunTimer
from orchestrator.engine.schedule_desk import job_request
from orchestrator.engine.schedule_firing import ScheduleFiring
from orchestrator.engine.schedule_jobs import ScheduleJobs
from orchestrator.engine.submission import Submission, SubmissionDesk

logger = logging.getLogger(__name__)

TICK_S = 5.0
"""Fire times are wall times: a clock that was set is noticed after so long."""
CORRECTION = timedelta(hours=3)
"""A clock that was set back by more than this was wrong before, and schedules are planned anew (as in Debian's cron);
by less, and what has fired simply does not fire again."""
NOTICED_S = 1.0


class JobScheduler:
    """Schedules jobs by calendar rules and cron expressions."""

    def __init__(
        self,
        *,
        store: ScheduleStore,
        queue: JobQueue,
        submissions: SubmissionDesk,
        pipeline: SubmissionPipeline,
        bus: EventBus,
        clock: Clock,
        live: LiveSettings,
        timer: RunTimer | None = None,
    ) -> None:
        self._store = store
        self._queue = queue
        self._submissions = submissions
        self._pipeline = pipeline
        self._bus = bus
        self._clock = clock
        self._live = live
        self._timer = timer or LibraryTimer()
        self._schedules: dict[ScheduleId, Schedule] = {}
        self._troubles: dict[ScheduleId, str] = {}
        self._changing = asyncio.Lock()
        """A schedule is fired or changed, never both at once: each writes it whole."""
        self._jobs = ScheduleJobs(queue)
        self._firing = ScheduleFiring(
            store=store,
            queue=queue,
            submissions=submissions,
            pipeline=pipeline,
            bus=bus,
            clock=clock,
            live=live,
            jobs=self._jobs,
            find=self._schedules.get,
            keep=self._keep,
        )
        self._wall_ahead_s = self._wall_ahead()
        self._wakeup = Wakeup(clock)
        bus.subscribe(JobChanged, lambda event: self._jobs.note(event.job))
        live.listen(lambda _: self._wakeup.ring())

    # --- life -----------------------------------------------------------------------------------------------------

    async def load(self) -> None:
        """Read the schedules; what was missed meanwhile is looked at by the first round of `run`."""
        for job in self._queue.open_jobs():
            self._jobs.note(job)
        for schedule_id, job_id in (await self._store.newest_jobs()).items():
            self._jobs.remember_last(schedule_id, job_id)
        for schedule in await self._store.schedules():
            self._schedules[schedule.schedule_id] = schedule
        self._plan_again(tuple(self._schedules.values()))

    async def run(self) -> None:
        """Fire until cancelled."""
        self._timer.start()
        try:
            for schedule in self._schedules.values():
                self._set_timer(schedule)
            while True:
                self._look_at_the_clock()
                if self._live.values.schedules:
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

    def trouble(self, schedule_id: ScheduleId) -> str:
        """Why the schedule cannot be planned at all, such as a time zone that is gone; empty while all is well."""
        return self._troubles.get(schedule_id, "")

    def last_job(self, schedule_id: ScheduleId) -> JobId | None:
        """The newest job of the schedule."""
        return self._jobs.last_of(schedule_id)

    def is_held(self, job: Job) -> bool:
        """True for a job that waits until its schedule's earlier job has ended (overlap policy `queue`)."""
        return self.held_by(job) is not None

    def held_by(self, job: Job) -> JobId | None:
        """The job of the same schedule that has to end before this one may start."""
        schedule = self._schedules.get(job.schedule_id) if job.schedule_id is not None else None
        waits = schedule is not None and schedule.overlap_policy is OverlapPolicy.QUEUE
        return self._jobs.earlier_of(job) if waits else None

    async def history(
        self, schedule_id: ScheduleId, *, before: datetime | None = None, limit: int = 100
    ) -> Sequence[FireRecord]:
        """What happened to each instant, newest first. Raises NotFoundError."""
        self.get(schedule_id)
        return await self._store.fires(schedule_id, before=before, limit=limit)

    # --- changing -------------------------------------------------------------------------------------------------

    async def add_schedule(self, schedule: Schedule, *, actor: str = "engine") -> Schedule:
        """Keep a valid schedule and plan its next run."""
        async with self._changing:
            return await self._save(schedule, "schedule.added", "was added", actor)

    async def update_schedule(self, schedule: Schedule, *, actor: str = "engine") -> Schedule:
        """Replace a schedule; runs are planned anew from now. Raises NotFoundError."""
        async with self._changing:
            known = self.get(schedule.schedule_id)
            changed = replace(schedule, last_run_at=known.last_run_at)
            return await self._save(changed, "schedule.changed", "was changed", actor)

    async def pause_schedule(self, schedule_id: ScheduleId, *, actor: str = "engine") -> Schedule:
        """No runs until it is resumed. Raises NotFoundError."""
        async with self._changing:
            paused = replace(self.get(schedule_id), enabled=False, updated_at=self._clock.now())
            return await self._save(paused, "schedule.paused", "was paused", actor)

    async def resume_schedule(self, schedule_id: ScheduleId, *, actor: str = "engine") -> Schedule:
        """Run again from now on; what was due while it was paused is not made up for. Raises NotFoundError."""
        async with self._changing:
            resumed = replace(self.get(schedule_id), enabled=True, updated_at=self._clock.now())
            return await self._save(resumed, "schedule.resumed", "runs again", actor)

    async def remove_schedule(self, schedule_id: ScheduleId, *, actor: str = "engine") -> None:
        """Forget a schedule; its jobs stay. Raises NotFoundError."""
        async with self._changing:
            schedule = self.get(schedule_id)
            entry = self._audit(schedule, "schedule.removed", f"{schedule.name} was removed.", actor)
            await self._store.remove_schedule(schedule_id, entry)
            del self._schedules[schedule_id]
        self._troubles.pop(schedule_id, None)
        self._timer.forget(schedule_id)
        self._bus.publish(ScheduleRemoved(schedule_id=schedule_id))
        self._bus.publish(AuditAdded(entry=entry))
        self._jobs.release(schedule_id)

    async def run_now(self, schedule_id: ScheduleId, *, actor: str = "engine") -> Job:
        """One job of the schedule, now and besides its plan. Raises NotFoundError, UserError, StorageError."""
        schedule = self.get(schedule_id)
        work = await self._submissions.prepare(job_request(schedule), actor=actor, schedule_id=schedule_id)
        entry = self._audit(schedule, "schedule.run_now", f"{schedule.name} was run by hand.", actor)

        async def accept(last: Submission) -> Accepted:
            return await self._queue.enqueue(NewJob(job=last.job, audit=entry))

        job, _ = await self._pipeline.run(work, accept)
        return job

    async def _save(self, schedule: Schedule, kind: str, words: str, actor: str) -> Schedule:
        try:
            planned = _planned(schedule, self._clock.now())
        except CronError as error:
            raise ConflictError(f"{schedule.name} cannot be planned: {error}.") from error
        entry = self._audit(planned, kind, f"{planned.name} {words}.", actor)
        await self._store.save_schedule(planned, entry)
        self._troubles.pop(planned.schedule_id, None)
        self._keep(planned)
        self._bus.publish(ScheduleChanged(schedule=planned))
        self._bus.publish(AuditAdded(entry=entry))
        self._jobs.release(planned.schedule_id)
        return planned

    # --- firing ---------------------------------------------------------------------------------------------------

    async def _fire_all_due(self) -> None:
        now = self._clock.now()
        for schedule_id in tuple(self._schedules):
            schedule = self._schedules.get(schedule_id)
            if schedule is None or schedule.next_run_at is None or schedule.next_run_at > now:
                continue
            await self._fire_due(schedule_id, now)

    async def _fire_due(self, schedule_id: ScheduleId, now: datetime) -> None:
        """One schedule; what is wrong with it is its own, and the others go on."""
        async with self._changing:
            schedule = self._schedules.get(schedule_id)
            if schedule is None or schedule.next_run_at is None:
                return
            try:
                await self._firing.fire_due(schedule, now)
            except StorageError as error:
                logger.warning("Schedule %s could not fire and will be tried again: %s", schedule.name, error)
            except DomainError as error:
                self._note_trouble(schedule, error)

    def _look_at_the_clock(self) -> None:
        """Plan anew what a clock that was far ahead had planned for a distant day."""
        ahead_s = self._wall_ahead()
        moved_s, self._wall_ahead_s = ahead_s - self._wall_ahead_s, ahead_s
        if moved_s < -NOTICED_S:
            self._plan_again([each for each in self._schedules.values() if each.next_run_at is not None])

    def _wall_ahead(self) -> float:
        return self._clock.now().timestamp() - self._clock.monotonic()

    # --- inside ---------------------------------------------------------------------------------------------------

    def _plan_again(self, schedules: Sequence[Schedule]) -> None:
        """Give those a next run that have none, or one that only a wrong clock can have planned."""
        now = self._clock.now()
        for schedule in schedules:
            try:
                planned = _planned(schedule, now)
            except DomainError as error:
                self._note_trouble(schedule, error)
                continue
            known, sane = schedule.next_run_at, planned.next_run_at
            if known is None or (sane is not None and known - sane > CORRECTION):
                self._keep(planned)

    def _note_trouble(self, schedule: Schedule, error: DomainError) -> None:
        logger.error("Schedule %s cannot be planned and rests: %s.", schedule.name, error)
        self._troubles[schedule.schedule_id] = str(error)
        self._keep(replace(schedule, next_run_at=None))

    def _keep(self, schedule: Schedule) -> None:
        self._schedules[schedule.schedule_id] = schedule
        self._set_timer(schedule)

    def _set_timer(self, schedule: Schedule) -> None:
        if schedule.next_run_at is None:
            self._timer.forget(schedule.schedule_id)
        else:
            self._timer.ring_at(schedule.schedule_id, schedule.next_run_at, self._wakeup.ring)

    def _audit(self, schedule: Schedule, kind: str, message: str, actor: str) -> AuditEntry:
        return AuditEntry(
            at=self._clock.now(), kind=kind, message=message, actor=actor, schedule_id=schedule.schedule_id
        )


def _planned(schedule: Schedule, now: datetime) -> Schedule:
    following = rule_of(schedule).next_fire(now) if schedule.enabled else None
    return replace(schedule, next_run_at=following)
