"""A load of so many jobs a second: `python -m tests.benchmarks.console.pressing PORT KEY TOKEN JOBS SECONDS [burst]`.

Robots are connected first; `ready` is printed then. Each job makes four changes: queued, dispatched, running,
completed. With `burst` the jobs of a second are submitted at its beginning.
"""

import asyncio
import os
import sys
import time

import psutil

from tests.benchmarks.system import FleetProcess, Submitter, System

ROBOTS, SLOTS = 50, 16
TICKS = 20
"""Of a second, without bursts."""


async def press(system: System, jobs: int, seconds: float, ticks: int) -> int:
    """Submit in even steps; how many were accepted."""
    accepted = 0
    async with (
        FleetProcess.running(system, robots=ROBOTS, slots=SLOTS, prefix="press"),
        Submitter.connected(system) as submitter,
    ):
        print("ready", flush=True)
        began_s = time.monotonic()
        for tick in range(int(seconds * ticks)):
            await asyncio.sleep(max(0.0, began_s + tick / ticks - time.monotonic()))
            count = (tick + 1) * jobs // ticks - tick * jobs // ticks
            if count:
                await submitter.submit_batch(count)
                accepted += count
    return accepted


def main() -> None:
    """Press, and say how much it was."""
    port, key, token, jobs, seconds, *burst = sys.argv[1:]
    system = System(port=int(port), key=key, token=token, process=psutil.Process(os.getpid()))
    began_s = time.monotonic()
    accepted = asyncio.run(press(system, int(jobs), float(seconds), 1 if burst else TICKS))
    print(accepted / (time.monotonic() - began_s), flush=True)


if __name__ == "__main__":
    main()
