"""Messages about the robot itself: hello, heartbeats, goodbye."""

from typing import ClassVar

from pydantic import Field

from orchestrator.contract.protocol.captures import RunActivity
from orchestrator.contract.protocol.message import AttemptRef, MessageType, Payload
from orchestrator.contract.protocol.pools import MAX_POOLS, PoolFigures
from orchestrator.contract.protocol.terms import HEARTBEAT_S, PROTOCOL_VERSION, RUN_LEASE_S


class RobotHello(Payload):
    """First message of a connection: who the robot is, what it can do, what it runs and what it still holds."""

    message_type: ClassVar = MessageType.ROBOT_HELLO

    robot_id: str = Field(min_length=1, max_length=100)
    """Stable across restarts: kept in the robot's state folder."""
    name: str = Field(min_length=1, max_length=200)
    protocol_versions: tuple[int, ...] = (PROTOCOL_VERSION,)
    instance_id: str = Field(default="", max_length=100)
    """One process of the robot: made anew at each start, kept across connections. Empty from older robots."""
    software_version: str = ""
    slots: int = Field(ge=1, le=256)
    tags: tuple[str, ...] = Field(default=(), max_length=100)
    capabilities: tuple[str, ...] = Field(default=(), max_length=500)
    """`browser:chromium`, `action:goto`, `os:linux`, and what the operator adds."""
    browser: str = ""
    """Name and version, for people."""
    host: str = ""
    platform: str = ""
    running: tuple[AttemptRef, ...] = ()
    accepted: tuple[AttemptRef, ...] = ()
    """Journalled and accepted, not yet told to start."""
    spooled: tuple[AttemptRef, ...] = ()
    cached: tuple[str, ...] = Field(default=(), max_length=1_000)
    """Hashes of the workflows that it keeps: an offer of one of them need not carry its definition."""
    features: tuple[str, ...] = Field(default=(), max_length=50)
    """What it understands beyond the protocol's version: `terms.FEATURES`; unknown ones are ignored."""


class RobotRegistered(Payload):
    """Answer to a hello."""

    message_type: ClassVar = MessageType.ROBOT_REGISTERED

    robot_id: str
    session_id: str
    protocol_version: int = PROTOCOL_VERSION
    heartbeat_s: float = HEARTBEAT_S
    lease_s: float = RUN_LEASE_S
    draining: bool = False
    revoked: tuple[AttemptRef, ...] = ()
    """Attempts that the robot runs and nobody wants any more: stop them, no result is needed."""
    features: tuple[str, ...] = ()
    """Those of the hello's features that the orchestrator understands too: both sides may use them from now on."""


class RobotGoodbye(Payload):
    """The robot leaves on purpose and runs nothing any more."""

    message_type: ClassVar = MessageType.ROBOT_GOODBYE

    reason: str = ""


class Heartbeat(Payload):
    """The robot is alive, and this is what it runs; renews the leases of what it lists."""

    message_type: ClassVar = MessageType.HEARTBEAT

    running: tuple[AttemptRef, ...] = ()
    slots_busy: int = Field(default=0, ge=0)
    cpu_percent: float | None = None
    memory_percent: float | None = None
    process_memory_bytes: int | None = None
    """The robot's own processes, browsers included."""
    disk_percent: float | None = None
    """Of the disk that holds the robot's state folder."""
    network_in_bytes_s: float | None = None
    network_out_bytes_s: float | None = None
    """The machine's traffic since the last heartbeat."""
    activities: tuple[RunActivity, ...] = Field(default=(), max_length=256)
    """How long each running attempt has stood still."""
    browsers: int = 0
    sessions: int = 0
    leaked: int = 0
    """Processes found without an owner since the robot started."""
    pools: tuple[PoolFigures, ...] = Field(default=(), max_length=MAX_POOLS)
    """Its browser sessions, pool by pool."""
    draining: bool = False


class HeartbeatAck(Payload):
    """Repeats every cancel and revoke that concerns the robot, so that commands travel on two ways."""

    message_type: ClassVar = MessageType.HEARTBEAT_ACK

    cancels: tuple[AttemptRef, ...] = ()
    revokes: tuple[AttemptRef, ...] = ()
    pauses: tuple[AttemptRef, ...] = ()
    """Runs that are to pause; a run that is pausing and is not named goes on."""
    draining: bool = False


class DrainRobot(Payload):
    """Finish what runs and take nothing new, or take work again."""

    message_type: ClassVar = MessageType.DRAIN_ROBOT

    draining: bool


class RestartRobot(Payload):
    """Finish what runs, say goodbye, and end with `RESTART_EXIT_CODE`, so that whoever keeps it starts it again."""

    message_type: ClassVar = MessageType.RESTART_ROBOT

    reason: str = Field(default="", max_length=200)


class ErrorReport(Payload):
    """A message could not be used; the connection stays open unless it is closed with a code."""

    message_type: ClassVar = MessageType.ERROR

    code: str
    message: str
    about: str | None = None
    """Id of the message that is meant."""
