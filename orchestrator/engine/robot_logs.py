"""Log lines of robots: kept when they are about nothing in particular, or about a job that the robot has held."""

from collections import OrderedDict

from orchestrator.contract.ids import JobId, RobotId, SessionId
from orchestrator.contract.protocol.jobs import LogBatch
from orchestrator.contract.results import LogEntry
from orchestrator.domain.events import LogsArrived
from orchestrator.domain.robot import Robot
from orchestrator.engine.bus import EventBus
from orchestrator.engine.job_queue import JobQueue
from orchestrator.engine.ports.store import Store

OWNERS_KEPT = 10_000


class RobotLogs:
    """Stores what robots may say, and tells that it has come."""

    def __init__(self, queue: JobQueue, store: Store, bus: EventBus) -> None:
        self._queue = queue
        self._store = store
        self._bus = bus
        self._owners: OrderedDict[tuple[str, RobotId], None] = OrderedDict()
        """Jobs of which a robot has held an attempt, lately."""

    async def take(self, robot: Robot, _: SessionId, message: LogBatch) -> None:
        """Lines arrived. Raises StorageError."""
        entries = tuple([entry for entry in message.entries if await self._may_speak(robot.robot_id, entry)])
        if entries or message.dropped:
            await self._store.add_logs(robot.robot_id, entries, message.dropped)
            self._bus.publish(LogsArrived(robot_id=robot.robot_id, entries=entries))

    async def _may_speak(self, robot_id: RobotId, entry: LogEntry) -> bool:
        """A line about no job, or about a job of which the robot has held an attempt."""
        if entry.job_id is None or (entry.job_id, robot_id) in self._owners:
            return True
        job = self._queue.get(JobId(entry.job_id))
        is_own = job is not None and job.robot_id == robot_id
        if not is_own:
            is_own = any(each.robot_id == robot_id for each in await self._store.attempts(JobId(entry.job_id)))
        if is_own:
            self._owners[(entry.job_id, robot_id)] = None
            if len(self._owners) > OWNERS_KEPT:
                self._owners.popitem(last=False)
        return is_own
