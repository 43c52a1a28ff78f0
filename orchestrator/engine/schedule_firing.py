"""What happens when instants of a schedule are due: a job, or a record of why there is none; never twice."""

import logging
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from orchestrator.contract.errors import UserError
from orchestrator.contract.ids import ScheduleId
from orchestrator.contract.states import JobStatus
from orchestrator.domain.events import ScheduleChanged, ScheduleMissed
from orchestrator.domain.job import Job
from orchestrator.domain.schedule import (
    CatchUp,
    Dropped,
    FireOutcome,
    MisfirePolicy,
    OverlapPolicy,
    Schedule,
    ScheduleFrequency,
    catch_up,
    jitter_of,
    rule_of,
)
from orchestrator.engine.bus import AuditAdded, EventBus
from orchestrator.engine.clock import Clock
from orchestrator.engine.errors import ConflictError, OrchestratorError, StorageError
from orchestrator.engine.job_queue import JobQueue
from orchestrator.engine.live_settings import LiveSettings
from orchestrator.engine.middleware import Accepted, SubmissionPipeline
from orchestrator.engine.ports.audit import AuditEntry
from orchestrator.engine.ports.schedules import FireRecord, ScheduleStore
from orchestrator.engine.schedule_desk import job_request
from orchestrator.engine.schedule_jobs import ScheduleJobs
from orchestrator.engine.submission import Submission, SubmissionDesk

logger = logging.getLogger(__name__)

ON_TIME = timedelta(seconds=5)
"""Fires that are no later than this were not missed."""
INSTANT = timedelta(microseconds=1)
FIRES_KEPT = 10_000
"""Instants of one schedule that stay known: more than a day of hours that a clock may be set back by, each second."""
PRUNE_EVERY = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class _Instant:
    """One due instant."""

    at: datetime
    following: datetime | None
    """The next instant to look at."""
    is_late: bool


