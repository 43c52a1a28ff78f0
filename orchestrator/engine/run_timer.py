"""Rings at the wall times of schedules: APScheduler, in memory, behind a port of our own."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Protocol

from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.date import DateTrigger

from orchestrator.contract.ids import ScheduleId


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
