"""The heartbeat: that the robot lives, what it runs, and what that costs the machine."""

import asyncio
import os
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import psutil

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


def measure() -> MachineFigures:
    """Look at the machine; takes some milliseconds, so not for the event loop."""
    return MachineFigures(
        cpu_percent=psutil.cpu_percent(),
        memory_percent=psutil.virtual_memory().percent,
        process_memory_bytes=memory_bytes(os.getpid()),
    )


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
        browsers=host.browsers,
        sessions=host.sessions,
        leaked=host.leaked,
        draining=draining,
    )


class HeartbeatLoop:
    """Beats at once, at each interval, and whenever something changed that should be known at once."""

    def __init__(self, now: Callable[[MachineFigures], Heartbeat]) -> None:
        self._now = now
        self._hurry = asyncio.Event()

    def hurry(self) -> None:
        """Let the next beat come at once."""
        self._hurry.set()

    async def run(self, send: Callable[[Heartbeat], Awaitable[None]], interval_s: float) -> None:
        """Beat for as long as the session lives."""
        while True:
            self._hurry.clear()
            machine = await asyncio.to_thread(measure)
            await send(self._now(machine))
            try:
                async with asyncio.timeout(interval_s):
                    await self._hurry.wait()
            except TimeoutError:
                pass  # the usual way: it is time again