class ScheduleFiring:
    """Fires due instants through the store, which takes each (schedule, instant) once."""

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
        jobs: ScheduleJobs,
        find: Callable[[ScheduleId], Schedule | None],
        keep: Callable[[Schedule], None],
    ) -> None:
        self._store = store
        self._queue = queue
        self._submissions = submissions
        self._pipeline = pipeline
        self._bus = bus
        self._clock = clock
        self._live = live
        self._jobs = jobs
        self._find = find
        self._keep = keep
        self._catch_up_s = clock.monotonic()
        """When the next run that is made up for may start: a clock that is set must not move it."""
        self._since_pruned = 0

    async def fire_due(self, schedule: Schedule, now: datetime) -> None:
        """Fire what is due: each instant that is on time, and of those that were missed what the policy lets run."""
        first = schedule.next_run_at
        assert first is not None
        is_late = now - first > ON_TIME
        due = catch_up(schedule, first - INSTANT, now) if is_late else CatchUp(fires=_on_time(schedule, first, now))
        fires = due.fires
        if due.dropped is not None:
            await self._drop(schedule, due.dropped, fires[0] if fires else rule_of(schedule).next_fire(now))
        for place, fire_at in enumerate(fires):
            current = self._find(schedule.schedule_id)
            assert current is not None
            is_last = place + 1 == len(fires)
            following = rule_of(current).next_fire(max(fire_at, now)) if is_last else fires[place + 1]
            await self._fire(current, _Instant(at=fire_at, following=following, is_late=is_late))

    # --- one instant ----------------------------------------------------------------------------------------------

    async def _fire(self, schedule: Schedule, instant: _Instant) -> None:
        open_jobs = self._jobs.open_of(schedule.schedule_id)
        overlap = _overlap_words(schedule, open_jobs, is_late=instant.is_late)
        if overlap is not None:
            await self._skip(schedule, instant, FireOutcome.OVERLAP, f"{schedule.name} skipped a run: {overlap}")
            return
        try:
            work = await self._submissions.prepare(
                job_request(schedule), actor="scheduler", schedule_id=schedule.schedule_id, fire_at=instant.at
            )
            work = replace(work, job=self._timed(work.job, schedule, instant))
            await self._submit(schedule, instant, work)
        except StorageError:
            raise
        except (OrchestratorError, UserError) as error:
            logger.warning("Schedule %s cannot run: %s", schedule.name, error)
            await self._skip(schedule, instant, FireOutcome.REFUSED, f"{schedule.name} could not run: {error}")

    async def _submit(self, schedule: Schedule, instant: _Instant, work: Submission) -> None:
        """Through the middleware to the store; a link that keeps the job back is a refusal."""
        reached = False

        async def store(last: Submission) -> Accepted:
            nonlocal reached
            reached = True
            return await self._store_fire(schedule, instant, last.job)

        await self._pipeline.run(work, store)
        if not reached:
            raise ConflictError("a middleware answered the submission itself.")

    async def _store_fire(self, schedule: Schedule, instant: _Instant, job: Job) -> Accepted:
        after = replace(_after(schedule, instant), last_run_at=instant.at)
        entry = self._audit(after, "schedule.fired", f"{schedule.name} fired.")
        record = self._record(schedule, instant.at, FireOutcome.FIRED)
        accepted = await self._store.fire(after, record, job, entry)
        if accepted is None:  # the instant was fired before: by another orchestrator, or before a clock was set back
            self._publish(replace(after, last_run_at=schedule.last_run_at), None)
            return job, False
        self._publish(after, entry)
        self._queue.accepted(accepted)
        await self._prune(schedule.schedule_id)
        return accepted, True

    async def _skip(self, schedule: Schedule, instant: _Instant, outcome: FireOutcome, words: str) -> None:
        after = _after(schedule, instant)
        entry = self._audit(after, "schedule.skipped", words)
        await self._store.fire(after, self._record(schedule, instant.at, outcome, words), None, entry)
        self._publish(after, entry)
        self._tell_missed(after, outcome, Dropped(first_at=instant.at, last_at=instant.at, count=1), words)

    async def _drop(self, schedule: Schedule, dropped: Dropped, following: datetime | None) -> None:
        """Instants that were missed and are not made up for."""
        is_on = schedule.enabled and (following is not None or schedule.frequency is not ScheduleFrequency.ONCE)
        after = replace(schedule, next_run_at=following, enabled=is_on)
        words = _dropped_words(schedule, dropped)
        entry = self._audit(after, "schedule.missed", words)
        record = replace(
            self._record(schedule, dropped.last_at, FireOutcome.MISSED, words),
            since_at=dropped.first_at,
            instants=dropped.count,
        )
        await self._store.fire(after, record, None, entry)
        self._publish(after, entry)
        self._tell_missed(after, FireOutcome.MISSED, dropped, words)

    def _timed(self, job: Job, schedule: Schedule, instant: _Instant) -> Job:
        """The job with its jitter, or staggered among what is made up for; it waits when its forerunner still runs."""
        now = self._clock.now()
        starts_at = instant.at + jitter_of(schedule, instant.at, rule_of(schedule).next_fire(instant.at))
        if instant.is_late:
            starts_at = now + self._next_turn()
        must_wait = starts_at > now or (
            schedule.overlap_policy is OverlapPolicy.QUEUE and self._jobs.open_of(schedule.schedule_id) > 0
        )
        if not must_wait:
            return job
        return replace(job, status=JobStatus.PENDING, queued_at=None, not_before=starts_at)

    def _next_turn(self) -> timedelta:
        """How long a run that is made up for waits, so that a downtime does not end in a burst."""
        now_s = self._clock.monotonic()
        turn_s = max(now_s, self._catch_up_s)
        self._catch_up_s = turn_s + self._live.values.catch_up_stagger_s
        return timedelta(seconds=turn_s - now_s)

    # --- inside ---------------------------------------------------------------------------------------------------

    def _record(self, schedule: Schedule, fire_at: datetime, outcome: FireOutcome, note: str = "") -> FireRecord:
        return FireRecord(
            schedule_id=schedule.schedule_id,
            fire_at=fire_at,
            considered_at=self._clock.now(),
            outcome=outcome,
            note=note,
        )

    def _publish(self, after: Schedule, entry: AuditEntry | None) -> None:
        self._keep(after)
        self._bus.publish(ScheduleChanged(schedule=after))
        if entry is not None:
            self._bus.publish(AuditAdded(entry=entry))

    def _tell_missed(self, schedule: Schedule, outcome: FireOutcome, dropped: Dropped, words: str) -> None:
        self._bus.publish(
            ScheduleMissed(
                schedule=schedule,
                outcome=outcome,
                first_at=dropped.first_at,
                last_at=dropped.last_at,
                count=dropped.count,
                reason=words,
            )
        )

    async def _prune(self, schedule_id: ScheduleId) -> None:
        """Bound the history of schedules that fire each second."""
        self._since_pruned += 1
        if self._since_pruned >= PRUNE_EVERY:
            self._since_pruned = 0
            await self._store.prune_fires(schedule_id, keep=FIRES_KEPT)

    def _audit(self, schedule: Schedule, kind: str, message: str) -> AuditEntry:
        return AuditEntry(
            at=self._clock.now(), kind=kind, message=message, actor="scheduler", schedule_id=schedule.schedule_id
        )


def _after(schedule: Schedule, instant: _Instant) -> Schedule:
    """The schedule once the instant has been considered; one that runs once is used up."""
    is_on = schedule.enabled and schedule.frequency is not ScheduleFrequency.ONCE
    return replace(schedule, next_run_at=instant.following, enabled=is_on)


def _overlap_words(schedule: Schedule, open_jobs: int, *, is_late: bool) -> str | None:
    """Why the overlap policy lets the instant go; None when it may run, or wait."""
    if open_jobs and schedule.overlap_policy is OverlapPolicy.SKIP:
        return "the one before it has not ended."
    makes_up = is_late and schedule.misfire_policy is MisfirePolicy.ALL
    if open_jobs > 1 and schedule.overlap_policy is OverlapPolicy.QUEUE and not makes_up:
        return "one is running and one is waiting already."
    return None


def _dropped_words(schedule: Schedule, dropped: Dropped) -> str:
    since = f"{dropped.first_at:%Y-%m-%d %H:%M:%S} UTC"
    if dropped.count == 1:
        which = f"its run of {since}"
    else:
        which = f"{dropped.count:,} runs from {since} to {dropped.last_at:%Y-%m-%d %H:%M:%S} UTC"
    kept = {
        MisfirePolicy.SKIP: "skips them",
        MisfirePolicy.LATEST: "makes up for the latest only",
        MisfirePolicy.ALL: "makes up for the latest 100 only",
    }
    return f"{schedule.name} missed {which}; its policy {kept[schedule.misfire_policy]}."


def _on_time(schedule: Schedule, first: datetime, now: datetime) -> tuple[datetime, ...]:
    fires = [first]
    for fire_at in rule_of(schedule).fires_after(first):
        if fire_at > now or fire_at - first > ON_TIME:
            break
        fires.append(fire_at)
    return tuple(fires)
