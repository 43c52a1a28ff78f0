"""How loaded this machine is: CPU, memory, the data folder's disk, and the network."""

import socket
import time
from datetime import datetime
from pathlib import Path

import psutil

from orchestrator.domain.resources import Usage


class Machine:
    """Implements the engine's `MachineProbe` with psutil; rates are those since the last look."""

    def __init__(self, folder: Path) -> None:
        """`folder`: the disk that it lies on is the one that matters."""
        self._folder = folder
        self.name = socket.gethostname()
        self._bytes: tuple[float, int, int] | None = None
        psutil.cpu_percent()  # the first answer has nothing to compare with and is always 0

    def measure(self, at: datetime) -> Usage:
        """Look at it."""
        network_in, network_out = self._rates()
        return Usage(
            at=at,
            cpu=psutil.cpu_percent() / 100,
            memory=psutil.virtual_memory().percent / 100,
            disk=psutil.disk_usage(str(self._folder)).percent / 100,
            network_in=network_in,
            network_out=network_out,
        )

    def _rates(self) -> tuple[float | None, float | None]:
        """Bytes a second, in and out, over all interfaces; None at the first look."""
        interfaces, before = psutil.net_io_counters(pernic=True).values(), self._bytes
        now_s = time.monotonic()
        received, sent = sum(each.bytes_recv for each in interfaces), sum(each.bytes_sent for each in interfaces)
        self._bytes = (now_s, received, sent)
        if before is None or now_s <= before[0]:
            return None, None
        seconds = now_s - before[0]
        return max(0, received - before[1]) / seconds, max(0, sent - before[2]) / seconds
