"""procrastinate with PostgreSQL: `python procrastinate_postgres.py JOBS`."""
# mypy: ignore-errors
# procrastinate is not among Botswain's dependencies: this file runs in an environment of its own.

import asyncio
import json
import os
import subprocess
import sys
import time

import procrastinate

app = procrastinate.App(connector=procrastinate.PsycopgConnector(conninfo=os.environ["BENCH_PG"]))


@app.task(name="no_op")
async def no_op() -> None:
    """Nothing."""


async def _all_done(jobs: int) -> None:
    async with asyncio.timeout(120):
        while True:
            row = await app.connector.execute_query_one_async(
                "SELECT count(*) AS done FROM procrastinate_jobs WHERE status = 'succeeded'"
            )
            if row["done"] >= jobs:
                return
            await asyncio.sleep(0.02)


async def _bench(jobs: int) -> None:
    async with app.open_async():
        await app.schema_manager.apply_schema_async()
        worker = subprocess.Popen([sys.executable, __file__, "worker"])  # noqa: ASYNC220  before the clock runs
        try:
            await no_op.defer_async()
            await _all_done(1)
            began = time.monotonic()
            left = iter(range(jobs))

            async def submit() -> None:
                for _ in left:
                    await no_op.defer_async()

            await asyncio.gather(*(submit() for _ in range(10)))
            await _all_done(1 + jobs)
            one_by_one = time.monotonic() - began
            began = time.monotonic()
            await no_op.batch_defer_async(*({} for _ in range(jobs)))
            await _all_done(1 + 2 * jobs)
            print(json.dumps({"jobs": jobs, "one_by_one_s": one_by_one, "batch_s": time.monotonic() - began}))
        finally:
            worker.terminate()
            worker.wait(20)


async def _work() -> None:
    async with app.open_async():
        await app.run_worker_async(concurrency=20, wait=True, install_signal_handlers=False)


if __name__ == "__main__":
    asyncio.run(_work() if sys.argv[1] == "worker" else _bench(int(sys.argv[1])))
