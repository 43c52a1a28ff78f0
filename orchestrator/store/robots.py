"""Queries over robots."""

from collections.abc import Sequence
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import Connection, delete, select

from orchestrator.contract.ids import RobotId
from orchestrator.domain.robot import Robot
from orchestrator.store.schema import robots
from orchestrator.store.upsert import upsert

_ROBOT: TypeAdapter[Robot] = TypeAdapter(Robot)


def save(connection: Connection, robot: Robot) -> None:
    """Insert or replace a robot."""
    document: dict[str, Any] = _ROBOT.dump_python(robot, mode="json")
    upsert(connection, robots, [{"robot_id": robot.robot_id, "name": robot.name, "robot": document}])


def everyone(connection: Connection) -> Sequence[Robot]:
    """All robots, by name."""
    documents = connection.execute(select(robots.c.robot).order_by(robots.c.name)).scalars()
    return [_ROBOT.validate_python(document, strict=False) for document in documents]


def remove(connection: Connection, robot_id: RobotId) -> bool:
    """Forget a robot; False when it is not known."""
    return connection.execute(delete(robots).where(robots.c.robot_id == robot_id)).rowcount == 1
