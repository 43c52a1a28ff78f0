"""What is remembered of robots."""

from collections.abc import Sequence
from typing import Protocol

from orchestrator.contract.ids import RobotId
from orchestrator.domain.robot import Robot
from orchestrator.engine.ports.audit import AuditEntry


class RobotStore(Protocol):
    """What is remembered of robots."""

    async def save_robot(self, robot: Robot, audit: AuditEntry | None = None) -> None: ...

    async def robots(self) -> Sequence[Robot]: ...

    async def remove_robot(self, robot_id: RobotId, audit: AuditEntry) -> bool: ...
