"""What people and the lease watch ask of robots: know one, forget one, drain one, drop one that went silent."""

from collections.abc import Iterable
from dataclasses import replace

from orchestrator.contract.ids import RobotId
from orchestrator.domain.robot import Robot
from orchestrator.engine.bus import AuditAdded, EventBus
from orchestrator.engine.clock import Clock
from orchestrator.engine.errors import ConflictError, NotFoundError
from orchestrator.engine.inbox import Inbox
from orchestrator.engine.ports.audit import AuditEntry
from orchestrator.engine.ports.gateway import Gateway
from orchestrator.engine.ports.robots import RobotStore
from orchestrator.engine.robot_pool import RobotPool


class RobotDesk:
    """Changes what is known of robots: written first, then shown to the pool, then told."""

    def __init__(
        self, *, pool: RobotPool, inbox: Inbox, store: RobotStore, gateway: Gateway, bus: EventBus, clock: Clock
    ) -> None:
        self._pool = pool
        self._inbox = inbox
        self._store = store
        self._gateway = gateway
        self._bus = bus
        self._clock = clock

    def known(self, robot_id: RobotId) -> Robot:
        """A robot that is remembered. Raises NotFoundError."""
        robot = self._pool.get(robot_id)
        if robot is None:
            raise NotFoundError("robot", robot_id)
        return robot

    async def register(self, robot: Robot, *, actor: str) -> None:
        """Know a robot before it has ever connected."""
        entry = self._entry(robot, "robot.registered", "was registered", actor)
        await self._store.save_robot(robot, entry)
        self._pool.add_robot(robot)
        self._bus.publish(AuditAdded(entry=entry))

    async def unregister(self, robot_id: RobotId, *, actor: str) -> None:
        """Forget a robot that is not connected and holds nothing. Raises NotFoundError, ConflictError."""
        robot = self.known(robot_id)
        if robot.status.is_connected or self._pool.jobs_of(robot_id):
            raise ConflictError(f"{robot.name} is connected or holds a job; stop it first.")
        entry = self._entry(robot, "robot.removed", "was removed", actor)
        await self._store.remove_robot(robot_id, entry)
        self._pool.remove_robot(robot_id)
        self._bus.publish(AuditAdded(entry=entry))

    async def drain(self, robot_id: RobotId, *, draining: bool, actor: str) -> Robot:
        """Give a robot nothing new, or work again. Raises NotFoundError."""
        kind, words = ("robot.draining", "drains") if draining else ("robot.resumed", "takes work again")
        robot = replace(self.known(robot_id), draining=draining)
        entry = self._entry(robot, kind, words, actor)
        await self._store.save_robot(robot, entry)
        changed = self._pool.drain(robot_id, draining=draining) or robot
        self._inbox.tell_drain(changed)
        self._bus.publish(AuditAdded(entry=entry))
        return changed

    def silent(self, since_s: float) -> Iterable[RobotId]:
        """Connected robots of which nothing was heard since a monotonic time."""
        return [
            berth.robot.robot_id
            for berth in self._pool.berths()
            if berth.session_id is not None and berth.heard_s < since_s
        ]

    async def drop(self, robot_id: RobotId) -> None:
        """End the connection of a robot that went silent."""
        session_id = self._pool.session_of(robot_id)
        if session_id is not None:
            self._gateway.close(robot_id, session_id, "No heartbeat arrived for too long.")
            await self._inbox.disconnected(robot_id, session_id)

    def _entry(self, robot: Robot, kind: str, words: str, actor: str) -> AuditEntry:
        message = f"{robot.name} {words}."
        return AuditEntry(at=self._clock.now(), kind=kind, message=message, actor=actor, robot_id=robot.robot_id)
