"""A robot as the orchestrator knows it, and the lease by which it holds a job."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from orchestrator.contract.ids import JsonValue, RobotId, SessionId
from orchestrator.contract.states import RobotStatus


@dataclass(frozen=True, slots=True, kw_only=True)
class Robot:
    """What is remembered of a robot, also while it is away."""

    robot_id: RobotId
    name: str
    status: RobotStatus
    slots: int = 1
    """Jobs at a time (the reference's `max_concurrent_jobs`)."""
    tags: frozenset[str] = frozenset()
    capabilities: frozenset[str] = frozenset()
    browser: str = ""
    host: str = ""
    platform: str = ""
    software_version: str = ""
    draining: bool = False
    """Wanted by an operator; outlives reconnects."""
    session_id: SessionId | None = None
    registered_at: datetime
    last_seen_at: datetime
    metrics: Mapping[str, JsonValue] = field(default_factory=dict)
    """The newest heartbeat's figures."""
