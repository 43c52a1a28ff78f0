"""The heartbeat: that the robot lives, what it runs, and what that costs the machine."""

import asyncio
import os
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

import psutil

from orchestrator.contract.protocol.captures import RunActivity
from orchestrator.contract.protocol.message import AttemptRef
from orchestrator.contract.protocol.robots import Heartbeat
from robot.browser.processes import memory_bytes
from robot.ports import HostFigures


@dataclass(frozen=True, slots=True, kw_only=True)
class MachineFigures:
    """How loaded the machine is."""

    cpu_percent: float
    memory_percent: float
    process_memory_bytes: int
    """Memory of this process and everything below it, shared pages counted once."""
    disk_percent: float | None = None
    network_in_bytes_s: float | None = None
    network_out_bytes_s: float | None = None


class Machine:
    """Measures the machine; rates are those since the last look."""

    def __init__(self, folder: Path) -> None:
        """`folder`: the disk that it lies on is the one that matters."""
        self._folder = folder
        self._counted: tuple[float, int, int] | None = None

    def measure(self) -> MachineFigures:
        """Look at it; takes some milliseconds, so not for the event loop."""
        network_in, network_out = self._rates()
        return MachineFigures(
            cpu_percent=psutil.cpu_percent(),
            memory_percent=psutil.virtual_memory().percent,
            process_memory_bytes=memory_bytes(os.getpid()),
            disk_percent=self._disk(),
            network_in_bytes_s=network_in,
            network_out_bytes_s=network_out,
        )

    def _disk(self) -> float | None:
        try:
            return psutil.disk_usage(str(self._folder)).percent
        except OSError:
            return None  # the disk is gone; the journal and the spool tell that louder

    def _rates(self) -> tuple[float | None, float | None]:
        interfaces, before = psutil.net_io_counters(pernic=True).values(), self._counted
        now_s = time.monotonic()
        received, sent = sum(each.bytes_recv for each in interfaces), sum(each.bytes_sent for each in interfaces)
        self._counted = (now_s, received, sent)
        if before is None or now_s - before[0] < 1:
            return None, None
        seconds = now_s - before[0]
        return max(0, received - before[1]) / seconds, max(0, sent - before[2]) / seconds


def measure(machine: Machine) -> MachineFigures:
    """Look at the machine, in a thread."""
    return machine.measure()


def heartbeat_of(
    machine: MachineFigures, host: HostFigures, *, running: tuple[AttemptRef, ...], slots_busy: int, draining: bool
) -> Heartbeat:
    """The message that says all this."""
    return Heartbeat(
        running=running,
        slots_busy=slots_busy,
        cpu_percent=machine.cpu_percent,
        memory_percent=machine.memory_percent,
        process_memory_bytes=machine.process_memory_bytes,
        disk_percent=machine.disk_percent,
        network_in_bytes_s=machine.network_in_bytes_s,
        network_out_bytes_s=machine.network_out_bytes_s,
        activities=tuple(
            RunActivity(job_id=ref.job_id, attempt=ref.attempt, idle_s=max(0.0, host.idle_s[ref]))
            for ref in running
            if ref in host.idle_s
        ),
        browsers=host.browsers,
        sessions=host.sessions,
        leaked=host.leaked,
        pools=host.pools,
        draining=draining,
    )


class HeartbeatLoop:
    """Beats at once, at each interval, and whenever something changed that should be known at once."""

    def __init__(self, now: Callable[[MachineFigures], Heartbeat], folder: Path) -> None:
        self._now = now
        self._machine = Machine(folder)
        self._hurry = asyncio.Event()

    def hurry(self) -> None:
        """Let the next beat come at once."""
        self._hurry.set()

    async def run(self, send: Callable[[Heartbeat], Awaitable[None]], interval_s: float) -> None:
        """Beat for as long as the session lives."""
        while True:
            self._hurry.clear()
            machine = await asyncio.to_thread(measure, self._machine)
            await send(self._now(machine))
            try:
                async with asyncio.timeout(interval_s):
                    await self._hurry.wait()
            except TimeoutError:
                pass  # the usual way: it is time again
