"""What the agent needs from whoever runs workflows: run one, stop one in three ways, say how it stands."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from orchestrator.contract.protocol.captures import CaptureKind
from orchestrator.contract.protocol.jobs import JobAssignment
from orchestrator.contract.protocol.message import AttemptRef
from orchestrator.contract.protocol.pools import PoolFigures
from orchestrator.contract.results import Artifact, JobResult
from robot.workflow.ports import RunListener


@dataclass(frozen=True, slots=True, kw_only=True)
class HostFigures:
    """How the browsers stand."""

    browsers: int = 0
    sessions: int = 0
    leaked: int = 0
    """Processes found without an owner since the robot started."""
    pools: tuple[PoolFigures, ...] = ()
    idle_s: Mapping[AttemptRef, float] = field(default_factory=dict)
    """How long each running attempt has shown no sign of life."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Captured:
    """What a look at a run from outside gave."""

    artifacts: tuple[Artifact, ...] = ()
    """In the attempt's folder."""
    problem: str = ""
    """Why something, or all, could not be seen."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Remains:
    """What a stopped run still has; None where nobody can look."""

    sessions: int | None = None
    processes: int | None = None
    """Of browsers that ended with it, and whose processes should be gone."""


class AttemptListener(RunListener, Protocol):
    """Hears how an attempt goes, from before its first step until after its last."""

    def wrapping_up(self, what: str) -> None:
        """No step runs any more, and the attempt has not ended: what is done meanwhile, in a few words."""
        ...


class WorkflowHost(Protocol):
    """Runs attempts of jobs in this process; started once, closed once."""

    @property
    def browser(self) -> str:
        """Name and version of the browser, for people; empty without one."""
        ...

    @property
    def capabilities(self) -> tuple[str, ...]:
        """What workflows may rely on here, such as `browser:chromium` and `action:goto`."""
        ...

    async def start(self) -> None:
        """Get ready. RobotSetupError when this machine has not got what is needed."""
        ...

    async def run(self, assignment: JobAssignment, *, listener: AttemptListener, folder: Path) -> JobResult:
        """Run one attempt; its files go into `folder`. Cancelling stops it cooperatively."""
        ...

    def stopping(self, ref: AttemptRef) -> Callable[[], Remains]:
        """The attempt is about to be stopped; the answer looks later what is left of what it has now."""
        ...

    async def close_pages(self, ref: AttemptRef) -> None:
        """Close the attempt's pages under it; returns when that was done or is hopeless, never raises."""
        ...

    async def kill(self, ref: AttemptRef) -> None:
        """Kill the processes that the attempt's browsers run in; never raises."""
        ...

    async def capture(self, ref: AttemptRef, what: CaptureKind, *, trace_s: float, folder: Path) -> Captured:
        """Show what a running attempt sees, in files in its folder, while it goes on; never raises."""
        ...

    def figures(self) -> HostFigures:
        """How the browsers stand right now."""
        ...

    async def close(self) -> None:
        """Close every browser; bounded in time."""
        ...
