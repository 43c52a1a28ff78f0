"""Robots, and what a new one needs."""

from datetime import datetime

from orchestrator.contract.api.common import View
from orchestrator.contract.protocol.pools import PoolFigures
from orchestrator.contract.states import RobotStatus


class RobotView(View):
    """A robot in a table."""

    robot_id: str
    name: str
    status: RobotStatus
    slots: int
    slots_busy: int = 0
    tags: tuple[str, ...] = ()
    capabilities: tuple[str, ...] = ()
    browser: str = ""
    host: str = ""
    platform: str = ""
    software_version: str = ""
    draining: bool = False
    note: str = ""
    """Why it takes nothing new, and until when, while an operator has planned that."""
    current_jobs: tuple[str, ...] = ()
    last_seen_at: datetime
    registered_at: datetime
    cpu_percent: float | None = None
    memory_percent: float | None = None
    process_memory_bytes: int | None = None
    disk_percent: float | None = None
    network_in_bytes_s: float | None = None
    network_out_bytes_s: float | None = None
    leaked: int = 0
    """Processes and sessions of browsers that nobody had any more, since the robot's start."""
    pools: tuple[PoolFigures, ...] = ()
    """Its browser sessions, pool by pool, by its newest heartbeat."""


class EnrolmentView(View):
    """`GET /enrolment`: what a new robot needs."""

    connect: str
    token: str
    command: str
    """The line to paste on the other machine."""
