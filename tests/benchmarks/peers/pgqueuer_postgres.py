"""PgQueuer with PostgreSQL: `python pgqueuer_postgres.py JOBS`."""
# mypy: ignore-errors
# PgQueuer is not among Botswain's dependencies: this file runs in an environment of its own.

import asyncio
import json
import os
import subprocess
import sys
import time
from datetime import timedelta

import asyncpg
from pgqueuer import AsyncpgPoolDriver, PgQueuer, Queries

DSN = os.environ["BENCH_PG"]


async def _work() -> None:
    async with asyncpg.create_pool(DSN, min_size=2, max_size=6) as pool:
        queuer = PgQueuer(AsyncpgPoolDriver(pool))

        @queuer.entrypoint("no_op")
        async def no_op(job: object) -> None:
            """Nothing."""

        await queuer.run(dequeue_timeout=timedelta(seconds=1), batch_size=100)


async def _until_empty(pool: asyncpg.Pool) -> None:
    async with asyncio.timeout(120):
        while await pool.fetchval("SELECT count(*) FROM pgqueuer"):  # noqa: ASYNC110  the database tells nobody when it is empty
            await asyncio.sleep(0.02)


async def _bench(jobs: int) -> None:
    async with asyncpg.create_pool(DSN, min_size=2, max_size=10) as pool:
        queries = Queries(AsyncpgPoolDriver(pool))
        await queries.install()
        worker = subprocess.Popen([sys.executable, __file__, "worker"])  # noqa: ASYNC220  before the clock runs
        try:
            await queries.enqueue("no_op", None)
            await _until_empty(pool)
            began = time.monotonic()
            left = iter(range(jobs))

            async def submit() -> None:
                for _ in left:
                    await queries.enqueue("no_op", None)

            await asyncio.gather(*(submit() for _ in range(10)))
            await _until_empty(pool)
            one_by_one = time.monotonic() - began
            began = time.monotonic()
            for start in range(0, jobs, 1_000):
                count = min(1_000, jobs - start)
                await queries.enqueue(["no_op"] * count, [None] * count, [0] * count)
            await _until_empty(pool)
            print(json.dumps({"jobs": jobs, "one_by_one_s": one_by_one, "batch_s": time.monotonic() - began}))
        finally:
            worker.terminate()
            worker.wait(20)


if __name__ == "__main__":
    asyncio.run(_work() if sys.argv[1] == "worker" else _bench(int(sys.argv[1])))
