"""Tells an address outside that a schedule's run gave what was expected, so that somebody notices when none comes.

Only a run that completed and is not suspect counts: the watcher outside raises the alarm about everything else, an
orchestrator that is gone included. Calls never hold anything up: they wait in a list with one place for each schedule.
"""

import asyncio
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

from orchestrator.contract.ids import ScheduleId
from orchestrator.contract.states import JobStatus
from orchestrator.domain.events import JobChanged, ScheduleRemoved
from orchestrator.engine.bus import AuditAdded, EventBus
from orchestrator.engine.clock import Clock, Wakeup, sleep
from orchestrator.engine.errors import ConflictError, InvalidRequestError, StorageError
from orchestrator.engine.ports.audit import AuditEntry
from orchestrator.engine.ports.heartbeats import HeartbeatCaller
from orchestrator.engine.ports.store import Store
from orchestrator.engine.scheduler import JobScheduler

logger = logging.getLogger(__name__)

SETTING = "schedule_heartbeat."
SAFETY_TICK_S = 300.0
PAUSES_S = (2.0, 10.0)
"""Before the second and the third try of a call."""
AT_ONCE = 8
MAX_URL = 2_000


@dataclass(frozen=True, slots=True, kw_only=True)
class LastCall:
    """How the newest call of a schedule's address went."""

    at: datetime
    problem: str
    """Empty when it was taken."""


class ScheduleHeartbeats:
    """The addresses of schedules, and the calls."""

    def __init__(self, *, scheduler: JobScheduler, store: Store, bus: EventBus, clock: Clock) -> None:
        self._scheduler = scheduler
        self._store = store
        self._bus = bus
        self._clock = clock
        self._urls: dict[ScheduleId, str] = {}
        self._last: dict[ScheduleId, LastCall] = {}
        self._due: dict[ScheduleId, None] = {}
        self._removed: set[ScheduleId] = set()
        self._wakeup = Wakeup(clock)
        self.caller: HeartbeatCaller | None = None
        bus.subscribe(JobChanged, self._on_job, states={JobStatus.COMPLETED})
        bus.subscribe(ScheduleRemoved, self._on_removed)

    async def load(self) -> None:
        """Read the addresses."""
        stored = await self._store.watch.settings(SETTING)
        self._urls = {ScheduleId(name): url for name, url in stored.items() if isinstance(url, str)}

    async def run(self) -> None:
        """Call what is due, until cancelled."""
        while True:
            while self._due:
                batch = list(self._due)[:AT_ONCE]
                for schedule_id in batch:
                    del self._due[schedule_id]
                async with asyncio.TaskGroup() as group:
                    for schedule_id in batch:
                        group.create_task(self._call(schedule_id), name=f"heartbeat of {schedule_id}")
            await self._forget_removed()
            await self._wakeup.wait(SAFETY_TICK_S)

    @property
    def urls(self) -> Mapping[ScheduleId, str]:
        """The address of each schedule that has one."""
        return self._urls

    def last(self, schedule_id: ScheduleId) -> LastCall | None:
        """How the newest call went, since the start."""
        return self._last.get(schedule_id)

    async def set_url(self, schedule_id: ScheduleId, url: str | None, *, actor: str = "engine") -> None:
        """Call this address after each good run of the schedule; None: none.

        Raises NotFoundError, InvalidRequestError, StorageError.
        """
        schedule = self._scheduler.get(schedule_id)
        if url is None:
            await self._store.watch.remove_setting(f"{SETTING}{schedule_id}")
            self._urls.pop(schedule_id, None)
            self._last.pop(schedule_id, None)
            words = "calls no address any more"
        else:
            _check(url)
            await self._store.watch.save_setting(f"{SETTING}{schedule_id}", url)
            self._urls[schedule_id] = url
            words = f"calls {urlsplit(url).hostname} after each good run"  # what stands behind it may be a secret
        entry = AuditEntry(
            at=self._clock.now(),
            kind="schedule.heartbeat",
            message=f"{schedule.name} {words}.",
            actor=actor,
            schedule_id=schedule_id,
        )
        await self._store.add_audit(entry)
        self._bus.publish(AuditAdded(entry=entry))

    async def try_now(self, schedule_id: ScheduleId) -> LastCall:
        """Call the schedule's address once, now. Raises NotFoundError, ConflictError when it has none."""
        schedule = self._scheduler.get(schedule_id)
        url = self._urls.get(schedule_id)
        if url is None or self.caller is None:
            raise ConflictError(f"{schedule.name} has no address to call.")
        return self._note(schedule_id, await self.caller.call(url))

    # --- inside ---------------------------------------------------------------------------------------------------

    def _on_job(self, event: JobChanged) -> None:
        job = event.job
        is_good = job.schedule_id in self._urls and job.suspicion is None and event.before is not None
        if job.schedule_id is not None and is_good:
            self._due[job.schedule_id] = None
            self._wakeup.ring()

    def _on_removed(self, event: ScheduleRemoved) -> None:
        if self._urls.pop(event.schedule_id, None) is not None:
            self._removed.add(event.schedule_id)
            self._wakeup.ring()

    async def _call(self, schedule_id: ScheduleId) -> None:
        """Up to three tries; what could not be told is logged and left."""
        for pause_s in (0.0, *PAUSES_S):
            if pause_s:
                await sleep(self._clock, pause_s)
            url = self._urls.get(schedule_id)
            if url is None or self.caller is None:
                return
            if not self._note(schedule_id, await self.caller.call(url)).problem:
                return
        logger.info("The heartbeat of schedule %s was not taken: %s", schedule_id, self._last[schedule_id].problem)

    def _note(self, schedule_id: ScheduleId, problem: str) -> LastCall:
        self._last[schedule_id] = LastCall(at=self._clock.now(), problem=problem)
        return self._last[schedule_id]

    async def _forget_removed(self) -> None:
        for schedule_id in tuple(self._removed):
            try:
                await self._store.watch.remove_setting(f"{SETTING}{schedule_id}")
            except StorageError as error:
                logger.info("The address of a removed schedule is forgotten later: %s", error)
                return
            self._removed.discard(schedule_id)


def _check(url: str) -> None:
    try:
        parts = urlsplit(url)
        is_right = parts.scheme in {"http", "https"} and bool(parts.hostname)
    except ValueError:
        is_right = False
    if not is_right or len(url) > MAX_URL or any(character.isspace() for character in url):
        message = f"{url!r:.100} is no address; write https://host/path, at most {MAX_URL:,} characters."
        raise InvalidRequestError(message, field="url")
