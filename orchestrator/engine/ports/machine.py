"""What measures the machine that the orchestrator runs on."""

from datetime import datetime
from typing import Protocol

from orchestrator.domain.resources import Usage


class MachineProbe(Protocol):
    """Looks at CPU, memory, disk and network."""

    @property
    def name(self) -> str:
        """Its name in the network, as robots that run on it tell it."""
        ...

    def measure(self, at: datetime) -> Usage:
        """How loaded the machine is, since the last look where that matters; may take milliseconds, so it is called
        off the event loop, one call at a time. OSError when it cannot be seen."""
        ...
