"""What a running robot says of itself on disk, so that `botswain-robot status` can tell without asking anybody."""

import logging
import os
from datetime import datetime
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from orchestrator.contract.protocol.message import AttemptRef
from orchestrator.contract.protocol.pools import PoolFigures
from robot.config import RobotConfig

logger = logging.getLogger(__name__)


class RobotState(BaseModel):
    """The content of the status file."""

    model_config = ConfigDict(frozen=True)

    robot_id: str
    name: str
    pid: int
    orchestrator: str
    slots: int
    connected: bool = False
    draining: bool = False
    running: tuple[AttemptRef, ...] = ()
    spooled: int = 0
    pools: tuple[PoolFigures, ...] = ()
    told_at: datetime


class StatusFile:
    """Writes the status; it is only for people, so trouble with it is logged and goes by."""

    def __init__(self, path: Path, config: RobotConfig, robot_id: str) -> None:
        self._path = path
        self._config = config
        self._robot_id = robot_id

    def tell(
        self,
        *,
        at: datetime,
        connected: bool,
        draining: bool,
        running: tuple[AttemptRef, ...],
        spooled: int,
        pools: tuple[PoolFigures, ...] = (),
    ) -> None:
        """Say how things stand."""
        state = RobotState(
            robot_id=self._robot_id,
            name=self._config.name,
            pid=os.getpid(),
            orchestrator=self._config.address.http_base,
            slots=self._config.slots,
            connected=connected,
            draining=draining,
            running=running,
            spooled=spooled,
            pools=pools,
            told_at=at,
        )
        temporary = self._path.with_name(f"{self._path.name}.new")
        try:
            temporary.write_text(state.model_dump_json(), encoding="utf-8")
            temporary.replace(self._path)
        except OSError as error:
            logger.info("The status file cannot be written: %s", error)

    def clear(self) -> None:
        """The robot ends."""
        try:
            self._path.unlink(missing_ok=True)
        except OSError as error:
            logger.info("The status file cannot be removed: %s", error)


def read_status(path: Path) -> RobotState | None:
    """What the robot last said; None when there is nothing readable."""
    try:
        return RobotState.model_validate_json(path.read_bytes())
    except (OSError, ValidationError):
        return None


def pool_line(pool: PoolFigures) -> str:
    """A pool in one line."""
    retired = ", ".join(f"{count} {reason}" for reason, count in sorted(pool.retired.items())) or "none"
    trouble = [
        f"breaker {pool.breaker}" if pool.breaker != "closed" else "",
        f"pressure {pool.pressure}" if pool.pressure else "",
    ]
    words = (
        f"{pool.lent} lent and {pool.size - pool.lent} ready of at most {pool.most}",
        f"{pool.waiting} waiting",
        f"retired: {retired}",
        f"leaked: {pool.leaked}",
        *filter(None, trouble),
    )
    return f"Sessions of {pool.name} ({pool.provider}): {'; '.join(words)}."
