"""Figures over what has ended, and the room behind the engine's port for them."""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from sqlalchemy import BigInteger, Connection, case, func, select, type_coerce

from orchestrator.contract.ids import RobotId
from orchestrator.contract.states import JobStatus
from orchestrator.engine.ports.figures import FinishedBucket
from orchestrator.store.columns import number_of
from orchestrator.store.database import Database
from orchestrator.store.finished_cells import SECOND, FinishedCells
from orchestrator.store.schema import attempts


class FigureRecords:
    """Answers from what it read before and what has changed since; one question at a time, so that the store's other
    readers stay free."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._cells = FinishedCells()
        self._turn = asyncio.Lock()

    async def finished(self, since: datetime, until: datetime, bucket_s: float) -> Sequence[FinishedBucket]:
        """Ended jobs per stretch, oldest first, empty stretches included."""
        async with self._turn:
            return await self._database.read(lambda one: self._cells.buckets(one, since, until, bucket_s))

    async def by_status(self) -> Mapping[JobStatus, int]:
        """How many jobs stand in each status; statuses without a job are left out."""
        async with self._turn:
            return await self._database.read(self._cells.by_status)

    async def robot_busy_s(self, since: datetime, until: datetime) -> Mapping[RobotId, float]:
        """Seconds of attempts per robot inside the window; an attempt that still runs counts up to its end."""
        return await self._database.read(lambda connection: _busy_s(connection, since, until))

    def touch(self, moments: Iterable[datetime]) -> None:
        """Jobs that ended at these moments were saved, or may have been."""
        self._cells.touch(moments)

    def forget_totals(self) -> None:
        """Old jobs were removed."""
        self._cells.forget_totals()


def _busy_s(connection: Connection, since: datetime, until: datetime) -> Mapping[RobotId, float]:
    first, last = number_of(since), number_of(until)
    started, ended = (type_coerce(each, BigInteger) for each in (attempts.c.started_at, attempts.c.ended_at))
    begin = case((started < first, first), else_=started)
    busy: dict[RobotId, float] = {}
    # two questions, since each of them can be answered from an index and their union by OR cannot
    for end, condition in (
        (case((ended > last, last), else_=ended), ended > first),
        (last, attempts.c.ended_at.is_(None)),
    ):
        query = (
            select(attempts.c.robot_id, func.sum(end - begin))
            .where(condition, attempts.c.robot_id.is_not(None), started < last)
            .group_by(attempts.c.robot_id)
        )
        for robot_id, length in connection.execute(query):
            busy[RobotId(robot_id)] = busy.get(RobotId(robot_id), 0.0) + max(0.0, int(length) / SECOND)
    return busy
