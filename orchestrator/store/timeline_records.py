"""Queries over the fleet's past, and the room behind the engine's port for them."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy import BigInteger, Connection, RowMapping, delete, func, insert, select, type_coerce

from orchestrator.contract.ids import JobId, RobotId
from orchestrator.domain.timeline import FleetSample, FleetState, LoadPoint, Run, StateChange, Wait
from orchestrator.engine.ports.timeline import Runs, StepsThen
from orchestrator.store import timeline_runs, timeline_waits
from orchestrator.store.columns import number_of
from orchestrator.store.database import Database
from orchestrator.store.schema_timeline import fleet_samples, robot_states
from orchestrator.store.upsert import upsert


class TimelineRecords:
    """The shipped `engine.ports.timeline.TimelineStore`; what each method promises is written there."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def note(self, changes: Sequence[StateChange], samples: Sequence[FleetSample]) -> None:
        await self._database.write(lambda connection: _note(connection, changes, samples))

    async def newest_states(self) -> Mapping[RobotId, StateChange]:
        newest = select(func.max(robot_states.c.number)).group_by(robot_states.c.robot_id)
        query = select(robot_states).where(robot_states.c.number.in_(newest))
        found = await self._database.read(lambda connection: connection.execute(query).mappings().all())
        return {change.robot_id: change for change in map(_change_of, found)}

    async def newest_sample_at(self) -> datetime | None:
        query = select(fleet_samples.c.at).order_by(fleet_samples.c.at.desc()).limit(1)
        return await self._database.read(lambda connection: connection.execute(query).scalar_one_or_none())

    async def states(self, since: datetime, until: datetime, *, most: int) -> Sequence[StateChange]:
        return await self._database.read(lambda connection: _states(connection, since, until, most))

    async def load(self, since: datetime, until: datetime, bucket_s: float) -> Sequence[LoadPoint]:
        return await self._database.read(lambda connection: _load(connection, since, until, bucket_s))

    async def runs(self, since: datetime, until: datetime, *, most: int, bucket_s: float) -> Runs:
        return await self._database.read(
            lambda connection: timeline_runs.between(connection, since, until, most, bucket_s)
        )

    async def runs_at(self, at: datetime, *, most: int) -> Sequence[Run]:
        return await self._database.read(lambda connection: timeline_runs.running_at(connection, at, most))

    async def waits_at(self, at: datetime, *, most: int) -> tuple[int, Sequence[Wait]]:
        return await self._database.read(lambda connection: timeline_waits.waiting_at(connection, at, most))

    async def failures_before(self, at: datetime, *, since: datetime, most: int) -> Sequence[Run]:
        return await self._database.read(lambda connection: timeline_runs.failed_between(connection, since, at, most))

    async def steps_at(self, runs: Sequence[Run], at: datetime) -> Mapping[tuple[JobId, int], StepsThen]:
        return await self._database.read(lambda connection: timeline_runs.steps_at(connection, runs, at))

    async def forget(self, before: datetime, *, fine_before: datetime, most: int) -> int:
        return await self._database.write(lambda connection: _forget(connection, before, fine_before, most))


def _note(connection: Connection, changes: Sequence[StateChange], samples: Sequence[FleetSample]) -> None:
    if changes:
        connection.execute(insert(robot_states), [_row_of(each) for each in changes])
    rows = [
        {"at": each.at, "waiting": each.waiting, "running": each.running, "is_coarse": each.is_coarse}
        for each in samples
    ]
    upsert(connection, fleet_samples, rows)


def _states(connection: Connection, since: datetime, until: datetime, most: int) -> Sequence[StateChange]:
    is_inside = (robot_states.c.at > since) & (robot_states.c.at <= until)
    newest = select(robot_states).where(is_inside).order_by(robot_states.c.at.desc(), robot_states.c.number.desc())
    inside = connection.execute(newest.limit(most)).mappings().all()
    last = select(func.max(robot_states.c.number)).where(robot_states.c.at <= since).group_by(robot_states.c.robot_id)
    before = connection.execute(select(robot_states).where(robot_states.c.number.in_(last))).mappings().all()
    rows = sorted([*before, *inside], key=lambda row: (row["at"], row["number"]))
    return [_change_of(row) for row in rows]


def _load(connection: Connection, since: datetime, until: datetime, bucket_s: float) -> Sequence[LoadPoint]:
    length = timedelta(seconds=bucket_s)
    at = type_coerce(fleet_samples.c.at, BigInteger)
    number = ((at - number_of(since)) // (length // timedelta(microseconds=1))).label("number")
    query = (
        select(
            number,
            func.avg(fleet_samples.c.waiting),
            func.avg(fleet_samples.c.running),
            func.max(fleet_samples.c.waiting),
            func.max(fleet_samples.c.running),
        )
        .where(fleet_samples.c.at >= since, fleet_samples.c.at < until)
        .group_by(number)
        .order_by(number)
    )
    return [
        LoadPoint(
            at=since + int(place) * length,
            waiting=float(waiting),
            running=float(running),
            most_waiting=most_waiting,
            most_running=most_running,
        )
        for place, waiting, running, most_waiting, most_running in connection.execute(query)
    ]


def _forget(connection: Connection, before: datetime, fine_before: datetime, most: int) -> int:
    fine = ~fleet_samples.c.is_coarse & (fleet_samples.c.at < fine_before)
    old = select(fleet_samples.c.at).where((fleet_samples.c.at < before) | fine).order_by(fleet_samples.c.at)
    gone = connection.execute(delete(fleet_samples).where(fleet_samples.c.at.in_(old.limit(most)))).rowcount
    last = select(func.max(robot_states.c.number)).where(robot_states.c.at < before).group_by(robot_states.c.robot_id)
    stale = select(robot_states.c.number).where(robot_states.c.at < before, robot_states.c.number.not_in(last))
    return gone + connection.execute(delete(robot_states).where(robot_states.c.number.in_(stale.limit(most)))).rowcount


def _row_of(change: StateChange) -> dict[str, object]:
    return {
        "robot_id": change.robot_id,
        "at": change.at,
        "state": change.state.value,
        "name": change.name,
        "slots": change.slots,
        "note": change.note,
    }


def _change_of(row: RowMapping) -> StateChange:
    return StateChange(
        robot_id=RobotId(row["robot_id"]),
        at=row["at"],
        state=FleetState(row["state"]),
        name=row["name"],
        slots=row["slots"],
        note=row["note"],
    )
