"""How browser sessions and work spread over the robots, from their newest heartbeats."""

from collections.abc import Iterable
from dataclasses import dataclass

from orchestrator.contract.ids import JsonValue, RobotId
from orchestrator.domain.robot import Robot

OVERLOADED_AT = 0.9
"""Of the memory or processor of a robot's machine; with every slot taken it is full, and more than that too much."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RobotShare:
    """What one connected robot carries."""

    robot_id: RobotId
    robot_name: str
    sessions: int
    """Browser sessions that are open."""
    browsers: int
    busy: int
    slots: int
    is_overloaded: bool

    @property
    def workload(self) -> float:
        """Of its slots, 0 to 1 and above when slots were taken away."""
        return self.busy / self.slots if self.slots else 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionSpread:
    """The whole fleet."""

    shares: tuple[RobotShare, ...]

    @property
    def total_sessions(self) -> int:
        """Over all connected robots."""
        return sum(share.sessions for share in self.shares)

    @property
    def average_workload(self) -> float:
        """Of all slots together; 0 without any."""
        slots = sum(share.slots for share in self.shares)
        return sum(share.busy for share in self.shares) / slots if slots else 0.0

    @property
    def overloaded(self) -> int:
        """Robots that carry more than they should."""
        return sum(share.is_overloaded for share in self.shares)


def session_spread(robots: Iterable[tuple[Robot, int]]) -> SessionSpread:
    """The spread over (robot, jobs that it holds), by name; robots that are away carry nothing."""
    shares = [_share(robot, busy) for robot, busy in robots if robot.status.is_connected]
    return SessionSpread(shares=tuple(sorted(shares, key=lambda share: (share.robot_name, share.robot_id))))


def _share(robot: Robot, busy: int) -> RobotShare:
    return RobotShare(
        robot_id=robot.robot_id,
        robot_name=robot.name,
        sessions=int(_number(robot.metrics.get("sessions"))),
        browsers=int(_number(robot.metrics.get("browsers"))),
        busy=busy,
        slots=robot.slots,
        is_overloaded=busy > robot.slots
        or max(_number(robot.metrics.get(name)) for name in ("cpu_percent", "memory_percent")) >= OVERLOADED_AT * 100,
    )


def _number(value: JsonValue) -> float:
    return float(value) if isinstance(value, int | float) else 0.0
