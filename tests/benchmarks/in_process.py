"""`python -m tests.benchmarks.in_process FOLDER JOBS SUBMITTERS BATCH`: submits inside the orchestrator's own process.

Prints one line of JSON: jobs per second from the first submit to the last acknowledged result, and the processor time
of this process for each of them. BATCH 0 submits one by one, otherwise so many in each call.
"""

import asyncio
import json
import logging
import sys
import time
from pathlib import Path

import psutil

from orchestrator.app import Orchestrator
from orchestrator.cli.serve import settle_process
from orchestrator.config import Settings
from orchestrator.contract.api.jobs import SubmitRequest
from orchestrator.engine.engine import OrchestratorEngine
from tests.benchmarks.system import NO_OP, FleetProcess, System

ROBOTS = 8
SLOTS = 64
REQUEST = SubmitRequest(workflow="No-op")


async def submit(engine: OrchestratorEngine, jobs: int, submitters: int, batch: int) -> None:
    """Submit so many jobs, from so many coroutines that each wait for their answers."""
    left = iter(range(0, jobs, batch or 1))

    async def work() -> None:
        for start in left:
            if batch:
                await engine.submit_jobs([(REQUEST, None, "bench")] * min(batch, jobs - start))
            else:
                await engine.submit_job(REQUEST)

    await asyncio.gather(*(work() for _ in range(submitters)))


async def main(folder: Path, jobs: int, submitters: int, batch: int) -> dict[str, float]:
    """Measure."""
    async with Orchestrator.running(Settings(data_dir=folder, port=0)) as orchestrator:
        engine = orchestrator.parts.engine
        await engine.workflows.save(json.dumps(NO_OP))
        settle_process()
        port = int(orchestrator.url.rsplit(":", 1)[1])
        system = System(port=port, key=orchestrator.key, token=orchestrator.robot_token, process=psutil.Process())
        async with FleetProcess.running(system, robots=ROBOTS, slots=SLOTS) as fleet:
            await fleet.expect(200)
            await submit(engine, 200, 8, 0)
            await fleet.done()
            await fleet.expect(jobs)
            cpu_s, began_s = time.process_time(), time.monotonic()
            await submit(engine, jobs, submitters, batch)
            ended_s = float((await fleet.done())["at_s"])
            return {"per_second": jobs / (ended_s - began_s), "cpu_s": (time.process_time() - cpu_s) / jobs}


if __name__ == "__main__":
    logging.disable(logging.INFO)
    print(json.dumps(asyncio.run(main(Path(sys.argv[1]), *map(int, sys.argv[2:5])))))
