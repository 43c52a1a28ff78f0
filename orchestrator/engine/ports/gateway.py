"""What reaches connected robots."""

from typing import Protocol

from orchestrator.contract.ids import RobotId, SessionId
from orchestrator.contract.protocol.message import Payload


class Gateway(Protocol):
    """Reaches connected robots; never blocks: a robot that does not read is dropped."""

    def send(self, robot_id: RobotId, session_id: SessionId, payload: Payload) -> bool:
        """Queue a message for that very session; False when the session is gone."""
        ...

    def close(self, robot_id: RobotId, session_id: SessionId, reason: str) -> None:
        """End the session's connection."""
        ...
