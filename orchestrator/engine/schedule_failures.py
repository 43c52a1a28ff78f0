"""Pauses a schedule whose jobs failed so many times in a row, where a person has set such a limit."""

import logging
from collections.abc import Mapping

from orchestrator.contract.ids import ScheduleId
from orchestrator.contract.states import FINAL_STATES, JobStatus
from orchestrator.domain.events import JobChanged, ScheduleChanged, ScheduleRemoved, SwitchedOff, SwitchedOn
from orchestrator.domain.job import Job
from orchestrator.domain.notices import Notice
from orchestrator.domain.schedule import Schedule
from orchestrator.engine.bus import AuditAdded, EventBus
from orchestrator.engine.clock import Clock, Wakeup
from orchestrator.engine.errors import InvalidRequestError, NotFoundError, OrchestratorError
from orchestrator.engine.notices import NoticeBoard
from orchestrator.engine.ports.audit import AuditEntry
from orchestrator.engine.ports.jobs import JobQuery
from orchestrator.engine.ports.store import Store
from orchestrator.engine.scheduler import JobScheduler

logger = logging.getLogger(__name__)

LIMITS = "schedule_failures."
KIND = "schedule"
MOST_FAILURES = 100
SAFETY_TICK_S = 60.0
_FAILED = frozenset({JobStatus.FAILED, JobStatus.TIMEOUT, JobStatus.DEAD_LETTER})


class ScheduleFailures:
    """Counts in the store, so that a restart forgets nothing; a schedule that is changed or resumed begins anew."""

    def __init__(
        self, *, scheduler: JobScheduler, notices: NoticeBoard, store: Store, bus: EventBus, clock: Clock
    ) -> None:
        self._scheduler = scheduler
        self._store = store
        self._bus = bus
        self._clock = clock
        self._limits: dict[ScheduleId, int] = {}
        self._suspects: dict[ScheduleId, None] = {}
        self._wakeup = Wakeup(clock)
        notices.undo_with(KIND, self._resume)
        bus.subscribe(JobChanged, self._on_job, states=_FAILED)
        bus.subscribe(ScheduleChanged, self._on_schedule)
        bus.subscribe(ScheduleRemoved, lambda event: bus.publish(SwitchedOn(kind=KIND, subject=event.schedule_id)))

    async def load(self) -> None:
        """Read the limits."""
        stored = await self._store.watch.settings(LIMITS)
        self._limits = {ScheduleId(name): limit for name, limit in stored.items() if isinstance(limit, int)}

    async def run(self) -> None:
        """Look at schedules whose jobs fail, until cancelled."""
        while True:
            for schedule_id in tuple(self._suspects):
                try:
                    await self._look_at(schedule_id)
                except OrchestratorError as error:
                    logger.info("Schedule %s is looked at again later: %s", schedule_id, error)
                    break
                self._suspects.pop(schedule_id, None)
            await self._wakeup.wait(SAFETY_TICK_S)

    @property
    def limits(self) -> Mapping[ScheduleId, int]:
        """The failures in a row after which each schedule is paused; those that are not named never are."""
        return self._limits

    async def set_limit(self, schedule_id: ScheduleId, failures: int | None, *, actor: str = "engine") -> None:
        """Pause the schedule after so many failures in a row; None: never.

        Raises NotFoundError, InvalidRequestError, StorageError.
        """
        schedule = self._scheduler.get(schedule_id)
        if failures is not None and not 1 <= failures <= MOST_FAILURES:
            raise InvalidRequestError(f"failures has to be between 1 and {MOST_FAILURES}.", field="failures")
        if failures is None:
            await self._store.watch.remove_setting(f"{LIMITS}{schedule_id}")
            self._limits.pop(schedule_id, None)
            words = "is not paused by failures any more"
        else:
            await self._store.watch.save_setting(f"{LIMITS}{schedule_id}", failures)
            self._limits[schedule_id] = failures
            words = f"is paused after {failures} failures in a row"
        entry = AuditEntry(
            at=self._clock.now(),
            kind="schedule.failure_limit",
            message=f"{schedule.name} {words}.",
            actor=actor,
            schedule_id=schedule_id,
        )
        await self._store.add_audit(entry)
        self._bus.publish(AuditAdded(entry=entry))

    # --- inside ---------------------------------------------------------------------------------------------------

    def _on_job(self, event: JobChanged) -> None:
        schedule_id = event.job.schedule_id
        if schedule_id is not None and schedule_id in self._limits and event.job.status in _FAILED:
            self._suspects[schedule_id] = None
            self._wakeup.ring()

    def _on_schedule(self, event: ScheduleChanged) -> None:
        if event.schedule.enabled:
            self._bus.publish(SwitchedOn(kind=KIND, subject=event.schedule.schedule_id))

    async def _look_at(self, schedule_id: ScheduleId) -> None:
        limit = self._limits.get(schedule_id)
        schedule = self._find(schedule_id)
        if limit is None or schedule is None or not schedule.enabled:
            return
        query = JobQuery(statuses=FINAL_STATES, schedule_id=schedule_id, sort="-created_at", limit=limit)
        newest, _ = await self._store.list_jobs(query)
        failed = [job for job in newest if job.status in _FAILED and job.created_at > schedule.updated_at]
        if len(failed) >= limit:
            await self._pause(schedule, failed[0], len(failed))

    def _find(self, schedule_id: ScheduleId) -> Schedule | None:
        try:
            return self._scheduler.get(schedule_id)
        except NotFoundError:
            return None

    async def _pause(self, schedule: Schedule, last: Job, failures: int) -> None:
        await self._scheduler.pause_schedule(schedule.schedule_id)
        times = f"Its last {failures} runs failed" if failures > 1 else "Its last run failed"
        error = f": {last.error.message}" if last.error is not None else "."
        self._bus.publish(
            SwitchedOff(
                kind=KIND,
                subject=schedule.schedule_id,
                title=f"Schedule {schedule.name} was paused.",
                reason=f"{times}{error}",
                undo="Resume it",
                details={"job_id": last.job_id, "failures": failures},
            )
        )

    async def _resume(self, notice: Notice, actor: str) -> None:
        await self._scheduler.resume_schedule(ScheduleId(notice.subject), actor=actor)
